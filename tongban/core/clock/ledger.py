"""The ledger: one line for every day of a course, counted or not, and the rule why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from tongban.core.calendar import CalendarDay, Span
from tongban.core.clock import wording
from tongban.core.clock.engine import ONE_DAY, Course, unite
from tongban.core.clock.terms import Ground, LedgerDay, LedgerKind, Pause, Unit
from tongban.core.law import Citation

DAY_ZERO = Citation("civil_code", 201, 1)
END_MOVES = Citation("civil_code", 203, 1)
WORKING_DAYS_ONLY = Citation("licensing", 82)
MAKEUP_DAYS = Citation("holiday_notice")
NOT_IN_THE_LIMIT = Citation("licensing", 45)
BEFORE_EXPIRY = Citation("licensing", 50, 2)

_NONE: Mapping[str, str] = MappingProxyType({})
Reason = tuple[str, Mapping[str, str], Citation | None]


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the lines of one course; ``lapsed`` are days after a notified time that count again."""

    course: Course
    pauses: tuple[Pause, ...]
    lapsed: tuple[Span, ...]

    def line(self, day: date, ordinal: int) -> LedgerDay:
        """The line of ``day``; ``ordinal`` is the one it gets if it counts."""
        known = self.course.calendar.day(day)
        kind, (why, params, rule) = self._judge(known)
        return LedgerDay(
            date=day,
            counted=ordinal if kind in ("counted", "future") else None,
            kind=kind,
            why=why,
            why_params=params,
            rule=rule,
            due=day == self.course.due,
            provisional=not known.firm,
            working=known.working,
            name=known.name,
            source=known.source if rule in (WORKING_DAYS_ONLY, MAKEUP_DAYS) else "",
        )

    def _judge(self, known: CalendarDay) -> tuple[LedgerKind, Reason]:
        course, day = self.course, known.date
        if day == course.start:
            return "start", (wording.START[course.limit.start.value], _NONE, DAY_ZERO)
        if course.stopped is not None and day > course.stopped:
            return "stopped", (wording.STOPPED, _NONE, None)
        if course.spans.covers(day):
            return "paused", (wording.PAUSED[self._ground(day).value], _NONE, NOT_IN_THE_LIMIT)
        if course.is_moved_over(day):
            why = wording.NEXT_WORKING if day == course.last_day else wording.MOVED
            return "excluded", (why, _NONE, END_MOVES)
        if not course.is_unit_day(day):
            return "excluded", _rest_reason(known)
        kind: LedgerKind = "counted" if day <= course.now else "future"
        return kind, self._counting_reason(known)

    def _ground(self, day: date) -> Ground:
        """The ground that pauses ``day``: of several, the one whose notice was served last."""
        running = [p for p in self.pauses if p.start <= day and (p.end is None or day <= p.end)]
        within = [p for p in running if p.notified_until is None or day <= p.notified_until]
        return max(within, key=lambda pause: pause.start).ground

    def _counting_reason(self, known: CalendarDay) -> Reason:
        course, day = self.course, known.date
        late = course.due is not None and day > course.due
        if any(first <= day <= last for first, last in self.lapsed) and not late:
            return wording.AGAIN, _NONE, NOT_IN_THE_LIMIT
        if course.limit.unit not in (Unit.WORKING_DAY, Unit.ON_THE_SPOT):
            texts = (wording.CALENDAR, wording.WILL_CALENDAR, wording.LATE_CALENDAR)
            return _tense(texts, late, day > course.now), _NONE, DAY_ZERO
        if not known.firm and not late:
            return wording.UNPUBLISHED, _NONE, None
        if known.kind == "makeup":
            texts = (wording.MAKEUP, wording.WILL_MAKEUP, wording.LATE_MAKEUP)
            return _tense(texts, late, day > course.now), _NONE, MAKEUP_DAYS
        texts = (wording.WORKING, wording.WILL_WORKING, wording.LATE_WORKING)
        return _tense(texts, late, day > course.now), _NONE, WORKING_DAYS_ONLY


def _tense(texts: tuple[str, str, str], late: bool, ahead: bool) -> str:
    if late:
        return texts[2]
    return texts[1] if ahead else texts[0]


def _rest_reason(known: CalendarDay) -> Reason:
    if not known.firm:
        return wording.UNPUBLISHED_WEEKEND, _NONE, None
    if known.kind == "holiday" and known.name:
        return wording.HOLIDAY, {"name": known.name}, WORKING_DAYS_ONLY
    return wording.WEEKEND, _NONE, WORKING_DAYS_ONLY


def write_ledger(course: Course, pauses: tuple[Pause, ...]) -> tuple[LedgerDay, ...]:
    """Every day from day 0 to the due day or the day of reading, whichever is later."""
    writer = _Writer(course, pauses, _lapsed_spans(pauses, course.now))
    end = course.now if course.due is None else max(course.due, course.now)
    lines: list[LedgerDay] = []
    ordinal, day = 0, course.start
    while day <= end:
        line = writer.line(day, ordinal + 1)
        if line.counted is not None:
            ordinal = line.counted
        lines.append(line)
        day += ONE_DAY
    return tuple(lines)


def _lapsed_spans(pauses: tuple[Pause, ...], now: date) -> tuple[Span, ...]:
    """Days on which the result was still awaited although the notified time was over."""
    found = []
    for pause in pauses:
        last = now if pause.end is None else pause.end
        if pause.notified_until is not None and pause.notified_until < last:
            found.append((max(pause.notified_until + ONE_DAY, pause.start), last))
    return unite(found)


@dataclass(frozen=True, slots=True)
class LedgerRun:
    """Consecutive days that are equal in everything but their ordinal: one row of the table."""

    first: LedgerDay
    last: LedgerDay
    days: int

    @property
    def kind(self) -> LedgerKind:
        """What the days are."""
        return self.first.kind

    @property
    def why(self) -> str:
        """Why, as an English source string."""
        return self.first.why

    @property
    def why_params(self) -> Mapping[str, str]:
        """Values for ``why``."""
        return self.first.why_params

    @property
    def source(self) -> str:
        """The published notice that the days rest on."""
        return self.first.source

    @property
    def zh(self) -> str:
        """Why, in Chinese."""
        return self.first.zh

    @property
    def en(self) -> str:
        """Why, in English."""
        return self.first.en

    @property
    def rule(self) -> Citation | None:
        """The provision it rests on."""
        return self.first.rule

    @property
    def counted_from(self) -> int | None:
        """Ordinal of the first day."""
        return self.first.counted

    @property
    def counted_to(self) -> int | None:
        """Ordinal of the last day."""
        return self.last.counted

    @property
    def due(self) -> bool:
        """Whether the run ends with the due day."""
        return self.last.due

    @property
    def provisional(self) -> bool:
        """Whether the calendar of these days is not published yet."""
        return self.first.provisional


def merge_ledger(ledger: Iterable[LedgerDay]) -> tuple[LedgerRun, ...]:
    """``ledger`` with runs of equal days made one row; a run ends at the due day."""
    runs: list[LedgerRun] = []
    for day in ledger:
        if runs and not runs[-1].due and _same(runs[-1].last, day):
            runs[-1] = LedgerRun(runs[-1].first, day, runs[-1].days + 1)
        else:
            runs.append(LedgerRun(day, day, 1))
    return tuple(runs)


def _same(one: LedgerDay, other: LedgerDay) -> bool:
    return (one.kind, one.why, one.why_params, one.rule, one.provisional, one.source) == (
        other.kind,
        other.why,
        other.why_params,
        other.rule,
        other.provisional,
        other.source,
    )
