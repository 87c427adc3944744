"""One version of an item as a workbook: one sheet for its single values, one for each of its lists, and back.

Every row of a list begins with the number of its entry, ``3.2`` being the second of the third; the columns are the
fields by their keys, those of a part as ``limit.value``. Nothing is left out and nothing guessed: an empty cell is an
empty value, a list of texts stands one a line, conditions and whatever a line cannot hold are short YAML.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import openpyxl
import yaml
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tongban.catalogue.names import ENTRY_NAMES
from tongban.core.errors import FieldError, Invalid, Refused, gettext_noop
from tongban.core.items import ItemVersionSpec
from tongban.core.numbers import whole
from tongban.core.shapes import Shape, shapes
from tongban.core.specs import build, plain

#: The sheet of single values, and the column that numbers the entries of a list.
FIRST, NUMBER = "version", "#"
#: Stands in a cell for a part that is there though all its values are empty.
THERE = "yes"
MOST_ROWS, MOST_CELLS = 5_000, 200_000
MOST_IN_A_CELL = 32_767
_MARK = "yaml: "
#: Sheet names may have 31 characters; a dot separates the list from the list it belongs to.
_SHEET = 31


def write_workbook(key: str, version: ItemVersionSpec) -> bytes:
    """The workbook of ``version``; :func:`read_workbook` reads it back."""
    book = openpyxl.Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = FIRST
    data = plain(version)
    _put(first, ["field", "name", "value"], head=True)
    _put(first, ["key", "", key])
    for path, shape in _leaves(ItemVersionSpec):
        _put(first, [".".join(path), ENTRY_NAMES.get(path[-1], ""), _cell(shape, _at(data, path, shape))])
    for name, _path, cls in _lists(ItemVersionSpec):
        _write_list(book, name, cls, data)
    _arrange(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _leaves(cls: type, start: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Shape]]:
    """The single values of ``cls`` and of its single parts; an optional part begins with whether it is there."""
    for name, shape in shapes(cls).items():
        if shape.sort == "group":
            if shape.optional:
                yield (*start, name), shape
            yield from _leaves(shape.cls, (*start, name))
        elif shape.sort != "list":
            yield (*start, name), shape


def _lists(cls: type, start: tuple[str, ...] = (), above: str = "") -> Iterator[tuple[str, tuple[str, ...], type]]:
    """Every list below ``cls``: (sheet, the way from its owner, class of its entries), owners before what they own."""
    for name, shape in shapes(cls).items():
        path = (*start, name)
        if shape.sort == "list":
            sheet = ".".join(part for part in (above, *path) if part not in ("", "item"))
            yield sheet, path, shape.cls
            if shape.cls is not cls:
                yield from _lists(shape.cls, (), sheet)
            else:
                yield from ((f"{sheet}.{inner}", (inner,), each.cls) for inner, each in _choices(shape.cls))
        elif shape.sort == "group":
            yield from _lists(shape.cls, path, above)


def _choices(cls: type) -> Iterator[tuple[str, Shape]]:
    """The lists of a column of a table: its choices. Columns of columns do not exist."""
    return ((name, each) for name, each in shapes(cls).items() if each.sort == "list" and each.cls is not cls)


def _at(data: Any, path: Sequence[str], shape: Shape) -> Any:
    for part in path:
        data = data.get(part) if isinstance(data, Mapping) else None
    if shape.sort == "group":
        return THERE if data is not None else ""
    return shape.default if data is None else data


def _cell(shape: Shape, value: Any) -> str:
    if value is None:
        return ""
    if shape.sort == "yes_no":
        return THERE if value else "no"
    if shape.sort in ("texts", "mapping"):
        lines = shape.sort == "texts" and all(_one_line(each) for each in value)
        return "\n".join(value) if lines else _yaml(value)
    text = str(value)
    return _yaml(text) if text.startswith(_MARK) or text != text.strip() or _unseen(text) else text


def _one_line(text: str) -> bool:
    plain_text = text == text.strip() and len(text.splitlines()) == 1
    return bool(text) and plain_text and not text.startswith(_MARK) and not _unseen(text)


def _unseen(text: str) -> bool:
    """Whether ``text`` has characters a workbook cannot hold or gives back otherwise."""
    return ILLEGAL_CHARACTERS_RE.search(text) is not None or "\r" in text or "_x" in text


def _yaml(value: Any) -> str:
    return _MARK + yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=100_000).removesuffix(
        "...\n"
    )


def _write_list(book: openpyxl.Workbook, name: str, cls: type, data: Any) -> None:
    sheet = book.create_sheet(_title(name))
    leaves = list(_leaves(cls))
    _put(sheet, [NUMBER, *(".".join(leaf) for leaf, _shape in leaves)], head=True)
    _put(sheet, ["", *(ENTRY_NAMES.get(leaf[-1], "") for leaf, _shape in leaves)], head=True)
    for number, entry in _entries(data, name):
        _put(sheet, [number, *(_cell(shape, _at(entry, leaf, shape)) for leaf, shape in leaves)])


def _title(name: str) -> str:
    """The sheet of a list: its way, the front cut where a sheet's name has no room."""
    return name if len(name) <= _SHEET else name[-_SHEET:].partition(".")[2]


def _entries(data: Any, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The entries of the list ``name`` with their numbers."""
    yield from _walk({"item": data["item"]}, _way(name), "")


def _way(name: str) -> tuple[tuple[str, ...], ...]:
    """The lists that lead to ``name``, each as the way from its owner."""
    cls: type = ItemVersionSpec
    parts, way = ("item", *name.split(".")), tuple[str, ...]()
    out: list[tuple[str, ...]] = []
    for part in parts:
        shape = shapes(cls)[part]
        way = (*way, part)
        cls = shape.cls
        if shape.sort == "list":
            out.append(way)
            way = ()
    return tuple(out)


def _walk(data: Any, ways: Sequence[tuple[str, ...]], number: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    rows = data
    for part in ways[0]:
        rows = rows.get(part) if isinstance(rows, Mapping) else None
    for count, row in enumerate(rows or [], 1):
        here = f"{number}.{count}" if number else str(count)
        if len(ways) == 1:
            yield here, row
        else:
            yield from _walk(row, ways[1:], here)


def _put(sheet: Worksheet, values: Sequence[str], *, head: bool = False) -> None:
    """A row of texts; a text that looks like a formula or a number stays a text."""
    row = sheet.max_row + 1 if sheet.cell(1, 1).value is not None else 1
    for column, value in enumerate(values, 1):
        cell = sheet.cell(row, column)
        assert isinstance(cell, Cell)
        cell.value = _fitting(value)
        cell.data_type = "s"
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        if head:
            cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DFEAF6")


def _fitting(text: str) -> str:
    if len(text) > MOST_IN_A_CELL:
        raise Refused(
            gettext_noop("A text of this version is too long for a cell of a workbook."),
            remedy=gettext_noop("Export the version as YAML."),
        )
    return text


def _arrange(book: openpyxl.Workbook) -> None:
    for sheet in book.worksheets:
        sheet.freeze_panes = "B2" if sheet.title == FIRST else "B3"
        for column in range(1, sheet.max_column + 1):
            longest = max(len(str(sheet.cell(row, column).value or "")) for row in range(1, sheet.max_row + 1))
            sheet.column_dimensions[get_column_letter(column)].width = max(8, min(60, longest * 1.6))


def read_workbook(content: bytes) -> ItemVersionSpec:
    """The version in a workbook. Raises :class:`Invalid` naming the sheet and the row of whatever is wrong."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    except Exception as error:  # openpyxl raises whatever its XML parser does; each means that it cannot be read
        raise _invalid("(file)", gettext_noop("The file is not a readable workbook.")) from error
    if FIRST not in book.sheetnames:
        raise _invalid("(file)", gettext_noop("The workbook has no sheet “version”."))
    if sum(sheet.max_row * sheet.max_column for sheet in book.worksheets) > MOST_CELLS:
        raise _invalid("(file)", gettext_noop("The workbook is too large for one item."))
    data: dict[str, Any] = {}
    values = {str(row[0].value or ""): _text(row[2].value) for row in _rows(book[FIRST], 2) if len(row) > 2}
    _fill(data, ItemVersionSpec, values, FIRST, 2)
    for name, _path, cls in _lists(ItemVersionSpec):
        _read_list(book, name, cls, data)
    return build(ItemVersionSpec, data)


def _rows(sheet: Worksheet, start: int) -> Iterator[Sequence[Any]]:
    return sheet.iter_rows(min_row=start, max_row=min(sheet.max_row, MOST_ROWS))


def _text(value: Any) -> str:
    """A cell as text: what a person typed into a spreadsheet may have become a number or a date."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime | dt.date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return THERE if value is True else "no" if value is False else str(value)


def _fill(target: dict[str, Any], cls: type, values: Mapping[str, str], sheet: str, row: int) -> None:
    """Put the single values of a ``cls`` where they belong; parts that are not there are left out."""
    absent: list[tuple[str, ...]] = []
    for path, shape in _leaves(cls):
        text = values.get(".".join(path), "")
        if any(path[: len(each)] == each for each in absent):
            continue
        if shape.sort == "group":
            if text.strip() != THERE:
                absent.append(path)
            continue
        value = _value(shape, text, f"{sheet}!{row} {'.'.join(path)}")
        if value is not None:
            owner = target
            for part in path[:-1]:
                owner = owner.setdefault(part, {})
            owner[path[-1]] = value
    for path, shape in _groups(cls):
        if not any(path[: len(each)] == each for each in absent) and shape.optional:
            _open(target, path)
    _begin_lists(target, cls)


def _begin_lists(target: dict[str, Any], cls: type) -> None:
    """Every list of an entry is there, if only empty; its rows come with the sheets that follow."""
    for name, shape in shapes(cls).items():
        if shape.sort == "list":
            target.setdefault(name, [])
        elif shape.sort == "group" and isinstance(target.get(name), dict):
            _begin_lists(target[name], shape.cls)


def _groups(cls: type, start: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Shape]]:
    for name, shape in shapes(cls).items():
        if shape.sort == "group":
            yield (*start, name), shape
            yield from _groups(shape.cls, (*start, name))


def _open(target: dict[str, Any], path: Sequence[str]) -> dict[str, Any]:
    for part in path:
        target = target.setdefault(part, {})
    return target


def _value(shape: Shape, text: str, where: str) -> Any:
    if text.startswith(_MARK):
        try:
            return yaml.safe_load(text.removeprefix(_MARK))
        except yaml.YAMLError as error:
            raise _invalid(where, gettext_noop("The cell is not readable YAML.")) from error
    if shape.sort == "texts":
        return [line.strip() for line in text.split("\n") if line.strip()]
    if shape.sort == "mapping":
        return {}
    if shape.sort == "yes_no":
        return text.strip() == THERE
    if shape.sort == "number":
        try:
            return int(text.strip() or 0)
        except ValueError as error:
            raise _invalid(where, gettext_noop("The cell is not a whole number.")) from error
    if shape.sort in ("date", "choice"):
        return text.strip() or None
    return text


def _read_list(book: openpyxl.Workbook, name: str, cls: type, data: dict[str, Any]) -> None:
    title = _title(name)
    rows: Sequence[Sequence[Any]] = list(_rows(book[title], 1)) if title in book.sheetnames else []
    columns = [_text(cell.value) for cell in rows[0]] if rows else []
    for line, row in enumerate(rows[2:], 3):
        texts = dict(zip(columns, (_text(cell.value) for cell in row), strict=False))
        number = texts.get(NUMBER, "").strip()
        if not any(text.strip() for text in texts.values()):
            continue
        entry: dict[str, Any] = {}
        _fill(entry, cls, texts, title, line)
        _place(data, _way(name), number, f"{title}!{line}").append(entry)


def _place(data: dict[str, Any], ways: Sequence[tuple[str, ...]], number: str, where: str) -> list[Any]:
    """The list an entry numbered ``number`` belongs to; entries stand in the order of their rows."""
    parts = number.split(".")
    if len(parts) != len(ways) or any(whole(part) is None for part in parts):
        raise _invalid(where, gettext_noop("The first column has to number the entries, such as 3 or 3.2."))
    owner: Any = data
    for way, part in zip(ways[:-1], parts[:-1], strict=True):
        rows = _open(owner, way[:-1]).get(way[-1], [])
        if not 1 <= int(part) <= len(rows):
            raise _invalid(where, gettext_noop("The entry this row belongs to does not exist."))
        owner = rows[int(part) - 1]
    found: list[Any] = _open(owner, ways[-1][:-1]).setdefault(ways[-1][-1], [])
    return found


def _invalid(where: str, message: str) -> Invalid:
    remedy = gettext_noop("Export the version again and change the cells of that file.")
    return Invalid(message, remedy=remedy, errors=[FieldError(where, message, remedy)])
