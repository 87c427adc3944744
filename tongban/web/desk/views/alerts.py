"""The supervisor's page: what is late, what nobody answered, and what was done about it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongban.core.actors import Duty
from tongban.core.errors import Invalid
from tongban.oversight import queries, services
from tongban.oversight.conditions import UNLAWFUL, Kind
from tongban.web.desk import wording
from tongban.web.desk.access import DeskRequest, show_page, staff_page

HEADS = (Duty.SUPERVISOR, Duty.AGENCY_HEAD, Duty.GOVERNMENT_HEAD)


@require_safe
@staff_page(*HEADS)
def alerts(request: DeskRequest) -> HttpResponse:
    """Alerts of the cases the reader may see, the worst first."""
    return _page(request)


def _page(request: DeskRequest, status: int = 200, **more: object) -> HttpResponse:
    kind = request.GET.get("kind", "")
    kind = kind if kind in set(Kind) else ""
    found = queries.alerts(request.actor, request.now, kind)
    groups = [
        (each, wording.ALERT[each], wording.ALERT_MEANS[each], [item for item in found.present if item.kind is each])
        for each in Kind
    ]
    context = {
        "found": found,
        "groups": [group for group in groups if group[3]],
        "kinds": [(each.value, wording.ALERT[each], found.counts[each], each in UNLAWFUL) for each in Kind],
        "kind": kind,
        "supervises": request.actor.has(Duty.SUPERVISOR),
        **more,
    }
    return show_page(request, "desk/alerts.html", context, status=status, nav="alerts")


@require_POST
@staff_page(*HEADS)
def acknowledge(request: DeskRequest, alert: int) -> HttpResponse:
    """Note what was done about an alert; what was typed stays when it is refused."""
    note = request.POST.get("note", "")
    try:
        services.acknowledge(alert_id=alert, actor=request.actor, note=note, now=request.now)
    except Invalid as error:
        refusal = wording.refusal(error)
        return _page(request, 422, failed=alert, failed_note=note, failed_why=refusal, has_errors=True)
    messages.success(request, _("Noted."))
    return redirect("desk:alerts")
