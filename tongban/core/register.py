"""The public register of decisions: which facts are published, how persons are masked, how a decision stands.

行政许可法 art. 40 has decisions that grant a licence published and open to everybody; art. 5(2) keeps secrets of state
and of trade and personal privacy out of it. Only the keys of :data:`KEYS` can be published at all: no list of fields,
however it is configured, reaches an identity number, a phone, a mail address or a home.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tongban.core.codes.identity import mask_id, mask_name, mask_phone
from tongban.core.errors import FieldError, Invalid, gettext_noop
from tongban.core.items import Track

#: What may be published, and nothing else.
KEYS = frozenset(
    {
        "party",
        "party_kind",
        "party_code",
        "document_title",
        "document_number",
        "item",
        "variant",
        "certificate_name",
        "certificate_number",
        "content",
        "decided_on",
        "valid_from",
        "valid_to",
        "authority",
        "authority_code",
        "state",
    }
)
#: Without these an entry says nothing: art. 40 publishes decisions, and somebody took each.
NEEDED = ("document_number", "decided_on", "authority", "state")
#: Why a decision is withheld: 行政许可法 art. 5(2), 政府信息公开条例 arts. 14 and 15.
GROUNDS: Mapping[str, str] = {
    "state_secret": gettext_noop("State secret"),
    "trade_secret": gettext_noop("Trade secret"),
    "privacy": gettext_noop("Personal privacy"),
    "safety": gettext_noop("Danger to national, public, economic or social security"),
}
#: What a spreadsheet takes for the beginning of a formula, also behind blanks and in full width.
_FORMULA = re.compile(r"[\s\x00-\x20]*[=+\-@＝＋－＠]|[\t\r\n]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BRACKETS = str.maketrans("[［【(（]］】)）", "〔" * 5 + "〕" * 5)
_ID_SHAPED = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
_PHONE_SHAPED = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")


@dataclass(frozen=True)
class Column:
    """One published field: what it is called in both languages, and the rule that asks for it."""

    key: str
    label: str
    label_en: str
    source: str


@dataclass(frozen=True)
class Kind:
    """What is published of the decisions of one track; ``documents`` are the kinds of document that hold them."""

    track: Track
    title: str
    title_en: str
    basis: str
    documents: tuple[str, ...]
    columns: tuple[Column, ...]


def read_plan(data: object) -> dict[Track, Kind]:
    """The lists of published fields by track. A track that is not listed is not published.

    Raises :class:`Invalid` naming every faulty entry by its place, such as ``licence.fields.3.key``.
    """
    kinds = data.get("kinds") if isinstance(data, Mapping) else None
    if not isinstance(kinds, Mapping) or not kinds:
        raise _wrong([FieldError("kinds", gettext_noop("The kinds of decisions are missing."))])
    errors: list[FieldError] = []
    found = {}
    for name, row in kinds.items():
        if name not in set(Track):
            errors.append(FieldError(str(name), gettext_noop("There is no such kind: write licence, filing or other.")))
        elif not isinstance(row, Mapping):
            errors.append(FieldError(str(name), gettext_noop("This is not a list of entries.")))
        else:
            found[Track(name)] = _kind(Track(name), row, errors)
    if errors:
        raise _wrong(errors)
    return found


def _wrong(errors: list[FieldError]) -> Invalid:
    return Invalid(
        gettext_noop("The list of published fields cannot be used."),
        remedy=gettext_noop("Mend the entries that are named; the list that ships with the program shows the form."),
        errors=errors,
    )


def _kind(track: Track, row: Mapping[str, Any], errors: list[FieldError]) -> Kind:
    place = str(track)
    entries, documents = row.get("fields"), row.get("documents")
    columns = []
    for number, entry in enumerate(entries if isinstance(entries, list) else [], 1):
        columns.append(_column(f"{place}.fields.{number}", entry, errors))
    keys = [column.key for column in columns]
    for key in NEEDED:
        if key not in keys:
            errors.append(
                FieldError(f"{place}.fields", gettext_noop("An entry is missing: %(key)s."), "", {"key": key})
            )
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        errors.append(FieldError(f"{place}.fields", gettext_noop("An entry stands twice: %(key)s."), "", {"key": key}))
    if not isinstance(documents, list) or not documents or not all(isinstance(each, str) for each in documents):
        errors.append(FieldError(f"{place}.documents", gettext_noop("Name the kinds of document.")))
        documents = []
    texts = [_text(row, name, place, errors) for name in ("title", "title_en", "basis")]
    return Kind(track, texts[0], texts[1], texts[2], tuple(documents), tuple(columns))


def _column(place: str, entry: object, errors: list[FieldError]) -> Column:
    if not isinstance(entry, Mapping):
        errors.append(FieldError(place, gettext_noop("This is not a list of entries.")))
        return Column("", "", "", "")
    key = _text(entry, "key", place, errors)
    if key and key not in KEYS:
        errors.append(FieldError(f"{place}.key", gettext_noop("%(key)s cannot be published."), "", {"key": key[:60]}))
    return Column(key, *(_text(entry, name, place, errors) for name in ("label", "label_en", "source")))


def _text(entry: Mapping[str, Any], name: str, place: str, errors: list[FieldError]) -> str:
    value = entry.get(name)
    if isinstance(value, str) and value.strip():
        return value.strip()
    errors.append(FieldError(f"{place}.{name}", gettext_noop("This is missing.")))
    return ""


def public_name(name: str, *, person: bool) -> str:
    """The party's name: a person's is masked, a body's is published."""
    return mask_name(name) if person else scrubbed(name)


def public_code(code: str, *, person: bool) -> str:
    """The credit code of a body; of a person no number at all, not even masked."""
    return "" if person else code


def scrubbed(text: str) -> str:
    """``text`` with whatever is shaped like an identity number or a mobile phone masked."""
    text = _ID_SHAPED.sub(lambda found: mask_id(found[0]), text)
    return _PHONE_SHAPED.sub(lambda found: mask_phone(found[0]), text)


def spellings(number: str) -> list[str]:
    """A number as typed, and with the brackets of the year as documents have them: [2026] → 〔2026〕."""
    return list(dict.fromkeys((number, number.translate(_BRACKETS))))


def cell(text: str) -> str:
    """``text`` as a spreadsheet may open it: never taken for a formula, no control characters."""
    plain = _CONTROL.sub("", text)
    return f"'{plain}" if _FORMULA.match(plain) else plain


def standing(*, void: bool, licence: str = "", kind: str = "", newest: bool = True) -> str:
    """How a decision stands in one word, for people and for machines.

    ``void``: its document was declared void. ``licence`` is the state of the licence it led to ("" without one),
    ``kind`` how a revoked one was taken away, ``newest`` whether no later decision has replaced that version.
    """
    if void:
        return "void"
    if licence == "revoked":
        return kind if kind in ("annulled", "withdrawn", "forfeited") else "revoked"
    if licence in ("cancelled", "suspended"):
        return licence
    if not newest:
        return "replaced"
    return "expired" if licence == "expired" else "effective"
