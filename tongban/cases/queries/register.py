"""The public register of decisions, read live: what is masked, withheld or revoked now shows so at once.

Nothing is copied for publication, so nothing can be left behind in a copy. A page costs the same few queries whatever
it shows; an export walks the register in parts by the key of the last row.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tongban.accounts import queries as accounts
from tongban.cases import publishing, snapshot
from tongban.cases.models import Case, WithheldDecision
from tongban.cases.queries.lists import PAGE, paging
from tongban.catalogue import queries as catalogue
from tongban.core import register
from tongban.core.errors import NotFound, gettext_noop
from tongban.core.items import Track
from tongban.core.register import Kind
from tongban.documents import queries as documents
from tongban.documents.queries import DocumentView
from tongban.licences import queries as licences
from tongban.licences.queries import PublicFacts

#: Decisions read at once by an export.
PART = 500
#: Longest words that are looked for.
MOST_WORDS = 100
#: Of a case only what is published is read: nothing that an applicant entered is decrypted for a list.
_COLUMNS = (
    "id",
    "number",
    "track",
    "variant",
    "item_name",
    "item_version_id",
    "applicant_id",
    "applicant_name",
    "authority",
    "decided_on",
)


@dataclass(frozen=True)
class Wanted:
    """What is looked for. ``words``: name of a body, or the whole number of a decision or certificate."""

    words: str = ""
    item: str = ""
    since: date | None = None
    until: date | None = None
    track: str = ""


@dataclass(frozen=True)
class Decision:
    """A published decision. ``values`` has exactly the published fields of its kind, in their order."""

    id: str
    kind: Kind
    values: Mapping[str, str | date]
    state: str
    state_since: date | None

    @property
    def in_force(self) -> bool:
        """Whether it still has effect."""
        return self.state == "effective"


@dataclass(frozen=True)
class DecisionPage:
    """One page of the register."""

    rows: tuple[Decision, ...]
    total: int
    page: int
    pages: int


def decisions(wanted: Wanted, today: date, page: int = 1) -> DecisionPage:
    """A page of the register, newest decision first."""
    rows = _wanted(wanted)
    total = rows.count()
    page, pages = paging(page, total)
    cases = list(rows[(page - 1) * PAGE : page * PAGE])
    return DecisionPage(tuple(_published(cases, today)), total, page, pages)


def every_decision(wanted: Wanted, today: date) -> Iterator[Decision]:
    """All decisions looked for, newest first, read part by part; one that comes meanwhile shifts no other."""
    rows = _wanted(wanted)
    part = list(rows[:PART])
    while part:
        yield from _published(part, today)
        last = part[-1]
        part = list(
            rows.filter(Q(decided_on__lt=last.decided_on) | Q(decided_on=last.decided_on, pk__lt=last.pk))[:PART]
        )


def decision(document_id: str, today: date) -> Decision:
    """The published decision that a document holds; an older document of the same decision leads to the newest.

    Raises NotFound alike for what does not exist, is not published, or is withheld.
    """
    try:
        owner = documents.get(str(uuid.UUID(document_id))).owner
    except (ValueError, NotFound):
        raise _not_published() from None
    found = _published(list(_register().filter(number=_number(owner))), today)
    if not found:
        raise _not_published()
    return found[0]


def kinds() -> Mapping[Track, Kind]:
    """What is published of which decisions."""
    return publishing.plan()


def standing_of(number: str) -> tuple[bool, str]:
    """Whether a case's decision stands in the register, and the ground on which it is withheld ("" if it is not)."""
    ground = WithheldDecision.objects.filter(case__number=number).values_list("ground", flat=True).first() or ""
    return not ground and _register().filter(number=number).exists(), ground


def decision_document(case: Case) -> DocumentView | None:
    """The document that holds the decision of a case, None before there is one."""
    held = {kind for each in kinds().values() for kind in each.documents}
    return documents.newest_of([snapshot.chain(case)], held).get(snapshot.chain(case))


def _not_published() -> NotFound:
    return NotFound(
        gettext_noop("No such decision is published."),
        remedy=gettext_noop("Look for it in the register by its number, the name or the item."),
    )


def _register() -> QuerySet[Case]:
    """Decisions that grant, of published kinds, that nobody withheld."""
    kept = Exists(WithheldDecision.objects.filter(case_id=OuterRef("pk")))
    rows = Case.objects.filter(granted=True, decided_on__isnull=False, track__in=[str(track) for track in kinds()])
    return rows.filter(~kept).annotate(party_kind=F("applicant__kind")).only(*_COLUMNS).order_by("-decided_on", "-pk")


def _wanted(wanted: Wanted) -> QuerySet[Case]:
    rows = _register()
    words, item = wanted.words.strip()[:MOST_WORDS], wanted.item.strip()[:MOST_WORDS]
    if words:
        rows = rows.filter(_named(words))
    if item:
        rows = rows.filter(item_name__icontains=item)
    if wanted.since:
        rows = rows.filter(decided_on__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(decided_on__lte=wanted.until)
    if wanted.track in kinds():
        rows = rows.filter(track=wanted.track)
    return rows


def _named(words: str) -> Q:
    """Bodies by part of the name; persons by a whole number only, so that nobody is found by guessing names."""
    spelt = register.spellings(words)
    owners = [*documents.owners_of_number(spelt), *licences.cases_of_number(spelt)]
    numbers = [_number(owner) for owner in owners]
    return Q(applicant__kind="enterprise", applicant_name__icontains=words) | Q(number__in=numbers)


def _number(owner: str) -> str:
    return owner.removeprefix("case:")


def _published(cases: Sequence[Case], today: date) -> list[Decision]:
    """What is published of these cases: five queries, however many they are."""
    chains = {case.pk: snapshot.chain(case) for case in cases}
    held = {kind for each in kinds().values() for kind in each.documents}
    papers = documents.newest_of(list(chains.values()), held)
    certificates = licences.public_of_cases(list(chains.values()), today)
    bodies = accounts.organisation_codes([case.authority for case in cases])
    codes = accounts.credit_codes([case.applicant_id for case in cases])
    versions = catalogue.versions_of(case.item_version_id for case in cases)
    out = []
    for case in cases:
        paper = papers.get(chains[case.pk])
        if paper is None:
            continue
        certificate = certificates.get(chains[case.pk])
        variants = versions[case.item_version_id].spec.variants
        variant = next((item.name for item in variants if item.key == case.variant and len(variants) > 1), "")
        facts = _Facts(case, paper, certificate, bodies.get(case.authority, ("", "")), codes, variant)
        out.append(_decision(facts))
    return out


@dataclass(frozen=True)
class _Facts:
    """What is known of one decision; :func:`_values` takes only publishable facts from it."""

    case: Case
    paper: DocumentView
    certificate: PublicFacts | None
    authority: tuple[str, str]
    codes: Mapping[int, str]
    variant: str


def _decision(facts: _Facts) -> Decision:
    kind, certificate = kinds()[Track(facts.case.track)], facts.certificate
    state = register.standing(
        void=facts.paper.status == "void",
        licence=certificate.state if certificate else "",
        kind=certificate.state_kind if certificate else "",
        newest=certificate is None or certificate.version >= certificate.newest_version,
    )
    since = certificate.state_since if certificate and state not in ("effective", "void", "replaced") else None
    if state == "expired" and certificate:
        since = certificate.valid_to
    known = _values(facts, state)
    values = {column.key: value for column in kind.columns if (value := known[column.key]) is not None}
    return Decision(facts.paper.id, kind, values, state, since)


def _values(facts: _Facts, state: str) -> dict[str, str | date | None]:
    """Every publishable fact by its key; None where this decision has none."""
    case, certificate = facts.case, facts.certificate
    person = case.party_kind != "enterprise"  # type: ignore[attr-defined]  # annotated by _register
    # A person's certificate may print where somebody lives: of persons the lines of the certificate stay out.
    rows = certificate.rows if certificate and not person else ()
    content = "；".join(f"{label}：{value}" for label, value in rows)
    return {
        "party": register.public_name(case.applicant_name, person=person),
        "party_kind": "自然人" if person else "法人及非法人组织",
        "party_code": register.public_code(facts.codes.get(case.applicant_id, ""), person=person) or None,
        "document_title": facts.paper.title,
        "document_number": facts.paper.number,
        "item": case.item_name,
        "variant": facts.variant or None,
        "certificate_name": certificate.name if certificate else None,
        "certificate_number": certificate.number if certificate else None,
        "content": register.scrubbed(content) or None,
        "decided_on": case.decided_on,
        "valid_from": certificate.valid_from if certificate else None,
        "valid_to": certificate.valid_to if certificate else None,
        "authority": facts.authority[0],
        "authority_code": facts.authority[1] or None,
        "state": state,
    }
