"""Guards of an internal consultation 征求意见: one department asks another a question about an open case.

A consultation is no review of the procedure: nothing waits for it and no clock looks at it. The applicant's limits
run on as they would without it (行政许可法 art. 42 knows no such ground, and art. 45 lists what stops a clock).
"""

from __future__ import annotations

from tongban.core.actors import Duty
from tongban.core.case_facts import CaseState, ConsultationState, Relation, Status
from tongban.core.errors import Forbidden, Refused, gettext_noop

#: Statuses in which the case is undecided: only then is a question worth asking, and only then may it be looked into.
UNDECIDED = frozenset({Status.RECEIVED, Status.ACCEPTED})
#: Posts that answer for their department. Who watches, runs the installation or edits items answers nothing.
ANSWERING = frozenset(Duty) - {Duty.SUPERVISOR, Duty.CATALOGUE_MANAGER, Duty.OPERATOR}


def _about(state: CaseState) -> ConsultationState:
    """The question the verb is about."""
    if state.consultation is None:
        raise Refused(
            gettext_noop("There is no such question to a department."),
            remedy=gettext_noop("You will find the questions of this case on its page."),
            code="no_consultation",
        )
    return state.consultation


def consultation_is_own(state: CaseState, relation: Relation) -> None:
    """Only the asked department answers."""
    if _about(state).number not in relation.consulted:
        raise Forbidden(
            gettext_noop("Another department was asked."),
            remedy=gettext_noop("Its officers find the question in their work list."),
            code="not_your_consultation",
        )


def consultation_is_open(state: CaseState, relation: Relation) -> None:
    """One question has one answer, and one that was withdrawn wants none."""
    asked = _about(state)
    if asked.withdrawn:
        raise Refused(
            gettext_noop("The question was withdrawn."),
            remedy=gettext_noop("Nothing is left to do on it."),
            code="consultation_withdrawn",
        )
    if asked.answered_by:
        raise Refused(
            gettext_noop("The question has been answered."),
            remedy=gettext_noop("Read the answer on the case page; whoever gave it can take it back."),
            code="consultation_answered",
        )


def consultation_is_answered(state: CaseState, relation: Relation) -> None:
    """Only an answer that was given can be taken back."""
    if not _about(state).answered_by:
        raise Refused(
            gettext_noop("There is no answer to take back."),
            remedy=gettext_noop("Answer the question first."),
            code="consultation_unanswered",
        )


def answer_is_own(state: CaseState, relation: Relation) -> None:
    """An answer is taken back by who gave it, by whom it was given for, or by who stands in for either."""
    asked = _about(state)
    if not _is_person(asked.answered_by, asked.answered_for, relation):
        raise Forbidden(
            gettext_noop("A colleague of your department gave this answer."),
            remedy=gettext_noop("Ask that person to take it back."),
            code="not_your_answer",
        )


def question_is_own(state: CaseState, relation: Relation) -> None:
    """A question is withdrawn by who asked it, by whom it was asked for, or by who stands in for either."""
    asked = _about(state)
    if not _is_person(asked.asked_by, asked.asked_for, relation):
        raise Forbidden(
            gettext_noop("Another officer asked this question."),
            remedy=gettext_noop("Ask that person to withdraw it, or go on without the answer."),
            code="not_your_question",
        )


def _is_person(by: str, in_place_of: str, relation: Relation) -> bool:
    return by in (relation.actor_id, relation.acting_for) or in_place_of == relation.actor_id
