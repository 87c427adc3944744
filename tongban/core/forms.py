"""Checking what a person wrote into the form of an item, field by field, in plain words.

Every kind of field has one function that turns what was entered into the value that is stored, or says what is
wrong and what to write instead. Nothing entered is ever thrown away here: the screens keep showing it. Stored
values are plain JSON without floats: numbers and dates are text in one canonical spelling.

Entered data is a mapping from field key to text, or for compound kinds to a mapping of their parts
(:data:`PARTS`), for tables to a list of rows, for files to a list of keys. The path of an error follows that shape:
``area``, ``manager.id_number``, ``equipment.2.name`` (rows count from 1).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongban.core import entries, form_rules
from tongban.core.entries import Report, Value, text_length
from tongban.core.errors import FieldError, gettext_noop
from tongban.core.items import PERSONAL_KINDS, Choice, FieldKind, FormField, FormPage

#: Papers a person may be known by. All but the first are free text (外国人永久居留证, passports …).
ID_KINDS = (
    Choice("resident_id", gettext_noop("Resident identity card")),
    Choice("passport", gettext_noop("Passport")),
    Choice("hk_macao_taiwan_permit", gettext_noop("Travel permit for residents of Hong Kong, Macao or Taiwan")),
    Choice("permanent_residence", gettext_noop("Permanent residence card of a foreigner")),
)

#: What a person is known by who says nothing else.
DEFAULT_ID_KIND = ID_KINDS[0].key

#: The parts of compound kinds, each checked as a field of its own.
PARTS: dict[FieldKind, tuple[FormField, ...]] = {
    FieldKind.PERSON: (
        FormField("name", gettext_noop("Name"), max_length=100),
        FormField("id_kind", gettext_noop("Kind of identity document"), FieldKind.CHOICE, choices=ID_KINDS),
        FormField("id_number", gettext_noop("Identity number"), FieldKind.ID_NUMBER),
        FormField("phone", gettext_noop("Phone"), FieldKind.PHONE),
    ),
    FieldKind.ENTERPRISE: (
        FormField("name", gettext_noop("Name of the enterprise"), max_length=200),
        FormField("uscc", gettext_noop("Unified social credit code"), FieldKind.USCC),
        FormField("legal_representative", gettext_noop("Legal representative"), max_length=100),
    ),
    FieldKind.ADDRESS: (
        FormField("region", gettext_noop("District and subdistrict"), max_length=100),
        FormField("detail", gettext_noop("Street and number"), max_length=200),
    ),
}


#: Fewest characters of an address's second line.
MIN_ADDRESS = 4
#: A region that ends with a street or village (街道 is a subdistrict).
_STREET = re.compile(r"(路|大街|胡同|(?<!街)道|巷|里|村|社区)(（[^（）]*）)?$")


def validate(
    pages: Sequence[FormPage | FormField],
    data: Mapping[str, Any],
    *,
    today: dt.date,
    partial: bool = False,
    rules: Sequence[form_rules.RuleInForce] = (),
    known: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Value], list[FieldError]]:
    """Check ``data`` against ``pages`` (pages, or bare fields, already tailored to the situation).

    Returns the values to store and the errors in the order of the form. Keys that no field asks for are left out;
    an empty optional field is left out too. ``partial`` is for drafts: what is missing is no error, what is
    malformed is. A value with an error is not among the values returned. ``rules`` are the item's rules between
    entries; ``known`` holds values checked before, of fields that are not among ``pages``.
    """
    report = Report(today=today, partial=partial)
    fields = fields_of(pages)
    clean = _group(fields, data, "", report)
    broken = form_rules.keep(rules, clean, known or {}, {field.key: field for field in fields}, report)
    return {key: value for key, value in clean.items() if key not in broken}, report.errors


def fields_of(pages: Iterable[FormPage | FormField]) -> tuple[FormField, ...]:
    """The fields of ``pages`` in order; bare fields stay as they are."""
    out: list[FormField] = []
    for page in pages:
        out.extend(page.fields if isinstance(page, FormPage) else (page,))
    return tuple(out)


def _group(fields: Iterable[FormField], data: Mapping[str, Any], prefix: str, report: Report) -> dict[str, Value]:
    clean: dict[str, Value] = {}
    seen: dict[str, FormField] = {}
    for field in fields:
        path = f"{prefix}{field.key}"
        value = _CHECKS[field.kind](field, data.get(field.key), path, report)
        if value is not None and form_rules.agrees(field, value, clean, seen, path, report):
            clean[field.key] = value
        seen[field.key] = field
    return clean


def _compound(field: FormField, raw: Any, path: str, report: Report) -> Value:
    if raw is None or raw == "":
        raw = {}
    if not isinstance(raw, Mapping):
        entries.unreadable(field, path, report)
        return None
    parts = PARTS[field.kind]
    if not field.required and not _anything(raw.get(part.key) for part in parts if not part.choices):
        return None
    clean: dict[str, Value] = {}
    for part in parts:
        check = _CHECKS[part.kind]
        if part.kind is FieldKind.ID_NUMBER and clean.get("id_kind", DEFAULT_ID_KIND) != DEFAULT_ID_KIND:
            check = entries.read_other_id_number
        entered = raw.get(part.key)
        if part.key == "id_kind" and not _anything([entered]):
            entered = DEFAULT_ID_KIND
        value = check(part, entered, f"{path}.{part.key}", report)
        if value is not None:
            clean[part.key] = value
    if field.kind is FieldKind.ADDRESS and not _findable(clean):
        report.wrong(
            f"{path}.detail",
            parts[-1],
            gettext_noop("%(label)s is too short to find the place."),
            gettext_noop("Write street and number, or building and room, at least %(least)s characters."),
            least=MIN_ADDRESS,
        )
        clean.pop("detail", None)
    return clean if clean.keys() - {"id_kind"} else None


def _findable(address: Mapping[str, Any]) -> bool:
    """Whether an address says where: a short number will do where the region names the street or village already."""
    region, detail = address.get("region", ""), address.get("detail")
    return detail is None or text_length(detail) >= MIN_ADDRESS or _STREET.search(region) is not None


def _anything(values: Iterable[Any]) -> bool:
    """Whether any of ``values`` says something."""
    return any(
        _anything(value.values())
        if isinstance(value, Mapping)
        else _anything(value)
        if isinstance(value, (list, tuple))
        else value is not None and str(value).strip() != ""
        for value in values
    )


def _table(field: FormField, raw: Any, path: str, report: Report) -> Value:
    rows = [] if raw is None or raw == "" else raw
    if not isinstance(rows, (list, tuple)) or not all(isinstance(row, Mapping) for row in rows):
        entries.unreadable(field, path, report)
        return None
    filled = [(number, row) for number, row in enumerate(rows, 1) if _anything(row.values())]
    least = max(field.min_rows, 1 if field.required else 0)
    if len(filled) < least:
        report.missing(
            path,
            field,
            gettext_noop("%(label)s needs at least %(least)s rows; %(count)s are filled in."),
            gettext_noop("Add a row and fill it in."),
            least=least,
            count=len(filled),
        )
    if len(filled) > field.max_rows:
        report.wrong(
            path,
            field,
            gettext_noop("%(label)s has %(count)s rows; at most %(most)s fit."),
            gettext_noop("Put the whole list into an attachment and enter the most important rows."),
            count=len(filled),
            most=field.max_rows,
        )
        return None
    clean = []
    for number, row in filled:
        report.row = f"{field.label}第{number}行·"
        clean.append(_group(field.columns, row, f"{path}.{number}.", report))
    report.row = ""
    return clean or None


def _file(field: FormField, raw: Any, path: str, report: Report) -> Value:
    entered = entries.listed(raw)
    if entered is None:
        entries.unreadable(field, path, report)
        return None
    keys = list(dict.fromkeys(str(key) for key in entered if str(key).strip()))
    if not keys and field.required:
        report.missing(path, field, gettext_noop("Upload: %(label)s"), gettext_noop("PDF, JPG and PNG are accepted."))
    return keys or None


_Check = Callable[[FormField, Any, str, Report], Value]

_CHECKS: dict[FieldKind, _Check] = {
    FieldKind.TEXT: entries.read_text,
    FieldKind.TEXTAREA: entries.read_text,
    FieldKind.NUMBER: entries.read_number,
    FieldKind.DATE: entries.read_date,
    FieldKind.CHOICE: entries.read_choice,
    FieldKind.CHOICES: entries.read_choices,
    FieldKind.BOOLEAN: entries.read_boolean,
    FieldKind.PHONE: entries.read_phone,
    FieldKind.EMAIL: entries.read_email,
    FieldKind.ID_NUMBER: entries.read_id_number,
    FieldKind.USCC: entries.read_uscc,
    FieldKind.PERSON: _compound,
    FieldKind.ENTERPRISE: _compound,
    FieldKind.ADDRESS: _compound,
    FieldKind.TABLE: _table,
    FieldKind.FILE: _file,
}


@dataclass(frozen=True)
class DisplayRow:
    """One line of "check your answers", of the desk's case page or of a notice.

    ``part`` is the source string of a compound's part (translate it; empty otherwise). ``translate`` says that
    ``value`` is a source string as well (yes, no). A table has no ``value`` but ``head`` and ``rows``. Files keep
    their keys in ``files``.
    """

    page: str
    path: str
    label: str
    value: str = ""
    part: str = ""
    kind: FieldKind = FieldKind.TEXT
    personal: bool = False
    translate: bool = False
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    files: tuple[str, ...] = ()


def label_path(pages: Iterable[FormPage | FormField], path: str, say: Callable[[str], str] = str) -> tuple[str, ...]:
    """The labels on the way to ``path`` (``rooms.2.area`` → 房间, 第2行, 面积), as far as the form knows it.

    ``say`` puts a compound's part into the reader's language: its label is a source string.
    """
    head, _dot, rest = path.partition(".")
    field = next((item for item in fields_of(pages) if item.key == head), None)
    if field is None:
        return ()
    if field.kind in PARTS:
        parts = PARTS[field.kind]
        return (field.label, *(say(part.label) for part in parts if part.key == rest))
    if field.kind is FieldKind.TABLE and rest:
        row, _dot, column = rest.partition(".")
        return (field.label, f"第{row}行", *label_path(field.columns, column, say))
    return (field.label,)


def flatten_for_display(pages: Sequence[FormPage], data: Mapping[str, Any]) -> tuple[DisplayRow, ...]:
    """``data`` (values as :func:`validate` returns them) as label and value, in the order of ``pages``.

    Every field has its line, an unanswered one with an empty value; choices show their labels, numbers their unit,
    dates the Chinese form 2026年7月1日.
    """
    out: list[DisplayRow] = []
    for page in pages:
        for field in page.fields:
            out.extend(_display(page.key, field, data.get(field.key)))
    return tuple(out)


def _display(page: str, field: FormField, value: Any) -> Iterable[DisplayRow]:
    personal = field.kind in PERSONAL_KINDS
    if field.kind in PARTS:
        value = value if isinstance(value, Mapping) else {}
        for part in PARTS[field.kind]:
            if part.required or value.get(part.key):
                yield DisplayRow(
                    page,
                    f"{field.key}.{part.key}",
                    field.label,
                    show_value(part, value.get(part.key)),
                    part=part.label,
                    kind=part.kind,
                    personal=part.kind in PERSONAL_KINDS,
                    translate=bool(part.choices),
                )
    elif field.kind is FieldKind.TABLE:
        head = tuple(f"{column.label}（{column.unit}）" if column.unit else column.label for column in field.columns)
        rows = tuple(
            tuple(show_value(column, row.get(column.key), unit=False) for column in field.columns)
            for row in value or ()
        )
        yield DisplayRow(page, field.key, field.label, kind=field.kind, head=head, rows=rows)
    elif field.kind is FieldKind.FILE:
        yield DisplayRow(page, field.key, field.label, kind=field.kind, files=tuple(value or ()))
    else:
        boolean = field.kind is FieldKind.BOOLEAN
        yield DisplayRow(
            page,
            field.key,
            field.label,
            show_value(field, value),
            kind=field.kind,
            personal=personal,
            translate=boolean,
        )


def show_value(field: FormField, value: Any, *, unit: bool = True) -> str:
    """One stored value as text; compound values on one line. Booleans are the source strings Yes and No."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return gettext_noop("Yes") if value else gettext_noop("No")
    if field.kind in (FieldKind.CHOICE, FieldKind.CHOICES):
        keys = value if isinstance(value, (list, tuple)) else (value,)
        labels = {choice.key: choice.label for choice in field.choices}
        return "、".join(labels.get(key, str(key)) for key in keys)
    if field.kind is FieldKind.DATE:
        return _date_text(str(value))
    if field.kind is FieldKind.NUMBER and unit:
        return f"{value}{field.unit}"
    if isinstance(value, Mapping):
        return " ".join(show_value(part, value[part.key]) for part in PARTS[field.kind] if value.get(part.key))
    if isinstance(value, (list, tuple)):
        return "、".join(str(part) for part in value)
    return str(value)


def _date_text(text: str) -> str:
    """A date in its Chinese form; what is no date (a draft keeps wrong entries) as it was typed."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.year}年{day.month}月{day.day}日"


def sensitive_paths(pages: Iterable[FormPage | FormField], prefix: str = "") -> tuple[str, ...]:
    """Where a stored form holds what is encrypted at rest: ``manager.phone``, ``staff.*.id_number``.

    ``*`` stands for every row of a table. Names are not encrypted; identity numbers, phones and e-mail addresses are.
    """
    out: list[str] = []
    for field in fields_of(pages):
        path = f"{prefix}{field.key}"
        if field.kind in PARTS:
            out.extend(sensitive_paths(PARTS[field.kind], f"{path}."))
        elif field.kind is FieldKind.TABLE:
            out.extend(sensitive_paths(field.columns, f"{path}.*."))
        elif field.kind in PERSONAL_KINDS:
            out.append(path)
    return tuple(out)


def map_sensitive(
    pages: Iterable[FormPage | FormField], data: Mapping[str, Any], change: Callable[[FieldKind, str], str]
) -> dict[str, Any]:
    """A copy of ``data`` with ``change(kind, text)`` in place of every sensitive text (to encrypt, decrypt or mask)."""
    out = dict(data)
    for field in fields_of(pages):
        value = out.get(field.key)
        if field.kind in PARTS and isinstance(value, Mapping):
            out[field.key] = map_sensitive(PARTS[field.kind], value, change)
        elif field.kind is FieldKind.TABLE and isinstance(value, (list, tuple)):
            out[field.key] = [map_sensitive(field.columns, row, change) for row in value]
        elif field.kind in PERSONAL_KINDS and isinstance(value, str) and value:
            out[field.key] = change(field.kind, value)
    return out


#: The part that makes a group the one of an enterprise or of a person.
_OWN_NUMBER = {FieldKind.ENTERPRISE: "uscc", FieldKind.PERSON: "id_number"}


def prefill(pages: Iterable[FormPage | FormField], known: Mapping[str, Any]) -> dict[str, Any]:
    """First values of an empty form from what is known: ``known`` is nested like the dotted ``prefill`` paths.

    A number as a licence prints it loses its unit, which stands beside the field already. A group for an enterprise
    stays empty for a person and the other way round: a name alone would only stand in the way.
    """
    out: dict[str, Any] = {}
    for field in fields_of(pages):
        value: Any = known
        for name in field.prefill.split(".") if field.prefill else ():
            value = value.get(name) if isinstance(value, Mapping) else None
        if isinstance(value, Mapping) and _OWN_NUMBER.get(field.kind, "") not in ("", *value):
            continue
        if field.prefill and value not in (None, ""):
            number = field.kind is FieldKind.NUMBER and isinstance(value, str)
            out[field.key] = value.removesuffix(field.unit).strip() if number else value
    return out
