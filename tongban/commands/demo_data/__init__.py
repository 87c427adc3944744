"""Demo data: a district's hall in the middle of a working week, made only through the services at past instants."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

from django.conf import settings
from django.utils import timezone
from tqdm import tqdm

from tongban.accounts import queries as accounts
from tongban.accounts import services as account_services
from tongban.calendars import services as calendar_services
from tongban.cases import services as cases
from tongban.catalogue import queries as catalogue
from tongban.catalogue import services as catalogue_services
from tongban.commands.demo_data import agents, hall, invented, licensing, posts, stories
from tongban.commands.demo_data.applications import Application
from tongban.commands.demo_data.people import ADMINISTRATORS, OFFICERS, PASSWORD, SHOWN_AGENTS, SHOWN_APPLICANTS
from tongban.core.actors import SYSTEM
from tongban.core.dates import legal_date
from tongban.core.errors import DomainError
from tongban.licences import services as licences
from tongban.licences.values import Holder, Issuer, Term
from tongban.outbox import queries as outbox
from tongban.outbox.worker import Worker
from tongban.records import services as records

#: A part of the demo's story.
Chapter = Callable[[stories.Hall], None]
#: Working days before today on which everybody was registered.
REGISTERED = 90


def build() -> None:
    """Make the demo's data unless it is there. Interrupted half-way it says so and has to start over."""
    if not settings.DEMO:
        raise RuntimeError("demo data is only made in demo mode")
    now = timezone.now()
    if account_services.is_marked("demo-data"):
        hall.administrators(now)
        cases.sweep(now=now)
        return
    if account_services.is_marked("demo-begun"):
        raise DomainError(
            "The demo's data was left half made.",
            remedy="Run make demo-reset: it throws the half away and begins anew.",
        )
    account_services.mark("demo-begun")
    calendar_services.ensure_seed(now=now)
    calendar_services.load_demo_year(now=now)
    account_services.ensure_organisations()
    catalogue_services.ensure_bundled(actor=SYSTEM, now=now)
    hall.staff()
    hall.administrators(now)
    days = hall.Days(now)
    register = Register(days.ago(REGISTERED))
    for _, name, kind in (*SHOWN_APPLICANTS, *SHOWN_AGENTS):
        register.account(name, kind)
    place = stories.Hall(days, lambda item: register.account(item.name, item.kind), {}, register.known)
    told: tuple[Chapter, ...] = (*stories.STORIES, posts.away_today, posts.chief_representative, agents.agents)
    told += (licensing.licences_in_hand, licensing.blank_certificates, licensing.kept_long_enough)
    for story in tqdm(told, desc="demo cases", unit="chapter"):
        story(place)
    cases.sweep(now=now)
    records.take_seal(now)
    account_services.mark("demo-data")


def finish() -> int:
    """Do the worker's part at once (notices, forms on paper, mail): for a demo that is prepared and not served."""
    with tqdm(total=outbox.summary().ready, desc="documents", unit="task") as bar:

        def step() -> None:
            bar.total = bar.n + 1 + outbox.summary().ready  # a task may bring others
            bar.update()

        return Worker().run_due(step)


def sign_ins() -> list[tuple[str, str, str, str]]:
    """(role, name, what to type, password) of the demo's people."""
    rows = []
    for role, name, kind in (*SHOWN_APPLICANTS, *SHOWN_AGENTS):
        rows.append((role, name, invented.number_of(name, kind), PASSWORD))
    rows += [(item.shown, item.name, item.username, PASSWORD) for item in OFFICERS if item.shown]
    rows += [(shown, name, username, PASSWORD) for username, name, _role, shown in ADMINISTRATORS]
    return rows


class Register:
    """Registers applicants as stories need them, each with a licence on file that every authority can read."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at
        self.known: dict[str, str] = {}

    def account(self, name: str, kind: str) -> str:
        """The account of an applicant."""
        if name not in self.known:
            self.known[name] = self._register(name, kind)
        return self.known[name]

    def _register(self, name: str, kind: str) -> str:
        draw = random.Random(name)  # noqa: S311 - invented numbers, no secret
        account = account_services.register(
            kind=kind,
            name=name,
            id_number=invented.number_of(name, kind),
            phone=invented.phone_of(name),
            email=f"demo{draw.randint(1000, 9999)}@example.com",
            password=PASSWORD,
            now=self.at,
            legal_representative=invented.representative_of(name) if kind == "enterprise" else "",
            address="".join(invented.address_of(name).values()),
            agent_name=invented.agent_of(name) if kind == "enterprise" else "",
        )
        _put_on_file(accounts.actor_for(account, self.at).applicant_ids, kind, self.at)
        return str(account)


def _put_on_file(applicant_ids: frozenset[int], kind: str, at: dt.datetime) -> None:
    """A business licence, or an identity card: issued elsewhere, readable here."""
    key, issuer = ("business_licence", "market") if kind == "enterprise" else ("id_card", "public_security")
    organisation = accounts.organisation(issuer)
    spec = catalogue.licence_type(key)
    day = legal_date(at)
    for applicant_id in applicant_ids:
        row = accounts.applicant(applicant_id)
        values = {
            "uscc": row.id_number,
            "name": row.name,
            "id_number": row.id_number,
            "legal_representative": row.legal_representative,
            "address": row.address,
        }
        fields = {item.key: values[item.key] for item in spec.fields if values.get(item.key)}
        made = licences.reserve(
            spec=spec,
            issuer=Issuer(organisation.key, organisation.name, organisation.uscc, organisation.region_code),
            holder=Holder(row.kind, row.name, row.id_number, row.id),
            fields=fields,
            term=Term(day, day),
            case_chain="",
            actor=SYSTEM,
            now=at,
        )
        licences.make_file(licence_id=made.id, version=made.version, now=at)


__all__ = ["Application", "Register", "build", "sign_ins"]
