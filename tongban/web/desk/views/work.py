"""The work list, its live numbers, and the look-up in the masthead."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from tongban.accounts import queries as accounts
from tongban.accounts.queries import FilterView, LayoutView
from tongban.cases import queries
from tongban.cases.queries.views import WorkList
from tongban.core.numbers import page_number, whole
from tongban.core.worklists import DEFAULT_COLUMNS
from tongban.web.desk import listing, wording
from tongban.web.desk.access import DeskRequest, show_page, staff_page


@require_safe
@staff_page()
def work(request: DeskRequest) -> HttpResponse:
    """What waits for the officer's posts, most urgent first."""
    return _list(request, listing.first_lane(request.actor), "work")


@require_safe
@staff_page()
def cases(request: DeskRequest) -> HttpResponse:
    """Every open case that the officer may see."""
    return _list(request, "department", "cases")


def _list(request: DeskRequest, lane: str, nav: str) -> HttpResponse:
    layout, saved = accounts.arrangement(request.actor)
    asked = listing.asked(request.GET.dict(), lane, layout)
    found = queries.work_list(
        request.actor,
        request.now,
        lane=asked.listing.lane,
        filters=asked.listing.filters,
        order=asked.listing.order,
        page=asked.page,
        saved=listing.saved_listings(saved),
    )
    return show_page(request, "desk/work.html", _context(asked, found, layout, saved), nav=nav)


def _context(
    asked: listing.Asked, found: WorkList, layout: LayoutView, saved: tuple[FilterView, ...]
) -> dict[str, Any]:
    filters = asked.listing.filters
    items = {filters.item: found.rows[0].item_name} if filters.item and found.rows else {}
    officers = {row.assignee: row.assignee_name for row in found.rows}
    view = next((item for item in saved if str(item.id) == asked.saved), None)
    return {
        "list": found,
        "title": view.name if view else wording.LANE[found.lane],
        "view": view,
        "filters": filters,
        "errors": [wording.fault(error) for error in asked.errors],
        "conditions": listing.conditions(asked, items, officers),
        "columns": layout.columns,
        "headings": listing.headings(asked, layout.columns),
        "filtered": filters != queries.Filters(),
        "query": asked.address().lstrip("?"),
        **listing.chips(asked),
        **_rail(asked, found.counts, found.saved, saved, found.total),
    }


def _rail(asked: listing.Asked, counts: Any, numbers: Any, saved: tuple[FilterView, ...], seen: int) -> dict[str, Any]:
    """The lanes with their numbers, the mark under which they are asked for again, and the number of cases seen."""
    lanes = listing.rail(asked, counts, numbers, saved)
    where = {**listing.as_params(asked.listing), "saved": asked.saved, "seen": str(seen)}
    told = json.dumps([get_language(), where, [[entry["count"] for entry in entries] for _name, entries in lanes]])
    mark = '"' + hashlib.sha256(told.encode()).hexdigest()[:24] + '"'
    poll = {key: value for key, value in where.items() if value}
    return {
        "lanes": lanes,
        "mark": mark,
        "mark_headers": json.dumps({"If-None-Match": mark}),
        "counts_url": reverse("desk:counts") + "?" + urlencode(poll),
    }


@require_safe
@staff_page()
def mentions(request: DeskRequest) -> HttpResponse:
    """Notes that mention the officer, unread ones first."""
    found = queries.mentions(request.actor, page=page_number(request.GET.get("page")))
    return show_page(request, "desk/mentions.html", {"list": found, "title": wording.LANE["mentions"]}, nav="work")


@require_safe
@staff_page()
def counts(request: DeskRequest) -> HttpResponse:
    """The lanes with their numbers now. Nothing new: 304, and the page stays as it is."""
    saved = accounts.arrangement(request.actor)[1]
    asked = listing.asked(request.GET.dict(), listing.first_lane(request.actor))
    lanes, numbers = queries.work_counts(request.actor, request.now, listing.saved_listings(saved))
    seen = whole(request.GET.get("seen", "")) or 0
    context = _rail(asked, lanes, numbers, saved, seen)
    if request.headers.get("If-None-Match") == context["mark"]:
        # A script gets the answer itself when it asks under its own mark: nothing is to be swapped then.
        return HttpResponse(status=304, headers={"ETag": context["mark"], "HX-Reswap": "none"})
    now_there = numbers.get(int(asked.saved), seen) if asked.saved else _unfiltered(asked, lanes, seen)
    context |= {"moved": now_there != seen, "reload": asked.address()}
    answer = render(request, "desk/_rail.html", context)
    answer["ETag"] = context["mark"]
    return answer


def _unfiltered(asked: listing.Asked, lanes: Any, seen: int) -> int:
    """How many cases the list shown has now; a narrowed list is not counted again."""
    plain = asked.listing.filters == queries.Filters()
    return int(lanes.get(asked.listing.known_lane, seen)) if plain else seen


@require_safe
@staff_page()
def search(request: DeskRequest) -> HttpResponse:
    """Look a case up by number, applicant or item: an exact number opens the case."""
    text = request.GET.get("q", "")[:100].strip()
    if not text:
        return redirect("desk:work")
    if _like_a_number(text) and queries.may_see(text, request.actor):
        return redirect("desk:case", text)
    filters = queries.Filters(search=text)
    number = page_number(request.GET.get("page"))
    lane, other = ("closed", "") if request.GET.get("closed") == "1" else ("department", "closed")
    found = queries.work_list(request.actor, request.now, lane=lane, filters=filters, page=number, or_lane=other)
    closed = found.lane == "closed"
    asked = listing.Asked(queries.Listing(lane, filters))
    context = {
        "list": found,
        "text": text,
        "search_text": text,
        "closed": closed,
        "columns": DEFAULT_COLUMNS,
        "headings": [{**head, "url": ""} for head in listing.headings(asked, DEFAULT_COLUMNS)],
        "other": "?" + urlencode({"q": text, "closed": "" if closed else "1"}),
    }
    return show_page(request, "desk/search.html", context, nav="work")


def _like_a_number(text: str) -> bool:
    """Whether ``text`` may be a whole number of a case: worth one look before the search."""
    return any(char.isdigit() for char in text) and not any(char.isspace() for char in text)
