"""The audit administrator reads: sign-ins, events, looks at people's data. Nothing here changes anything."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from tongban.accounts import queries as accounts
from tongban.core.administrators import AdminVerb
from tongban.core.numbers import page_number, whole
from tongban.records import queries as records
from tongban.web.desk import admin_forms as forms
from tongban.web.desk import wording
from tongban.web.desk.access import DeskRequest, admin_page, show_page
from tongban.web.looking import LOOK

EVENTS_SHOWN = 50


@require_safe
@admin_page(AdminVerb.READ_LOGS)
def sign_ins(request: DeskRequest) -> HttpResponse:
    """Who signed in, or tried to."""
    form = forms.SignInFilter(request.GET)
    form.is_valid()
    found = accounts.sign_ins(
        search=form.value("q").strip(),
        outcome=form.value("outcome"),
        kind=form.value("kind"),
        first=form.value("from"),
        last=form.value("to"),
        page=page_number(request.GET.get("page")),
    )
    context = {"form": form, "found": found, "outcomes": wording.SIGN_IN, "has_errors": form.errors}
    return show_page(request, "desk/admin/sign_ins.html", context, nav="sign_ins")


@require_safe
@admin_page(AdminVerb.READ_LOGS)
def looks(request: DeskRequest) -> HttpResponse:
    """Who looked at whose data."""
    form = forms.LookFilter(request.GET)
    form.is_valid()
    found = accounts.all_looks(
        viewer=form.value("q").strip(),
        what=form.value("what"),
        first=form.value("from"),
        last=form.value("to"),
        page=page_number(request.GET.get("page")),
    )
    context = {"form": form, "found": found, "kinds": LOOK, "has_errors": form.errors}
    return show_page(request, "desk/admin/looks.html", context, nav="looks")


@require_safe
@admin_page(AdminVerb.READ_LOGS)
def events(request: DeskRequest) -> HttpResponse:
    """The newest events first; older ones by the number of the last one shown."""
    asked = {"chains": "account:", **request.GET.dict()}
    form = forms.EventFilter(asked)
    data = form.cleaned_data if form.is_valid() else {}
    actor = data.get("actor", "").strip()
    account = accounts.account_id(actor) if actor else ""
    rows = []
    if not actor or account:
        rows = records.latest(
            chains=data.get("chains", ""),
            actor=account,
            before=whole(request.GET.get("before", "0")) or 0,
            most=EVENTS_SHOWN + 1,
        )
    older = ""
    if len(rows) > EVENTS_SHOWN:
        rows = rows[:EVENTS_SHOWN]
        older = "?" + urlencode({"chains": data.get("chains", ""), "actor": actor, "before": rows[-1].number})
    names = accounts.user_names([key for row in rows if (key := row.event.chain.removeprefix("account:")).isdigit()])
    lines = [
        (
            row.event,
            names.get(row.event.chain.removeprefix("account:"), ""),
            wording.event(row.event.verb),
            list(row.event.facts.items()),  # a fact may itself be called "items"
        )
        for row in rows
    ]
    context = {"form": form, "lines": lines, "older": older, "asked": actor, "has_errors": form.errors}
    return show_page(request, "desk/admin/events.html", context, nav="events")
