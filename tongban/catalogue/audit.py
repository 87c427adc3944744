"""Comparing published versions with the events that recorded their publication; named in ``AUDIT_FOLDERS``."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from tongban.catalogue.models import Item, ItemFile, ItemVersion
from tongban.catalogue.queries.versions import chain_of
from tongban.catalogue.services.versions import content_hash, version_facts
from tongban.records import queries as records
from tongban.records.values import JSON, EventView, Finding

_BATCH = 200


def verify() -> Iterator[Finding]:
    """Versions whose content, dates, status or forms are not those that were recorded, and published ones gone."""
    told: dict[str, dict[int, EventView]] = {}
    ends: dict[str, dict[int, str]] = {}
    forms: dict[str, dict[int, EventView]] = {}
    yield from _statuses()
    rows = ItemVersion.objects.select_related("item").prefetch_related("files").order_by("item_id", "number")
    seen: dict[str, set[int]] = {}
    for row in rows.exclude(status=ItemVersion.DRAFT).iterator(_BATCH):
        chain = chain_of(row.item)
        if chain not in told:
            told[chain], ends[chain], forms[chain] = _fold(chain)
        seen.setdefault(chain, set()).add(row.number)
        yield from _compare(row, chain, told[chain], ends[chain])
        yield from _compare_files(row, chain, forms[chain].get(row.number))
    for chain, events in told.items():
        for number in sorted(set(events) - seen[chain]):
            yield Finding(chain, events[number].seq, "missing_row", f"version {number} was published and is gone")


def _statuses() -> Iterator[Finding]:
    """Items whose status is not the one last recorded; without a record an item is in use."""
    looked_at = Item.objects.filter(Q(versions__isnull=False) | ~Q(status=Item.IN_USE)).exclude(status=Item.DRAFT)
    for item in looked_at.only("key", "region_code", "status").distinct():
        chain = chain_of(item)
        told = [event for event in records.events(chain) if event.verb == "set_status"]
        recorded = str(told[-1].facts["status"]) if told else Item.IN_USE
        if item.status != recorded:
            seq = told[-1].seq if told else 0
            yield Finding(chain, seq, "changed_row", f"the item is {item.status}, recorded is {recorded}")


def _fold(chain: str) -> tuple[dict[int, EventView], dict[int, str], dict[int, EventView]]:
    published: dict[int, EventView] = {}
    withdrawn: dict[int, str] = {}
    forms: dict[int, EventView] = {}
    for event in records.events(chain):
        if event.verb == "publish":
            published[int(str(event.facts["number"]))] = event
        elif event.verb == "withdraw":
            withdrawn[int(str(event.facts["number"]))] = str(event.facts["withdrawn_from"])
        elif event.verb == "make_forms":
            forms[int(str(event.facts["number"]))] = event
    return published, withdrawn, forms


def _compare_files(row: ItemVersion, chain: str, event: EventView | None) -> Iterator[Finding]:
    """The forms on paper of ``row`` against the event that recorded them."""
    found = {each.kind: each.sha256 for each in row.files.all()}
    told = {kind: event.facts.get(kind) for kind in (ItemFile.BLANK, ItemFile.SAMPLE)} if event else {}
    if found != told:
        seq = event.seq if event else 0
        yield Finding(chain, seq, "changed_row", f"version {row.number}: its forms are not those that were made")


def _compare(
    row: ItemVersion, chain: str, published: dict[int, EventView], withdrawn: dict[int, str]
) -> Iterator[Finding]:
    event = published.get(row.number)
    if event is None:
        yield Finding(chain, 0, "unrecorded", f"version {row.number} counts as published, no event says so")
        return
    if content_hash(row.content) != row.content_hash:
        yield Finding(chain, event.seq, "changed_content", f"version {row.number}: the content was changed")
    facts: dict[str, JSON] = version_facts(row)
    for name, value in facts.items():
        if event.facts.get(name) != value:
            yield Finding(chain, event.seq, "changed_row", f"version {row.number}: {name} is not what was published")
    ended = row.withdrawn_from.isoformat() if row.withdrawn_from else None
    if withdrawn.get(row.number) != ended or (row.status == ItemVersion.WITHDRAWN) != (ended is not None):
        yield Finding(chain, event.seq, "changed_row", f"version {row.number}: its withdrawal is not what was recorded")
