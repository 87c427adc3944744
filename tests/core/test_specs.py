"""Plain data becomes typed values and back; every wrong place is named at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core import item_sample
from tongban.core.errors import Invalid
from tongban.core.items import ItemSpec
from tongban.core.specs import build, plain


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Part:
    name: str
    size: int = 1


@dataclass(frozen=True)
class Whole:
    title: str
    colour: Colour
    parts: tuple[Part, ...] = ()
    since: dt.date | None = None
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    best: Part | None = None
    open: bool = False


GOOD = {"title": "甲", "colour": "red", "parts": [{"name": "乙", "size": 2}], "since": "2026-07-01"}


def faults(**changes: object) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        build(Whole, {**GOOD, **changes})
    assert all(item.remedy for item in caught.value.errors)
    return {item.field: item.message % item.params if item.params else item.message for item in caught.value.errors}


def test_data_becomes_typed_values() -> None:
    whole = build(Whole, {**GOOD, "when": {"kind": ["new"]}, "best": {"name": "丙"}})
    assert whole == Whole(
        "甲", Colour.RED, (Part("乙", 2),), dt.date(2026, 7, 1), {"kind": ("new",)}, Part("丙"), open=False
    )


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"title": None}, "title"),
        ({"title": ["甲"]}, "title"),
        ({"colour": "green"}, "colour"),
        ({"parts": {"name": "乙"}}, "parts"),
        ({"parts": [{"size": 2}]}, "parts.1.name"),
        ({"parts": [{"name": "乙"}, {"name": "丙", "size": "two"}]}, "parts.2.size"),
        ({"parts": [{"name": "乙", "size": True}]}, "parts.1.size"),
        ({"parts": ["乙"]}, "parts.1"),
        ({"since": "2026-02-30"}, "since"),
        ({"since": "gestern"}, "since"),
        ({"when": ["new"]}, "when"),
        ({"when": {"kind": "new"}}, "when.kind"),
        ({"best": {"name": "丙", "weight": 3}}, "best.weight"),
        ({"open": "yes"}, "open"),
        ({"titel": "甲"}, "titel"),
    ],
)
def test_a_wrong_place_is_named(changes: dict[str, object], place: str) -> None:
    assert list(faults(**changes)) == [place]


def test_every_wrong_place_is_named_at_once() -> None:
    assert set(faults(colour="green", since="nie", titel="x")) == {"colour", "since", "titel"}


def test_the_data_must_be_a_group_of_entries() -> None:
    with pytest.raises(Invalid) as caught:
        build(Whole, ["not", "a", "mapping"])
    assert [item.field for item in caught.value.errors] == ["(file)"]


def test_numbers_may_stand_for_text_and_dates_for_themselves() -> None:
    assert build(Part, {"name": 7}).name == "7"
    assert build(Whole, {**GOOD, "since": dt.date(2026, 7, 1)}).since == dt.date(2026, 7, 1)
    assert build(Whole, {**GOOD, "since": dt.datetime(2026, 7, 1, 9)}).since == dt.date(2026, 7, 1)


def test_what_is_empty_is_left_out_and_comes_back() -> None:
    assert plain(Whole("甲", Colour.BLUE)) == {"title": "甲", "colour": "blue"}
    assert plain({"a": (Part("乙"), dt.date(2026, 7, 1))}) == {"a": [{"name": "乙"}, "2026-07-01"]}


def test_a_whole_item_survives_the_way_there_and_back() -> None:
    item = item_sample.item()
    assert build(ItemSpec, plain(item)) == item


wholes = st.builds(
    Whole,
    title=st.text(max_size=20),
    colour=st.sampled_from(Colour),
    parts=st.lists(st.builds(Part, name=st.text(max_size=8), size=st.integers()), max_size=4).map(tuple),
    since=st.none() | st.dates(),
    when=st.dictionaries(st.text(min_size=1, max_size=5), st.lists(st.text(max_size=5), max_size=3).map(tuple)),
    best=st.none() | st.builds(Part, name=st.text(max_size=8)),
    open=st.booleans(),
)


@given(wholes)
def test_any_value_survives_the_way_there_and_back(whole: Whole) -> None:
    assert build(Whole, plain(whole)) == whole
