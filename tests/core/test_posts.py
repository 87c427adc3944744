"""Leave, deputies and assignment rules as plain rules: who stands in, who never does, who gets the case and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.core.case_facts import CaseState, Relation, ReviewState, StandIn, Status, Who
from tongban.core.errors import Forbidden
from tongban.core.items import Track
from tongban.core.lifecycle import TABLE, Verb, permit, refusal
from tongban.core.posts import (
    DELEGABLE,
    Absence,
    Arrival,
    Candidate,
    Method,
    Pair,
    Pick,
    Rule,
    Skip,
    absence_of,
    deputy_of,
    pick,
    stood_in_for,
    with_handiwork,
)

DAY = dt.date(2026, 10, 13)
PEOPLE = ("1", "2", "3", "4", "5")
people = st.sampled_from(PEOPLE)
days = st.dates(DAY - dt.timedelta(20), DAY + dt.timedelta(20))


@st.composite
def absences(draw: st.DrawFn) -> Absence:
    first = draw(days)
    return Absence(
        draw(people), first, first + dt.timedelta(draw(st.integers(0, 12))), draw(st.sampled_from(("", *PEOPLE)))
    )


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    first = draw(days)
    last = draw(st.none() | st.integers(0, 20).map(lambda more: first + dt.timedelta(more)))
    return Pair(draw(people), draw(people), first, last)


@given(st.lists(absences(), max_size=8), st.lists(pairs(), max_size=6), days)
def test_a_deputy_is_present_somebody_else_and_only_while_the_officer_is_away(
    away: list[Absence], standing: list[Pair], day: dt.date
) -> None:
    for officer in PEOPLE:
        deputy = deputy_of(officer, away, standing, day)
        if absence_of(officer, away, day) is None:
            assert deputy == ""
        if deputy:
            assert deputy != officer
            assert absence_of(deputy, away, day) is None
    for deputy in PEOPLE:
        assert stood_in_for(deputy, away, standing, day) == {
            officer for officer in PEOPLE if deputy_of(officer, away, standing, day) == deputy
        }


def test_the_named_deputy_goes_before_the_standing_one_and_both_ends_of_a_leave_count() -> None:
    leave = Absence("1", DAY, DAY + dt.timedelta(2), "3")
    standing = [Pair("1", "2", DAY - dt.timedelta(90))]
    assert deputy_of("1", [leave], standing, DAY) == "3"
    assert deputy_of("1", [leave], standing, DAY + dt.timedelta(2)) == "3"
    assert deputy_of("1", [leave], standing, DAY + dt.timedelta(3)) == ""
    assert deputy_of("1", [leave, Absence("3", DAY, DAY)], standing, DAY) == "2"
    assert deputy_of("1", [leave, Absence("3", DAY, DAY), Absence("2", DAY, DAY)], standing, DAY) == ""


# Capacities: a deputy can do what the absent officer could, and nothing else.

READY = CaseState(
    Track.LICENCE,
    Status.ACCEPTED,
    DAY,
    special_listed=True,
    extension_allowed=True,
    inspection_possible=True,
    reviews=(ReviewState("health", "卫生"),),
    review_key="health",
)
capacities = st.frozensets(st.sampled_from(sorted(set(Who) - {Who.SYSTEM, Who.APPLICANT})))


@given(
    st.sampled_from(sorted(Status)),
    st.sampled_from(sorted(Verb)),
    capacities,
    st.frozensets(st.just("health")),
    st.sampled_from(("", "A", "B", "C")),
    st.sampled_from(("", "A", "B")),
)
@settings(max_examples=600)
def test_a_deputy_without_a_post_of_its_own_can_exactly_what_the_absent_officer_could(
    status: Status, verb: Verb, who: frozenset[Who], keys: frozenset[str], assignee: str, accepted_by: str
) -> None:
    assigned = replace(READY.reviews[0], assignee=assignee)
    state = replace(READY, status=status, assignee=assignee, accepted_by=accepted_by, reviews=(assigned,))
    absent = refusal(state, verb, Relation("A", who, keys))
    deputy = refusal(state, verb, Relation("B", stand_ins=(StandIn("A", "deputy", who, keys),)))
    own = {assignee, accepted_by} & {"B"}  # what the person B did or was given stays B's
    if not own:
        assert (absent is None) == (deputy is None)
    elif deputy is None:
        assert absent is None or assignee == "B"


@given(st.sampled_from(sorted(Verb)), capacities, st.sampled_from(sorted(DELEGABLE)))
def test_a_delegation_reaches_no_further_than_its_verbs(verb: Verb, who: frozenset[Who], given_verb: Verb) -> None:
    verbs = with_handiwork([given_verb])
    lent = StandIn("A", "delegation", who, frozenset({"health"}), verbs)
    error = refusal(READY, verb, Relation("B", stand_ins=(lent,)))
    if verb not in verbs:
        assert error is not None
    elif error is None:
        assert permit(READY, verb, Relation("B", stand_ins=(lent,))).relation.acting_for == "A"


def test_nobody_delegates_the_extension_of_a_limit() -> None:
    assert Verb.EXTEND not in DELEGABLE
    assert Verb.EXTEND not in with_handiwork(DELEGABLE)


def test_one_acts_for_oneself_unless_the_case_is_the_absent_officers() -> None:
    lent = StandIn("A", "deputy", frozenset({Who.REVIEWER}), frozenset({"health"}))
    both = Relation("B", frozenset({Who.REVIEWER}), frozenset({"health"}), stand_ins=(lent,))

    def acting(**review: str) -> str:
        state = replace(READY, reviews=(replace(READY.reviews[0], **review),))
        return permit(state, Verb.OPINION, both).relation.acting_for

    assert acting() == ""
    assert acting(assignee="B") == ""
    assert acting(assignee="A") == "A"
    assert acting(assignee="B", assigned_for="A") == "A"


def test_a_deputy_and_the_one_deputised_are_never_the_two_officers() -> None:
    lent = (StandIn("A", "deputy", frozenset({Who.REVIEWER}), frozenset({"health"})),)
    own = {"who": frozenset({Who.REVIEWER}), "review_keys": frozenset({"health"})}

    def second(relation: Relation, **signed: str) -> str:
        review = replace(READY.reviews[0], officers=2, **signed)
        error = refusal(replace(READY, reviews=(review,)), Verb.COUNTERSIGN, relation)
        return error.code if error else ""

    assert second(Relation("B", stand_ins=lent, **own), first_by="A") == "deputy_beside_deputised"
    assert second(Relation("A", **own), first_by="B", first_for="A") == "deputy_beside_deputised"
    assert second(Relation("B", stand_ins=lent, **own), first_by="C", first_for="A") == "deputy_beside_deputised"
    assert second(Relation("B", stand_ins=lent, **own), first_by="B", first_for="A") == "same_officer"
    assert second(Relation("C", **own), first_by="B", first_for="A") == ""
    assert second(Relation("B", stand_ins=lent), first_by="C") == ""


def test_acceptance_and_decision_are_two_persons_whatever_posts_they_stand_in_for() -> None:
    lent = (StandIn("A", "deputy", frozenset({Who.DECISION})),)
    decided = replace(READY, reviews=(ReviewState("health", "卫生", first_by="D"),), review_key="")

    def error(accepted_by: str) -> str:
        found = refusal(replace(decided, accepted_by=accepted_by), Verb.GRANT, Relation("B", stand_ins=lent))
        return found.code if found else ""

    assert error("B") == "accepter_decides"  # B accepted, and would decide in A's place
    assert error("A") == "accepter_decides"  # A could not decide it, so nobody can for A
    assert error("C") == ""


def test_on_leave_one_writes_notes_and_nothing_else() -> None:
    everything = Relation("A", frozenset(Who), frozenset({"health"}), away_until=DAY)
    for verb in Verb:
        error = refusal(READY, verb, everything)
        if (READY.track, READY.status, verb) in TABLE and verb is not Verb.NOTE:
            assert isinstance(error, Forbidden)
            assert error.code == "on_leave"
    assert refusal(READY, Verb.NOTE, everything) is None


# Assignment rules.


@st.composite
def halls(draw: st.DrawFn) -> list[Candidate]:
    ids = draw(st.lists(people, unique=True, max_size=5))
    away = set(draw(st.lists(st.sampled_from(PEOPLE))))
    present = [item for item in PEOPLE if item not in away]
    return [
        Candidate(
            item,
            draw(st.integers(0, 9)),
            item in away,
            draw(st.sampled_from(("", *present))) if item in away else "",
        )
        for item in ids
    ]


@st.composite
def rules(draw: st.DrawFn) -> list[Rule]:
    drawn = st.builds(
        Rule,
        number=st.just(0),
        method=st.sampled_from(sorted(Method)),
        items=st.frozensets(st.sampled_from(("a", "b")), max_size=1),
        places=st.sampled_from(((), ("街道",), ("新城",))),
        officers=st.lists(people, unique=True, max_size=3).map(tuple),
        most=st.integers(0, 6),
        last=st.sampled_from(("", *PEOPLE)),
    )
    return [replace(rule, number=number) for number, rule in enumerate(draw(st.lists(drawn, max_size=5)), 1)]


@given(rules(), halls(), st.frozensets(people, max_size=2))
@settings(max_examples=500)
def test_nobody_on_leave_barred_or_full_is_ever_assigned(
    listed: list[Rule], hall: list[Candidate], barred: frozenset[str]
) -> None:
    case = Arrival("a", ("新城街道1号",))
    found = pick(listed, case, hall, barred)
    if found is None:
        return
    rule = listed[found.rule - 1]
    assert rule.matches(case)
    if not found.officer:
        assert rule.method is Method.NOBODY
        return
    assert found.officer not in barred
    assert found.in_place_of not in barred
    assert not next((item.away for item in hall if item.id == found.officer), False)
    if found.in_place_of:
        absent = next(item for item in hall if item.id == found.in_place_of)
        assert absent.away
        assert absent.deputy == found.officer
    elif rule.most:
        assert found.load < rule.most
    if rule.method is Method.FEWEST:
        pool = [item for item in hall if not rule.officers or item.id in rule.officers]
        free = [item.load for item in pool if not item.away and item.id not in barred]
        assert found.load == min(free)


def test_turns_go_round_and_pass_over_who_is_away() -> None:
    hall = [Candidate("1"), Candidate("2", away=True), Candidate("3")]
    order, last = [], ""
    for _ in range(4):
        found = pick([Rule(1, Method.TURN, last=last)], Arrival("a"), hall)
        assert found is not None
        assert found.skipped == (("2", Skip.AWAY),)
        order.append(last := found.officer)
    assert order == ["1", "3", "1", "3"]


def test_the_first_rule_that_matches_and_finds_somebody_answers() -> None:
    hall = [Candidate("1", 4), Candidate("2", 3)]
    listed = [
        Rule(1, Method.NAMED, items=frozenset({"b"}), officers=("1",)),
        Rule(2, Method.NAMED, situation={"variant": frozenset({"new"})}, officers=("9",)),
        Rule(3, Method.FEWEST),
    ]
    assert pick(listed, Arrival("a", situation={"variant": "new"}), hall) == Pick(3, Method.FEWEST, "2", "", 3)
    assert pick(listed, Arrival("b"), hall) == Pick(1, Method.NAMED, "1", "", 4)
    assert pick(listed[:2], Arrival("a"), hall) is None
    assert pick([Rule(1, Method.NOBODY), *listed], Arrival("a"), hall) == Pick(1, Method.NOBODY)
