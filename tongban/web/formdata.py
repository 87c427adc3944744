"""Between the flat names of an HTML form and the nested data that ``core.forms`` checks.

An input is called ``field``, ``field.part`` (a compound's part) or ``table.2.column`` (rows count from 1): the same
path that names an error, so that an error always finds its input. Nothing is judged here; what was typed goes in and
out unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from tongban.core.forms import PARTS, fields_of
from tongban.core.items import FieldKind, FormField, FormPage
from tongban.core.numbers import whole

#: Name suffix of a checkbox group's hidden marker: "it was on the page, even if nothing is ticked".
PRESENT = "__present"


class Posted(Protocol):
    """What Django's ``QueryDict`` offers and this module uses."""

    def get(self, key: str, default: Any = None, /) -> Any: ...

    def getlist(self, key: str, /) -> list[str]: ...

    def keys(self) -> Iterable[str]: ...


def file_name(sent: str) -> str:
    """The name of an uploaded file as its owner wrote it.

    Browsers write exactly three characters of a name in another way (HTML standard, "multipart/form-data encoding
    algorithm"): a quotation mark and the two line ends. Everything else, even another ``%``, is the name's own.
    """
    return sent.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def parse(fields: Iterable[FormPage | FormField], posted: Posted, prefix: str = "") -> dict[str, Any]:
    """The nested data of ``fields`` as it was typed. File fields are not in a form's text and are left out."""
    out: dict[str, Any] = {}
    for field in fields_of(fields):
        name = f"{prefix}{field.key}"
        if field.kind is FieldKind.FILE:
            continue
        out[field.key] = _value(field, name, posted)
    return out


def _value(field: FormField, name: str, posted: Posted) -> Any:
    if field.kind in PARTS:
        return parse(PARTS[field.kind], posted, f"{name}.")
    if field.kind is FieldKind.TABLE:
        return [parse(field.columns, posted, f"{name}.{row}.") for row in row_numbers(name, posted, field.max_rows)]
    if field.kind is FieldKind.CHOICES:
        return [text for text in posted.getlist(name) if text]
    return posted.get(name, "")


def row_numbers(name: str, posted: Posted, most: int) -> list[int]:
    """The numbers of the rows of table ``name`` that were posted, in order; at most twice ``most`` of them."""
    found = set()
    for key in set(posted.keys()):
        if key.startswith(f"{name}."):
            if number := whole(key[len(name) + 1 :].partition(".")[0], most=10 * most):
                found.add(number)
    return sorted(found)[: 2 * most]


def flatten(fields: Iterable[FormPage | FormField], data: Mapping[str, Any], prefix: str = "") -> dict[str, list[str]]:
    """The reverse of :func:`parse`: name → texts, as a form would post them."""
    out: dict[str, list[str]] = {}
    for field in fields_of(fields):
        value, name = data.get(field.key), f"{prefix}{field.key}"
        if value is None or field.kind is FieldKind.FILE:
            continue
        if field.kind in PARTS:
            out.update(flatten(PARTS[field.kind], value if isinstance(value, Mapping) else {}, f"{name}."))
        elif field.kind is FieldKind.TABLE:
            for number, row in enumerate(_rows(value), 1):
                out.update(flatten(field.columns, row, f"{name}.{number}."))
        else:
            out[name] = texts(value)
    return out


def _rows(value: Any) -> Sequence[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, (list, tuple)) else []


def texts(value: Any) -> list[str]:
    """A stored or typed value as the texts of its input."""
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, (list, tuple)):
        return [str(item) for item in value]
    return [] if value in (None, "") else [str(value)]


def element_id(path: str) -> str:
    """The HTML id of the input called ``path``: what the error summary links to."""
    return "f-" + path.replace(".", "-").replace("_", "-")
