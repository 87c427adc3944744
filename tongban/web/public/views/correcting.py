"""Correcting in place exactly what was asked: fields and materials of the open notice, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tongban.cases import queries as cases
from tongban.cases import services
from tongban.cases.queries.views import CaseMaterialView, CorrectionForm
from tongban.core.actors import Actor
from tongban.core.errors import Invalid, Stale
from tongban.core.items import FieldKind
from tongban.core.numbers import whole
from tongban.web.components.fields import Field
from tongban.web.dates import day
from tongban.web.errors import Trouble, of_domain_error
from tongban.web.formdata import element_id, parse
from tongban.web.public import kept
from tongban.web.public.people import applicant_page
from tongban.web.public.uploading import SentFile, case_rows
from tongban.web.public.views.pages import changed_rows
from tongban.web.public.widgets import listed, widgets
from tongban.web.public.wording import field_errors


@applicant_page
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The points of the notice, each with its field or its upload; then hand in."""
    asked = cases.correction_form(number, actor, timezone.now())
    if asked is None:
        return redirect("public:case", number)
    if request.method != "POST":
        waiting = kept.take(request)
        data = parse(asked.fields, waiting) if waiting is not None else asked.data
        left = _left(asked, waiting) if waiting is not None else asked.left
        return _show(request, asked, data, {}, left=left, kept_entries=waiting is not None)
    data, left = parse(asked.fields, request.POST), _left(asked, request.POST)
    doing, _dot, about = request.POST.get("do", "").partition(":")
    if doing in ("add", "remove"):
        data = changed_rows(asked.fields, data, doing, about)
    if doing in ("add", "remove", "later"):
        services.save_correction(number=number, actor=actor, form=data, left=left, now=timezone.now(), partial=True)
        return redirect("public:case", number) if doing == "later" else _show(request, asked, data, {}, left=left)
    return _hand_in(request, actor, asked, data, left)


def _left(asked: CorrectionForm, posted: Mapping[str, str]) -> dict[str, str]:
    """Why each field stays as it is, as far as anything was written."""
    return {field.key: str(posted.get(f"left.{field.key}", "")) for field in asked.fields}


def _hand_in(
    request: HttpRequest, actor: Actor, asked: CorrectionForm, data: Mapping[str, Any], left: Mapping[str, str]
) -> HttpResponse:
    number, seq = asked.case.number, request.POST.get("seq", "")
    try:
        services.save_correction(number=number, actor=actor, form=data, left=left, now=timezone.now(), partial=True)
        services.submit_correction(number=number, actor=actor, expected_seq=whole(seq), now=timezone.now())
    except Invalid as error:
        return _show(request, asked, data, field_errors(error.errors, asked.fields), left=left)
    except Stale as error:
        now = cases.correction_form(number, actor, timezone.now())
        if now is None:
            raise
        return _show(request, now, data, {}, left=left, stale=of_domain_error(error))
    _confirm(request, actor, number)
    return redirect("public:case", number)


def _confirm(request: HttpRequest, actor: Actor, number: str) -> None:
    """Say on the page of the case that it has come in, and until when it is checked anew."""
    reading = cases.case_for_applicant(number, actor, timezone.now()).clocks.get("completeness")
    if reading is None or reading.due is None or reading.provisional:
        said = _("Your corrections are handed in. We check them within five working days.")
    else:
        text = _("Your corrections are handed in. By %(on)s we tell you whether they are complete.")
        said = text % {"on": day(reading.due)}
    messages.success(request, said)


def _show(
    request: HttpRequest,
    asked: CorrectionForm,
    data: Mapping[str, Any],
    errors: dict[str, list[str]],
    *,
    left: Mapping[str, str],
    kept_entries: bool = False,
    stale: Trouble | None = None,
) -> HttpResponse:
    shown = {item.key: item for item in widgets(asked.fields, data, errors)}
    places = [
        {
            "name": place.name,
            "key": place.key,
            "points": place.points,
            "widget": shown.get(place.key) if place.kind == "field" else None,
            "material": place.material,
            "files": _files(asked, place.material),
            "left": _left_field(place.key, left, errors) if place.kind == "field" else None,
            "errors": errors.get(f"material.{place.key}", ()) if place.kind == "material" else (),
        }
        for place in asked.places
    ]
    context = {
        "case": asked.case,
        "correction": asked.case.correction,
        "places": places,
        "errors": listed(errors, list(shown.values())),
        "kept": kept_entries,
        "stale": stale,
        "answered": kept_entries or request.method == "POST",
        "has_fields": any(field.kind is not FieldKind.FILE for field in asked.fields),
        "nav": "cases",
    }
    status = 409 if stale is not None else 422 if errors else 200
    return render(request, "public/correction.html", context, status=status)


def _left_field(key: str, left: Mapping[str, str], errors: Mapping[str, list[str]]) -> Field:
    """Where the applicant who is right can say so."""
    name = f"left.{key}"
    return Field(
        name,
        _("Why it is right as it stands"),
        kind="textarea",
        value=left.get(key, ""),
        hint=_("The officer reads this beside the point."),
        errors=tuple(errors.get(name, ())),
        required=False,
        rows=2,
        id=element_id(name),
    )


def _files(asked: CorrectionForm, material: CaseMaterialView | None) -> list[SentFile]:
    return case_rows(asked.case.number, material.key, material.pending_files) if material else []


@applicant_page
@require_POST
def autosave(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Keep the corrected fields as typed so far."""
    asked = cases.correction_form(number, actor, timezone.now())
    if asked is None:
        return HttpResponse(status=409)
    data, left = parse(asked.fields, request.POST), _left(asked, request.POST)
    services.save_correction(number=number, actor=actor, form=data, left=left, now=timezone.now(), partial=True)
    return JsonResponse({"saved_at": timezone.now().isoformat()})
