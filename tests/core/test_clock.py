"""The clock: the worked example, the conventions one by one, and every number against a day-by-day oracle."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.clock_oracle import tell
from tongban.calendars.seed import bundled
from tongban.core.clock import (
    ClockFacts,
    Ground,
    LedgerDay,
    Limit,
    Pause,
    Reading,
    StartEvent,
    Unit,
    colour,
    due_date,
    merge_ledger,
    read,
    summary,
)
from tongban.core.errors import Invalid

CALENDAR = bundled()
ONE = timedelta(days=1)
ACCEPTED = date(2020, 1, 20)
REVIEW = Pause(date(2020, 2, 10), date(2020, 2, 14), Ground.EXPERT_REVIEW)
TWENTY = Limit(20, Unit.WORKING_DAY, StartEvent.ACCEPTANCE, "《行政许可法》第四十二条第一款")


def days(value: int, unit: Unit = Unit.CALENDAR_DAY) -> Limit:
    return Limit(value, unit, StartEvent.ACCEPTANCE)


def line(reading: Reading, day: date) -> LedgerDay:
    return next(entry for entry in reading.ledger if entry.date == day)


def test_the_worked_example() -> None:
    reading = read(TWENTY, ClockFacts(ACCEPTED, (REVIEW,), 10), CALENDAR, date(2020, 3, 5))
    assert (reading.due, reading.counted, reading.paused, reading.left) == (date(2020, 3, 17), 22, 5, 8)
    assert (reading.state, reading.provisional, reading.total) == ("running", False, 30)
    assert line(reading, date(2020, 3, 17)).due
    assert line(reading, date(2020, 3, 17)).counted == 30
    assert reading.ledger[0].date == ACCEPTED
    assert reading.ledger[0].kind == "start"
    assert reading.ledger[-1].date == date(2020, 3, 17)


def test_day_of_acceptance_is_not_counted_and_the_due_day_still_runs() -> None:
    facts = ClockFacts(date(2026, 3, 2))
    assert read(days(1, Unit.WORKING_DAY), facts, CALENDAR, date(2026, 3, 2)).counted == 0
    on_due = read(days(1, Unit.WORKING_DAY), facts, CALENDAR, date(2026, 3, 3))
    assert (on_due.due, on_due.counted, on_due.left, on_due.state) == (date(2026, 3, 3), 1, 0, "running")
    late = read(days(1, Unit.WORKING_DAY), facts, CALENDAR, date(2026, 3, 4))
    assert (late.left, late.state, late.is_late) == (-1, "overdue", True)
    assert "已超期" in late.ledger[-1].zh


def test_make_up_day_counts_and_names_its_notice() -> None:
    reading = read(days(2, Unit.WORKING_DAY), ClockFacts(date(2020, 1, 17)), CALENDAR, date(2020, 1, 19))
    assert reading.due == date(2020, 1, 20)
    sunday = line(reading, date(2020, 1, 19))
    assert (sunday.counted, sunday.zh) == (1, "计入：调休上班日")
    assert sunday.rule is not None
    assert "放假通知" in sunday.rule.zh


def test_year_edge_passes_over_new_year() -> None:
    facts = ClockFacts(date(2025, 12, 30))
    # 31 December counts; 1 to 3 January are off, Sunday the 4th is a make-up day
    assert due_date(days(2, Unit.WORKING_DAY), facts, CALENDAR) == date(2026, 1, 4)


def test_past_the_loaded_calendar_the_date_is_provisional() -> None:
    reading = read(TWENTY, ClockFacts(date(2026, 12, 10)), CALENDAR, date(2026, 12, 11))
    assert (reading.due, reading.provisional) == (date(2027, 1, 7), True)
    assert [entry.provisional for entry in reading.ledger] == [entry.date.year == 2027 for entry in reading.ledger]
    assert "尚未公布" in reading.ledger[-1].zh
    assert reading.ledger[-1].rule is None
    assert not read(TWENTY, ClockFacts(date(2026, 11, 2)), CALENDAR, date(2026, 11, 3)).provisional


def test_overlapping_pauses_are_united() -> None:
    twice = (REVIEW, Pause(date(2020, 2, 12), date(2020, 2, 18), Ground.TESTING))
    reading = read(TWENTY, ClockFacts(ACCEPTED, twice), CALENDAR, date(2020, 3, 5))
    assert reading.paused == 7
    assert line(reading, date(2020, 2, 11)).zh == "暂停：专家评审"
    assert line(reading, date(2020, 2, 13)).zh == "暂停：检测"


def test_paused_weekend_stays_visible_as_a_weekend() -> None:
    pause = Pause(date(2026, 3, 6), date(2026, 3, 10), Ground.TESTING)
    reading = read(TWENTY, ClockFacts(date(2026, 3, 2), (pause,)), CALENDAR, date(2026, 3, 12))
    saturday = line(reading, date(2026, 3, 7))
    assert (saturday.kind, saturday.working) == ("paused", False)
    assert reading.paused == 3


def test_open_pause_has_no_due_date_until_its_end() -> None:
    pause = Pause(date(2020, 2, 10), None, Ground.TESTING)
    reading = read(TWENTY, ClockFacts(ACCEPTED, (pause,)), CALENDAR, date(2020, 2, 20))
    assert (reading.due, reading.state, reading.counted, reading.paused, reading.left) == (None, "paused", 8, 9, 12)
    assert reading.ledger[-1].date == date(2020, 2, 20)
    assert due_date(TWENTY, ClockFacts(ACCEPTED, (pause,)), CALENDAR) is None
    before = read(TWENTY, ClockFacts(ACCEPTED, (pause,)), CALENDAR, date(2020, 2, 7))
    assert (before.due, before.state) == (date(2020, 2, 25), "running")


def test_open_pause_served_after_the_due_day_leaves_it() -> None:
    pause = Pause(date(2020, 3, 2), None, Ground.TESTING)
    reading = read(TWENTY, ClockFacts(ACCEPTED, (pause,)), CALENDAR, date(2020, 3, 5))
    assert (reading.due, reading.state) == (date(2020, 2, 25), "overdue")


def test_time_beyond_the_notified_days_counts_again() -> None:
    notified = replace(REVIEW, notified_until=date(2020, 2, 12))
    reading = read(TWENTY, ClockFacts(ACCEPTED, (notified,)), CALENDAR, date(2020, 2, 14))
    assert reading.paused == 3
    thursday = line(reading, date(2020, 2, 13))
    assert (thursday.counted, thursday.zh) == (9, "恢复计入：告知的时间已满")
    supplement = replace(REVIEW, notified_until=date(2020, 2, 14))
    assert summary(TWENTY, ClockFacts(ACCEPTED, (supplement,)), CALENDAR, date(2020, 2, 14)).paused == 5


def test_open_pause_beyond_its_notified_time_has_a_due_date_again() -> None:
    pause = Pause(date(2020, 2, 10), None, Ground.TESTING, date(2020, 2, 14))
    during = summary(TWENTY, ClockFacts(ACCEPTED, (pause,)), CALENDAR, date(2020, 2, 14))
    after = summary(TWENTY, ClockFacts(ACCEPTED, (pause,)), CALENDAR, date(2020, 2, 17))
    assert (during.due, during.state) == (None, "paused")
    assert (after.due, after.state, after.paused) == (date(2020, 3, 3), "running", 5)


def test_decision_on_the_due_day_is_in_time_and_the_next_day_is_late() -> None:
    due = date(2020, 2, 25)
    met = read(TWENTY, ClockFacts(ACCEPTED, stopped=due), CALENDAR, date(2020, 6, 1))
    assert (met.state, met.left, met.as_of) == ("met", 0, due)
    late = read(TWENTY, ClockFacts(ACCEPTED, stopped=due + ONE), CALENDAR, date(2020, 6, 1))
    assert (late.state, late.left) == ("overdue", -1)
    early = read(TWENTY, ClockFacts(ACCEPTED, stopped=date(2020, 2, 3)), CALENDAR, date(2020, 6, 1))
    assert (early.counted, early.ledger[-1].kind, early.ledger[-1].due) == (4, "stopped", True)
    unknown_yet = read(TWENTY, ClockFacts(ACCEPTED, stopped=due), CALENDAR, due - ONE)
    assert unknown_yet.state == "running"


def test_decision_during_an_open_pause_is_in_time() -> None:
    pause = Pause(date(2020, 2, 10), None, Ground.HEARING)
    reading = summary(TWENTY, ClockFacts(ACCEPTED, (pause,), stopped=date(2020, 4, 1)), CALENDAR, date(2020, 5, 1))
    assert (reading.state, reading.counted) == ("met", 8)


def test_calendar_days_ending_on_a_day_of_rest_end_on_the_next_working_day() -> None:
    # 15 days from 2020-01-20 end on Tuesday the 4th; 6 days end in the Spring Festival and move to 3 February
    assert due_date(days(15), ClockFacts(ACCEPTED), CALENDAR) == date(2020, 2, 4)
    reading = read(days(6), ClockFacts(ACCEPTED), CALENDAR, date(2020, 2, 1))
    assert (reading.due, reading.counted, reading.left, reading.state) == (date(2020, 2, 3), 5, 1, "running")
    assert line(reading, date(2020, 1, 27)).zh == "不计：期限届满之日休息，顺延至下一个工作日"
    rule = line(reading, date(2020, 1, 27)).rule
    assert rule is not None
    assert rule.zh == "《民法典》第二百零三条第一款"
    assert line(reading, date(2020, 2, 3)).counted == 6


def test_moved_end_passes_over_a_pause_that_begins_there() -> None:
    pause = Pause(date(2020, 2, 3), date(2020, 2, 5), Ground.TESTING)
    assert due_date(days(6), ClockFacts(ACCEPTED, (pause,)), CALENDAR) == date(2020, 2, 6)
    still_open = Pause(date(2020, 2, 3), None, Ground.TESTING)
    assert summary(days(6), ClockFacts(ACCEPTED, (still_open,)), CALENDAR, date(2020, 2, 7)).due is None


def test_months_and_years_end_on_the_same_day_number_or_the_months_end() -> None:
    assert due_date(days(1, Unit.MONTH), ClockFacts(date(2026, 1, 30)), CALENDAR) == date(2026, 2, 28)  # make-up day
    assert due_date(days(1, Unit.MONTH), ClockFacts(date(2026, 3, 10)), CALENDAR) == date(2026, 4, 10)
    assert due_date(days(1, Unit.YEAR), ClockFacts(date(2024, 2, 29)), CALENDAR) == date(2025, 2, 28)
    pause = Pause(date(2026, 3, 12), date(2026, 3, 14), Ground.TESTING)
    assert due_date(days(1, Unit.MONTH), ClockFacts(date(2026, 3, 10), (pause,)), CALENDAR) == date(2026, 4, 13)


def test_hours_never_move() -> None:
    friday = ClockFacts(date(2026, 3, 6))
    reading = read(days(48, Unit.HOUR), friday, CALENDAR, date(2026, 3, 7))
    assert (reading.due, reading.counted, reading.left) == (date(2026, 3, 8), 24, 24)
    assert summary(days(2, Unit.HOUR), friday, CALENDAR, date(2026, 3, 6)).due == date(2026, 3, 7)


@pytest.mark.parametrize("limit", [days(0, Unit.WORKING_DAY), days(0), days(3, Unit.ON_THE_SPOT)])
def test_limit_of_the_day_itself(limit: Limit) -> None:
    monday = ClockFacts(date(2026, 3, 2))
    assert summary(limit, monday, CALENDAR, date(2026, 3, 2)).due == date(2026, 3, 2)
    assert summary(limit, monday, CALENDAR, date(2026, 3, 2)).state == "running"
    assert summary(limit, monday, CALENDAR, date(2026, 3, 3)).state == "overdue"
    sunday = ClockFacts(date(2026, 3, 1))
    reading = read(limit, sunday, CALENDAR, date(2026, 3, 2))
    assert (reading.due, reading.left, reading.state) == (date(2026, 3, 2), 0, "running")
    assert reading.ledger[-1].zh == "到期：当日休息，顺延至本日"


def test_renewal_is_due_by_the_expiry_of_the_old_licence() -> None:
    facts = ClockFacts(ACCEPTED, not_after=date(2020, 2, 8))
    reading = read(TWENTY, facts, CALENDAR, date(2020, 2, 5))
    assert (reading.due, reading.left) == (date(2020, 2, 8), 2)
    assert reading.ledger[-1].due
    assert summary(TWENTY, facts, CALENDAR, date(2020, 2, 11)).state == "overdue"
    assert summary(TWENTY, facts, CALENDAR, date(2020, 2, 11)).left == -2
    late_expiry = replace(facts, not_after=date(2021, 1, 1))
    assert summary(TWENTY, late_expiry, CALENDAR, date(2020, 2, 5)).due == date(2020, 2, 25)
    paused = replace(facts, pauses=(Pause(date(2020, 2, 3), None, Ground.TESTING),))
    assert summary(TWENTY, paused, CALENDAR, date(2020, 2, 7)).state == "paused"
    assert summary(TWENTY, paused, CALENDAR, date(2020, 2, 9)).state == "overdue"


def test_a_clock_without_its_start_event_has_not_started() -> None:
    reading = read(TWENTY, ClockFacts(None), CALENDAR, date(2020, 2, 5))
    assert (reading.due, reading.state, reading.left, reading.ledger) == (None, "not_started", 20, ())
    assert due_date(TWENTY, ClockFacts(None), CALENDAR) is None
    ahead = read(TWENTY, ClockFacts(ACCEPTED), CALENDAR, date(2020, 1, 17))
    assert (ahead.due, ahead.state, ahead.counted) == (date(2020, 2, 25), "not_started", 0)


def test_colours() -> None:
    def seen(as_of: date, **facts: object) -> str:
        return colour(summary(TWENTY, replace(ClockFacts(ACCEPTED), **facts), CALENDAR, as_of))  # type: ignore[arg-type]

    assert seen(date(2020, 2, 19)) == "normal"
    assert seen(date(2020, 2, 20)) == "soon"
    assert seen(date(2020, 2, 25)) == "soon"
    assert seen(date(2020, 2, 26)) == "late"
    assert seen(date(2020, 2, 12), pauses=(REVIEW,)) == "paused"
    assert seen(date(2020, 2, 26), stopped=date(2020, 2, 25)) == "met"
    assert colour(summary(TWENTY, ClockFacts(None), CALENDAR, ACCEPTED)) == "not_started"


def test_impossible_values_are_refused() -> None:
    with pytest.raises(Invalid):
        days(-1)
    with pytest.raises(Invalid):
        days(1_000_000)
    with pytest.raises(Invalid):
        ClockFacts(ACCEPTED, extended_by=-1)
    with pytest.raises(Invalid):
        Pause(date(2020, 2, 10), date(2020, 2, 9), Ground.HEARING)


def test_equal_days_are_one_row_and_nothing_is_lost() -> None:
    reading = read(TWENTY, ClockFacts(ACCEPTED, (REVIEW,), 10), CALENDAR, date(2020, 3, 5))
    runs = merge_ledger(reading.ledger)
    assert sum(run.days for run in runs) == len(reading.ledger)
    assert [(run.counted_from, run.counted_to) for run in runs if run.kind == "counted"] == [
        (1, 3),
        (4, 8),
        (9, 13),
        (14, 18),
        (19, 22),
    ]
    assert [run.last.date for run in runs if run.due] == [date(2020, 3, 17)]
    assert [run.days for run in runs if run.kind == "paused"] == [5]


# --- properties --------------------------------------------------------------------------------------------------

start_days = st.dates(date(2018, 1, 1), date(2026, 10, 1))
units = st.sampled_from([Unit.WORKING_DAY, Unit.CALENDAR_DAY])


@st.composite
def pauses(draw: st.DrawFn, start: date, may_be_open: bool = True) -> Pause:
    first = start + ONE * draw(st.integers(0, 60))
    open_one = may_be_open and draw(st.integers(0, 5)) == 0
    last = None if open_one else first + ONE * draw(st.integers(0, 25))
    notified = draw(st.one_of(st.none(), st.integers(0, 25).map(lambda n: first + ONE * n)))
    return Pause(first, last, draw(st.sampled_from(Ground)), notified)


@st.composite
def clocks(draw: st.DrawFn, may_be_open: bool = True) -> tuple[Limit, ClockFacts, date]:
    start = draw(start_days)
    limit = Limit(draw(st.integers(1, 60)), draw(units), StartEvent.ACCEPTANCE)
    facts = ClockFacts(
        start,
        tuple(draw(st.lists(pauses(start, may_be_open), max_size=3))),
        draw(st.integers(0, 15)),
        draw(st.one_of(st.none(), st.integers(0, 120).map(lambda n: start + ONE * n))),
    )
    return limit, facts, start + ONE * draw(st.integers(0, 150))


@given(clocks())
@settings(max_examples=400)
def test_agrees_with_the_day_by_day_oracle(clock: tuple[Limit, ClockFacts, date]) -> None:
    limit, facts, as_of = clock
    told, reading = tell(limit, facts, CALENDAR, as_of), summary(limit, facts, CALENDAR, as_of)
    assert (reading.due, reading.counted, reading.paused, reading.left, reading.state) == (
        told.due,
        told.counted,
        told.paused,
        told.left,
        told.state,
    )


@given(clocks())
@settings(max_examples=200)
def test_ledger_adds_up_to_the_numbers(clock: tuple[Limit, ClockFacts, date]) -> None:
    limit, facts, as_of = clock
    reading = read(limit, facts, CALENDAR, as_of)
    assert replace(reading, ledger=()) == summary(limit, facts, CALENDAR, as_of)
    lines = reading.ledger
    assert [entry.date for entry in lines] == [lines[0].date + ONE * n for n in range(len(lines))]
    assert sum(entry.kind == "counted" for entry in lines) == reading.counted
    ordinals = [entry.counted for entry in lines if entry.counted is not None]
    assert ordinals == list(range(1, len(ordinals) + 1))
    by_working = limit.unit is Unit.WORKING_DAY
    held = [entry for entry in lines if entry.kind == "paused" and entry.date <= reading.as_of]
    assert sum(entry.working or not by_working for entry in held) == reading.paused
    due = [entry for entry in lines if entry.due]
    assert [entry.date for entry in due] == ([reading.due] if reading.due else [])
    if due and due[0].kind != "stopped":
        assert due[0].counted == reading.total
        assert due[0].working
    assert all(entry.zh and entry.en for entry in lines)


@given(clocks(may_be_open=False), st.data())
def test_another_pause_never_makes_it_due_earlier(clock: tuple[Limit, ClockFacts, date], data: st.DataObject) -> None:
    limit, facts, _as_of = clock
    assert facts.start is not None
    more = replace(facts, pauses=(*facts.pauses, data.draw(pauses(facts.start, may_be_open=False))))
    before, after = due_date(limit, facts, CALENDAR), due_date(limit, more, CALENDAR)
    assert before is not None
    assert after is not None
    assert after >= before


@given(clocks(may_be_open=False), st.integers(0, 30))
def test_an_extension_never_makes_it_due_earlier(clock: tuple[Limit, ClockFacts, date], days_more: int) -> None:
    limit, facts, _as_of = clock
    before = due_date(limit, facts, CALENDAR)
    after = due_date(limit, replace(facts, extended_by=facts.extended_by + days_more), CALENDAR)
    assert before is not None
    assert after is not None
    assert after >= before


@given(clocks(), st.one_of(st.none(), start_days))
def test_due_date_alone_agrees_with_the_summary(clock: tuple[Limit, ClockFacts, date], expiry: date | None) -> None:
    limit, facts, as_of = clock
    facts = replace(facts, not_after=expiry, stopped=None)
    assert due_date(limit, facts, CALENDAR, as_of) == summary(limit, facts, CALENDAR, as_of).due


@given(clocks(may_be_open=False), st.integers(0, 60))
def test_a_day_more_never_counts_backwards(clock: tuple[Limit, ClockFacts, date], later: int) -> None:
    limit, facts, as_of = clock
    running = replace(facts, stopped=None)
    one, two = (summary(limit, running, CALENDAR, day) for day in (as_of, as_of + ONE * later))
    assert one.due == two.due
    assert 0 <= two.counted - one.counted <= later
    assert one.counted + one.left == two.counted + two.left == one.total
