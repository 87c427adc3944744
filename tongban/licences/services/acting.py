"""What officers do with an issued licence at the desk: the same checks for the button and for the verb."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from tongban.core.actors import Actor
from tongban.core.dates import legal_date
from tongban.core.errors import DomainError
from tongban.licences.models import Licence
from tongban.licences.services import guards, issuing, requests, standing
from tongban.licences.services.checks import check
from tongban.licences.states import ALONE
from tongban.licences.values import LicenceView
from tongban.records.services import append_to_chain


def act_refusal(licence_id: str, verb: str, actor: Actor) -> DomainError | None:
    """Why ``verb`` is off for ``actor``, or None when it is on."""
    try:
        check(_row(licence_id), verb, actor)
    except DomainError as error:
        return error
    return None


def _row(licence_id: str) -> Licence:
    row = Licence.objects.filter(pk=licence_id).first()
    if row is None:
        raise guards.not_found()
    return row


def act(
    *, licence_id: str, verb: str, reason: str, actor: Actor, now: dt.datetime, expected_seq: int | None = None
) -> LicenceView:
    """``replace``, ``suspend`` or ``resume``, which one officer does alone. A replacement answers what was asked.

    Raises as :func:`check`, :class:`Refused` without a reason, :class:`Stale` when something happened meanwhile.
    """
    if verb not in ALONE:
        raise guards.not_found()
    with transaction.atomic():
        licence = guards.locked_as_seen(licence_id, expected_seq)
        check(licence, verb, actor)
        told = guards.check_reason(reason)
        if verb != "replace":
            step = standing.suspend if verb == "suspend" else standing.resume
            return step(licence_id=licence_id, reason=told, actor=actor, now=now)
        seen = issuing.replace(licence_id=licence_id, actor=actor, now=now)
        requests.settle(licence_id, ("replace",), told, actor=actor, now=now)
        return seen


def record_export(*, rows: int, masked: bool, narrowed: str, actor: Actor, now: dt.datetime) -> None:
    """Record that a list of licences leaves the system; ``narrowed`` is the address it was narrowed by."""
    with transaction.atomic():
        append_to_chain(
            chain=f"exports:{actor.region_code}:{actor.organisation}",
            verb="export_licences",
            actor=actor,
            at=now,
            legal_date=legal_date(now),
            facts={"rows": rows, "masked": masked, "narrowed": narrowed[:200]},
        )
