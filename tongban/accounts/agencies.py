"""Reads about agents and their written authority, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from tongban.accounts.agents import enterprise_of, no_such_power, own_power
from tongban.accounts.models import Applicant, ApplicantAccess, PowerOfAttorney, SignInHandle, User
from tongban.accounts.recipients import to_account, to_applicant
from tongban.core import codes
from tongban.core.actors import Actor
from tongban.core.agency import Act, Agency, Power, State
from tongban.core.dates import legal_date
from tongban.messaging.services import Recipient

#: Authorities on one page of the enterprise's list.
PER_PAGE = 20


@dataclass(frozen=True)
class PowerView:
    """An authority as its enterprise, its agent or the desk reads it.

    ``agent`` is the account's id, empty until accepted. ``code`` is there for the enterprise while the agent has not
    answered. ``facts`` and ``text`` are the document as signed. ``items`` are keys, empty: all.
    """

    id: int
    number: str
    applicant_id: int
    enterprise: str
    agent: str
    agent_name: str
    handle: str  # masked
    acts: tuple[str, ...]
    items: tuple[str, ...]
    first: date
    last: date
    state: str
    signed_at: datetime
    accepted_at: datetime | None
    ended_on: date | None
    reason: str
    code: str
    facts: tuple[tuple[str, str], ...]
    text: tuple[str, ...]
    signed: str
    file_id: str
    scan_id: str = ""  # the authority as signed on paper

    @property
    def standing(self) -> bool:
        """Whether it can still be ended: it was not, and its term has not passed."""
        return self.state in (State.INVITED, State.FUTURE, State.RUNNING)


@dataclass(frozen=True)
class PowerPage:
    """One page of an enterprise's authorities, newest first."""

    rows: tuple[PowerView, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True)
class AgencyView:
    """An enterprise for which somebody acts as an agent: its name and kind, for choosing."""

    id: int
    name: str
    kind: str


def _principal() -> Subquery:
    """Whom to ask at the enterprise: the name of its principal's account."""
    rows = ApplicantAccess.objects.filter(applicant_id=OuterRef("applicant_id"), role="principal").order_by("pk")
    return Subquery(rows.values("user__name")[:1])


def agency_of(user_id: int, day: date) -> Agency:
    """What the account may do for others on ``day`` (one query)."""
    rows = (
        PowerOfAttorney.objects.filter(agent_id=user_id)
        .annotate(principal=_principal(), enterprise=Subquery(_name()))
        .order_by("pk")
    )
    return Agency.on((_power(row) for row in rows), day)


def _name() -> Any:
    return Applicant.objects.filter(pk=OuterRef("applicant_id")).values("name")[:1]


def _power(row: Any) -> Power:
    """The rule's view of a row."""
    return Power(
        number=row.number,
        applicant=row.applicant_id,
        agent=str(row.agent_id or ""),
        acts=frozenset(Act(act) for act in row.acts),
        first=row.valid_from,
        last=row.valid_to,
        items=frozenset(row.items),
        accepted=row.accepted_at is not None,
        ending=row.ending,
        ended_on=row.ended_on,
        enterprise=getattr(row, "enterprise", ""),
        principal=getattr(row, "principal", "") or getattr(row, "enterprise", ""),
    )


def _view(row: PowerOfAttorney, day: date, *, code: bool = False) -> PowerView:
    masked = codes.mask_phone if row.handle_kind == "phone" else codes.mask_id
    state = _power(row).state(day)
    return PowerView(
        id=row.pk,
        number=row.number,
        applicant_id=row.applicant_id,
        enterprise=row.applicant.name,
        agent=str(row.agent_id or ""),
        agent_name=row.agent_name,
        handle=masked(row.handle),
        acts=tuple(row.acts),
        items=tuple(row.items),
        first=row.valid_from,
        last=row.valid_to,
        state=state.value,
        signed_at=row.signed_at,
        accepted_at=row.accepted_at,
        ended_on=row.ended_on,
        reason=row.reason,
        code=row.code if code and state is State.INVITED else "",
        facts=tuple((label, value) for label, value in row.document.get("facts", ())),
        text=tuple(row.document.get("text", ())),
        signed=str(row.document.get("signed", "")),
        file_id=str(row.file_id or ""),
        scan_id=str(row.scan_id or ""),
    )


def in_state(state: str, day: date) -> Q:
    """The authorities in ``state`` on ``day``: the rule of ``Power.state`` as a filter; a test compares the two."""
    standing = Q(ending="")
    if state == State.OVER:
        return standing & Q(valid_to__lt=day)
    if state in (State.REVOKED, State.RESIGNED, State.DECLINED):
        return Q(ending=state)
    open_ = standing & Q(valid_to__gte=day)
    if state == State.INVITED:
        return open_ & Q(accepted_at=None)
    accepted = open_ & Q(accepted_at__isnull=False)
    return accepted & (Q(valid_from__lte=day) if state == State.RUNNING else Q(valid_from__gt=day))


def enterprise_view(actor: Actor, applicant_id: int) -> AgencyView:
    """The principal's enterprise. Raises NotFound for everybody else."""
    row = enterprise_of(actor, applicant_id)
    return AgencyView(row.pk, row.name, row.kind)


def powers(
    actor: Actor, applicant_id: int, now: datetime, *, state: str = "", search: str = "", page: int = 1
) -> PowerPage:
    """The authorities of the principal's enterprise, newest first; by state, by the agent's name or by number."""
    enterprise_of(actor, applicant_id)
    day = legal_date(now)
    rows = PowerOfAttorney.objects.filter(applicant_id=applicant_id).select_related("applicant")
    if state in set(State):
        rows = rows.filter(in_state(state, day))
    if search:
        rows = rows.filter(Q(agent_name__icontains=search) | Q(number__iexact=search))
    total = rows.count()
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(page, 1), pages)
    shown = rows.order_by("-signed_at", "-pk")[(page - 1) * PER_PAGE : page * PER_PAGE]
    return PowerPage(tuple(_view(row, day) for row in shown), page, pages, total)


def power(actor: Actor, applicant_id: int, power_id: int, now: datetime) -> PowerView:
    """One authority of the principal's enterprise. Raises NotFound for everybody else's."""
    return _view(own_power(actor, applicant_id, power_id), legal_date(now), code=True)


def takers(actor: Actor, applicant_id: int, now: datetime, *, apart_from: str = "") -> list[PowerView]:
    """The authorities in force whose agents can take work over, by name."""
    enterprise_of(actor, applicant_id)
    day = legal_date(now)
    rows = _of_agents(Q(applicant_id=applicant_id) & in_state(State.RUNNING, day))
    if apart_from:
        rows = rows.exclude(agent_id=int(apart_from))
    return [_view(row, day) for row in rows.order_by("agent_name", "pk")]


def _of_agents(wanted: Q) -> QuerySet[PowerOfAttorney]:
    return PowerOfAttorney.objects.filter(wanted, agent__isnull=False).select_related("applicant")


# For the agent.


def agencies(actor: Actor, now: datetime) -> list[PowerView]:
    """The authorities that the account accepted, standing ones first, then newest first."""
    day = legal_date(now)
    rows = _of_agents(Q(agent_id=int(actor.id))).order_by("-signed_at", "-pk")[:100]
    return sorted((_view(row, day) for row in rows), key=lambda view: not view.standing)


def own_agency(actor: Actor, power_id: int, now: datetime) -> PowerView:
    """One authority of the agent, or made out to the account and waiting. Raises NotFound."""
    found = [view for view in (*agencies(actor, now), *invitations(actor, now)) if view.id == power_id]
    if not found:
        raise no_such_power()
    return found[0]


def invitations(actor: Actor, now: datetime) -> list[PowerView]:
    """What was made out to a number with which the account signs in, and waits for an answer."""
    day = legal_date(now)
    handles = SignInHandle.objects.filter(user_id=int(actor.id)).values_list("kind", "index")
    known = set(handles)
    rows = PowerOfAttorney.objects.filter(
        in_state(State.INVITED, day), agent=None, handle_index__in=[index for _kind, index in known]
    ).select_related("applicant")
    return [_view(row, day) for row in rows.order_by("-signed_at") if (row.handle_kind, row.handle_index) in known]


def acts_for(actor: Actor, item: str = "", act: Act | None = None) -> list[AgencyView]:
    """The enterprises for which the account acts today (on ``item``, with ``act``), by name; one query."""
    wanted = {
        power.applicant
        for power in actor.agency.running
        if (not item or power.covers(item)) and (act is None or act in power.acts)
    }
    rows = Applicant.objects.filter(pk__in=wanted).order_by("name", "pk") if wanted else ()
    return [AgencyView(row.pk, row.name, row.kind) for row in rows]


# For the desk and for notices.


def power_by_number(number: str, now: datetime) -> PowerView | None:
    """The authority under which a case is looked after; callers check that the reader may see the case."""
    row = PowerOfAttorney.objects.filter(number=number).select_related("applicant").first() if number else None
    return _view(row, legal_date(now)) if row is not None else None


def recipient(applicant_id: int, agent: str, item: str, day: date) -> Recipient:
    """Whom messages about a case go to: the agent who looks after it and may receive them today, else the applicant.

    An agent whose authority is over gets nothing, and no case is ever without somebody who does.
    """
    if agent and agency_of(int(agent), day).find(applicant_id, item, Act.RECEIVE) is not None:
        account = User.objects.filter(pk=int(agent), is_active=True).first()
        if account is not None:
            return to_account(account, applicant_id)
    return to_applicant(applicant_id)


def powers_by_agent(applicant_id: int, day: date, agents: Iterable[str]) -> Mapping[str, Agency]:
    """What each of these agents may do for the enterprise on ``day`` (one query)."""
    ids = [int(agent) for agent in agents if agent]
    rows = PowerOfAttorney.objects.filter(applicant_id=applicant_id, agent_id__in=ids).order_by("pk")
    found: dict[str, list[Power]] = {}
    for row in rows:
        found.setdefault(str(row.agent_id), []).append(_power(row))
    return {agent: Agency.on(powers, day) for agent, powers in found.items()}
