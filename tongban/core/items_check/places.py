"""Where in an item's data a finding points: its ``field`` names keys, the editor needs positions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tongban.core.changes import Path, path_of, value_at
from tongban.core.items import ItemSpec
from tongban.core.specs import plain


def place_of(item: ItemSpec, field: str) -> Path:
    """The path in a version's document (it begins with ``item``) that ``field`` of a finding speaks of.

    Keys of materials, questions, fields and so on become positions; what cannot be found ends at its nearest known
    owner, so that a link always leads somewhere sensible.
    """
    parts = path_of(field.partition(" ")[0])
    if parts[:1] in (("transition",), ("effective_from",), ("effective_to",)):
        return parts
    document = {"item": plain(item)}
    if parts[:1] == ("check_points",):
        return _check_point(document, parts)
    if parts[:1] == ("form",) and parts != ("form",):
        return _form_field(document, parts)
    return _resolved(document, ("item",), parts)


def _resolved(document: Any, start: Path, parts: Path) -> Path:
    """``start`` and as much of ``parts`` as leads somewhere; a key chooses the element that has it."""
    path = start
    for part in parts:
        here = value_at(document, path)
        if isinstance(here, list):
            if isinstance(part, int):
                position = part if 1 <= part <= len(here) else 0
            else:
                position = next((count for count, each in enumerate(here, 1) if each.get("key") == part), 0)
            if not position:
                return path
            path = (*path, position)
        elif isinstance(part, str) and (value_at(document, (*path, part)) is not None or isinstance(here, dict)):
            path = (*path, part)
        else:
            return path
    return path


def _form_field(document: Any, parts: Path) -> Path:
    """``form.FIELD``, ``form.TABLE.COLUMN`` and what follows; ``form.fields`` is the form."""
    for page, position in _rows(document, ("item", "form")):
        for each, _ in _rows(document, (*page, "fields")):
            if value_at(document, (*each, "key")) == parts[1]:
                return _in_field(document, each, parts[2:])
        if position == parts[1]:
            return _resolved(document, page, parts[2:])
    return ("item", "form")


def _in_field(document: Any, path: Path, rest: Path) -> Path:
    for column, _ in _rows(document, (*path, "columns")):
        if rest and value_at(document, (*column, "key")) == rest[0]:
            return _resolved(document, column, rest[1:])
    return _resolved(document, path, rest)


def _check_point(document: Any, parts: Path) -> Path:
    """``check_points.KEY.source``: wherever the point is; without a key the list of materials, where most belong."""
    if len(parts) > 1:
        for path in _everywhere(document["item"], ("item",)):
            if path[-2] == "check_points" and value_at(document, (*path, "key")) == parts[1]:
                return (*path, *parts[2:])
    return ("item", "materials")


def _everywhere(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _everywhere(part, (*path, name))
    elif isinstance(value, list):
        for count, part in enumerate(value, 1):
            yield (*path, count)
            yield from _everywhere(part, (*path, count))


def _rows(document: Any, path: Path) -> Iterator[tuple[Path, int]]:
    for count in range(1, len(value_at(document, path) or []) + 1):
        yield (*path, count), count
