"""Checks that explain themselves, shared by the verbs and by the screens that enable their buttons."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext

from tongban.core.actors import Actor, Duty
from tongban.core.errors import Forbidden, NotFound, Refused, Stale, gettext_noop
from tongban.core.law import Citation
from tongban.licences.models import Licence, LicenceVersion
from tongban.licences.states import STATE_LABELS, STEPS, State
from tongban.records import queries as records


def locked(licence_id: str) -> Licence:
    """The row, locked for this transaction. Raises :class:`NotFound` for an unknown or malformed id."""
    try:
        return Licence.objects.select_for_update().get(pk=uuid.UUID(str(licence_id)))
    except (Licence.DoesNotExist, ValueError) as error:
        raise not_found() from error


def not_found() -> NotFound:
    """The refusal for what does not exist and for what is not the person's to see."""
    return NotFound(
        gettext_noop("This licence does not exist."), remedy=gettext_noop("Open it again from the list of licences.")
    )


def locked_as_seen(licence_id: str, expected_seq: int | None) -> Licence:
    """As :func:`locked`. Raises :class:`Stale` when something happened since the person looked."""
    licence = locked(licence_id)
    if expected_seq is not None and expected_seq != licence.seq:
        raise Stale(
            gettext_noop("Something happened to this licence since you opened it."),
            remedy=gettext_noop("Look at what happened, then do it again if it still applies."),
            since=records.events_since(f"licence:{licence.pk}", expected_seq),
        )
    return licence


def check_issuer(licence: Licence, actor: Actor) -> None:
    """Only officers of the authority that issued a licence act on it at the desk, and only while they are here.

    Raises :class:`Forbidden`.
    """
    check_office(licence.region_code, actor)
    if actor.kind != "system" and actor.organisation != licence.issuer_key:
        raise Forbidden(
            gettext_noop("Another authority issued this licence: %(issuer)s."),
            remedy=gettext_noop("Turn to the authority named on the licence."),
            params={"issuer": licence.issuer_name},
        )
    if actor.away_until is not None:
        raise Forbidden(
            gettext_noop("You are on leave until %(until)s; your deputy acts for you."),
            remedy=gettext_noop("If you are back, end your leave on “My post” first."),
            params={"until": actor.away_until},
            code="on_leave",
        )


def check_duty(actor: Actor, duties: frozenset[Duty], rule: Citation | None = None) -> None:
    """Raises :class:`Forbidden` unless one of the actor's posts carries one of ``duties``."""
    if actor.kind != "system" and not duties & actor.duties:
        raise Forbidden(
            gettext_noop("This step is not with your post."),
            remedy=gettext_noop("It is done by: %(who)s. Hand the case on, or ask them."),
            rule=rule,
            params={"who": sorted(str(duty) for duty in duties)},
            code="not_your_post",
        )


def newest(licence: Licence) -> LicenceVersion:
    """The newest version of a licence."""
    return licence.versions.get(version=licence.version)


def check_step(licence: Licence, verb: str, actor: Actor) -> State:
    """The state ``verb`` leads to. Raises :class:`Forbidden` or :class:`Refused` with the rule and the way on."""
    step = STEPS[verb]
    check_office(licence.region_code, actor)
    if actor.kind != "system" and not step.duties & actor.duties:
        raise Forbidden(
            gettext_noop("Your post does not decide about licences."),
            remedy=gettext_noop("Hand it to an officer whose post does."),
            rule=step.rule,
        )
    check_state(licence, verb)
    return step.target


def check_state(licence: Licence, verb: str) -> None:
    """Raises :class:`Refused` where ``verb`` does not start from the licence's state."""
    step = STEPS[verb]
    if licence.state not in step.sources:
        raise Refused(
            gettext_noop("This cannot be done with a licence in the state “%(state)s”."),
            remedy=gettext_noop("Reload the page and look at what has happened to the licence."),
            rule=step.rule,
            params={"state": gettext(STATE_LABELS[licence.state])},
        )


def check_office(region_code: str, actor: Actor) -> None:
    """Only officers of the licence's own region, and the system itself, act on licences."""
    if actor.kind == "system":
        return
    if not actor.is_staff or (actor.region_code and region_code and actor.region_code != region_code):
        raise Forbidden(
            gettext_noop("Only the authority that is in charge can do this."),
            remedy=gettext_noop("Turn to the authority named on the licence."),
        )


def check_new_version(licence: Licence) -> None:
    """A new version needs a valid licence whose current version is signed.

    Its dates are not looked at here: a renewal that was applied for in time may be decided, or its certificate made,
    after the old period has ended (行政许可法 art. 50); whether one can still apply is the case's matter.
    Raises :class:`Refused`.
    """
    if licence.state != State.VALID:
        raise Refused(
            gettext_noop("Only a valid licence can be changed, renewed or replaced; this one is “%(state)s”."),
            remedy=gettext_noop("Look at what has happened to the licence; a new one can be applied for."),
            rule=Citation("licensing", 49),
            params={"state": gettext(STATE_LABELS[licence.state])},
        )
    if licence.open_version != licence.version:
        raise Refused(
            gettext_noop("Version %(version)s of this licence is still being signed."),
            remedy=gettext_noop("Wait until its file is there, then try again."),
            params={"version": licence.version},
        )


def check_reason(reason: str) -> str:
    """The reason as it is stored. Raises :class:`Refused` when there is none."""
    text = reason.strip()[:1000]
    if not text:
        raise Refused(
            gettext_noop("A reason is missing."),
            remedy=gettext_noop("Write the facts and the provision this rests on."),
        )
    return text
