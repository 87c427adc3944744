"""Words of the national code lists and names of document kinds in English.

Catalogue and documents are written in Chinese, the language of law; a reader in English gets these words in English
and whatever has no fixed translation as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping

from tongban.web.language import is_chinese

ENGLISH: Mapping[str, str] = {
    # kinds of items
    "行政许可": "Administrative licence",
    "行政处罚": "Administrative penalty",
    "行政强制": "Administrative coercion",
    "行政征收": "Administrative levy",
    "行政给付": "Administrative payment",
    "行政检查": "Administrative inspection",
    "行政确认": "Administrative confirmation",
    "行政奖励": "Administrative award",
    "行政裁决": "Administrative ruling",
    "行政备案": "Filing",
    "备案": "Filing",
    "公共服务": "Public service",
    "其他行政权力": "Other administrative power",
    "其他": "Other",
    # the four kinds 四办
    "马上办": "Done at once",
    "网上办": "Done online",
    "就近办": "Done nearby",
    "一次办": "Done in one visit",
    "当场": "on the spot",
    # kinds of documents
    "收件凭证": "Receipt",
    "受理通知书": "Notice of acceptance",
    "补正告知书": "Correction notice",
    "不受理告知书": "Notice that no licence is required",
    "不予受理决定书": "Refusal of acceptance",
    "特别程序告知书": "Notice of a special procedure",
    "特别程序补充告知书": "Supplementary notice of a special procedure",
    "特别程序结束告知书": "Notice of the end of a special procedure",
    "延长审批期限告知书": "Notice of extension",
    "准予行政许可决定书": "Decision to grant the licence",
    "不予行政许可决定书": "Decision to refuse the licence",
    "准予决定书": "Decision to grant",
    "不予批准决定书": "Decision to refuse",
    "说明情况通知书": "Request for clarification",
    "备案回执": "Confirmation of filing",
    "撤回申请确认书": "Confirmation of withdrawal",
    "终止办理决定书": "Decision to terminate",
    "行政许可申请警告决定书": "Warning",
    "送达回证": "Proof of service",
}


def code_word(word: str) -> str:
    """``word`` of a code list in the reader's language."""
    return word if is_chinese() else ENGLISH.get(word, word)
