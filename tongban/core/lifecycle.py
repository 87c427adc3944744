"""The lifecycle of a case: one table (track, status, verb) → next status, who may, under which article.

Statuses are few. A pause, an open correction, open reviews, a clarification are facts beside the status and are
tested by the guards named in the table. :func:`check` is used by the services before they act and by the screens
to switch a button off and say why: the same function, so the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from tongban.core import consulting, guards
from tongban.core.case_facts import CaseState, Relation, Status, Who
from tongban.core.errors import DomainError, Forbidden, Refused, gettext_noop
from tongban.core.items import Track
from tongban.core.law import Citation

Guard = Callable[[CaseState, Relation], None]


class Verb(StrEnum):
    """Everything that can happen to a case."""

    SUBMIT = "submit"
    ASSIGN = "assign"
    PUT_BACK = "put_back"
    NOTE = "note"
    REMIND = "remind"
    ANNOTATE = "annotate"
    CHECK = "check"
    ACCEPT = "accept"
    REQUEST_CORRECTION = "request_correction"
    SUBMIT_CORRECTION = "submit_correction"
    CLOSE_UNCORRECTED = "close_uncorrected"
    NOT_REQUIRED = "not_required"
    REFUSE_ACCEPTANCE = "refuse_acceptance"
    DEEM_ACCEPTED = "deem_accepted"
    FILE = "file"
    START_SPECIAL = "start_special"
    SUPPLEMENT_SPECIAL = "supplement_special"
    END_SPECIAL = "end_special"
    EXTEND = "extend"
    OPINION = "opinion"
    COUNTERSIGN = "countersign"
    ORDER_INSPECTION = "order_inspection"
    INSPECT = "inspect"
    REQUEST_CLARIFICATION = "request_clarification"
    ANSWER_CLARIFICATION = "answer_clarification"
    CONSULT = "consult"
    ANSWER_CONSULTATION = "answer_consultation"
    TAKE_BACK_ANSWER = "take_back_answer"
    WITHDRAW_CONSULTATION = "withdraw_consultation"
    GRANT = "grant"
    REFUSE = "refuse"
    DEEM_GRANTED = "deem_granted"
    MAKE_CERTIFICATE = "make_certificate"
    VOID_CERTIFICATE = "void_certificate"
    DELIVER = "deliver"
    WITHDRAW = "withdraw"
    TERMINATE = "terminate"
    CONVERT = "convert"


@dataclass(frozen=True)
class Transition:
    """One row of the table. ``next_status`` None: the status stays. Any one of ``who`` may act."""

    track: Track
    status: Status
    verb: Verb
    next_status: Status | None
    who: frozenset[Who]
    rule: Citation | None
    guards: tuple[Guard, ...] = ()


def _law(article: int, paragraph: int = 0, item: int = 0) -> Citation:
    return Citation("licensing", article, paragraph, item)


TABLE: dict[tuple[Track, Status, Verb], Transition] = {}


def _add(
    tracks: tuple[Track, ...],
    statuses: tuple[Status, ...],
    verb: Verb,
    next_status: Status | None,
    who: tuple[Who, ...],
    rule: Citation | None = None,
    *rules: Guard,
) -> None:
    for track in tracks:
        for status in statuses:
            TABLE[track, status, verb] = Transition(track, status, verb, next_status, frozenset(who), rule, rules)


_ALL = (Track.LICENCE, Track.FILING, Track.OTHER)
_ACCEPTED_TRACKS = (Track.LICENCE, Track.OTHER)
_L, _F, _O = (Track.LICENCE,), (Track.FILING,), (Track.OTHER,)
_OPEN = (Status.RECEIVED, Status.ACCEPTED, Status.GRANTED, Status.CERTIFIED)
_S = Status
_HANDLER = (Who.COMPLETENESS, Who.REVIEWER, Who.DECISION, Who.CERTIFICATE)

# Work on the case that changes no status.
_add(_ALL, _OPEN, Verb.ASSIGN, None, _HANDLER)
_add(_ALL, _OPEN, Verb.PUT_BACK, None, _HANDLER, None, guards.is_assigned)
_add(_ALL, tuple(Status), Verb.NOTE, None, (*_HANDLER, Who.EXTENSION, Who.SUPERVISOR))
# A reminder adds no demand and no term: it repeats what was asked, and only while it is asked.
_add(_ALL, (_S.RECEIVED,), Verb.REMIND, None, (Who.COMPLETENESS,), None, guards.applicant_is_asked)
_add(
    _ACCEPTED_TRACKS,
    (_S.ACCEPTED,),
    Verb.REMIND,
    None,
    (Who.REVIEWER, Who.DECISION),
    None,
    guards.applicant_is_asked,
)
_add(_ALL, (_S.RECEIVED,), Verb.ANNOTATE, None, (Who.COMPLETENESS,), None, guards.not_assigned_elsewhere)
_add(_ALL, (_S.RECEIVED,), Verb.CHECK, None, (Who.COMPLETENESS,), None, guards.not_assigned_elsewhere)
_add(_ALL, (_S.ACCEPTED,), Verb.CHECK, None, (Who.REVIEWER,))

# 征求意见 of another department, while nothing is decided. No status, no clock and no guard of a decision looks at it.
for _status, _asking in ((_S.RECEIVED, (Who.COMPLETENESS,)), (_S.ACCEPTED, (Who.REVIEWER, Who.DECISION))):
    _where = _ALL if _status is _S.RECEIVED else _ACCEPTED_TRACKS
    _add(_where, (_status,), Verb.CONSULT, None, _asking)
    _add(
        _where,
        (_status,),
        Verb.ANSWER_CONSULTATION,
        None,
        (Who.CONSULTED,),
        None,
        consulting.consultation_is_own,
        consulting.consultation_is_open,
    )
    _add(
        _where,
        (_status,),
        Verb.TAKE_BACK_ANSWER,
        None,
        (Who.CONSULTED,),
        None,
        consulting.consultation_is_own,
        consulting.consultation_is_answered,
        consulting.answer_is_own,
    )
    _add(
        _where,
        (_status,),
        Verb.WITHDRAW_CONSULTATION,
        None,
        (Who.COMPLETENESS, Who.REVIEWER, Who.DECISION),
        None,
        consulting.consultation_is_open,
        consulting.question_is_own,
    )

# Receipt to acceptance. A filing is complete or it is not: it knows no acceptance and no deemed acceptance.
_INTAKE = (guards.not_assigned_elsewhere, guards.not_deemed_accepted)
_add(
    _ACCEPTED_TRACKS,
    (_S.RECEIVED,),
    Verb.ACCEPT,
    _S.ACCEPTED,
    (Who.COMPLETENESS,),
    _law(32, 1, 5),
    *_INTAKE,
    guards.no_open_correction,
    guards.no_unmet_points,
    guards.completeness_checked,
)
_add(
    _ALL,
    (_S.RECEIVED,),
    Verb.REQUEST_CORRECTION,
    None,
    (Who.COMPLETENESS,),
    _law(32, 1, 4),
    *_INTAKE,
    guards.no_open_correction,
    guards.has_points_to_send,
    guards.all_materials_seen,
    guards.all_points_judged,
)
_add(_ALL, (_S.RECEIVED,), Verb.SUBMIT_CORRECTION, None, (Who.APPLICANT,), _law(32, 1, 4), guards.correction_is_open)
_add(
    _ALL,
    (_S.RECEIVED,),
    Verb.CLOSE_UNCORRECTED,
    _S.LAPSED,
    (Who.SYSTEM,),
    None,
    guards.correction_closes_and_is_past,
)
_add(
    _ACCEPTED_TRACKS,
    (_S.RECEIVED,),
    Verb.NOT_REQUIRED,
    _S.NOT_REQUIRED,
    (Who.COMPLETENESS,),
    _law(32, 1, 1),
    *_INTAKE,
)
_add(
    _ACCEPTED_TRACKS,
    (_S.RECEIVED,),
    Verb.REFUSE_ACCEPTANCE,
    _S.NOT_ACCEPTED,
    (Who.COMPLETENESS,),
    _law(32, 1, 2),
    *_INTAKE,
)
_add(
    _L,
    (_S.RECEIVED,),
    Verb.DEEM_ACCEPTED,
    _S.ACCEPTED,
    (Who.SYSTEM,),
    _law(32, 1, 4),
    guards.silence_has_passed,
)
_add(
    _F,
    (_S.RECEIVED,),
    Verb.FILE,
    _S.GRANTED,
    (Who.COMPLETENESS,),
    None,
    guards.not_assigned_elsewhere,
    guards.no_open_correction,
    guards.no_unmet_points,
    guards.completeness_checked,
    guards.transition_is_settled,
)

# After acceptance there is no return: a clarification runs on the clock and closes nothing by silence.
_REVIEWING = (Who.REVIEWER, Who.DECISION)
_add(
    _L,
    (_S.ACCEPTED,),
    Verb.START_SPECIAL,
    None,
    _REVIEWING,
    _law(45),
    guards.no_open_pause,
    guards.not_overdue,
    guards.item_lists_special,
)
_add(_L, (_S.ACCEPTED,), Verb.SUPPLEMENT_SPECIAL, None, _REVIEWING, _law(45), guards.pause_is_open, guards.not_overdue)
_add(_L, (_S.ACCEPTED,), Verb.END_SPECIAL, None, _REVIEWING, _law(45), guards.pause_is_open)
_add(
    _L,
    (_S.ACCEPTED,),
    Verb.EXTEND,
    None,
    (Who.EXTENSION,),
    _law(42),
    guards.item_allows_extension,
    guards.extended_once_only,
    guards.clock_is_running,
    guards.not_overdue,
)
_add(
    _ACCEPTED_TRACKS,
    (_S.ACCEPTED,),
    Verb.OPINION,
    None,
    (Who.REVIEWER,),
    None,
    guards.review_is_open,
    guards.review_not_assigned_elsewhere,
)
_add(
    _ACCEPTED_TRACKS,
    (_S.ACCEPTED,),
    Verb.COUNTERSIGN,
    None,
    (Who.REVIEWER,),
    _law(34, 3),
    guards.review_awaits_second,
    guards.second_officer_differs,
)
_add(
    _ACCEPTED_TRACKS,
    (_S.ACCEPTED,),
    Verb.ORDER_INSPECTION,
    None,
    _REVIEWING,
    _law(34, 3),
    guards.item_has_inspection,
    guards.inspection_not_ordered,
    guards.inspection_not_late,
)
_add(_ACCEPTED_TRACKS, (_S.ACCEPTED,), Verb.INSPECT, None, (Who.INSPECTOR,), _law(34, 3), guards.item_has_inspection)
_add(_ACCEPTED_TRACKS, (_S.ACCEPTED,), Verb.REQUEST_CLARIFICATION, None, _REVIEWING, None, guards.no_open_clarification)
_add(
    _ACCEPTED_TRACKS,
    (_S.ACCEPTED,),
    Verb.ANSWER_CLARIFICATION,
    None,
    (Who.APPLICANT,),
    None,
    guards.clarification_is_open,
)

# Decision, certificate, delivery.
_DECIDING = (
    guards.not_assigned_elsewhere,
    guards.reviews_are_done,
    guards.inspection_is_done,
    guards.no_open_pause,
    guards.decider_is_not_accepter,
    guards.transition_is_settled,
)
_add(_ACCEPTED_TRACKS, (_S.ACCEPTED,), Verb.GRANT, _S.GRANTED, (Who.DECISION,), _law(38, 1), *_DECIDING)
_add(_ACCEPTED_TRACKS, (_S.ACCEPTED,), Verb.REFUSE, _S.REFUSED, (Who.DECISION,), _law(38, 2), *_DECIDING)
_add(_L, (_S.ACCEPTED,), Verb.DEEM_GRANTED, _S.GRANTED, (Who.SYSTEM,), _law(50, 2), guards.silence_means_granted)
_add(
    _ALL,
    (_S.GRANTED,),
    Verb.MAKE_CERTIFICATE,
    _S.CERTIFIED,
    (Who.CERTIFICATE,),
    _law(44),
    guards.result_has_certificate,
)
# Made in error and still in the house: the grant stands, its ten working days run on, the right certificate is made.
_add(_ALL, (_S.CERTIFIED,), Verb.VOID_CERTIFICATE, _S.GRANTED, (Who.CERTIFICATE, Who.DECISION), None)
_add(
    _ALL,
    (_S.GRANTED,),
    Verb.DELIVER,
    _S.COMPLETED,
    (Who.DELIVERY, Who.CERTIFICATE),
    _law(44),
    guards.result_has_no_certificate,
)
_add(
    _ALL,
    (_S.CERTIFIED,),
    Verb.DELIVER,
    _S.COMPLETED,
    (Who.DELIVERY, Who.CERTIFICATE),
    _law(44),
    guards.licence_is_signed,
)

# Ends that are not decisions.
_add(_ALL, (_S.RECEIVED, _S.ACCEPTED), Verb.WITHDRAW, _S.WITHDRAWN, (Who.APPLICANT,), None)
_add(_ALL, (_S.RECEIVED, _S.ACCEPTED), Verb.TERMINATE, _S.TERMINATED, (Who.DECISION,), None, guards.may_terminate)
_add(
    _ALL,
    (_S.RECEIVED, _S.ACCEPTED),
    Verb.CONVERT,
    None,
    (Who.COMPLETENESS, Who.DECISION),
    None,
    guards.rule_says_convert,
)

#: Statuses in which nothing more can happen but notes.
CLOSED = frozenset(status for status in Status if status not in _OPEN)


@dataclass(frozen=True)
class Permit:
    """That a verb is allowed now: the row of the table, and the capacities it is done in."""

    transition: Transition
    relation: Relation


def permit(state: CaseState, verb: Verb, relation: Relation) -> Permit:
    """Settle in whose capacity ``verb`` may be done now: for whom it was assigned, else one's own, else a lent one.

    Raises :class:`Refused` where the status or a guard forbids it, :class:`Forbidden` where the actor's post does.
    The status is tested first: a person without the post learns nothing from the difference in wording because
    services answer :class:`NotFound` to whoever may not see the case at all.
    """
    row = TABLE.get((state.track, state.status, verb))
    if row is None:
        raise _wrong_status(state, verb)
    if relation.away_until is not None and verb is not Verb.NOTE:
        raise _on_leave(relation.away_until)
    refused: DomainError | None = None
    for capacity in _capacities(state, verb, relation):
        if not capacity.who & row.who:
            continue
        try:
            for guard in row.guards:
                guard(state, capacity)
        except DomainError as error:
            refused = refused or error
        else:
            return Permit(row, capacity)
    raise refused or Forbidden(
        gettext_noop("This step is not with your post."),
        remedy=gettext_noop("It is done by: %(who)s. Hand the case on, or ask them."),
        rule=row.rule,
        params={"who": [who.value for who in sorted(row.who)]},
        code="not_your_post",
    )


def check(state: CaseState, verb: Verb, relation: Relation) -> Transition:
    """Return the row that allows ``verb`` now for this actor; raises as :func:`permit` does."""
    return permit(state, verb, relation).transition


def _capacities(state: CaseState, verb: Verb, relation: Relation) -> list[Relation]:
    """The actor's own capacities and each lent one, in the order in which they are tried.

    What was assigned to the actor in place of an absent officer is done for that officer.
    """
    review = state.review()
    assigned_for = review.assigned_for if review else state.assigned_for
    lent = [
        replace(
            relation,
            who=item.who,
            review_keys=item.review_keys,
            consulted=item.consulted,
            delegated=item.delegated,
            acting_for=item.officer,
            acting_as=item.kind,
        )
        for item in relation.stand_ins
        if item.allows(verb)
    ]
    first = [item for item in lent if item.acting_for == assigned_for]
    return [*first, relation, *(item for item in lent if item.acting_for != assigned_for)]


def _on_leave(until: date) -> Forbidden:
    return Forbidden(
        gettext_noop("You are on leave until %(until)s; your deputy acts for you."),
        remedy=gettext_noop("If you are back, end your leave on “My post” first."),
        params={"until": until},
        code="on_leave",
    )


def converted_status(status: Status, old: Track, new: Track) -> Status:
    """Where a converted case stands: on the same track nothing changes, on another it is received anew."""
    return status if old is new else Status.RECEIVED


def refusal(state: CaseState, verb: Verb, relation: Relation) -> DomainError | None:
    """Why ``verb`` is off for this actor now, or None when it is on."""
    try:
        check(state, verb, relation)
    except DomainError as error:
        return error
    return None


def _wrong_status(state: CaseState, verb: Verb) -> Refused:
    possible = sorted({status.value for track, status, other in TABLE if track is state.track and other is verb})
    if state.status in CLOSED:
        message = gettext_noop("The case is closed (%(status)s); nothing more can be done on it.")
        remedy = gettext_noop("If something is still wanted, a new application is needed.")
    elif not possible:
        message = gettext_noop("An item on this track knows no “%(verb)s”.")
        remedy = gettext_noop("See the case page for the steps that are open.")
    else:
        message = gettext_noop("“%(verb)s” is not possible while the case is “%(status)s”.")
        remedy = gettext_noop("It is possible in: %(possible)s.")
    return Refused(
        message,
        remedy=remedy,
        params={"verb": verb.value, "status": state.status.value, "possible": possible},
        code="wrong_status",
    )
