"""An item as flat lines (place, text), so that two versions can be compared entry by entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from tongban.core.clock import StartEvent, Unit
from tongban.web.desk import wording

#: Parts of an item in the words of its pages; what is not named here shows its own key.
NAMES = {
    "name": "名称", "plain_name": "通俗名称", "summary": "一句话说明", "task_type": "事项类型", "track": "程序",
    "legal_basis": "设定依据", "conditions": "办理条件", "statutory_limit": "法定期限", "promised_limit": "承诺期限",
    "instant": "即办", "visits": "到场次数", "variants": "办理项", "materials": "申请材料", "form": "申请表",
    "procedure": "办理流程", "result": "结果", "contact": "咨询", "questions": "情形", "extension": "延长",
    "fees": "收费", "special_procedures": "特别程序", "correction": "补正", "silence": "逾期效果", "faq": "常见问题",
    "rights": "权利", "obligations": "义务", "unverified": "待核实", "sources": "来源", "check_points": "审查要点",
    "reviews": "审查", "completeness": "收件核对", "decision": "决定", "certificate": "制证", "delivery": "送达",
    "inspection": "现场核查", "limit": "期限", "value": "数", "unit": "单位", "start": "起算", "source": "来源",
    "text": "内容", "basis": "依据", "fields": "填写项", "label": "名称", "title": "标题", "when": "适用于",
    "choices": "选项", "help": "说明", "articles": "条款", "effective_from": "施行", "effective_to": "至",
    "officers": "人数", "duty": "岗位", "organisation": "单位", "sop": "办理规程", "note": "说明",
    "transition": "在办件", "rule": "处理方式", "validity": "有效期", "licence_type": "证照",
    "service_objects": "服务对象", "four_kinds": "四办",
}  # fmt: skip


#: Choices of the item's content in the words of its pages; a text that is none of them stands as it is.
VALUES = {
    **{str(each): each.zh for each in (*Unit, *StartEvent)},
    "licence": "许可", "filing": "备案", "other": "其他", "new": "新办", "change": "变更", "renewal": "延续",
    "replacement": "补证", "cancellation": "注销", "certificate": "证照", "approval_document": "批准文件",
    "filing_proof": "备案凭证", "none": "无", "textarea": "多行文字", "number": "数字", "date": "日期",
    "choice": "单选", "choices": "多选",
}  # fmt: skip


def rows_of(value: Any, place: str = "", identity: str = "") -> Iterator[tuple[str, str, str]]:
    """Every entry of ``value``: what it is told apart by, its place in words, its text.

    Entries of lists are told apart by their key, so that one that was renamed or moved is still the same entry; those
    without a key by their name, else by their number.
    """
    if isinstance(value, Mapping):
        for key, part in value.items():
            if key not in ("key", "code_suffix"):
                yield from rows_of(part, _join(place, NAMES.get(str(key), str(key))), _join(identity, str(key)))
    elif isinstance(value, list):
        for number, part in enumerate(value, 1):
            name = _name(part, number)
            key = str(part["key"]) if isinstance(part, Mapping) and part.get("key") else name
            yield from rows_of(part, _join(place, name), _join(identity, key))
    elif value not in (None, ""):
        yield identity, place, _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(wording.DUTY.get(str(value)) or VALUES.get(str(value), value))


def _name(part: Any, number: int) -> str:
    if isinstance(part, Mapping):
        for key in ("name", "label", "title", "question", "key"):
            if part.get(key):
                return f"“{str(part[key])[:40]}”"
    return str(number)


def _join(place: str, name: str) -> str:
    return f"{place}·{name}" if place else name
