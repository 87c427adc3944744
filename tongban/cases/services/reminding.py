"""Reminding the applicant of what is asked of it already: a correction to hand in, or a question to answer."""

from __future__ import annotations

from datetime import datetime

from tongban.accounts import queries as accounts
from tongban.cases.effects import mail_question_reminder, mail_reminder
from tongban.cases.models import Clarification, CorrectionNotice
from tongban.cases.work import Work, working
from tongban.core.actors import Actor
from tongban.core.errors import Refused, gettext_noop
from tongban.core.lifecycle import Verb
from tongban.records import queries as records

#: Verbs under which reminders stand in the chain: of the correction, of the question.
REMINDERS = ("remind", "remind_question")


def remind(*, number: str, actor: Actor, now: datetime, expected_seq: int | None = None) -> None:
    """Mail the applicant what is still open. At most once a day, whoever asks for it and the schedule included.

    Raises Refused where nothing is asked of the applicant, where it was reminded today, and where no address is
    known: an officer who believes in a reminder that nobody gets would wait in vain.
    """
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.REMIND)
        _check_address(work)
        _check_first_today(work)
        notice = work.loaded.correction
        if notice is not None and notice.answered_on is None:
            _of_correction(work, notice)
        else:
            _of_question(work)


def _check_address(work: Work) -> None:
    to = accounts.recipient(work.case.applicant_id, work.case.agent, work.case.item_key, work.today)
    if not (to.email or to.phone or to.accounts):
        raise Refused(
            gettext_noop("The applicant left no address, and no account of its own receives messages."),
            remedy=gettext_noop("Call the phone number on the case page instead."),
            code="no_address",
        )


def _check_first_today(work: Work) -> None:
    days = {event.legal_date for event in records.events(work.chain) if event.verb in REMINDERS}
    if work.today in days:
        raise Refused(
            gettext_noop("The applicant was reminded today already."),
            remedy=gettext_noop("Remind again tomorrow at the earliest."),
            code="reminded",
        )


def _of_correction(work: Work, notice: CorrectionNotice) -> None:
    day = work.today.isoformat()
    notice.reminded = [*notice.reminded, day]
    notice.save(update_fields=["reminded"])
    work.record("remind", {"notice": notice.number, "respond_by": notice.respond_by.isoformat()})
    mail_reminder.enqueue(work.case.number, notice.number, day)


def _of_question(work: Work) -> None:
    question = Clarification.objects.filter(case=work.case, answered_on=None).latest("number")
    work.record("remind_question", {"question": question.number})
    mail_question_reminder.enqueue(work.case.number, question.number, work.today.isoformat())
