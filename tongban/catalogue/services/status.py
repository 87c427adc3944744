"""Taking an item out of use and back: 事项状态 in use, paused, cancelled."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from tongban.catalogue.models import Item
from tongban.catalogue.queries.versions import chain_of
from tongban.catalogue.services.listing import refresh_items
from tongban.catalogue.services.versions import check_may_publish
from tongban.core.actors import Actor
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError, Invalid, NotFound, Refused, gettext_noop
from tongban.records.services import append_to_chain

_STATUSES = (Item.IN_USE, Item.PAUSED, Item.CANCELLED)


def set_status(*, item_key: str, status: str, reason: str, actor: Actor, now: dt.datetime) -> None:
    """Put an item in use, pause it or cancel it; nobody can apply for it unless it is in use.

    Pending cases go on: their version is frozen. Raises :class:`Forbidden` for anybody but a catalogue manager,
    :class:`NotFound`, :class:`Invalid` without a reason or for an unknown status, :class:`Refused` if the item was
    never published or has that status already.
    """
    check_may_publish(actor)
    if status not in _STATUSES:
        message, remedy = (
            gettext_noop("An item is in use, paused or cancelled."),
            gettext_noop("Choose one of the three."),
        )
        raise Invalid(message, remedy=remedy, errors=[FieldError("status", message, remedy)])
    if not reason.strip():
        message, remedy = gettext_noop("Say why the item's status changes."), gettext_noop("Name the document.")
        raise Invalid(message, remedy=remedy, errors=[FieldError("reason", message, remedy)])
    with transaction.atomic():
        item = Item.objects.select_for_update().filter(key=item_key).order_by("pk").first()
        if item is None:
            raise NotFound(gettext_noop("This item does not exist."))
        if item.status == Item.DRAFT:
            raise Refused(
                gettext_noop("The item has never been published."), remedy=gettext_noop("Publish a version first.")
            )
        if item.status == status:
            raise Refused(gettext_noop("The item has that status already."))
        item.status = status
        item.updated_at = now
        item.save()
        refresh_items([item], now)
        append_to_chain(
            chain=chain_of(item),
            verb="set_status",
            actor=actor,
            at=now,
            legal_date=legal_date(now),
            facts={"item": item.key, "status": status, "reason": reason.strip()},
        )
