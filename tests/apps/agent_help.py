"""An enterprise with a principal, and persons who act for it."""

from __future__ import annotations

import datetime as dt

from tests import factories
from tests.apps.cases_help import ITEM
from tongban.accounts import queries as accounts
from tongban.accounts import services
from tongban.accounts.models import PowerOfAttorney
from tongban.core.actors import Actor
from tongban.core.agency import Act, Terms
from tongban.core.dates import legal_date

ENTERPRISE = "津滨示例环保科技有限公司"


def firm(now: dt.datetime, serial: int = 1, name: str = ENTERPRISE) -> tuple[Actor, int]:
    """A registered enterprise: its principal and its number as an applicant."""
    principal = accounts.actor_for(factories.enterprise(now, serial, name), now)
    (applicant,) = principal.applicant_ids
    return principal, applicant


def person(now: dt.datetime, serial: int, name: str) -> str:
    """A person's own account."""
    return factories.person(now, serial, name)


def invite(
    principal: Actor,
    now: dt.datetime,
    *,
    serial: int,
    name: str,
    acts: frozenset[Act] = frozenset(Act),
    items: dict[str, str] | None = None,
    days: int = 100,
) -> int:
    """A signed authority for the person registered under ``serial``; returns its id."""
    (applicant,) = principal.applicant_ids
    today, items = legal_date(now), items or {}
    terms = Terms(name, acts, today, today + dt.timedelta(days=days), frozenset(items), bool(items))
    return services.appoint(
        applicant_id=applicant,
        terms=terms,
        handle=f"1390000{serial:04d}",
        items=items,
        signature=accounts.applicant(applicant).name,
        actor=principal,
        now=now,
    )


def agent(
    principal: Actor,
    now: dt.datetime,
    *,
    serial: int,
    name: str,
    acts: frozenset[Act] = frozenset(Act),
    items: dict[str, str] | None = None,
    days: int = 100,
) -> tuple[str, int]:
    """A person who accepted an authority: the account and the authority's id."""
    account = person(now, serial, name)
    power = invite(principal, now, serial=serial, name=name, acts=acts, items=items, days=days)
    accept(account, power, now)
    return account, power


def accept(account: str, power: int, now: dt.datetime) -> None:
    """The agent accepts with the code that stands at the enterprise."""
    code = PowerOfAttorney.objects.get(pk=power).code
    services.accept_power(power=power, code=code, actor=accounts.actor_for(account, now), now=now)


OTHER_ITEM = {"another-item": "另一事项"}
THIS_ITEM = {ITEM: "示例事项"}
