"""The ledger of blank certificates: stock by type, one month with its lines, and what is done with the sheets."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from tongban.core.actors import Duty
from tongban.core.blanks import Sheet
from tongban.core.dates import legal_date
from tongban.core.errors import DomainError, Invalid, NotFound
from tongban.licences import queries as licences
from tongban.licences import services
from tongban.web import dates, spreadsheets
from tongban.web.desk.access import DeskRequest, show_page, staff_page
from tongban.web.desk.taking import TakingForm

KEEPERS = (Duty.CERTIFICATE_CLERK, Duty.DECISION_MAKER, Duty.AGENCY_HEAD)
KIND = {
    "received": _("Received"),
    Sheet.USED: _("Used"),
    Sheet.SPOILED: _("Spoiled"),
    Sheet.RETURNED: _("Returned"),
}
_HIGHEST = 10**15


def _number(label: Any) -> forms.IntegerField:
    wrong = _("Write the number in digits.")
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=_HIGHEST,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": wrong, "invalid": wrong, "min_value": wrong, "max_value": wrong},
    )


def _line(label: Any, required: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=200, help_text=hint, error_messages={"required": required})


class ReceiveForm(TakingForm):
    """A delivery of blank sheets."""

    first = _number(_("From number"))
    last = _number(_("To number"))
    source = _line(
        _("Where from"), _("Write where they came from."), _("For example the delivery note and its number.")
    )


class UseForm(TakingForm):
    """A sheet that a licence was printed on."""

    number = _number(_("Number of the sheet"))
    licence = _line(_("Number of the licence"), _("Write the number of the licence."))


class AsideForm(TakingForm):
    """A sheet that is spoiled or goes back."""

    number = _number(_("Number of the sheet"))
    what = forms.ChoiceField(
        label=_("What becomes of it"),
        widget=forms.RadioSelect,
        choices=[(str(Sheet.SPOILED), KIND[Sheet.SPOILED]), (str(Sheet.RETURNED), KIND[Sheet.RETURNED])],
        error_messages={"required": _("Choose one.")},
    )
    reason = _line(_("Why"), _("Write why."))


class CountForm(TakingForm):
    """What was counted in the cupboard."""

    counted = _number(_("Sheets counted"))


FORMS: dict[str, type[TakingForm]] = {"receive": ReceiveForm, "use": UseForm, "aside": AsideForm, "count": CountForm}


@require_safe
@staff_page(*KEEPERS)
def stocks(request: DeskRequest) -> HttpResponse:
    """What the authority has of every type, and the types it could receive blanks for."""
    found = licences.blank_stocks(request.actor)
    known = {row.type_key for row in found}
    others = [(key, name) for key, name in licences.blank_types(request.actor) if key not in known]
    return show_page(request, "desk/blanks.html", {"stocks": found, "others": others}, nav="licences")


@require_safe
@staff_page(*KEEPERS)
def ledger(request: DeskRequest, type_key: str) -> HttpResponse:
    """One month of one type."""
    return _ledger(request, type_key)


def _ledger(
    request: DeskRequest, type_key: str, bound: tuple[str, TakingForm] | None = None, error: DomainError | None = None
) -> HttpResponse:
    name = _name(request, type_key)
    first = _month(request)
    month, lines = licences.blank_month(request.actor, type_key, first)
    stock = next((row for row in licences.blank_stocks(request.actor) if row.type_key == type_key), None)
    chosen, form = bound if bound else ("", None)
    shown: dict[str, TakingForm] = {key: each(auto_id=f"id_{key}_%s") for key, each in FORMS.items()}
    if form is not None:
        shown[chosen] = form
    elif stock is not None and stock.following:
        shown["use"] = UseForm(initial={"number": stock.following, "licence": request.GET.get("licence", "")})
    context = {
        "type_key": type_key,
        "name": name,
        "month": month,
        "first": first,
        "before": _other(first, -1),
        "after": _other(first, 1),
        "lines": [(line, KIND[line.kind]) for line in lines],
        "stock": stock,
        "forms": shown,
        "chosen": chosen,
        "form": form,
        "refusal": error,
        "has_errors": error is not None or bool(form and form.errors),
    }
    status = 422 if form is not None and form.errors else error.status if error else 200
    return show_page(request, "desk/blank.html", context, nav="licences", status=status)


def _name(request: DeskRequest, type_key: str) -> str:
    known = dict(licences.blank_types(request.actor))
    if type_key not in known:
        raise NotFound(
            gettext_noop("Your authority issues no licences of this type."),
            remedy=gettext_noop("Choose a type from the list of blank certificates."),
        )
    return known[type_key]


def _month(request: DeskRequest) -> date:
    """The first day of the month asked for (``2026-11``); this month for anything else."""
    try:
        return date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return legal_date(request.now).replace(day=1)


def _other(first: date, step: int) -> str:
    year, month = divmod(first.year * 12 + first.month - 1 + step, 12)
    return f"{min(max(year, 1), 9999):04d}-{month + 1:02d}"


@require_POST
@staff_page(*KEEPERS)
def deed(request: DeskRequest, type_key: str, blank_deed: str) -> HttpResponse:
    """Receive, use, set aside or count; what was typed stays when it is refused."""
    kind = FORMS.get(blank_deed)
    name = _name(request, type_key)
    if kind is None:
        raise NotFound(gettext_noop("There is no such page."), remedy=gettext_noop("Go back to the ledger."))
    form = kind(request.POST)
    if not form.is_valid():
        return _ledger(request, type_key, (blank_deed, form))
    try:
        messages.success(request, _do(request, type_key, name, blank_deed, form.cleaned_data))
    except Invalid as error:
        form.take(error)
        return _ledger(request, type_key, (blank_deed, form))
    except DomainError as error:
        return _ledger(request, type_key, (blank_deed, form), error)
    return redirect(reverse("desk:blank", args=[type_key]))


def _do(request: DeskRequest, type_key: str, name: str, what: str, data: dict[str, Any]) -> str:
    who: dict[str, Any] = {"type_key": type_key, "actor": request.actor, "now": request.now}
    if what == "receive":
        services.receive_blanks(type_name=name, first=data["first"], last=data["last"], source=data["source"], **who)
        return gettext("Received.")
    if what == "use":
        services.use_blank(number=data["number"], licence_number=data["licence"], **who)
        return gettext("Recorded on the licence.")
    if what == "aside":
        services.set_aside(number=data["number"], what=data["what"], reason=data["reason"], **who)
        return gettext("Recorded.")
    difference = services.count_blanks(counted=data["counted"], **who)
    if difference == 0:
        return gettext("Counted: the cupboard and the ledger agree.")
    return gettext("Counted: %(difference)s against the ledger. Find the sheets and record what became of them.") % {
        "difference": f"{difference:+d}"
    }


@require_safe
@staff_page(*KEEPERS)
def export(request: DeskRequest, type_key: str) -> HttpResponseBase:
    """The month as a workbook."""
    name, first = _name(request, type_key), _month(request)
    month, lines = licences.blank_month(request.actor, type_key, first)
    heads = [gettext("When"), gettext("What"), gettext("From number"), gettext("To number")]
    heads += [gettext("Number of the licence"), gettext("Remark"), gettext("Who")]
    rows: list[tuple[Any, ...]] = []
    for line in lines:
        when = f"{dates.as_date(line.at).isoformat()} {dates.clock_time(line.at)}"
        rows.append((when, str(KIND[line.kind]), line.first, line.last, line.licence, line.text, line.by_name))
    sums = gettext(
        "%(month)s: opening %(opening)s, received %(received)s, used %(used)s, spoiled %(spoiled)s, "
        "returned %(returned)s, closing %(closing)s"
    ) % {
        "month": f"{first:%Y-%m}",
        "opening": month.opening,
        "received": month.received,
        "used": month.used,
        "spoiled": month.spoiled,
        "returned": month.returned,
        "closing": month.closing,
    }
    return spreadsheets.workbook(f"{name} {first:%Y-%m}", sums, heads, rows)
