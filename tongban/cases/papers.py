"""Refusals about a case's papers that services and the desk share: a button is off for the service's own reason."""

from __future__ import annotations

from tongban.cases import publishing, snapshot
from tongban.cases.models import Case
from tongban.core.actors import Actor, Duty
from tongban.core.errors import DomainError, Forbidden, Refused, gettext_noop
from tongban.core.law import Citation
from tongban.documents import queries as documents


def voiding_refusal(authority_key: str, actor: Actor) -> DomainError | None:
    """Why ``actor`` cannot declare a document of an authority void; None where nothing stands in the way."""
    deciding = actor.has(Duty.DECISION_MAKER) or actor.has(Duty.AGENCY_HEAD)
    if deciding and actor.organisation == authority_key:
        return None
    return Forbidden(
        gettext_noop("A document is declared void by who decides in the authority that issued it."),
        remedy=gettext_noop("Tell the decision-maker or the head of that authority what is wrong with it."),
    )


def withholding_refusal(case: Case, actor: Actor) -> DomainError | None:
    """Why ``actor`` cannot decide about publication; None where nothing stands in the way."""
    deciding = actor.has(Duty.DECISION_MAKER) or actor.has(Duty.AGENCY_HEAD)
    if not (deciding and actor.organisation == case.authority):
        return Forbidden(
            gettext_noop("Who decides on the case decides on its publication."),
            remedy=gettext_noop("Tell the decision-maker or the head of the authority that took the decision."),
            rule=Citation("licensing", 5, 2),
        )
    if not published_once_decided(case):
        return Refused(
            gettext_noop("There is no decision on this case that would be published."),
            remedy=gettext_noop("Come back when it is granted."),
            rule=Citation("licensing", 40),
        )
    return None


def published_once_decided(case: Case) -> bool:
    """Whether a case has a decision that belongs into the register."""
    return bool(case.granted and case.decided_on and case.track in publishing.plan())


def archive_refusal(case: Case, actor: Actor) -> DomainError | None:
    """Why ``actor`` cannot have this case packed; None where nothing stands in the way."""
    if not (actor.has(Duty.CERTIFICATE_CLERK) or actor.has(Duty.SUPERVISOR)):
        return Forbidden(
            gettext_noop("Archive packages are made by the certificate clerk or the supervisor."),
            remedy=gettext_noop("Ask one of them: a package holds everything about the applicant in clear."),
            rule=Citation("pipl", 6),
        )
    return unfinished(case)


def unfinished(case: Case) -> DomainError | None:
    """Why a case cannot be archived yet, whoever asks; None where it can."""
    if case.is_open:
        return Refused(
            gettext_noop("Only a finished case is archived; this one is still open."),
            remedy=gettext_noop("Finish it first: decide, deliver, or end it on its ground."),
        )
    waiting = [row.number for row in documents.for_owner(snapshot.chain(case)) if row.status == "pending"]
    if waiting:
        return Refused(
            gettext_noop("A document of this case is still being signed: %(number)s."),
            remedy=gettext_noop("Wait until its file is there, then try again."),
            params={"number": waiting[0]},
        )
    return None
