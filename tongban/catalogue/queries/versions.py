"""Which version of an item applies, and what a change of version means for pending cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal

from django.db.models import Q, QuerySet

from tongban.catalogue.models import Item, ItemVersion
from tongban.catalogue.views import VersionView
from tongban.catalogue.wording import sendable
from tongban.core.errors import NotFound, Refused, gettext_noop
from tongban.core.items import ItemSpec, ItemVersionSpec, Track, Transition
from tongban.core.items_check import item_code
from tongban.core.specs import build

#: A newer version is in force but carries no rule for cases pending under the older one.
MISSING_TRANSITION: Literal["missing"] = "missing"

_SPECS_KEPT = 512
_specs: dict[str, ItemSpec] = {}


def _spec(row: ItemVersion) -> ItemSpec:
    """The typed item, built once a process: content with one hash never changes, so it is not even read again."""
    found = _specs.get(row.content_hash)
    if found is None:
        found = build(ItemSpec, row.content)
        if len(_specs) >= _SPECS_KEPT:
            _specs.pop(next(iter(_specs)), None)
        _specs[row.content_hash] = found
    return found


def _views(rows: Iterable[ItemVersion]) -> list[VersionView]:
    """Many rows as plain values; contents that are not known yet are read in one query."""
    found = list(rows)
    unknown = [row.pk for row in found if row.content_hash not in _specs]
    contents = dict(ItemVersion.objects.filter(pk__in=unknown).values_list("pk", "content")) if unknown else {}
    for row in found:
        if row.pk in contents:
            row.content = contents[row.pk]
    return [view(row) for row in found]


def view(row: ItemVersion) -> VersionView:
    """``row`` (with its item) as a plain value."""
    spec = _spec(row)
    return VersionView(
        id=row.pk,
        item_id=row.item_id,
        item_key=row.item.key,
        region_code=row.item.region_code,
        number=row.number,
        status=row.status,
        track=Track(row.track),
        spec=spec,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        transition=build(Transition, row.transition) if row.transition else None,
        change_note=row.change_note,
        content_hash=row.content_hash,
        item_code=item_code(spec),
        published_at=row.published_at,
        withdrawn_from=row.withdrawn_from,
        withdrawn_reason=row.withdrawn_reason,
    )


def _rows() -> QuerySet[ItemVersion]:
    return ItemVersion.objects.select_related("item").defer("content", "item__row", "item__summary")


def in_force(on: dt.date) -> Q:
    """The condition under which a version is in force on ``on``, before later versions are considered."""
    return (
        ~Q(status=ItemVersion.DRAFT)
        & Q(effective_from__lte=on)
        & (Q(effective_to__isnull=True) | Q(effective_to__gte=on))
        & (Q(withdrawn_from__isnull=True) | Q(withdrawn_from__gt=on))
    )


def chain_of(item: Item) -> str:
    """The name of the hash chain that records what was published of ``item``."""
    return f"item:{item.region_code}:{item.key}"


def version_in_force(item_key: str, on: dt.date) -> VersionView:
    """The version of ``item_key`` in force on ``on``: the published one that took effect last.

    Raises :class:`NotFound` when the item does not exist or has no version in force on that day.
    """
    row = _rows().filter(in_force(on), item__key=sendable(item_key)).order_by("-effective_from", "-number").first()
    if row is None:
        raise NotFound(
            gettext_noop("There is no version of this item in force on %(date)s."),
            remedy=gettext_noop("Look at the list of items for what can be applied for."),
            params={"date": on.isoformat(), "item": item_key},
        )
    return view(row)


def version_to_apply(item_key: str, on: dt.date) -> VersionView:
    """The version under which somebody may apply on ``on``.

    Raises :class:`NotFound` as :func:`version_in_force` does, and :class:`Refused` while the item is paused,
    cancelled or not open for applications.
    """
    found = version_in_force(item_key, on)
    status = Item.objects.filter(pk=found.item_id).values_list("status", flat=True).get()
    if status != Item.IN_USE or not found.spec.appliable:
        raise Refused(
            gettext_noop("Nobody can apply for “%(name)s” at present."),
            remedy=gettext_noop("Its guide names the phone where you can ask what to do instead."),
            params={"name": found.spec.name},
        )
    return found


def version(version_id: int) -> VersionView:
    """One version, whatever its status. Raises :class:`NotFound`."""
    row = _rows().filter(pk=version_id).first()
    if row is None:
        raise NotFound(gettext_noop("This version of the item does not exist."))
    return view(row)


def versions_of(version_ids: Iterable[int]) -> dict[int, VersionView]:
    """Many versions by id in one query, for lists of cases."""
    return {shown.id: shown for shown in _views(_rows().filter(pk__in=set(version_ids)))}


def versions(item_key: str) -> tuple[VersionView, ...]:
    """Every version of an item, drafts included, the newest first. Raises :class:`NotFound` for an unknown item."""
    item_key = sendable(item_key)
    if not Item.objects.filter(key=item_key).exists():
        raise NotFound(gettext_noop("This item does not exist."))
    return tuple(_views(_rows().filter(item__key=item_key).order_by("-number")))


def version_specs(item_key: str) -> tuple[ItemVersionSpec, ...]:
    """Every version of an item as it is written in a bundle, oldest first; empty for an item without versions."""
    return tuple(
        ItemVersionSpec(
            each.number, each.effective_from, each.spec, each.effective_to, each.transition, each.change_note
        )
        for each in reversed(versions(item_key))
    )


def transition_for(case_version_id: int, on: dt.date) -> Transition | Literal["missing"] | None:
    """What applies on ``on`` to a case that froze version ``case_version_id``.

    ``None``: that version is still in force. A :class:`Transition`: a later version took its place and says what
    happens to pending cases; when several took effect since, the strictest counts (terminate, convert, continue).
    ``"missing"``: the version is no longer in force and nothing says what happens; deciding is blocked (house rule:
    nothing is guessed about law).
    """
    row = _rows().get(pk=case_version_id)
    if _current_id(row.item_id, on) == row.pk:
        return None
    later = ItemVersion.objects.filter(
        ~Q(status=ItemVersion.DRAFT),
        Q(withdrawn_from__isnull=True) | Q(withdrawn_from__gt=on),
        item_id=row.item_id,
        effective_from__gt=row.effective_from,
        effective_from__lte=on,
    )
    rules = [build(Transition, each.transition) if each.transition else None for each in later]
    if not rules or None in rules:
        return MISSING_TRANSITION
    return max((rule for rule in rules if rule is not None), key=lambda rule: _STRICTNESS.index(rule.rule))


_STRICTNESS = ("continue", "convert", "terminate")


def _current_id(item_id: int, on: dt.date) -> int | None:
    return (
        ItemVersion.objects.filter(in_force(on), item_id=item_id)
        .order_by("-effective_from", "-number")
        .values_list("pk", flat=True)
        .first()
    )
