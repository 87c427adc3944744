"""A clock written the long way round: day by day, straight from the conventions, for the tests to compare with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tongban.core.calendar import WorkCalendar
from tongban.core.clock import ClockFacts, Limit, Pause, Unit

ONE = timedelta(days=1)
HORIZON = 2500


@dataclass
class Told:
    """What the oracle says."""

    due: date | None
    counted: int
    paused: int
    left: int
    state: str


def excluded(pause: Pause, day: date, now: date, stopped: bool) -> bool:
    """Whether ``pause`` excludes ``day`` as known on ``now``."""
    if day < pause.start:
        return False
    if pause.end is None:
        if pause.start > now:
            return False
        awaited = not stopped and (pause.notified_until is None or now <= pause.notified_until)
        if awaited:
            return True  # nobody knows yet when it ends
        if day > now:
            return False
    elif day > pause.end:
        return False
    return pause.notified_until is None or day <= pause.notified_until


def tell(limit: Limit, facts: ClockFacts, calendar: WorkCalendar, as_of: date) -> Told:
    """Walk every day. Positive limits in working or calendar days, no cap."""
    assert facts.start is not None
    stopped = facts.stopped is not None and facts.stopped <= as_of
    now = facts.stopped if stopped and facts.stopped else as_of
    total = limit.value + facts.extended_by
    by_working = limit.unit is Unit.WORKING_DAY
    due, used, counted, paused = None, 0, 0, 0
    day = facts.start
    for _ in range(HORIZON):
        day += ONE
        held = any(excluded(pause, day, now, stopped) for pause in facts.pauses)
        of_unit = calendar.is_working(day) or not by_working
        if not of_unit:
            continue
        if held:
            paused += day <= now
            continue
        last_moves = not by_working and used + 1 == total and not calendar.is_working(day)
        if last_moves:
            continue
        used += 1
        counted += day <= now
        if used == total:
            due = day
        if due is not None and day > now:
            break
    return Told(due, counted, paused, total - counted, _state(due, now, stopped, facts))


def _state(due: date | None, now: date, stopped: bool, facts: ClockFacts) -> str:
    if stopped:
        return "met" if due is None or now <= due else "overdue"
    if due is not None and now > due:
        return "overdue"
    return "paused" if any(excluded(pause, now, now, False) for pause in facts.pauses) else "running"
