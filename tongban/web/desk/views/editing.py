"""The catalogue editor: a draft edited in forms, its change log, its consistency check and its live flow picture."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.catalogue import queries, services
from tongban.catalogue.queries import DraftView, Placed
from tongban.catalogue.services import Saved
from tongban.core.actors import Duty
from tongban.core.changes import Change, Conflict, Revision, text_of
from tongban.core.errors import NotFound, gettext_noop
from tongban.core.numbers import page_number, whole
from tongban.web.desk import editing, wording
from tongban.web.desk import editing_words as words
from tongban.web.desk.access import DeskRequest, show_page, staff_page
from tongban.web.formdata import element_id
from tongban.web.public import kept

manager_page = staff_page(Duty.CATALOGUE_MANAGER)
#: Buttons that change a list, and what is said when they have.
STEPS = {
    "add": gettext_noop("Added."),
    "copy": gettext_noop("Copied."),
    "remove": gettext_noop("Removed."),
    "up": gettext_noop("Moved up."),
    "down": gettext_noop("Moved down."),
    "put": gettext_noop("Added."),
    "clear": gettext_noop("Removed."),
}
#: Parts of the draft a change of which changes the flow picture.
PICTURED = frozenset({"procedure", "limits"})
LOG_PAGE = 40


def address(name: str, draft: DraftView, *more: str) -> str:
    """The address of one of the draft's pages."""
    return reverse(f"desk:{name}", args=[draft.version.item_key, draft.version.number, *more])


@require_POST
@manager_page
def open_draft(request: DeskRequest, key: str) -> HttpResponse:
    """Open the draft of an item, made from its newest version if there is none."""
    number = services.open_draft(item_key=key, actor=request.actor, now=request.now)
    return HttpResponseRedirect(reverse("desk:draft", args=[key, number, "basics"]))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Duty.CATALOGUE_MANAGER, keeps=True)
def edit(request: DeskRequest, key: str, version: int, place: str) -> HttpResponse:
    """One page of the editor. POST keeps what was entered and does the step of the button that was pressed."""
    draft = queries.draft(key, version)
    if request.method != "POST":
        waiting = kept.take(request)
        typed = editing.posted(waiting) if isinstance(waiting, QueryDict) else {}
        return _show(request, draft, place, editing.Shown(typed=typed))
    entries = editing.posted(request.POST)
    saved = _save(request, draft, entries)
    if saved.errors or saved.conflicts:
        return _show_troubles(request, queries.draft(key, version), place, entries, saved)
    _tell_others(request, queries.draft(key, version), saved)
    step, _colon, at = request.POST.get("do", "").partition(":")
    if step in STEPS:
        return _do_step(request, draft, place, step, at)
    if saved.changed:
        messages.success(request, _("Saved."))
    return HttpResponseRedirect(address("draft", draft, place))


def _save(
    request: DeskRequest, draft: DraftView, entries: Mapping[str, Sequence[str]], *, quiet: bool = False
) -> Saved:
    base, form = _form_of(request, draft)
    return services.save_entries(
        version_id=draft.version.id,
        base=base,
        form=form,
        entries=entries,
        actor=request.actor,
        now=request.now,
        quiet=quiet,
    )


def _form_of(request: DeskRequest, draft: DraftView) -> tuple[int, str]:
    """The revision a form was made from, and its name; a form without one is as new as the draft."""
    base = whole(request.POST.get("base", ""), most=draft.revision)
    return draft.revision if base is None else base, request.POST.get("form", "")[:40]


def _do_step(request: DeskRequest, draft: DraftView, place: str, step: str, at: str) -> HttpResponse:
    base, form = _form_of(request, draft)
    saved = services.change_list(
        version_id=draft.version.id,
        base=base,
        form=form,
        step=step,  # type: ignore[arg-type]  # one of STEPS
        place=at,
        actor=request.actor,
        now=request.now,
    )
    path = saved.path or ()
    wanted = editing.place_of_page(path)
    page = wanted if step in ("add", "copy", "put") else editing.place_of_page(path[:-1]) if path else place
    query = {"done": str(saved.revision), "step": step} if saved.changed else {}
    if step in ("up", "down"):
        query["focus"] = f"{step}:{text_of(path)}"
    elif path:
        query["focus"] = text_of(path)
    return HttpResponseRedirect(f"{address('draft', draft, page)}?{urlencode(query)}")


def _show(
    request: DeskRequest, draft: DraftView, place: str, shown: editing.Shown, *, status: int = 200, **more: Any
) -> HttpResponse:
    findings = queries.draft_findings(draft)
    if "check" in request.GET:
        shown = editing.Shown(shown.typed, {**_said(findings), **shown.errors})
    page = editing.Builder(draft, lambda where: address("draft", draft, where), shown).page(place)
    if page is None:
        raise NotFound(
            gettext_noop("This part of the draft does not exist any more."),
            remedy=gettext_noop("Go back to the draft: the change log shows who removed it and can bring it back."),
        )
    here = [each for each in findings if editing.place_of_page(each.path) == place]
    context = {
        **frame(draft, findings, page.section),
        "page": page,
        "form_name": secrets.token_hex(8),
        "here": [(each, _link(draft, each)) for each in here],
        "pictured": page.section in PICTURED,
        "done": _done(request, draft),
        "focus": request.GET.get("focus", ""),
        **more,
    }
    return show_page(request, "desk/edit/page.html", context, nav="items", status=status)


def frame(draft: DraftView, findings: Sequence[Placed], section: str = "") -> dict[str, Any]:
    """What every page of a draft shows around its own part."""
    count = Counter(editing.section_of(each.path) for each in findings if each.fatal)
    return {
        "draft": draft,
        "version": draft.version,
        "spec": draft.version.spec,
        "section": section,
        "sections": [(key, name, count[key]) for key, (name, _places) in words.SECTIONS.items()],
        "fatal": sum(count.values()),
        "findings": findings,
        "last": next(iter(reversed(queries.history(draft.version.id, draft.revision - 1))), None),
    }


def _said(findings: Sequence[Placed]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for each in findings:
        out.setdefault(text_of(each.path), []).append(wording.finding(each.finding))
    return out


def _link(draft: DraftView, placed: Placed) -> str:
    """Where a finding is mended: the page, marked, at the field."""
    place = editing.place_of_page(placed.path)
    return f"{address('draft', draft, place)}?check=1#{element_id(text_of(placed.path))}"


def _done(request: DeskRequest, draft: DraftView) -> dict[str, Any] | None:
    """What the step just done was, so that it can be taken back at once; gone with the next change."""
    if request.GET.get("done", "") != str(draft.revision):
        return None
    said = STEPS.get(request.GET.get("step", ""))
    return {"text": _(said), "revision": draft.revision} if said else None


def _show_troubles(
    request: DeskRequest, draft: DraftView, place: str, entries: Mapping[str, Sequence[str]], saved: Saved
) -> HttpResponse:
    """The page again, with what was typed and what somebody else wrote in the same place side by side."""
    errors: dict[str, list[str]] = {each.field: [wording.fault(each)] for each in saved.errors}
    typed: dict[str, Sequence[str]] = {}
    lost: list[tuple[str, str]] = []
    for each in saved.conflicts:
        texts = entries[text_of(each.entry.path)]
        if each.path is None:
            lost.append((each.by.by_name, "\n".join(texts)))
        else:
            typed[text_of(each.path)] = texts
            errors[text_of(each.path)] = [_conflict_text(each)]
    links = [(f"#{element_id(where)}", text) for where, several in errors.items() for text in several]
    return _show(
        request,
        draft,
        place,
        editing.Shown(typed, errors),
        status=409 if saved.conflicts else 422,
        errors=links,
        lost=lost,
        others=_others(draft, saved.others),
    )


def _conflict_text(conflict: Conflict) -> str:
    now = conflict.now if isinstance(conflict.now, list) else [conflict.now]
    return _("%(name)s wrote “%(text)s” here meanwhile. Save again to put yours in its place.") % {
        "name": conflict.by.by_name,
        "text": "；".join("" if each is None else str(each) for each in now)[:200],
    }


def _others(draft: DraftView, others: Sequence[Revision]) -> list[tuple[str, str]]:
    """Who changed what meanwhile: (name, places)."""
    out: dict[str, list[str]] = {}
    for each in others:
        places = (editing.in_words(draft.document, change.path) for change in each.changes)
        out.setdefault(each.by_name, []).extend(places)
    return [(name, "、".join(dict.fromkeys(places))) for name, places in out.items()]


def _tell_others(request: DeskRequest, draft: DraftView, saved: Saved) -> None:
    for name, places in _others(draft, saved.others):
        messages.info(request, _("%(name)s changed meanwhile: %(places)s.") % {"name": name, "places": places[:300]})


@require_POST
@manager_page
def autosave(request: DeskRequest, key: str, version: int) -> HttpResponse:
    """Keep what has been typed so far. Two entries in one place: the answer says so, and the page shows both."""
    draft = queries.draft(key, version)
    saved = _save(request, draft, editing.posted(request.POST), quiet=True)
    if saved.conflicts:
        said = _("%(name)s has changed the same entry. Save to see both.") % {"name": saved.conflicts[0].by.by_name}
        return JsonResponse({"message": said}, status=409)
    return JsonResponse({"saved_at": request.now.isoformat()})


@require_POST
@manager_page
def flow(request: DeskRequest, key: str, version: int) -> HttpResponse:
    """The flow picture of what the page holds at this moment, stored or not."""
    draft = queries.draft(key, version)
    base, form = _form_of(request, draft)
    spec = queries.with_entries(draft, base, form, editing.posted(request.POST))
    return render(request, "desk/edit/_flow.html", {"spec": spec.item})


@require_POST
@manager_page
def undo(request: DeskRequest, key: str, version: int) -> HttpResponse:
    """Take one revision back."""
    draft = queries.draft(key, version)
    revision = whole(request.POST.get("revision", "")) or 0
    services.undo(version_id=draft.version.id, revision=revision, actor=request.actor, now=request.now)
    messages.success(request, _("Taken back."))
    back = request.POST.get("place", "")
    page = editing.Builder(queries.draft(key, version), str).page(back) if back else None
    return HttpResponseRedirect(address("draft", draft, back) if page else address("draft_log", draft))


@require_safe
@manager_page
def log(request: DeskRequest, key: str, version: int) -> HttpResponse:
    """Who changed what, the newest first; each change can be taken back."""
    draft = queries.draft(key, version)
    told = [each for each in reversed(queries.history(draft.version.id)) if each.changes]
    pages = max(1, -(-len(told) // LOG_PAGE))
    at = min(page_number(request.GET.get("page", "")), pages)
    shown = told[(at - 1) * LOG_PAGE : at * LOG_PAGE]
    undone = {each.undoes for each in told}
    context = {
        **frame(draft, queries.draft_findings(draft)),
        "rows": [(each, [_line(draft, change) for change in each.changes], each.number in undone) for each in shown],
        "at": at,
        "pages": pages,
        "total": len(told),
    }
    return show_page(request, "desk/edit/log.html", context, nav="items")


def _line(draft: DraftView, change: Change) -> dict[str, Any]:
    """A change in words: what was done where, and the texts before and after where they are texts."""
    place = editing.in_words(draft.document, change.path)
    shown = {name: _short(getattr(change, name)) for name in ("before", "after")}
    return {"kind": change.kind, "place": place, **shown}


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return editing.first_line(value)
    if isinstance(value, list):
        return "；".join(_short(each) for each in value)[:120]
    return "" if value is None else str(value)[:120]


@require_safe
@manager_page
def check(request: DeskRequest, key: str, version: int) -> HttpResponse:
    """Everything that speaks against publishing, each line a link to the field that mends it."""
    draft = queries.draft(key, version)
    findings = queries.draft_findings(draft)
    rows = [(each, _link(draft, each), editing.in_words(draft.document, each.path)) for each in findings]
    return show_page(request, "desk/edit/check.html", {**frame(draft, findings), "rows": rows}, nav="items")
