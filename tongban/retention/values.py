"""Plain values of the retention room."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tongban.core.retention import Due, Rule


@dataclass(frozen=True)
class PlanLine:
    """One rule and what it would do now; ``before`` and ``due`` are None where data stay."""

    rule: Rule
    before: dt.datetime | None
    due: Due | None


@dataclass(frozen=True)
class RecordView:
    """One deletion record."""

    id: int
    run: int
    kind: str
    rule: str
    source: str
    count: int
    files: int
    digest: str
    before: dt.datetime
    at: dt.datetime
    by_name: str


@dataclass(frozen=True)
class RunView:
    """One run with the sums of its records."""

    id: int
    started_at: dt.datetime
    finished_at: dt.datetime | None
    by_name: str
    deleted: int
    files: int


@dataclass(frozen=True)
class HoldView:
    """One hold, for officers of its region."""

    id: int
    kind: str
    case_number: str
    reason: str
    placed_name: str
    placed_at: dt.datetime
    released_name: str
    released_at: dt.datetime | None
    release_reason: str
