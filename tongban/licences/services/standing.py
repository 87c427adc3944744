"""Verbs that change how a licence stands: each a named transition with a reason."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from tongban.core.actors import Actor
from tongban.core.dates import legal_date
from tongban.core.errors import Refused, gettext_noop
from tongban.core.licensing import Taking
from tongban.licences import content, evidence
from tongban.licences.models import Licence
from tongban.licences.services import guards
from tongban.licences.states import CancellationGround, Revocation, State, standing
from tongban.licences.values import LicenceView
from tongban.records import services as records
from tongban.records.values import JSON


def suspend(*, licence_id: str, reason: str, actor: Actor, now: dt.datetime) -> LicenceView:
    """暂扣: the licence may not be used until it is resumed; ``reason`` names the decision it rests on."""
    return _step("suspend", licence_id, guards.check_reason(reason), "", actor, now)


def resume(*, licence_id: str, reason: str, actor: Actor, now: dt.datetime) -> LicenceView:
    """恢复: end a suspension."""
    return _step("resume", licence_id, guards.check_reason(reason), "", actor, now)


def revoke(
    *,
    licence_id: str,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    kind: Revocation | str = "",
    ground: Taking | str = "",
) -> LicenceView:
    """撤销、撤回 or 吊销, by its kind or by the exact ground, which has one.

    行政许可法 art. 69: fraud must be annulled, faults of the authority may be.
    """
    taking = Taking(ground) if ground else None
    chosen = Revocation(taking.kind if taking else kind)
    return _step("revoke", licence_id, guards.check_reason(reason), str(chosen), actor, now, str(ground))


def cancel(
    *, licence_id: str, ground: CancellationGround | str, actor: Actor, now: dt.datetime, reason: str = ""
) -> LicenceView:
    """注销 on one of the six grounds of 行政许可法 art. 70; the last one names its law in ``reason``.

    Raises :class:`Refused` when the ground does not fit the licence.
    """
    chosen = CancellationGround(ground)
    with transaction.atomic():
        licence = guards.locked(licence_id)
        check_ground(licence, chosen, reason, legal_date(now))
        return _step("cancel", licence_id, reason.strip()[:1000], str(chosen), actor, now)


def void(*, licence_id: str, reason: str, actor: Actor, now: dt.datetime, undelivered: bool = False) -> LicenceView:
    """作废 a licence that was reserved in error, before its file exists. Its number is recorded and never reused.

    With ``undelivered`` also one that is signed: the case that made it vouches that nobody has it yet.
    """
    rule = "void_undelivered" if undelivered else "void"
    with transaction.atomic():
        seen = _step("void", licence_id, guards.check_reason(reason), "", actor, now, rule=rule)
        licence = Licence.objects.get(pk=licence_id)
        records.void_number(licence.number_scope, licence.number_value, reason.strip(), actor, now)
        return seen


def check_ground(licence: Licence, ground: CancellationGround, reason: str, day: dt.date) -> None:
    """Whether ``ground`` fits. Raises :class:`Refused` with the item of art. 70."""
    fits = {
        CancellationGround.NOT_RENEWED: licence.valid_to is not None and day > licence.valid_to,
        CancellationGround.HOLDER_INCAPABLE: licence.holder_kind == "person",
        CancellationGround.ENTITY_ENDED: licence.holder_kind != "person",
        CancellationGround.REVOKED: licence.state == State.REVOKED,
        CancellationGround.FORCE_MAJEURE: bool(reason.strip()),
        CancellationGround.OTHER_LAW: bool(reason.strip()),
    }
    if not fits[ground]:
        raise Refused(
            gettext_noop("This ground does not fit the licence."),
            remedy=gettext_noop("Choose the ground that applies; the last two need their facts and provision written."),
            rule=ground.citation,
        )


def _step(
    verb: str,
    licence_id: str,
    reason: str,
    kind: str,
    actor: Actor,
    now: dt.datetime,
    ground: str = "",
    rule: str = "",
) -> LicenceView:
    """Take one step; ``rule`` names the entry of STEPS that allows it where it is not the verb's own."""
    with transaction.atomic():
        licence = guards.locked(licence_id)
        day = legal_date(now)
        target = guards.check_step(licence, rule or verb, actor)
        before = standing(licence.state, licence.valid_to, day)
        licence.state = target
        licence.state_since = day
        licence.state_kind = kind
        licence.state_reason = reason
        licence.state_ground = ground
        told: dict[str, JSON] = {"kind": kind, "reason": reason, "before": before}
        if ground:
            told["ground"] = ground
        evidence.record(licence, verb, actor=actor, now=now, day=day, facts=told)
        licence.save()
        return content.view(licence, guards.newest(licence))
