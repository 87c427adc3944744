"""Drafting, publishing and withdrawing versions of items."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from tongban.accounts.queries import organisation
from tongban.calendars.queries import current as calendar_in_force
from tongban.catalogue.models import DraftRevision, Item, ItemVersion, LicenceType
from tongban.catalogue.publishing import publication_findings
from tongban.catalogue.queries.editing import history
from tongban.catalogue.queries.versions import chain_of, view
from tongban.catalogue.services.item_files import enqueue_files
from tongban.catalogue.services.listing import refresh_items
from tongban.core.actors import Actor, Duty
from tongban.core.changes import Change
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError, Forbidden, Invalid, NotFound, Refused, Stale, gettext_noop
from tongban.core.items import ItemVersionSpec, LicenceTypeSpec
from tongban.core.items_check import ERROR, Finding
from tongban.core.specs import plain
from tongban.records.canonical import canonical, digest
from tongban.records.services import JSON, append_to_chain


def content_hash(content: dict[str, Any]) -> str:
    """SHA-256 of an item's canonical content."""
    return digest(canonical(content))


def check_may_publish(actor: Actor) -> None:
    """Raise :class:`Forbidden` unless the actor's post carries the catalogue (or is the installation itself)."""
    if actor.kind != "system" and not actor.has(Duty.CATALOGUE_MANAGER):
        raise Forbidden(
            gettext_noop("Items are edited and published by catalogue managers."),
            remedy=gettext_noop("Ask a colleague whose post carries that duty."),
        )


def draft_values(version: ItemVersionSpec) -> dict[str, Any]:
    """The columns of a draft that say what ``version`` says."""
    content = plain(version.item)
    return {
        "effective_from": version.effective_from,
        "effective_to": version.effective_to,
        "track": version.item.track.value,
        "content": content,
        "content_hash": content_hash(content),
        "transition": plain(version.transition) if version.transition else None,
        "change_note": version.change_note,
    }


#: What makes two versions the same in law; the note about the change is only a note.
_SUBSTANCE = ("effective_from", "effective_to", "content_hash", "transition")


def same_as_published(row: ItemVersion, version: ItemVersionSpec) -> bool:
    """Whether a stored version says what ``version`` says."""
    values = draft_values(version)
    return all(getattr(row, name) == values[name] for name in _SUBSTANCE)


def save_draft(*, item_key: str, version: ItemVersionSpec, source: str, actor: Actor, now: dt.datetime) -> int:
    """Store a version as a draft, creating its item if need be, and return the version's id.

    An existing draft with that number is replaced. Raises :class:`Refused` if the number is published with other
    content, :class:`Forbidden` for anybody but a catalogue manager, :class:`Invalid` if the authority is unknown.
    """
    check_may_publish(actor)
    with transaction.atomic():
        item = _item_for(item_key, version, source, now)
        row = ItemVersion.objects.filter(item=item, number=version.number).first()
        if row is not None and row.status != ItemVersion.DRAFT:
            if same_as_published(row, version):
                return int(row.pk)
            raise Refused(
                gettext_noop("Version %(number)s of %(item)s is published and cannot be changed."),
                remedy=gettext_noop("Write the change as a new version with its own date of effect."),
                params={"number": version.number, "item": item_key},
            )
        row = row or ItemVersion(item=item, number=version.number)
        before = plain(version_spec(row)) if row.pk else None
        for name, value in draft_values(version).items():
            setattr(row, name, value)
        row.created_by, row.created_at = actor.id, now
        row.edited_by, row.edited_at, row.unread = actor.id, now, {}
        row.revision += 1
        row.save()
        if before is not None:
            log_revision(row, replacing(before, plain(version)), actor, now)
        return int(row.pk)


def replacing(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """The changes that put one whole version in the place of another; its number stays."""
    names = sorted((before.keys() | after.keys()) - {"number"})
    return [
        Change("set", (name,), before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]


def log_revision(
    row: ItemVersion, changes: Sequence[Change], actor: Actor, now: dt.datetime, *, form: str = "", undoes: int = 0
) -> None:
    """Keep what was changed in a draft as its revision ``row.revision``."""
    DraftRevision.objects.create(
        version=row,
        number=row.revision,
        by=actor.id,
        by_name=actor.name[:200],
        at=now,
        form=form[:40],
        changes=[each.stored() for each in changes],
        undoes=undoes,
    )


def _item_for(item_key: str, version: ItemVersionSpec, source: str, now: dt.datetime) -> Item:
    spec = version.item
    region_code = _region_of(spec.authority.organisation)
    item, _ = Item.objects.get_or_create(
        key=item_key,
        region_code=region_code,
        defaults={
            "name": spec.name,
            "plain_name": spec.plain_name,
            "authority_name": spec.authority.name,
            "organisation_key": spec.authority.organisation,
            "task_type": spec.task_type,
            "source": source,
            "status": Item.DRAFT,
            "missing": ["version"],
            "updated_at": now,
        },
    )
    return item


def _region_of(organisation_key: str) -> str:
    try:
        return organisation(organisation_key).region_code
    except ObjectDoesNotExist as error:
        raise _unknown_organisation("authority.organisation", organisation_key) from error


def _unknown_organisation(where: str, key: str) -> Invalid:
    message = gettext_noop("The organisation “%(key)s” is not known here.")
    remedy = gettext_noop("Add it to the organisations, or name one that exists.")
    return Invalid(
        message, remedy=remedy, params={"key": key}, errors=[FieldError(where, message, remedy, {"key": key})]
    )


def publish(*, version_id: int, actor: Actor, now: dt.datetime, revision: int | None = None) -> None:
    """Publish a draft: from then on it never changes. ``revision`` is the one the publisher has read.

    Raises :class:`Forbidden` for anybody but a catalogue manager, :class:`NotFound`, :class:`Invalid` listing every
    fault, :class:`Stale` if the draft was changed since ``revision``, :class:`Refused` if it is published already, an
    earlier-numbered version takes effect later, or the publisher was the last to change it (a second person
    publishes; only the installation itself does both).
    """
    check_may_publish(actor)
    with transaction.atomic():
        row = ItemVersion.objects.select_for_update(of=("self",)).select_related("item").filter(pk=version_id).first()
        if row is None:
            raise NotFound(gettext_noop("This version of the item does not exist."))
        if row.status != ItemVersion.DRAFT:
            raise Refused(
                gettext_noop("This version is published already."),
                remedy=gettext_noop("Write a new version if something is to change."),
            )
        check_second_person(row.edited_by, actor)
        _check_seen(row, revision)
        version = version_spec(row)
        _refuse_findings(publication_findings(row.item.key, version, calendar_in_force()))
        if row.unread:
            raise _unread_entries(len(row.unread))
        _check_sequence(row)
        row.status = ItemVersion.PUBLISHED
        row.published_by, row.published_at = actor.id, now
        row.save()
        if version.item.result.licence_type is not None:
            save_licence_type(version.item.result.licence_type)
        refresh_items([row.item], now)
        _record(row, "publish", actor, now, row.effective_from, edited_by=row.edited_by)
        enqueue_files(row.pk)


def check_second_person(edited_by: str, actor: Actor) -> None:
    """Raise :class:`Refused` when the last editor of a draft would publish it."""
    if actor.kind != "system" and edited_by == actor.id:
        raise Refused(
            gettext_noop("You were the last to change this version: somebody else publishes it."),
            remedy=gettext_noop("Ask another catalogue manager to read it and publish it."),
        )


def _check_seen(row: ItemVersion, revision: int | None) -> None:
    if revision is None or revision == row.revision:
        return
    raise Stale(
        gettext_noop("The draft has been changed since you read it."),
        since=history(row.pk, revision),
        remedy=gettext_noop("Read what changed, then publish."),
    )


def _unread_entries(count: int) -> Invalid:
    return Invalid(
        gettext_noop("%(count)s entries of this version cannot be read."),
        remedy=gettext_noop("Open the consistency check and correct them."),
        params={"count": count},
    )


def version_spec(row: ItemVersion) -> ItemVersionSpec:
    """A stored version as its typed value."""
    shown = view(row)
    return ItemVersionSpec(
        row.number, row.effective_from, shown.spec, row.effective_to, shown.transition, row.change_note
    )


def _refuse_findings(findings: list[Finding]) -> None:
    errors = [
        FieldError(each.field, each.message, each.remedy, each.params) for each in findings if each.level == ERROR
    ]
    if errors:
        raise Invalid(
            gettext_noop("The version cannot be published: %(count)s entries do not agree."),
            remedy=gettext_noop("Correct them and publish again."),
            errors=errors,
            params={"count": len(errors)},
        )


def _check_sequence(row: ItemVersion) -> None:
    others = ItemVersion.objects.filter(item=row.item).exclude(status=ItemVersion.DRAFT)
    clash = (
        others.filter(number__lt=row.number, effective_from__gte=row.effective_from)
        | others.filter(number__gt=row.number, effective_from__lte=row.effective_from)
    ).first()
    if clash is not None:
        raise Refused(
            gettext_noop("Version %(number)s takes effect on %(date)s: versions must rise in number and in date."),
            remedy=gettext_noop("Change the date of effect or the number."),
            params={"number": clash.number, "date": clash.effective_from.isoformat()},
        )


def _record(row: ItemVersion, verb: str, actor: Actor, now: dt.datetime, effective: dt.date, **more: JSON) -> None:
    append_to_chain(
        chain=chain_of(row.item),
        verb=verb,
        actor=actor,
        at=now,
        legal_date=effective,
        facts={**version_facts(row), **more},
    )


def version_facts(row: ItemVersion) -> dict[str, Any]:
    """What the evidence says of a published version; ``catalogue.audit`` compares it with the row."""
    return {
        "item": row.item.key,
        "number": row.number,
        "content_hash": row.content_hash,
        "effective_from": row.effective_from.isoformat(),
        "effective_to": row.effective_to.isoformat() if row.effective_to else None,
        "track": row.track,
        "transition": row.transition,
    }


def withdraw(*, version_id: int, on: dt.date, reason: str, actor: Actor, now: dt.datetime) -> None:
    """Take a published version out of force from ``on``: abolished, or published by mistake.

    Cases that froze it keep it; whether they may still be decided is for :func:`queries.transition_for`. Raises
    :class:`Forbidden`, :class:`NotFound`, :class:`Invalid` without a reason or for a date before today,
    :class:`Refused` unless it is published.
    """
    check_may_publish(actor)
    if not reason.strip():
        message = gettext_noop("Say why the version is withdrawn.")
        remedy = gettext_noop("Name the document that ends it.")
        raise Invalid(message, remedy=remedy, errors=[FieldError("reason", message, remedy)])
    if on < legal_date(now):
        message = gettext_noop("A version cannot be withdrawn for the past: cases have been filed under it.")
        remedy = gettext_noop("Choose today or a later day.")
        raise Invalid(message, remedy=remedy, errors=[FieldError("on", message, remedy)])
    with transaction.atomic():
        row = ItemVersion.objects.select_for_update(of=("self",)).select_related("item").filter(pk=version_id).first()
        if row is None:
            raise NotFound(gettext_noop("This version of the item does not exist."))
        if row.status != ItemVersion.PUBLISHED:
            raise Refused(gettext_noop("Only a published version can be withdrawn."))
        row.status = ItemVersion.WITHDRAWN
        row.withdrawn_from, row.withdrawn_reason = on, reason.strip()
        row.save()
        refresh_items([row.item], now)
        _record(row, "withdraw", actor, now, on, withdrawn_from=on.isoformat(), reason=reason.strip())


def save_licence_type(spec: LicenceTypeSpec, *, issued_here: bool = True) -> bool:
    """Create or update a licence type; returns whether anything changed."""
    values = {"code": spec.code, "name": spec.name, "spec": plain(spec), "issued_here": issued_here}
    row = LicenceType.objects.filter(key=spec.key).first()
    if row is not None and all(getattr(row, name) == value for name, value in values.items()):
        return False
    LicenceType.objects.update_or_create(key=spec.key, defaults=values)
    return True
