"""Keeping a decision out of the public register, and publishing it again: named verbs with a ground and a reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tongban.cases.access import find_case
from tongban.cases.models import Case, WithheldDecision
from tongban.cases.papers import withholding_refusal
from tongban.cases.work import invalid, text
from tongban.core.actors import Actor
from tongban.core.dates import legal_date
from tongban.core.errors import Refused, gettext_noop
from tongban.core.register import GROUNDS
from tongban.records.services import append_to_chain


def register_chain(number: str) -> str:
    """What was done about a case's publication: a chain beside the case's own, so that nobody's form gets stale."""
    return f"register:case:{number}"


def withhold(*, number: str, ground: str, reason: str, actor: Actor, now: datetime) -> None:
    """Keep a decision out of the register on a ground of 行政许可法 art. 5(2) or 政府信息公开条例 arts. 14, 15.

    Raises Invalid for a missing ground or reason, Refused when it is withheld already.
    """
    with transaction.atomic():
        case = _locked(number, actor)
        if ground not in GROUNDS:
            raise invalid("ground", gettext_noop("Choose the ground."), gettext_noop("Choose one."))
        reason = text(reason, "reason", most=500)
        if WithheldDecision.objects.filter(case=case).exists():
            raise Refused(
                gettext_noop("This decision is withheld already."),
                remedy=gettext_noop("Reload the page to see on which ground."),
            )
        WithheldDecision.objects.create(case=case, ground=ground, reason=reason, by=actor.id, at=now)
        _record(case, "withhold", ground, actor, now)


def publish_again(*, number: str, actor: Actor, now: datetime) -> None:
    """Put a withheld decision back into the register. Raises Refused when it is not withheld."""
    with transaction.atomic():
        case = _locked(number, actor)
        row = WithheldDecision.objects.filter(case=case).first()
        if row is None:
            raise Refused(
                gettext_noop("This decision is not withheld."), remedy=gettext_noop("Reload the page: it is published.")
            )
        ground = row.ground
        row.delete()
        _record(case, "publish", ground, actor, now)


def _locked(number: str, actor: Actor) -> Case:
    case = find_case(number, actor, lock=True)
    refusal = withholding_refusal(case, actor)
    if refusal is not None:
        raise refusal
    return case


def _record(case: Case, verb: str, ground: str, actor: Actor, now: datetime) -> None:
    append_to_chain(
        chain=register_chain(case.number),
        verb=verb,
        actor=actor,
        at=now,
        legal_date=legal_date(now),
        facts={"case": f"case:{case.number}", "ground": ground},
    )
