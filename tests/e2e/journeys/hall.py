"""The people of the browser tests, and what they hold and hand in. Everything is made through services."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection
from django.utils import timezone

from tests import factories
from tongban.accounts import queries as accounts
from tongban.accounts import services as account_services
from tongban.cases import queries as cases
from tongban.cases import services
from tongban.catalogue import queries as catalogue
from tongban.commands.demo_data import invented, materials
from tongban.commands.demo_data.applications import Application, load, resolve_dates
from tongban.core.actors import SYSTEM, Actor
from tongban.core.dates import legal_date
from tongban.licences import services as licences
from tongban.licences.values import Holder, Issuer, Term

ITEM = "disinfect_producer"
PASSWORD = factories.PASSWORD
#: user name → (organisation, duties)
OFFICERS: Mapping[str, tuple[str, list[str]]] = {
    "window": ("approval_bureau", ["window"]),
    "window-2": ("approval_bureau", ["window"]),
    "health-1": ("health", ["reviewer", "inspector"]),
    "health-2": ("health", ["reviewer", "inspector"]),
    "ecology-1": ("ecology", ["reviewer"]),
    "market-1": ("market", ["reviewer"]),
    "decider": ("approval_bureau", ["decision_maker"]),
    "certificates": ("approval_bureau", ["certificate_clerk"]),
    "supervisor": ("approval_bureau", ["supervisor", "operator"]),
    "catalogue": ("approval_bureau", ["catalogue_manager"]),
}


@dataclass(frozen=True)
class Enterprise:
    """An applicant with everything that is entered and uploaded for one application."""

    account: str
    name: str
    uscc: str
    application: Application

    @property
    def form(self) -> dict[str, Any]:
        """The entries by field, with the dates that they mean today."""
        return resolve_dates(self.application.form, legal_date(timezone.now()))

    @property
    def picture(self) -> bytes:
        """Any picture."""
        return factories.png()

    def file(self, key: str, name: str, revision: str = "") -> tuple[str, bytes]:
        """Name and content of a material."""
        values = {**self.application.form, **({"revision": revision} if revision else {})}
        return materials.sample(ITEM, key, name, self.name, values)


@dataclass
class Hall:
    """The open hall. Officers sign in with their user names."""

    officers: dict[str, str] = field(default_factory=dict)
    used: int = 0

    @classmethod
    def opened(cls, now: dt.datetime) -> Hall:
        """Everything that exists before the first applicant comes."""
        factories.world(now)
        return cls({name: factories.officer(name, *place) for name, place in OFFICERS.items()})

    def unregistered_enterprise(self) -> Enterprise:
        """An enterprise that nobody knows here yet; each call makes another one."""
        self.used += 1
        example = load(ITEM)[0]
        name = f"{example.name[:-4]}第{self.used}有限公司"
        return Enterprise("", name, invented.number_of(name, "enterprise"), _renamed(example, name))

    def enterprise(self) -> Enterprise:
        """A registered enterprise with its business licence on file."""
        new = self.unregistered_enterprise()
        now = timezone.now()
        account = account_services.register(
            kind="enterprise",
            name=new.name,
            id_number=new.uscc,
            phone=invented.phone_of(new.name),
            email=f"enterprise{self.used}@example.com",
            password=PASSWORD,
            now=now,
            legal_representative=invented.representative_of(new.name),
            address=str(invented.address_of(new.name)["detail"]),
            agent_name="虞知白",
        )
        _business_licence(str(account), now)
        return replace(new, account=str(account))

    def draft(self, who: Enterprise) -> str:
        """An application just begun; returns the draft's id."""
        now = timezone.now()
        actor = accounts.actor_for(who.account, now)
        return services.start_draft(actor=actor, applicant_id=next(iter(actor.applicant_ids)), item_key=ITEM, now=now)

    def submitted(self, who: Enterprise) -> str:
        """A case of the enterprise's, handed in through the services; returns its number."""
        now = timezone.now()
        actor = accounts.actor_for(who.account, now)
        view = cases.draft(ready_draft(who), actor, now)
        return services.submit(
            draft_id=view.id,
            actor=actor,
            signature=who.name,
            declared=True,
            submission_key=view.submission_key,
            now=now,
        ).number


def ready_draft(who: Enterprise) -> str:
    """A draft that only wants its signature; the site plan is a PDF, everything else a picture."""
    now = timezone.now()
    actor = accounts.actor_for(who.account, now)
    choices = {"variant": who.application.variant, **who.application.answers}
    draft = factories.filled_draft(actor, next(iter(actor.applicant_ids)), ITEM, now, **choices)
    pictures = next(item.files for item in cases.draft(draft, actor, now).materials if item.spec.key == "site_plan")
    for picture in pictures:
        services.remove_draft_file(draft_id=draft, actor=actor, row_id=picture.row_id, now=now)
    name, content = who.file("site_plan", "厂区平面图")
    services.add_draft_file(draft_id=draft, actor=actor, material_key="site_plan", name=name, content=content, now=now)
    return draft


def _checked(number: str, now: dt.datetime) -> Actor:
    """The window clerk, who has looked at everything in the case."""
    clerk = accounts.actor_for(factories.officer("window", *OFFICERS["window"]), now)
    factories.check_all(number, clerk, now)
    return clerk


def accept(number: str) -> None:
    """The window accepts a complete application."""
    now = timezone.now()
    services.accept(number=number, actor=_checked(number, now), now=now)


def ask_for_correction(number: str, material: str) -> None:
    """The window's one notice about one material."""
    now = timezone.now()
    clerk = _checked(number, now)
    services.annotate(
        number=number, actor=clerk, material_key=material, wrong="没有比例尺。", remedy="补标比例尺。", now=now
    )
    services.request_correction(number=number, actor=clerk, now=now)


def work() -> None:
    """Run what the verbs enqueued. The worker has a thread of its own: Playwright's event loop runs in this one."""

    def run() -> int:
        try:
            return factories.run_tasks()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as executor:
        executor.submit(run).result()


def _renamed(example: Application, name: str) -> Application:
    particulars = {
        "name": name,
        "uscc": invented.number_of(name, "enterprise"),
        "legal_representative": invented.representative_of(name),
    }
    form = {**example.form, "enterprise": particulars, "registered_address": invented.address_of(name)}
    return Application(name, example.kind, example.variant, example.answers, form)


def _business_licence(account: str, now: dt.datetime) -> None:
    """Issued by the market authority: the applicant need not hand it in."""
    holder = accounts.applicant(next(iter(accounts.actor_for(account, now).applicant_ids)))
    issuer = accounts.organisation("market")
    spec = catalogue.licence_type("business_licence")
    values = {
        "uscc": holder.id_number,
        "name": holder.name,
        "legal_representative": holder.legal_representative,
        "address": holder.address,
    }
    licences.reserve(
        spec=spec,
        issuer=Issuer(issuer.key, issuer.name, issuer.uscc, issuer.region_code),
        holder=Holder(holder.kind, holder.name, holder.id_number, holder.id),
        fields={item.key: values[item.key] for item in spec.fields if values.get(item.key)},
        term=Term(legal_date(now), legal_date(now)),
        case_chain="",
        actor=SYSTEM,
        now=now,
    )
    work()
