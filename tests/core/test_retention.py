"""Periods and rules, without a database."""

from __future__ import annotations

import datetime as dt
import json
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.core.errors import Invalid
from tongban.core.retention import LEAST, PERMANENT, UNITS, Rule, end_of, last_due, read_rules

KINDS, ARCHIVES = ("drafts", "sign_ins"), ("licences",)
RULES = {"drafts": {"days": 180}, "sign_ins": {"months": 7}, "licences": {"keep": "permanent"}}
_DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2060, 12, 31))


@given(_DAYS, st.sampled_from(UNITS), st.integers(1, 40))
def test_what_is_due_is_exactly_what_has_ended(today: dt.date, unit: str, value: int) -> None:
    rule = Rule("drafts", unit, value)
    last = last_due(rule, today)
    assert last is not None
    end, after = end_of(last, rule), end_of(last + dt.timedelta(days=1), rule)
    assert end is not None
    assert after is not None
    assert end < today <= after


def test_the_last_day_of_a_period_still_keeps() -> None:
    assert end_of(dt.date(2026, 1, 31), Rule("drafts", "months", 1)) == dt.date(2026, 2, 28)
    assert end_of(dt.date(2024, 2, 29), Rule("drafts", "years", 2)) == dt.date(2026, 2, 28)
    assert end_of(dt.date(2026, 11, 22), Rule("drafts", "days", 7)) == dt.date(2026, 11, 29)
    assert last_due(Rule("drafts", "days", 7), dt.date(2026, 11, 29)) == dt.date(2026, 11, 21)
    assert last_due(Rule("licences", PERMANENT), dt.date(2126, 1, 1)) is None


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"drafts": {"days": 0}}, "drafts.days"),
        ({"drafts": {"days": True}}, "drafts.days"),
        ({"drafts": {"days": "30"}}, "drafts.days"),
        ({"drafts": {"days": 1, "years": 1}}, "drafts"),
        ({"drafts": {}}, "drafts"),
        ({"drafts": 30}, "drafts"),
        ({"sign_ins": {"days": LEAST["sign_ins"] - 1}}, "sign_ins.days"),
        ({"sign_ins": {"months": 6}}, "sign_ins.months"),
        ({"licences": {"years": 30}}, "licences"),
        ({"dreams": {"days": 3}}, "dreams"),
    ],
)
def test_a_faulty_rule_is_named(change: dict[str, object], place: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_rules({**RULES, **change}, KINDS, ARCHIVES)
    assert [error.field for error in caught.value.errors] == [place]


def test_a_kind_without_a_rule_is_a_fault() -> None:
    with pytest.raises(Invalid):
        read_rules({key: row for key, row in RULES.items() if key != "drafts"}, KINDS, ARCHIVES)
    with pytest.raises(Invalid):
        read_rules([], KINDS, ARCHIVES)


def test_the_rules_that_ship_can_be_read_and_name_their_sources() -> None:
    text = resources.files("tongban.retention").joinpath("data/rules.json").read_text(encoding="utf-8")
    data = json.loads(text)
    archives = [kind for kind, row in data.items() if row.get("keep") == PERMANENT]
    found = read_rules(data, [kind for kind in data if kind not in archives], archives)
    assert set(archives) == {"decided_cases", "licences", "evidence"}
    assert all(found[kind].source for kind in LEAST)
