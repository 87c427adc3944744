"""The blank of a receipt of service 送达回证, to be signed by hand."""

from __future__ import annotations

from collections.abc import Sequence

from tongban.documents import queries
from tongban.documents.composing import date_text
from tongban.documents.typesetting import typeset
from tongban.gateways import seal as seals

#: Means on paper as the form names them.
MEANS = {
    "window": "窗口领取",
    "hand": "直接送达",
    "retention": "留置送达",
    "post": "邮寄送达",
    "announcement": "公告送达",
}


def blank(*, document_id: str, applicant: str, item: str, case_number: str, means: Sequence[str]) -> bytes:
    """The PDF of a blank for one document, with the means on paper that the hall uses."""
    found = queries.get(document_id)
    authority = queries.authority_of(document_id)
    test = "测试样张，不具法律效力。" if seals.is_trial() else ""
    return typeset(
        "receipt.typ",
        {
            "title": "送达回证",
            "authority": authority.name,
            "applicant": applicant,
            "item": item,
            "case_number": case_number,
            "document": f"《{found.title}》",
            "number": found.number,
            "issued_on": date_text(found.issued_on),
            "means": [MEANS[key] for key in means],
            "hint": "签收后请将本回证交回窗口，由工作人员登记送达日期并上传扫描件。",
            "foot": f"{authority.name}送达回证。{test}",
        },
    )
