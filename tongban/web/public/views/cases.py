"""My cases, one case, withdrawing, answering a question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.cases import queries as cases
from tongban.cases import services
from tongban.cases.queries.views import CaseRow, CaseView, StoryEntry
from tongban.core.actors import Actor
from tongban.core.errors import Invalid, Stale
from tongban.core.numbers import page_number
from tongban.web.codewords import code_word
from tongban.web.errors import Trouble, of_domain_error
from tongban.web.public import kept
from tongban.web.public.drafting import by_script
from tongban.web.public.forms import Answer, Plain, Withdraw
from tongban.web.public.people import actor_of, applicant_page
from tongban.web.public.serving import inline
from tongban.web.public.standing import due_of, is_filing, is_open, main_due, result_of, standing, steps, tag_of
from tongban.web.public.uploading import case_rows, received, refused
from tongban.web.public.wording import clock_name
from tongban.web.serving_words import MEANS, REMEDY
from tongban.web.wording import say

CLARIFICATION = "clarification"


@applicant_page
@require_safe
def my_cases(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Cases newest first, with what is owed; above them the drafts."""
    state = request.GET.get("state", "")
    search = request.GET.get("q", "").strip()[:100]
    page = cases.my_cases(actor, timezone.now(), page=page_number(request.GET.get("page")), state=state, search=search)
    context = {
        "page": page,
        "rows": [_row(row) for row in page.rows],
        "drafts": cases.drafts(actor),
        "state": state,
        "q": search,
        "narrowed": bool(state or search),
        "nav": "cases",
    }
    return render(request, "public/cases.html", context)


def _row(row: CaseRow) -> dict[str, Any]:
    name, kind = tag_of(row.status)
    open_ = row.status in ("received", "accepted", "granted")
    return {
        "case": row,
        "tag": name,
        "tag_kind": kind,
        "due": due_of(row.main_clock, row.reading) if open_ and not row.owes else None,
    }


@applicant_page
@require_safe
def case(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Where it is, who has it, what next, by when; then what is owed, the story, documents, the licence."""
    found = cases.case_for_applicant(number, actor, timezone.now())
    proof = [row for row in cases.serving(number, actor).rows if row.record]
    return render(
        request, "public/case.html", {**case_context(found), "served": proof, "means": MEANS, "remedy": REMEDY}
    )


def case_context(found: CaseView) -> dict[str, Any]:
    """Everything the case page shows."""
    names = {f"review:{item.key}": item.name for item in found.version.spec.procedure.reviews}
    return {
        "case": found,
        "standing": standing(found),
        "due": main_due(found),
        "steps": steps(found.steps, found.status, found.clocks),
        "open": is_open(found.status),
        "filing": is_filing(found.steps),
        "clocks": [
            {"key": key, "name": clock_name(key, names), "due": due_of(key, reading), "result": result_of(reading)}
            for key, reading in found.clocks.items()
        ],
        "story": [_entry(entry, found) for entry in found.story],
        "answers": [_display(row) for row in found.display],
        "contact": found.version.spec.contact,
        "nav": "cases",
    }


def _entry(entry: StoryEntry, found: CaseView) -> dict[str, Any]:
    document = next((item for item in found.documents if item.id == entry.document_id), None)
    return {
        "at": entry.at,
        "title": say(entry.text, entry.params),
        "text": entry.detail,
        "rule": entry.rule,
        "actor": entry.actor_name,
        "url": reverse("public:document", args=[found.number, document.id]) if document and document.ready else "",
        "url_text": code_word(document.title) if document else "",
    }


def _display(row: Any) -> dict[str, Any]:
    label = f"{row.label}·{say(row.part)}" if row.part else row.label
    return {"label": label, "value": say(row.value) if row.translate else row.value, "row": row}


@applicant_page
@require_POST
def copy(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Apply again with what was entered then; the new draft says what was left out."""
    made = services.copy_case(number=number, actor=actor, now=timezone.now())
    left = {"number": number, "questions": made.questions, "entries": made.entries, "materials": made.materials}
    request.session[copied_key(made.draft_id)] = left
    return redirect("public:draft", made.draft_id)


def copied_key(draft_id: str) -> str:
    """Where the session keeps what was left out of a draft that began as a copy: names only, nothing entered."""
    return f"copied-{draft_id}"


@applicant_page
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Take the application back, after saying what follows from it."""
    found = cases.case_for_applicant(number, actor, timezone.now())
    form, stale, done = _sent(request, Withdraw, services.withdraw, found, "reason", {})
    if done:
        return redirect("public:case", number)
    refusal = found.actions.get("withdraw")
    context = {"case": found, "form": form, "refusal": refusal, "stale": stale, "nav": "cases"}
    return render(request, "public/withdraw.html", context, status=_status(form, stale))


def _sent(
    request: HttpRequest,
    kind: type[Plain],
    verb: Callable[..., None],
    found: CaseView,
    entry: str,
    before: dict[str, str],
) -> tuple[Plain, Trouble | None, bool]:
    """The form of one entry, and what came of sending it: done, or refused with the entry still in the form."""
    form = kind(request.POST if request.method == "POST" else None, initial={"seq": found.seq, **before})
    if request.method != "POST" or not form.is_valid():
        return form, None, False
    text, seq = form.cleaned_data[entry], form.cleaned_data["seq"]
    try:
        verb(number=found.number, actor=actor_of(request), expected_seq=seq, now=timezone.now(), **{entry: text})
    except Invalid as error:
        form.take(error.errors, str(error))
    except Stale as error:
        return kind(initial={"seq": found.seq, entry: text}), of_domain_error(error), False
    else:
        return form, None, True
    return form, None, False


def _status(form: Plain, stale: Trouble | None) -> int:
    if stale is not None:
        return 409
    return 422 if form.is_bound else 200


@applicant_page
@require_http_methods(["GET", "HEAD", "POST"])
def clarification(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The authority's question and the answer, with attachments. The clock runs on."""
    found = cases.case_for_applicant(number, actor, timezone.now())
    if found.clarification is None:
        return redirect("public:case", number)
    waiting = kept.take(request) if request.method != "POST" else None
    before = {"answer": waiting.get("answer", "")} if waiting else {}
    form, stale, done = _sent(request, Answer, services.answer_clarification, found, "answer", before)
    if done:
        return redirect("public:case", number)
    context = {
        "case": found,
        "form": form,
        "stale": stale,
        "kept": waiting is not None,
        "nav": "cases",
        "files": case_rows(number, CLARIFICATION, cases.pending_files(number, actor, CLARIFICATION)),
        "key": CLARIFICATION,
    }
    return render(request, "public/clarification.html", context, status=_status(form, stale))


@applicant_page
@require_POST
def upload(request: HttpRequest, actor: Actor, number: str, material_key: str) -> HttpResponse:
    """Files for an open correction or question; they count once it is handed in."""
    cases.case_for_applicant(number, actor, timezone.now())  # somebody else's case is not there, whatever is sent
    errors = received(
        request,
        lambda name, content: services.add_correction_file(
            number=number, actor=actor, material_key=material_key, name=name, content=content, now=timezone.now()
        ),
    )
    return files_fragment(request, actor, number, material_key, errors)


@applicant_page
@require_POST
def remove_upload(request: HttpRequest, actor: Actor, number: str, material_key: str, row_id: int) -> HttpResponse:
    """Take one of them back."""
    services.remove_correction_file(number=number, actor=actor, row_id=row_id, now=timezone.now())
    return files_fragment(request, actor, number, material_key, [])


def files_fragment(
    request: HttpRequest, actor: Actor, number: str, material_key: str, errors: list[str]
) -> HttpResponse:
    """The list of files for scripts; without them the page it belongs to, with the errors if any."""
    back = "public:clarification" if material_key == CLARIFICATION else "public:correction"
    if by_script(request):
        if errors:
            return refused(errors)
        rows = case_rows(number, material_key, cases.pending_files(number, actor, material_key))
        target = "sent" if material_key == CLARIFICATION else f"sent-{material_key}"
        return render(request, "public/files.html", {"files": rows, "key": material_key, "target": target})
    if errors:
        context = {"errors": errors, "back": reverse(back, args=[number]), "nav": "cases"}
        return render(request, "public/upload_problem.html", context, status=422)
    return redirect(back, number)


@applicant_page
@require_safe
def file(request: HttpRequest, actor: Actor, number: str, file_id: UUID) -> FileResponse:
    """A file of the case, shown in the browser."""
    return inline(*cases.case_file(number, actor, str(file_id)))


@applicant_page
@require_safe
def file_copy(request: HttpRequest, actor: Actor, number: str, file_id: UUID) -> FileResponse:
    """The copy of an office file of the case for reading."""
    return inline(*cases.case_copy(number, actor, str(file_id)))


@applicant_page
@require_safe
def document(request: HttpRequest, actor: Actor, number: str, document_id: UUID) -> FileResponse:
    """A notice as the signed PDF; ``?download`` saves it."""
    info, handle = cases.case_document(number, actor, str(document_id))
    found = cases.case_for_applicant(number, actor, timezone.now())
    row = next(item for item in found.documents if item.id == str(document_id))
    return inline(info, handle, download="download" in request.GET, name=f"{row.title} {row.number}.pdf")
