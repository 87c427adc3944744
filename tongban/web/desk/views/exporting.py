"""Taking the list shown out as a workbook: at once, or by the worker where it is long."""

from __future__ import annotations

from typing import IO
from urllib.parse import quote

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from tongban.accounts import queries as accounts
from tongban.cases import queries, services
from tongban.cases.workbook import Plan
from tongban.core.errors import DomainError, Invalid, Refused
from tongban.web import dates
from tongban.web.desk import listing, wording
from tongban.web.desk.access import DeskRequest, show_page, staff_page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def export(request: DeskRequest) -> HttpResponseBase:
    """Say what is taken out and under whose name; then the workbook."""
    query = (request.POST.get("query", "") if request.method == "POST" else request.GET.urlencode())[:2000]
    layout = accounts.arrangement(request.actor)[0]
    asked = listing.asked(QueryDict(query).dict(), listing.first_lane(request.actor), layout)
    fault = ""
    if request.method == "POST":
        try:
            return _taken_out(request, asked, layout.columns)
        except (Invalid, Refused) as error:
            fault = _said(error)
    context = {
        "query": query,
        "rows": queries.list_size(request.actor, request.now, asked.listing),
        "lane_name": wording.LANE[asked.listing.known_lane],
        "shown": [text for text, _url in listing.conditions(asked, {}, {})],
        "full": request.POST.get("full") == "1",
        "reason": request.POST.get("reason", ""),
        "fault": fault,
        "has_errors": bool(fault),
        "back_url": listing.back_to(query),
    }
    return show_page(request, "desk/export.html", context, nav="work", status=422 if fault else 200)


def _said(error: DomainError) -> str:
    errors = getattr(error, "errors", None)
    return wording.fault(errors[0]) if errors else wording.with_remedy(error)


def _taken_out(request: DeskRequest, asked: listing.Asked, columns: tuple[str, ...]) -> HttpResponseBase:
    plan, reason = _plan(request, asked, columns), request.POST.get("reason", "")
    actor, now = request.actor, request.now
    made = services.begin_export(listing=asked.listing, plan=plan, reason=reason, actor=actor, now=now)
    if not made.id:
        content = services.written(listing=asked.listing, plan=plan, actor=actor, now=now)
        return _sent(content, f"{plan.title}.xlsx")
    messages.success(request, gettext("The list is being written. It stands here as soon as it is ready."))
    return redirect("desk:exports")


def _plan(request: DeskRequest, asked: listing.Asked, columns: tuple[str, ...]) -> Plan:
    masked = request.POST.get("full") != "1"
    title = str(wording.LANE[asked.listing.known_lane])
    names = gettext("names of persons masked") if masked else gettext("names of persons in full")
    taken = gettext("For official use. Taken out by %(name)s, %(post)s, %(at)s; %(names)s.") % {
        "name": request.actor.name,
        "post": "、".join(str(wording.DUTY[duty]) for duty in sorted(request.actor.duties)),
        "at": f"{dates.as_date(request.now).isoformat()} {dates.clock_time(request.now)}",
        "names": names,
    }
    return Plan(columns, title, taken, masked, _words())


def _words() -> dict[str, str]:
    """The labels of the workbook in the language of the page."""
    words = {
        **wording.LIST_COLUMN,
        **{f"stage:{key}": label for key, label in {**wording.STATUS, **wording.STAGE}.items()},
        **{f"tag:{key}": label for key, label in wording.TAG.items()},
        **{f"clock:{key}": label for key, label in wording.CLOCK_SHORT.items()},
        **{f"colour:{key}": label for key, label, _icon in listing.colours()},
        "due": gettext("Due on"),
        "colour": gettext("Standing"),
        "reviews": gettext("departments open: %s"),
        "deputy": gettext("for %s"),
    }
    return {key: str(label) for key, label in words.items()}


def _sent(content: IO[bytes], name: str) -> FileResponse:
    answer = FileResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
@staff_page()
def exports(request: DeskRequest) -> HttpResponse:
    """Long lists that were asked for, and whether they are ready."""
    return show_page(request, "desk/exports.html", {"exports": services.exports(actor=request.actor)}, nav="work")


@require_safe
@staff_page()
def download(request: DeskRequest, export_id: str) -> HttpResponseBase:
    """A list that the worker wrote, for who asked for it."""
    info, content = services.exported(export_id=str(export_id), actor=request.actor)
    return _sent(content, info.name)
