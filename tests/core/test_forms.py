"""What people write into forms, and what they are told about it."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.item_sample import item
from tongban.core.entries import clean_text, text_length
from tongban.core.forms import PARTS, validate
from tongban.core.items import Choice, FieldKind, FormField
from tongban.core.materials import tailored

TODAY = dt.date(2026, 10, 13)
ID_NUMBER = "11010519491231002X"
USCC = "11120116MBX000027N"


def check(field, value, *, partial=False, today=TODAY):
    clean, errors = validate([field], {field.key: value}, today=today, partial=partial)
    return clean.get(field.key), errors


def said(errors):
    return [error.message % error.params for error in errors]


def number(**settings):
    return FormField("area", "车间面积", FieldKind.NUMBER, unit="平方米", **settings)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("240", "240"),
        (" 240 ", "240"),
        ("２４０", "240"),
        ("240平方米", "240"),
        ("240 平方米", "240"),
        ("1,240", "1240"),
        ("007", "7"),
        ("+5", "5"),
        ("-0", "0"),
        ("240.0", "240"),
        (240, "240"),
    ],
)
def test_numbers_as_people_write_them(written, stored):
    assert check(number(), written) == (stored, [])


@pytest.mark.parametrize(
    "written", ["二百四十", "240多", "1,24", "1e3", "nan", "inf", "0x10", "1.", "--1", "1_000", "<b>1</b>"]
)
def test_what_is_not_a_number_is_told_with_an_example(written):
    value, errors = check(number(), written)
    assert value is None
    assert errors[0].message == "%(label)s must be a number."
    assert errors[0].params["label"] == "车间面积"
    assert errors[0].remedy % errors[0].params == "Write digits only, for example 240."


def test_numbers_keep_their_limits_and_say_the_unit():
    field = number(minimum="10", maximum="500")
    assert check(field, "10") == ("10", [])
    assert check(field, "500") == ("500", [])
    assert said(check(field, "9")[1]) == ["车间面积 must be at least 10平方米."]
    assert said(check(field, "501")[1]) == ["车间面积 must be at most 500平方米."]
    assert check(number(), "1.5")[1][0].message == "%(label)s must be a whole number."
    assert check(number(decimals=1), "1.5") == ("1.5", [])
    assert "decimal" in check(number(decimals=1), "1.55")[1][0].message
    assert "too many digits" in check(number(), "9" * 16)[1][0].message
    assert "too many digits" in check(number(), "9" * 5000)[1][0].message


DATE = FormField("built_on", "建成日期", FieldKind.DATE)


@pytest.mark.parametrize(
    "written",
    [
        "2026-07-01",
        "2026-7-1",
        "2026/7/1",
        "2026.7.1",
        "2026年7月1日",
        "２０２６－０７－０１",
        "20260701",
        {"year": "2026", "month": "7", "day": "1"},
    ],
)
def test_dates_as_people_write_them(written):
    assert check(DATE, written) == ("2026-07-01", [])


def test_a_day_the_calendar_does_not_have():
    value, errors = check(DATE, "2026-02-30")
    assert value is None
    assert said(errors) == ["建成日期: the calendar has no day 2026-02-30."]
    assert check(DATE, "2024-02-29") == ("2024-02-29", [])
    assert said(check(DATE, "2023-02-29")[1]) == ["建成日期: the calendar has no day 2023-02-29."]


@pytest.mark.parametrize("written", ["昨天", "01-07-2026", "26-7-1", "2026-7", "2026111", "2026-13-", {"year": "2026"}])
def test_what_is_not_a_date(written):
    value, errors = check(DATE, written)
    assert value is None
    assert errors[0].message in ("%(label)s is not a date.", "%(label)s: the calendar has no day %(entered)s.")


def test_dates_keep_their_bounds():
    past = FormField("d", "开业日期", FieldKind.DATE, latest="today", earliest="2020-01-01")
    assert check(past, "2026-10-13") == ("2026-10-13", [])
    assert "not be after" in check(past, "2026-10-14")[1][0].message
    assert "not be before" in check(past, "2019-12-31")[1][0].message
    assert "cannot be right" in check(DATE, "0206-07-01")[1][0].message
    assert "cannot be right" in check(DATE, "2226-07-01")[1][0].message


TEXT = FormField("name", "名称", max_length=5)


def test_rare_characters_count_once():
    assert text_length("𠮷") == 1
    assert text_length("邊\U000e0101") == 1
    assert text_length("e\u0301か\u3099") == 2
    assert check(TEXT, "𠮷𠮷𠮷𠮷𠮷") == ("𠮷𠮷𠮷𠮷𠮷", [])
    value, errors = check(TEXT, "𠮷" * 6)
    assert value is None
    assert said(errors) == ["名称 has 6 characters; at most 5 fit."]


def test_html_stays_text():
    long = FormField("name", "名称")
    assert check(long, "<script>alert(1)</script> & “A”") == ("<script>alert(1)</script> & “A”", [])


def test_every_character_is_counted_and_kept_or_dropped_by_what_unicode_says_of_it() -> None:
    kept = "\n\t"
    for code in (*range(0xD800), *range(0xE000, 0x11000), 0x20BB7):
        char = chr(code)
        dropped = unicodedata.category(char) == "Cc" and char not in kept
        if dropped:
            assert clean_text(f"a{char}b", lines=True) in ("ab", "a\nb"), hex(code)
        counted = not unicodedata.combining(char) and not 0xFE00 <= code <= 0xFE0F
        assert text_length(char) == counted, hex(code)


def test_invisible_characters_vanish_and_lines_stay_where_they_belong():
    assert check(FormField("n", "名称"), "A\x00B\x07C\u200b\u202eD\ufeff") == ("ABCD", [])
    assert check(FormField("n", "名称"), " 第一行\r\n第二行 ") == ("第一行 第二行", [])
    area = FormField("n", "说明", FieldKind.TEXTAREA)
    assert check(area, "第一行\r\n第二行\x0b") == ("第一行\n第二行", [])
    assert clean_text("　两端全角空格　") == "两端全角空格"


def test_half_a_character_is_refused_not_stored():
    value, errors = check(FormField("n", "名称"), "\ud842")
    assert value is None
    assert "could not be read" in errors[0].message


def test_very_long_text_is_refused_quickly():
    field = FormField("n", "说明", FieldKind.TEXTAREA, max_length=1_000_000)
    assert "at most 20000" in said(check(field, "长" * 20_001)[1])[0]
    assert "characters" in check(TEXT, "\u0301" * 1000)[1][0].message


def test_patterns_explain_themselves():
    field = FormField("n", "证号", pattern=r"[A-Z]\d{4}", pattern_help="一个大写字母和四位数字，例如A1234")
    assert check(field, "A1234") == ("A1234", [])
    value, errors = check(field, "A1234\nB")
    assert value is None
    assert errors[0].remedy % errors[0].params == "一个大写字母和四位数字，例如A1234."
    assert "document" in check(FormField("n", "证号", pattern=r"\d+"), "x")[1][0].remedy


CHOICES = (Choice("a", "甲"), Choice("b", "乙"))


def test_choices():
    one = FormField("c", "类别", FieldKind.CHOICE, choices=CHOICES)
    many = FormField("c", "类别", FieldKind.CHOICES, choices=CHOICES)
    assert check(one, "a") == ("a", [])
    assert "does not exist" in check(one, "z")[1][0].message
    assert check(many, ["b", "a", "b"]) == (["b", "a"], [])
    assert check(many, "a") == (["a"], [])
    assert check(many, ["a", "z"])[0] is None
    assert "at least one" in check(many, [])[1][0].message
    assert "could not be read" in check(many, {"a": 1})[1][0].message


@pytest.mark.parametrize(
    ("written", "stored"), [(True, True), ("true", True), ("on", True), ("否", False), ("0", False), (False, False)]
)
def test_yes_and_no(written, stored):
    assert check(FormField("b", "有无", FieldKind.BOOLEAN), written) == (stored, [])


def test_an_unanswered_yes_or_no():
    field = FormField("b", "有无", FieldKind.BOOLEAN)
    assert "yes or no" in check(field, None)[1][0].message
    assert "could not be read" in check(field, "maybe")[1][0].message
    assert check(FormField("b", "有无", FieldKind.BOOLEAN, required=False), "") == (None, [])


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("13800001234", "13800001234"),
        ("138 0000 1234", "13800001234"),
        ("138-0000-1234", "13800001234"),
        ("+86 13800001234", "13800001234"),
        ("8613800001234", "13800001234"),
        ("（022）00001234", "022-00001234"),
        ("0755-00001234-801", "0755-00001234-801"),
    ],
)
def test_phones(written, stored):
    assert check(FormField("p", "电话", FieldKind.PHONE), written) == (stored, [])


@pytest.mark.parametrize("written", ["1380000123", "00001234", "110", "电话", "12800001234"])
def test_wrong_phones(written):
    value, errors = check(FormField("p", "电话", FieldKind.PHONE), written)
    assert value is None
    assert "not a phone number" in errors[0].message


def test_mail_addresses():
    field = FormField("m", "邮箱", FieldKind.EMAIL)
    assert check(field, " someone@example.com ") == ("someone@example.com", [])
    for wrong in ("someone", "a@b", "a@@b.cn", "a b@c.cn,", "x@" + "a" * 260 + ".cn", "<a@b.cn>"):
        assert check(field, wrong)[0] is None, wrong


def test_identity_numbers_and_credit_codes():
    person = FormField("i", "身份证号", FieldKind.ID_NUMBER)
    assert check(person, ID_NUMBER.lower()) == (ID_NUMBER, [])
    assert check(person, " 110105 19491231 002X") == (ID_NUMBER, [])
    assert "last character" in check(person, ID_NUMBER[:-1] + "1")[1][0].message
    assert "birth date" in check(person, "110105194913310021")[1][0].message
    company = FormField("u", "代码", FieldKind.USCC)
    assert check(company, USCC.lower()) == (USCC, [])
    assert "last character" in check(company, USCC[:-1] + "X")[1][0].message
    assert "18 characters" in said(check(company, "123")[1])[0]


PERSON = FormField("boss", "负责人", FieldKind.PERSON)
SOMEBODY = {"name": "赵示例", "id_number": ID_NUMBER, "phone": "13800001234"}


def test_a_person_is_checked_part_by_part():
    assert check(PERSON, SOMEBODY) == ({**SOMEBODY, "id_kind": "resident_id"}, [])
    _, errors = check(PERSON, {"name": "", "id_number": "1", "phone": ""})
    assert [error.field for error in errors] == ["boss.name", "boss.id_number", "boss.phone"]
    _, errors = check(PERSON, None)
    assert [error.field for error in errors] == ["boss.name", "boss.id_number", "boss.phone"]
    assert "could not be read" in check(PERSON, "赵示例")[1][0].message


def test_a_foreigner_may_give_a_passport():
    abroad = {**SOMEBODY, "id_kind": "passport", "id_number": "e1234567x"}
    value, errors = check(PERSON, abroad)
    assert errors == []
    assert value["id_number"] == "E1234567X"
    assert "letters and digits" in check(PERSON, {**abroad, "id_number": "护照"})[1][0].message
    assert check(PERSON, {**abroad, "id_kind": "resident_id"})[1][0].field == "boss.id_number"
    assert check(PERSON, {**abroad, "id_kind": "library_card"})[1][0].field == "boss.id_kind"


def test_an_optional_compound_may_stay_empty_but_not_half_filled():
    field = FormField("boss", "负责人", FieldKind.PERSON, required=False)
    assert check(field, {}) == (None, [])
    assert check(field, {"name": " ", "id_kind": "resident_id"}) == (None, [])
    assert [error.field for error in check(field, {"name": "赵示例"})[1]] == ["boss.id_number", "boss.phone"]


def test_enterprise_and_address():
    company = FormField("e", "企业", FieldKind.ENTERPRISE)
    assert check(company, {"name": "示例公司", "uscc": USCC, "legal_representative": "赵示例"})[1] == []
    assert [error.field for error in check(company, {"uscc": USCC})[1]] == ["e.name", "e.legal_representative"]
    address = FormField("a", "地址", FieldKind.ADDRESS)
    assert check(address, {"region": "塘沽街道", "detail": "示例路1号"})[1] == []
    assert [error.field for error in check(address, {"region": "塘沽街道"})[1]] == ["a.detail"]


TABLE = FormField(
    "rows",
    "设备",
    FieldKind.TABLE,
    min_rows=1,
    max_rows=2,
    columns=(
        FormField("name", "名称", max_length=10),
        FormField("count", "台数", FieldKind.NUMBER, minimum="1"),
    ),
)


def test_tables_name_the_cell_and_the_row():
    good = [{"name": "泵", "count": "2"}]
    assert check(TABLE, good) == (good, [])
    _, errors = check(TABLE, [{"name": "泵", "count": "2"}, {"name": "", "count": "许多"}])
    assert [error.field for error in errors] == ["rows.2.name", "rows.2.count"]
    assert said(errors)[1] == "设备第2行·台数 must be a number."


def test_empty_rows_are_skipped_but_keep_their_number():
    value, errors = check(TABLE, [{"name": " ", "count": ""}, {"name": "泵", "count": "0"}])
    assert [error.field for error in errors] == ["rows.2.count"]
    assert value == [{"name": "泵"}]


def test_too_few_and_too_many_rows():
    assert said(check(TABLE, [])[1]) == ["设备 needs at least 1 rows; 0 are filled in."]
    assert said(check(TABLE, [{"name": "泵", "count": "1"}] * 3)[1]) == ["设备 has 3 rows; at most 2 fit."]
    for wrong in ("泵", [1], {"name": "泵"}):
        assert "could not be read" in check(TABLE, wrong)[1][0].message


def test_files_are_lists_of_keys():
    field = FormField("f", "照片", FieldKind.FILE)
    assert check(field, ["k1", "k2", "k1", ""]) == (["k1", "k2"], [])
    assert "Upload" in check(field, None)[1][0].message
    assert "could not be read" in check(field, {"k": 1})[1][0].message


ITEM = item()
PAGES = tailored(ITEM, "new", {"premises": "own"}).form_pages


def test_a_draft_only_complains_about_what_is_malformed():
    clean, errors = validate(PAGES, {"area": "很大", "manager": {"name": "赵示例"}}, today=TODAY, partial=True)
    assert [error.field for error in errors] == ["area"]
    assert clean == {"manager": {"name": "赵示例", "id_kind": "resident_id"}}
    assert validate(PAGES, {}, today=TODAY, partial=True) == ({}, [])


def test_a_submission_lists_everything_that_is_missing_in_the_order_of_the_form():
    _, errors = validate(PAGES, {}, today=TODAY)
    expected = ["area", "opened_on", "manager.name", "manager.id_number", "manager.phone", "workers"]
    assert [error.field for error in errors] == expected


def test_what_no_field_asks_for_is_not_kept():
    clean, _ = validate([TEXT], {"name": "名", "admin": True}, today=TODAY)
    assert clean == {"name": "名"}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.text(alphabet="0123456789-./年月日xX"),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["name", "id_number", "count", "year"]), inner)
    ),
    max_leaves=8,
)


@given(anything, st.sampled_from(list(FieldKind)), st.booleans())
def test_nothing_that_is_sent_breaks_the_check_and_what_is_kept_can_be_stored(value, kind, partial):
    field = FormField("x", "项", kind, choices=CHOICES, columns=TABLE.columns)
    clean, errors = validate([field], {"x": value}, today=TODAY, partial=partial)
    json.dumps(clean).encode()
    for error in errors:
        assert error.field.split(".")[0] == "x"
        assert error.message % error.params
        assert error.remedy % error.params


@given(anything, st.sampled_from(list(FieldKind)))
def test_what_was_accepted_is_accepted_again_unchanged(value, kind):
    field = FormField("x", "项", kind, choices=CHOICES, columns=TABLE.columns)
    clean, errors = validate([field], {"x": value}, today=TODAY)
    if not errors:
        assert validate([field], clean, today=TODAY) == (clean, [])


@given(st.text(max_size=50))
def test_cleaning_text_twice_is_cleaning_it_once(text):
    assert clean_text(clean_text(text)) == clean_text(text)
    assert clean_text(clean_text(text, lines=True), lines=True) == clean_text(text, lines=True)


def test_parts_are_fields_of_their_own():
    assert set(PARTS) == {FieldKind.PERSON, FieldKind.ENTERPRISE, FieldKind.ADDRESS}
