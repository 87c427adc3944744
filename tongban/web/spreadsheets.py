"""A list as a workbook: a title, a line that says who took it out and when, the heads, the rows."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from urllib.parse import quote

from django.http import FileResponse
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from tongban.core.register import cell

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTH = 22


def workbook(
    title: str, taken: str, heads: Sequence[str], rows: Iterable[Sequence[str | int | date | None]]
) -> FileResponse:
    """The response that saves it as ``title``.xlsx. Text that a spreadsheet would take for a formula is quoted."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title[:30]
    sheet.append([cell(taken)])
    sheet.append([cell(head) for head in heads])
    for each in sheet[2]:
        each.font = Font(bold=True)
    for row in rows:
        sheet.append([cell(value) if isinstance(value, str) else value for value in row])
    for number in range(1, len(heads) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTH
    sheet.freeze_panes = "A3"
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    answer = FileResponse(out, content_type=XLSX)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(title)}.xlsx"
    answer["Cache-Control"] = "private, no-store"
    return answer
