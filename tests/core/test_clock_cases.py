"""All clocks of a case, the publication check of a promise, and dates that never move."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.calendars.seed import bundled
from tongban.core.calendar import WorkCalendar
from tongban.core.clock import (
    CaseFacts,
    CaseLimits,
    ClockFacts,
    Ground,
    Limit,
    Pause,
    Reading,
    ReviewFacts,
    StartEvent,
    Unit,
    add_months,
    at_least_before,
    case_clock,
    case_summaries,
    due_date,
    promise_fits,
    validity_end,
)
from tongban.core.errors import DomainError

CALENDAR = bundled()
ONE = timedelta(days=1)


def case_clocks(facts: CaseFacts, limits: CaseLimits, calendar: WorkCalendar, as_of: date) -> dict[str, Reading]:
    """Every clock that has started, with ledgers."""
    keys = case_summaries(facts, limits, calendar, as_of)
    return {key: case_clock(facts, limits, key, calendar, as_of) for key in keys}


def working(value: int, start: StartEvent = StartEvent.ACCEPTANCE) -> Limit:
    return Limit(value, Unit.WORKING_DAY, start)


def calendar_days(value: int, start: StartEvent = StartEvent.ACCEPTANCE) -> Limit:
    return Limit(value, Unit.CALENDAR_DAY, start)


LIMITS = CaseLimits(statutory=working(20), promised=working(15))
CASE = CaseFacts(
    received=date(2020, 1, 16),
    completeness_stopped=date(2020, 1, 20),
    accepted=date(2020, 1, 20),
    pauses=(Pause(date(2020, 2, 10), date(2020, 2, 14), Ground.EXPERT_REVIEW),),
    extended_by=10,
    reviews=(
        ReviewFacts("fire", date(2020, 1, 21), None, working(10)),
        ReviewFacts("health", date(2020, 1, 21), date(2020, 2, 4), working(10)),
        ReviewFacts("none", date(2020, 1, 21)),
        ReviewFacts("later", None, None, working(10)),
    ),
)
AS_OF = date(2020, 3, 5)


def test_each_clock_runs_by_its_own_facts() -> None:
    clocks = case_clocks(CASE, LIMITS, CALENDAR, AS_OF)
    assert set(clocks) == {"completeness", "statutory", "promised", "review:fire", "review:health"}
    assert (clocks["completeness"].due, clocks["completeness"].state) == (date(2020, 1, 22), "met")
    assert (clocks["statutory"].due, clocks["statutory"].left) == (date(2020, 3, 17), 8)
    # the promise knows the pause but not the extension
    assert (clocks["promised"].due, clocks["promised"].state) == (date(2020, 2, 25), "overdue")
    assert (clocks["review:fire"].due, clocks["review:fire"].paused) == (date(2020, 2, 19), 5)
    assert clocks["review:health"].state == "met"


def test_pauses_do_not_stop_the_certificate() -> None:
    decided = replace(
        CASE,
        decided=date(2020, 3, 6),
        granted=True,
        pauses=(*CASE.pauses, Pause(date(2020, 3, 9), date(2020, 3, 20), Ground.TESTING)),
    )
    clocks = case_clocks(decided, LIMITS, CALENDAR, date(2020, 3, 31))
    assert (clocks["certificate"].due, clocks["certificate"].state) == (date(2020, 3, 20), "overdue")
    assert clocks["statutory"].state == "met"
    made = case_clocks(replace(decided, certificate_made=date(2020, 3, 20)), LIMITS, CALENDAR, date(2020, 3, 31))
    assert made["certificate"].state == "met"
    refused = case_clocks(replace(decided, granted=False), LIMITS, CALENDAR, date(2020, 3, 31))
    assert "certificate" not in refused


def test_a_correction_is_a_new_receipt() -> None:
    corrected = CaseFacts(received=date(2020, 1, 6), corrected=date(2020, 2, 12))
    clocks = case_clocks(corrected, LIMITS, CALENDAR, date(2020, 2, 13))
    assert set(clocks) == {"completeness"}
    assert clocks["completeness"].start == date(2020, 2, 12)
    assert clocks["completeness"].due == date(2020, 2, 19)


def test_a_filing_runs_from_receipt() -> None:
    filing = CaseLimits(completeness=None, statutory=working(5, StartEvent.RECEIPT), certificate=None)
    clocks = case_clocks(CaseFacts(received=date(2020, 2, 12)), filing, CALENDAR, date(2020, 2, 13))
    assert {key: reading.due for key, reading in clocks.items()} == {"statutory": date(2020, 2, 19)}


def test_withdrawal_stops_what_still_runs() -> None:
    closed = replace(CASE, closed=date(2020, 2, 4))
    clocks = case_clocks(closed, LIMITS, CALENDAR, AS_OF)
    assert {key: clocks[key].as_of for key in ("statutory", "promised", "review:fire")} == dict.fromkeys(
        ("statutory", "promised", "review:fire"), date(2020, 2, 4)
    )


def test_clocks_that_have_not_started_are_absent() -> None:
    assert case_clocks(CaseFacts(), LIMITS, CALENDAR, AS_OF) == {}
    with pytest.raises(KeyError):
        case_clock(CASE, LIMITS, "review:later", CALENDAR, AS_OF)
    assert case_clocks(CASE, LIMITS, CALENDAR, date(2020, 1, 15)) == {}


@given(
    st.dates(date(2018, 1, 1), date(2026, 6, 1)),
    st.lists(st.integers(0, 30), min_size=7, max_size=7),
    st.integers(0, 120),
    st.booleans(),
)
@settings(max_examples=150)
def test_summaries_agree_with_the_full_readings(received: date, gaps: list[int], later: int, granted: bool) -> None:
    accepted = received + ONE * gaps[0]
    opened = accepted + ONE * gaps[1]
    served = accepted + ONE * gaps[2]
    decided = served + ONE * gaps[3] if granted else None
    facts = CaseFacts(
        received=received,
        accepted=accepted,
        completeness_stopped=accepted,
        decided=decided,
        granted=granted,
        pauses=(Pause(served, served + ONE * gaps[4], Ground.TESTING),),
        extended_by=gaps[5] % 11,
        reviews=(ReviewFacts("a", opened, opened + ONE * gaps[6], working(5)),),
    )
    as_of = received + ONE * later
    full = case_clocks(facts, LIMITS, CALENDAR, as_of)
    assert {key: replace(reading, ledger=()) for key, reading in full.items()} == case_summaries(
        facts, LIMITS, CALENDAR, as_of
    )


def test_a_shorter_promise_fits() -> None:
    assert promise_fits(working(15), working(20), CALENDAR) is None
    assert promise_fits(working(20), working(20), CALENDAR) is None
    assert promise_fits(Limit(0, Unit.ON_THE_SPOT, StartEvent.ACCEPTANCE), working(20), CALENDAR) is None


def test_a_longer_promise_fails_from_the_first_day() -> None:
    assert promise_fits(working(21), working(20), CALENDAR) == CALENDAR.first


def test_units_are_compared_by_dates() -> None:
    # 20 working days always outlast 20 calendar days; 25 calendar days fail only around long holidays
    assert promise_fits(calendar_days(20), working(20), CALENDAR) is None
    start = promise_fits(calendar_days(25), working(18), CALENDAR)
    assert start is not None
    kept, lawful = (due_date(limit, ClockFacts(start), CALENDAR) for limit in (calendar_days(25), working(18)))
    assert kept is not None
    assert lawful is not None
    assert kept > lawful
    before = start - ONE
    while before >= CALENDAR.first:
        kept, lawful = (due_date(limit, ClockFacts(before), CALENDAR) for limit in (calendar_days(25), working(18)))
        assert kept is not None
        assert lawful is not None
        assert kept <= lawful
        before -= ONE


def test_start_events_are_compared_at_their_worst() -> None:
    receipt, decision = StartEvent.RECEIPT, StartEvent.DECISION
    assert promise_fits(working(20, receipt), working(20), CALENDAR) is None
    assert promise_fits(working(15), working(20, receipt), CALENDAR) is None
    assert promise_fits(working(16), working(20, receipt), CALENDAR) == CALENDAR.first
    assert promise_fits(working(1, decision), working(20), CALENDAR) == CALENDAR.first


def test_months_keep_the_day_number_or_end_with_the_month() -> None:
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2024, 11, 30), 3) == date(2025, 2, 28)
    assert add_months(date(2024, 3, 31), -1) == date(2024, 2, 29)
    assert add_months(date(2024, 12, 15), 12) == date(2025, 12, 15)


def test_validity_never_moves() -> None:
    assert validity_end(date(2026, 2, 15), 5, Unit.YEAR) == date(2031, 2, 15)  # a Saturday
    assert validity_end(date(2026, 2, 15), 5, Unit.YEAR, start_counts=True) == date(2031, 2, 14)
    assert validity_end(date(2026, 1, 31), 1, Unit.MONTH) == date(2026, 2, 28)
    assert validity_end(date(2026, 1, 1), 30, Unit.CALENDAR_DAY) == date(2026, 1, 31)
    with pytest.raises(DomainError):
        validity_end(date(2026, 1, 1), 30, Unit.WORKING_DAY)


def test_at_least_before_never_moves() -> None:
    assert at_least_before(date(2026, 10, 31), 30, Unit.CALENDAR_DAY) == date(2026, 10, 1)
    assert at_least_before(date(2026, 5, 31), 3, Unit.MONTH) == date(2026, 2, 28)
    assert at_least_before(date(2026, 3, 10), 0, Unit.WORKING_DAY, CALENDAR) == date(2026, 3, 10)
    with pytest.raises(DomainError):
        at_least_before(date(2026, 3, 10), 7, Unit.WORKING_DAY)
    with pytest.raises(DomainError):
        at_least_before(date(2026, 3, 10), 7, Unit.HOUR, CALENDAR)


@given(st.dates(date(2005, 1, 1), date(2026, 12, 31)), st.integers(1, 60))
def test_at_least_before_in_working_days_is_the_latest_such_day(day: date, value: int) -> None:
    latest = at_least_before(day, value, Unit.WORKING_DAY, CALENDAR)
    assert CALENDAR.working_between(latest, day) >= value
    assert CALENDAR.working_between(latest + ONE, day) < value
