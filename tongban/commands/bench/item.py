"""The invented item of the workload: ten form fields, three materials, three parallel reviews, one licence."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tongban.core.items import ItemSpec, ItemVersionSpec
from tongban.core.specs import build

KEY = "bench-workload"
SINCE = dt.date(2015, 1, 1)
_TITLE = "基准测试工程许可"
_LIMIT = {"unit": "working_day", "start": "acceptance"}
_OWN_LIMIT = {**_LIMIT, "source": "本机关流程"}

#: key of the review → organisation that gives it
REVIEWS = {"planning": "planning", "fire": "fire", "environment": "ecology"}
MATERIALS = ("site_plan", "drawings", "statement")

#: What an applicant writes: ten values, about 450 bytes as JSON.
FORM: dict[str, Any] = {
    "name": "津滨示例环保科技有限公司",
    "id_number": "11010519491231002X",
    "phone": "13800000001",
    "email": "agent@example.com",
    "address": "滨海新区示例大道1号示例大厦三层",
    "project": "示例河道补水泵站改造工程",
    "parcel": "示例2026-017号地块",
    "area": "1250.5",
    "starts_on": "2027-03-01",
    "remarks": "本工程在原泵站红线内改造，不新增占地，不改变原有排水走向；施工期间设置围挡与降尘设施，夜间不施工，"
    "完工后恢复绿化并委托第三方检测。施工单位和监理单位均已确定，资金已经落实，周边居民意见已经公示征求，没有收到反对意见，特此申请。",
}


def _field(key: str, label: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"key": key, "label": label, "kind": kind, **more}


def _data() -> dict[str, Any]:
    return {
        "name": _TITLE,
        "plain_name": "办一张基准测试许可",
        "summary": "只在性能基准中使用的虚构事项。",
        "task_type": "01",
        "track": "licence",
        "base_code": "120199001000",
        "authority": {
            "organisation": "approval_bureau",
            "name": "滨海新区（示例）行政审批局",
            "uscc": "11120116MBX000027N",
        },
        "legal_basis": [{"title": "示例条例", "articles": "第五条"}],
        "conditions": ["有固定场所"],
        "service_objects": ["1", "2"],
        "statutory_limit": {
            "value": 20,
            "unit": "working_day",
            "start": "acceptance",
            "source": "行政许可法第四十二条",
        },
        "promised_limit": {"value": 10, **_LIMIT, "source": "本机关承诺"},
        "instant": False,
        "handling_forms": ["1", "2"],
        "four_kinds": ["网上办"],
        "visits": {"count": 0},
        "coverage": "4",
        "variants": [{"key": "new", "name": "新办", "kind": "new", "code_suffix": "01"}],
        "questions": [],
        "materials": [
            {"key": key, "name": name} for key, name in zip(MATERIALS, ("总平面图", "施工图", "情况说明"), strict=True)
        ],
        "form": [
            {
                "key": "project",
                "title": "工程情况",
                "fields": [
                    _field("name", "申请人", max_length=100),
                    _field("id_number", "联系人身份证号", "id_number"),
                    _field("phone", "联系电话", "phone"),
                    _field("email", "电子邮箱", "email"),
                    _field("address", "地址", max_length=200),
                    _field("project", "工程名称", max_length=200),
                    _field("parcel", "地块", max_length=100),
                    _field("area", "面积", "number", unit="平方米", minimum="1", decimals=1),
                    _field("starts_on", "开工日期", "date"),
                    _field("remarks", "说明", "textarea", max_length=500),
                ],
            }
        ],
        "procedure": {
            "completeness": {"organisation": "approval_bureau", "duty": "window"},
            "reviews": [
                {"key": key, "name": name, "organisation": place, "limit": {"value": 5, **_OWN_LIMIT}}
                for (key, place), name in zip(REVIEWS.items(), ("规划审查", "消防审查", "环保审查"), strict=True)
            ],
            "decision": {
                "organisation": "authority",
                "duty": "decision_maker",
                "check_points": [
                    {"key": f"point-{number}", "text": f"决定前核对第{number}项", "source": "示例条例第六条"}
                    for number in range(1, 6)
                ],
            },
            "certificate": {"organisation": "authority", "duty": "certificate_clerk"},
            "delivery": {"organisation": "approval_bureau", "duty": "certificate_clerk"},
        },
        "result": {
            "kind": "certificate",
            "name": _TITLE,
            "validity": {"value": 3, "unit": "year", "basis": "示例条例第九条"},
            "licence_type": {
                "key": "bench_workload",
                "name": _TITLE,
                "code": "11120116MBX000027N998",
                "number_pattern": "{year}{serial:06d}",
                "fields": [
                    {"key": "project", "label": "工程", "source": "form.project"},
                    {"key": "area", "label": "面积", "source": "form.area"},
                ],
            },
        },
        "contact": {"consult_phone": "022-00000001", "complaint_phone": "022-00000002"},
        "faq": [{"question": "要多久？", "answer": "十个工作日。"}],
        "themes": ["准营准办"],
        "sources": ["示例条例"],
    }


def version() -> ItemVersionSpec:
    """The item as the one version to publish."""
    return ItemVersionSpec(number=1, effective_from=SINCE, item=build(ItemSpec, _data()))
