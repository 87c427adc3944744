"""Service of documents: how each is to be served, the blank receipt, the record, its correction."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from tongban.cases import queries, services
from tongban.cases.services import Receipt, Scan
from tongban.core.errors import DomainError, Invalid
from tongban.documents.service_receipts import blank
from tongban.web.desk import wording
from tongban.web.desk.access import DeskRequest, show_page, staff_page
from tongban.web.desk.serving_forms import ServeForm
from tongban.web.public.serving import inline
from tongban.web.serving_words import MEANS, REMEDY


@require_safe
@staff_page()
def serving(request: DeskRequest, number: str) -> HttpResponse:
    """Every document of the case with its service."""
    view = queries.serving(number, request.actor)
    context = {"view": view, "means": MEANS, "remedy": REMEDY}
    return show_page(request, "desk/serving.html", context, nav="cases")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(keeps=True)
def serve(request: DeskRequest, number: str, document_id: str) -> HttpResponse:
    """Record the service of a document from its signed receipt, or correct the record."""
    view = queries.serving(number, request.actor)
    row = view.row(str(document_id))
    if request.method != "POST":
        return _page(request, view, row, ServeForm(view, row), 200)
    form = ServeForm(view, row, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, view, row, form, 422)
    try:
        _act(request, number, str(document_id), form.cleaned_data)
    except Invalid as error:
        form.take(_named(error))
        return _page(request, view, row, form, error.status)
    except DomainError as error:
        form.add_error(None, wording.with_remedy(error))
        return _page(request, view, row, form, error.status)
    done = gettext("The record is corrected.") if "reason" in form.cleaned_data else gettext("Service is recorded.")
    messages.success(request, done)
    return redirect("desk:serving", number)


def _named(error: Invalid) -> Invalid:
    """The fault of the uploaded file beside its own field."""
    errors = [replace(each, field="scan") if each.field == "file" else each for each in error.errors]
    return Invalid(error.message, errors=errors, remedy=error.remedy, params=error.params)


def _act(request: DeskRequest, number: str, document_id: str, data: dict[str, Any]) -> None:
    upload = data.get("scan")
    receipt = Receipt(**{name: data[name] for name in ("means", "served_on", "receiver", "server", "witness", "note")})
    shared: dict[str, Any] = {
        "number": number,
        "document_id": document_id,
        "receipt": receipt,
        "actor": request.actor,
        "now": request.now,
        "scan": Scan(upload.name, upload.read()) if upload else None,
    }
    if "reason" in data:
        services.correct_service(reason=data["reason"], **shared)
    else:
        services.record_service(**shared)


def _page(request: DeskRequest, view: Any, row: Any, form: ServeForm, status: int) -> HttpResponse:
    back = reverse("desk:serving", args=[view.number])
    context = {"view": view, "row": row, "form": form, "means": MEANS, "back": back}
    return show_page(request, "desk/serve.html", context, nav="cases", status=status)


@require_safe
@staff_page()
def receipt(request: DeskRequest, number: str, document_id: str) -> FileResponse:
    """The blank receipt of service of a document."""
    view = queries.serving(number, request.actor)
    row = view.row(str(document_id))
    content = blank(
        document_id=row.document.id,
        applicant=view.applicant_name,
        item=view.item_name,
        case_number=number,
        means=[means.key for means in view.means],
    )
    name = f"送达回证 {row.document.number}.pdf"
    return FileResponse(io.BytesIO(content), content_type="application/pdf", filename=name)


@require_safe
@staff_page()
def scan(request: DeskRequest, number: str, record: int) -> HttpResponseBase:
    """The scan of a signed receipt."""
    info, content = queries.receipt_scan(number, record, request.actor)
    return inline(info, content)
