"""Refusals that services and the desk share: a button is off for the reason that the service would give."""

from __future__ import annotations

from typing import Protocol

from tongban.cases import capacities
from tongban.cases.models import Case
from tongban.core.actors import Actor
from tongban.core.case_facts import Relation
from tongban.core.errors import Forbidden, Refused, gettext_noop
from tongban.core.lifecycle import Verb


class Held(Protocol):
    """A case in the hands of an actor: a verb's work, or the sheet that a page is cut from."""

    case: Case
    actor: Actor
    relation: Relation


def holds_whole(held: Held, verb: Verb) -> bool:
    """Whether the case as a whole is with the actor's post, or with one that it acts for."""
    case = held.case
    return capacities.holds(held.actor, case.holder_organisation, case.holder_duty, case.item_key, verb)


def with_another_post() -> Forbidden:
    """A case is handed on by the post that has it, not by a department that reviews it."""
    return Forbidden(
        gettext_noop("The case as a whole is with another post."),
        remedy=gettext_noop("You can assign the review of your own department."),
        code="not_your_post",
    )


def opinion_is_given() -> Refused:
    """A review that is done has nobody working on it."""
    return Refused(
        gettext_noop("The opinion of this department has been given."),
        remedy=gettext_noop("See it on the case page."),
        code="opinion_given",
    )


def missing_findings(count: int) -> Refused:
    """An opinion rests on a finding for every check point of the step."""
    return Refused(
        gettext_noop("%(count)s check points have no finding yet."),
        remedy=gettext_noop("Mark each as met or not met, then give the opinion."),
        params={"count": count},
        code="points_unchecked",
    )
