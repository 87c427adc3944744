"""Columns of clocks: every row says what the single clock says, and what the day-by-day oracle says."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.clock_oracle import tell
from tongban.calendars.seed import bundled
from tongban.core.calendar import WorkCalendar
from tongban.core.clock import (
    Batch,
    CaseFacts,
    CaseLimits,
    ClockFacts,
    Clocks,
    Ground,
    Limit,
    Pause,
    ReviewFacts,
    StartEvent,
    Unit,
    case_summaries,
    due_date,
    many_due_dates,
    many_readings,
    many_summaries,
    summary,
)

CALENDAR = bundled()
ONE = timedelta(days=1)
Row = tuple[Limit, ClockFacts, date]


def working(value: int) -> Limit:
    return Limit(value, Unit.WORKING_DAY, StartEvent.ACCEPTANCE)


# Days around the first and the last of the published calendar, past the table behind it, and in the middle.
starts = st.one_of(
    st.dates(date(2018, 1, 1), date(2026, 12, 31)),
    st.dates(date(2003, 12, 1), date(2004, 3, 1)),
    st.dates(date(2036, 10, 1), date(2037, 3, 1)),
)
optional_days = st.one_of(st.none(), st.integers(-5, 120))


@st.composite
def pauses(draw: st.DrawFn, start: date) -> Pause:
    first = start + ONE * draw(st.integers(-10, 60))
    last = None if draw(st.integers(0, 5)) == 0 else first + ONE * draw(st.integers(0, 30))
    notified = draw(st.one_of(st.none(), st.integers(-1, 25).map(lambda more: first + ONE * more)))
    return Pause(first, last, draw(st.sampled_from(Ground)), notified)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Any clock: every unit, none to three pauses, open ones, extended, stopped, capped, not started."""
    start = draw(starts)
    common = draw(st.booleans())  # half of them as most clocks are
    unit = Unit.WORKING_DAY if common else draw(st.sampled_from(Unit))
    held = draw(st.lists(pauses(start), max_size=1 if common else 3))
    stopped = draw(optional_days)
    cap = None if common else draw(optional_days)
    facts = ClockFacts(
        None if not common and draw(st.integers(0, 9)) == 0 else start,
        tuple(held),
        draw(st.integers(0, 15)),
        None if stopped is None else start + ONE * stopped,
        None if cap is None else start + ONE * cap,
    )
    limit = Limit(draw(st.integers(0, 60 if unit is not Unit.YEAR else 2)), unit, StartEvent.ACCEPTANCE)
    return limit, facts, start + ONE * draw(st.integers(-5, 150))


def batch_of(clocks: list[Row], calendar: WorkCalendar = CALENDAR) -> tuple[Batch, Clocks]:
    facts = [fact for _, fact, _ in clocks]
    columns = Clocks(
        [limit for limit, _, _ in clocks],
        [fact.start for fact in facts],
        [fact.extended_by for fact in facts],
        [fact.stopped for fact in facts],
        [fact.not_after for fact in facts],
    )
    return Batch(calendar, [fact.pauses for fact in facts], [day for _, _, day in clocks]), columns


WEEKEND = date(2026, 3, 7)


@given(st.lists(rows(), min_size=1, max_size=25))
@settings(max_examples=150, deadline=None)
@example([])
@example([(working(5), ClockFacts(date(2026, 2, 28)), WEEKEND)])  # nothing left and past the due day: a Saturday
@example([(working(5), ClockFacts(date(2026, 2, 28), (Pause(WEEKEND, WEEKEND, Ground.HEARING),)), WEEKEND)])
@example([(working(20), ClockFacts(date(2026, 12, 10)), date(2026, 12, 11))])  # due past the calendar
def test_every_row_says_what_the_single_clock_says(clocks: list[Row]) -> None:
    batch, columns = batch_of(clocks)
    read, alone = batch.read(columns), batch.due_dates(columns)
    for row, (limit, facts, as_of) in enumerate(clocks):
        single = summary(limit, facts, CALENDAR, as_of)
        assert read.reading(row) == single
        assert alone[row] == due_date(limit, facts, CALENDAR, as_of)


@given(st.lists(rows(), max_size=25), st.dates(date(2018, 1, 1), date(2027, 6, 1)))
@settings(max_examples=60, deadline=None)
def test_clocks_read_together_on_one_day(clocks: list[Row], as_of: date) -> None:
    pairs = [(limit, facts) for limit, facts, _ in clocks]
    assert many_readings(pairs, CALENDAR, as_of) == [summary(*pair, CALENDAR, as_of) for pair in pairs]
    assert many_due_dates(pairs, CALENDAR, as_of) == [due_date(*pair, CALENDAR, as_of) for pair in pairs]
    unread = Batch(CALENDAR, [facts.pauses for _, facts in pairs])
    columns = batch_of(clocks)[1]
    assert unread.due_dates(columns) == [due_date(*pair, CALENDAR) for pair in pairs]
    with pytest.raises(ValueError, match="days of reading"):
        unread.read(columns)


@given(st.lists(rows().filter(lambda row: _the_oracle_knows(*row)), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_every_row_says_what_the_oracle_says(clocks: list[Row]) -> None:
    batch, columns = batch_of(clocks)
    read = batch.read(columns)
    for row, (limit, facts, as_of) in enumerate(clocks):
        told = tell(limit, facts, CALENDAR, as_of)
        found = (read.due[row], read.counted[row], read.paused[row], read.left[row], read.state[row])
        assert found == (told.due, told.counted, told.paused, told.left, told.state)


def _the_oracle_knows(limit: Limit, facts: ClockFacts, as_of: date) -> bool:
    by_day = limit.unit in (Unit.WORKING_DAY, Unit.CALENDAR_DAY) and limit.value > 0 and facts.not_after is None
    if facts.start is None or not by_day or as_of < facts.start:
        return False
    return facts.stopped is None or facts.stopped >= facts.start


def test_a_page_of_cases_reads_as_each_case_does() -> None:
    draw = Random(20)
    cases = [_case(draw) for _ in range(300)]
    limits = CaseLimits(statutory=working(20), promised=Limit(25, Unit.CALENDAR_DAY, StartEvent.ACCEPTANCE))
    pairs = [(facts, limits) for facts in cases]
    as_of = date(2026, 3, 20)
    found = many_summaries(pairs, CALENDAR, as_of)
    assert found == [case_summaries(facts, limits, CALENDAR, as_of) for facts in cases]
    assert {len(clocks) for clocks in found} >= {1, 6}
    assert many_summaries([], CALENDAR, as_of) == []


def _case(draw: Random) -> CaseFacts:
    received = date(2026, 1, 5) + ONE * draw.randrange(70)
    accepted = received + ONE * draw.randrange(9) if draw.random() < 0.8 else None
    begun = accepted or received
    held = begun + ONE * draw.randrange(20)
    ended = held + ONE * draw.randrange(20) if draw.random() < 0.8 else None
    reviews = tuple(ReviewFacts(key, accepted, None, working(draw.randint(1, 9))) for key in "abc")
    return CaseFacts(
        received=received,
        accepted=accepted,
        completeness_stopped=accepted,
        pauses=(Pause(held, ended, Ground.TESTING),) if draw.random() < 0.5 else (),
        extended_by=draw.choice((0, 0, 10)),
        reviews=reviews,
        granted=draw.random() < 0.2,
        decided=begun + ONE * 30 if draw.random() < 0.2 else None,
    )
