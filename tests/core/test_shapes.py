"""What may stand where in an item, and how a text becomes a value of it."""

from __future__ import annotations

import pytest

from tests.core.item_sample import DATA
from tongban.core.changes import path_of
from tongban.core.items import FormPage, ItemSpec, ItemVersionSpec, LicenceTypeSpec, Material
from tongban.core.shapes import blank, copied, keys_in, new_element, read_texts, shape_at, shapes
from tongban.core.specs import build, plain


@pytest.mark.parametrize(
    ("path", "sort", "key"),
    [
        ("effective_to", "date", "ItemVersionSpec.effective_to"),
        ("item.name", "text", "ItemSpec.name"),
        ("item.instant", "yes_no", "ItemSpec.instant"),
        ("item.track", "choice", "ItemSpec.track"),
        ("item.materials", "list", "ItemSpec.materials"),
        ("item.materials.1", "group", "ItemSpec.materials"),
        ("item.materials.1.copies", "number", "Material.copies"),
        ("item.materials.1.when.premises", "answers", "Material.when"),
        ("item.conditions", "texts", "ItemSpec.conditions"),
        ("item.local_codes", "mapping", "ItemSpec.local_codes"),
        ("item.statutory_limit.value", "number", "LimitSpec.value"),
        ("item.limit_classes.1.promised", "group", "LimitClass.promised"),
        ("item.form.1.fields.2.columns.3.label", "text", "FormField.label"),
        ("transition.rule", "text", "Transition.rule"),
    ],
)
def test_every_place_has_a_shape(path, sort, key):
    shape = shape_at(path_of(path))
    assert (shape.sort, shape.label_key) == (sort, key)


@pytest.mark.parametrize("path", ["item.nothing", "item.materials.x", "item.name.x", "item.materials.1.2", "7"])
def test_other_places_have_none(path):
    assert shape_at(path_of(path)) is None


@pytest.mark.parametrize("cls", [ItemSpec, Material, FormPage, LicenceTypeSpec])
def test_a_blank_value_can_be_built(cls):
    assert plain(build(cls, blank(cls))) == blank(cls)


@pytest.mark.parametrize(
    ("path", "texts", "value"),
    [
        ("item.name", [" 名称\u200b "], "名称"),
        ("item.summary", ["一\r\n二"], "一\n二"),
        ("item.conditions", ["一\r\n\r\n 二 "], ["一", "二"]),
        ("item.service_objects", ["1", "2"], ["1", "2"]),
        ("item.instant", [], False),
        ("item.instant", ["on"], True),
        ("item.materials.1.copies", ["3"], 3),
        ("item.materials.1.copies", [""], 1),
        ("item.track", ["filing"], "filing"),
        ("effective_from", ["2026-07-01"], "2026-07-01"),
        ("effective_to", [""], None),
        ("item.materials.1.when.premises", ["own"], ["own"]),
        ("item.local_codes", ["省编码：12\n市: 3:4"], {"省编码": "12", "市": "3:4"}),
    ],
)
def test_texts_become_values(path, texts, value):
    assert read_texts(shape_at(path_of(path)), texts, path) == (value, None)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("item.materials.1.copies", "三"),
        ("item.materials.1.copies", "99999"),
        ("item.materials.1.copies", "1.5"),
        ("item.track", "magic"),
        ("effective_from", ""),
        ("effective_to", "2026-02-30"),
        ("item.local_codes", "没有冒号"),
        ("item.name", "长" * 30_000),
    ],
)
def test_what_cannot_be_read_names_its_place_and_the_remedy(path, text):
    value, error = read_texts(shape_at(path_of(path)), [text], path)
    assert value is None
    assert error.field == path
    assert error.remedy


def test_new_and_copied_entries_have_keys_of_their_own():
    document = {"item": DATA}
    assert new_element(Material, document)["key"] == "material_1"
    page = {
        "key": "dates",
        "title": "日期",
        "fields": [
            {"key": "first", "label": "起", "kind": "date"},
            {"key": "last", "label": "止", "kind": "date", "not_before": "first"},
        ],
    }
    made = copied(FormPage, page, document)
    assert made["key"] == "page_1"
    assert [each["key"] for each in made["fields"]] == ["field_1", "field_2"]
    assert made["fields"][1]["not_before"] == "field_1"
    lease = DATA["materials"][1]
    copy = copied(Material, lease, document)
    assert not set(keys_in(copy)) & set(keys_in(DATA))
    assert copy["when"] == lease["when"]


def test_every_field_of_an_item_has_a_shape():
    seen = set()

    def walk(cls):
        if cls in seen:
            return
        seen.add(cls)
        for shape in shapes(cls).values():
            if shape.sort in ("group", "list"):
                walk(shape.cls)

    walk(ItemVersionSpec)
    assert {"Material", "LicenceField", "FormField", "SilenceRule"} <= {cls.__name__ for cls in seen}
