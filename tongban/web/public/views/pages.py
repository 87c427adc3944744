"""The pages of an item's form: one topic a page, saved at every step, nothing lost when it is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tongban.cases import services
from tongban.cases.queries.views import DraftPage, DraftView
from tongban.core.actors import Actor
from tongban.core.errors import Invalid, Stale
from tongban.core.items import FieldKind, FormField
from tongban.core.merging import marks
from tongban.core.numbers import whole
from tongban.web.formdata import Posted, parse
from tongban.web.public import kept
from tongban.web.public.drafting import frame, next_address, read_draft
from tongban.web.public.people import draft_page
from tongban.web.public.widgets import listed, widgets
from tongban.web.public.wording import field_errors
from tongban.web.wording import say

#: The hidden entry with the marks of what the page showed.
SEEN = "_seen"


@draft_page
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, actor: Actor, draft: DraftView, page_key: str) -> HttpResponse:
    """One page. Rows of tables are added and removed by buttons that save what was typed."""
    part = _page(draft, page_key)
    if request.method != "POST":
        waiting = kept.take(request)
        data = {**draft.form, **parse([part.spec], waiting)} if waiting is not None else draft.form
        return _show(request, draft, part, data, {}, kept_entries=waiting is not None)
    data, seen = _data(draft, part, request.POST), _seen(request.POST)
    doing, _, about = request.POST.get("do", "").partition(":")
    if doing in ("add", "remove"):
        data = changed_rows(part.spec.fields, data, doing, about)
        _save(draft, actor, page_key, data, partial=True, seen=seen)
        return _show(request, read_draft(draft.id, actor), part, data, {})
    if doing == "later":
        _save(draft, actor, page_key, data, partial=True, seen=seen)
        return redirect("public:draft", draft.id)
    try:
        _save(draft, actor, page_key, data, partial=False, seen=seen)
    except Invalid as error:
        errors = field_errors(error.errors, [part.spec])
        return _show(request, read_draft(draft.id, actor), part, data, errors)
    return redirect(next_address(read_draft(draft.id, actor), page_key))


def _page(draft: DraftView, key: str) -> DraftPage:
    found = next((item for item in draft.pages if item.spec.key == key), None)
    if found is None:
        raise Http404
    return found


def _data(draft: DraftView, part: DraftPage, posted: Posted) -> dict[str, Any]:
    """What was typed, and the keys of the files that were uploaded for the page's file fields."""
    data = parse([part.spec], posted)
    for field in part.spec.fields:
        if field.kind is FieldKind.FILE:
            data[field.key] = [item.file_id for item in draft.field_files.get(field.key, ())]
    return data


def changed_rows(fields: Iterable[FormField], data: Mapping[str, Any], doing: str, about: str) -> dict[str, Any]:
    """``data`` with a row more or less: ``add:table`` or ``remove:table.2``."""
    name, _, number = about.partition(".")
    out = dict(data)
    field = next((item for item in fields if item.key == name and item.kind is FieldKind.TABLE), None)
    if field is None:
        return out
    rows = list(out.get(name) or [])
    if doing == "add" and len(rows) < field.max_rows:
        rows = [*(rows or [{}]), {}]
    elif doing == "remove" and (at := whole(number, least=1, most=len(rows))):
        del rows[at - 1]
    out[name] = rows
    return out


def _save(
    draft: DraftView,
    actor: Actor,
    page_key: str,
    data: Mapping[str, Any],
    *,
    partial: bool,
    seen: Mapping[str, str] | None,
) -> None:
    services.save_page(
        draft_id=draft.id, actor=actor, page_key=page_key, data=data, now=timezone.now(), partial=partial, seen=seen
    )


def _seen(posted: QueryDict) -> dict[str, str] | None:
    """The marks that the page carried, or nothing where they cannot be read."""
    try:
        found = json.loads(posted.get(SEEN, ""))
    except (ValueError, RecursionError):
        return None
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else None


def _marks(draft: DraftView, part: DraftPage) -> str:
    return json.dumps(marks((field.key for field in part.spec.fields), draft.form))


def _show(
    request: HttpRequest,
    draft: DraftView,
    part: DraftPage,
    data: Mapping[str, Any],
    errors: Mapping[str, list[str]],
    *,
    kept_entries: bool = False,
) -> HttpResponse:
    shown = widgets([part.spec], data, errors, draft.field_files)
    keys = [item.spec.key for item in draft.pages]
    context = {
        **frame(draft),
        "page": part.spec,
        "number": keys.index(part.spec.key) + 1,
        "of": len(keys),
        "widgets": shown,
        "errors": listed(errors, shown),
        "seen": _marks(draft, part),
        "kept": kept_entries,
        "answered": kept_entries or request.method == "POST",
    }
    return render(request, "public/draft_page.html", context, status=422 if errors else 200)


@draft_page
@require_POST
def autosave(request: HttpRequest, actor: Actor, draft: DraftView, page_key: str) -> HttpResponse:
    """Keep what has been typed so far, right or wrong; the answer is the time, for the line that says so."""
    part = _page(draft, page_key)
    data = _data(draft, part, request.POST)
    try:
        _save(draft, actor, page_key, data, partial=True, seen=_seen(request.POST))
    except Stale as error:
        return JsonResponse({"message": say(error.message, error.params)}, status=error.status)
    stored = read_draft(draft.id, actor)
    return JsonResponse({"saved_at": timezone.now().isoformat(), "seen": _marks(stored, _page(stored, page_key))})
