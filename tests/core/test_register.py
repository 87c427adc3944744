"""The public register: no list of fields reaches personal numbers, no cell is a formula, every end has its word."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tongban.core import register
from tongban.core.errors import Invalid
from tongban.core.items import Track

SHIPPED = Path(register.__file__).parents[1] / "cases/data/register.yaml"


def shipped() -> dict:
    return yaml.safe_load(SHIPPED.read_text("utf-8"))


def faults(data: object) -> list[str]:
    with pytest.raises(Invalid) as caught:
        register.read_plan(data)
    return [error.field for error in caught.value.errors]


def test_the_shipped_list_has_all_kinds_and_a_source_for_every_field():
    plan = register.read_plan(shipped())
    assert set(plan) == set(Track)
    assert all(column.source and column.label_en for kind in plan.values() for column in kind.columns)
    assert plan[Track.LICENCE].basis == "《行政许可法》第四十条"


@pytest.mark.parametrize("key", ["id_number", "phone", "email", "address", "legal_representative", "reason", ""])
def test_what_is_no_publishable_key_is_refused_by_its_place(key):
    data = shipped()
    data["kinds"]["licence"]["fields"][2]["key"] = key
    assert "licence.fields.3.key" in faults(data)


def test_every_fault_of_a_list_is_named():
    data = shipped()
    data["kinds"]["licence"]["fields"] = [{"key": "party"}, "party"]
    data["kinds"]["licence"]["documents"] = []
    data["kinds"]["permit"] = {}
    found = faults(data)
    assert {"licence.fields.1.label", "licence.fields.2", "licence.fields", "licence.documents", "permit"} <= set(found)
    assert faults([]) == ["kinds"]


def test_a_field_that_stands_twice_is_refused():
    data = shipped()
    data["kinds"]["licence"]["fields"].append(data["kinds"]["licence"]["fields"][0])
    assert faults(data) == ["licence.fields"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(_JSON, st.sampled_from(["licence", "filing", "other"]))
def test_whatever_a_file_holds_it_is_a_list_or_a_refusal(data, track):
    for tried in (data, {"kinds": data}, {"kinds": {track: data}}, {"kinds": {track: {"fields": [data]}}}):
        with pytest.raises(Invalid):
            register.read_plan(tried)


@given(st.text(max_size=40))
def test_no_cell_begins_a_formula_and_nothing_is_lost(text):
    shown = register.cell(text)
    assert not shown.lstrip(" \u3000\xa0\t\r\n").startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert "\r" not in shown
    kept = "".join(char for char in text if char in "\t\n" or (ord(char) >= 32 and ord(char) != 127))
    assert shown.removeprefix("'") == kept.removeprefix("'") or shown == kept


@given(st.text(alphabet="陈王示例小明", min_size=1, max_size=6))
def test_a_persons_name_shows_its_first_character_at_most(name):
    shown = register.public_name(name, person=True)
    assert set(shown[1:]) <= {"＊"}
    assert register.public_code("12011619900101001X", person=True) == ""


def test_numbers_inside_a_bodys_name_or_content_are_masked():
    assert register.scrubbed("联系13800001234") == "联系138****1234"
    assert "19900101" not in register.public_name("示例店12011619900101001X", person=False)


@pytest.mark.parametrize(
    ("about", "word"),
    [
        ({}, "effective"),
        ({"licence": "valid"}, "effective"),
        ({"licence": "expired"}, "expired"),
        ({"licence": "valid", "newest": False}, "replaced"),
        ({"licence": "revoked", "kind": "annulled"}, "annulled"),
        ({"licence": "revoked", "kind": "withdrawn", "newest": False}, "withdrawn"),
        ({"licence": "revoked", "kind": "forfeited"}, "forfeited"),
        ({"licence": "revoked"}, "revoked"),
        ({"licence": "cancelled", "newest": False}, "cancelled"),
        ({"licence": "suspended"}, "suspended"),
    ],
)
def test_how_a_decision_stands(about, word):
    assert register.standing(void=False, **about) == word
    assert register.standing(void=True, **about) == "void"


def test_a_number_is_found_with_the_brackets_of_a_keyboard():
    assert "津示审批准〔2026〕7号" in register.spellings("津示审批准[2026]7号")
