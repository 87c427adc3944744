"""Office files for tests: real ones written part by part, and what people should not send."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from tongban.commands.demo_data import office

TEXT = {"title": "质量保证体系文件", "parts": [{"heading": "一、岗位责任", "text": ["质量负责人有一票否决权。"]}]}
ODF = "urn:oasis:names:tc:opendocument:xmlns"


def docx() -> bytes:
    return office.document(TEXT)


def xlsx(columns: int = 3, rows: int = 4) -> bytes:
    head = [f"第{number}列" for number in range(1, columns + 1)]
    table = {"head": head, "rows": [[f"{row}-{column}" for column in range(columns)] for row in range(rows)]}
    return office.workbook({"title": "台账", "parts": [{"heading": "台账", "table": table}]})


def opened(kind: str, body: str = "<text:p>正文</text:p>", manifest: str = "") -> bytes:
    """An OpenDocument file of ``kind`` (text, spreadsheet)."""
    spaces = f'xmlns:office="{ODF}:office:1.0" xmlns:text="{ODF}:text:1.0" xmlns:table="{ODF}:table:1.0" '
    spaces += 'xmlns:xlink="http://www.w3.org/1999/xlink"'
    content = f"<office:document-content {spaces}><office:body><office:{kind}>{body}</office:{kind}></office:body>"
    mime = f"application/vnd.oasis.opendocument.{kind}"
    listed = f'<m:file-entry m:full-path="/" m:media-type="{mime}"/>{manifest}'
    return packed(
        {
            "mimetype": mime,
            "META-INF/manifest.xml": f'<m:manifest xmlns:m="{ODF}:manifest:1.0">{listed}</m:manifest>',
            "content.xml": f"{content}</office:document-content>",
        }
    )


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def changed(content: bytes, parts: Mapping[str, str | bytes], old: str = "", new: str = "") -> bytes:
    """``content`` with ``parts`` added, and ``old`` replaced by ``new`` in its texts."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        there = {name: file.read(name).decode() for name in file.namelist()}
    if old:
        assert any(old in text for text in there.values())
    return packed({**{name: text.replace(old, new) if old else text for name, text in there.items()}, **parts})
