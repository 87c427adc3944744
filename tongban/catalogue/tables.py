"""Reading a published item list: CSV (UTF-8 or GB 18030) or XLSX, into typed rows.

Two shapes are known: the national one, with item codes of GB/T 39554 (columns of the implementation list), and the
local one, with a code scheme of its own that is kept as free text. Columns are found by their published names, their
names in the national front-end library, or in Chinese.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from tongban.catalogue.views import ImportNote
from tongban.core.errors import gettext_noop
from tongban.core.items_check.rows import PublishedRow

MAX_BYTES = 50_000_000
MAX_UNPACKED = 400_000_000
MAX_CODE = 100

#: Column → the names under which it is found, the published one first.
NATIONAL: dict[str, tuple[str, ...]] = {
    "task_code": ("task_code", "实施编码", "业务办理项编码", "task_handle_item"),
    "catalog_code": ("catalog_code", "基本编码"),
    "task_type_local": ("task_type_local", "事项类型编码", "task_type"),
    "task_type_text": ("task_type_text", "事项类型"),
    "task_name": ("task_name", "事项名称"),
    "dept_name": ("dept_name", "实施主体"),
    "area_code": ("area_code", "行政区划代码"),
    "level": ("level", "行使层级", "use_level"),
    "statutory": ("statutory", "法定办结时限"),
    "promised": ("promised", "承诺办结时限"),
    "visits": ("visits", "到办事现场次数", "limit_scene_num"),
    "co_department": ("co_department", "联办机构", "other_dept"),
    "service_objects": ("service_objects", "服务对象", "server_type"),
    "themes": ("themes", "主题分类"),
    "materials": ("materials", "材料名称", "material_name"),
}
LOCAL: dict[str, tuple[str, ...]] = {
    "local_item_code": ("local_item_code", "地方实施编码", "local_task_code"),
    "name": ("name", "事项名称", "task_name"),
    "department": ("department", "实施主体", "dept_name"),
    "task_type": ("task_type", "事项类型"),
    "main_item": ("main_item", "主项名称"),
}


@dataclass
class Table:
    """What a file held: typed rows and the errors that make it unusable."""

    rows: list[PublishedRow] = field(default_factory=list)
    errors: list[ImportNote] = field(default_factory=list)


def read_table(content: bytes, name: str) -> Table:
    """The rows of the file called ``name``; every error that speaks against importing it is listed."""
    table = Table()
    records = _records(content, name, table)
    if table.errors:
        return table
    if not records:
        _refuse(table, 0, "(file)", gettext_noop("The file is empty."), gettext_noop("Give a list with a header line."))
        return table
    header = [cell.strip() for cell in records[0]]
    columns, national = _columns(header, table)
    if table.errors:
        return table
    for number, record in enumerate(records[1:], 2):
        if not any(cell.strip() for cell in record):
            continue
        if len(record) > len(header) and any(cell.strip() for cell in record[len(header) :]):
            _refuse(
                table,
                number,
                "(row)",
                gettext_noop("The row has %(count)s cells under %(columns)s columns."),
                gettext_noop("Put values that contain a comma into quotation marks."),
                count=len(record),
                columns=len(header),
            )
            continue
        cells = {column: record[place].strip() if place < len(record) else "" for column, place in columns.items()}
        table.rows.append(_national(number, cells) if national else _local(number, cells))
    _check_codes(table, "task_code" if national else "local_item_code")
    if not table.rows and not table.errors:
        _refuse(table, 0, "(file)", gettext_noop("The file has a header but no rows."), gettext_noop("Add the items."))
    return table


def _refuse(table: Table, row: int, where: str, message: str, remedy: str, **params: object) -> None:
    table.errors.append(ImportNote(row, where, message, remedy, params=params))


def _records(content: bytes, name: str, table: Table) -> list[list[str]]:
    if len(content) > MAX_BYTES:
        _unreadable(table, gettext_noop("The file is larger than %(most)s MB."), most=MAX_BYTES // 1_000_000)
        return []
    if content[:4] == b"PK\x03\x04":
        return _workbook(content, table)
    if name.lower().endswith((".xlsx", ".xlsm", ".xls")) or b"\x00" in content:
        _unreadable(table, gettext_noop("The file is neither a text file nor an XLSX workbook."))
        return []
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return _csv(text, table)
    _unreadable(table, gettext_noop("The file is written neither in UTF-8 nor in GB 18030."))
    return []


def _unreadable(table: Table, message: str, **params: object) -> None:
    remedy = gettext_noop("Give the published list as CSV in UTF-8 or as XLSX.")
    _refuse(table, 0, "(file)", message, remedy, **params)


def _csv(text: str, table: Table) -> list[list[str]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        _unreadable(table, gettext_noop("The CSV file is damaged: %(problem)s."), problem=str(error))
        return []


def _workbook(content: bytes, table: Table) -> list[list[str]]:
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                _unreadable(
                    table,
                    gettext_noop("The workbook unpacks to more than %(most)s MB."),
                    most=MAX_UNPACKED // 1_000_000,
                )
                return []
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            return [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        finally:
            book.close()
    except Exception:  # openpyxl raises whatever its XML parser does; each means that the workbook cannot be read
        _unreadable(table, gettext_noop("The workbook is damaged or protected."))
        return []


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value)


def _columns(header: list[str], table: Table) -> tuple[dict[str, int], bool]:
    """Column → place in the row, and whether the list is of the national shape."""
    local = _place(header, LOCAL["local_item_code"]) is not None and _place(header, NATIONAL["task_code"]) is None
    wanted = LOCAL if local else NATIONAL
    found: dict[str, int] = {}
    if not any(name in header for names in wanted.values() for name in names):
        _unreadable(table, gettext_noop("This is not an item list: the first row holds none of its columns."))
        return found, not local
    for column, names in wanted.items():
        place = _place(header, names)
        if place is None:
            _refuse(
                table,
                1,
                column,
                gettext_noop("The column %(column)s is missing."),
                gettext_noop("Add it; it may also be called %(names)s."),
                column=column,
                names="、".join(names[1:]) or column,
            )
        else:
            found[column] = place
    for name, count in Counter(cell for cell in header if cell).items():
        if count > 1 and any(name in names for names in wanted.values()):
            _refuse(
                table,
                1,
                name,
                gettext_noop("The column %(column)s stands there %(count)s times."),
                gettext_noop("Keep one of them."),
                column=name,
                count=count,
            )
    return found, not local


def _place(header: list[str], names: tuple[str, ...]) -> int | None:
    return next((header.index(name) for name in names if name in header), None)


def row_from_cells(cells: Mapping[str, str], number: int = 0) -> PublishedRow | None:
    """A row as it was stored at import, typed again; ``None`` when it is of neither shape."""
    if "task_code" in cells:
        return _national(number, {column: str(cells.get(column, "")) for column in NATIONAL})
    if "local_item_code" in cells:
        return _local(number, {column: str(cells.get(column, "")) for column in LOCAL})
    return None


def _national(number: int, cells: Mapping[str, str]) -> PublishedRow:
    return PublishedRow(
        number=number,
        code=cells["task_code"],
        name=cells["task_name"],
        department=cells["dept_name"],
        local_type=cells["task_type_local"],
        raw=dict(cells),
        type_text=cells["task_type_text"],
        base_code=cells["catalog_code"],
        area_code=cells["area_code"],
        level=cells["level"],
        statutory=cells["statutory"],
        promised=cells["promised"],
        visits=cells["visits"],
        co_department=cells["co_department"],
        service_objects=tuple(_listed(cells["service_objects"])),
        themes=tuple(_listed(cells["themes"])),
        materials=tuple(_listed(cells["materials"])),
    )


def _local(number: int, cells: Mapping[str, str]) -> PublishedRow:
    area = re.search(r"(?<!\d)([1-6]\d{5})0{6}(?!\d)", cells["local_item_code"])
    return PublishedRow(
        number=number,
        code=cells["local_item_code"],
        name=cells["name"],
        department=cells["department"],
        local_type=cells["task_type"],
        raw=dict(cells),
        area_code=area.group(1) if area else "",
        main_item="" if cells["main_item"] == "未分类" else cells["main_item"],
        national=False,
    )


def _listed(text: str) -> Iterator[str]:
    seen: set[str] = set()
    for part in re.split(r"[|；;]", text):
        plain = part.strip()
        if plain and plain != "无" and plain not in seen:
            seen.add(plain)
            yield plain


def _check_codes(table: Table, column: str) -> None:
    first: dict[str, int] = {}
    for row in table.rows:
        if not row.code:
            _refuse(
                table,
                row.number,
                column,
                gettext_noop("The item “%(name)s” has no code."),
                gettext_noop("Write its code, or take the row out."),
                name=row.name[:60],
            )
        elif len(row.code) > MAX_CODE:
            _refuse(
                table,
                row.number,
                column,
                gettext_noop("The code is longer than %(most)s characters."),
                gettext_noop("Check that the columns are not shifted."),
                most=MAX_CODE,
            )
        elif row.code in first:
            _refuse(
                table,
                row.number,
                column,
                gettext_noop("The code %(code)s stands in row %(first)s already."),
                gettext_noop("Remove one of the rows or correct its code."),
                code=row.code,
                first=first[row.code],
            )
        else:
            first[row.code] = row.number
