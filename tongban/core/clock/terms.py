"""The clock's vocabulary: units, start events, grounds, and the dated facts a reading is computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from tongban.core.clock import wording
from tongban.core.errors import Invalid, gettext_noop
from tongban.core.law import Citation

#: No limit of law is longer; a larger number is a slip of the pen.
MAX_VALUE = 36_500


class Unit(StrEnum):
    """What a limit is counted in (GB/T 39046-2020 items 15 to 20 store number and unit separately)."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    HOUR = "hour"
    ON_THE_SPOT = "on_the_spot"
    MONTH = "month"
    YEAR = "year"

    @property
    def zh(self) -> str:
        """The unit as screens and documents write it."""
        return _UNIT_ZH[self]


_UNIT_ZH = {
    Unit.WORKING_DAY: "个工作日",
    Unit.CALENDAR_DAY: "日",
    Unit.HOUR: "小时",
    Unit.ON_THE_SPOT: "当场",
    Unit.MONTH: "个月",
    Unit.YEAR: "年",
}


class StartEvent(StrEnum):
    """The event whose day is day 0 of a limit."""

    RECEIPT = "receipt"
    ACCEPTANCE = "acceptance"
    DECISION = "decision"
    CORRECTION = "correction"

    @property
    def zh(self) -> str:
        """The event as screens and documents write it."""
        return _START_ZH[self]


_START_ZH = {
    StartEvent.RECEIPT: "收到材料之日",
    StartEvent.ACCEPTANCE: "受理之日",
    StartEvent.DECISION: "作出决定之日",
    StartEvent.CORRECTION: "收到补正材料之日",
}


class Ground(StrEnum):
    """The closed list of 行政许可法 art. 45: nothing else stops the clock."""

    HEARING = "hearing"
    TENDER = "tender"
    AUCTION = "auction"
    INSPECTION = "inspection"
    TESTING = "testing"
    QUARANTINE = "quarantine"
    APPRAISAL = "appraisal"
    EXPERT_REVIEW = "expert_review"

    @property
    def zh(self) -> str:
        """The ground in the words of art. 45."""
        return _GROUND_ZH[self]

    @property
    def en(self) -> str:
        """The ground in English."""
        return self.value.replace("_", " ")


_GROUND_ZH = {
    Ground.HEARING: "听证",
    Ground.TENDER: "招标",
    Ground.AUCTION: "拍卖",
    Ground.INSPECTION: "检验",
    Ground.TESTING: "检测",
    Ground.QUARANTINE: "检疫",
    Ground.APPRAISAL: "鉴定",
    Ground.EXPERT_REVIEW: "专家评审",
}


def _refuse_number(value: int) -> None:
    if not 0 <= value <= MAX_VALUE:
        raise Invalid(
            gettext_noop("A limit of %(value)s is not possible."),
            remedy=gettext_noop("Write a whole number from 0 to %(most)s."),
            params={"value": value, "most": MAX_VALUE},
        )


@dataclass(frozen=True, slots=True)
class Limit:
    """``value`` units from the day of ``start``; ``source`` names the article or document it rests on.

    Raises :class:`Invalid` for a value below 0 or beyond a hundred years of days.
    """

    value: int
    unit: Unit
    start: StartEvent
    source: str = ""

    def __post_init__(self) -> None:
        _refuse_number(self.value)

    @property
    def zh(self) -> str:
        """The limit as documents write it: 20个工作日, 当场."""
        return self.unit.zh if self.unit is Unit.ON_THE_SPOT else f"{self.value}{self.unit.zh}"


@dataclass(frozen=True, slots=True)
class Pause:
    """Time that does not count, 行政许可法 art. 45.

    ``start`` is the day the written notice was served, ``end`` the day the result came (``None`` while it has not).
    Both days are excluded. ``notified_until`` is the last day the notice (or its supplement) announced; days after
    it count again. Raises :class:`Invalid` if it ends before it starts.
    """

    start: date
    end: date | None
    ground: Ground
    notified_until: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise Invalid(
                gettext_noop("The pause ends on %(end)s, before it starts on %(start)s."),
                remedy=gettext_noop("Give the day the notice was served first, then the day the result came."),
                rule=Citation("licensing", 45),
                params={"start": self.start, "end": self.end},
            )


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """The dated facts of one clock.

    ``start`` is day 0 (``None``: the clock has not started), ``extended_by`` is in the limit's own unit,
    ``stopped`` the day that ended the clock, ``not_after`` the expiry of the old licence: a renewal is due by then
    whatever else happened (行政许可法 art. 50(2)).
    """

    start: date | None
    pauses: tuple[Pause, ...] = ()
    extended_by: int = 0
    stopped: date | None = None
    not_after: date | None = None

    def __post_init__(self) -> None:
        _refuse_number(self.extended_by)


State = Literal["not_started", "running", "paused", "overdue", "met"]
LedgerKind = Literal["start", "counted", "future", "excluded", "paused", "stopped"]


@dataclass(frozen=True, slots=True)
class LedgerDay:
    """One day of a reading.

    ``counted`` is the day's ordinal (1 is the first day used) and ``None`` where the day uses nothing up; days
    still to come carry the ordinal they will have. ``kind``: ``start`` day 0, ``counted``, ``future`` will count,
    ``excluded`` not a day of the unit, ``paused``, ``stopped`` after the clock ended. ``why`` is an English source
    string with ``why_params``; ``working`` and ``name`` describe the day itself, so that a paused weekend can be
    shown as both.
    """

    date: date
    counted: int | None
    kind: LedgerKind
    why: str
    why_params: Mapping[str, str]
    rule: Citation | None
    due: bool
    provisional: bool
    working: bool
    name: str
    source: str = ""  # the published notice that made the day a holiday or a working day, where the line rests on it

    @property
    def zh(self) -> str:
        """Why, in Chinese."""
        return wording.in_chinese(self.why, self.why_params)

    @property
    def en(self) -> str:
        """Why, in English."""
        return wording.in_english(self.why, self.why_params)


@dataclass(frozen=True, slots=True)
class Reading:
    """A clock read on one day.

    ``due`` is ``None`` before the start and during an open pause. ``counted``, ``paused`` and ``left`` are in
    ``unit`` (days, or hours for a limit in hours; months and years are counted in days). ``counted`` includes the
    day of reading; ``left`` is negative when late. ``total`` is the limit with its extension in that unit.
    ``provisional``: the calendar does not reach that far, nothing automatic may rest on it.
    ``ledger`` is empty in a summary.
    """

    due: date | None
    provisional: bool
    counted: int
    paused: int
    left: int
    state: State
    total: int
    unit: Unit
    start: date | None
    as_of: date
    ledger: tuple[LedgerDay, ...] = ()

    @property
    def is_late(self) -> bool:
        """Whether the due day passed before the clock was stopped (or, if it runs, before the day of reading)."""
        return self.state == "overdue"
