"""What the fields of an item are called in Chinese, beside their keys in exported files."""

from __future__ import annotations

from collections.abc import Mapping

ENTRY_NAMES: Mapping[str, str] = {
    "name": "名称", "plain_name": "通俗名称", "summary": "一句话说明", "task_type": "事项类型", "track": "适用程序",
    "base_code": "基本编码", "organisation": "单位", "uscc": "统一社会信用代码", "kind": "类型", "level": "行使层级",
    "title": "标题", "articles": "条款", "document": "文号", "effective_from": "施行日期", "effective_to": "终止日期",
    "verified": "已核对来源", "conditions": "办理条件", "service_objects": "服务对象", "value": "数值", "unit": "单位",
    "start": "起算", "source": "依据", "note": "说明", "instant": "即办件", "handling_forms": "办理形式",
    "four_kinds": "四办类型", "count": "次数", "reason": "原因", "coverage": "通办范围", "code_suffix": "编码末两位",
    "basis": "依据", "principal": "主要材料", "form": "形式", "copies": "份数", "provider": "来源",
    "provider_note": "出具单位", "required": "必要", "when": "适用情形", "licence_type": "证照类型", "sample": "样表",
    "blank": "空白表格", "deferrable": "可容缺", "commitment": "可承诺", "help": "说明", "text": "内容",
    "label": "名称",
    "minimum": "最小值", "maximum": "最大值", "decimals": "小数位数", "max_length": "最多字数", "pattern": "格式",
    "pattern_help": "填错时的提示", "earliest": "最早日期", "latest": "最晚日期", "not_before": "不早于",
    "not_above": "不大于", "must_agree": "必须同意", "same_as_applicant": "就是申请人", "min_rows": "最少行数",
    "max_rows": "最多行数", "prefill": "预填", "duty": "岗位", "sop": "办理规程", "officers": "人数",
    "renew_before": "届满前多少日申请延续", "renew_basis": "延续依据", "code": "代码", "number_pattern": "证号规则",
    "template": "版式", "holder": "持证主体", "legal_sentence": "法律依据语句", "public": "可以公开",
    "consult_phone": "咨询电话", "complaint_phone": "投诉电话", "address": "地址", "hours": "办公时间",
    "approver": "批准人", "ground": "情形", "expected_days": "预计工作日", "days": "日数", "closes": "逾期终结",
    "effect": "视为", "rule": "处理方式", "question": "问题", "answer": "回答", "themes": "主题", "keywords": "检索词",
    "rights": "权利", "obligations": "义务", "unverified": "待核实", "sources": "来源", "quota": "数量限制",
    "standard": "收费标准", "change_note": "修改说明", "number": "版本号", "key": "代号", "standing": "程序",
    "message": "提示", "at_least": "不小于", "at_most": "不超过", "below": "小于", "product_of": "等于各项之积",
    "sum_of": "等于各项之和", "tolerance": "允许相差（%）", "not_after": "起算日期", "field": "填写项",
    "minutes_to_fill": "填表用时（分钟）", "appliable": "开通网上申请", "follow_up": "监管单位",
    "office_files": "可交的办公文件格式",
}  # fmt: skip
