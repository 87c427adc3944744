"""The legal clock alone: deadlines with one pause, and every clock of a case, in one process without a database.

The inputs are drawn at random before the clock of the measurement starts: every start day, pause, limit and day of
reading has its own value. They are ``date`` and ``Pause`` objects as the rows of a database give them, and the answers
are ``date`` objects again: all conversion is inside the measured time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from statistics import median

from tongban.calendars.seed import bundled
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
    many_summaries,
)

ROUNDS = 7
#: Rows of a round read in columns, and those read one by one.
ROWS, SINGLES = 60_000, 5_000
#: Rows handed over at once, and cases on one page of a list.
AT_ONCE, PAGE = 2_000, 50
_REVIEWS = ("planning", "fire", "environment")
_ONE = timedelta(days=1)


class _Drawn:
    """Random cases by column: received, accepted, one pause each, three reviews, six limits, a day of reading."""

    def __init__(self, count: int, seed: int) -> None:
        draw = Random(seed)  # noqa: S311 - invented work, no secret
        first = date(2012, 1, 4)
        self.received = [first + _ONE * draw.randrange(5_000) for _ in range(count)]
        self.accepted = [day + _ONE * draw.randrange(8) for day in self.received]
        self.opened = [[day + _ONE * draw.randrange(5) for day in self.accepted] for _ in _REVIEWS]
        self.pauses = [(_pause(day + _ONE * draw.randrange(1, 20), draw),) for day in self.accepted]
        self.as_of = [day + _ONE * draw.randrange(60) for day in self.accepted]
        limits = [Limit(value, Unit.WORKING_DAY, StartEvent.ACCEPTANCE, "bench") for value in range(61)]
        self.limits = [[limits[draw.randrange(1, 61)] for _ in range(count)] for _ in range(3 + len(_REVIEWS))]

    def cases(self) -> list[tuple[CaseFacts, CaseLimits]]:
        """The same as the facts of single cases."""
        return [
            (
                CaseFacts(
                    received=self.received[row],
                    accepted=self.accepted[row],
                    completeness_stopped=self.accepted[row],
                    pauses=self.pauses[row],
                    reviews=tuple(
                        ReviewFacts(key, opened[row], None, limits[row])
                        for key, opened, limits in zip(_REVIEWS, self.opened, self.limits[3:], strict=True)
                    ),
                ),
                CaseLimits(statutory=self.limits[1][row], promised=self.limits[2][row]),
            )
            for row in range(len(self.received))
        ]


def _pause(start: date, draw: Random) -> Pause:
    return Pause(start, start + _ONE * draw.randrange(20), Ground.TESTING)


def run() -> dict[str, object]:
    """Figures a second by the clock on the wall and, after it, by processor time (what a busy machine leaves out):
    medians of seven rounds, each with inputs of its own."""
    return {
        "deadlines_with_a_pause_per_s": _rate(_deadlines, ROWS),
        "all_clocks_of_a_case_per_s": _rate(_cases, ROWS),
        "deadlines_one_by_one_per_s": _rate(_single_deadlines, SINGLES),
        "cases_on_pages_per_s": _rate(_pages, SINGLES),
        "cases_one_by_one_per_s": _rate(_single_cases, SINGLES),
    }


@dataclass
class _Watch:
    """Seconds that one round took, on the wall and of the processor."""

    wall: float = 0.0
    processor: float = 0.0

    def __enter__(self) -> None:
        self.wall, self.processor = -time.perf_counter(), -time.process_time()

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter()
        self.processor += time.process_time()


def _rate(work: Callable[[_Drawn, _Watch], None], count: int) -> dict[str, int]:
    rounds = []
    for seed in range(ROUNDS):
        watch = _Watch()
        work(_Drawn(count, seed), watch)
        rounds.append(watch)
    return {
        "wall": round(median(count / each.wall for each in rounds)),
        "processor": round(median(count / each.processor for each in rounds)),
    }


def _deadlines(drawn: _Drawn, watch: _Watch) -> None:
    """The due date of each case's limit for deciding, in columns."""
    calendar = bundled()
    with watch:
        for start in range(0, len(drawn.received), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            Batch(calendar, drawn.pauses[part]).due_dates(Clocks(drawn.limits[0][part], drawn.accepted[part]))


def _cases(drawn: _Drawn, watch: _Watch) -> None:
    """Completeness (stopped by the acceptance, never paused), statutory, promised, three reviews; every column read."""
    calendar = bundled()
    unpaused: list[tuple[Pause, ...]] = [()] * AT_ONCE
    with watch:
        for start in range(0, len(drawn.received), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            as_of, accepted = drawn.as_of[part], drawn.accepted[part]
            checks = Clocks(drawn.limits[0][part], drawn.received[part], stopped=accepted)
            Batch(calendar, unpaused[: len(as_of)], as_of).read(checks)
            paused = Batch(calendar, drawn.pauses[part], as_of)
            for starts, limits in zip([drawn.accepted, drawn.accepted, *drawn.opened], drawn.limits[1:], strict=True):
                paused.read(Clocks(limits[part], starts[part]))


def _single_deadlines(drawn: _Drawn, watch: _Watch) -> None:
    calendar = bundled()
    rows = [
        (limit, ClockFacts(day, pauses))
        for limit, day, pauses in zip(drawn.limits[0], drawn.accepted, drawn.pauses, strict=True)
    ]
    with watch:
        for limit, facts in rows:
            due_date(limit, facts, calendar)


def _single_cases(drawn: _Drawn, watch: _Watch) -> None:
    """One by one as a case page reads them: facts of the case in, six reading objects out."""
    calendar, cases = bundled(), drawn.cases()
    with watch:
        for (facts, limits), as_of in zip(cases, drawn.as_of, strict=True):
            case_summaries(facts, limits, calendar, as_of)


def _pages(drawn: _Drawn, watch: _Watch) -> None:
    """The same in pages as lists read them; a page has one day of reading."""
    calendar, cases = bundled(), drawn.cases()
    with watch:
        for start in range(0, len(cases), PAGE):
            many_summaries(cases[start : start + PAGE], calendar, date(2026, 12, 1))
