"""Changes of a document that several people edit: carried past one another, merged, taken back."""

from __future__ import annotations

import copy
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.core.changes import (
    Change,
    Conflict,
    Entry,
    Revision,
    applied,
    carried,
    inverse,
    merge,
    path_of,
    place_now,
    taken_back,
    text_of,
    value_at,
)
from tongban.core.errors import Invalid

AT = dt.datetime(2026, 10, 13, 9, 0, tzinfo=dt.UTC)
DOCUMENT = {"name": "甲", "rows": [{"text": "一"}, {"text": "二"}, {"text": "三"}]}


def revision(*changes, number=1, form="other", by="9"):
    return Revision(number, by, f"officer {by}", AT, form, changes)


def entry(path, value, default=""):
    return Entry(path_of(path), value, default)


def test_paths_read_and_write():
    assert path_of("item.materials.3.name") == ("item", "materials", 3, "name")
    assert text_of(("item", "materials", 3, "name")) == "item.materials.3.name"
    assert value_at(DOCUMENT, path_of("rows.2.text")) == "二"
    for nowhere in ("rows.4.text", "rows.0", "rows.x", "name.x"):
        assert value_at(DOCUMENT, path_of(nowhere)) is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Change("set", ("name",), "甲", "乙"), "乙"),
        (Change("set", ("other", "deep"), None, 5), {"deep": 5}),
        (Change("insert", ("rows", 2), after={"text": "新"}), ["一", "新", "二", "三"]),
        (Change("insert", ("rows", 4), after={"text": "新"}), ["一", "二", "三", "新"]),
        (Change("remove", ("rows", 1), before={"text": "一"}), ["二", "三"]),
        (Change("move", ("rows", 1), to=3), ["二", "三", "一"]),
        (Change("move", ("rows", 3), to=1), ["三", "一", "二"]),
    ],
)
def test_each_change_does_what_it_says_and_its_inverse_takes_it_back(change, expected):
    kept = copy.deepcopy(DOCUMENT)
    made = applied(DOCUMENT, [change])
    assert kept == DOCUMENT
    found = made[str(change.path[0])]
    assert ([row["text"] for row in found] if isinstance(found, list) else found) == expected
    back = applied(made, [inverse(change)])
    back.pop("other", None)
    assert back == DOCUMENT
    assert Change.read(change.stored()) == change


@pytest.mark.parametrize("path", [("rows", 9), ("rows", 0), ("name", "x", "y"), ("rows", 9, "text")])
def test_a_place_that_does_not_exist_is_refused(path):
    with pytest.raises(Invalid):
        applied(DOCUMENT, [Change("set", path, None, "x")])


def documents():
    return st.builds(
        lambda rows, numbers: {
            "rows": [{"id": count, "in": list(inner)} for count, inner in enumerate(rows)],
            **numbers,
        },
        st.lists(st.lists(st.integers(0, 9), max_size=3), min_size=1, max_size=5),
        st.fixed_dictionaries({"a": st.integers(0, 9)}),
    )


@st.composite
def edits(draw, document):
    count = len(document["rows"])
    kind = draw(st.sampled_from(["insert", "remove", "move"]))
    at = draw(st.integers(1, count + (kind == "insert")))
    if kind == "insert":
        return Change("insert", ("rows", at), after={"id": 99, "in": []})
    if kind == "remove":
        return Change("remove", ("rows", at), before=document["rows"][at - 1])
    return Change("move", ("rows", at), to=draw(st.integers(1, count)))


@given(st.data())
def test_a_place_is_found_again_wherever_it_has_moved(data):
    """Whatever is done to a list, a carried path leads to the same row, or says that it is gone."""
    document = data.draw(documents())
    at = data.draw(st.integers(1, len(document["rows"])))
    wanted = document["rows"][at - 1]["id"]
    path = ("rows", at, "id")
    for _ in range(data.draw(st.integers(1, 5))):
        if not document["rows"]:
            break
        change = data.draw(edits(document))
        document = applied(document, [change])
        path = carried(path, change)
        if path is None:
            assert wanted not in [row["id"] for row in document["rows"]]
            return
        assert value_at(document, path) == wanted


@given(st.data())
def test_every_change_can_be_taken_back(data):
    document = data.draw(documents())
    change = data.draw(edits(document))
    assert applied(applied(document, [change]), [inverse(change)]) == document


def test_an_entry_nobody_else_touched_is_kept_where_its_place_is_now():
    since = [revision(Change("insert", ("rows", 1), after={"text": "新"}))]
    document = applied(DOCUMENT, since[0].changes)
    merged = merge(document, since, [entry("rows.2.text", "贰"), entry("name", "甲")], "mine")
    assert merged.conflicts == ()
    assert applied(document, merged.changes)["rows"][2] == {"text": "贰"}
    assert merged.changes == (Change("set", ("rows", 3, "text"), "二", "贰"),)


def test_two_different_entries_in_one_place_are_told_and_not_overwritten():
    since = [revision(Change("set", ("name",), "甲", "乙"))]
    document = applied(DOCUMENT, since[0].changes)
    merged = merge(document, since, [entry("name", "丙"), entry("rows.1.text", "壹")], "mine")
    assert merged.conflicts == (Conflict(entry("name", "丙"), ("name",), "乙", since[0]),)
    assert [change.path for change in merged.changes] == [("rows", 1, "text")]


def test_what_the_other_wrote_stays_where_this_form_says_what_it_said_before():
    since = [revision(Change("set", ("name",), "甲", "乙"))]
    document = applied(DOCUMENT, since[0].changes)
    assert merge(document, since, [entry("name", "甲")], "mine").changes == ()
    assert merge(document, since, [entry("name", "乙")], "mine") == merge(document, since, [], "mine")


def test_what_the_same_form_saved_before_is_no_conflict():
    since = [revision(Change("set", ("name",), "甲", "甲乙"), form="mine")]
    document = applied(DOCUMENT, since[0].changes)
    assert merge(document, since, [entry("name", "甲乙丙")], "mine").changes[0].after == "甲乙丙"
    back = merge(document, since, [entry("name", "甲")], "mine")
    assert back.changes == (Change("set", ("name",), "甲乙", "甲"),)


def test_an_entry_in_a_row_that_was_removed_is_told_only_if_something_was_written():
    since = [revision(Change("remove", ("rows", 2), before={"text": "二"}))]
    document = applied(DOCUMENT, since[0].changes)
    assert merge(document, since, [entry("rows.2.text", "二")], "mine").conflicts == ()
    told = merge(document, since, [entry("rows.2.text", "贰"), entry("rows.3.text", "叁")], "mine")
    assert [each.path for each in told.conflicts] == [None]
    assert told.changes == (Change("set", ("rows", 2, "text"), "三", "叁"),)


def test_outer_blanks_that_no_form_sends_back_are_no_change():
    assert merge({"name": "甲\n"}, [], [entry("name", "甲")], "mine").changes == ()
    assert merge({}, [], [entry("name", "")], "mine").changes == ()


def test_undo_finds_the_place_again_and_stops_at_later_changes():
    removed = revision(Change("remove", ("rows", 2), before={"text": "二"}))
    later = revision(Change("insert", ("rows", 1), after={"text": "零"}), number=2)
    document = applied(applied(DOCUMENT, removed.changes), later.changes)
    back = taken_back(removed, [later], document)
    assert [row["text"] for row in applied(document, back)["rows"]] == ["零", "一", "二", "三"]
    wrote = revision(Change("set", ("rows", 1, "text"), "一", "壹"))
    again = revision(Change("set", ("rows", 1, "text"), "壹", "1"), number=2)
    assert taken_back(wrote, [again], {}) is again
    gone = revision(Change("remove", ("rows", 1), before={}), number=2)
    assert taken_back(wrote, [gone], {}) is gone
    assert taken_back(removed, [revision(Change("set", ("rows",), [], []), number=2)], {}) is not removed


def test_a_place_that_was_replaced_from_above_is_gone():
    change = Change("set", ("rows",), DOCUMENT["rows"], [])
    assert place_now(("rows", 1, "text"), [change]) is None
    assert place_now(("name",), [change]) == ("name",)
