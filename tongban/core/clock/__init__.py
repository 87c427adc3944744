"""The legal clock: computed from dated facts, never counted up, and able to explain every day.

:func:`read` gives a deadline with its ledger, :func:`summary` the same numbers for lists, :func:`due_date` the
date alone; :func:`case_summaries` does so for every clock of a case, :func:`case_clock` for one with its
ledger, and :mod:`~tongban.core.clock.columns` for many cases at once.
"""

from tongban.core.clock.cases import (
    CERTIFICATE,
    COMPLETENESS,
    CaseFacts,
    CaseLimits,
    ReviewFacts,
    case_clock,
    case_summaries,
    clocks_of,
    many_summaries,
)
from tongban.core.clock.checks import at_least_before, promise_fits, validity_end
from tongban.core.clock.columns import Batch, Clocks, Columns, many_due_dates, many_readings
from tongban.core.clock.engine import add_months, due_date
from tongban.core.clock.ledger import LedgerRun, merge_ledger
from tongban.core.clock.reading import Colour, colour, read, summary
from tongban.core.clock.terms import (
    ClockFacts,
    Ground,
    LedgerDay,
    LedgerKind,
    Limit,
    Pause,
    Reading,
    StartEvent,
    State,
    Unit,
)

__all__ = [
    "CERTIFICATE",
    "COMPLETENESS",
    "Batch",
    "CaseFacts",
    "CaseLimits",
    "ClockFacts",
    "Clocks",
    "Colour",
    "Columns",
    "Ground",
    "LedgerDay",
    "LedgerKind",
    "LedgerRun",
    "Limit",
    "Pause",
    "Reading",
    "ReviewFacts",
    "StartEvent",
    "State",
    "Unit",
    "add_months",
    "at_least_before",
    "case_clock",
    "case_summaries",
    "clocks_of",
    "colour",
    "due_date",
    "many_due_dates",
    "many_readings",
    "many_summaries",
    "merge_ledger",
    "promise_fits",
    "read",
    "summary",
    "validity_end",
]
