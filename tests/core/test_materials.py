"""Tailoring an item to a situation."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.item_sample import data, item
from tongban.core.items import ItemSpec, Question
from tongban.core.materials import (
    applies,
    check_answers,
    effective_answers,
    find_variant,
    known_applicant,
    limits_in_law,
    tailored,
    visible_questions,
)
from tongban.core.specs import build

ITEM = item()


def keys(parts):
    return [part.key for part in parts]


def test_a_condition_needs_every_question_and_one_of_the_answers():
    condition = {"premises": ("rented", "lent"), "variant": ("new",)}
    assert applies(condition, {"premises": "rented"}, "new")
    assert applies(condition, {"premises": "lent"}, "new")
    assert not applies(condition, {"premises": "rented"}, "change")
    assert not applies(condition, {"premises": "own"}, "new")
    assert not applies(condition, {}, "new")
    assert applies({}, {}, "")


def test_questions_appear_as_answers_open_them():
    assert keys(visible_questions(ITEM, "change", {})) == []
    assert keys(visible_questions(ITEM, "new", {})) == ["premises"]
    assert keys(visible_questions(ITEM, "new", {"premises": "rented"})) == ["premises", "sublet"]


def test_an_answer_to_a_hidden_question_counts_for_nothing():
    stale = {"premises": "own", "sublet": "yes"}
    assert effective_answers(ITEM, "new", stale) == {"premises": "own"}
    assert keys(tailored(ITEM, "new", stale).materials) == ["application"]
    assert effective_answers(ITEM, "change", stale) == {}


def test_materials_reviews_fields_and_columns_follow_the_answers():
    rented = tailored(ITEM, "new", {"premises": "rented", "sublet": "no"})
    assert keys(rented.materials) == ["application", "lease"]
    assert keys(rented.reviews) == ["fire", "housing"]
    assert keys(rented.form_pages) == ["basics", "staff", "rental"]
    assert keys(rented.form_pages[0].fields) == ["area", "opened_on", "landlord"]
    assert keys(rented.form_pages[1].fields[1].columns) == ["name", "phone", "lease_no"]
    assert rented.complete
    assert rented.inspection is not None

    owned = tailored(ITEM, "new", {"premises": "own"})
    assert keys(owned.materials) == ["application"]
    assert keys(owned.reviews) == ["fire"]
    assert keys(owned.form_pages) == ["basics", "staff"]
    assert keys(owned.form_pages[0].fields) == ["area", "opened_on"]
    assert keys(owned.form_pages[1].fields[1].columns) == ["name", "phone"]

    assert tailored(ITEM, "change", {}).inspection is None
    assert not tailored(ITEM, "new", {"premises": "rented"}).complete


def test_unanswered_and_invented_answers_are_named():
    clean, errors = check_answers(ITEM, "new", {"premises": "rented"})
    assert clean == {"premises": "rented"}
    assert [error.field for error in errors] == ["sublet"]
    assert "转租" in errors[0].params["question"]

    clean, errors = check_answers(ITEM, "new", {"premises": "castle"})
    assert clean == {}
    assert [error.field for error in errors] == ["premises"]

    assert check_answers(ITEM, "new", {}, partial=True) == ({}, [])
    _, errors = check_answers(ITEM, "new", {"premises": "castle"}, partial=True)
    assert [error.field for error in errors] == ["premises"]


@pytest.mark.parametrize("variant", ["", "gift"])
def test_an_unknown_variant_is_refused_with_those_that_exist(variant):
    _, errors = check_answers(ITEM, variant, {})
    assert errors[0].field == "variant"
    assert errors[0].params["names"] == "新办、变更"
    assert find_variant(ITEM, variant) is None


def test_the_first_class_that_applies_gives_the_limits():
    limit = {"unit": "working_day", "start": "acceptance", "source": "示例条例第十二条"}
    classes = [
        {"name": "现场核查", "after_inspection": True, "statutory": {"value": 45, **limit}},
        {
            "name": "租用",
            "when": {"premises": ["rented"]},
            "statutory": {"value": 12, **limit},
            "promised": {"value": 6, **limit},
        },
    ]
    several = item(limit_classes=classes)

    def values(answers, variant="new", **more):
        return tuple(each.value for each in limits_in_law(several, variant, answers, **more))

    own = (several.statutory_limit.value, several.promised_limit.value)
    assert values({"premises": "own"}) == own
    assert values({"premises": "rented"}) == (12, 6)
    assert values({"premises": "rented"}, "change") == own, "the question is not asked, so its answer counts nothing"
    assert values({"premises": "rented"}, inspected=True) == (45, own[1])
    assert values({}, "change", inspected=True) == (45, own[1])


def test_find_variant():
    assert find_variant(ITEM, "change").name == "变更"


answers = st.dictionaries(
    st.sampled_from(["premises", "sublet", "ghost"]), st.sampled_from(["own", "rented", "yes", "no", "castle"])
)


@given(answers, st.sampled_from(["new", "change", "ghost"]))
def test_only_what_applies_is_left_and_nothing_that_applies_is_lost(given_answers, variant):
    result = tailored(ITEM, variant, given_answers)
    kept = result.answers
    assert [m for m in ITEM.materials if applies(m.when, kept, variant)] == list(result.materials)
    assert [r for r in ITEM.procedure.reviews if applies(r.when, kept, variant)] == list(result.reviews)
    assert all(page.fields for page in result.form_pages)
    expected = {f.key for page in ITEM.form for f in page.fields if applies(f.when, kept, variant)}
    assert {f.key for page in result.form_pages for f in page.fields} == expected


@given(answers, st.sampled_from(["new", "change"]))
def test_tailoring_again_with_the_kept_answers_changes_nothing(given_answers, variant):
    once = tailored(ITEM, variant, given_answers)
    assert tailored(ITEM, variant, once.answers) == once


@given(answers)
def test_every_kept_answer_is_a_choice_of_a_question_that_is_shown(given_answers):
    shown = {question.key: question for question in visible_questions(ITEM, "new", given_answers)}
    for key, value in effective_answers(ITEM, "new", given_answers).items():
        assert value in keys(shown[key].choices)


def test_a_full_answer_set_always_passes_the_check():
    for premises, sublet in itertools.product(["own", "rented"], ["yes", "no"]):
        clean, errors = check_answers(ITEM, "new", {"premises": premises, "sublet": sublet})
        assert errors == []
        assert all(isinstance(question, Question) for question in visible_questions(ITEM, "new", clean))


def _for_both():
    """The sample with one question that persons need not be asked, and a field and a material for either kind."""
    content = data()
    content["questions"][0]["choices"] = [
        {"key": "own", "label": "自有", "when": {"applicant": ["person"]}},
        {"key": "rented", "label": "租用", "when": {"applicant": ["enterprise"]}},
        {"key": "lent", "label": "借用", "when": {"applicant": ["enterprise"]}},
    ]
    content["materials"] += [
        {"key": "card", "name": "身份证", "when": {"applicant": ["person"]}},
        {"key": "charter", "name": "营业执照", "when": {"applicant": ["enterprise"]}},
    ]
    content["form"][1]["fields"].append(
        {"key": "unit", "label": "单位", "kind": "enterprise", "when": {"applicant": ["enterprise"]}}
    )
    return build(ItemSpec, content)


def test_what_is_for_one_kind_of_applicant_applies_to_that_kind_and_to_nobody_in_particular():
    both = _for_both()
    person = tailored(both, "new", known_applicant({}, "person"))
    body = tailored(both, "new", known_applicant({"premises": "lent"}, "enterprise"))
    anybody = tailored(both, "new", {})
    assert keys(person.materials) == ["application", "card"]
    assert keys(body.materials) == ["application", "charter"]
    assert keys(anybody.materials) == ["application", "card", "charter"]
    assert "unit" not in keys(person.form_pages[1].fields)
    assert "unit" in keys(body.form_pages[1].fields)


def test_a_question_left_with_one_answer_is_not_asked():
    both = _for_both()
    person = tailored(both, "new", known_applicant({"premises": "lent"}, "person"))
    assert person.questions == ()
    assert person.complete
    assert person.answers == {"applicant": "person", "premises": "own"}
    body = tailored(both, "new", known_applicant({"premises": "own"}, "enterprise"))
    assert keys(body.questions[0].choices) == ["rented", "lent"]
    assert "premises" not in body.answers


def test_nobody_makes_up_a_kind_of_applicant():
    assert effective_answers(ITEM, "change", {"applicant": "ghost"}) == {}
    assert known_applicant({"applicant": "person"}, "enterprise") == {"applicant": "enterprise"}
