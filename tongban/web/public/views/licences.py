"""The holder's licences: the folder, one licence, its signed file."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.core.actors import Actor
from tongban.core.errors import Invalid, NotFound, Refused
from tongban.licences import content, services
from tongban.licences import queries as licences
from tongban.licences.values import LicenceView
from tongban.records import queries as records
from tongban.web.dates import full_day
from tongban.web.licencewords import (
    REQUEST_STATE,
    STANDINGS,
    VERB,
    VERSION_KIND,
    entry_name,
    ground_words,
    standing_name,
)
from tongban.web.public.forms import Ask
from tongban.web.public.people import applicant_page
from tongban.web.public.serving import inline
from tongban.web.public.wording import today
from tongban.web.wording import say

#: Days before the end of validity from which a licence is shown as ending soon.
SOON = 90


#: What a holder may ask for, and what to know about it.
ASKS = {
    "replace": gettext_lazy("Ask for a replacement (lost or damaged)"),
    "correct": gettext_lazy("Report an error of the authority"),
}
ASK_MEANS = {
    "replace": gettext_lazy(
        "The authority issues the same licence anew: its number stays, and the file you have now is then shown as "
        "replaced. The electronic licence can be downloaded at any time without asking."
    ),
    "correct": gettext_lazy(
        "For an entry that the authority wrote wrongly, for example a wrong character. If something about you or your "
        "enterprise has changed since, apply for a change instead."
    ),
}


@applicant_page
@require_safe
def folder(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every licence of the applicants this account acts for."""
    rows = [_row(item, today()) for item in licences.folder(licences.received_for(actor))]
    return render(request, "public/licences.html", {"rows": rows, "nav": "licences"})


def _row(item: LicenceView, on: date) -> dict[str, Any]:
    _name, kind, icon = STANDINGS.get(item.standing(on), (item.standing(on), "plain", "clock"))
    return {
        "licence": item,
        "tag": standing_name(item.standing(on), item.state_kind),
        "tag_kind": kind,
        "icon": icon,
        "until": until(item, on),
        "soon": item.standing(on) == "valid" and item.valid_to is not None and (item.valid_to - on).days <= SOON,
    }


def until(item: LicenceView, on: date) -> str:
    """How long it is valid, in words."""
    if item.valid_to is None:
        return _("no end of validity stated")
    left = (item.valid_to - on).days
    if 0 <= left <= SOON:
        return _("valid until %(date)s, %(days)s days left") % {"date": full_day(item.valid_to), "days": left}
    return _("valid until %(date)s") % {"date": full_day(item.valid_to)}


@applicant_page
@require_safe
def licence(request: HttpRequest, actor: Actor, licence_id: UUID) -> HttpResponse:
    """The licence with the facts as registered, its file, its versions."""
    found = licences.visible(str(licence_id), actor)
    ground, rule = ground_words(found.state_ground, found.state_kind)
    context = {
        **_row(found, today()),
        "ground": ground if found.state in ("revoked", "cancelled") else "",
        "ground_rule": rule,
        "history": _history([item for item in licences.history(str(licence_id)) if item.is_open]),
        "requests": [
            {"request": each, "verb": VERB[each.verb], "state": REQUEST_STATE[each.state]}
            for each in licences.requests_of(str(licence_id))
            if each.origin == "holder"
        ],
        "asks": [(verb, label, services.ask_refusal(found, verb)) for verb, label in ASKS.items()],
        "pins": [],
        "nav": "licences",
    }
    return render(request, "public/licence.html", context)


def _history(versions: list[LicenceView]) -> list[dict[str, Any]]:
    """The versions, newest first, each with what it changed against the one before."""
    out = []
    for item, before in zip(versions, [*versions[1:], None], strict=True):
        old = content.entries(before) if before else {}
        new = content.entries(item)
        differing = [key for key in new if before and new[key] != old.get(key)]
        changed = [(entry_name(item, key), old.get(key, ""), new[key]) for key in differing]
        out.append({"licence": item, "kind": VERSION_KIND.get(item.kind, item.kind), "changed": changed})
    return out


@applicant_page
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, actor: Actor, licence_id: UUID, wish: str) -> HttpResponse:
    """Ask the authority for a replacement, or to correct an entry that it wrote wrongly."""
    if wish not in ASKS:
        raise NotFound(gettext_noop("There is no such page."), remedy=gettext_noop("Go back to the licence."))
    found = licences.visible(str(licence_id), actor)
    refusal = services.ask_refusal(found, wish)
    form = Ask(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values: dict[str, Any] = {"holders": licences.received_for(actor), "actor": actor, "now": timezone.now()}
        try:
            services.ask(licence_id=str(licence_id), verb=wish, reason=form.cleaned_data["reason"], **values)
        except Invalid as error:
            form.take(error.errors, say(error.message, error.params))
        except Refused as error:
            refusal = error
        else:
            messages.success(request, _("The authority has it now. The answer stands on this page."))
            return redirect("public:licence", licence_id)
    context = {
        "licence": found,
        "form": form,
        "wish": wish,
        "title": ASKS[wish],
        "about": ASK_MEANS[wish],
        "refusal": refusal,
        "nav": "licences",
    }
    status = 422 if form.errors else refusal.status if refusal and request.method == "POST" else 200
    return render(request, "public/licence_ask.html", context, status=status)


@applicant_page
@require_POST
def take_back(request: HttpRequest, actor: Actor, licence_id: UUID, request_id: UUID) -> HttpResponse:
    """Take back what was asked, while nobody has answered it."""
    licences.visible(str(licence_id), actor)
    holders = licences.received_for(actor)
    services.take_back(request_id=str(request_id), actor=actor, holders=holders, now=timezone.now())
    messages.success(request, _("Taken back."))
    return redirect("public:licence", licence_id)


@applicant_page
@require_safe
def licence_file(request: HttpRequest, actor: Actor, licence_id: UUID) -> FileResponse:
    """The signed PDF; ``?download`` saves it."""
    found = licences.visible(str(licence_id), actor)
    if not found.is_open:
        raise NotFound(
            gettext_noop("The signed file is not made yet."),
            remedy=gettext_noop("It is signed within minutes; open this page again."),
        )
    info = records.file_info(found.file_id)
    handle = records.open_file(found.file_id)
    return inline(info, handle, download="download" in request.GET, name=found.file_name)
