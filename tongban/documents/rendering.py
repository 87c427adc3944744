"""Documents as PDF: the composed text in the official layout."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from tongban.documents.composing import Block, Composition, compose, date_text, english_date
from tongban.documents.kinds import ENGLISH, IssuingAuthority, english_kinds, prevails_text
from tongban.documents.typesetting import qr_svg, typeset
from tongban.gateways import seal as seals
from tongban.gateways.seal import Seal


def render(
    kind: str,
    data: Mapping[str, Any],
    *,
    authority: IssuingAuthority,
    number: str = "",
    issued_on: dt.date | None = None,
    seal: Seal | None = None,
    english: bool = False,
) -> bytes:
    """The unsigned PDF of a document with the picture of ``seal``; without a number it is a preview and says so.

    With ``english`` the English text follows the Chinese one, where the kind has one.

    Raises :class:`~tongban.core.errors.Invalid` when ``data`` lacks something, or
    :class:`~tongban.documents.typesetting.FontMissing`.
    """
    page = payload(compose(kind, data, authority), data, authority, number, issued_on, seal)
    if english and kind in english_kinds():
        page["english"] = _english(compose(kind, data, authority, ENGLISH), issued_on)
    return typeset("notice.typ", page)


def _english(text: Composition, issued_on: dt.date | None) -> dict[str, Any]:
    return {
        "title": text.title,
        "issued_on": english_date(issued_on) if issued_on else "",
        "blocks": [_block(block) for block in text.blocks],
        "prevails": prevails_text(),
    }


def payload(
    text: Composition,
    data: Mapping[str, Any],
    authority: IssuingAuthority,
    number: str,
    issued_on: dt.date | None,
    seal: Seal | None = None,
) -> dict[str, Any]:
    """What the template ``notice.typ`` prints, as JSON-ready values."""
    test = seals.is_trial()
    url = lookup_url(data)
    return {
        "title": text.title,
        "authority": authority.name,
        "number": number,
        "issued_on": date_text(issued_on) if issued_on else "",
        "blocks": [_block(block) for block in text.blocks],
        "lookup": _lookup(data, url),
        "qr": qr_svg(url) if url else None,
        "seal": test and bool(number),
        "seal_name": authority.name,
        "seal_picture": (seal.picture or None) if seal is not None and number else None,
        "foot": _foot(number, test),
    }


def _block(block: Block) -> dict[str, Any]:
    if block.form == "facts":
        return {"kind": "facts", "rows": [list(row) for row in block.rows]}
    if block.form == "list":
        items = [{"text": item.text, "notes": list(item.notes)} for item in block.items]
        return {"kind": "list", "title": block.text, "items": items}
    return {"kind": block.form, "text": block.text}


def lookup_url(data: Mapping[str, Any]) -> str:
    """What the QR code opens: the public progress page with number and code, unless ``data`` names another address."""
    if data.get("lookup_url"):
        return str(data["lookup_url"])
    if not (data.get("case_number") and data.get("lookup_code")):
        return ""
    query = urlencode({"number": data["case_number"], "code": data["lookup_code"]})
    return f"{str(settings.PUBLIC_BASE_URL).rstrip('/')}/progress/?{query}"


def _lookup(data: Mapping[str, Any], url: str) -> list[str]:
    lines = []
    if url:
        lines.append("扫码查询办理进度")
    if data.get("case_number"):
        lines.append(f"办件编号 {data['case_number']}")
    if data.get("lookup_code"):
        lines.append(f"查询码 {data['lookup_code']}")
    return lines


def _foot(number: str, test: bool) -> str:
    if not number:
        return "预览，尚未编号和签发，不具法律效力。"
    if test:
        return "本文书由测试证书签名，测试样张，不具法律效力。"
    return "本文书附可靠的电子签名，与纸质文书具有同等法律效力（《国务院关于在线政务服务的若干规定》第八条、第九条）。"
