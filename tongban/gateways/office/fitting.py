"""Sheets for reading: all columns of a sheet beside each other on one page, as many pages down as it has rows.

As they are, wide sheets fall apart into strips of columns that nobody can read together. Only the copy that is
converted is changed: pages as wide as the sheet, turned and enlarged where there are many columns, and no print area
that would hide part of it. Done on the text of the parts (ECMA-376-1, 18.3.1; ISO/IEC 26300-3, 20.362), so
that nothing else of the file is touched.
"""

from __future__ import annotations

import io
import re
import zipfile
from itertools import islice

#: From so many columns on a page lies on its side; from so many on it is an A3 page lying on its side.
LYING, LARGE = 8, 16
_A4, _A3 = "9", "8"  # ST_PaperSize
_ROOT = re.compile(rb"<(\w+:)?worksheet\b[^>]*?>")
_PROPERTIES = re.compile(rb"<(?:\w+:)?sheetPr\b[^>]*?(?:/>|>.*?</(?:\w+:)?sheetPr>)", re.DOTALL)
_SETUP = re.compile(rb"<(?:\w+:)?pageSetup\b[^>]*?(?:/>|>.*?</(?:\w+:)?pageSetup>)", re.DOTALL)
_DATA_ENDS = re.compile(rb"</(?:\w+:)?sheetData>|<(?:\w+:)?sheetData\s*/>")
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*?\bref=\"[A-Z]+\d+(?::([A-Z]+)\d+)?\"")
_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]+)\d+\"")
_ANY_CELL = re.compile(rb"<(?:\w+:)?c\b")
_ROW = re.compile(rb"<(?:\w+:)?row(?:\s[^>]*?[^/])?>.*?</(?:\w+:)?row>", re.DOTALL)
_PRINT_NAME = re.compile(rb"<(?:\w+:)?definedName\b[^>]*?_xlnm\.Print_Area.*?</(?:\w+:)?definedName>", re.DOTALL)
_LAYOUT = re.compile(rb"<style:page-layout-properties\b")
_SCALES = re.compile(rb"\sstyle:scale-to(?:-pages|-X|-Y)?=\"[^\"]*\"")
_RANGES = re.compile(rb"\stable:print-ranges=\"[^\"]*\"")
#: Rows that are looked at for the last column.
_ROWS = 5_000


def fitted(content: bytes, extension: str) -> bytes:
    """A spreadsheet (xlsx, ods) whose pages are as wide as its sheets; other kinds as they are."""
    if extension not in ("xlsx", "ods"):
        return content
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            part = old.read(info)
            changed = _sheet_part(info.filename, part) if extension == "xlsx" else _document_part(info.filename, part)
            kind = info.compress_type if info.filename == "mimetype" else zipfile.ZIP_DEFLATED
            new.writestr(info.filename, changed, kind)
    return out.getvalue()


def _sheet_part(name: str, part: bytes) -> bytes:
    if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
        return _fit(part)
    return _PRINT_NAME.sub(b"", part) if name == "xl/workbook.xml" else part


def _fit(part: bytes) -> bytes:
    root = _ROOT.search(part)
    ends = _DATA_ENDS.search(part)
    if root is None or ends is None:
        return part
    prefix = (root.group(1) or b"").decode()
    columns = _columns(part)
    lying, large = columns >= LYING, columns >= LARGE
    setup = (
        f'<{prefix}pageSetup paperSize="{_A3 if large else _A4}" orientation="{"landscape" if lying else "portrait"}"'
        ' fitToWidth="1" fitToHeight="0"/>'
    )
    fit = f'<{prefix}sheetPr><{prefix}pageSetUpPr fitToPage="1"/></{prefix}sheetPr>'
    head, body, tail = part[: root.end()], part[root.end() : ends.end()], part[ends.end() :]
    body, tail = _PROPERTIES.sub(b"", body, count=1), _SETUP.sub(b"", tail)
    margins = re.search(rb"<(?:\w+:)?pageMargins\b[^>]*?/>", tail)
    at = margins.end() if margins else 0
    return head + fit.encode() + body + tail[:at] + setup.encode() + tail[at:]


def _columns(part: bytes) -> int:
    """The number of the last column, by the sheet's own word and by its first rows; cells need not say their place."""
    said = _DIMENSION.search(part[:4000])
    most = _number(said.group(1)) if said is not None and said.group(1) else 1
    for row in islice(_ROW.finditer(part), _ROWS):
        placed = [_number(found.group(1)) for found in _CELL.finditer(row.group())]
        most = max(most, len(_ANY_CELL.findall(row.group())), *placed)
    return most


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _document_part(name: str, part: bytes) -> bytes:
    if name == "styles.xml":
        fit = b'<style:page-layout-properties style:scale-to-X="1" style:scale-to-Y="0"'
        return _LAYOUT.sub(fit, _SCALES.sub(b"", part))
    return _RANGES.sub(b"", part) if name == "content.xml" else part
