"""From a kind and its data to the text of a document: what is printed, mailed and shown before it is issued."""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongban.core.dates import SHANGHAI
from tongban.core.errors import FieldError, Invalid, gettext_noop
from tongban.documents.kinds import (
    CHINESE,
    IssuingAuthority,
    Kind,
    Part,
    english_kinds,
    kind,
    provisional_text,
    remedies_text,
    replaces_text,
)

UNITS = {"working_day": "个工作日", "calendar_day": "日", "month": "个月", "year": "年", "hour": "小时"}
GENERAL_RECONSIDERATION_BODY = "本级人民政府"
GENERAL_COURT = "有管辖权的人民法院"
TRACKS = ("licence", "filing", "other")
Formats = Mapping[str, Callable[[Any], str]]


@dataclass(frozen=True)
class Item:
    """One entry of a numbered list with what belongs to it."""

    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """One block of a composed document: ``form`` is facts, list, salutation or text."""

    form: str
    text: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    items: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Composition:
    """The words of a document, before number and seal."""

    title: str
    blocks: tuple[Block, ...]

    def plain_text(self) -> str:
        """The document as plain text, for mail and for previews."""
        out: list[str] = []
        for block in self.blocks:
            if block.form == "facts":
                out.append("\n".join(f"{label}：{value}" for label, value in block.rows))
            elif block.form == "list":
                out.append("\n".join([block.text, *_numbered(block.items)]).strip())
            else:
                out.append(block.text)
        return "\n\n".join(out)


def _numbered(items: Sequence[Item]) -> list[str]:
    return [line for n, item in enumerate(items, 1) for line in (f"{n}. {item.text}", *(f"   {x}" for x in item.notes))]


def compose(key: str, data: Mapping[str, Any], authority: IssuingAuthority, language: str = CHINESE) -> Composition:
    """The text of a document of kind ``key``, in English only where the kind has such a text.

    Raises :class:`Invalid` that names every entry of ``data`` that is missing or has the wrong form.
    """
    document = kind(key) if language == CHINESE else english_kinds()[key]
    values = _values(data, authority)
    missing = [name for name in document.needs if _empty(values.get(name))]
    if values["track"] not in TRACKS:
        missing.append("track")
    writer = _Writer(values, missing, FORMATS if language == CHINESE else ENGLISH_FORMATS)
    blocks = [block for part in document.parts if (block := writer.block(part)) is not None]
    if writer.provisional:
        blocks.append(Block(form="text", text=provisional_text(language)))
    if values.get("replaces"):
        blocks.append(Block(form="text", text=writer.fill(replaces_text(language))))
    if document.remedies:
        blocks.append(Block(form="text", text=writer.fill(remedies_text(language))))
    if missing:
        names = list(dict.fromkeys(missing))
        raise Invalid(
            gettext_noop("The document %(title)s cannot be written yet."),
            remedy=gettext_noop("Fill in what it needs: %(missing)s."),
            errors=[FieldError(field=name, message=gettext_noop("This is missing.")) for name in names],
            params={"title": document.title, "missing": ", ".join(names)},
        )
    return Composition(title=title(document, str(values["track"])), blocks=tuple(blocks))


def title(document: Kind, track: str) -> str:
    """The title, which for some kinds names the licence only on the licence track."""
    return document.title_other if document.title_other and track != "licence" else document.title


def _values(data: Mapping[str, Any], authority: IssuingAuthority) -> dict[str, Any]:
    track = data.get("track", "licence")
    return {
        "expected_unit": "working_day",
        "extended_unit": "working_day",
        **data,
        "track": track,
        "licence_track": track == "licence",
        "filing": track == "filing",
        "you": "您" if data.get("applicant_kind", "enterprise") == "person" else "贵单位",
        "authority": authority.name,
        "reconsideration_body": authority.reconsideration_body or GENERAL_RECONSIDERATION_BODY,
        "court": authority.court or GENERAL_COURT,
    }


def _empty(value: Any) -> bool:
    return value is None or value is False or value == "" or value == [] or value == () or value == {}


class _Writer(string.Formatter):
    """Fills texts from data by name only (no attributes, no indexes), noting what is missing."""

    def __init__(self, values: Mapping[str, Any], missing: list[str], formats: Formats) -> None:
        self.formats = formats
        self.values = values
        self.missing = missing
        self.provisional = False

    def block(self, part: Part) -> Block | None:
        """``part`` with its data, or None when it does not apply."""
        if any(_empty(self.values.get(key)) for key in part.when):
            return None
        if any(not _empty(self.values.get(key)) for key in part.unless):
            return None
        if part.form == "facts":
            rows = tuple((label, self.fill(text)) for label, text in part.rows if self._present(text))
            return Block(form="facts", rows=rows) if rows else None
        if part.form == "list":
            items = _items(self.values.get(part.items))
            return Block(form="list", text=self.fill(part.text), items=items) if items else None
        return Block(form=part.form, text=self.fill(part.text))

    def fill(self, text: str) -> str:
        """``text`` with its places filled; empty ones are noted as missing."""
        return self.vformat(text, (), {})

    def _present(self, text: str) -> bool:
        names = [name for _, name, _, _ in self.parse(text) if name]
        return not any(_empty(self.values.get(name)) for name in names)

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        value = self.values.get(field_name)
        if _empty(value):
            self.missing.append(field_name)
        return value, field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        if _empty(value):
            return ""
        if isinstance(value, Mapping) and value.get("provisional"):
            self.provisional = True
        try:
            return self.formats[format_spec](value)
        except (KeyError, TypeError, ValueError) as error:
            raise Invalid(
                gettext_noop("An entry of the document has the wrong form: %(value)s."),
                remedy=gettext_noop("Write dates as 2026-10-16 and deadlines with their date or their days."),
                params={"value": str(value)[:100]},
            ) from error


def _items(value: Any) -> tuple[Item, ...]:
    """List entries: texts, or mappings with ``text`` and ``notes``."""
    if _empty(value):
        return ()
    entries = [value] if isinstance(value, str | Mapping) else list(value)
    return tuple(
        Item(text=str(entry["text"]), notes=tuple(str(note) for note in entry.get("notes", ()) if note))
        if isinstance(entry, Mapping)
        else Item(text=str(entry))
        for entry in entries
    )


def date_text(value: Any) -> str:
    """2026-10-16 → 2026年10月16日."""
    day = _date(value)
    return f"{day.year}年{day.month}月{day.day}日"


def moment_text(value: Any) -> str:
    """An instant (with time zone) → 2026年10月16日09:12, in Asia/Shanghai."""
    at = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    local = at.astimezone(SHANGHAI)
    return f"{date_text(local.date())}{local:%H:%M}"


def deadline_text(value: Any) -> str:
    """A deadline as a fact: a date, or while it is provisional the days it is made of."""
    if isinstance(value, Mapping) and value.get("provisional"):
        return f"自{date_text(value['start'])}起{value['value']}{unit_text(value.get('unit', 'working_day'))}"
    return date_text(value["date"] if isinstance(value, Mapping) else value)


def by_text(value: Any) -> str:
    """A deadline inside a sentence: “…前（含当日）”, as on the screens, or “…内” while it is provisional."""
    provisional = isinstance(value, Mapping) and value.get("provisional")
    return deadline_text(value) + ("内" if provisional else "前（含当日）")


def unit_text(value: Any) -> str:
    """个工作日, 日 and so on for a unit of ``core.clock.Unit``."""
    return UNITS[str(value)]


def _date(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        raise TypeError("a date, not an instant")
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))


FORMATS: Formats = {
    "": str,
    "date": date_text,
    "moment": moment_text,
    "deadline": deadline_text,
    "by": by_text,
    "unit": unit_text,
}


# In English.

ENGLISH_UNITS = {
    "working_day": "working days",
    "calendar_day": "days",
    "month": "months",
    "year": "years",
    "hour": "hours",
}
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def english_date(value: Any) -> str:
    """2026-10-16 → 16 October 2026."""
    day = _date(value)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def english_moment(value: Any) -> str:
    """An instant (with time zone) → 16 October 2026, 09:12, in Asia/Shanghai."""
    at = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    local = at.astimezone(SHANGHAI)
    return f"{english_date(local.date())}, {local:%H:%M}"


def english_deadline(value: Any) -> str:
    """A deadline as a fact, as :func:`deadline_text`."""
    if isinstance(value, Mapping) and value.get("provisional"):
        return f"{value['value']} {english_unit(value.get('unit', 'working_day'))} from {english_date(value['start'])}"
    return english_date(value["date"] if isinstance(value, Mapping) else value)


def english_by(value: Any) -> str:
    """A deadline inside a sentence: “by …”, or “within …” while it is provisional."""
    provisional = isinstance(value, Mapping) and value.get("provisional")
    return f"within {english_deadline(value)}" if provisional else f"by {english_deadline(value)}"


def english_unit(value: Any) -> str:
    """working days, days and so on for a unit of ``core.clock.Unit``."""
    return ENGLISH_UNITS[str(value)]


ENGLISH_FORMATS: Formats = {
    "": str,
    "date": english_date,
    "moment": english_moment,
    "deadline": english_deadline,
    "by": english_by,
    "unit": english_unit,
}
