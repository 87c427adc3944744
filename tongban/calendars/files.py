"""Reading and writing files of days: CSV and XLSX, headings in Chinese or English."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from tongban.calendars.rules import FileRow, Findings
from tongban.core.calendar import CalendarRow, Kind, WorkCalendar, weekday_kind
from tongban.core.errors import Invalid, gettext_noop

COLUMNS = ("date", "kind", "name", "source")
_REQUIRED = ("date", "kind", "source")
_HEADINGS = {
    "date": "date",
    "日期": "date",
    "kind": "kind",
    "类别": "kind",
    "类型": "kind",
    "name": "name",
    "名称": "name",
    "source": "source",
    "source document": "source",
    "来源": "source",
    "来源文件": "source",
    "依据文件": "source",
}
_KINDS: dict[str, Kind] = {
    "workday": "workday",
    "工作日": "workday",
    "weekend": "weekend",
    "公休日": "weekend",
    "周末": "weekend",
    "holiday": "holiday",
    "节假日": "holiday",
    "放假": "holiday",
    "makeup": "makeup",
    "调休上班": "makeup",
    "调休上班日": "makeup",
}
_DATE = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d{2})(\d{2})|(\d{4})年(\d{1,2})月(\d{1,2})日", re.ASCII
)
#: What openpyxl lets through when a workbook is none, or is cut short (XML faults are SyntaxErrors).
_BROKEN_WORKBOOK = (
    InvalidFileException,
    zipfile.BadZipFile,
    SyntaxError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    OSError,
)
_MOST_BYTES = 5 * 1024 * 1024

Line = tuple[int, Sequence[object]]


def read_file(path: Path) -> list[FileRow]:
    """The days of ``path`` (CSV in UTF-8 or GB 18030, or XLSX), with the rows they stand in.

    Raises :class:`Invalid` for a file that cannot be read, a missing column, or dates that are none.
    """
    lines = _lines(path)
    try:
        _number, heading = next(lines)
    except StopIteration:
        raise _unreadable(path, gettext_noop("The file %(file)s is empty.")) from None
    columns = _columns(heading)
    findings = Findings()
    rows = []
    for number, cells in lines:
        row = _row(number, columns, cells, findings)
        if row is not None:
            rows.append(row)
    if findings.errors:
        raise Invalid(gettext_noop("The file has rows that cannot be read."), errors=findings.errors)
    return rows


def _unreadable(path: Path, message: str) -> Invalid:
    remedy = gettext_noop("Give a CSV or XLSX file; `tongban calendar template YEAR` writes one to fill in.")
    return Invalid(message, remedy=remedy, params={"file": path.name})


def _lines(path: Path) -> Iterator[Line]:
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise _unreadable(path, gettext_noop("The file %(file)s is too large for a calendar."))
        content = path.read_bytes()
    except OSError:
        raise _unreadable(path, gettext_noop("The file %(file)s cannot be opened.")) from None
    if content[:2] == b"PK" or path.suffix.lower() in {".xlsx", ".xlsm"}:
        return _workbook_lines(path, content)
    return _text_lines(path, content)


def _workbook_lines(path: Path, content: bytes) -> Iterator[Line]:
    try:
        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
        rows = [tuple(row) for row in sheet.iter_rows(values_only=True)]
    except _BROKEN_WORKBOOK:
        raise _unreadable(path, gettext_noop("The file %(file)s is not a workbook.")) from None
    return _filled(rows)


def _text_lines(path: Path, content: bytes) -> Iterator[Line]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return _filled(csv.reader(io.StringIO(text, newline="")))
    raise _unreadable(path, gettext_noop("The file %(file)s is not text in UTF-8 or GB 18030."))


def _filled(rows: Iterable[Sequence[object]]) -> Iterator[Line]:
    for number, cells in enumerate(rows, start=1):
        if any(_text(cell) for cell in cells):
            yield number, cells


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _columns(heading: Sequence[object]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, cell in enumerate(heading):
        name = _HEADINGS.get(_text(cell).lower())
        if name is not None:
            found.setdefault(name, place)
    missing = [name for name in _REQUIRED if name not in found]
    if missing:
        raise Invalid(
            gettext_noop("The file lacks the column(s) %(columns)s."),
            remedy=gettext_noop(
                "The first row names the columns: date, kind, name, source (日期, 类别, 名称, 来源文件)."
            ),
            params={"columns": ", ".join(missing)},
        )
    return found


def _row(number: int, columns: dict[str, int], cells: Sequence[object], findings: Findings) -> FileRow | None:
    values = {name: cells[place] if place < len(cells) else None for name, place in columns.items()}
    day = as_date(values["date"])
    if day is None:
        findings.add(
            number,
            "date",
            gettext_noop("Row %(row)s: “%(text)s” is not a date."),
            gettext_noop("Write it like 2027-01-01."),
            text=_text(values["date"]),
        )
        return None
    word = _text(values["kind"])
    kind = _KINDS.get(word.lower())
    if kind is None:
        findings.add(
            number,
            "kind",
            gettext_noop("Row %(row)s: “%(kind)s” is not a kind of day."),
            gettext_noop("Write workday, weekend, holiday or makeup (工作日, 公休日, 节假日, 调休上班)."),
            kind=word,
        )
        return None
    return FileRow(number, CalendarRow(day, kind, _text(values.get("name")), _text(values["source"])))


def as_date(cell: object) -> date | None:
    """A cell as a date, ``None`` if it is none."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    match = _DATE.fullmatch(_text(cell))
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part is not None and part.isdecimal())
    try:
        return date(year, month, day)
    except ValueError:
        return None


def template(year: int, calendar: WorkCalendar) -> str:
    """A CSV of every day of ``year`` to fill in: what is loaded where it is, else weekdays and weekends."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    day = date(year, 1, 1)
    while day.year == year:
        known = calendar.day(day)
        kind = known.kind if known.firm else weekday_kind(day)
        writer.writerow((day.isoformat(), kind, known.name, known.source))
        day += timedelta(days=1)
    return out.getvalue()
