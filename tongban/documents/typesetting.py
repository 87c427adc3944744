"""Typesetting with typst: a template of this package and plain data in, PDF out.

Data travels as one JSON input and is printed as text; nothing of it becomes part of the source. Pages follow PDF/A-2u
(ISO 19005-2) so that they can be archived; only a name with a character that no installed font has is printed without
that promise, because a person's name must never stop a decision.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings

TEMPLATES = Path(__file__).resolve().parent / "typst"
REQUIRED_FONTS = ("Noto Serif CJK SC", "Noto Sans CJK SC", "Noto Sans Mono CJK SC")
ARCHIVE_STANDARD = "a-2u"


class FontMissing(RuntimeError):
    """The Chinese fonts of official documents are not installed."""


@lru_cache(maxsize=4)
def _fonts(paths: tuple[str, ...]) -> typst.Fonts:
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=list(paths))
    missing = [name for name in REQUIRED_FONTS if name not in fonts.families()]
    if missing:
        raise FontMissing(
            f"official documents need the fonts {', '.join(missing)}. Install them (Debian: apt-get install "
            "fonts-noto-cjk) or name their directory in FONT_PATHS"
        )
    return fonts


def check_fonts() -> None:
    """Raise :class:`FontMissing` when official documents cannot be typeset on this machine."""
    _fonts(tuple(getattr(settings, "FONT_PATHS", ())))


def typeset(template: str, payload: Mapping[str, Any]) -> bytes:
    """The PDF of ``template`` (a file name below ``typst/``) filled with ``payload`` (JSON-ready values).

    Raises :class:`FontMissing`, or ``typst.TypstError`` when the template itself is wrong.
    """
    fonts = _fonts(tuple(getattr(settings, "FONT_PATHS", ())))
    compiler = typst.Compiler(input=str(TEMPLATES / template), root=str(TEMPLATES), font_paths=fonts)
    inputs = {"data": json.dumps(payload, ensure_ascii=False)}
    try:
        return _pdf(compiler, inputs, [ARCHIVE_STANDARD])
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        return _pdf(compiler, inputs, [])


def _pdf(compiler: typst.Compiler, inputs: dict[str, str], standards: list[Any]) -> bytes:
    result = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=standards)
    if not isinstance(result, bytes):
        raise RuntimeError("typst gave no PDF")
    return result


def qr_svg(text: str) -> str:
    """A QR code for ``text`` as SVG, error correction level M, without a quiet zone (the template leaves one)."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=0, dark="#0c2340", xmldecl=False)
    return out.getvalue().decode()
