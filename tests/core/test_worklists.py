"""Columns, order and filters of a work list as plain values."""

from __future__ import annotations

import datetime as dt

import pytest

from tongban.core import worklists
from tongban.core.worklists import Filters


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ((), worklists.DEFAULT_COLUMNS),
        (("nonsense",), worklists.DEFAULT_COLUMNS),
        (("clock", "item"), ("clock", "item")),
        (("clock",), ("item", "clock")),
        (("item", "item", "clock", "x"), ("item", "clock")),
    ],
)
def test_columns_are_known_once_and_one_opens_the_case(chosen, shown):
    assert worklists.columns(chosen) == shown


def test_a_column_moves_one_place_and_not_off_the_end():
    assert worklists.moved(("item", "clock", "stage"), "stage", -1) == ("item", "stage", "clock")
    assert worklists.moved(("item", "clock"), "item", -1) == ("item", "clock")
    assert worklists.moved(("item", "clock"), "clock", 1) == ("item", "clock")
    assert worklists.moved(("item", "clock"), "marks", 1) == ("item", "clock")


@pytest.mark.parametrize(
    ("text", "again"), [("-received", "-received"), ("item", "item"), ("x", "clock"), ("", "clock")]
)
def test_an_order_is_known_or_that_of_urgency(text, again):
    assert str(worklists.order(text)) == again


def test_filters_go_into_an_address_and_come_back():
    found = Filters("review", "late", "hotel", "津滨", "17", "renewal", dt.date(2026, 3, 2), dt.date(2026, 3, 31))
    assert worklists.filters(worklists.params(found)) == (found, [])
    assert worklists.params(Filters()) == {}
    assert worklists.filters({}) == (Filters(), [])
    assert found.conditions == 5


def test_what_no_list_offers_narrows_nothing():
    found, errors = worklists.filters(
        {"stage": "x", "colour": "red", "mark": "y", "assignee": "1 or 1", "q": " a " * 99}
    )
    assert (found.stage, found.colour, found.mark, found.assignee) == ("", "", "", "")
    assert len(found.search) <= worklists.MOST_SEARCH
    assert not errors


@pytest.mark.parametrize("text", ["2026-02-30", "yesterday", "13.10.2026"])
def test_a_day_that_is_none_is_named(text):
    found, errors = worklists.filters({"since": text, "stage": "review"})
    assert found == Filters(stage="review")
    assert [error.field for error in errors] == ["since"]
    assert errors[0].remedy


def test_days_the_wrong_way_round_are_named():
    found, errors = worklists.filters({"since": "2026-03-05", "until": "2026-03-01"})
    assert (found.since, found.until) == (dt.date(2026, 3, 5), None)
    assert [error.field for error in errors] == ["until"]
