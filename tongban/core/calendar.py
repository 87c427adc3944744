"""Working days: an immutable, versioned calendar.

The State Council publishes each year's holidays and make-up working days in the autumn before (国务院办公厅
放假通知). Inside the loaded range every answer is *firm*. Outside it the calendar counts Monday to Friday and says
that the answer is not firm, so that callers mark it 暂定 and let nothing automatic rest on it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Literal, get_args

from tongban.core.errors import FieldError, Invalid, gettext_noop

Kind = Literal["workday", "weekend", "holiday", "makeup"]
KINDS: tuple[Kind, ...] = get_args(Kind)
WORKING_KINDS: frozenset[Kind] = frozenset({"workday", "makeup"})

#: Days that are neither counted nor un-counted by weekday: a pair (first, last), both included.
Span = tuple[date, date]

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
#: Days behind the loaded range for which weekdays are counted beforehand: ten years, beyond any running limit.
_FORESEEN = 3660


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """One published day. ``kind`` is one of :data:`KINDS`, ``name`` the holiday, ``source`` the document."""

    date: date
    kind: Kind
    name: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """What the calendar knows about one day; ``firm`` is false outside the loaded range."""

    date: date
    working: bool
    kind: Kind
    name: str
    source: str
    firm: bool


def weekday_kind(day: date) -> Kind:
    """The kind of ``day`` going by its weekday alone."""
    return "weekend" if day.weekday() >= _SATURDAY else "workday"


def row_problems(rows: Sequence[CalendarRow]) -> list[FieldError]:
    """What keeps ``rows`` from being a calendar: unknown kinds, days given twice, days left out.

    ``field`` of each problem is ``rows.N.date`` or ``rows.N.kind``, N counting from 1 in date order.
    """
    if not rows:
        return [FieldError("rows", gettext_noop("The calendar holds no days."), gettext_noop("Give every day."))]
    problems: list[FieldError] = []
    previous: date | None = None
    for number, row in enumerate(rows, start=1):
        problems += _row_problem(number, row, previous)
        previous = row.date
    return problems


def _row_problem(number: int, row: CalendarRow, previous: date | None) -> list[FieldError]:
    problems = []
    if row.kind not in KINDS:
        problems.append(
            FieldError(
                f"rows.{number}.kind",
                gettext_noop("“%(kind)s” is not a kind of day."),
                gettext_noop("Write workday, weekend, holiday or makeup."),
                {"kind": row.kind, "date": row.date},
            )
        )
    if previous is not None and row.date == previous:
        problems.append(
            FieldError(
                f"rows.{number}.date",
                gettext_noop("%(date)s is given twice."),
                gettext_noop("Keep one line for each day."),
                {"date": row.date},
            )
        )
    elif previous is not None and row.date != previous + _ONE_DAY:
        problems.append(
            FieldError(
                f"rows.{number}.date",
                gettext_noop("The days between %(before)s and %(date)s are missing."),
                gettext_noop("Give every day, working or not, without a gap."),
                {"before": previous, "date": row.date},
            )
        )
    return problems


@dataclass(frozen=True, slots=True)
class Table:
    """Working days by number. ``ranks[day.toordinal() - base]`` is how many lie from ``first`` to ``day``, both
    included; ``working[rank - 1]`` is the working day with that rank. It knows the days ``first`` to ``end``."""

    first: date
    end: date
    base: int
    ranks: tuple[int, ...]
    working: tuple[date, ...]


class WorkCalendar:
    """Sorted working days with a running count, so that counting never walks day by day.

    Build it with :meth:`build`; it cannot be changed afterwards and may be shared between threads.
    """

    __slots__ = ("_base", "_counts", "_days", "_end", "_rows", "_working", "first", "last", "version")

    version: str
    first: date
    last: date

    def __init__(self, version: str, rows: tuple[CalendarRow, ...]) -> None:
        put = object.__setattr__
        put(self, "version", version)
        put(self, "first", rows[0].date)
        put(self, "last", rows[-1].date)
        put(self, "_rows", rows)
        put(self, "_base", rows[0].date.toordinal())
        put(self, "_days", tuple(row.date for row in rows))
        known = [(row.date, row.kind in WORKING_KINDS) for row in rows]
        last = rows[-1].date.toordinal()
        beyond = map(date.fromordinal, range(last + 1, min(last + _FORESEEN, date.max.toordinal()) + 1))
        known += [(day, day.weekday() < _SATURDAY) for day in beyond]
        put(self, "_end", known[-1][0])
        put(self, "_working", tuple(day for day, works in known if works))
        put(self, "_counts", tuple(accumulate(int(works) for _, works in known)))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a calendar cannot be changed; build another version")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("a calendar cannot be changed; build another version")

    def __repr__(self) -> str:
        return f"WorkCalendar({self.version!r}, {self.first} to {self.last})"

    _rows: tuple[CalendarRow, ...]
    _base: int
    _end: date
    _days: tuple[date, ...]
    _working: tuple[date, ...]
    _counts: tuple[int, ...]

    @classmethod
    def build(cls, version: str, rows: Iterable[CalendarRow]) -> WorkCalendar:
        """A calendar of ``rows``, in any order, covering every day from the first to the last.

        Raises :class:`Invalid` naming each unknown kind, double day and gap.
        """
        ordered = tuple(sorted(rows, key=lambda row: row.date))
        problems = row_problems(ordered)
        if problems:
            raise Invalid(gettext_noop("This is not a complete calendar."), errors=problems)
        return cls(version, ordered)

    def day(self, day: date) -> CalendarDay:
        """Everything known about ``day``; outside the range its weekday decides and it is not firm."""
        if self.first <= day <= self.last:
            row = self._rows[day.toordinal() - self._base]
            return CalendarDay(day, row.kind in WORKING_KINDS, row.kind, row.name, row.source, True)
        kind = weekday_kind(day)
        return CalendarDay(day, kind == "workday", kind, "", "", False)

    def is_working(self, day: date) -> bool:
        """Whether ``day`` is a working day (by weekday alone outside the range)."""
        if self.first <= day <= self.last:
            return self._rows[day.toordinal() - self._base].kind in WORKING_KINDS
        return day.weekday() < _SATURDAY

    def is_firm(self, day: date) -> bool:
        """Whether ``day`` lies in the loaded range."""
        return self.first <= day <= self.last

    def rows(self, first: date, last: date) -> tuple[CalendarRow, ...]:
        """The loaded rows from ``first`` to ``last``, both included."""
        return self._rows[bisect_left(self._days, first) : bisect_right(self._days, last)]

    def working_between(self, start: date, end: date) -> int:
        """Number of working days after ``start`` up to and including ``end``; 0 if ``end`` is not later."""
        if end <= start:
            return 0
        return self._rank(end) - self._rank(start)

    def next_working(self, day: date) -> date:
        """``day`` itself if it is a working day, else the first one after it."""
        while not self.is_working(day):
            day += _ONE_DAY
        return day

    def add_working(self, start: date, count: int) -> date:
        """The ``count``-th working day after ``start`` (``start`` itself when ``count`` is 0).

        A negative count goes back: -1 is the last working day before ``start``. Beyond the range weekdays are
        counted. Raises ``OverflowError`` past the year 9999.
        """
        if count == 0:
            return start
        if count < 0:
            return self._nth(self._rank(start - _ONE_DAY) + count + 1)
        return self._nth(self._rank(start) + count)

    def add_working_excluding(self, start: date, count: int, spans: Iterable[Span]) -> date:
        """Like :meth:`add_working` for a positive ``count``, passing over every day of ``spans``.

        ``spans`` are sorted, disjoint, and hold both their ends. This is the lean path for a deadline with pauses.
        """
        rank = self._rank(start) + count
        due = self._nth(rank)
        for first, last in spans:
            if first > due:
                break
            if last > start:
                rank += self._rank(last) - self._rank(max(first - _ONE_DAY, start))
                due = self._nth(rank)
        return due

    @property
    def table(self) -> Table:
        """The running count itself, for whoever counts in columns; it reaches ten years past the loaded range."""
        return Table(self.first, self._end, self._base, self._counts, self._working)

    def _rank(self, day: date) -> int:
        """Working days up to and including ``day``, counted from the start of the range (negative before it)."""
        offset = day.toordinal() - self._base
        if offset < 0:
            return _weekdays_to(day) - _weekdays_to(self.first - _ONE_DAY)
        try:
            return self._counts[offset]
        except IndexError:
            return len(self._working) + _weekdays_to(day) - _weekdays_to(self._end)

    def _nth(self, rank: int) -> date:
        """The working day whose :meth:`_rank` is ``rank`` and was one lower the day before."""
        if rank >= 1:
            try:
                return self._working[rank - 1]
            except IndexError:
                return _nth_weekday(_weekdays_to(self._end) + rank - len(self._working))
        return _nth_weekday(_weekdays_to(self.first - _ONE_DAY) + rank)


def _weekdays_to(day: date) -> int:
    """Mondays to Fridays from 0001-01-01 (a Monday) up to and including ``day``."""
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * 5 + min(rest, 5)


def _nth_weekday(count: int) -> date:
    """The inverse of :func:`_weekdays_to` for a Monday to Friday."""
    weeks, rest = divmod(count - 1, 5)
    ordinal = weeks * 7 + rest + 1
    if not 1 <= ordinal <= date.max.toordinal():
        raise OverflowError("the date lies outside the years 1 to 9999")
    return date.fromordinal(ordinal)


def as_kind(text: str) -> Kind | None:
    """``text`` as a kind of day, or ``None`` if it is not one."""
    return text if text in KINDS else None
