"""What time does to cases: deemed acceptance, closings, silence that grants, reminders. Safe to run twice or late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from tongban.calendars import queries as calendars
from tongban.cases import facts, snapshot
from tongban.cases.effects import mail_reminder
from tongban.cases.models import Case, CorrectionNotice, SpecialProcedure
from tongban.cases.queries.lists import loaded_many
from tongban.cases.services.deciding import deem_granted
from tongban.cases.services.intake import close_uncorrected, correction_due, deem_accepted
from tongban.cases.work import Work, working
from tongban.core.actors import SYSTEM
from tongban.core.dates import legal_date
from tongban.core.errors import DomainError

#: Calendar days before a correction is due on which the applicant is reminded.
REMIND_BEFORE = (3, 1)
#: Cases read at once where all open ones are looked at.
AT_ONCE = 500


@dataclass
class SweepReport:
    """How many cases each part of the sweep changed, and what could not be done."""

    deemed: int = 0
    closed: int = 0
    renewed: int = 0
    reminded: int = 0
    failed: int = 0


def sweep(*, now: datetime) -> SweepReport:
    """Run every rule that needs no person. One case's failure does not stop the others; it is counted."""
    today = legal_date(now)
    report = SweepReport()
    _resume(now, report)
    waiting = Case.objects.filter(is_open=True)
    silent = waiting.filter(status="received", track="licence", waiting_for_applicant=False, next_due_on__lt=today)
    report.deemed = _each(silent, lambda number: deem_accepted(number=number, now=now), report)
    unanswered = CorrectionNotice.objects.filter(answered_on=None, respond_by__lt=today, case__is_open=True)
    late = waiting.filter(status="received", pk__in=unanswered.values("case_id"))
    report.closed = _each(late, lambda number: close_uncorrected(number=number, now=now), report)
    expired = waiting.filter(status="accepted", track="licence", not_after__lt=today)
    report.renewed = _each(expired, lambda number: deem_granted(number=number, now=now), report)
    report.reminded = _remind(now, report)
    return report


def _resume(now: datetime, report: SweepReport) -> None:
    """Where the notified time of a special procedure ran out the clock counts again: lists must show its due date."""
    lapsed = SpecialProcedure.objects.filter(ended_on=None, notified_until__lt=legal_date(now))
    resumed = Case.objects.filter(is_open=True, paused=True, pk__in=lapsed.values("case_id"))
    _each(resumed, lambda number: _refresh(number, now), report)


def _each(cases: QuerySet[Case], act: Callable[[str], bool], report: SweepReport) -> int:
    done = 0
    for number in list(cases.order_by("pk").values_list("number", flat=True)):
        try:
            done += act(number)
        except DomainError:
            report.failed += 1
    return done


def _remind(now: datetime, report: SweepReport) -> int:
    """Remind applicants of an open correction; the record of it is the event, so nobody is reminded twice."""
    today = legal_date(now)
    last = today + timedelta(days=max(REMIND_BEFORE))
    notices = CorrectionNotice.objects.filter(
        answered_on=None, served_on__lt=today, respond_by__gte=today, respond_by__lte=last, case__is_open=True
    )
    wanted = Case.objects.filter(pk__in=notices.values("case_id"))
    return _each(wanted, lambda number: _remind_one(number, now), report)


def _remind_one(number: str, now: datetime) -> bool:
    with working(number, SYSTEM, now) as work:
        notice = work.loaded.correction
        if notice is None or notice.answered_on is not None:
            return False
        steps = [notice.respond_by - timedelta(days=days) for days in REMIND_BEFORE]
        reached = max((step for step in steps if step <= work.today), default=None)
        if reached is None or any(day >= reached.isoformat() for day in notice.reminded):
            return False
        notice.reminded = [*notice.reminded, work.today.isoformat()]
        notice.save(update_fields=["reminded"])
        work.record("remind", {"notice": notice.number, "respond_by": notice.respond_by.isoformat()})
        mail_reminder.enqueue(number, notice.number, work.today.isoformat())
    return True


def refresh_open_cases(*, now: datetime) -> int:
    """Recompute the index columns of all open cases: after a calendar was loaded. Returns how many changed.

    Which of them change is found out beforehand, without a lock and many at a time; a new year moves few, and only
    those are locked and written.
    """
    changed = 0
    cases = list(Case.objects.filter(is_open=True).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(cases), AT_ONCE):
        for number in _outdated(cases[start : start + AT_ONCE], legal_date(now)):
            changed += _refresh(number, now)
    return changed


def _outdated(cases: Sequence[int], today: date) -> list[str]:
    """The numbers of those ``cases`` whose index columns, or whose correction date, today's calendar says otherwise."""
    many = loaded_many(list(Case.objects.filter(pk__in=cases).order_by("pk")))
    calendar = calendars.current()
    dues = facts.due_dates_of_many(many, calendar, today)
    return [
        loaded.case.number
        for loaded, dates in zip(many, dues, strict=True)
        if snapshot.index_columns(loaded.case) != (*dates, loaded.case.is_open and facts.clock_is_paused(loaded, today))
        or any(row.due_on != facts.review_due(loaded, row, calendar, today) for row in loaded.reviews)
        or _waits_for_calendar(loaded.correction)
    ]


def _waits_for_calendar(notice: CorrectionNotice | None) -> bool:
    """Whether the applicant has a notice to answer whose date is provisional."""
    return notice is not None and notice.answered_on is None and notice.provisional


def _firm_correction(work: Work) -> None:
    """A correction date that was provisional when the notice went out is worked out anew from its working days.

    The applicant was told the number of days; the date that they came to is recorded for the applicant to read.
    """
    notice = work.loaded.correction
    if notice is None or not _waits_for_calendar(notice):
        return
    due = correction_due(work, notice.served_on)
    notice.respond_by, notice.provisional = due, not work.calendar.is_firm(due)
    notice.save(update_fields=["respond_by", "provisional"])
    if not notice.provisional:
        work.record("firm_correction", {"notice": notice.number, "respond_by": due.isoformat()})


def _refresh(number: str, now: datetime) -> bool:
    with working(number, SYSTEM, now) as work:
        _firm_correction(work)
        before = snapshot.index_columns(work.case)
        snapshot.refresh(work.loaded, work.calendar, work.today)
        work.save_reviews()
        work.rows.write()
        if before == snapshot.index_columns(work.case):
            return False
        others = ("holder_organisation", "holder_duty", "waiting_for_applicant")
        work.case.save(update_fields=[*snapshot.INDEX_COLUMNS, *others])
    return True
