"""Rules between two entries, statements that have to be made, and whose number stands in an application."""

from __future__ import annotations

import ast
import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.item_sample import data
from tongban.core import entries, form_rules, forms
from tongban.core.clock import Unit, validity_end
from tongban.core.form_rules import RuleInForce, not_the_applicant
from tongban.core.forms import prefill, validate
from tongban.core.items import FieldKind, FormField, FormPage, FormRule, ItemSpec
from tongban.core.items_check import check_item
from tongban.core.specs import build

TODAY = dt.date(2026, 10, 13)
USCC, OTHER_USCC = "91120116MA000001XX", "91120116MA000002XX"
START = FormField("start", "开工日期", FieldKind.DATE)
END = FormField("end", "竣工日期", FieldKind.DATE, not_before="start")
TOTAL = FormField("total", "总投资额", FieldKind.NUMBER, unit="万元", decimals=2)
FUNDS = FormField("funds", "资本金", FieldKind.NUMBER, unit="万元", decimals=2, not_above="total")
AGREE = FormField("agree", "我声明符合产业政策", FieldKind.BOOLEAN, must_agree=True)
DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1))


def said(errors):
    return [(error.field, error.message % error.params) for error in errors]


@given(DAYS, DAYS)
def test_the_end_is_never_before_the_start(start, end):
    clean, errors = validate([START, END], {"start": str(start), "end": str(end)}, today=TODAY)
    assert ("end" in clean) == (end >= start)
    assert bool(errors) == (end < start)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_part_is_never_more_than_the_whole(total, funds):
    clean, errors = validate([TOTAL, FUNDS], {"total": str(total), "funds": str(funds)}, today=TODAY)
    assert ("funds" in clean) == (funds <= total)
    assert [error.field for error in errors] == (["funds"] if funds > total else [])


def test_both_fields_are_named_with_what_was_entered():
    _, errors = validate([START, END], {"start": "2026-12-01", "end": "2026-11-01"}, today=TODAY)
    assert said(errors) == [("end", "“竣工日期” (2026-11-01) is before “开工日期” (2026-12-01).")]
    _, errors = validate([TOTAL, FUNDS], {"total": "800", "funds": "80000"}, today=TODAY)
    assert said(errors) == [("funds", "“资本金” (80000万元) is more than “总投资额” (800万元).")]


@pytest.mark.parametrize("start", ["", "昨天", "2026-02-30"])
def test_nothing_is_compared_with_what_is_missing_or_wrong(start):
    _, errors = validate([START, END], {"start": start, "end": "2026-11-01"}, today=TODAY)
    assert [error.field for error in errors] == ["start"]


def test_fields_on_two_pages_are_compared_when_both_are_checked():
    pages = [FormPage("a", "一", (START,)), FormPage("b", "二", (END,))]
    entered = {"start": "2026-12-01", "end": "2026-11-01"}
    assert validate(pages[1:], entered, today=TODAY)[1] == []
    assert [error.field for error in validate(pages, entered, today=TODAY)[1]] == ["end"]


def test_rows_of_a_table_are_compared_each_for_itself():
    table = FormField("phases", "工期", FieldKind.TABLE, columns=(START, END))
    rows = [{"start": "2026-01-01", "end": "2026-02-01"}, {"start": "2026-03-01", "end": "2026-02-01"}]
    _, errors = validate([table], {"phases": rows}, today=TODAY)
    assert [error.field for error in errors] == ["phases.2.end"]


def test_a_statement_has_to_be_made():
    assert validate([AGREE], {"agree": "是"}, today=TODAY) == ({"agree": True}, [])
    for no in ("否", "false", False):
        clean, errors = validate([AGREE], {"agree": no}, today=TODAY)
        assert clean == {}
        assert said(errors) == [("agree", "You can go on only if you make this statement: 我声明符合产业政策.")]
        assert errors[0].remedy.startswith("If it is not true")
    told = FormField("agree", "声明", FieldKind.BOOLEAN, must_agree=True, pattern_help="请改办核准。")
    error = validate([told], {"agree": "否"}, today=TODAY)[1][0]
    assert error.remedy % error.params == "请改办核准."


def own(kind):
    return FormField("who", "申请人", kind, same_as_applicant=True)


@pytest.mark.parametrize(
    ("kind", "value", "number", "is_person", "wrong"),
    [
        (FieldKind.ENTERPRISE, {"name": "甲", "uscc": USCC}, USCC, False, []),
        (FieldKind.ENTERPRISE, {"name": "甲", "uscc": OTHER_USCC}, USCC, False, ["who.uscc"]),
        (FieldKind.ENTERPRISE, {"name": "甲", "uscc": USCC}, "11010519491231002X", True, ["who.uscc"]),
        (FieldKind.ENTERPRISE, {"name": "甲"}, USCC, False, []),
        (FieldKind.PERSON, {"name": "乙", "id_number": "11010519491231002X"}, "11010519491231002X", True, []),
        (FieldKind.PERSON, {"name": "乙", "id_number": "11010519491231002X"}, USCC, False, ["who.id_number"]),
        (FieldKind.USCC, USCC, USCC, False, []),
        (FieldKind.USCC, OTHER_USCC, USCC, False, ["who"]),
        (FieldKind.ID_NUMBER, "E123", "11010519491231002X", True, ["who"]),
        (FieldKind.ENTERPRISE, None, USCC, False, []),
    ],
)
def test_the_number_of_the_applicant(kind, value, number, is_person, wrong):
    values = {} if value is None else {"who": value}
    found = not_the_applicant([own(kind)], values, number=number, is_person=is_person)
    assert [error.field for error in found] == wrong
    assert not_the_applicant([FormField("who", "承运人", kind)], values, number=number, is_person=is_person) == []


def test_the_enterprise_is_told_its_own_code():
    found = not_the_applicant([own(FieldKind.USCC)], {"who": OTHER_USCC}, number=USCC, is_person=False)
    assert USCC in found[0].message % found[0].params


def test_a_number_from_a_licence_comes_without_its_unit():
    field = FormField("total", "总投资额", FieldKind.NUMBER, unit="万元", prefill="licence.proof.total")
    assert prefill([field], {"licence": {"proof": {"total": "860.00万元"}}}) == {"total": "860.00"}


@pytest.mark.parametrize(
    ("field", "fits"),
    [
        ({"kind": "number", "unit": "平方米", "not_above": "area"}, True),
        ({"kind": "number", "unit": "亩", "not_above": "area"}, False),
        ({"kind": "number", "not_above": "nothing"}, False),
        ({"kind": "date", "not_before": "area"}, False),
        ({"kind": "text", "must_agree": True}, False),
        ({"kind": "boolean", "must_agree": True}, True),
        ({"kind": "text", "same_as_applicant": True}, False),
        ({"kind": "enterprise", "same_as_applicant": True}, True),
    ],
)
def test_an_item_with_a_rule_that_cannot_work_is_found(field, fits):
    changed = data()
    changed["form"][0]["fields"].append({"key": "late", "label": "新项", **field})
    problems = [each.field for each in check_item("sample", build(ItemSpec, changed)) if each.field == "form.late"]
    assert problems == ([] if fits else ["form.late"])


def _said_about_entries():
    for module in (entries, form_rules, forms):
        for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "gettext_noop":
                text = node.args[0].value
                if "%(label)s" in text or text.endswith("."):
                    yield text


def test_what_is_said_about_entries_ends_like_a_sentence_in_chinese():
    """Screens put message and remedy one after the other."""
    catalogue = Path(forms.__file__).parent / "locale/zh_Hans/LC_MESSAGES/django.po"
    chinese = dict(re.findall(r'msgid "(.+)"\nmsgstr "(.+)"', catalogue.read_text(encoding="utf-8")))
    texts = list(_said_about_entries())
    assert len(texts) > 40
    assert [text for text in texts if not chinese[text].endswith("。")] == []


def in_force(**rule):
    return [RuleInForce(FormRule(key="r", message="两项应当一致。", **rule))]


WIDTH = FormField("width", "宽度", FieldKind.NUMBER, unit="米", decimals=2)
HEIGHT = FormField("height", "高度", FieldKind.NUMBER, unit="米", decimals=2)
AREA = FormField("area", "单面面积", FieldKind.NUMBER, unit="平方米", decimals=2)
CENTS = st.integers(1, 10**6).map(lambda cents: f"{cents / 100:.2f}")


@given(CENTS, CENTS, st.integers(-300, 300))
def test_an_area_is_width_times_height_within_its_tolerance(width, height, off):
    exact = Decimal(width) * Decimal(height)
    area = round(exact * (1000 + off) / 1000, 2)
    entered = {"width": width, "height": height, "area": str(area)}
    rules = in_force(field="area", product_of=("width", "height"), tolerance=1)
    clean, errors = validate([WIDTH, HEIGHT, AREA], entered, today=TODAY, rules=rules)
    fits = abs(area - exact) <= exact / 100 + Decimal("0.005")
    assert ("area" in clean) == fits
    assert [error.field for error in errors] == ([] if fits else ["area"])


@given(st.lists(st.integers(1, 500), min_size=1, max_size=6), st.integers(1, 3000))
def test_a_total_is_the_sum_of_the_column(rows, total):
    table = FormField("floors", "各层", FieldKind.TABLE, columns=(FormField("rooms", "客房数", FieldKind.NUMBER),))
    rooms = FormField("total", "客房总数", FieldKind.NUMBER)
    entered = {"total": str(total), "floors": [{"rooms": str(count)} for count in rows]}
    rules = in_force(field="total", sum_of=("floors.rooms",))
    clean, errors = validate([rooms, table], entered, today=TODAY, rules=rules)
    assert ("total" in clean) == (total == sum(rows)) == (not errors)


@given(DAYS, DAYS, st.integers(0, 10))
def test_an_end_lies_within_the_years_from_its_start(start, end, years):
    rules = in_force(field="end", not_after="start", value=years, unit=Unit.YEAR)
    fields = [START, FormField("end", "结束日期", FieldKind.DATE)]
    clean, _ = validate(fields, {"start": str(start), "end": str(end)}, today=TODAY, rules=rules)
    last = validity_end(start, years, Unit.YEAR, start_counts=True) if years else start
    assert ("end" in clean) == (end <= last)


def test_a_range_that_rests_on_an_answer_names_question_and_answer():
    rule = FormRule(key="r", field="area", below="20", message="20平方米以上按大型结构审查")
    rules = [RuleInForce(rule, "面积是否较大？", "否")]
    assert validate([AREA], {"area": "19.99"}, today=TODAY, rules=rules)[1] == []
    clean, errors = validate([AREA], {"area": "999"}, today=TODAY, rules=rules)
    assert clean == {}
    assert said(errors) == [("area", "20平方米以上按大型结构审查.")]
    told = errors[0].remedy % errors[0].params
    assert told == "You answered “否” to “面积是否较大”. Correct the entry, or change that answer."


def test_what_was_entered_on_another_page_counts_unless_it_is_entered_anew():
    rules = in_force(field="area", product_of=("width", "height"))
    known = {"width": "6", "height": "3", "area": "18"}
    assert validate([AREA], {"area": "18"}, today=TODAY, rules=rules, known=known)[1] == []
    assert validate([AREA], {"area": "999"}, today=TODAY, rules=rules, known=known)[1] != []
    assert validate([AREA], {"area": "999"}, today=TODAY, rules=rules)[1] == [], "nothing to compare with"
    wrong = validate([WIDTH, AREA], {"width": "zwei", "area": "18"}, today=TODAY, rules=rules, known=known)[1]
    assert [error.field for error in wrong] == ["width"]


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        ({"field": "area", "below": "20"}, True),
        ({"field": "area", "below": "zwanzig"}, False),
        ({"field": "area"}, False),
        ({"field": "area", "below": "20", "sum_of": ["area"]}, False),
        ({"field": "nothing", "below": "20"}, False),
        ({"field": "opened_on", "not_after": "rent_end"}, True),
        ({"field": "opened_on", "not_after": "area"}, False),
        ({"field": "area", "product_of": ["area", "landlord"]}, False),
        ({"field": "area", "below": "20", "message": ""}, False),
    ],
)
def test_a_rule_between_entries_that_cannot_work_is_found(rule, fits):
    changed = {**data(), "form_rules": [{"key": "r", "message": "要一致", **rule}]}
    found = [each.field for each in check_item("sample", build(ItemSpec, changed)) if "form_rules" in each.field]
    assert found == ([] if fits else ["form_rules.r"])


def test_a_rule_under_an_answer_that_does_not_exist_is_found():
    rule = {"key": "r", "message": "要一致", "field": "area", "below": "20", "when": {"premises": ["castle"]}}
    found = check_item("sample", build(ItemSpec, {**data(), "form_rules": [rule]}))
    assert [each.field for each in found] == ["form_rules.r.when"]


@pytest.mark.parametrize(
    ("region", "detail", "fits"),
    [
        ("滨海新区新港街道", "x", False),
        ("滨海新区新港街道", "港路1号", True),
        ("滨海新区新港街道津塘公路", "8号", True),
        ("中塘镇大港村（示例）", "8号", True),
        ("滨海新区", "", False),
    ],
)
def test_an_address_says_where(region, detail, fits):
    place = FormField("place", "地点", FieldKind.ADDRESS)
    clean, errors = validate([place], {"place": {"region": region, "detail": detail}}, today=TODAY)
    assert [error.field for error in errors] == ([] if fits else ["place.detail"])
    assert clean["place"]["region"] == region, "nothing else of it is lost"
