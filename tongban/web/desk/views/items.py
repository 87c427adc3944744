"""The item library: every item, every version of it, its whole content, and what changed between two versions."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from tongban.catalogue import queries
from tongban.catalogue.views import Filters, VersionView
from tongban.core.actors import Duty
from tongban.core.dates import legal_date
from tongban.core.errors import NotFound, gettext_noop
from tongban.core.numbers import page_number, whole
from tongban.core.specs import plain
from tongban.web.desk import wording
from tongban.web.desk.access import DeskRequest, show_page, staff_page
from tongban.web.desk.itemtext import rows_of

SOURCES = ("bundled", "imported")


@require_safe
@staff_page()
def items(request: DeskRequest) -> HttpResponse:
    """All items, bundled and imported, by search and filter."""
    text = request.GET.get("q", "")[:100]
    source = request.GET.get("source", "") if request.GET.get("source") in SOURCES else ""
    department = request.GET.get("department", "")[:100]
    number = request.GET.get("page", "1")
    filters = Filters(source=source, department=department, drafts=request.actor.has(Duty.CATALOGUE_MANAGER))
    page = queries.search(text, filters, page=page_number(number), per_page=30)

    def link(**changes: str) -> str:
        values = {"q": text, "source": source, "department": department, **changes}
        return "?" + urlencode({key: value for key, value in values.items() if value})

    context = {
        "page": page,
        "text": text,
        "source": source,
        "department": department,
        "departments": queries.facets("department", Filters(source=source))[:40],
        "sources": [("", wording.SOURCE[""], link(source=""))]
        + [(key, wording.SOURCE[key], link(source=key)) for key in SOURCES],
        "page_link": link(),
        "clear": "?",
    }
    return show_page(request, "desk/items.html", context, nav="items")


@require_safe
@staff_page()
def item(request: DeskRequest, key: str) -> HttpResponse:
    """One item with its versions; for an imported one the row it came from."""
    found = queries.published_details(key)
    versions = queries.versions(key)
    context = {
        "item": found.item,
        "details": found,
        "versions": [(each, _standing(each, versions, legal_date(request.now))) for each in versions],
        "may_edit": request.actor.has(Duty.CATALOGUE_MANAGER),
        "draft_number": next((each.number for each in versions if each.status == "draft"), None),
    }
    return show_page(request, "desk/item.html", context, nav="items")


def _standing(version: VersionView, versions: tuple[VersionView, ...], today: Any) -> str:
    """draft, withdrawn, future, current or past."""
    if version.status == "draft":
        return "draft"
    if version.withdrawn_from and version.withdrawn_from <= today:
        return "withdrawn"
    if version.effective_from > today:
        return "future"
    newer = [
        each
        for each in versions
        if each.status != "draft"
        and version.effective_from < each.effective_from <= today
        and not (each.withdrawn_from and each.withdrawn_from <= today)
    ]
    over = version.effective_to is not None and version.effective_to < today
    return "past" if newer or over else "current"


def version_of(key: str, number: int) -> tuple[VersionView, tuple[VersionView, ...]]:
    """One version of an item by number, and all of them. Raises :class:`NotFound`."""
    versions = queries.versions(key)
    found = next((each for each in versions if each.number == number), None)
    if found is None:
        raise NotFound(
            gettext_noop("This version of the item does not exist."), remedy=gettext_noop("Choose one from the list.")
        )
    return found, versions


@require_safe
@staff_page()
def version(request: DeskRequest, key: str, version: int) -> HttpResponse:
    """The whole content of one version."""
    found, versions = version_of(key, version)
    context = {
        "version": found,
        "spec": found.spec,
        "versions": versions,
        "standing": _standing(found, versions, legal_date(request.now)),
        "may_edit": request.actor.has(Duty.CATALOGUE_MANAGER),
    }
    return show_page(request, "desk/version.html", context, nav="items")


@require_safe
@staff_page()
def compare(request: DeskRequest, key: str) -> HttpResponse:
    """What changed from one version to another, entry by entry."""
    versions = queries.versions(key)
    old = _chosen(request.GET.get("old", ""), versions, -1 if len(versions) < 2 else 1)
    new = _chosen(request.GET.get("new", ""), versions, 0)
    context = {"key": key, "versions": versions, "old": old, "new": new, "changes": changes(old, new)}
    return show_page(request, "desk/compare.html", context, nav="items")


def _chosen(text: str, versions: tuple[VersionView, ...], fallback: int) -> VersionView:
    if not versions:
        raise NotFound(
            gettext_noop("This item has no versions: it is listed as its authority published it."),
            remedy=gettext_noop("Open the item to read the published row."),
        )
    wanted = whole(text)
    return next((each for each in versions if each.number == wanted), versions[fallback])


def changes(old: VersionView, new: VersionView) -> list[tuple[str, str, str, str]]:
    """(place, kind, before, after) for every entry that differs; kind is added, removed or changed."""
    before, after = _entries(old), _entries(new)
    out = []
    for each in [*before, *(key for key in after if key not in before)]:
        one, other = before.get(each, ("", ""))[1], after.get(each, ("", ""))[1]
        if one != other:
            kind = "added" if not one else "removed" if not other else "changed"
            out.append(((after.get(each) or before[each])[0], kind, one, other))
    return _paired(out)


def _entries(version: VersionView) -> dict[str, tuple[str, str]]:
    """What a version says, dates and rule for pending cases included: identity → (place, text)."""
    said = {
        "effective_from": version.effective_from.isoformat(),
        "effective_to": version.effective_to.isoformat() if version.effective_to else "",
        "transition": plain(version.transition) if version.transition else {},
    }
    return {key: (place, text) for key, place, text in (*rows_of(said), *rows_of(plain(version.spec), "", "item"))}


def _paired(rows: list[tuple[str, str, str, str]]) -> list[tuple[str, str, str, str]]:
    """Entries that changed most last: small corrections of wording are read first."""
    return sorted(rows, key=lambda row: (row[1] != "changed", -SequenceMatcher(None, row[2], row[3]).quick_ratio()))
