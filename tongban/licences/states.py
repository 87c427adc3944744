"""The states of a licence and what leads from one to another.

``expired`` is not among them: it follows from the dates (house rule: what is computed is never stored).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tongban.core.actors import Duty
from tongban.core.errors import gettext_noop
from tongban.core.law import Citation


class State(StrEnum):
    """What is stored. ``RESERVED``: numbered, its first file not yet signed."""

    RESERVED = "reserved"
    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    CANCELLED = "cancelled"
    VOID = "void"


#: How a licence stands on a day: the stored states and this one.
EXPIRED = "expired"


class Revocation(StrEnum):
    """The three ways a licence is taken away; each rests on a provision of its own."""

    ANNULLED = "annulled"  # 撤销: granted unlawfully or by fraud, 行政许可法 art. 69
    WITHDRAWN = "withdrawn"  # 撤回: the law or circumstances changed, 行政许可法 art. 8(2)
    FORFEITED = "forfeited"  # 吊销: as a penalty, 行政处罚法 art. 9(3)


class CancellationGround(StrEnum):
    """The six grounds on which a licence is deregistered 注销: 行政许可法 art. 70(1) to (6)."""

    NOT_RENEWED = "not_renewed"
    HOLDER_INCAPABLE = "holder_incapable"
    ENTITY_ENDED = "entity_ended"
    REVOKED = "revoked"
    FORCE_MAJEURE = "force_majeure"
    OTHER_LAW = "other_law"

    @property
    def citation(self) -> Citation:
        """The item of art. 70."""
        return Citation("licensing", 70, 0, list(CancellationGround).index(self) + 1)


GROUND_LABELS: Mapping[CancellationGround, str] = {
    CancellationGround.NOT_RENEWED: gettext_noop("The validity ended and was not renewed"),
    CancellationGround.HOLDER_INCAPABLE: gettext_noop("The person died or lost capacity"),
    CancellationGround.ENTITY_ENDED: gettext_noop("The organisation ended by law"),
    CancellationGround.REVOKED: gettext_noop("The licence was annulled, withdrawn or forfeited"),
    CancellationGround.FORCE_MAJEURE: gettext_noop("Force majeure makes the licensed activity impossible"),
    CancellationGround.OTHER_LAW: gettext_noop("Another case that a law or regulation names"),
}
REVOCATION_LABELS: Mapping[Revocation, str] = {
    Revocation.ANNULLED: gettext_noop("Annulled"),
    Revocation.WITHDRAWN: gettext_noop("Withdrawn by the authority"),
    Revocation.FORFEITED: gettext_noop("Forfeited"),
}
STATE_LABELS: Mapping[str, str] = {
    State.RESERVED: gettext_noop("Being made"),
    State.VALID: gettext_noop("Valid"),
    State.SUSPENDED: gettext_noop("Suspended"),
    State.REVOKED: gettext_noop("Revoked"),
    State.CANCELLED: gettext_noop("Cancelled"),
    State.VOID: gettext_noop("Void"),
    EXPIRED: gettext_noop("Expired"),
}


@dataclass(frozen=True)
class Step:
    """A verb on a licence: the states it starts from, the one it leads to, and whose duty it is."""

    sources: frozenset[State]
    target: State
    duties: frozenset[Duty]
    rule: Citation | None = None


_DECIDING = frozenset({Duty.DECISION_MAKER, Duty.AGENCY_HEAD})
STEPS: Mapping[str, Step] = {
    "suspend": Step(frozenset({State.VALID}), State.SUSPENDED, _DECIDING, Citation("行政处罚法", 9, 0, 3)),
    "resume": Step(frozenset({State.SUSPENDED}), State.VALID, _DECIDING),
    "revoke": Step(frozenset({State.VALID, State.SUSPENDED}), State.REVOKED, _DECIDING, Citation("licensing", 69)),
    "cancel": Step(
        frozenset({State.VALID, State.SUSPENDED, State.REVOKED}), State.CANCELLED, _DECIDING, Citation("licensing", 70)
    ),
    "void": Step(frozenset({State.RESERVED}), State.VOID, _DECIDING | {Duty.CERTIFICATE_CLERK}),
    # Signed and still in the authority's hands: only the case that made it knows that it was not delivered.
    "void_undelivered": Step(
        frozenset({State.RESERVED, State.VALID}), State.VOID, _DECIDING | {Duty.CERTIFICATE_CLERK}
    ),
}

#: Who prepares what a second officer confirms, and who hands out the same licence anew.
PREPARING = _DECIDING | {Duty.CERTIFICATE_CLERK, Duty.REVIEWER}
REPLACING = _DECIDING | {Duty.CERTIFICATE_CLERK}
DECIDING = _DECIDING
#: What an officer does alone at the desk, because it can be undone or changes no content …
ALONE = ("replace", "suspend", "resume")
#: … and what one proposes and a second confirms.
WITH_SECOND = ("correct", "revoke", "cancel")
#: What a holder may ask for.
ASKABLE = ("replace", "correct")


def standing(state: str, valid_to: dt.date | None, on: dt.date) -> str:
    """How a licence stands on a day: its stored state, or :data:`EXPIRED` when only its dates have run out.

    The last day of validity is still valid; validity never moves to a working day.
    """
    if state in {State.VALID, State.SUSPENDED} and valid_to is not None and on > valid_to:
        return EXPIRED
    return str(state)
