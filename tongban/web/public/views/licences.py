"""The holder's licences: the folder, one licence, its signed file."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from tongban.core.actors import Actor
from tongban.core.errors import NotFound
from tongban.licences import queries as licences
from tongban.licences.values import LicenceView
from tongban.records import queries as records
from tongban.web.dates import full_day
from tongban.web.public.people import applicant_page
from tongban.web.public.serving import inline
from tongban.web.public.wording import today
from tongban.web.wording import say

#: Standing of a licence → (name, tag colour, icon).
STANDINGS: dict[str, tuple[str, str, str]] = {
    "valid": (gettext_noop("Valid"), "ok", "circle-check"),
    "expired": (gettext_noop("Expired"), "plain", "hourglass"),
    "suspended": (gettext_noop("Suspended"), "warn", "player-pause"),
    "revoked": (gettext_noop("Revoked"), "late", "circle-x"),
    "cancelled": (gettext_noop("Deregistered"), "plain", "circle-x"),
    "reserved": (gettext_noop("Being signed"), "plain", "clock"),
}
#: Days before the end of validity from which a licence is shown as ending soon.
SOON = 90


@applicant_page
@require_safe
def folder(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every licence of the applicants this account acts for."""
    rows = [_row(item, today()) for item in licences.folder(licences.received_for(actor))]
    return render(request, "public/licences.html", {"rows": rows, "nav": "licences"})


def _row(item: LicenceView, on: date) -> dict[str, Any]:
    name, kind, icon = STANDINGS.get(item.standing(on), (item.standing(on), "plain", "clock"))
    return {
        "licence": item,
        "tag": say(name),
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
    context = {
        **_row(found, today()),
        "history": [item for item in licences.history(str(licence_id)) if item.is_open],
        "pins": [],
        "nav": "licences",
    }
    return render(request, "public/licence.html", context)


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
