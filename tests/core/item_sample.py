"""A small invented item that breaks no rule; tests change one thing and look at what is said about it."""

from __future__ import annotations

import copy
from typing import Any

from tongban.core.items import ItemSpec
from tongban.core.specs import build

DATA: dict[str, Any] = {
    "name": "示例经营许可证核发",
    "plain_name": "开一家示例店",
    "summary": "经营示例商品前要办的许可。",
    "task_type": "01",
    "track": "licence",
    "base_code": "120123001000",
    "authority": {"organisation": "approval_bureau", "name": "示例区行政审批局", "uscc": "11120116MBX000027N"},
    "legal_basis": [{"title": "示例条例", "articles": "第五条"}],
    "conditions": ["有固定场所"],
    "service_objects": ["1", "2"],
    "statutory_limit": {"value": 20, "unit": "working_day", "start": "acceptance", "source": "行政许可法第四十二条"},
    "promised_limit": {"value": 10, "unit": "working_day", "start": "acceptance", "source": "本机关承诺"},
    "instant": False,
    "handling_forms": ["1", "2"],
    "four_kinds": ["网上办"],
    "visits": {"count": 0},
    "coverage": "4",
    "variants": [
        {"key": "new", "name": "新办", "kind": "new", "code_suffix": "01"},
        {"key": "change", "name": "变更", "kind": "change", "code_suffix": "02"},
    ],
    "questions": [
        {
            "key": "premises",
            "text": "场所是自己的还是租的？",
            "choices": [{"key": "own", "label": "自有"}, {"key": "rented", "label": "租用"}],
            "when": {"variant": ["new"]},
        },
        {
            "key": "sublet",
            "text": "是从承租人那里转租的吗？",
            "choices": [{"key": "yes", "label": "是"}, {"key": "no", "label": "否"}],
            "when": {"premises": ["rented"]},
        },
    ],
    "materials": [
        {
            "key": "application",
            "name": "申请书",
            "provider": "generated",
            "check_points": [{"key": "signed", "text": "已签名", "source": "材料：申请书"}],
        },
        {
            "key": "lease",
            "name": "租赁合同",
            "principal": False,
            "deferrable": True,
            "when": {"premises": ["rented"]},
            "check_points": [{"key": "term", "text": "租期未满", "source": "材料：租赁合同"}],
        },
        {
            "key": "consent",
            "name": "出租人同意转租的证明",
            "principal": False,
            "when": {"premises": ["rented"], "sublet": ["yes"]},
        },
    ],
    "form": [
        {
            "key": "basics",
            "title": "基本情况",
            "fields": [
                {
                    "key": "area",
                    "label": "店铺面积",
                    "kind": "number",
                    "unit": "平方米",
                    "minimum": "10",
                    "decimals": 1,
                },
                {"key": "opened_on", "label": "开业日期", "kind": "date", "latest": "today"},
                {"key": "landlord", "label": "出租人", "max_length": 20, "when": {"premises": ["rented"]}},
            ],
        },
        {
            "key": "staff",
            "title": "人员",
            "fields": [
                {"key": "manager", "label": "负责人", "kind": "person"},
                {
                    "key": "workers",
                    "label": "从业人员",
                    "kind": "table",
                    "max_rows": 3,
                    "columns": [
                        {"key": "name", "label": "姓名", "max_length": 10},
                        {"key": "phone", "label": "电话", "kind": "phone", "required": False},
                        {"key": "lease_no", "label": "合同号", "required": False, "when": {"premises": ["rented"]}},
                    ],
                },
            ],
            "help": "写实际在岗的人",
        },
        {
            "key": "rental",
            "title": "租赁",
            "fields": [{"key": "rent_end", "label": "租期届满日", "kind": "date", "when": {"premises": ["rented"]}}],
        },
    ],
    "procedure": {
        "completeness": {
            "organisation": "approval_bureau",
            "duty": "window",
            "check_points": [{"key": "all", "text": "材料齐全", "source": "行政许可法第三十二条"}],
        },
        "reviews": [
            {
                "key": "fire",
                "name": "消防审查",
                "organisation": "fire",
                "limit": {"value": 5, "unit": "working_day", "start": "acceptance", "source": "本机关流程"},
                "check_points": [{"key": "exits", "text": "安全出口畅通", "source": "示例条例第六条"}],
            },
            {
                "key": "housing",
                "name": "房屋审查",
                "organisation": "construction",
                "limit": {"value": 3, "unit": "working_day", "start": "acceptance", "source": "本机关流程"},
                "when": {"premises": ["rented"]},
            },
        ],
        "inspection": {"organisation": "fire", "when": {"variant": ["new"]}},
        "decision": {
            "organisation": "authority",
            "duty": "decision_maker",
            "check_points": [{"key": "agreed", "text": "各部门意见齐全", "source": "行政许可法第三十七条"}],
        },
        "certificate": {"organisation": "authority", "duty": "certificate_clerk"},
        "delivery": {"organisation": "approval_bureau", "duty": "certificate_clerk"},
    },
    "result": {
        "kind": "certificate",
        "name": "示例经营许可证",
        "licence_type": {
            "key": "sample",
            "name": "示例经营许可证",
            "code": "11120116MBX000027N999",
            "number_pattern": "{year}{serial:04d}",
            "fields": [{"key": "area", "label": "面积", "source": "form.area"}],
        },
    },
    "contact": {"consult_phone": "022-00000001", "complaint_phone": "022-00000002"},
    "faq": [{"question": "要多久？", "answer": "十个工作日。"}],
    "themes": ["准营准办"],
    "sources": ["示例条例"],
}


def data() -> dict[str, Any]:
    """A fresh copy of the data."""
    return copy.deepcopy(DATA)


def item(**changes: Any) -> ItemSpec:
    """The sample item with some top-level entries replaced."""
    return build(ItemSpec, {**data(), **changes})


def changed(path: str, value: Any) -> ItemSpec:
    """The sample item with the entry at the dotted ``path`` (list places from 0) set to ``value``."""
    content = data()
    place: Any = content
    *parents, last = [int(part) if part.isdecimal() else part for part in path.split(".")]
    for part in parents:
        place = place[part]
    place[last] = value
    return build(ItemSpec, content)
