"""Lists of items, and single items, without a search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, QuerySet

from tongban.catalogue.models import Item, ItemFacet, LicenceType
from tongban.catalogue.views import Facet, Filters, ItemView, Page, PublishedDetails
from tongban.catalogue.wording import sendable
from tongban.core.errors import NotFound, gettext_noop
from tongban.core.items import LicenceTypeSpec
from tongban.core.items_check.rows import LEVELS, TASK_TYPES
from tongban.core.specs import build

PER_PAGE = 20
MOST_PER_PAGE = 200

#: 服务对象 (platform table).
OBJECTS = {
    "1": "自然人",
    "2": "企业法人",
    "3": "事业法人",
    "4": "社会组织法人",
    "5": "非法人企业",
    "6": "行政机关",
    "9": "其他组织",
}

_COLUMNS = (
    "pk", "key", "region_code", "name", "plain_name", "summary", "authority_name", "task_type", "level", "promised",
    "statutory", "visits", "instant", "appliable", "missing", "source", "status", "task_code", "local_code",
)  # fmt: skip


def item_view(row: Item) -> ItemView:
    """``row`` as a plain value."""
    return ItemView(
        id=row.pk,
        key=row.key,
        region_code=row.region_code,
        name=row.name,
        plain_name=row.plain_name,
        summary=row.summary,
        authority_name=row.authority_name,
        task_type=row.task_type,
        level=row.level,
        promised=row.promised,
        statutory=row.statutory,
        visits=row.visits,
        instant=row.instant,
        appliable=row.appliable,
        missing=tuple(row.missing),
        source=row.source,
        status=row.status,
        code=row.task_code or row.local_code,
    )


def rows_by_id(ids: Iterable[int]) -> dict[int, ItemView]:
    """Items by primary key, in one query."""
    return {row.pk: item_view(row) for row in Item.objects.only(*_COLUMNS).filter(pk__in=list(ids))}


def filtered(filters: Filters) -> QuerySet[Item]:
    """The items that pass ``filters``."""
    rows = Item.objects.only(*_COLUMNS)
    if not filters.drafts:
        rows = rows.exclude(status=Item.DRAFT)
    for kind, value in filters.facets().items():
        rows = rows.filter(pk__in=ItemFacet.objects.filter(kind=kind, value=value).values("item_id"))
    if filters.region_code:
        rows = rows.filter(region_code=filters.region_code)
    if filters.appliable is not None:
        rows = rows.filter(appliable=filters.appliable)
    if filters.source:
        rows = rows.filter(source=filters.source)
    return rows


def items_list(filters: Filters | None = None, *, page: int = 1, per_page: int = PER_PAGE) -> Page:
    """Items by name, those that can be applied for first."""
    rows = filtered((filters or Filters()).sendable())
    per_page = min(max(per_page, 1), MOST_PER_PAGE)
    total = rows.count()
    number = min(max(page, 1), max(1, -(-total // per_page)))
    start = (number - 1) * per_page
    found = [item_view(row) for row in rows.order_by("-appliable", "name", "pk")[start : start + per_page]]
    return Page(found, total, number, per_page)


def browse(kind: str, value: str, *, page: int = 1, per_page: int = PER_PAGE) -> Page:
    """Items under one value of ``theme``, ``object``, ``department``, ``four_kind``, ``task_type`` or ``level``.

    Raises :class:`NotFound` for any other kind.
    """
    if kind not in _FACET_LABELS:
        raise NotFound(gettext_noop("Items are not listed in this way."))
    return items_list(_only(kind, value), page=page, per_page=per_page)


def _only(kind: str, value: str) -> Filters:
    narrowed: dict[str, Any] = {kind: value}
    return Filters(**narrowed)


_FACET_LABELS: dict[str, dict[str, str]] = {
    "theme": {},
    "object": OBJECTS,
    "department": {},
    "four_kind": {},
    "task_type": TASK_TYPES,
    "level": {code: name for name, code in reversed(LEVELS.items())},
}


def facets(kind: str, filters: Filters | None = None) -> tuple[Facet, ...]:
    """The values of one kind of facet with the number of items, most items first (one query)."""
    rows = ItemFacet.objects.filter(kind=kind)
    if filters is not None:
        rows = rows.filter(item__in=filtered(filters.sendable()).values("pk"))
    counted = rows.values("value").annotate(count=Count("item_id")).order_by("-count", "value")
    labels = _FACET_LABELS.get(kind, {})
    return tuple(Facet(kind, row["value"], labels.get(row["value"], row["value"]), row["count"]) for row in counted)


def item(item_key: str) -> ItemView:
    """One item. Raises :class:`NotFound`."""
    return item_view(_row(item_key))


def _row(item_key: str) -> Item:
    row = Item.objects.filter(key=sendable(item_key)).order_by("-appliable", "pk").first()
    if row is None:
        raise NotFound(
            gettext_noop("This item does not exist."), remedy=gettext_noop("Search for it by what you want to do.")
        )
    return row


def published_details(item_key: str) -> PublishedDetails:
    """An item with the row it was imported from. Raises :class:`NotFound`; the row is empty for our own items."""
    row = _row(item_key)
    facts = {str(name): str(value) for name, value in (row.row or {}).items()}
    lists = {name: _listed(facts.get(name, "")) for name in ("themes", "service_objects", "materials")}
    return PublishedDetails(item_view(row), facts, **lists)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in (each.strip() for each in text.split("|")) if part)


def licence_type(key: str) -> LicenceTypeSpec:
    """A licence type with its layout. Raises :class:`NotFound` also for a type that is known by name only."""
    row = LicenceType.objects.filter(key=key).first()
    if row is None or not row.spec:
        raise NotFound(gettext_noop("This licence type does not exist."))
    return build(LicenceTypeSpec, row.spec)


def licence_types() -> dict[str, str]:
    """Every known licence type, those of others included: key → name."""
    return dict(LicenceType.objects.order_by("key").values_list("key", "name"))
