"""Sample materials as office files: the same descriptions that are typeset elsewhere, as a text or a workbook.

Written part by part (ECMA-376), so that the same description always gives the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape

_INVENTED = "演示材料，内容均为虚构"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TEXT_SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def document(data: Mapping[str, Any]) -> bytes:
    """A text (DOCX) of the look ``text``: title, opening, parts with paragraphs and tables, who signs."""
    body = [_paragraph(_INVENTED, size=18), _paragraph(data["title"], size=36, bold=True, centred=True)]
    body += [_paragraph(line) for line in (*_number(data), *data.get("opening", ()))]
    for part in data["parts"]:
        body += [_paragraph(part["heading"], size=26, bold=True)] if "heading" in part else []
        body += [_paragraph(line) for line in part.get("text", ())]
        body += [_table([part["table"]["head"], *part["table"]["rows"]])] if "table" in part else []
    body += [_paragraph(f"{each['role']}：{each['name']}（盖章）　{each.get('signer', '')}") for each in _parties(data)]
    text = f'{_HEAD}<w:document xmlns:w="{_TEXT_SPACE}"><w:body>{"".join(body)}</w:body></w:document>'
    return _package("word/document.xml", text, f"{_WORD}.document.main+xml", {})


def workbook(data: Mapping[str, Any]) -> bytes:
    """A workbook (XLSX) of the same look: one sheet for each part that has a table."""
    parts = [part for part in data["parts"] if "table" in part]
    names = [str(part.get("heading", data["title"]))[:31] for part in parts]
    sheets = {f"xl/worksheets/sheet{n}.xml": _sheet(data["title"], part["table"]) for n, part in enumerate(parts, 1)}
    listed = "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="s{n}"/>' for n, name in enumerate(names, 1))
    book = f'{_HEAD}<workbook xmlns="{_SHEET_SPACE}" xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>'
    return _package("xl/workbook.xml", book, f"{_SHEET}.sheet.main+xml", sheets)


def _number(data: Mapping[str, Any]) -> list[str]:
    return [data["number"]] if "number" in data else []


def _parties(data: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    parties: Iterable[Mapping[str, Any]] = data.get("parties", ())
    return parties


def _paragraph(text: str, *, size: int = 22, bold: bool = False, centred: bool = False) -> str:
    look = f'<w:rPr>{"<w:b/>" if bold else ""}<w:sz w:val="{size}"/></w:rPr>'
    place = '<w:pPr><w:jc w:val="center"/></w:pPr>' if centred else ""
    return f'<w:p>{place}<w:r>{look}<w:t xml:space="preserve">{escape(str(text))}</w:t></w:r></w:p>'


def _table(rows: Iterable[Iterable[Any]]) -> str:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="808080"/>' for side in sides)
    lines = (f"<w:tr>{''.join(f'<w:tc>{_paragraph(cell, size=20)}</w:tc>' for cell in row)}</w:tr>" for row in rows)
    return f"<w:tbl><w:tblPr><w:tblBorders>{borders}</w:tblBorders></w:tblPr>{''.join(lines)}</w:tbl>"


def _sheet(title: str, table: Mapping[str, Any]) -> str:
    rows = [[title], [_INVENTED], ["序号", *table["head"]]]
    rows += [[number, *row] for number, row in enumerate(table["rows"], 1)]
    lines = (f'<row r="{n}">{"".join(_cell(value) for value in row)}</row>' for n, row in enumerate(rows, 1))
    wide = f'<cols><col min="1" max="1" width="8"/><col min="2" max="{len(table["head"]) + 1}" width="22"/></cols>'
    return f'{_HEAD}<worksheet xmlns="{_SHEET_SPACE}">{wide}<sheetData>{"".join(lines)}</sheetData></worksheet>'


def _cell(value: Any) -> str:
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def _package(main: str, text: str, kind: str, sheets: Mapping[str, str]) -> bytes:
    kinds = "".join(f'<Override PartName="/{name}" ContentType="{_SHEET}.worksheet+xml"/>' for name in sheets)
    folder, _slash, name = main.rpartition("/")
    parts = {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{main}" ContentType="{kind}"/>{kinds}</Types>',
        "_rels/.rels": _relations({"m": ("officeDocument", main)}),
        main: text,
        **sheets,
    }
    if sheets:
        targets = {f"s{n}": ("worksheet", sheet.removeprefix(f"{folder}/")) for n, sheet in enumerate(sheets, 1)}
        parts[f"{folder}/_rels/{name}.rels"] = _relations(targets)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for path, content in parts.items():
            info = zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(info, content)
    return out.getvalue()


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    rows = "".join(
        f'<Relationship Id="{key}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'
