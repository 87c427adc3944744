"""What officers arrange for themselves: conditions of a list, saved filters, columns, texts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.accounts import queries as accounts
from tongban.accounts import services
from tongban.cases import queries
from tongban.core import worklists
from tongban.core.dates import legal_date
from tongban.core.errors import Invalid, Refused
from tongban.web.desk import listing, wording
from tongban.web.desk.access import DeskRequest, show_page, staff_page


@require_safe
@staff_page()
def conditions(request: DeskRequest) -> HttpResponse:
    """Every condition of a list in one form; it goes to the list itself."""
    asked = listing.asked(request.GET.dict(), listing.first_lane(request.actor))
    officers = {
        item.id: item.name
        for duty in sorted(request.actor.duties)
        for item in accounts.officers(request.actor.organisation, duty, legal_date(request.now))
    }
    context = {
        "filters": asked.listing.filters,
        "lane": asked.listing.known_lane,
        "lanes": [(key, wording.LANE[key]) for key in queries.LANES],
        "stages": [(key, wording.STAGE[key]) for key in worklists.STAGES],
        "marks": [(key, wording.TAG[key]) for key in worklists.MARKS],
        "items": queries.items_in_hand(request.actor),
        "officers": sorted(officers.items(), key=lambda item: item[1]),
        "sort": asked.sort,
        "back_url": listing.back_to(request.GET.urlencode()),
    }
    return show_page(request, "desk/conditions.html", context, nav="work")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def save_filter(request: DeskRequest) -> HttpResponse:
    """Give the list shown a name; on GET the form for it."""
    query = request.POST.get("query", "") if request.method == "POST" else request.GET.urlencode()
    asked = _asked(request, query)
    fault, status = "", 200
    if request.method == "POST":
        try:
            made = services.save_filter(
                actor=request.actor,
                name=request.POST.get("name", ""),
                query=listing.as_params(asked.listing, asked.sort),
                shared=request.POST.get("shared") == "1",
                now=request.now,
            )
        except (Invalid, Refused) as error:
            fault, status = _said(error), 422
        else:
            messages.success(request, gettext("The filter is saved. It stands at the left with its number."))
            return redirect(listing.back_to(asked.address(saved=str(made))))
    context = {
        "query": query,
        "shown": [text for text, _url in listing.conditions(asked, {}, {})],
        "lane_name": wording.LANE[asked.listing.known_lane],
        "stage": asked.listing.filters.stage,
        "colour": next((name for key, name, _icon, _u in listing.chips(asked)["colours"] if _is(asked, key)), ""),
        "name": request.POST.get("name", ""),
        "shared": request.POST.get("shared") == "1",
        "fault": fault,
        "has_errors": bool(fault),
        "back_url": listing.back_to(query),
    }
    return show_page(request, "desk/filter_save.html", context, nav="work", status=status)


def _is(asked: listing.Asked, colour: str) -> bool:
    return bool(colour) and colour == asked.listing.filters.colour


def _asked(request: DeskRequest, query: str) -> listing.Asked:
    """The list that a query string names."""
    return listing.asked(QueryDict(query[:2000]).dict(), listing.first_lane(request.actor))


def _said(error: Invalid | Refused) -> str:
    errors = getattr(error, "errors", None)
    return wording.fault(errors[0]) if errors else wording.with_remedy(error)


@require_safe
@staff_page()
def filters(request: DeskRequest) -> HttpResponse:
    """The saved filters: the own ones and the department's."""
    saved = [
        {"view": item, "url": listing.back_to(listing.asked({**item.query, "saved": str(item.id)}, "mine").address())}
        for item in accounts.saved_filters(request.actor)
    ]
    return show_page(request, "desk/filters.html", {"saved": saved}, nav="work")


@require_POST
@staff_page()
def change_filter(request: DeskRequest, filter_id: int) -> HttpResponse:
    """Share a saved filter with the department, keep it to oneself again, or delete it."""
    deed = request.POST.get("deed", "")
    if deed == "delete":
        services.delete_filter(actor=request.actor, filter_id=filter_id)
        messages.success(request, gettext("The filter is deleted. No case is touched by that."))
    else:
        services.share_filter(actor=request.actor, filter_id=filter_id, shared=deed == "share")
        told = gettext("The department sees the filter now.") if deed == "share" else gettext("Only you see it now.")
        messages.success(request, told)
    return redirect("desk:filters")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def columns(request: DeskRequest) -> HttpResponse:
    """Which columns, in what order, and the order of the rows. Every button saves at once; no script is needed."""
    layout = accounts.arrangement(request.actor)[0]
    if request.method == "POST":
        _arrange(request, layout)
        return redirect(request.get_full_path())
    hidden = [key for key in worklists.COLUMNS if key not in layout.columns]
    context = {
        "shown": [(key, key == worklists.OPENER) for key in layout.columns],
        "hidden": hidden,
        "sorts": [(key, wording.LIST_COLUMN[key]) for key in worklists.SORTS],
        "order": worklists.order(layout.sort),
        "back_url": listing.back_to(request.GET.urlencode()),
    }
    return show_page(request, "desk/columns.html", context, nav="work")


def _arrange(request: DeskRequest, layout: accounts.LayoutView) -> None:
    deed, _colon, key = request.POST.get("deed", "").partition(":")
    chosen, sort = layout.columns, layout.sort
    if deed == "reset":
        services.reset_layout(actor=request.actor)
        return
    if deed in ("up", "down"):
        chosen = worklists.moved(chosen, key, -1 if deed == "up" else 1)
    elif deed == "hide":
        chosen = tuple(item for item in chosen if item != key)
    elif deed == "show":
        chosen = (*chosen, key)
    elif deed == "sort":
        sort = ("-" if request.POST.get("way") == "down" else "") + request.POST.get("by", "")
    services.save_layout(actor=request.actor, columns=chosen, sort=sort)


@require_safe
@staff_page()
def texts(request: DeskRequest) -> HttpResponse:
    """The texts that come again and again."""
    search = request.GET.get("q", "")[:100].strip()
    context = {"texts": accounts.texts(request.actor, search), "q": search}
    return show_page(request, "desk/texts.html", context, nav="work")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def edit_text(request: DeskRequest, text_id: int | None = None) -> HttpResponse:
    """Write a new text, or change one."""
    block = accounts.text(request.actor, text_id) if text_id is not None else None
    entered: dict[str, Any] = {
        "title": block.title if block else "",
        "text": block.text if block else request.GET.get("text", "")[:1000],
        "shared": block.shared if block else False,
    }
    faults: dict[str, str] = {}
    if request.method == "POST":
        entered = {
            "title": request.POST.get("title", ""),
            "text": request.POST.get("text", ""),
            "shared": request.POST.get("shared") == "1",
        }
        try:
            services.save_text(actor=request.actor, now=request.now, text_id=text_id, **entered)
        except Invalid as error:
            faults = {item.field: wording.fault(item) for item in error.errors}
        except Refused as error:
            faults = {"title": wording.with_remedy(error)}
        else:
            messages.success(request, gettext("The text is kept. Insert it in any field with Alt+B."))
            return redirect("desk:texts")
    context = {"known": block, "entered": entered, "faults": faults, "has_errors": bool(faults)}
    return show_page(request, "desk/text_edit.html", context, nav="work", status=422 if faults else 200)


@require_POST
@staff_page()
def delete_text(request: DeskRequest, text_id: int) -> HttpResponse:
    """Take a text away; what was written with it stays."""
    services.delete_text(actor=request.actor, text_id=text_id)
    messages.success(request, gettext("The text is deleted; what was written with it stays."))
    return redirect("desk:texts")


@require_safe
@staff_page()
def pick_text(request: DeskRequest) -> HttpResponse:
    """The texts as a list to insert from, for the dialog that opens in a field."""
    return show_page(request, "desk/_text_list.html", {"texts": accounts.texts(request.actor)})
