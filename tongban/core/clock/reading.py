"""Reading a clock, with or without its ledger, and the colour of what was read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Literal

from tongban.core.calendar import WorkCalendar
from tongban.core.clock.engine import lay_out, not_started, summarise
from tongban.core.clock.ledger import write_ledger
from tongban.core.clock.terms import ClockFacts, Limit, Reading, State

Colour = Literal["late", "soon", "normal", "paused", "met", "not_started"]


def read(limit: Limit, facts: ClockFacts, calendar: WorkCalendar, as_of: date) -> Reading:
    """The clock on ``as_of`` with its ledger, from day 0 to the due day or the day of reading, the later."""
    if facts.start is None:
        return not_started(limit, facts, as_of)
    course = lay_out(limit, facts, calendar, as_of)
    return replace(summarise(course), ledger=write_ledger(course, facts.pauses))


def summary(limit: Limit, facts: ClockFacts, calendar: WorkCalendar, as_of: date) -> Reading:
    """The same numbers as :func:`read` without the ledger: for lists."""
    if facts.start is None:
        return not_started(limit, facts, as_of)
    return summarise(lay_out(limit, facts, calendar, as_of))


def colour(reading: Reading, soon: int = 3) -> Colour:
    """The colour of a reading; ``soon`` is the number of units left from which it is due soon."""
    return colour_of(reading.state, reading.left, soon)


def colour_of(state: State, left: int, soon: int = 3) -> Colour:
    """The colour of a clock in ``state`` with ``left`` units to go."""
    if state == "overdue":
        return "late"
    if state == "running":
        return "soon" if left <= soon else "normal"
    return state
