"""One act for many cases: hand on, remind, print. Each says beforehand what it does, and afterwards what became of
every single case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from tongban.accounts import queries as accounts
from tongban.accounts.services import What
from tongban.cases import queries, services
from tongban.core.dates import legal_date
from tongban.core.errors import DomainError
from tongban.web.desk import listing, sheet, wording
from tongban.web.desk.access import DeskRequest, show_page, staff_page
from tongban.web.desk.views.case import context as case_context
from tongban.web.desk.views.case import note_case

#: Most cases of one act: two pages of the list.
MOST_AT_ONCE = 50
#: Where the result waits in the session until it is shown.
_RESULT = "desk-bulk-result"


def _numbers(values: list[str]) -> list[str]:
    """The cases chosen, once each and no more than are done at once."""
    return list(dict.fromkeys(value[:50] for value in values))[:MOST_AT_ONCE]


@require_safe
@staff_page()
def hand_on_form(request: DeskRequest) -> HttpResponse:
    """Choose to whom the selected cases go."""
    names = {
        item.id: item.name
        for duty in sorted(request.actor.duties)
        for item in accounts.officers(request.actor.organisation, duty, legal_date(request.now))
    }
    context = {**_chosen(request), "officers": sorted(names.items(), key=lambda item: item[1])}
    return show_page(request, "desk/hand_on.html", context, nav="work")


@require_safe
@staff_page()
def remind_form(request: DeskRequest) -> HttpResponse:
    """Say what a reminder does before it goes out."""
    return show_page(request, "desk/remind.html", _chosen(request), nav="work")


def _chosen(request: DeskRequest) -> dict[str, Any]:
    back = request.GET.get("back", "")
    return {"numbers": _numbers(request.GET.getlist("case")), "back": back, "back_url": listing.back_to(back)}


@require_POST
@staff_page()
def hand_on(request: DeskRequest) -> HttpResponse:
    """Hand the selected cases to one officer."""
    assignee = request.POST.get("assignee", "")[:20]
    return _each(
        request,
        "assign",
        lambda number: services.assign(number=number, actor=request.actor, assignee=assignee, now=request.now),
    )


@require_POST
@staff_page()
def remind(request: DeskRequest) -> HttpResponse:
    """Remind the applicants of the selected cases."""
    return _each(request, "remind", lambda number: services.remind(number=number, actor=request.actor, now=request.now))


def _each(request: DeskRequest, verb: str, act: Callable[[str], None]) -> HttpResponse:
    """Act on every case by itself: what one refuses stops no other. The result is shown after a redirect."""
    done, refused = [], []
    for number in _numbers(request.POST.getlist("case")):
        try:
            act(number)
            done.append(number)
        except DomainError as error:
            refused.append((number, wording.with_remedy(error)))
    back = request.POST.get("back", "")[:1000]
    request.session[_RESULT] = {"verb": verb, "done": done, "refused": refused, "back": back}
    return redirect("desk:bulk_result")


@require_safe
@staff_page()
def result(request: DeskRequest) -> HttpResponse:
    """What became of each case. Loading it again shows it again and does nothing."""
    kept = request.session.get(_RESULT)
    if not kept:
        return redirect("desk:work")
    context = {**kept, "label": wording.VERB[kept["verb"]], "back_url": listing.back_to(kept["back"])}
    return show_page(request, "desk/bulk_result.html", context, nav="work")


@require_safe
@staff_page()
def print_many(request: DeskRequest) -> HttpResponse:
    """The print views of all selected cases, each on a sheet of its own."""
    sheets, refused = [], []
    chosen = _chosen(request)
    for number in chosen["numbers"]:
        try:
            found = queries.case_for_desk(number, request.actor, request.now)
        except DomainError as error:
            refused.append((number, wording.with_remedy(error)))
        else:
            note_case(request, found, What.PRINT)
            sheets.append(case_context(request, sheet.build(found, request.actor.id, {})))
    context = {**chosen, "sheets": sheets, "refused": refused, "title": gettext("Print the selected")}
    return show_page(request, "desk/print_many.html", context, nav="work")
