"""征求意见: asking another department about an open case, answering, taking the answer back, withdrawing the question.

Nothing here moves a clock, a status or a holder: the applicant's limits run on as if nobody had asked, and whoever
decides may go on without the answer.
"""

from __future__ import annotations

from datetime import date, datetime

from tongban.accounts import queries as accounts
from tongban.cases import snapshot
from tongban.cases.models import Consultation
from tongban.cases.work import Work, invalid, text, working
from tongban.core.actors import Actor
from tongban.core.consulting import ANSWERING
from tongban.core.errors import gettext_noop
from tongban.core.lifecycle import Verb


def consult(
    *,
    number: str,
    actor: Actor,
    organisation: str,
    question: str,
    now: datetime,
    material_key: str = "",
    wish_on: date | None = None,
    expected_seq: int | None = None,
) -> int:
    """Ask ``organisation`` a question, about one material or the whole case; returns the question's number.

    ``wish_on`` is by when an answer would help. It binds nobody and no clock knows of it.
    """
    question = text(question, "question")
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.CONSULT)
        _check_entries(work, organisation, material_key, wish_on)
        row = Consultation.objects.create(
            case=work.case,
            number=work.case.consultations.count() + 1,
            organisation=organisation,
            question=question,
            material_key=material_key,
            wish_on=wish_on,
            asked_by=actor.id,
            asked_for=work.acting_for,
            asked_from=actor.organisation,
            asked_on=work.today,
        )
        _record(work, Verb.CONSULT, row)
        return row.number


def _check_entries(work: Work, organisation: str, material_key: str, wish_on: date | None) -> None:
    if organisation == work.actor.organisation:
        raise invalid(
            "organisation",
            gettext_noop("This is your own department."),
            gettext_noop("Write a note instead, or choose another department."),
        )
    if organisation not in accounts.staffed(work.case.region_code, ANSWERING, work.today):
        raise invalid(
            "organisation",
            gettext_noop("Nobody in this department could answer."),
            gettext_noop("Choose a department from the list."),
        )
    if material_key and not work.case.materials.filter(key=material_key).exists():
        raise invalid(
            "material_key", gettext_noop("There is no such material."), gettext_noop("Choose one from the list.")
        )
    if wish_on is not None and wish_on < work.today:
        raise invalid(
            "wish_on",
            gettext_noop("The day lies in the past."),
            gettext_noop("Choose today or a later day, or leave it empty."),
        )


def answer_consultation(
    *,
    number: str,
    actor: Actor,
    consultation: int,
    answer: str,
    now: datetime,
    expected_seq: int | None = None,
) -> None:
    """The asked department's one answer, by an officer who holds a post there."""
    answer = text(answer, "answer")
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.ANSWER_CONSULTATION, consultation=consultation)
        row = _row(work, consultation)
        row.answer, row.answered_on = answer, work.today
        row.answered_by, row.answered_for = actor.id, work.acting_for
        row.save()
        _record(work, Verb.ANSWER_CONSULTATION, row)


def take_back_answer(
    *, number: str, actor: Actor, consultation: int, now: datetime, expected_seq: int | None = None
) -> None:
    """The answer does not stand any more and the question is open again; what was said stays readable."""
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.TAKE_BACK_ANSWER, consultation=consultation)
        row = _row(work, consultation)
        assert row.answered_on is not None  # the guard asked
        said = {"answer": row.answer, "by": row.answered_by, "for": row.answered_for, "on": row.answered_on.isoformat()}
        row.taken_back = [*row.taken_back, said]
        row.answer, row.answered_by, row.answered_for, row.answered_on = "", "", "", None
        row.save()
        _record(work, Verb.TAKE_BACK_ANSWER, row)


def withdraw_consultation(
    *, number: str, actor: Actor, consultation: int, now: datetime, expected_seq: int | None = None
) -> None:
    """The question needs no answer any more; the asked department does not see the case for it any longer."""
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.WITHDRAW_CONSULTATION, consultation=consultation)
        row = _row(work, consultation)
        row.withdrawn_on = work.today
        row.save()
        _record(work, Verb.WITHDRAW_CONSULTATION, row)


def _row(work: Work, number: int) -> Consultation:
    return next(row for row in work.loaded.consultations if row.number == number)


def _record(work: Work, verb: Verb, row: Consultation) -> None:
    digest = snapshot.consultation_digest(row)
    work.record(verb, {"number": row.number, "organisation": row.organisation, "consultation": digest})
