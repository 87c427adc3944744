"""The ledger of blank certificates: each verb is one transaction and one event of the stock's own chain."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from tongban.core import blanks
from tongban.core.actors import Actor
from tongban.core.blanks import Sheet
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError, Forbidden, Invalid, Refused, gettext_noop
from tongban.licences.models import BlankBatch, BlankSheet, Licence
from tongban.licences.services import guards
from tongban.licences.states import REPLACING
from tongban.records.services import append_to_chain
from tongban.records.values import JSON


def chain(actor: Actor, type_key: str) -> str:
    """The chain of one authority's stock of one type."""
    return f"blanks:{actor.region_code}:{actor.organisation}:{type_key}"[:120]


def check_keeper(actor: Actor) -> None:
    """Raises :class:`Forbidden` unless the actor's post makes certificates or decides, at an authority."""
    guards.check_duty(actor, REPLACING)
    if not actor.organisation:
        raise Forbidden(
            gettext_noop("Only the authority that is in charge can do this."),
            remedy=gettext_noop("Have the post assigned to you."),
        )


def receive_blanks(
    *, type_key: str, type_name: str, first: int, last: int, source: str, actor: Actor, now: dt.datetime
) -> None:
    """Take sheets ``first`` to ``last`` into stock; ``source`` names the delivery. Raises :class:`Invalid` by entry."""
    check_keeper(actor)
    told = _told(source, "source")
    with transaction.atomic():
        known = BlankBatch.objects.select_for_update().filter(issuer_key=actor.organisation, type_key=type_key)
        blanks.check_receipt(first, last, known.values_list("first", "last"))
        batch = BlankBatch.objects.create(
            region_code=actor.region_code,
            issuer_key=actor.organisation,
            type_key=type_key,
            type_name=type_name,
            first=first,
            last=last,
            source=told,
            by=actor.id,
            by_name=actor.name,
            at=now,
        )
        rows = (
            BlankSheet(batch=batch, issuer_key=actor.organisation, type_key=type_key, number=number)
            for number in range(first, last + 1)
        )
        BlankSheet.objects.bulk_create(rows, batch_size=500)
        _tell(type_key, "receive_blanks", {"first": first, "last": last}, actor, now)


def use_blank(*, type_key: str, number: int, licence_number: str, actor: Actor, now: dt.datetime) -> None:
    """Record on which sheet the present version of a licence was printed.

    Raises :class:`Invalid` for a licence that is not of this authority and type or not signed, :class:`Refused` for a
    sheet out of turn or gone, and for a version that has its sheet.
    """
    check_keeper(actor)
    with transaction.atomic():
        licence = Licence.objects.filter(
            issuer_key=actor.organisation, type_key=type_key, number=licence_number.strip(), open_version__gt=0
        ).first()
        if licence is None:
            raise _invalid("licence", gettext_noop("There is no such signed licence of this type."))
        if licence.sheets.filter(version=licence.open_version, state=Sheet.USED).exists():
            raise Refused(
                gettext_noop("This version of the licence has its sheet already."),
                remedy=gettext_noop("A new print is a replacement: it makes a new version."),
            )
        row = _taken(type_key, number, Sheet.USED, actor)
        row.licence, row.version = licence, licence.open_version
        facts: dict[str, JSON] = {"licence": f"licence:{licence.pk}", "version": licence.open_version}
        _finish(row, Sheet.USED, "", facts, actor, now)


def set_aside(*, type_key: str, number: int, what: str, reason: str, actor: Actor, now: dt.datetime) -> None:
    """Record a sheet as ``spoiled`` or ``returned``, with the reason. Raises as :func:`use_blank`."""
    check_keeper(actor)
    if what not in (Sheet.SPOILED, Sheet.RETURNED):
        raise _invalid("what", gettext_noop("Choose one."))
    told = _told(reason, "reason")
    with transaction.atomic():
        row = _taken(type_key, number, Sheet(what), actor)
        _finish(row, Sheet(what), told, {}, actor, now)


def count_blanks(*, type_key: str, counted: int, actor: Actor, now: dt.datetime) -> int:
    """Record what was counted in the cupboard; the difference to the ledger (0: both agree)."""
    check_keeper(actor)
    with transaction.atomic():
        stock = BlankSheet.objects.filter(issuer_key=actor.organisation, type_key=type_key, state=Sheet.STOCK).count()
        difference = blanks.check_count(counted, stock)
        _tell(type_key, "count_blanks", {"counted": counted, "ledger": stock}, actor, now)
        return difference


def _taken(type_key: str, number: int, what: Sheet, actor: Actor) -> BlankSheet:
    """The sheet, locked, if it may become ``what``."""
    own = BlankSheet.objects.filter(issuer_key=actor.organisation, type_key=type_key)
    following = own.filter(state=Sheet.STOCK).order_by("number").values_list("number", flat=True).first()
    row = own.select_for_update().filter(number=number).first()
    blanks.check_take(number, Sheet(row.state) if row else None, following, what)
    assert row is not None
    return row


def _finish(row: BlankSheet, what: Sheet, reason: str, facts: dict[str, JSON], actor: Actor, now: dt.datetime) -> None:
    row.state, row.reason = what, reason
    row.by, row.by_name, row.at = actor.id, actor.name, now
    row.save()
    told: dict[str, JSON] = {"number": row.number, "state": str(what), "reason": reason, **facts}
    _tell(row.type_key, "move_blank", told, actor, now)


def _tell(type_key: str, verb: str, facts: dict[str, JSON], actor: Actor, now: dt.datetime) -> None:
    name = chain(actor, type_key)
    append_to_chain(chain=name, verb=verb, actor=actor, at=now, legal_date=legal_date(now), facts=facts)


def _told(text: str, field: str) -> str:
    text = text.strip()
    if not text or len(text) > 200:
        raise _invalid(field, gettext_noop("This is empty.") if not text else gettext_noop("This is too long."))
    return text


def _invalid(field: str, message: str) -> Invalid:
    remedy = gettext_noop("Correct the entry.")
    return Invalid(message, remedy=remedy, errors=[FieldError(field, message, remedy)])
