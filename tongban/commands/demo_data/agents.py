"""The demo enterprise's agents: one for everything with a case in hand, one who only fills in for two items."""

from __future__ import annotations

import datetime as dt

from tongban.accounts import queries as accounts
from tongban.accounts import services as people
from tongban.cases import services
from tongban.catalogue import queries as catalogue
from tongban.commands.demo_data import invented
from tongban.commands.demo_data.applications import Application
from tongban.commands.demo_data.hall import submit
from tongban.commands.demo_data.people import AGENT, JUNIOR_AGENT
from tongban.commands.demo_data.stories import SHOWN, Hall
from tongban.core.actors import Actor
from tongban.core.agency import Act, Terms
from tongban.core.dates import legal_date

#: What the second agent may fill in.
NARROW = ("disinfect_producer", "outdoor_ad")


def agents(hall: Hall) -> None:
    """Appointed, accepted; then each begins something for the enterprise."""
    at = hall.days.ago(20)
    principal = accounts.actor_for(_account(hall, SHOWN, "enterprise"), at)
    (enterprise,) = principal.applicant_ids
    first = _appoint(hall, principal, AGENT, frozenset(Act), {}, at)
    names = {key: catalogue.item(key).name for key in NARROW}
    second = _appoint(hall, principal, JUNIOR_AGENT, frozenset({Act.FILL}), names, at)
    application = hall.next_application("pollutant_permit", named=SHOWN)
    submit(application, "pollutant_permit", first, hall.days.ago(1, 10), acting_for=enterprise)
    now = hall.days.ago(1, 14)
    services.start_draft(actor=accounts.actor_for(second, now), applicant_id=enterprise, item_key="outdoor_ad", now=now)


def _account(hall: Hall, name: str, kind: str) -> str:
    """The account of somebody who has no example application of the own."""
    return hall.account(Application(name, kind, "", {}, {}))


def _appoint(
    hall: Hall, principal: Actor, name: str, acts: frozenset[Act], items: dict[str, str], at: dt.datetime
) -> str:
    """The account of ``name``, who has accepted the enterprise's authority for a year."""
    account = _account(hall, name, "person")
    (enterprise,) = principal.applicant_ids
    today = legal_date(at)
    terms = Terms(name, acts, today, today + dt.timedelta(days=364), frozenset(items), bool(items))
    power = people.appoint(
        applicant_id=enterprise,
        terms=terms,
        handle=invented.number_of(name, "person"),
        items=items,
        signature=SHOWN,
        actor=principal,
        now=at,
    )
    code = accounts.power(principal, enterprise, power, at).code
    people.accept_power(power=power, code=code, actor=accounts.actor_for(account, at), now=at)
    return account
