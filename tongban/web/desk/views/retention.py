"""How long data are kept, what was deleted and its proof, and the holds that prevent it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.core.actors import Duty
from tongban.core.administrators import AdminVerb
from tongban.core.errors import DomainError, Invalid
from tongban.core.numbers import page_number
from tongban.retention import queries, services
from tongban.web import dates, spreadsheets
from tongban.web.desk import wording
from tongban.web.desk.access import DeskRequest, admin_page, show_page, staff_page
from tongban.web.desk.taking import TakingForm
from tongban.web.retentionwords import KIND, period, said, source

_HEADS = (
    gettext_noop("Record"),
    gettext_noop("Run"),
    gettext_noop("What"),
    gettext_noop("Rule"),
    gettext_noop("Source"),
    gettext_noop("How many"),
    gettext_noop("Files"),
    "SHA-256",
    gettext_noop("When"),
    gettext_noop("By"),
)
HOLDERS = (Duty.SUPERVISOR, Duty.AGENCY_HEAD)


class HoldForm(TakingForm):
    """What is kept from being deleted, and why."""

    number = forms.CharField(
        label=_("Case number"),
        max_length=50,
        error_messages={"required": _("Write the case number.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    scope = forms.ChoiceField(
        label=_("What is kept"),
        initial="case",
        widget=forms.RadioSelect,
        choices=[("case", _("This case")), ("person", _("Everything about its applicant"))],
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example the number of the review, lawsuit or inspection."),
        error_messages={"required": _("Write in a sentence or two why it has to be kept.")},
    )


@require_safe
@admin_page(AdminVerb.READ_RETENTION)
def retention(request: DeskRequest) -> HttpResponse:
    """The rules and what they would do now, the latest runs, and the deletion records."""
    records, pages, total = queries.records(page_number(request.GET.get("page", "1")))
    plan = [
        {
            "what": KIND[line.rule.kind][0],
            "since": KIND[line.rule.kind][1],
            "period": period(line.rule),
            "source": source(line.rule),
            "due": line.due,
        }
        for line in queries.plan(request.now)
    ]
    context = {
        "plan": plan,
        "runs": queries.runs(10),
        "records": [(row, KIND[row.kind][0] if row.kind in KIND else row.kind, said(row.rule)) for row in records],
        "page": min(page_number(request.GET.get("page", "1")), pages),
        "pages": pages,
        "total": total,
        "standing": queries.holds_standing(),
    }
    return show_page(request, "desk/admin/retention.html", context, nav="retention")


@require_POST
@admin_page(AdminVerb.READ_RETENTION)
def export(request: DeskRequest) -> HttpResponseBase:
    """All deletion records as a workbook."""
    heads = [gettext(text) for text in _HEADS]
    rows: list[tuple[Any, ...]] = []
    for row in queries.every_record():
        what = str(KIND[row.kind][0]) if row.kind in KIND else row.kind
        facts = (row.id, row.run, what, said(row.rule), row.source, row.count, row.files, row.digest)
        rows.append((*facts, f"{dates.as_date(row.at).isoformat()} {dates.clock_time(row.at)}", row.by_name))
    taken = gettext("Taken out by %(name)s, %(at)s.") % {
        "name": request.actor.name,
        "at": f"{dates.as_date(request.now).isoformat()} {dates.clock_time(request.now)}",
    }
    return spreadsheets.workbook(gettext("Deletion records"), taken, heads, rows)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(*HOLDERS)
def holds(request: DeskRequest) -> HttpResponse:
    """What is kept from being deleted, and keeping something."""
    form = HoldForm(request.POST) if request.method == "POST" else HoldForm(initial={"number": request.GET.get("case")})
    refusal: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.place_hold(
                number=data["number"],
                whole_person=data["scope"] == "person",
                reason=data["reason"],
                actor=request.actor,
                now=request.now,
            )
        except Invalid as error:
            form.take(error)
        except DomainError as error:
            refusal = error
        else:
            messages.success(request, gettext("It is kept until the hold is released."))
            return redirect("desk:holds")
    status = 422 if form.errors else refusal.status if refusal else 200
    return _holds(request, form, refusal, status)


def _holds(
    request: DeskRequest, form: HoldForm, refusal: DomainError | None, status: int, failed: int = 0
) -> HttpResponse:
    context = {
        "form": form,
        "refusal": refusal,
        "holds": queries.holds(request.actor),
        "failed": failed,
        "entered": request.POST.get("reason", "") if failed else "",
        "why": wording.with_remedy(refusal) if refusal else "",
        "has_errors": form.errors or failed,
    }
    return show_page(request, "desk/holds.html", context, nav="holds", status=status)


@require_POST
@staff_page(*HOLDERS)
def release(request: DeskRequest, hold: int) -> HttpResponse:
    """End a hold, with a reason."""
    try:
        reason = request.POST.get("reason", "")
        services.release_hold(hold_id=hold, reason=reason, actor=request.actor, now=request.now)
    except Invalid as error:
        return _holds(request, HoldForm(), error, 422, failed=hold)
    messages.success(request, gettext("Released. What is over goes with the next run."))
    return redirect("desk:holds")
