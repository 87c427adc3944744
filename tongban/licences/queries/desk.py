"""Licences as officers look for them, and what waits to be done about them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongban.core.actors import Actor
from tongban.core.codes.identity import mask_name
from tongban.licences.models import Licence, LicenceRequest, LicenceVersion
from tongban.licences.states import EXPIRED, State, standing
from tongban.records import queries as records
from tongban.records.secrets import blind_index
from tongban.records.values import EventView

PER_PAGE = 50
#: Days before the end of validity from which a licence counts as ending soon; a choice of this house.
SOON = 90
#: States one can look for: the stored ones that were ever open, and those that follow from the dates.
WANTED = (State.VALID, "ending", EXPIRED, State.SUSPENDED, State.REVOKED, State.CANCELLED, State.VOID, State.RESERVED)


@dataclass(frozen=True)
class Sought:
    """What is looked for. ``words``: a number, part of a holder's name, or a whole identity number or credit code."""

    words: str = ""
    state: str = ""
    type_key: str = ""
    waiting: bool = False


@dataclass(frozen=True)
class LicenceRow:
    """One line of the list; persons' names are masked for exports only."""

    id: str
    number: str
    name: str
    holder: str
    person: bool
    issuer: str
    standing: str
    valid_to: dt.date | None
    since: dt.date
    applicant_id: int | None
    waiting: str
    version: int

    @property
    def masked_holder(self) -> str:
        """The holder as a list that leaves the house names it."""
        return mask_name(self.holder) if self.person else self.holder


@dataclass(frozen=True)
class LicencePage:
    """A page of the list with the number of pages and of licences in all."""

    rows: tuple[LicenceRow, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True)
class RequestView:
    """Something asked or proposed. ``told`` are the words, ``entries`` what a correction changes (key → new text)."""

    id: str
    licence_id: str
    number: str
    licence_name: str
    origin: str
    verb: str
    ground: str
    told: str
    entries: Mapping[str, str]
    state: str
    answer: str
    asked_by: str
    asked_name: str
    asked_at: dt.datetime
    answered_name: str
    answered_at: dt.datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state == LicenceRequest.OPEN


def sought(actor: Actor, wanted: Sought, on: dt.date, page: int = 1) -> LicencePage:
    """A page of the licences of the actor's region, what happened last first: three queries."""
    rows = _sought(actor, wanted, on)
    total = rows.count()
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(page, 1), pages)
    found = list(rows[(page - 1) * PER_PAGE : page * PER_PAGE])
    waiting = _waiting_of(found)
    return LicencePage(tuple(_row(each, on, waiting.get(each.pk, "")) for each in found), page, pages, total)


def every_sought(actor: Actor, wanted: Sought, on: dt.date, most: int) -> Iterator[LicenceRow]:
    """At most ``most`` of them, for a list that leaves the house."""
    for each in _sought(actor, wanted, on)[:most]:
        yield _row(each, on, "")


def types(actor: Actor) -> list[tuple[str, str]]:
    """The licence types of the actor's region: (key, name)."""
    rows = _region(actor).order_by("type_key").values_list("type_key", "type_name").distinct()
    return list(dict(rows).items())


def waiting_count(actor: Actor) -> int:
    """How many requests and proposals wait at the actor's own authority."""
    return _open().filter(licence__issuer_key=actor.organisation).count()


def requests_of(licence_id: str) -> list[RequestView]:
    """Everything that was asked of a licence, newest first."""
    rows = LicenceRequest.objects.filter(licence_id=licence_id).select_related("licence").order_by("-asked_at")
    return [_request(row) for row in rows]


def story(licence_id: str) -> list[EventView]:
    """The events of a licence, newest first."""
    return list(reversed(records.events(f"licence:{licence_id}")))


def _region(actor: Actor) -> QuerySet[Licence]:
    if not actor.is_staff and actor.kind != "system":
        return Licence.objects.none()
    return Licence.objects.filter(region_code=actor.region_code) if actor.region_code else Licence.objects.all()


def _open() -> QuerySet[LicenceRequest]:
    return LicenceRequest.objects.filter(state=LicenceRequest.OPEN)


def _sought(actor: Actor, wanted: Sought, on: dt.date) -> QuerySet[Licence]:
    rows = _region(actor).defer("holder_id", "state_reason")
    words = " ".join(wanted.words.split())[:100]
    if words:
        compact = words.replace(" ", "").upper()
        named = Q(number__icontains=words) | Q(holder_name__icontains=words)
        rows = rows.filter(named | Q(holder_index=blind_index(compact, "licence_holder")))
    if wanted.type_key:
        rows = rows.filter(type_key=wanted.type_key)
    if wanted.waiting:
        asked = _open().filter(licence_id=OuterRef("pk"), licence__issuer_key=actor.organisation)
        rows = rows.filter(Exists(asked))
    return _standing(rows, wanted.state, on).order_by("-created_at", "-pk")


def _standing(rows: QuerySet[Licence], state: str, on: dt.date) -> QuerySet[Licence]:
    """Licences that stand like ``state`` on a day, as :func:`tongban.licences.states.standing` says."""
    if state not in WANTED:
        return rows
    current = (State.VALID, State.SUSPENDED)
    if state == EXPIRED:
        return rows.filter(state__in=current, valid_to__lt=on)
    if state == "ending":
        return rows.filter(state=State.VALID, valid_to__gte=on, valid_to__lte=on + dt.timedelta(days=SOON))
    rows = rows.filter(state=state)
    return rows.filter(Q(valid_to=None) | Q(valid_to__gte=on)) if state in current else rows


def _waiting_of(found: list[Licence]) -> dict[object, str]:
    """Licence → the verb that waits; a proposal of the desk before what a holder asks."""
    rows = _open().filter(licence__in=[each.pk for each in found]).order_by("-origin").values_list("licence_id", "verb")
    return dict(rows)


def _row(each: Licence, on: dt.date, waiting: str) -> LicenceRow:
    return LicenceRow(
        str(each.pk),
        each.number,
        each.type_name,
        each.holder_name,
        each.holder_kind == "person",
        each.issuer_name,
        standing(each.state, each.valid_to, on),
        each.valid_to,
        each.state_since,
        each.applicant_id,
        waiting,
        each.version,
    )


def _request(row: LicenceRequest) -> RequestView:
    told = json.loads(row.content)
    return RequestView(
        str(row.pk),
        str(row.licence_id),
        row.licence.number,
        row.licence.type_name,
        row.origin,
        row.verb,
        row.ground,
        told["reason"],
        told.get("fields", {}),
        row.state,
        row.answer,
        row.asked_by,
        row.asked_name,
        row.asked_at,
        row.answered_name,
        row.answered_at,
    )


def file_of(licence_id: str, version: int, actor: Actor) -> str:
    """The stored file of one version for an officer of the region; empty when there is none."""
    rows = LicenceVersion.objects.filter(licence__in=_region(actor).filter(pk=licence_id), version=version)
    found = rows.values_list("file_id", flat=True).first()
    return str(found) if found else ""
