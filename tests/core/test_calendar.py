"""The work calendar against the bundled package's own answers and against naive counting."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.calendars.seed import bundled, seed_rows
from tongban.core.calendar import CalendarRow, WorkCalendar, weekday_kind
from tongban.core.errors import Invalid

CALENDAR = bundled()
ONE = timedelta(days=1)
anywhere = st.dates(date(2001, 1, 1), date(2029, 12, 31))


def naive_working(day: date) -> bool:
    """The package inside its range, Monday to Friday outside."""
    if 2004 <= day.year <= 2026:
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


def test_every_bundled_day_agrees_with_the_package() -> None:
    wrong = [row.date for row in seed_rows() if CALENDAR.is_working(row.date) != chinese_calendar.is_workday(row.date)]
    assert wrong == []
    assert (CALENDAR.first, CALENDAR.last) == (date(2004, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        (date(2020, 1, 19), "makeup", "春节"),
        (date(2020, 1, 24), "holiday", "春节"),
        (date(2020, 2, 2), "holiday", "春节"),
        (date(2020, 2, 3), "workday", ""),
        (date(2026, 1, 4), "makeup", "元旦"),
        (date(2026, 10, 10), "makeup", "国庆节"),
        (date(2026, 11, 21), "weekend", ""),
        (date(2015, 9, 3), "holiday", "抗战胜利纪念日"),
    ],
)
def test_known_days(day: date, kind: str, name: str) -> None:
    known = CALENDAR.day(day)
    assert (known.kind, known.name, known.firm) == (kind, name, True)
    assert known.working == (kind in ("workday", "makeup"))


def test_extended_holiday_of_2020_names_its_own_document() -> None:
    assert "延长" in CALENDAR.day(date(2020, 1, 31)).source
    assert "延长" not in CALENDAR.day(date(2020, 1, 30)).source


def test_outside_the_range_weekdays_count_and_nothing_is_firm() -> None:
    for day in (date(2027, 1, 1), date(2003, 12, 31)):
        known = CALENDAR.day(day)
        assert (known.working, known.kind, known.firm) == (True, "workday", False)
    assert not CALENDAR.is_working(date(2027, 1, 2))
    assert CALENDAR.is_firm(date(2026, 12, 31))
    assert not CALENDAR.is_firm(date(2027, 1, 1))


@given(anywhere, st.integers(1, 300))
def test_nth_working_day_is_found_by_walking(start: date, count: int) -> None:
    day, left = start, count
    while left:
        day += ONE
        left -= naive_working(day)
    assert CALENDAR.add_working(start, count) == day


@given(anywhere, st.integers(1, 300))
def test_going_back_is_found_by_walking(start: date, count: int) -> None:
    day, left = start, count
    while left:
        day -= ONE
        left -= naive_working(day)
    assert CALENDAR.add_working(start, -count) == day


@given(anywhere, anywhere)
def test_working_between_is_found_by_walking(start: date, end: date) -> None:
    walked = sum(naive_working(start + ONE * n) for n in range(1, (end - start).days + 1))
    assert CALENDAR.working_between(start, end) == walked


@given(anywhere)
def test_next_working_day_is_found_by_walking(day: date) -> None:
    later = CALENDAR.next_working(day)
    assert naive_working(later)
    assert not any(naive_working(day + ONE * n) for n in range((later - day).days))
    assert CALENDAR.add_working(day, 0) == day


def test_a_date_past_the_year_9999_is_an_overflow() -> None:
    with pytest.raises(OverflowError):
        CALENDAR.add_working(date(9999, 12, 1), 100)


def rows(first: date, count: int) -> list[CalendarRow]:
    return [CalendarRow(first + ONE * n, weekday_kind(first + ONE * n)) for n in range(count)]


def test_rows_may_come_in_any_order() -> None:
    calendar = WorkCalendar.build("t", reversed(rows(date(2030, 1, 1), 10)))
    assert (calendar.version, calendar.first, calendar.last) == ("t", date(2030, 1, 1), date(2030, 1, 10))
    assert [row.date.day for row in calendar.rows(date(2030, 1, 9), date(2031, 1, 1))] == [9, 10]


def test_gaps_doubles_and_unknown_kinds_are_named() -> None:
    given_rows = rows(date(2030, 1, 1), 10)
    broken = [*given_rows[:3], *given_rows[5:], given_rows[0], CalendarRow(date(2030, 1, 11), "feast")]  # type: ignore[arg-type]
    with pytest.raises(Invalid) as caught:
        WorkCalendar.build("t", broken)
    told = {(error.field, str(error.params.get("date"))) for error in caught.value.errors}
    assert told == {("rows.2.date", "2030-01-01"), ("rows.5.date", "2030-01-06"), ("rows.10.kind", "2030-01-11")}
    with pytest.raises(Invalid):
        WorkCalendar.build("t", [])


def test_a_calendar_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        CALENDAR.version = "other"
    with pytest.raises(AttributeError):
        del CALENDAR.version
