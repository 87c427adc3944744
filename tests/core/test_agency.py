"""Agents: what somebody may do for an enterprise today on this item, and what is said to whoever may not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.core.agency import ENDED, Act, Agency, Power, State, Terms, problems
from tongban.core.errors import Forbidden

DAY = dt.date(2026, 11, 23)
ITEMS = ("catering", "signboard", "network")
days = st.integers(0, 700).map(lambda n: dt.date(2026, 1, 1) + dt.timedelta(days=n))


@st.composite
def powers(draw: st.DrawFn) -> Power:
    """Any authority: accepted or not, ended or not, for one of three enterprises."""
    first = draw(days)
    ending = draw(st.sampled_from(["", "", State.REVOKED, State.RESIGNED]))
    return Power(
        number=f"WT-{draw(st.integers(1, 99)):02d}",
        applicant=draw(st.integers(1, 3)),
        agent="7",
        acts=draw(st.frozensets(st.sampled_from(list(Act)), min_size=1)),
        first=first,
        last=first + dt.timedelta(days=draw(st.integers(0, 400))),
        items=draw(st.frozensets(st.sampled_from(ITEMS))),
        accepted=draw(st.booleans()),
        ending=ending,
        ended_on=draw(days) if ending else None,
        enterprise="津滨示例公司",
        principal="示例管理员",
    )


@settings(max_examples=30)
@given(powers(), days)
def test_a_power_is_in_one_state_and_runs_only_within_its_term(power: Power, day: dt.date) -> None:
    state = power.state(day)
    running = power.accepted and not power.ending and power.first <= day <= power.last
    assert (state is State.RUNNING) == running
    if power.ending:
        assert state == power.ending
    elif day > power.last:
        assert state is State.OVER


@settings(max_examples=30)
@given(st.lists(powers(), max_size=6), days, st.integers(1, 3), st.sampled_from(ITEMS), st.sampled_from(list(Act)))
def test_an_act_is_allowed_exactly_where_one_power_covers_applicant_item_act_and_day(
    given_: list[Power], day: dt.date, applicant: int, item: str, act: Act
) -> None:
    agency = Agency.on(given_, day)
    may = any(
        power.accepted
        and not power.ending
        and power.first <= day <= power.last
        and power.applicant == applicant
        and (not power.items or item in power.items)
        and act in power.acts
        for power in given_
    )
    if may:
        found = agency.check(applicant, item, act)
        assert found in given_
        assert act in found.acts
        assert found.covers(item)
    else:
        with pytest.raises(Forbidden) as refused:
            agency.check(applicant, item, act)
        assert refused.value.remedy
        known = any(power.applicant == applicant and power.accepted for power in given_)
        assert (refused.value.rule is not None) == known  # a stranger is told nothing
        if known:
            assert "示例管理员" in str(refused.value)


@settings(max_examples=30)
@given(st.lists(powers(), max_size=6), days)
def test_every_accepted_power_has_one_place_and_the_others_none(given_: list[Power], day: dt.date) -> None:
    agency = Agency.on(given_, day)
    placed = [*agency.running, *agency.coming, *agency.past]
    assert sorted(map(repr, placed)) == sorted(repr(power) for power in given_ if power.accepted)
    assert all(power.state(day) in ENDED for power in agency.past)
    assert agency.applicants == {power.applicant for power in agency.running}


@settings(max_examples=30)
@given(powers(), st.sampled_from([State.REVOKED, State.RESIGNED]))
def test_an_ending_takes_effect_on_its_very_day(power: Power, ending: State) -> None:
    standing, day = replace(power, accepted=True, ending="", ended_on=None), power.first
    assert Agency.on([standing], day).running == (standing,)
    ended = replace(standing, ending=ending.value, ended_on=day)
    assert Agency.on([ended], day).running == ()
    assert Agency.on([ended], day).past == (ended,)


def _power(**changes: object) -> Power:
    values = {"acts": frozenset(Act), "first": DAY, "last": DAY, "enterprise": "甲公司", "principal": "乙"}
    return Power("WT-1", 1, "7", **(values | changes))  # type: ignore[arg-type]


def test_a_refusal_says_which_part_of_the_authority_is_lacking() -> None:
    def code(power: Power, act: Act = Act.SUBMIT) -> tuple[str, str]:
        error = Agency.on([power], DAY).refusal(1, "catering", act)
        assert error.rule is not None
        return error.code, error.rule.zh

    day = dt.timedelta(days=1)
    assert code(_power(items=frozenset({"signboard"}))) == ("power_item", "《民法典》第一百七十一条第一款")
    assert code(_power(acts=frozenset({Act.FILL}))) == ("power_act", "《民法典》第一百七十一条第一款")
    assert code(_power(first=DAY + day, last=DAY + day)) == ("power_coming", "《民法典》第一百六十五条")
    assert code(_power(first=DAY - day, last=DAY - day)) == ("power_ended", "《民法典》第一百七十三条第一项")
    assert code(_power(ending="resigned", ended_on=DAY)) == ("power_ended", "《民法典》第一百七十三条第二项")


TERMS = Terms("李示例", frozenset(Act), DAY, DAY + dt.timedelta(days=364))


@pytest.mark.parametrize(
    ("terms", "wrong"),
    [
        (TERMS, set()),
        (replace(TERMS, agent_name=" "), {"agent_name"}),
        (replace(TERMS, acts=frozenset()), {"acts"}),
        (replace(TERMS, acts=frozenset({Act.SUBMIT})), {"acts"}),
        (replace(TERMS, acts=frozenset({Act.RECEIVE})), set()),
        (replace(TERMS, chosen_items=True), {"items"}),
        (replace(TERMS, first=DAY - dt.timedelta(days=1), last=DAY), {"first"}),
        (replace(TERMS, last=DAY - dt.timedelta(days=1)), {"last"}),
        (replace(TERMS, last=DAY + dt.timedelta(days=365)), {"last"}),
    ],
)
def test_what_keeps_an_authority_from_being_signed_is_named_entry_by_entry(terms: Terms, wrong: set[str]) -> None:
    found = problems(terms, DAY, longest=365)
    assert {error.field for error in found} == wrong
    assert all(error.remedy for error in found)
