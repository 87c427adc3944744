"""Take-over: what an agent of an enterprise had in hand goes to another agent, or back to the enterprise itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from tongban.accounts import queries as accounts
from tongban.accounts import services as account_services
from tongban.cases.models import Case, Draft
from tongban.cases.work import invalid, working
from tongban.core.actors import Actor
from tongban.core.agency import Act, Agency
from tongban.core.dates import legal_date
from tongban.core.errors import gettext_noop
from tongban.records.services import append_to_chain


@dataclass(frozen=True)
class Piece:
    """One draft or case in hand. ``power`` is the taker's authority for it; empty: it goes to the enterprise itself."""

    key: str  # a case's number, a draft's id
    item_name: str
    power: str


@dataclass(frozen=True)
class Plan:
    """What a take-over would move, and what of it the taker's authority does not reach."""

    drafts: tuple[Piece, ...]
    cases: tuple[Piece, ...]

    @property
    def count(self) -> int:
        """How many drafts and cases move."""
        return len(self.drafts) + len(self.cases)

    @property
    def left(self) -> tuple[Piece, ...]:
        """What goes to the enterprise's own account although somebody takes over."""
        return tuple(piece for piece in (*self.drafts, *self.cases) if not piece.power)


def plan_replacement(*, applicant_id: int, agent: str, to: str, actor: Actor, now: datetime) -> Plan:
    """What ``agent`` has in hand for the principal's enterprise and what of it ``to`` (an account's id) could take.

    An empty ``to`` is the enterprise's own account. Raises NotFound for anybody but the principal, Invalid for a taker
    without an authority in force.
    """
    return _plan(applicant_id, agent, to, _taker(applicant_id, agent, to, actor, now), lock=False)


def _taker(applicant_id: int, agent: str, to: str, actor: Actor, now: datetime) -> Agency:
    able = {row.agent for row in accounts.takers(actor, applicant_id, now, apart_from=agent)}
    if not to:
        return Agency()
    if to not in able:
        raise invalid(
            "to", gettext_noop("Nobody with an authority in force is chosen."), gettext_noop("Choose one of the list.")
        )
    return accounts.powers_by_agent(applicant_id, legal_date(now), [to])[to]


def _plan(applicant_id: int, agent: str, to: str, taker: Agency, *, lock: bool) -> Plan:
    def power(item: str, act: Act) -> str:
        found = taker.find(applicant_id, item, act)
        return found.number if found else ""

    cases = open_cases(applicant_id, agent).values_list("number", "item_name", "item_key")
    drafts = open_drafts(applicant_id, agent)
    rows = drafts.select_for_update(of=("self",)) if lock else drafts
    return Plan(
        tuple(
            Piece(str(row.pk), row.item_version.item.name, power(row.item_version.item.key, Act.FILL)) for row in rows
        ),
        tuple(Piece(number, name, power(key, Act.RECEIVE)) for number, name, key in cases),
    )


def open_cases(applicant_id: int, agent: str) -> QuerySet[Case]:
    """The open cases that an agent looks after for an enterprise, oldest first."""
    return Case.objects.filter(applicant_id=applicant_id, agent=agent, is_open=True).order_by("pk")


def open_drafts(applicant_id: int, agent: str) -> QuerySet[Draft]:
    """The drafts of an enterprise that an agent has in hand."""
    rows = Draft.objects.filter(applicant_id=applicant_id, user_id=int(agent), case=None)
    return rows.select_related("item_version__item").order_by("created_at")


def replace_agent(
    *, applicant_id: int, power: int, to: str, actor: Actor, now: datetime, revoke: bool = False, reason: str = ""
) -> Plan:
    """Hand everything the agent of ``power`` has in hand to ``to``; with ``revoke`` end that authority first.

    One transaction: all of it moves, or nothing. Each case has an event of its own, drafts stand in the event of the
    enterprise's chain. Notices go to the taker from then on. Returns what moved.

    Everything moves, whatever other authority the agent may still have. Raises as
    :func:`plan_replacement` and the verb that revokes.
    """
    with transaction.atomic():
        agent = accounts.power(actor, applicant_id, power, now).agent
        if revoke:
            account_services.revoke_power(applicant_id=applicant_id, power=power, actor=actor, now=now, reason=reason)
        if not agent:
            return Plan((), ())
        plan = _plan(applicant_id, agent, to, _taker(applicant_id, agent, to, actor, now), lock=True)
        for piece in plan.cases:
            _hand_case(piece, agent, to, actor, now)
        for piece in plan.drafts:
            Draft.objects.filter(pk=piece.key).update(user_id=int(to if piece.power else actor.id))
        if plan.count:
            _tell(applicant_id, agent, to, plan, actor, now)
            account_services.tell_handed_over(applicant_id, agent, to, plan.count, now)
        return plan


def _hand_case(piece: Piece, agent: str, to: str, actor: Actor, now: datetime) -> None:
    taker = to if piece.power else ""
    with working(piece.key, actor, now) as work:
        if work.case.agent != agent:
            return
        work.case.agent, work.case.power = taker, piece.power
        work.record("change_agent", {"from": agent, "to": taker, "authority": piece.power})


def _tell(applicant_id: int, agent: str, to: str, plan: Plan, actor: Actor, now: datetime) -> None:
    facts: dict[str, Any] = {
        "from": agent,
        "to": to,
        "cases": [piece.key for piece in plan.cases],
        "drafts": [piece.key for piece in plan.drafts],
        "left": [piece.key for piece in plan.left],
    }
    append_to_chain(
        chain=f"agents:{applicant_id}",
        verb="replace_agent",
        actor=actor,
        at=now,
        legal_date=legal_date(now),
        facts=facts,
    )
