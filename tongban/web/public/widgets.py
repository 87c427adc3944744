"""Form fields of an item as the templates draw them: name, id, value, errors, choices.

Simple kinds become a :class:`tongban.web.components.fields.Field`; compounds, tables and files are composed of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongban.core.entries import date_bound
from tongban.core.forms import PARTS, fields_of
from tongban.core.items import FieldKind, FormField, FormPage
from tongban.web.components.fields import ErrorLink, Field, Option
from tongban.web.formdata import element_id, texts
from tongban.web.public.wording import today
from tongban.web.wording import say

Errors = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Widget:
    """A field ready to be drawn. ``shape``: field, group, table or file."""

    shape: str
    key: str
    field: Field
    parts: Sequence[Widget] = ()
    rows: Sequence[Sequence[Widget]] = ()
    columns: Sequence[FormField] = ()
    more: bool = False
    files: Sequence[Any] = ()

    @property
    def first_id(self) -> str:
        """The id of the first control: where an error on the whole leads."""
        if self.parts:
            return self.parts[0].first_id
        return self.rows[0][0].first_id if self.rows else self.field.field_id


#: Kind → (inputmode, autocomplete, width).
_TYPING: Mapping[FieldKind, tuple[str, str, str]] = {
    FieldKind.NUMBER: ("decimal", "off", "10"),
    FieldKind.PHONE: ("tel", "tel", "20"),
    FieldKind.EMAIL: ("email", "email", "30"),
    FieldKind.ID_NUMBER: ("", "off", "20"),
    FieldKind.USCC: ("", "off", "20"),
}
_PART_FILL = {"name": "name", "phone": "tel", "detail": "street-address"}
#: Up to so many choices are shown as radio buttons, more as a list to open.
MOST_RADIOS = 8
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def widgets(
    fields: Iterable[FormPage | FormField],
    data: Mapping[str, Any],
    errors: Errors,
    files: Mapping[str, Sequence[Any]] | None = None,
    prefix: str = "",
) -> list[Widget]:
    """One widget a field, in order."""
    return [
        _widget(field, data.get(field.key), f"{prefix}{field.key}", errors, files or {}) for field in fields_of(fields)
    ]


def _widget(
    field: FormField, value: Any, name: str, errors: Errors, files: Mapping[str, Sequence[Any]], *, part: bool = False
) -> Widget:
    base: dict[str, Any] = {
        "name": name,
        "id": element_id(name),
        "label": say(field.label) if part else field.label,
        "hint": field.help,
        "required": field.required,
        "errors": tuple(errors.get(name, ())),
    }
    if field.kind in PARTS:
        return _group(field, value, name, errors, files, base)
    if field.kind is FieldKind.TABLE:
        return _table(field, value, name, errors, files, base)
    if field.kind is FieldKind.FILE:
        return Widget("file", field.key, Field(**base), files=tuple(files.get(field.key, ())))
    made = _choice(field, value, part, base["id"]) if _chosen_from(field) else _typed(field, value, part)
    return Widget("field", field.key, Field(**base, **made))


def _chosen_from(field: FormField) -> bool:
    return field.kind in (FieldKind.CHOICE, FieldKind.CHOICES, FieldKind.BOOLEAN)


def _group(
    field: FormField, value: Any, name: str, errors: Errors, files: Mapping[str, Sequence[Any]], base: dict[str, Any]
) -> Widget:
    inner = value if isinstance(value, Mapping) else {}
    parts = [
        _widget(item, inner.get(item.key), f"{name}.{item.key}", errors, files, part=True) for item in PARTS[field.kind]
    ]
    return Widget("group", field.key, Field(**base), parts=parts)


def _table(
    field: FormField, value: Any, name: str, errors: Errors, files: Mapping[str, Sequence[Any]], base: dict[str, Any]
) -> Widget:
    data = [row for row in value if isinstance(row, Mapping)] if isinstance(value, (list, tuple)) else []
    while len(data) < max(1, field.min_rows):
        data.append({})
    rows = [
        [
            _widget(column, row.get(column.key), f"{name}.{number}.{column.key}", errors, files)
            for column in field.columns
        ]
        for number, row in enumerate(data, 1)
    ]
    more = len(rows) < field.max_rows
    return Widget("table", field.key, Field(**base), rows=rows, columns=field.columns, more=more)


def _typed(field: FormField, value: Any, part: bool) -> dict[str, Any]:
    text = "" if isinstance(value, (Mapping, list, tuple)) else next(iter(texts(value)), "")
    if field.kind is FieldKind.TEXTAREA:
        return {"kind": "textarea", "value": text, "rows": 5, "most": field.max_length}
    if field.kind is FieldKind.DATE:
        return _date(field, text)
    mode, fill, width = _TYPING.get(field.kind, ("", "", ""))
    if part and field.key in _PART_FILL:
        fill = _PART_FILL[field.key]
    plain = field.kind in (FieldKind.ID_NUMBER, FieldKind.USCC)
    return {
        "kind": "number" if field.kind is FieldKind.NUMBER else "text",
        "value": text,
        "inputmode": mode,
        "autocomplete": fill,
        "width": width,
        "unit": field.unit,
        "spellcheck": not plain,
    }


def _date(field: FormField, text: str) -> dict[str, Any]:
    """A date picker; an entry it could not show (no real date) stays visible as text."""
    if text and ISO_DATE.fullmatch(text) is None:
        return {"kind": "text", "value": text, "width": "10"}
    bounds = {"minimum": date_bound(field.earliest, today()), "maximum": date_bound(field.latest, today())}
    return {"kind": "date", "value": text, **{name: day.isoformat() for name, day in bounds.items() if day}}


def _choice(field: FormField, value: Any, part: bool, first_id: str) -> dict[str, Any]:
    """Radios, boxes or a list. The first option has the field's own id: there the error summary leads."""
    chosen = set(texts(value))
    if field.kind is FieldKind.BOOLEAN:
        rows = [("yes", say("Yes"), ""), ("no", say("No"), "")]
    else:
        rows = [(item.key, say(item.label) if part else item.label, item.note) for item in field.choices]
    listed_ = field.kind is FieldKind.CHOICE and (part or len(rows) > MOST_RADIOS)
    if listed_ and not part:
        rows = [("", say("Choose"), ""), *rows]
    options = tuple(
        Option(key, label, hint, key in chosen, first_id if number == 1 else f"{first_id}-{number}")
        for number, (key, label, hint) in enumerate(rows, 1)
    )
    several = "checkboxes" if field.kind is FieldKind.CHOICES else "radios"
    return {"kind": "select" if listed_ else several, "options": options}


def listed(found: Errors, order: Sequence[Widget] = ()) -> list[ErrorLink]:
    """The error summary in the order of the errors; an error on a compound or a table leads to its first input."""
    first = {item.field.name: item.first_id for item in order}
    return [
        ErrorLink(said, f"#{first.get(path, element_id(path))}") for path, several in found.items() for said in several
    ]
