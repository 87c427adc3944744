"""Keeping lists, facets and search in step with what is published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from tongban.catalogue import wording
from tongban.catalogue.models import Item, ItemFacet, ItemSearch, ItemVersion
from tongban.catalogue.queries.versions import in_force, view
from tongban.core.clock import Limit
from tongban.core.dates import legal_date
from tongban.core.items import ItemSpec, LimitSpec
from tongban.core.items_check import item_code

BATCH = 500


@dataclass
class Listing:
    """An item with the values it is browsed by and the texts it is found by, most telling first."""

    item: Item
    facets: set[tuple[str, str]] = field(default_factory=set)
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    body: tuple[str, ...] = ()


def write_listings(listings: Sequence[Listing]) -> None:
    """Replace facets and search terms of items that are already saved."""
    ids = [listing.item.pk for listing in listings]
    for start in range(0, len(ids), BATCH):
        ItemFacet.objects.filter(item_id__in=ids[start : start + BATCH]).delete()
    facets = [
        ItemFacet(item=listing.item, kind=kind, value=value[:200])
        for listing in listings
        for kind, value in sorted(listing.facets)
        if value
    ]
    ItemFacet.objects.bulk_create(facets, batch_size=BATCH)
    terms = [
        ItemSearch(
            item=listing.item,
            name=wording.index_terms(*listing.names),
            words=wording.index_terms(*listing.words),
            body=wording.index_terms(*listing.body),
        )
        for listing in listings
    ]
    ItemSearch.objects.bulk_create(
        terms,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["item"],
        update_fields=["name", "words", "body"],
    )


def limit_text(limit: LimitSpec) -> str:
    """A limit as lists show it: 10个工作日, 当场."""
    return Limit(limit.value, limit.unit, limit.start, limit.source).zh


def show_version(item: Item, spec: ItemSpec, now: dt.datetime) -> Listing:
    """Set the listing columns of ``item`` from ``spec`` (not saved) and return what it is found by."""
    item.name = spec.name
    item.plain_name = spec.plain_name
    item.summary = spec.summary
    item.organisation_key = spec.authority.organisation
    item.authority_name = spec.authority.name
    item.task_type = spec.task_type
    item.base_code = spec.base_code
    item.task_code = item_code(spec)
    item.level = str(spec.authority.level)
    item.promised = limit_text(spec.promised_limit)
    item.statutory = limit_text(spec.statutory_limit)
    item.visits = spec.visits.count
    item.instant = spec.instant
    item.updated_at = now
    facets = {("department", spec.authority.name), ("task_type", spec.task_type), ("level", item.level)}
    facets |= {("theme", theme) for theme in spec.themes}
    facets |= {("object", code) for code in spec.service_objects}
    facets |= {("four_kind", kind) for kind in spec.four_kinds}
    return Listing(
        item,
        facets,
        names=(spec.name, spec.plain_name),
        words=(*spec.keywords, *(variant.name for variant in spec.variants), spec.result.name),
        body=(
            spec.summary,
            spec.authority.name,
            item.task_code,
            *(material.name for material in spec.materials),
            *(faq.question for faq in spec.faq),
            *(basis.title for basis in spec.legal_basis),
        ),
    )


def refresh_items(items: Iterable[Item], now: dt.datetime) -> int:
    """Bring the listing of ``items`` in step with the version in force at ``now``; returns how many changed.

    An item whose first version takes effect later is listed by that version and not appliable before. Items without
    any version (imported ones) are left alone.
    """
    today = legal_date(now)
    changed: list[Listing] = []
    for item in items:
        published = ItemVersion.objects.filter(item=item).exclude(status=ItemVersion.DRAFT)
        current = published.filter(in_force(today)).order_by("-effective_from", "-number").first()
        shown = current or published.order_by("-effective_from").first()
        if shown is None:
            continue
        spec = view(shown).spec
        before = _columns(item)
        if item.status == Item.DRAFT:
            item.status = Item.IN_USE
        missing = _missing(item, spec, current is not None)
        listing = show_version(item, spec, item.updated_at)
        item.missing, item.appliable = missing, not missing
        if _columns(item) != before or not ItemSearch.objects.filter(item=item).exists():
            item.updated_at = now
            item.save()
            changed.append(listing)
        elif _facets(item) != listing.facets:
            changed.append(listing)
    write_listings(changed)
    return len(changed)


def _missing(item: Item, spec: ItemSpec, in_force_today: bool) -> list[str]:
    missing = []
    if not in_force_today:
        missing.append("version")
    if item.status != Item.IN_USE or not spec.appliable:
        missing.append("status")
    return missing


def _columns(item: Item) -> tuple[object, ...]:
    return tuple(
        getattr(item, column.attname)
        for column in Item._meta.concrete_fields
        if column.attname not in ("id", "updated_at")
    )


def _facets(item: Item) -> set[tuple[str, str]]:
    return set(ItemFacet.objects.filter(item=item).values_list("kind", "value"))


def refresh_listing(*, now: dt.datetime) -> int:
    """Bring all lists in step with the versions in force at ``now``: for a daily tick, as versions take effect by date.

    Returns how many items changed; running it twice changes nothing the second time.
    """
    with transaction.atomic():
        items = Item.objects.filter(pk__in=ItemVersion.objects.values("item_id")).order_by("pk")
        return refresh_items(list(items), now)
