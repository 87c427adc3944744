"""The legal clock alone: deadlines with one pause, and every clock of a case, in one process without a database."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median

from tongban.calendars.seed import bundled
from tongban.core.clock import (
    CaseFacts,
    CaseLimits,
    ClockFacts,
    Ground,
    Limit,
    Pause,
    ReviewFacts,
    StartEvent,
    Unit,
    case_summaries,
    due_date,
)

ROUNDS = 5
DEADLINES, CASES = 200_000, 20_000
_TWENTY = Limit(20, Unit.WORKING_DAY, StartEvent.ACCEPTANCE, "bench")
_TEN = Limit(10, Unit.WORKING_DAY, StartEvent.ACCEPTANCE, "bench")
_FIVE = Limit(5, Unit.WORKING_DAY, StartEvent.ACCEPTANCE, "bench")


def run() -> dict[str, object]:
    """Figures a second: the median of five rounds."""
    return {
        "deadlines_with_a_pause_per_s": _rate(_deadlines, DEADLINES),
        "all_clocks_of_a_case_per_s": _rate(_cases, CASES),
    }


def _rate(work: Callable[[int], float], count: int) -> int:
    return round(median(count / work(count) for _ in range(ROUNDS)))


def _days(count: int) -> list[date]:
    """Start days spread over two published years."""
    first = date(2024, 1, 2)
    return [first + timedelta(days=number % 600) for number in range(count)]


def _deadlines(count: int) -> float:
    calendar = bundled()
    facts = [
        ClockFacts(day, (Pause(day + timedelta(days=3), day + timedelta(days=9), Ground.TESTING),))
        for day in _days(count)
    ]
    start = time.perf_counter()
    for each in facts:
        due_date(_TWENTY, each, calendar)
    return time.perf_counter() - start


def _cases(count: int) -> float:
    """Completeness, statutory, promised, three reviews: six clocks, one pause, read on a day in the middle."""
    calendar, limits = bundled(), CaseLimits(statutory=_TWENTY, promised=_TEN)
    cases = [
        CaseFacts(
            received=day,
            completeness_stopped=day,
            accepted=day,
            pauses=(Pause(day + timedelta(days=3), day + timedelta(days=9), Ground.TESTING),),
            reviews=tuple(ReviewFacts(key, day, None, _FIVE) for key in ("planning", "fire", "environment")),
        )
        for day in _days(count)
    ]
    start = time.perf_counter()
    for day, each in zip(_days(count), cases, strict=True):
        case_summaries(each, limits, calendar, day + timedelta(days=12))
    return time.perf_counter() - start
