"""Materials of a draft: upload many, take back, let a licence on file stand for one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.cases import queries as cases
from tongban.cases import services
from tongban.cases.queries.views import DraftView
from tongban.core.actors import Actor
from tongban.core.forms import fields_of
from tongban.core.items import FieldKind
from tongban.web.public.drafting import by_script, find_material, frame, read_draft
from tongban.web.public.people import draft_page
from tongban.web.public.serving import inline
from tongban.web.public.uploading import draft_rows, received, refused


@draft_page
@require_safe
def materials(request: HttpRequest, actor: Actor, draft: DraftView) -> HttpResponse:
    """Every material with its state; what we hold stays on the list."""
    context = {**frame(draft), "missing": sum(1 for item in draft.materials if item.state == "missing")}
    return render(request, "public/draft_materials.html", context)


@draft_page
@require_http_methods(["GET", "HEAD", "POST"])
def material(request: HttpRequest, actor: Actor, draft: DraftView, material_key: str) -> HttpResponse:
    """One material: what it must show, its files, upload."""
    errors: list[str] = []
    if request.method == "POST":
        errors = received(
            request,
            lambda name, content: services.add_draft_file(
                draft_id=draft.id,
                actor=actor,
                material_key=material_key,
                name=name,
                content=content,
                now=timezone.now(),
            ),
        )
        if errors and by_script(request):
            return refused(errors)
        draft = read_draft(draft.id, actor)
        if not errors and not by_script(request):
            return redirect("public:draft_material", draft.id, material_key)
    return _show(request, draft, material_key, errors)


def _show(request: HttpRequest, draft: DraftView, key: str, errors: list[str]) -> HttpResponse:
    found = find_material(draft, key)
    context: dict[str, Any] = {**frame(draft), "errors": errors, "key": key}
    if found is not None:
        context |= {"material": found, "files": draft_rows(draft.id, key, found.files)}
    else:
        field = next((item for item in fields_of(draft.tailored.form_pages) if item.key == key), None)
        if field is None or field.kind is not FieldKind.FILE:
            raise Http404
        page = next(item for item in draft.pages if field in item.spec.fields)
        context |= {
            "field": field,
            "files": draft_rows(draft.id, key, draft.field_files.get(key, ())),
            "back": reverse("public:draft_page", args=[draft.id, page.spec.key]),
        }
    if any(file.waiting for file in context["files"]):
        context["poll"] = reverse("public:draft_material", args=[draft.id, key])
    template = "public/files.html" if by_script(request) else "public/draft_material.html"
    return render(request, template, context, status=422 if errors else 200)


@draft_page
@require_POST
def remove_file(request: HttpRequest, actor: Actor, draft: DraftView, material_key: str, row_id: int) -> HttpResponse:
    """Take one file back."""
    services.remove_draft_file(draft_id=draft.id, actor=actor, row_id=row_id, now=timezone.now())
    if by_script(request):
        return _show(request, read_draft(draft.id, actor), material_key, [])
    return redirect("public:draft_material", draft.id, material_key)


@draft_page
@require_POST
def reuse(request: HttpRequest, actor: Actor, draft: DraftView, material_key: str) -> HttpResponse:
    """Let the licence on file stand for the material, or (no licence named) upload it instead."""
    services.use_licence(
        draft_id=draft.id,
        actor=actor,
        material_key=material_key,
        licence_id=request.POST.get("licence", ""),
        now=timezone.now(),
    )
    return redirect("public:draft_material", draft.id, material_key)


@draft_page
@require_safe
def preview(request: HttpRequest, actor: Actor, draft: DraftView, file_id: UUID) -> FileResponse:
    """A file of the draft, shown in the browser."""
    return inline(*cases.draft_file_content(draft.id, actor, str(file_id)))


@draft_page
@require_safe
def copy(request: HttpRequest, actor: Actor, draft: DraftView, file_id: UUID) -> FileResponse:
    """The copy of an office file of the draft for reading."""
    return inline(*cases.draft_copy(draft.id, actor, str(file_id)))
