"""The facts about a case that the lifecycle's guards look at, as plain frozen values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from tongban.core.items import Track


class Status(StrEnum):
    """Where a case stands. ``GRANTED`` of a filing means: filed."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    GRANTED = "granted"
    CERTIFIED = "certified"
    COMPLETED = "completed"
    REFUSED = "refused"
    NOT_REQUIRED = "not_required"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"
    LAPSED = "lapsed"


class Who(StrEnum):
    """In what capacity somebody acts on a case, worked out from posts and the item's procedure."""

    APPLICANT = "applicant"
    COMPLETENESS = "completeness"
    REVIEWER = "reviewer"
    INSPECTOR = "inspector"
    DECISION = "decision"
    EXTENSION = "extension"
    CERTIFICATE = "certificate"
    DELIVERY = "delivery"
    CONSULTED = "consulted"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"


@dataclass(frozen=True)
class ReviewState:
    """One department's review: ``first_by`` has signed, ``second_by`` where two officers are needed."""

    key: str
    name: str
    officers: int = 1
    first_by: str = ""
    second_by: str = ""
    assignee: str = ""
    assigned_for: str = ""  # the absent officer in whose place the assignee got it
    first_for: str = ""  # the officer whom the first signatory stood in for
    second_for: str = ""

    @property
    def done(self) -> bool:
        """Whether every needed officer has signed."""
        return bool(self.first_by) and (self.officers < 2 or bool(self.second_by))


@dataclass(frozen=True)
class ConsultationState:
    """One question to another department: who asked, who answered, each with the officer in whose place it was done."""

    number: int
    asked_by: str
    asked_for: str = ""
    answered_by: str = ""
    answered_for: str = ""
    withdrawn: bool = False


@dataclass(frozen=True)
class CaseState:
    """What the guards need to know. Dates are legal dates; ``as_of`` is today's."""

    track: Track
    status: Status
    as_of: dt.date
    assignee: str = ""
    assigned_for: str = ""  # the absent officer in whose place the assignee got it
    accepted_by: str = ""
    # completeness
    completeness_overdue: bool = False
    completeness_provisional: bool = False
    received_on: dt.date | None = None
    unchecked_points: int = 0
    failed_points: int = 0
    unlisted_points: int = 0  # a notice sent now would say nothing of them: neither met nor annotated
    unseen_materials: int = 0
    open_points: int = 0  # annotated and not met
    sendable_points: int = 0  # new, or found unmet after a correction
    unjudged_points: int = 0  # corrected and not looked at again
    correction_open: bool = False
    correction_respond_by: dt.date | None = None
    correction_provisional: bool = False
    correction_closes: bool = False
    # clocks
    overdue: bool = False
    provisional: bool = False
    pause_open: bool = False  # a special procedure has not had its result
    clock_paused: bool = False  # and its notified time has not run out: no due date can be told
    special_listed: bool = False
    extension_allowed: bool = False
    extended: bool = False
    # review
    reviews: tuple[ReviewState, ...] = ()
    review_key: str = ""  # the review that the verb is about
    inspection_possible: bool = False
    inspection_needed: bool = False
    inspection_lengthens: bool = False  # the item's law gives a longer limit where a site is inspected
    inspection_done: bool = False
    clarification_open: bool = False
    consultation: ConsultationState | None = None  # the question to a department that the verb is about
    # decision and after
    pending_rule: str = ""  # "", continue, convert, terminate, missing
    silence_granted: bool = False
    not_after: dt.date | None = None
    termination_ground: str = ""
    has_certificate: bool = True
    licence_signed: bool = False

    def review(self) -> ReviewState | None:
        """The review the verb is about."""
        return next((item for item in self.reviews if item.key == self.review_key), None)


@dataclass(frozen=True)
class StandIn:
    """What the actor may do on this case in place of ``officer``: exactly that one's capacities.

    ``verbs`` narrows a delegation to the acts it names; empty: every act of these capacities.
    """

    officer: str
    kind: str  # core.actors.MandateKind
    who: frozenset[Who] = field(default_factory=frozenset)
    review_keys: frozenset[str] = field(default_factory=frozenset)
    verbs: frozenset[str] = field(default_factory=frozenset)
    delegated: bool = False
    consulted: frozenset[int] = field(default_factory=frozenset)

    def allows(self, verb: str) -> bool:
        """Whether the act called ``verb`` lies inside what was lent."""
        return not self.verbs or verb in self.verbs


@dataclass(frozen=True)
class Relation:
    """The actor's capacities on this case. ``review_keys`` are the reviews of the actor's own department, ``consulted``
    the numbers of the questions that other departments put to it.

    ``stand_ins`` are the officers the actor may act for. In a relation that :func:`core.lifecycle.permit` has settled,
    ``acting_for`` names the one whose capacities are used; empty: the actor's own.
    """

    actor_id: str
    who: frozenset[Who] = field(default_factory=frozenset)
    review_keys: frozenset[str] = field(default_factory=frozenset)
    delegated: bool = False  # holds the post an instant item names for accepting and deciding alone
    stand_ins: tuple[StandIn, ...] = ()
    acting_for: str = ""
    acting_as: str = ""  # core.actors.MandateKind of that
    away_until: dt.date | None = None  # the actor's own leave
    consulted: frozenset[int] = field(default_factory=frozenset)

    @property
    def persons(self) -> frozenset[str]:
        """The actor and everybody the actor stands in for: for rules that want two different persons."""
        return frozenset({self.actor_id, *(item.officer for item in self.stand_ins)})

    @property
    def any_who(self) -> frozenset[Who]:
        """Every capacity, own and lent."""
        return self.who.union(*(item.who for item in self.stand_ins))

    def reviews_for(self, verb: str) -> frozenset[str]:
        """The reviews on which ``verb`` is open to the actor, own and lent."""
        lent = (item.review_keys for item in self.stand_ins if item.allows(verb))
        return self.review_keys.union(*lent)
