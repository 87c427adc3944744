"""The case page and what hangs on it: files, documents, ledger, print view, chain of records."""

from __future__ import annotations

from typing import IO, Any
from urllib.parse import quote

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.translation import gettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from tongban.accounts import services as accounts
from tongban.accounts.services import Seen, What
from tongban.cases import queries, services
from tongban.cases.queries.views import DeskCaseView
from tongban.core.actors import Actor
from tongban.core.errors import DomainError, NotFound, gettext_noop
from tongban.core.law import Citation
from tongban.core.numbers import whole
from tongban.licences import queries as licences
from tongban.records import queries as records
from tongban.records.values import FileView
from tongban.web.desk import sheet, story, wording
from tongban.web.desk.access import DeskRequest, show_page, staff_page

NOTICE_LAW = Citation("licensing", 32, 1, 4)
INLINE = {"application/pdf", "image/png", "image/jpeg"}


@require_safe
@staff_page()
def case(request: DeskRequest, number: str) -> HttpResponse:
    """Materials, viewer and check points in one view; below, what the departments do and what happened.

    A note that calls the reader counts as read once its link is followed. A material counts as looked at once the
    officer asks for it; the one that a fresh page happens to show does not.
    """
    note = whole(request.GET.get("note", "")) or 0
    if note and request.method == "GET":
        services.read_note(number=number, actor=request.actor, note=note, now=request.now)
    found = queries.case_for_desk(number, request.actor, request.now)
    note_case(request, found, What.CASE)
    page = sheet.build(found, request.actor.id, request.GET.dict())
    asked = page.material is not None and page.material.key == request.GET.get("m")
    if asked and page.material is not None and not page.material.seen and _looks(found):
        _mark_seen(request, found, page.material.key)
        found = queries.case_for_desk(number, request.actor, request.now)
        page = sheet.build(found, request.actor.id, {**request.GET.dict(), "m": page.material.key})
    return show_page(request, "desk/case.html", {**context(request, page), "note_read": note}, nav="cases")


def note_case(request: DeskRequest, found: DeskCaseView, what: What) -> None:
    """Leave a line for the applicant, once a day: one INSERT."""
    accounts.note(actor=request.actor, what=what, seen=[Seen(found.applicant_id, found.number)], now=request.now)


def _can_take(case: DeskCaseView, actor: Actor) -> bool:
    """Whether the reader's post has the case (or a review of it) and another officer, or nobody, is on it."""
    if case.actions.get("assign") is not None or actor.id not in {key for key, _name in case.colleagues}:
        return False
    mine = next((item for item in case.reviews if item.mine and item.done_on is None), None)
    holder = mine.assignee if mine is not None else case.assignee
    return holder != actor.id


def _status_text(case: DeskCaseView, stage: str) -> Any:
    """Where the case is, in the words of its track: a filing is put on record, not granted."""
    if case.track == "filing" and stage in wording.FILING_LONG:
        return wording.FILING_LONG[stage]
    return wording.STAGE_LONG.get(stage) or wording.STATUS[case.status]


def _looks(case: DeskCaseView) -> bool:
    """Only who checks or reviews counts as having looked."""
    return case.actions.get("check") is None


def _mark_seen(request: DeskRequest, case: DeskCaseView, key: str) -> None:
    try:
        services.mark_seen(number=case.number, actor=request.actor, material_key=key, now=request.now)
    except DomainError:
        return


def context(request: DeskRequest, page: sheet.Sheet) -> dict[str, Any]:
    """What the case page and its print view show."""
    case = page.case
    names = {f"review:{item.key}": item.name for item in case.reviews}
    own = [f"review:{item.key}" for item in case.reviews if item.mine and item.done_on is None]
    shown = [key for key in (*own, case.main_clock, "statutory", "promised") if key in case.clocks]
    can_annotate = case.actions.get("annotate") is None and str(case.status) == "received" and not case.correction
    field = request.GET.get("field", "")
    point = next((row for group in page.groups for row in group.rows if row.open_form), None)
    material = page.material.key if page.material else ""
    return {
        "case": case,
        "sheet": page,
        "field": field,
        "story": story.build(case, request.GET, page.link),
        "pins": _pins(page),
        "can_annotate": can_annotate,
        "writing": can_annotate and bool(field or (point and point.step == sheet.COMPLETENESS)),
        "writing_point": point,
        "inline_form": can_annotate and point is not None and point.step == sheet.COMPLETENESS,
        "target": field.split(".")[0] or material,
        "page_titles": {page.key: page.title for page in case.version.spec.form},
        "form_fields": list(dict.fromkeys((row.path.split(".")[0], row.label) for row in case.display)),
        "notice_law": NOTICE_LAW,
        "unseen": sum(1 for item in case.materials if not item.seen and item.source in ("upload", "licence")),
        "licence": _licence(request, page),
        "clocks": [(key, wording.clock_name(key, names), case.clocks[key]) for key in dict.fromkeys(shown)],
        "all_clocks": [(key, wording.clock_name(key, names), reading) for key, reading in case.clocks.items()],
        "status_text": _status_text(case, page.stage),
        "open_reviews": [item.name for item in case.reviews if item.done_on is None],
        "can_take": _can_take(case, request.actor),
        "looks": _looks(case),
        "may_reveal": any(case.actions.get(verb) is None for verb in ("check", "assign")),
        "seen": sum(1 for item in case.materials if item.seen),
    }


def _pins(page: sheet.Sheet) -> list[dict[str, Any]]:
    """The annotations on the file looked at, as the viewer reads them."""
    if page.file is None:
        return []
    here = [point for point in page.case.points if point.file_id == page.file.file_id and point.page is not None]
    return [{"n": item.number, "page": item.page, "x": item.x, "y": item.y} for item in here]


def _licence(request: DeskRequest, page: sheet.Sheet) -> Any:
    """The licence on file that stands for the material looked at."""
    if page.material is None or not page.material.licence_id:
        return None
    try:
        return licences.visible(page.material.licence_id, request.actor)
    except NotFound:
        return None


@require_POST
@staff_page()
def reveal(request: DeskRequest, number: str) -> HttpResponse:
    """The case page with one masked value in full. Never a redirect: the value stands in no address and no cache."""
    field = request.POST.get("field", "")[:200]
    shown = services.reveal(number=number, actor=request.actor, field=field, now=request.now)
    found = queries.case_for_desk(number, request.actor, request.now)
    whole = request.POST.get("m") or sheet.FORM
    built = sheet.build(found, request.actor.id, {"m": whole})
    return show_page(request, "desk/case.html", {**context(request, built), "revealed": shown}, nav="cases")


@require_safe
@staff_page()
def print_view(request: DeskRequest, number: str) -> HttpResponse:
    """The whole case on paper."""
    found = queries.case_for_desk(number, request.actor, request.now)
    note_case(request, found, What.PRINT)
    return show_page(
        request, "desk/print.html", context(request, sheet.build(found, request.actor.id, {})), nav="cases"
    )


def _send(info: FileView, content: IO[bytes]) -> HttpResponseBase:
    """Bytes with headers under which nothing in them can act on the site."""
    inline = info.mime in INLINE
    response = FileResponse(content, content_type=info.mime if inline else "application/octet-stream")
    kind = "inline" if inline else "attachment"
    response["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(info.name)}"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Length"] = str(info.size)
    return response


@require_safe
@xframe_options_sameorigin
@staff_page()
def case_file(request: DeskRequest, number: str, file_id: str) -> HttpResponseBase:
    """A file of a material."""
    found = queries.case_file(number, request.actor, file_id)
    services.note_look(number=number, actor=request.actor, what=What.FILE, now=request.now)
    return _send(*found)


@require_safe
@xframe_options_sameorigin
@staff_page()
def case_copy(request: DeskRequest, number: str, file_id: str) -> HttpResponseBase:
    """The copy of an office file for reading."""
    found = queries.case_copy(number, request.actor, file_id)
    services.note_look(number=number, actor=request.actor, what=What.FILE, now=request.now)
    return _send(*found)


@require_safe
@xframe_options_sameorigin
@staff_page()
def case_document(request: DeskRequest, number: str, document_id: str) -> HttpResponseBase:
    """A notice of the case."""
    return _send(*queries.case_document(number, request.actor, document_id))


@require_safe
@xframe_options_sameorigin
@staff_page()
def case_power(request: DeskRequest, number: str) -> HttpResponseBase:
    """The written authority of the agent who looks after the case."""
    return _send(*queries.case_power(number, request.actor, request.now))


@require_safe
@xframe_options_sameorigin
@staff_page()
def case_power_scan(request: DeskRequest, number: str) -> HttpResponseBase:
    """The same authority as it was signed on paper."""
    return _send(*queries.case_power_scan(number, request.actor, request.now))


@require_safe
@xframe_options_sameorigin
@staff_page()
def licence_file(request: DeskRequest, number: str, licence_id: str) -> HttpResponseBase:
    """The signed file of a licence that stands for a material of the case, or that came of it."""
    found = queries.case_for_desk(number, request.actor, request.now)
    known = {item.licence_id for item in found.materials if item.licence_id}
    known |= {found.licence.id} if found.licence else set()
    licence = licences.visible(licence_id, request.actor) if licence_id in known else None
    if licence is None or not licence.file_id:
        raise NotFound(
            gettext_noop("There is no such file, or it is not yours to see."),
            remedy=gettext_noop("Go back to the case."),
        )
    note_case(request, found, What.FILE)
    return _send(records.file_info(licence.file_id), records.open_file(licence.file_id))


@require_safe
@staff_page()
def ledger(request: DeskRequest, number: str) -> HttpResponse:
    """Every day of one clock and why it counts."""
    view = queries.ledger(number, request.actor, request.GET.get("clock", ""), request.now)
    context = {
        "view": view,
        "reading": view.reading,
        "dues": {wording.clock_name(view.key, view.names): view.reading},
        "name": wording.clock_name(view.key, view.names),
        "clocks": [(key, wording.clock_name(key, view.names), item) for key, item in view.clocks.items()],
    }
    return show_page(request, "desk/ledger.html", context, nav="cases")


@require_safe
@staff_page()
def chain(request: DeskRequest, number: str) -> HttpResponse:
    """The case's chain of records, recomputed now."""
    found = queries.case_for_desk(number, request.actor, request.now)
    events, findings = queries.chain_check(number, request.actor)
    texts = {entry.seq: entry for entry in found.story}
    context = {
        "case": found,
        "rows": [(event, texts.get(event.seq)) for event in reversed(events)],
        "findings": findings,
        "verdict": gettext("The chain is whole.") if not findings else gettext("The chain does not add up."),
    }
    return show_page(request, "desk/chain.html", context, nav="cases")
