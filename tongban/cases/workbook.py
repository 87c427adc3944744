"""A work list as a workbook, under a line that says who took it out and when; persons are masked unless asked.

Rows are written as they are read, so that a list of any length needs little memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font, PatternFill

from tongban.cases.queries.views import WorkRow
from tongban.core import codes
from tongban.core.clock import colour

#: Width of a column in characters.
_WIDTHS = {"number": 26, "item": 44, "applicant": 36, "marks": 28}
_DATE = "yyyy-mm-dd"
#: Characters that the name of a sheet cannot have.
_NOT_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


@dataclass(frozen=True)
class Plan:
    """What the workbook shows, in the words of the officer who asked: ``words`` holds labels by their key.

    Keys of ``words``: columns as they are; ``stage:``, ``tag:``, ``clock:`` and ``colour:`` before the others;
    ``reviews`` and ``deputy`` are patterns with one place. ``watermark`` is the first line.
    """

    columns: tuple[str, ...]
    title: str
    watermark: str
    masked: bool = True
    words: Mapping[str, str] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As it is stored for the worker."""
        return asdict(self)


def plan_of(stored: Mapping[str, Any]) -> Plan:
    """The reverse of :meth:`Plan.plain`."""
    return Plan(**{**stored, "columns": tuple(stored["columns"])})


def write(rows: Iterable[WorkRow], plan: Plan, out: IO[bytes]) -> int:
    """Write ``rows`` into ``out`` and return how many there were."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(_text(plan.title).translate(_NOT_IN_TITLES)[:31])
    keys = [key for column in plan.columns for key in _keys(column)]
    heads = [plan.words.get(key, key) for key in keys]
    for at, key in enumerate(keys):
        sheet.column_dimensions[chr(ord("A") + at)].width = _WIDTHS.get(key, 14)
    sheet.freeze_panes = "A3"
    sheet.oddFooter.center.text = _text(plan.watermark).replace("&", "&&")
    sheet.append([_cell(sheet, plan.watermark, Font(bold=True, color="9A5B00"), PatternFill("solid", "FFF4DC"))])
    sheet.append([_cell(sheet, head, Font(bold=True)) for head in heads])
    many = 0
    for row in rows:
        sheet.append([_value(sheet, value) for column in plan.columns for value in _values(column, row, plan)])
        many += 1
    book.save(out)
    return many


def _keys(column: str) -> Sequence[str]:
    return ("clock", "due", "colour") if column == "clock" else (column,)


def _values(column: str, row: WorkRow, plan: Plan) -> Sequence[str | date | None]:
    words = plan.words
    if column == "applicant":
        person = row.applicant_kind == "person" and plan.masked
        return (codes.mask_name(row.applicant_name) if person else row.applicant_name,)
    if column == "stage":
        return (words.get(f"stage:{row.stage}", row.stage),)
    if column == "marks":
        return ("、".join(_mark(key, words) for key in row.tags),)
    if column == "clock":
        name = words.get(f"clock:{row.clock.partition(':')[0]}", row.clock)
        if row.reading is None:
            return ("", None, "")
        return (name, row.reading.due, words.get(f"colour:{colour(row.reading)}", ""))
    plainly: dict[str, str | date] = {
        "number": row.number,
        "item": row.item_name,
        "assignee": row.assignee_name,
        "received": row.received_on,
    }
    return (plainly[column],)


def _mark(key: str, words: Mapping[str, str]) -> str:
    kind, _colon, about = key.partition(":")
    pattern = words.get(kind, "")
    return pattern.replace("%s", about) if about and pattern else words.get(f"tag:{key}", key)


def _value(sheet: Any, value: str | date | None) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        return _cell(sheet, value)
    cell = WriteOnlyCell(sheet, value=datetime.combine(value, time.min))
    cell.number_format = _DATE
    return cell


def _cell(sheet: Any, value: str, font: Font | None = None, fill: PatternFill | None = None) -> Any:
    """Text stays text: what an applicant wrote is never taken for a formula."""
    cell = WriteOnlyCell(sheet, value=_text(value))
    cell.data_type = "s"
    if font is not None:
        cell.font = font
    if fill is not None:
        cell.fill = fill
    return cell


def _text(value: str) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("", value)
