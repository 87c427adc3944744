"""One world for tests that walk the whole site: everybody's browser, what is theirs, what is somebody else's."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from tests import factories
from tests.apps.agent_help import firm, invite
from tests.apps.cases_help import Hall, Walk, begin, publish, spec
from tests.web.posts_things import arrangements
from tests.web.public_help import ITEM, hall, yesterday
from tongban.accounts import queries as accounts
from tongban.accounts import services as account_services
from tongban.cases import services
from tongban.cases.models import Case
from tongban.catalogue import services as catalogue
from tongban.core.actors import SYSTEM, Duty
from tongban.core.administrators import AdminRole
from tongban.core.items import ItemSpec
from tongban.core.specs import build, plain
from tongban.licences import queries as licences
from tongban.licences import services as licence_services
from tongban.licences.models import Licence
from tongban.messaging.models import Message
from tongban.outbox.models import Task
from tongban.oversight.models import Alert
from tongban.retention import services as retention
from tongban.retention.models import LegalHold

#: Who walks: nobody, whose case it is, another applicant, and one officer of the authority for each duty.
DUTIES = tuple(str(duty) for duty in Duty)
#: The three administrators, who handle nobody's case.
ADMINS = tuple(f"admin-{role}" for role in AdminRole)
ROLES = ("anonymous", "owner", "other", *DUTIES, *ADMINS)


#: Addresses in which ``number`` counts the paper forms of an item.
_NUMBER_OF_FORM = ("public:item_blank", "public:item_sample")


@dataclass(frozen=True)
class Route:
    """One address: ``name`` with its namespace, and the names of its parts."""

    name: str
    parts: frozenset[str]


def routes() -> Iterator[Route]:
    """Every address of the site that Django's resolver knows."""
    yield from _routes(get_resolver().url_patterns, "")


def _routes(patterns: list[Any], space: str) -> Iterator[Route]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from _routes(entry.url_patterns, f"{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield Route(f"{space}{entry.name}", frozenset(entry.pattern.converters))


@dataclass
class World:
    """``own`` and ``foreign`` are parts of addresses, by name: of what belongs to the owner, and to somebody else."""

    hall: Hall
    clients: dict[str, Client] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)
    foreign: dict[str, Any] = field(default_factory=dict)

    def parts(self, route: Route, things: Mapping[str, Any]) -> dict[str, Any]:
        """The parts of ``route`` filled from ``things``; in a draft, ``file_id`` is a file of the draft."""
        known = {**things, "number": 1} if route.name in _NUMBER_OF_FORM else things
        known = {**known, "file_id": things["draft_file"]} if route.name.startswith("public:draft_file") else known
        if route.name.startswith("desk:draft_") or route.name == "desk:draft":
            known = {**known, "version": things["draft_version"]}
        if route.name in ("desk:document_sample", "desk:document_languages"):
            known = {**known, "kind": "acceptance"}
        if route.name == "desk:version_export":
            known = {**known, "kind": "yaml"}
        return {name: known[name] for name in route.parts}


@contextmanager
def undone() -> Iterator[None]:
    """What is asked inside leaves no trace in the database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def untouched(client: Client) -> Iterator[None]:
    """What is asked inside leaves no trace, neither in the database nor in the browser.

    An exception inside the site comes back as the answer 500.
    """
    client.raise_request_exception = False
    cookies = copy.deepcopy(client.cookies)
    try:
        with undone():
            yield
    finally:
        client.cookies = cookies


def ask(client: Client, method: str, address: str, data: Mapping[str, Any] | None = None) -> HttpResponseBase:
    """One request without a trace; ``data`` is posted as a form would be."""
    with untouched(client):
        return client.post(address, data or {}) if method == "POST" else client.generic(method, address)


def send(
    client: Client,
    method: str,
    address: str,
    *,
    query: str = "",
    body: bytes = b"",
    kind: str = "application/x-www-form-urlencoded",
    headers: Mapping[str, str] | None = None,
) -> HttpResponseBase:
    """One request without a trace, byte for byte as given."""
    with untouched(client):
        return client.generic(method, address, body, kind, query_params=None, headers=headers, QUERY_STRING=query)


def build_world() -> World:
    """Two applicants with a draft and cases each, and a second authority in another region."""
    place = hall()
    world = World(place)
    own = begin(place, yesterday(), premises="own").accept().reviews().grant().certificate()
    other = _elsewhere(place)
    _clients(world, place, own, other)
    world.own = _things(own) | arrangements("approval_bureau")
    world.foreign = _things(other) | arrangements("culture")
    Case.objects.filter(pk=other.row.pk).update(region_code="110105")
    Alert.objects.filter(case_number=other.number).update(region_code="110105")
    LegalHold.objects.filter(pk=world.foreign["hold"]).update(region_code="110105")
    Licence.objects.filter(pk=world.foreign["licence_id"]).update(region_code="110105")
    shared = {"key": ITEM, "kind": "person", "verb": "assign", "token": "nonsense", "version": 1, "task": _dead_task()}
    manager = accounts.actor_for(place.ids["walk-catalogue_manager"], timezone.now())
    shared["draft_version"] = catalogue.open_draft(item_key=ITEM, actor=manager, now=timezone.now())
    shared["place"] = "basics"
    shared |= {"account": place.ids["walk-window"], "deed": "disable"}
    for things in (world.own, world.foreign):
        things |= shared
    world.own |= _authority(own)
    world.foreign |= _authority_elsewhere()
    return world


def _dead_task() -> str:
    row = Task.objects.first()
    assert row is not None
    Task.objects.filter(pk=row.pk).update(status="FAILED")
    return str(row.pk)


def _elsewhere(place: Hall) -> Walk:
    """A case of somebody else, at another authority of another region."""
    data = plain(spec())
    data["authority"] = {**data["authority"], "organisation": "culture"}
    for step in ("completeness", "certificate", "delivery"):
        data["procedure"][step]["organisation"] = "culture"
    data["procedure"]["reviews"] = []
    data["procedure"]["inspection"] = None
    data["base_code"] = "120123009000"
    data["result"]["licence_type"] |= {"key": "elsewhere", "code": "11120116MBX000131T999"}
    publish(build(ItemSpec, data), key="elsewhere")
    for duty in ("window", "decision_maker", "certificate_clerk"):
        place.ids[f"there-{duty}"] = factories.officer(f"there-{duty}", "culture", [duty])
    walk = begin(place, yesterday(), who="person", serial=9, item="elsewhere", premises="own")
    walk.accept("there-window").grant("there-decision_maker")
    walk.do(services.make_certificate, "there-certificate_clerk")
    factories.run_tasks()
    return walk


def _clients(world: World, place: Hall, own: Walk, other: Walk) -> None:
    """A signed-in browser for every role."""
    for duty in DUTIES:
        place.ids[f"walk-{duty}"] = factories.officer(f"walk-{duty}", "approval_bureau", [duty])
    for role in AdminRole:
        account_services.install_administrator(
            username=f"admin-{role}", name="示例管理员", role=str(role), actor=SYSTEM, now=timezone.now()
        )
        place.ids[f"admin-{role}"] = str(get_user_model().objects.get(username=f"admin-{role}").pk)
    accounts_of = {"owner": own.applicant.id, "other": other.applicant.id}
    accounts_of |= {duty: place.ids[f"walk-{duty}"] for duty in DUTIES} | {role: place.ids[role] for role in ADMINS}
    world.clients["anonymous"] = Client()
    for role, account in accounts_of.items():
        world.clients[role] = Client()
        world.clients[role].force_login(get_user_model().objects.get(pk=account))


def _asked(walk: Walk, licence_id: str) -> str:
    """Something the holder asks for."""
    who: dict[str, Any] = {"actor": walk.applicant, "holders": licences.received_for(walk.applicant)}
    told: dict[str, Any] = {"verb": "replace", "reason": "纸质证书遗失", "now": timezone.now()}
    return str(licence_services.ask(licence_id=licence_id, **who, **told).pk)


def _held(walk: Walk) -> int:
    """A hold on the case, of the case's region."""
    made = retention.place_hold(number=walk.number, whole_person=False, reason="示例", actor=SYSTEM, now=timezone.now())
    return int(made)


def _things(walk: Walk) -> dict[str, Any]:
    """What belongs to a finished case and to a draft of the same applicant."""
    view, now = walk.portal(), timezone.now()
    applicant = next(iter(walk.applicant.applicant_ids))
    draft = services.start_draft(actor=walk.applicant, applicant_id=applicant, item_key=ITEM, now=now)
    answers = {"premises": "own"}
    services.set_situation(draft_id=draft, actor=walk.applicant, variant="new", answers=answers, now=now)
    file = services.add_draft_file(
        draft_id=draft, actor=walk.applicant, material_key="plan", name="图.png", content=factories.png(), now=now
    )
    assert view.licence is not None
    return {
        "number": walk.number,
        "draft_id": uuid.UUID(str(draft)),
        "page_key": "basics",
        "material_key": "plan",
        "row_id": file.pk,
        "file_id": next(file.file_id for material in view.materials for file in material.files),
        "draft_file": str(file.file_id),
        "document_id": view.documents[0].id,
        "licence_id": view.licence.id,
        "request_id": _asked(walk, view.licence.id),
        "step": "revoke",
        "wish": "replace",
        "type_key": licences.get(view.licence.id).type_key,
        "blank_deed": "receive",
        "hold": _held(walk),
        "alert": _alert(walk),
        "applicant_id": applicant,
        "message_id": Message.objects.filter(reference=walk.number, channel="inapp").latest("created_at").pk,
        "record": 1,
        "point": 1,
    }


def _authority(walk: Walk) -> dict[str, Any]:
    """An enterprise's authority that waits for its agent."""
    (enterprise,) = walk.applicant.applicant_ids
    power = invite(walk.applicant, timezone.now(), serial=77, name="李示例")
    return {"enterprise": enterprise, "power": power}


def _authority_elsewhere() -> dict[str, Any]:
    """The same at an enterprise that nobody of the world belongs to."""
    now = timezone.now()
    principal, enterprise = firm(now, 88, "津滨示例贸易有限公司")
    return {"enterprise": enterprise, "power": invite(principal, now, serial=78, name="赵示例")}


def _alert(walk: Walk) -> int:
    row = walk.row
    return Alert.objects.create(
        case_number=row.number,
        kind="overdue",
        clock="statutory",
        region_code=row.region_code,
        authority=row.authority,
        since=timezone.localdate(),
        recorded_at=timezone.now(),
    ).pk
