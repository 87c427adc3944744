"""Named guards of the lifecycle table: one short function per rule, whose refusal is what the person reads.

Each takes the case's facts and the actor's capacities and returns nothing, or raises :class:`Refused` or
:class:`Forbidden` with the rule and the remedy.
"""

from __future__ import annotations

from tongban.core.case_facts import CaseState, Relation, ReviewState
from tongban.core.errors import Forbidden, Refused, gettext_noop
from tongban.core.law import Citation


def _refuse(
    code: str, message: str, remedy: str, rule: Citation | None = None, error: type = Refused, **params: object
) -> None:
    raise error(message, remedy=remedy, rule=rule, params=params, code=code)


def _law(article: int, paragraph: int = 0, item: int = 0) -> Citation:
    return Citation("licensing", article, paragraph, item)


# Who has the case.


def not_assigned_elsewhere(state: CaseState, relation: Relation) -> None:
    """A case assigned to one officer is not acted on by another of the same post, unless by who stands in for him."""
    if state.assignee and not _has_it(state.assignee, state.assigned_for, relation):
        _refuse(
            "assigned_elsewhere",
            gettext_noop("The case is assigned to another officer."),
            gettext_noop("Take it over or have it put back first."),
        )


def _has_it(assignee: str, assigned_for: str, relation: Relation) -> bool:
    """Oneself, whom one stands in for, or what a deputy got in one's own place while one was away."""
    return assignee in (relation.actor_id, relation.acting_for) or assigned_for == relation.actor_id


def is_assigned(state: CaseState, relation: Relation) -> None:
    """Only an assigned case can be put back."""
    if not state.assignee:
        _refuse(
            "not_assigned",
            gettext_noop("The case is assigned to nobody."),
            gettext_noop("It is in your department's list already."),
        )


# Completeness: 行政许可法 art. 32.


def not_deemed_accepted(state: CaseState, relation: Relation) -> None:
    """After five silent working days the application counts as accepted; refusing or correcting is too late."""
    if state.completeness_overdue and not state.completeness_provisional and state.track == "licence":
        _refuse(
            "deemed_accepted",
            gettext_noop("Five working days passed without notice: the application counts as accepted since %(on)s."),
            gettext_noop("The system records the deemed acceptance within minutes; then go on with the review."),
            _law(32, 1, 4),
            on=state.received_on,
        )


def silence_has_passed(state: CaseState, relation: Relation) -> None:
    """Deemed acceptance needs a firm, passed limit and no notice in time."""
    if state.correction_open or not state.completeness_overdue or state.completeness_provisional:
        _refuse(
            "no_silence",
            gettext_noop("The five working days for the completeness check have not passed."),
            gettext_noop("Nothing needs to be done; the system looks again by itself."),
            _law(32, 1, 4),
        )


def no_open_correction(state: CaseState, relation: Relation) -> None:
    """While the applicant is correcting, the authority waits."""
    if state.correction_open:
        _refuse(
            "correction_open",
            gettext_noop("The applicant has a correction notice to answer by %(by)s."),
            gettext_noop("The case comes back when the correction is handed in."),
            _law(32, 1, 4),
            by=state.correction_respond_by,
        )


def correction_is_open(state: CaseState, relation: Relation) -> None:
    """A correction answers a notice."""
    if not state.correction_open:
        _refuse(
            "no_correction",
            gettext_noop("There is no correction notice to answer."),
            gettext_noop("You can change the application only when you are asked to."),
        )


def applicant_is_asked(state: CaseState, relation: Relation) -> None:
    """A reminder needs something to remind of."""
    if not (state.correction_open or state.clarification_open):
        _refuse(
            "nothing_asked",
            gettext_noop("Nothing is asked of the applicant."),
            gettext_noop("A reminder goes out only while a correction or a question is open."),
        )


def no_unmet_points(state: CaseState, relation: Relation) -> None:
    """Complete means complete: points found wrong go into the one notice first."""
    if state.open_points or state.failed_points:
        _refuse(
            "points_open",
            gettext_noop("There are %(count)s points that are not met."),
            gettext_noop("Send the correction notice, or mark the points as met."),
            _law(32, 1, 4),
            count=max(state.open_points, state.failed_points),
        )


def completeness_checked(state: CaseState, relation: Relation) -> None:
    """Acceptance rests on the check points of the completeness step."""
    if state.unchecked_points:
        _refuse(
            "points_unchecked",
            gettext_noop("There are %(count)s check points without a finding."),
            gettext_noop("Mark each as met or not met."),
            count=state.unchecked_points,
        )


def has_points_to_send(state: CaseState, relation: Relation) -> None:
    """A notice without points would tell the applicant nothing."""
    if state.unjudged_points:
        _refuse(
            "points_unjudged",
            gettext_noop("%(count)s corrected points have not been looked at again."),
            gettext_noop("Mark each as met or not met."),
            _law(32, 1, 4),
            count=state.unjudged_points,
        )
    if not state.sendable_points:
        _refuse(
            "no_points",
            gettext_noop("Nothing is annotated yet."),
            gettext_noop("Write at the material what is wrong and how to mend it."),
            _law(32, 1, 4),
        )


def all_materials_seen(state: CaseState, relation: Relation) -> None:
    """The notice is given once and lists everything, so everything must have been looked at."""
    if state.unseen_materials:
        _refuse(
            "materials_unseen",
            gettext_noop("You can notify only once, and %(count)s materials have not been looked at."),
            gettext_noop("Open them first."),
            _law(32, 1, 4),
            count=state.unseen_materials,
        )


def all_points_judged(state: CaseState, relation: Relation) -> None:
    """What the one notice leaves out cannot be asked for later, so every check point is met or annotated by then."""
    if state.unlisted_points:
        _refuse(
            "points_unlisted",
            gettext_noop("You can notify only once, and %(count)s check points are neither met nor annotated."),
            gettext_noop("Mark each as met, or write what is wrong and how to mend it."),
            _law(32, 1, 4),
            count=state.unlisted_points,
        )


def correction_closes_and_is_past(state: CaseState, relation: Relation) -> None:
    """Silence of the applicant closes the case only where the item's own source says so."""
    if not (state.correction_open and state.correction_closes and state.correction_respond_by):
        _refuse(
            "does_not_close",
            gettext_noop("This item has no rule that closes a case without a correction."),
            gettext_noop("Remind the applicant."),
        )
    elif state.as_of <= state.correction_respond_by or state.correction_provisional:
        _refuse(
            "not_yet_past",
            gettext_noop("The date for the correction has not passed."),
            gettext_noop("The case stays open until %(by)s."),
            by=state.correction_respond_by,
        )


# Under review.


def no_open_pause(state: CaseState, relation: Relation) -> None:
    """A special procedure must have ended."""
    if state.pause_open:
        _refuse(
            "pause_open",
            gettext_noop("A special procedure is still running."),
            gettext_noop("Record its result first."),
            _law(45),
        )


def clock_is_running(state: CaseState, relation: Relation) -> None:
    """An extension names the old and the new due date; while the clock stands still there is neither."""
    if state.clock_paused:
        _refuse(
            "clock_paused",
            gettext_noop("The clock is paused: no due date can be told and none can be extended."),
            gettext_noop("Extend once the result is in, if the time left is too short."),
            _law(45),
        )


def pause_is_open(state: CaseState, relation: Relation) -> None:
    """Only a running special procedure can be supplemented or ended."""
    if not state.pause_open:
        _refuse(
            "no_pause",
            gettext_noop("No special procedure is running."),
            gettext_noop("Start one with a written notice if the law and the item allow it."),
            _law(45),
        )


def not_overdue(state: CaseState, relation: Relation) -> None:
    """What is late cannot be made timely afterwards."""
    if state.overdue:
        _refuse(
            "overdue",
            gettext_noop("The statutory limit has passed; it can no longer be paused or extended."),
            gettext_noop("Decide now and state the reason for the delay."),
            _law(42),
        )


def item_lists_special(state: CaseState, relation: Relation) -> None:
    """Only grounds of art. 45 that the item lists with their basis."""
    if not state.special_listed:
        _refuse(
            "ground_not_listed",
            gettext_noop("This item does not list that special procedure."),
            gettext_noop("Choose one that the guide names, or go on within the limit."),
            _law(45),
        )


def item_allows_extension(state: CaseState, relation: Relation) -> None:
    """No extension of a limit set by special law unless that law has one."""
    if not state.extension_allowed:
        _refuse(
            "no_extension",
            gettext_noop("The limit of this item cannot be extended."),
            gettext_noop("Decide within the limit."),
            _law(42),
        )


def extended_once_only(state: CaseState, relation: Relation) -> None:
    """One extension."""
    if state.extended:
        _refuse(
            "extended_already",
            gettext_noop("The limit has been extended once already."),
            gettext_noop("Decide within the extended limit."),
            _law(42),
        )


def _own_review(state: CaseState, relation: Relation) -> ReviewState:
    """The review the verb is about, if it is the officer's own department's."""
    review = state.review()
    if review is None or review.key not in relation.review_keys:
        raise Forbidden(
            gettext_noop("This review is with another department."),
            remedy=gettext_noop("Open the review of your own department."),
            code="not_your_review",
        )
    return review


def review_is_open(state: CaseState, relation: Relation) -> None:
    """An opinion needs an open review of the officer's own department."""
    review = _own_review(state, relation)
    if review.first_by:
        _refuse(
            "opinion_given",
            gettext_noop("The opinion of this department has been given."),
            gettext_noop("See it on the case page."),
        )


def review_not_assigned_elsewhere(state: CaseState, relation: Relation) -> None:
    """An assigned review is done by its officer, or by who stands in for that one."""
    review = state.review()
    if review and review.assignee and not _has_it(review.assignee, review.assigned_for, relation):
        _refuse(
            "review_assigned_elsewhere",
            gettext_noop("The review is assigned to another officer."),
            gettext_noop("Take it over or have it put back first."),
        )


def review_awaits_second(state: CaseState, relation: Relation) -> None:
    """The second signature follows the first and is needed only for a substance check."""
    review = _own_review(state, relation)
    if review.done or not review.first_by or review.officers < 2:
        _refuse(
            "no_second_needed",
            gettext_noop("No second officer's signature is awaited."),
            gettext_noop("See the review on the case page."),
            _law(34, 3),
        )


def second_officer_differs(state: CaseState, relation: Relation) -> None:
    """Two officers are two persons, and neither signs for the other: a deputy beside the one deputised is one."""
    review = state.review()
    if review and review.first_by and ({review.first_by, review.first_for} - {""}) & relation.persons:
        if review.first_by != relation.actor_id:
            _refuse(
                "deputy_beside_deputised",
                gettext_noop("The first signature and yours would be those of a deputy and of the one deputised."),
                gettext_noop("A third officer of your department has to sign as the second."),
                _law(34, 3),
                error=Forbidden,
            )
        _refuse(
            "same_officer",
            gettext_noop("You signed this opinion as the first officer."),
            gettext_noop("A second officer of your department has to sign."),
            _law(34, 3),
            error=Forbidden,
        )


def no_open_clarification(state: CaseState, relation: Relation) -> None:
    """One question at a time, so that the applicant has one thing to answer."""
    if state.clarification_open:
        _refuse(
            "clarification_open",
            gettext_noop("The applicant has a question to answer already."),
            gettext_noop("Wait for the answer or go on without it."),
        )


def clarification_is_open(state: CaseState, relation: Relation) -> None:
    """An answer needs a question."""
    if not state.clarification_open:
        _refuse(
            "no_clarification",
            gettext_noop("There is no question to answer."),
            gettext_noop("You will find questions of the authority on this page."),
        )


# Decision and after.


def reviews_are_done(state: CaseState, relation: Relation) -> None:
    """The decision rests on every department's opinion."""
    waiting = [review.name for review in state.reviews if not review.done]
    if waiting:
        _refuse(
            "reviews_open",
            gettext_noop("Opinions are still missing: %(names)s."),
            gettext_noop("Ask these departments; the clock of each is on the case page."),
            names="、".join(waiting),
        )


def inspection_is_done(state: CaseState, relation: Relation) -> None:
    """A site inspection the item requires or a reviewer ordered must be recorded."""
    if state.inspection_needed and not state.inspection_done:
        _refuse(
            "inspection_open",
            gettext_noop("The site inspection has not been recorded."),
            gettext_noop("Two officers inspect and record their findings first."),
            _law(34, 3),
        )


def item_has_inspection(state: CaseState, relation: Relation) -> None:
    """A site is inspected only where the item's procedure has an inspection."""
    if not state.inspection_possible:
        _refuse(
            "no_inspection",
            gettext_noop("The procedure of this item has no site inspection."),
            gettext_noop("Ask the applicant a question instead."),
        )


def inspection_not_late(state: CaseState, relation: Relation) -> None:
    """Where an inspection brings a longer limit it is ordered before the shorter one has passed."""
    if state.inspection_lengthens:
        not_overdue(state, relation)


def inspection_not_ordered(state: CaseState, relation: Relation) -> None:
    """An inspection is ordered once."""
    if state.inspection_needed:
        _refuse(
            "inspection_ordered",
            gettext_noop("A site inspection is planned already."),
            gettext_noop("Two officers record their findings on the case page."),
        )


def decider_is_not_accepter(state: CaseState, relation: Relation) -> None:
    """Acceptance and decision are by different persons, unless an instant item names one officer.

    The person counts, not the post. Who stands in for the accepter may no more decide than the accepter could.
    """
    persons = (relation.actor_id, relation.acting_for)
    if state.accepted_by and state.accepted_by in persons and not relation.delegated:
        if state.accepted_by == relation.acting_for:
            _refuse(
                "accepter_decides",
                gettext_noop("The officer you stand in for accepted this case and could not decide it either."),
                gettext_noop("Hand it to another decision maker."),
                error=Forbidden,
            )
        _refuse(
            "accepter_decides",
            gettext_noop("You accepted this case; acceptance and decision cannot be by the same person."),
            gettext_noop("Hand it to another decision maker."),
            error=Forbidden,
        )


def transition_is_settled(state: CaseState, relation: Relation) -> None:
    """A case pending under a version no longer in force follows the new version's transition rule."""
    if state.pending_rule == "missing":
        _refuse(
            "transition_missing",
            gettext_noop("The rules of this item changed while the case was pending, and no transition rule is known."),
            gettext_noop("The catalogue manager has to publish the transition rule with its source first."),
        )
    if state.pending_rule == "convert":
        _refuse(
            "transition_convert",
            gettext_noop("The rules of this item changed; pending cases are converted to the new version."),
            gettext_noop("Convert the case, then go on."),
        )
    if state.pending_rule == "terminate":
        _refuse(
            "transition_terminate",
            gettext_noop("The rules of this item changed; pending cases are terminated."),
            gettext_noop("Terminate the case and tell the applicant why."),
        )


def rule_says_convert(state: CaseState, relation: Relation) -> None:
    """Converting needs a published rule."""
    if state.pending_rule != "convert":
        _refuse(
            "no_conversion",
            gettext_noop("No transition rule asks for a conversion of this case."),
            gettext_noop("Go on under the version the case was filed under."),
        )


def may_terminate(state: CaseState, relation: Relation) -> None:
    """A termination names a ground that holds; silence of the applicant after acceptance is none."""
    if not state.termination_ground:
        _refuse(
            "no_ground",
            gettext_noop("A termination needs its ground."),
            gettext_noop("Choose the ground and name its source."),
        )
    if state.termination_ground == "transition" and state.pending_rule != "terminate":
        _refuse(
            "rule_does_not_terminate",
            gettext_noop("No transition rule terminates this case."),
            gettext_noop("Choose another ground or decide the case."),
        )


def silence_means_granted(state: CaseState, relation: Relation) -> None:
    """Renewal: no decision before the old licence expired counts as renewed (行政许可法 art. 50(2))."""
    expired = state.not_after is not None and state.as_of > state.not_after
    if not (state.silence_granted and expired):
        _refuse(
            "no_rule_of_silence",
            gettext_noop("Silence does not mean granted here."),
            gettext_noop("The case waits for its decision."),
            _law(50, 2),
        )


def result_has_certificate(state: CaseState, relation: Relation) -> None:
    """There must be something to make."""
    if not state.has_certificate:
        _refuse(
            "no_certificate",
            gettext_noop("This item ends without a certificate."),
            gettext_noop("Deliver the decision instead."),
        )


def result_has_no_certificate(state: CaseState, relation: Relation) -> None:
    """The certificate comes before its delivery."""
    if state.has_certificate:
        _refuse(
            "certificate_first",
            gettext_noop("The certificate has not been made."),
            gettext_noop("Make it first."),
            _law(44),
        )


def licence_is_signed(state: CaseState, relation: Relation) -> None:
    """Delivery opens once the signed file's hash is recorded."""
    if not state.licence_signed:
        _refuse(
            "not_signed",
            gettext_noop("The licence file is still being made and signed."),
            gettext_noop("Try again in a minute; the operator sees it if it fails."),
        )
