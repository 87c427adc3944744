"""Dates that are not a running clock: does a promise keep the law, until when is a licence valid, how long before."""

from __future__ import annotations

from datetime import date, timedelta

from tongban.core.calendar import WorkCalendar
from tongban.core.clock.columns import Batch, Clocks
from tongban.core.clock.engine import ONE_DAY, add_months
from tongban.core.clock.terms import Limit, StartEvent, Unit
from tongban.core.errors import DomainError, gettext_noop

#: The order in which start events happen; a correction is a new receipt.
_ORDER = {StartEvent.RECEIPT: 0, StartEvent.CORRECTION: 0, StartEvent.ACCEPTANCE: 1, StartEvent.DECISION: 2}
#: The longest the completeness check may take, in working days (行政许可法 art. 32(1)(4)).
COMPLETENESS_DAYS = 5


def promise_fits(promised: Limit, statutory: Limit, calendar: WorkCalendar) -> date | None:
    """The first start day in ``calendar`` whose promised date is later than the statutory one, or ``None``.

    Dates are compared, so units may differ. Where the promise starts at an earlier event the two are compared from
    the same day (the worst case); where it starts at acceptance and the law at receipt, acceptance is taken on the
    last day of the completeness check; a promise that starts at a decision cannot keep a limit for deciding. Start
    days whose dates the calendar does not reach are not judged.
    """
    ahead = _ORDER[promised.start] - _ORDER[statutory.start]
    if _ORDER[promised.start] == _ORDER[StartEvent.DECISION] and ahead > 0:
        return calendar.first
    first, last = calendar.first.toordinal(), calendar.last.toordinal()
    days = [date.fromordinal(number) for number in range(first, last + 1)]
    starts = [calendar.add_working(day, COMPLETENESS_DAYS) for day in days] if ahead > 0 else days
    batch = Batch(calendar, [()] * len(days))
    lawful = batch.due_dates(Clocks([statutory] * len(days), days))
    kept = batch.due_dates(Clocks([promised] * len(days), starts))
    for day, latest, given in zip(days, lawful, kept, strict=True):
        if latest is None or latest > calendar.last:
            return None
        if given is not None and given > latest:
            return day
    return None


def validity_end(start: date, value: int, unit: Unit, *, start_counts: bool = False) -> date:
    """The last day of a validity or a ban of ``value`` units from ``start``; it never moves off a day of rest.

    Months and years end on the same day number, else on the month's last day (民法典 art. 202). With
    ``start_counts`` the first day is part of the period and it ends the day before: many licence types print
    2026-01-20 至 2031-01-19; which of the two an item uses is item data. Raises :class:`DomainError` for a unit
    that a validity cannot have.
    """
    if unit is Unit.CALENDAR_DAY:
        end = start + timedelta(days=value)
    elif unit in (Unit.MONTH, Unit.YEAR):
        end = add_months(start, value if unit is Unit.MONTH else value * 12)
    else:
        raise DomainError(
            gettext_noop("A validity is not counted in %(unit)s."),
            remedy=gettext_noop("Give it in calendar days, months or years."),
            params={"unit": unit.value},
        )
    return end - ONE_DAY if start_counts else end


def at_least_before(day: date, value: int, unit: Unit, calendar: WorkCalendar | None = None) -> date:
    """The latest day that is at least ``value`` units before ``day`` (a hearing, an expiry); it never moves.

    ``unit`` is calendar days, months or years, or working days with a ``calendar``: then at least ``value``
    working days lie after the returned day up to and including ``day``.
    Raises :class:`DomainError` for other units, or working days without a calendar.
    """
    if unit is Unit.CALENDAR_DAY:
        return day - timedelta(days=value)
    if unit in (Unit.MONTH, Unit.YEAR):
        return add_months(day, -value if unit is Unit.MONTH else -value * 12)
    if unit is Unit.WORKING_DAY and calendar is not None:
        if value == 0:
            return day
        return calendar.add_working(day + ONE_DAY, -value) - ONE_DAY
    raise DomainError(
        gettext_noop("“At least … before” is not counted in %(unit)s."),
        remedy=gettext_noop("Give it in calendar days, months or years, or in working days with a calendar."),
        params={"unit": unit.value},
    )
