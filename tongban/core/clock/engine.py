"""Counting: from dated facts, a limit and a calendar to a due date and its numbers.

Conventions (行政许可法 arts. 42 to 45, 50, 82; 民法典 arts. 201 to 203): the day of the start event is day 0;
counting starts with the next day of the unit; a pause excludes every day from service of its notice to receipt of
its result, never beyond the notified time; overlapping pauses are united; a forward limit in calendar days, months
or years whose last day is not a working day ends on the next one, and that day is its last day, so that
``counted + left`` is always the limit; hours never move.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tongban.core.calendar import Span, WorkCalendar
from tongban.core.clock.terms import ClockFacts, Limit, Pause, Reading, State, Unit

ONE_DAY = timedelta(days=1)
HOURS_A_DAY = 24
_DAYWISE = (Unit.CALENDAR_DAY, Unit.MONTH, Unit.YEAR)


def add_months(day: date, months: int) -> date:
    """The same day number ``months`` later (or earlier), or that month's last day (民法典 art. 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_calendar_excluding(start: date, days: int, spans: Iterable[Span]) -> date:
    """The ``days``-th day after ``start``, passing over every day of the sorted, disjoint ``spans``."""
    due = start + timedelta(days=days)
    for first, last in spans:
        if first > due:
            break
        if last > start:
            due += last - max(first - ONE_DAY, start)
    return due


def total_units(limit: Limit, facts: ClockFacts) -> int:
    """The limit with its extension: days, or hours for a limit in hours; months and years as days from the start."""
    if limit.unit is Unit.ON_THE_SPOT:
        return 0
    value = limit.value + facts.extended_by
    if limit.unit in (Unit.MONTH, Unit.YEAR) and facts.start is not None:
        months = value if limit.unit is Unit.MONTH else value * 12
        return (add_months(facts.start, months) - facts.start).days
    return value


@dataclass(frozen=True, slots=True)
class Spans:
    """Excluded days up to a day of reading: ``closed`` sorted and disjoint (the open one ends at the reading),
    ``open_from`` the first day of a stretch whose end is not known."""

    closed: tuple[Span, ...]
    open_from: date | None

    def covers(self, day: date) -> bool:
        """Whether ``day`` is excluded."""
        place = bisect_right(self.closed, day, key=_first_day)
        return place > 0 and self.closed[place - 1][1] >= day


def _first_day(span: Span) -> date:
    return span[0]


NO_SPANS = Spans((), None)


def excluded_spans(pauses: Iterable[Pause], now: date, stopped: date | None) -> Spans:
    """The days ``pauses`` exclude as known on ``now``.

    A pause without an end lasts until the clock was stopped, or through its notified time, or through ``now`` and
    on into the unknown. One that starts after ``now`` and has no end has not begun.
    """
    found: list[Span] = []
    open_starts: list[date] = []
    for pause in pauses:
        last = pause.end
        if last is None:
            if pause.start > now:
                continue
            last = now if stopped is None else stopped
            if stopped is None and (pause.notified_until is None or pause.notified_until >= now):
                open_starts.append(pause.start)
        if pause.notified_until is not None:
            last = min(last, pause.notified_until)
        if last >= pause.start:
            found.append((pause.start, last))
    if not found:
        return NO_SPANS
    united = unite(found)
    if not open_starts:
        return Spans(united, None)
    first_open = min(open_starts)
    return Spans(united, next(first for first, last in united if first <= first_open <= last))


def unite(spans: Iterable[Span]) -> tuple[Span, ...]:
    """``spans`` sorted, with overlapping and adjoining ones made one."""
    united: list[Span] = []
    for first, last in sorted(spans):
        if united and first <= united[-1][1] + ONE_DAY:
            if last > united[-1][1]:
                united[-1] = (united[-1][0], last)
        else:
            united.append((first, last))
    return tuple(united)


@dataclass(slots=True)  # not frozen: it never leaves the core, and a frozen one takes thrice the time to make
class Course:
    """A clock laid out: what :func:`summarise` and the ledger both count along.

    ``raw_end`` is the last day before it moves off a day of rest, ``last_day`` after that; ``due`` is the day that
    binds (``None`` during an open pause), ``capped`` whether that is the expiry of the old licence; ``now`` is the
    day counted up to.
    """

    limit: Limit
    calendar: WorkCalendar
    start: date
    now: date
    stopped: date | None
    total: int
    spans: Spans
    raw_end: date
    last_day: date
    due: date | None
    capped: bool

    @property
    def zero(self) -> bool:
        """Whether the limit is the day of the start event itself."""
        return self.total == 0

    @property
    def by_hours(self) -> bool:
        """Whether numbers are hours."""
        return self.limit.unit is Unit.HOUR

    def is_unit_day(self, day: date) -> bool:
        """Whether ``day`` is of the kind the limit counts."""
        return self.limit.unit not in (Unit.WORKING_DAY, Unit.ON_THE_SPOT) or self.calendar.is_working(day)

    def is_moved_over(self, day: date) -> bool:
        """Whether ``day`` uses nothing up because the end of the limit was moved past it, or onto it for a 0."""
        if self.zero:
            return self.start < day <= self.last_day
        return self.raw_end <= day < self.last_day

    def days_between(self, start: date, end: date) -> int:
        """Days of the unit after ``start`` up to and including ``end``, paused or not."""
        if end <= start:
            return 0
        if self.limit.unit in (Unit.WORKING_DAY, Unit.ON_THE_SPOT):
            return self.calendar.working_between(start, end)
        return (end - start).days

    def paused_between(self, start: date, end: date) -> int:
        """Days of the unit after ``start`` up to and including ``end`` that a pause excludes."""
        total = 0
        for first, last in self.spans.closed:
            if first > end:
                break
            total += self.days_between(max(first - ONE_DAY, start), min(last, end))
        return total

    def counted_to(self, day: date) -> int:
        """Days used up from the start to ``day``, both pauses and the moved-over end left out."""
        base = self.last_day if self.zero else self.start
        counted = self._unpaused_between(base, day)
        if not self.zero and self.raw_end < self.last_day and day >= self.raw_end:
            counted -= self._unpaused_between(self.raw_end - ONE_DAY, min(day, self.last_day - ONE_DAY))
        return counted

    def _unpaused_between(self, start: date, end: date) -> int:
        return self.days_between(start, end) - self.paused_between(start, end)


def _move_to_working(day: date, spans: Spans, calendar: WorkCalendar) -> date:
    while not calendar.is_working(day) or spans.covers(day):
        day += ONE_DAY
    return day


def lay_out(limit: Limit, facts: ClockFacts, calendar: WorkCalendar, as_of: date) -> Course:
    """The course of a started clock as known on ``as_of``. ``facts.start`` must be given."""
    start = facts.start
    if start is None:
        raise ValueError("the clock has not started")
    stopped = facts.stopped if facts.stopped is not None and facts.stopped <= as_of else None
    now = as_of if stopped is None else stopped
    spans = excluded_spans(facts.pauses, now, stopped) if facts.pauses else NO_SPANS
    total = total_units(limit, facts)
    raw_end = _raw_end(limit.unit, start, total, spans, calendar)
    last_day = raw_end
    if limit.unit in _DAYWISE and total:
        last_day = _move_to_working(raw_end, spans, calendar)
    due: date | None = last_day
    if spans.open_from is not None and last_day >= spans.open_from:
        due = None
    cap = facts.not_after
    capped = cap is not None and (now > cap if due is None else due > cap)
    if capped:
        due = cap
    return Course(limit, calendar, start, now, stopped, total, spans, raw_end, last_day, due, capped)


def _raw_end(unit: Unit, start: date, total: int, spans: Spans, calendar: WorkCalendar) -> date:
    if unit is Unit.HOUR:
        return add_calendar_excluding(start, -(-total // HOURS_A_DAY), spans.closed)
    if total == 0:
        return calendar.next_working(start)
    if unit is Unit.WORKING_DAY:
        return calendar.add_working_excluding(start, total, spans.closed)
    return add_calendar_excluding(start, total, spans.closed)


def due_date(limit: Limit, facts: ClockFacts, calendar: WorkCalendar, as_of: date | None = None) -> date | None:
    """Only the due date: ``None`` before the start and during an open pause.

    Without ``as_of`` every pause that has no end is taken as open. Agrees with :func:`summarise`.
    """
    start = facts.start
    if start is None:
        return None
    if limit.unit is Unit.WORKING_DAY and facts.not_after is None:
        total = limit.value + facts.extended_by
        if not facts.pauses:
            return calendar.add_working(start, total) if total else calendar.next_working(start)
        spans = _ended_spans(facts.pauses)
        if spans and total:
            return calendar.add_working_excluding(start, total, spans)
    if as_of is None:
        open_starts = [pause.start for pause in facts.pauses if pause.end is None]
        as_of = max([start, *open_starts, *([facts.stopped] if facts.stopped else [])])
    return lay_out(limit, facts, calendar, as_of).due


def _ended_spans(pauses: tuple[Pause, ...]) -> tuple[Span, ...]:
    """The excluded days of pauses that all have ended; empty if one has not."""
    spans: list[Span] = []
    for pause in pauses:
        last = pause.end
        if last is None:
            return ()
        if pause.notified_until is not None and pause.notified_until < last:
            last = pause.notified_until
        if last >= pause.start:
            spans.append((pause.start, last))
    return (spans[0],) if len(spans) == 1 else unite(spans)


def summarise(course: Course) -> Reading:
    """The numbers of a course, without its ledger."""
    start, now, calendar = course.start, course.now, course.calendar
    size = HOURS_A_DAY if course.by_hours else 1
    counted = course.counted_to(now) * size if now > start else 0
    if course.capped and course.due is not None:
        left = (course.days_between(now, course.due) - course.days_between(course.due, now)) * size
    else:
        left = course.total - counted
    end = now if course.due is None else course.due
    return Reading(
        due=course.due,
        provisional=not course.by_hours and not (calendar.is_firm(start) and calendar.is_firm(end)),
        counted=counted,
        paused=course.paused_between(start, now) * size if now > start else 0,
        left=left,
        state=_state(course),
        total=course.total,
        unit=course.limit.unit,
        start=start,
        as_of=now,
    )


def _state(course: Course) -> State:
    if course.stopped is not None:
        return "met" if course.due is None or course.stopped <= course.due else "overdue"
    if course.now < course.start:
        return "not_started"
    if course.due is not None and course.now > course.due:
        return "overdue"
    return "paused" if course.spans.covers(course.now) else "running"


def not_started(limit: Limit, facts: ClockFacts, as_of: date) -> Reading:
    """The reading of a clock whose start event has not happened."""
    total = total_units(limit, facts)
    return Reading(None, False, 0, 0, total, "not_started", total, limit.unit, None, as_of)
