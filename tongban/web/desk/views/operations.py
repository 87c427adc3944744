"""The operator's page: background work, calendar, seals, and what ran when."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongban.calendars import queries as calendars
from tongban.core.actors import Duty
from tongban.core.dates import legal_date
from tongban.core.errors import DomainError, NotFound, gettext_noop
from tongban.outbox import queries as outbox
from tongban.outbox import services as outbox_services
from tongban.records import queries as records
from tongban.web.desk import wording
from tongban.web.desk.access import DeskRequest, show_page, staff_page

OPERATORS = (Duty.OPERATOR, Duty.SUPERVISOR)
SEALS_SHOWN = 5


@require_safe
@staff_page(*OPERATORS)
def operations(request: DeskRequest) -> HttpResponse:
    """Whether the installation does its work: dead tasks, calendar, seals, schedule."""
    coverage = calendars.coverage()
    ticks = outbox.cron_ticks()
    left = (coverage.last - legal_date(request.now)).days
    context = {
        "summary": outbox.summary(request.now),
        "dead": outbox.dead(),
        "coverage": coverage,
        "coverage_days": left,
        "coverage_short": left < 60,
        "calendar_versions": calendars.versions()[:3],
        "seals": records.seals(SEALS_SHOWN),
        "events": records.event_count(),
        "entries": [
            (name, wording.CRON.get(name, name), wording.when(entry[0]), ticks.get(name))
            for name, entry in settings.OUTBOX_CRON.items()
        ],
    }
    return show_page(request, "desk/operations.html", context, nav="operations")


@require_safe
@staff_page(*OPERATORS)
def task(request: DeskRequest, task: str) -> HttpResponse:
    """One task and why it failed."""
    found = outbox.task(task)
    if found is None:
        raise NotFound(gettext_noop("There is no such task."), remedy=gettext_noop("Go back to operations."))
    return show_page(request, "desk/task.html", {"task": found}, nav="operations")


@require_POST
@staff_page(*OPERATORS)
def retry(request: DeskRequest, task: str) -> HttpResponse:
    """Put a dead task back to work."""
    try:
        outbox_services.retry(task)
        messages.success(request, _("The task is back in the queue."))
    except DomainError as error:
        messages.warning(request, wording.with_remedy(error))
    return redirect("desk:operations")
