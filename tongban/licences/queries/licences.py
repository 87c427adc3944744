"""Licences for their holders and for officers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable

from django.db import connection
from django.db.models import F, Q, QuerySet

from tongban.core.actors import Actor
from tongban.core.agency import Act
from tongban.licences import content
from tongban.licences.models import LicenceVersion
from tongban.licences.services import guards
from tongban.licences.states import State
from tongban.licences.values import LicenceView


def visible_to(actor: Actor) -> Q:
    """Which versions' licences an actor may see: officers their region's, applicants their own."""
    if actor.kind == "system":
        return Q()
    if actor.is_staff:
        return Q(licence__region_code=actor.region_code) if actor.region_code else Q()
    return Q(licence__applicant_id__in=received_for(actor))


def received_for(actor: Actor) -> frozenset[int]:
    """The applicants whose whole folder is the actor's to open: its own, and of its enterprises those that let it
    receive the documents of every item (a licence says what it permits, not under which item it is asked for)."""
    whole = (power for power in actor.agency.running if not power.items and Act.RECEIVE in power.acts)
    return actor.applicant_ids | {power.applicant for power in whole}


def get(licence_id: str) -> LicenceView:
    """A licence with its newest version, signed or not. Raises :class:`~tongban.core.errors.NotFound`."""
    return _one(Q(licence_id=_uuid(licence_id), version=F("licence__version")))


def visible(licence_id: str, actor: Actor) -> LicenceView:
    """As :func:`get`, if it is the actor's to see; an applicant sees only what is open."""
    found = _one(Q(licence_id=_uuid(licence_id), version=F("licence__version")) & visible_to(actor))
    if found.is_open or actor.kind != "applicant":
        return found
    return _one(Q(licence_id=_uuid(licence_id), version=F("licence__open_version")))


def history(licence_id: str) -> list[LicenceView]:
    """All versions of a licence, newest first."""
    return _views(_versions().filter(licence_id=_uuid(licence_id)).order_by("-version"))


def folder(applicant_ids: Collection[int]) -> list[LicenceView]:
    """The licence folder of these applicants: what is open, newest first."""
    found = _open().filter(licence__applicant_id__in=list(applicant_ids))
    return _views(found.order_by("-issued_on", "-licence__created_at"))


def on_file(applicant_id: int, licence_type_key: str, on: dt.date) -> list[LicenceView]:
    """Valid licences of this type that the applicant holds on a day, newest first, so that none is asked for again.

    国务院关于在线政务服务的若干规定 art. 7: what the authorities hold is not to be asked for twice.
    """
    found = _open().filter(
        Q(valid_to=None) | Q(valid_to__gte=on),
        licence__applicant_id=applicant_id,
        licence__type_key=licence_type_key,
        licence__state=State.VALID,
    )
    return _views(found.order_by("-valid_from", "-licence__created_at"))


def is_open(licence_id: str) -> bool:
    """Whether the newest version's signed file is on record, so that it can be delivered."""
    return get(licence_id).is_open


def for_case(case_chain: str) -> list[LicenceView]:
    """The versions a case led to, oldest first."""
    return _views(_versions().filter(source_case=case_chain).order_by("created_at"))


def is_signed(licence_id: str, case_chain: str) -> bool:
    """Whether the newest version of a licence that a case made has its signed file on record."""
    key = LicenceVersion._meta.get_field("licence").get_db_prep_value(licence_id, connection)
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST_FILE, (key, case_chain))
        row = cursor.fetchone()
    return bool(row and row[0])


_NEWEST_FILE = (
    "select file_sha256 from licences_licenceversion where licence_id = %s and source_case = %s"
    " order by created_at desc, id desc limit 1"
)


def expiring(on: dt.date, days: int, region_code: str = "") -> list[LicenceView]:
    """Valid licences whose validity ends from ``on`` until ``days`` later, both included, soonest first."""
    found = _open().filter(licence__state=State.VALID, valid_to__gte=on, valid_to__lte=on + dt.timedelta(days=days))
    if region_code:
        found = found.filter(licence__region_code=region_code)
    return _views(found.order_by("valid_to"))


def _versions() -> QuerySet[LicenceVersion]:
    return LicenceVersion.objects.select_related("licence")


def _open() -> QuerySet[LicenceVersion]:
    """The version that counts, of licences that have one."""
    return _versions().filter(version=F("licence__open_version")).exclude(licence__state=State.VOID)


def _views(rows: Iterable[LicenceVersion]) -> list[LicenceView]:
    return [content.view(row.licence, row) for row in rows]


def _one(condition: Q) -> LicenceView:
    row = _versions().filter(condition).first()
    if row is None:
        raise guards.not_found()
    return content.view(row.licence, row)


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(str(text))
    except ValueError as error:
        raise guards.not_found() from error
