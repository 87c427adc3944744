"""The papers of a case: documents that are void or issued anew, publication of the decision, archive package."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from tongban.cases import queries, services
from tongban.core.errors import Invalid, Refused
from tongban.core.register import GROUNDS
from tongban.web.desk import wording
from tongban.web.desk.access import DeskRequest, show_page, staff_page
from tongban.web.public.serving import inline
from tongban.web.wording import say


@require_safe
@staff_page()
def papers(request: DeskRequest, number: str) -> HttpResponse:
    """Everything that was issued, what is published of it, and what was packed for the archive."""
    return _page(request, number)


def _page(request: DeskRequest, number: str, error: Invalid | Refused | None = None, form: str = "") -> HttpResponse:
    """The page; after a refusal with what was entered in ``form`` and what is wrong with it."""
    faults: dict[str, str] = {}
    if error is not None:
        faults = {each.field: wording.fault(each) for each in getattr(error, "errors", ())}
        faults = faults or {"": wording.with_remedy(error)}
    places = {"": "main"} | {name: f"{form}-{name}" for name in ("reason", "ground")}
    context: dict[str, Any] = {
        "papers": queries.papers(number, request.actor),
        "packages": services.archives(number=number, actor=request.actor),
        "grounds": [(key, say(words)) for key, words in GROUNDS.items()],
        "faults": faults,
        "errors": [(f"#{places.get(name, 'main')}", text) for name, text in faults.items()],
        "form": form,
        "entered": request.POST.dict(),
    }
    return show_page(request, "desk/papers.html", context, nav="cases", status=error.status if error else 200)


@require_POST
@staff_page()
def withhold(request: DeskRequest, number: str) -> HttpResponse:
    """Keep the decision out of the public register."""
    values = {name: request.POST.get(name, "") for name in ("ground", "reason")}
    try:
        services.withhold(number=number, **values, actor=request.actor, now=request.now)
    except (Invalid, Refused) as error:
        return _page(request, number, error, "withhold")
    messages.success(request, gettext("The decision is no longer published."))
    return redirect("desk:papers", number)


@require_POST
@staff_page()
def publish(request: DeskRequest, number: str) -> HttpResponse:
    """Put the decision back into the public register."""
    try:
        services.publish_again(number=number, actor=request.actor, now=request.now)
    except Refused as error:
        return _page(request, number, error)
    messages.success(request, gettext("The decision is published again."))
    return redirect("desk:papers", number)


@require_POST
@staff_page()
def void(request: DeskRequest, number: str, document_id: str) -> HttpResponse:
    """Declare a document void, or issue it anew."""
    anew = request.POST.get("anew") == "1"
    try:
        found = services.void_document(
            number=number,
            document_id=str(document_id),
            reason=request.POST.get("reason", ""),
            anew=anew,
            actor=request.actor,
            now=request.now,
        )
    except (Invalid, Refused) as error:
        return _page(request, number, error, str(document_id))
    if anew:
        messages.success(request, gettext("Issued anew as %(number)s.") % {"number": found.number})
    else:
        messages.success(request, gettext("%(number)s is void.") % {"number": found.number})
    return redirect("desk:papers", number)


@require_POST
@staff_page()
def archive(request: DeskRequest, number: str) -> HttpResponse:
    """Have the worker pack the case."""
    try:
        services.ask_archive(number=number, actor=request.actor, now=request.now)
    except Refused as error:
        return _page(request, number, error)
    messages.success(request, gettext("The package is being made. It stands here as soon as it is ready."))
    return redirect("desk:papers", number)


@require_POST
@staff_page()
def archive_file(request: DeskRequest, number: str, package_id: str) -> HttpResponseBase:
    """The package, for who asked for it. Taking it is an event, so it is posted and no link."""
    info, content = services.archived(number=number, package_id=str(package_id), actor=request.actor, now=request.now)
    return inline(info, content, download=True)
