"""Stored form values as people read them, and where they hold what is encrypted."""

from __future__ import annotations

import datetime as dt

from tests.core.item_sample import item
from tongban.core.codes import mask_id, mask_phone
from tongban.core.forms import (
    flatten_for_display,
    label_path,
    map_sensitive,
    prefill,
    sensitive_paths,
    show_value,
    validate,
)
from tongban.core.items import Choice, FieldKind, FormField, FormPage
from tongban.core.materials import tailored

PAGES = tailored(item(), "new", {"premises": "own"}).form_pages
DATA = {
    "area": "35.5",
    "opened_on": "2026-07-01",
    "manager": {"name": "赵示例", "id_kind": "resident_id", "id_number": "11010519491231002X", "phone": "13800001234"},
    "workers": [{"name": "钱示例", "phone": "13900005678"}, {"name": "孙示例"}],
}


def test_the_sample_is_what_validation_returns():
    assert validate(PAGES, DATA, today=dt.date(2026, 10, 13)) == (DATA, [])


def test_a_path_is_named_by_the_labels_on_its_way():
    workers = next(field for page in PAGES for field in page.fields if field.key == "workers")
    column = workers.columns[0]
    assert label_path(PAGES, "area") == ("店铺面积",)
    assert label_path(PAGES, "manager.phone", str.upper) == ("负责人", "PHONE")
    assert label_path(PAGES, f"workers.2.{column.key}") == (workers.label, "第2行", column.label)
    assert label_path(PAGES, "workers.2") == (workers.label, "第2行")
    assert label_path(PAGES, "none") == label_path(PAGES, "") == ()


def test_every_field_has_its_line_with_unit_and_chinese_date():
    rows = flatten_for_display(PAGES, DATA)
    assert [(row.path, row.value) for row in rows[:2]] == [("area", "35.5平方米"), ("opened_on", "2026年7月1日")]
    person = [(row.path, row.part, row.value, row.personal) for row in rows if row.path.startswith("manager")]
    assert person == [
        ("manager.name", "Name", "赵示例", False),
        ("manager.id_kind", "Kind of identity document", "Resident identity card", False),
        ("manager.id_number", "Identity number", "11010519491231002X", True),
        ("manager.phone", "Phone", "13800001234", True),
    ]
    table = rows[-1]
    assert table.head == ("姓名", "电话")
    assert table.rows == (("钱示例", "13900005678"), ("孙示例", ""))
    assert [row.page for row in rows] == ["basics", "basics", "staff", "staff", "staff", "staff", "staff"]


def test_an_empty_form_still_shows_its_questions():
    rows = flatten_for_display(PAGES, {})
    assert [row.path for row in rows] == [row.path for row in flatten_for_display(PAGES, DATA)]
    assert all(row.value == "" and row.rows == () for row in rows)


def test_choices_show_their_labels_and_booleans_are_words_to_translate():
    choices = (Choice("a", "甲"), Choice("b", "乙"))
    fields = (
        FormField("one", "一", FieldKind.CHOICE, choices=choices),
        FormField("many", "多", FieldKind.CHOICES, choices=choices),
        FormField("yes", "是否", FieldKind.BOOLEAN),
        FormField("photo", "照片", FieldKind.FILE),
        FormField("load", "荷载", FieldKind.TABLE, columns=(FormField("t", "重量", FieldKind.NUMBER, unit="吨"),)),
    )
    data = {"one": "b", "many": ["a", "b"], "yes": False, "photo": ["k1"], "load": [{"t": "3"}]}
    one, many, yes, photo, load = flatten_for_display([FormPage("p", "页", fields)], data)
    assert (one.value, many.value) == ("乙", "甲、乙")
    assert (yes.value, yes.translate) == ("No", True)
    assert photo.files == ("k1",)
    assert (load.head, load.rows) == (("重量（吨）",), (("3",),))


def test_an_address_reads_as_one_line():
    field = FormField("a", "地址", FieldKind.ADDRESS)
    assert show_value(field, {"region": "塘沽街道", "detail": "示例路1号"}) == "塘沽街道 示例路1号"
    assert show_value(field, None) == ""


def test_sensitive_paths_name_numbers_phones_and_mail_everywhere():
    assert sensitive_paths(PAGES) == ("manager.id_number", "manager.phone", "workers.*.phone")
    assert sensitive_paths([FormField("m", "邮箱", FieldKind.EMAIL), FormField("n", "名称")]) == ("m",)


def test_mapping_changes_only_what_is_sensitive_and_leaves_the_original_alone():
    def mask(kind, text):
        return mask_id(text) if kind is FieldKind.ID_NUMBER else mask_phone(text)

    masked = map_sensitive(PAGES, DATA, mask)
    hidden = {"id_number": "110105********002X", "phone": "138****1234"}
    assert masked["manager"] == {"name": "赵示例", "id_kind": "resident_id", **hidden}
    assert masked["workers"] == [{"name": "钱示例", "phone": "139****5678"}, {"name": "孙示例"}]
    assert masked["area"] == "35.5"
    assert DATA["manager"]["phone"] == "13800001234"
    back = map_sensitive(PAGES, map_sensitive(PAGES, DATA, lambda _, text: text[::-1]), lambda _, text: text[::-1])
    assert back == DATA


def test_prefill_takes_what_is_known():
    fields = [
        FormField("name", "名称", prefill="applicant.name"),
        FormField("old", "原证号", prefill="licence.sample.number"),
        FormField("free", "其他"),
    ]
    known = {"applicant": {"name": "示例公司", "phone": ""}}
    assert prefill(fields, known) == {"name": "示例公司"}
    assert prefill(fields, {**known, "licence": {"sample": {"number": "1"}}}) == {"name": "示例公司", "old": "1"}


def test_a_group_for_an_enterprise_is_not_filled_in_from_a_person_nor_the_other_way_round():
    fields = [
        FormField("unit", "设置单位", FieldKind.ENTERPRISE, prefill="applicant"),
        FormField("owner", "设置人", FieldKind.PERSON, prefill="applicant"),
    ]
    person = {"name": "程一鸣", "id_number": "110101199003070011", "phone": "13800000001"}
    body = {"name": "示例公司", "uscc": "91120116MA0000001X", "phone": "13800000002"}
    assert list(prefill(fields, {"applicant": person})) == ["owner"]
    assert list(prefill(fields, {"applicant": body})) == ["unit"]
