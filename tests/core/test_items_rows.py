"""Rows of published lists: accepted as they are, with warnings that name row, field and remedy."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.core.clock import Unit
from tongban.core.items_check import (
    WARNING,
    LimitText,
    PublishedRow,
    check_guide_row,
    check_row,
    national_type,
    read_limit,
)

#: Invented; the body is this project's own demonstration authority, the base code Guangdong's structure.
ROW = PublishedRow(
    number=7,
    code="11120116MBX000027N2440101999000",
    name="示例事项",
    department="示例厅",
    local_type="01",
    raw={},
    type_text="行政许可",
    base_code="440101999000",
    area_code="440000",
    level="省级",
    statutory="20(工作日)",
    promised="10(工作日)",
    visits="0",
)


def fields(row):
    return [each.field for each in check_row(row)]


def test_a_sound_row_has_no_warnings():
    assert check_row(ROW) == []
    assert check_row(replace(ROW, code=ROW.code + "01")) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"code": "11120116MBX000027X2440101999000"}, "task_code"),
        ({"code": "TE440000GD030003VV2440101999000"}, "task_code"),
        ({"code": "123"}, "task_code"),
        ({"local_type": "07", "type_text": "行政确认"}, "task_code"),
        ({"base_code": "440101999001"}, "task_code"),
        ({"level": "市级"}, "task_code"),
        ({"level": "宇宙级"}, "level"),
        ({"area_code": "120000"}, "catalog_code"),
        ({"type_text": "行政确认"}, "task_type_text"),
        ({"visits": "一次"}, "visits"),
        ({"name": ""}, "task_name"),
        ({"promised": "30(工作日)"}, "promised"),
        ({"promised": "很快"}, "promised"),
        ({"statutory": "20(月亮)"}, "statutory"),
    ],
)
def test_each_fault_is_a_warning_with_row_and_remedy(change, where):
    findings = check_row(replace(ROW, **change))
    assert where in [each.field for each in findings]
    for each in findings:
        assert (each.level, each.row) == (WARNING, 7)
        assert each.remedy % each.params if each.params else each.remedy


def test_kind_and_code_are_compared_before_guangdongs_kinds_are_mapped():
    local = replace(
        ROW, code="11120116MBX000027N2442101999000", base_code="442101999000", local_type="21", type_text="公共服务"
    )
    assert check_row(local) == []
    assert national_type(local) == "20"
    power = replace(
        ROW, code="11120116MBX000027N2442001999000", base_code="442001999000", local_type="20", type_text="其他行政权力"
    )
    assert check_row(power) == []
    assert national_type(power) == "10"


def test_other_provinces_keep_the_national_kinds():
    assert national_type(replace(ROW, area_code="511602", base_code="", local_type="20")) == "20"
    assert national_type(replace(ROW, area_code="511602", base_code="", local_type="1")) == "01"
    assert fields(replace(ROW, area_code="510000", local_type="77", code="x", base_code="", national=False)) == [
        "task_type",
    ]


def test_limits_are_compared_only_where_both_exist_in_one_unit():
    assert fields(replace(ROW, promised="30(自然日)")) == []
    assert fields(replace(ROW, statutory="无", promised="300(工作日)")) == []
    assert fields(replace(ROW, promised="无")) == []


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("20(工作日)", LimitText(20, Unit.WORKING_DAY)),
        ("20（工作日）", LimitText(20, Unit.WORKING_DAY)),
        ("20个工作日", LimitText(20, Unit.WORKING_DAY)),
        ("15(自然日)", LimitText(15, Unit.CALENDAR_DAY)),
        ("2小时", LimitText(2, Unit.HOUR)),
        ("即办", LimitText(0, Unit.ON_THE_SPOT)),
        ("无", None),
        ("", None),
        ("尽快", False),
        ("-3(工作日)", False),
    ],
)
def test_limits_as_lists_write_them(text, limit):
    assert read_limit(text) == limit


def test_a_local_code_scheme_is_kept_as_free_text():
    assert check_row(replace(ROW, code="511A0146000000-511602000000-000-X-1-00", national=False)) == []


def test_enterprises_find_the_item_only_under_their_themes():
    legal = replace(ROW, service_objects=("自然人", "企业法人"), themes=("婚姻登记",))
    assert [each.field for each in check_guide_row(legal)] == ["themes"]
    assert check_guide_row(replace(legal, themes=("准营准办",))) == []
    assert check_guide_row(replace(legal, service_objects=("自然人",))) == []
    assert check_guide_row(replace(legal, themes=())) == []


@given(st.text(max_size=40), st.text(max_size=10), st.text(max_size=10), st.text(max_size=12))
def test_no_text_breaks_the_check(code, kind, limit, level):
    row = replace(ROW, code=code, local_type=kind, statutory=limit, promised=limit, level=level, visits=limit)
    for each in check_row(row):
        assert each.message % each.params if each.params else each.message
