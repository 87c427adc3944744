"""Public verification: whether a code, an identifier or a file is a licence of this authority, and how it stands."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import logging
import re
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F, QuerySet
from pypdf import PageObject, PdfReader

from tongban.core.codes import licences as codes
from tongban.core.codes.identity import mask_id, mask_name, mask_phone
from tongban.documents import queries as documents
from tongban.documents import signing
from tongban.documents.pdf_signatures import SignatureReport
from tongban.documents.queries import DocumentView
from tongban.licences import content
from tongban.licences.models import LicenceVersion
from tongban.licences.states import EXPIRED, State
from tongban.licences.values import LicenceView
from tongban.records.cleaning import unpacks_within

GENUINE, ALTERED, SUPERSEDED, UNKNOWN = "genuine", "altered", "superseded", "unknown"
_IDENTIFIER = re.compile(r"1\.2\.156\.3005\.2\.[0-9A-Z]{21}\.[0-9A-Z]{18}\.[0-9A-Z]{1,50}\.[0-9]{3}\.[0-9A-Z]")
_MAX_TOKEN = 100
_MAX_PAGES = 3
_MAX_PAGE_BYTES = 2_000_000
#: A licence of ours unpacks to two or three megabytes; what unpacks to more than this is not read at all.
_MAX_UNPACKED = 64 * 1024 * 1024
_ID_SHAPED = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
_PHONE_SHAPED = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_SHORT_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·]{2,6}")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PublicFacts:
    """What is registered about a licence, as anybody may see it: public lines only, persons masked."""

    name: str
    number: str
    identifier: str
    version: int
    newest_version: int
    state: str
    state_since: dt.date
    state_kind: str
    holder: str
    issuer: str
    issued_on: dt.date
    valid_from: dt.date
    valid_to: dt.date | None
    signed_at: dt.datetime | None
    rows: tuple[tuple[str, str], ...]
    state_ground: str = ""


@dataclass(frozen=True)
class Verification:
    """The answer. ``result``: genuine, altered, superseded, suspended, revoked, cancelled, void,
    expired or unknown.

    ``how`` is token, identifier or file. For a file, ``signature`` says what its signature proves; with ``altered``,
    ``licence`` is the registered licence whose identifier the file bears. ``document``: the file is no licence but a
    notice or decision of ours. ``successor`` says how the version after a superseded one came about (change, renew,
    replace or correct).
    """

    result: str
    how: str
    on: dt.date
    licence: PublicFacts | None = None
    signature: SignatureReport | None = None
    document: DocumentView | None = None
    successor: str = ""


def verify_public(*, on: dt.date, token: str = "", identifier: str = "", file: bytes | None = None) -> Verification:
    """Verify by one of the three. Whatever is sent, the answer is a result and never an error."""
    if file is not None:
        return _verify_file(file, on)
    if identifier:
        return _verify_identifier(identifier, on)
    return _verify_token(token, on)


def _verify_token(token: str, on: dt.date) -> Verification:
    row = None
    if token.isascii() and token.isprintable() and len(token) <= _MAX_TOKEN:
        row = _open_versions().filter(licence__token=token, version=F("licence__open_version")).first()
    return _answer(row, "token", on)


def _verify_identifier(text: str, on: dt.date) -> Verification:
    compact = "".join(text.split()).upper()
    known = codes.parse_licence_identifier(compact) is not None
    row = _open_versions().filter(identifier=compact).first() if known else None
    return _answer(row, "identifier", on)


def _verify_file(file: bytes, on: dt.date) -> Verification:
    if not unpacks_within(file, _MAX_UNPACKED):
        return Verification(UNKNOWN, "file", on)
    report = signing.verify_pdf(file)
    row = _open_versions().filter(file_sha256=hashlib.sha256(file).hexdigest()).first()
    if row is not None:
        return _answer(row, "file", on, report)
    bearing = _bearing(file)
    if bearing is not None:
        return Verification(ALTERED, "file", on, public_facts(content.view(bearing.licence, bearing), on), report)
    if report.signed and report.trusted and not (report.intact and report.covers_whole):
        return Verification(ALTERED, "file", on, None, report)
    paper = documents.of_file(hashlib.sha256(file).hexdigest()) if report.good else None
    return Verification(UNKNOWN, "file", on, None, report, paper)


def _bearing(file: bytes) -> LicenceVersion | None:
    """The registered version whose identifier a file bears in its properties or on its first pages."""
    for identifier in _identifiers(file):
        row = _open_versions().filter(identifier=identifier).first()
        if row is not None:
            return row
    return None


def _identifiers(file: bytes) -> list[str]:
    try:
        reader = PdfReader(io.BytesIO(file), strict=False)
        properties = " ".join(str(value) for value in (reader.metadata or {}).values())
        pages = " ".join(_text(page) for page in reader.pages[:_MAX_PAGES])
    except Exception as error:  # a hostile file may break the parser anywhere; the page must still answer
        logger.info("an uploaded file could not be read as a PDF: %s", type(error).__name__)
        properties, pages = "", ""
    text = " ".join([properties, "".join(pages.split()), file.decode("latin-1")])
    return list(dict.fromkeys(_IDENTIFIER.findall(text)))[:5]


def _text(page: PageObject) -> str:
    """The text of a page; nothing of a page so large that reading it would hold up the others who wait."""
    contents = page.get_contents()
    if contents is None or len(contents.get_data()) > _MAX_PAGE_BYTES:
        return ""
    return page.extract_text()


def _open_versions() -> QuerySet[LicenceVersion]:
    found = LicenceVersion.objects.select_related("licence").exclude(file_sha256="")
    return found.exclude(licence__state=State.RESERVED)


def _standing_versions() -> QuerySet[LicenceVersion]:
    """Without the licences that were declared void before anybody had them: no decision led to those."""
    return _open_versions().exclude(licence__state=State.VOID)


def _answer(row: LicenceVersion | None, how: str, on: dt.date, report: SignatureReport | None = None) -> Verification:
    if row is None:
        return Verification(UNKNOWN, how, on, None, report)
    licence = content.view(row.licence, row)
    result = _result(licence, row, on)
    after = ""
    if result == SUPERSEDED:
        next_one = LicenceVersion.objects.filter(licence_id=row.licence_id, version=row.version + 1)
        after = next_one.values_list("kind", flat=True).first() or ""
    return Verification(result, how, on, public_facts(licence, on), report, None, after)


def _result(licence: LicenceView, row: LicenceVersion, on: dt.date) -> str:
    """What became of the licence counts first, then whether this version is the current one, then its dates."""
    if licence.state in {State.REVOKED, State.CANCELLED, State.VOID}:
        return licence.state
    if row.version != row.licence.open_version:
        return SUPERSEDED
    standing = licence.standing(on)
    if standing == EXPIRED:
        return EXPIRED
    return State.SUSPENDED if standing == State.SUSPENDED else GENUINE


def public_of_cases(chains: Collection[str], on: dt.date) -> dict[str, PublicFacts]:
    """What anybody may see of the licences that cases led to, by the case's chain, in one query."""
    rows = _standing_versions().filter(source_case__in=list(chains)).order_by("created_at")
    return {row.source_case: public_facts(content.view(row.licence, row), on) for row in rows}


def cases_of_number(spellings: Collection[str]) -> list[str]:
    """The chains of the cases that led to the licence of a number, whichever of its ``spellings`` it has."""
    return list(
        _standing_versions()
        .filter(licence__number__in=list(spellings))
        .values_list("source_case", flat=True)
        .distinct()
    )


def public_facts(licence: LicenceView, on: dt.date) -> PublicFacts:
    """The public part of a licence; lines the type does not mark public are left out, persons are masked."""
    hidden = {item.label for item in licence.spec.fields if not item.public}
    sources = {item.label: item.source for item in licence.spec.fields}
    person = licence.holder_kind == "person"
    rows = tuple(
        (label, _masked(value, sources.get(label, ""), person)) for label, value in licence.rows if label not in hidden
    )
    return PublicFacts(
        name=licence.name,
        number=licence.number,
        identifier=licence.identifier,
        version=licence.version,
        newest_version=licence.newest_version,
        state=licence.standing(on),
        state_since=licence.state_since,
        state_kind=licence.state_kind,
        holder=mask_name(licence.holder_name) if person else licence.holder_name,
        issuer=licence.issuer_name,
        issued_on=licence.issued_on,
        valid_from=licence.valid_from,
        valid_to=licence.valid_to,
        signed_at=licence.signed_at,
        rows=rows,
        state_ground=licence.state_ground,
    )


def _masked(value: str, source: str, person: bool) -> str:
    """A printed value as the public sees it: names of persons, identity numbers and phones masked."""
    last = source.rpartition(".")[2]
    named = last == "legal_representative" or (last == "name" and (person or source.startswith("form.")))
    if named and _SHORT_NAME.fullmatch(value):
        return mask_name(value)
    value = _ID_SHAPED.sub(lambda found: mask_id(found[0]), value)
    return _PHONE_SHAPED.sub(lambda found: mask_phone(found[0]), value)
