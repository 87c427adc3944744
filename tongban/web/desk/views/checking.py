"""Small steps of the check: findings, annotations, judging what was corrected. Each is one POST and a redirect."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tongban.cases import queries, services
from tongban.cases.services import Spot
from tongban.core.errors import Invalid, Stale
from tongban.core.numbers import whole
from tongban.web.desk import sheet, wording
from tongban.web.desk.access import DeskRequest, show_page, staff_page
from tongban.web.desk.forms import FindingForm, PointForm
from tongban.web.desk.views.case import context
from tongban.web.public import kept


def _back(request: DeskRequest, number: str, anchor: str = "", **more: str) -> HttpResponse:
    """To the case page, with the material that was looked at."""
    kept = {"m": request.POST.get("m", ""), "f": request.POST.get("f", ""), **more}
    query = urlencode({key: value for key, value in kept.items() if value})
    url = reverse("desk:case", args=[number])
    return redirect(f"{url}?{query}" + (f"#{anchor}" if anchor else ""))


@require_POST
@staff_page()
def finding(request: DeskRequest, number: str) -> HttpResponse:
    """A check point is met, or (in a review) not met and why."""
    form = FindingForm(request.POST)
    if not form.is_valid():
        return _again(request, number, request.POST, _texts(form), 422)
    data = form.cleaned_data
    services.record_finding(
        number=number,
        actor=request.actor,
        step=data["step"],
        point=data["point"],
        met=data["met"] == "yes",
        remark=data["remark"],
        now=request.now,
    )
    return _back(request, number, f"p-{data['step']}-{data['point']}")


@require_POST
@staff_page()
def together(request: DeskRequest, number: str, material_key: str) -> HttpResponse:
    """Every open point of a material is met, or the last such act is taken back."""
    act = services.undo_material if request.POST.get("do") == "undo" else services.meet_material
    act(number=number, actor=request.actor, material_key=material_key, now=request.now)
    return _back(request, number, "points")


@require_http_methods(["GET", "POST"])
@staff_page(keeps=True)
def annotate(request: DeskRequest, number: str) -> HttpResponse:
    """Write what is wrong and how to mend it. Whatever is refused, the text stays in the form.

    GET is where an officer lands whose session had ended: with what was typed, or back at the case.
    """
    if request.method != "POST":
        waiting = kept.take(request)
        if waiting:
            return _again(request, number, waiting, {}, 200)
        return redirect("desk:case", queries.case_for_desk(number, request.actor, request.now).number)
    form = PointForm(request.POST)
    if not form.is_valid():
        return _again(request, number, request.POST, _texts(form), 422)
    data = form.cleaned_data
    kind, _colon, key = data["target"].partition(":")
    spot = Spot(data["file_id"], data["page"], data["x"], data["y"])
    try:
        services.annotate(
            number=number,
            actor=request.actor,
            wrong=data["wrong"],
            remedy=data["remedy"],
            material_key=key if kind == "material" else "",
            field_path=key if kind == "field" else "",
            spot=spot if kind == "material" and data["file_id"] else None,
            check_point=data["check_point"],
            expected_seq=data["expected_seq"],
            now=request.now,
        )
    except Invalid as error:
        return _again(request, number, request.POST, {item.field: [wording.fault(item)] for item in error.errors}, 422)
    except Stale as error:
        return _again(request, number, request.POST, {}, 409, error)
    point = data["check_point"]
    return _back(request, number, f"p-{sheet.COMPLETENESS}-{point}" if point else "points")


def _texts(form: Form) -> dict[str, list[Any]]:
    return {name: list(texts) for name, texts in form.errors.items()}


def _again(
    request: DeskRequest,
    number: str,
    posted: QueryDict,
    errors: dict[str, list[Any]],
    status: int,
    stale: Stale | None = None,
) -> HttpResponse:
    """The case page with the form of the annotation or of the finding open and filled."""
    case = queries.case_for_desk(number, request.actor, request.now)
    typed = {key: str(posted.get(key, "")) for key in posted}
    params = {"m": typed.get("m", ""), "f": typed.get("f", "")}
    if typed.get("point"):
        params["point"] = f"{typed.get('step', '')}-{typed['point']}"
    if typed.get("check_point"):
        params["point"] = f"{sheet.COMPLETENESS}-{typed['check_point']}"
    page = sheet.build(case, request.actor.id, params)
    shown = context(request, page)
    since = sheet.happened_since(case, stale)
    shown.update(
        {
            "typed": typed,
            "typed_errors": errors,
            "stale": stale,
            "since": since,
            "writing": True,
            "has_errors": bool(errors),
        }
    )
    return show_page(request, "desk/case.html", shown, status=status, nav="cases")


@require_POST
@staff_page()
def drop(request: DeskRequest, number: str, point: int) -> HttpResponse:
    """Take back a point that has not been sent."""
    seq = request.POST.get("expected_seq", "")
    services.drop_annotation(
        number=number,
        actor=request.actor,
        annotation=point,
        now=request.now,
        expected_seq=whole(seq),
    )
    return _back(request, number, "points")


@require_POST
@staff_page()
def judge(request: DeskRequest, number: str, point: int) -> HttpResponse:
    """After a correction: mended, or still unmet."""
    services.mark_point(
        number=number,
        actor=request.actor,
        annotation=point,
        met=request.POST.get("met") == "yes",
        now=request.now,
    )
    return _back(request, number, f"j-{point}")
