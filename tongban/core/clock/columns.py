"""The clock for many cases at once: columns of facts in, columns of numbers out, row by row what :func:`summary` says.

Where thousands of deadlines are read together (every open case after a calendar was loaded, every start day of a
promise) the cost lies in the small objects of a single reading. Here the facts of one kind are one list, and a clock in
working days with at most one finished pause, the overwhelming rule, is computed by look-ups in the calendar's
:class:`~tongban.core.calendar.Table`. Every other row (open or several pauses, other units, a capped renewal, a day the
table does not know) is read by :func:`summary` itself, so that no rule is written twice.

The arithmetic: let E(d) be the working days up to d that no pause excludes. A clock from s with n days is due on the
day whose E is E(s) + n, and has used E(now) - E(s).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import sub

from tongban.core.calendar import WorkCalendar
from tongban.core.clock.engine import due_date
from tongban.core.clock.reading import summary
from tongban.core.clock.terms import ClockFacts, Limit, Pause, Reading, State, Unit

Days = Sequence[date | None]


@dataclass(frozen=True, slots=True)
class Clocks:
    """One clock of each case, a column for each fact of :class:`ClockFacts`; pauses belong to the :class:`Batch`.

    An empty column stands for "none of them": no extension, not stopped, not capped. Columns that are given are as
    long as ``starts``.
    """

    limits: Sequence[Limit]
    starts: Days
    extended: Sequence[int] = ()
    stopped: Days = ()
    not_after: Days = ()

    def facts(self, row: int, pauses: tuple[Pause, ...]) -> ClockFacts:
        """The facts of one row as the single clock takes them."""
        return ClockFacts(
            self.starts[row],
            pauses,
            self.extended[row] if self.extended else 0,
            self.stopped[row] if self.stopped else None,
            self.not_after[row] if self.not_after else None,
        )


@dataclass(slots=True)
class Columns:
    """The readings of one clock of each case; each list is a field of :class:`Reading` and means the same."""

    due: list[date | None]
    provisional: list[bool]
    counted: list[int]
    paused: list[int]
    left: list[int]
    state: list[State]
    total: list[int]
    as_of: list[date]
    clocks: Clocks

    def reading(self, row: int) -> Reading:
        """One row as the single clock gives it, without ledger."""
        return Reading(
            due=self.due[row],
            provisional=self.provisional[row],
            counted=self.counted[row],
            paused=self.paused[row],
            left=self.left[row],
            state=self.state[row],
            total=self.total[row],
            unit=self.clocks.limits[row].unit,
            start=self.clocks.starts[row],
            as_of=self.as_of[row],
        )

    def put(self, row: int, reading: Reading) -> None:
        """Write ``reading`` over one row."""
        self.due[row], self.provisional[row] = reading.due, reading.provisional
        self.counted[row], self.paused[row], self.left[row] = reading.counted, reading.paused, reading.left
        self.state[row], self.total[row], self.as_of[row] = reading.state, reading.total, reading.as_of


@dataclass(slots=True)
class _Held:
    """The one excluded stretch of each case: its first and last day as offsets into the table, the rank before it,
    and the working days in it.

    A case without one has a stretch that never comes. ``odd`` are the rows with more than one pause or an open one.
    """

    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    before: list[int] = field(default_factory=list)
    width: list[int] = field(default_factory=list)
    odd: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Now:
    """The days of reading: offsets, working days used up and passed over until then, and what a clock is that runs."""

    offsets: list[int]
    used: list[int]
    skipped: list[int]
    live: list[State]
    odd: set[int]


class Batch:
    """Many cases read under one calendar: their pauses and days of reading are laid out once and serve every clock.

    ``pauses`` and ``as_of`` hold those of each case, in the order of the columns that are read later.
    """

    def __init__(
        self, calendar: WorkCalendar, pauses: Sequence[tuple[Pause, ...]], as_of: Sequence[date] | None = None
    ) -> None:
        self._calendar = calendar
        self._table = calendar.table
        self._pauses = pauses
        self._as_of = as_of
        self._firm = self._table.ranks[calendar.last.toordinal() - self._table.base]
        self._held = self._hold()
        self._now: _Now | None = None

    def read(self, clocks: Clocks) -> Columns:
        """One clock of every case on its day of reading. A clock that has not started reads ``not_started``.

        Raises ``ValueError`` for a batch without days of reading.
        """
        if self._as_of is None:
            raise ValueError("the batch has no days of reading")
        as_of, days = self._as_of, list(self._as_of)
        stopped = self._stopped(clocks)
        for row, day in stopped.items():
            days[row] = day
        now = self._reading_on(days) if stopped else self._running_now(days)
        offsets, totals, odd = self._regular(clocks)
        odd |= now.odd
        ranks, used = self._ranks(offsets)
        counted = [end - begin if end > begin else 0 for end, begin in zip(now.used, used, strict=True)]
        paused = [
            held if (held := skip - rank + begin) > 0 else 0
            for skip, rank, begin in zip(now.skipped, ranks, used, strict=True)
        ]
        places, far = self._places(used, totals)
        working = self._table.working
        left = list(map(sub, totals, counted))
        due = [working[place] for place in places]
        rows = zip(left, now.offsets, offsets, now.live, days, due, strict=True)
        state: list[State] = [
            (live if day >= start else "not_started") if rest > 0 else ("overdue" if rest < 0 or on > end else live)
            for rest, day, start, live, on, end in rows
        ]
        for row in stopped:
            state[row] = "met" if days[row] <= due[row] else "overdue"
        out = Columns(list(due), self._provisional(places), counted, paused, left, state, totals, days, clocks)
        for row in odd | far:
            facts = clocks.facts(row, self._pauses[row])
            out.put(row, summary(clocks.limits[row], facts, self._calendar, as_of[row]))
        return out

    def due_dates(self, clocks: Clocks) -> list[date | None]:
        """The due date alone, as :func:`due_date` gives it; without ``as_of`` an unfinished pause is taken as open."""
        offsets, totals, odd = self._regular(clocks)
        places, far = self._places(self._ranks(offsets)[1], totals)
        working = self._table.working
        due: list[date | None] = [working[place] for place in places]
        for row in odd | far:
            facts = clocks.facts(row, self._pauses[row])
            due[row] = due_date(clocks.limits[row], facts, self._calendar, self._as_of[row] if self._as_of else None)
        return due

    def _hold(self) -> _Held:
        """The stretch that each case's pause excludes, as offsets and ranks."""
        base, ranks, held = self._table.base, self._table.ranks, _Held()
        size = len(ranks)
        never = (size, -1, size, 0)
        if not any(self._pauses):
            held.first, held.last, held.before, held.width = ([each] * len(self._pauses) for each in never)
            return held
        # Four lists and no tuple a row: the garbage collector would go through those.
        first, last, before, width = held.first.append, held.last.append, held.before.append, held.width.append
        for row, pauses in enumerate(self._pauses):
            if len(pauses) == 1:
                pause = pauses[0]
                final, until = pause.end, pause.notified_until
                if final is not None:
                    if until is not None and until < final:
                        final = until
                    start, end = pause.start.toordinal() - base, final.toordinal() - base
                    if 0 < start <= end < size:
                        rank = ranks[start - 1]
                        first(start)
                        last(end)
                        before(rank)
                        width(ranks[end] - rank)
                        continue
            if pauses:
                held.odd.add(row)
            first(size)
            last(-1)
            before(size)
            width(0)
        return held

    def _running_now(self, days: Sequence[date]) -> _Now:
        """The days of reading of clocks that run, laid out once."""
        if self._now is None:
            self._now = self._reading_on(days)
        return self._now

    def _reading_on(self, days: Sequence[date]) -> _Now:
        offsets, odd = self._offsets(days)
        ranks, used = self._ranks(offsets)
        rows = zip(self._held.first, offsets, self._held.last, strict=True)
        live: list[State] = ["paused" if first <= day <= last else "running" for first, day, last in rows]
        return _Now(offsets, used, list(map(sub, ranks, used)), live, odd)

    def _stopped(self, clocks: Clocks) -> dict[int, date]:
        """The rows whose clock had stopped by the day of reading, with that day."""
        as_of = self._as_of or ()
        pairs = enumerate(zip(clocks.stopped, as_of, strict=True)) if clocks.stopped else ()
        return {row: stop for row, (stop, day) in pairs if stop is not None and stop <= day}

    def _regular(self, clocks: Clocks) -> tuple[list[int], list[int], set[int]]:
        """(offsets of the start days, totals, the rows that the single clock has to read)."""
        working, limits = Unit.WORKING_DAY, clocks.limits
        totals = [limit.value if limit.unit is working else 0 for limit in limits]
        if clocks.extended:
            pairs = zip(totals, clocks.extended, limits, strict=True)
            totals = [total + more if limit.unit is working else 0 for total, more, limit in pairs]
        offsets, odd = self._offsets(clocks.starts)
        if 0 in totals:
            odd.update(row for row, total in enumerate(totals) if not total)
        odd.update(row for row, cap in enumerate(clocks.not_after) if cap is not None)
        return offsets, totals, odd | self._held.odd

    def _offsets(self, days: Days) -> tuple[list[int], set[int]]:
        """(places of ``days`` in the table, the rows whose day is missing or not in it, which get place 0)."""
        base, size = self._table.base, len(self._table.ranks)
        odd: set[int] = set()
        if None in days:
            odd = {row for row, day in enumerate(days) if day is None}
            offsets = [0 if day is None else day.toordinal() - base for day in days]
        else:
            offsets = [day.toordinal() - base for day in days if day is not None]
        if offsets and (min(offsets) < 0 or max(offsets) >= size):
            outside = {row for row, offset in enumerate(offsets) if not 0 <= offset < size}
            for row in outside:
                offsets[row] = 0
            odd |= outside
        return offsets, odd

    def _ranks(self, offsets: list[int]) -> tuple[list[int], list[int]]:
        """(working days up to each day, those of them that no pause excludes)."""
        held = self._held
        ranks = list(map(self._table.ranks.__getitem__, offsets))
        rows = zip(ranks, offsets, held.first, held.last, held.before, held.width, strict=True)
        return ranks, [
            rank if day < first else before if day <= last else rank - width
            for rank, day, first, last, before, width in rows
        ]

    def _places(self, used: list[int], totals: list[int]) -> tuple[list[int], set[int]]:
        """(where in the list of working days each limit is used up, the rows for which that list is too short)."""
        size, held = len(self._table.working), self._held
        rows = zip(used, totals, held.before, held.width, strict=True)
        places = [
            goal - 1 if (goal := begin + total) <= before else goal + width - 1 for begin, total, before, width in rows
        ]
        far: set[int] = set()
        if places and max(places) >= size:
            far = {row for row, place in enumerate(places) if place >= size}
            for row in far:
                places[row] = 0
        return places, far

    def _provisional(self, places: list[int]) -> list[bool]:
        """Whether each due day lies past the loaded calendar."""
        firm = self._firm
        if not places or max(places) < firm:
            return [False] * len(places)
        return [place >= firm for place in places]


def many_readings(rows: Sequence[tuple[Limit, ClockFacts]], calendar: WorkCalendar, as_of: date) -> list[Reading]:
    """Any clocks read together on one day, in their order: what :func:`summary` says of each."""
    batch, clocks = _of_rows(rows, calendar, as_of)
    columns = batch.read(clocks)
    return [columns.reading(row) for row in range(len(rows))]


def many_due_dates(rows: Sequence[tuple[Limit, ClockFacts]], calendar: WorkCalendar, as_of: date) -> list[date | None]:
    """The due dates of any clocks as known on ``as_of``, in their order: what :func:`due_date` says of each."""
    batch, clocks = _of_rows(rows, calendar, as_of)
    return batch.due_dates(clocks)


def _of_rows(rows: Sequence[tuple[Limit, ClockFacts]], calendar: WorkCalendar, as_of: date) -> tuple[Batch, Clocks]:
    facts = [fact for _, fact in rows]
    clocks = Clocks(
        [limit for limit, _ in rows],
        [fact.start for fact in facts],
        [fact.extended_by for fact in facts],
        [fact.stopped for fact in facts],
        [fact.not_after for fact in facts],
    )
    return Batch(calendar, [fact.pauses for fact in facts], [as_of] * len(rows)), clocks
