"""Check the answers, sign the truthfulness statement, hand in; then the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongban.accounts import queries as accounts
from tongban.cases import queries as cases
from tongban.cases import services
from tongban.cases.queries.views import DraftView
from tongban.core.actors import Actor
from tongban.core.agency import Act
from tongban.core.errors import FieldError, Invalid, Refused
from tongban.core.forms import DisplayRow
from tongban.web.components.fields import ErrorLink
from tongban.web.formdata import element_id
from tongban.web.public import kept
from tongban.web.public.drafting import frame, old_licence_done
from tongban.web.public.forms import Sign
from tongban.web.public.people import actor_of, applicant_page, draft_page
from tongban.web.public.pictures import qr_svg
from tongban.web.public.wording import field_errors, limit_words
from tongban.web.serving_words import MEANS
from tongban.web.wording import say


@applicant_page
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, actor: Actor, draft_id: UUID) -> HttpResponseBase:
    """Everything on one page with its way back, then the statement. Handing in twice gives the one case.

    A refused form is answered with a redirect back to this page, entries and messages kept: from the pages that mend
    it, Back leads here without the browser asking to send the form again.
    """
    return _hand_in(request, actor, draft_id) if request.method == "POST" else _shown_again(request, draft_id=draft_id)


def _hand_in(request: HttpRequest, actor: Actor, draft_id: UUID) -> HttpResponse:
    """The service reads the draft under its lock and says whose it is: the page's own reading of it is spared."""
    form = Sign(request.POST)
    form.is_valid()
    try:
        case = services.submit(
            draft_id=str(draft_id),
            actor=actor,
            signature=form.cleaned_data.get("signature", ""),
            declared=form.cleaned_data.get("declared", False),
            submission_key=form.cleaned_data.get("submission_key", ""),
            now=timezone.now(),
        )
    except Invalid as error:
        kept.keep(request)
        kept.keep_errors(request, error.errors)
        return redirect("public:draft_check", draft_id)
    except Refused as error:
        if error.code == "version_changed":
            return redirect("public:draft", draft_id)
        raise
    return redirect("public:receipt", case.number)


@draft_page
def _shown_again(request: HttpRequest, actor: Actor, draft: DraftView) -> HttpResponse:
    entered, errors = kept.take(request), kept.take_errors(request)
    if errors:
        form = Sign(QueryDict() if entered is None else entered)
        form.is_valid()
        return _show(request, draft, form, _problems(draft, form, errors))
    if not draft.complete or not old_licence_done(draft):
        return redirect("public:draft", draft.id)
    before = {} if entered is None else {"signature": entered.get("signature"), "declared": entered.get("declared")}
    return _show(request, draft, Sign(initial={**before, "submission_key": draft.submission_key}))


def _problems(draft: DraftView, form: Sign, errors: Sequence[FieldError]) -> list[ErrorLink]:
    """The error summary: what is beside the signature leads there, everything else to its own page."""
    pages = {field.key: page.spec.key for page in draft.pages for field in page.spec.fields}
    own = [item for item in errors if item.field in form.fields]
    form.take(own)
    others = [item for item in errors if item not in own]
    listed = [ErrorLink(_said(item, draft), f"#id_{item.field}") for item in own]
    return listed + [ErrorLink(_said(item, draft), _where(item, draft, pages)) for item in others]


def _said(error: FieldError, draft: DraftView) -> str:
    return next(iter(field_errors([error], draft.tailored.form_pages).values()))[0]


def _where(error: FieldError, draft: DraftView, pages: dict[str, str]) -> str:
    head, _dot, rest = error.field.partition(".")
    if head == "material":
        return reverse("public:draft_material", args=[draft.id, rest])
    if head == "old_licence":
        return reverse("public:draft_old_licence", args=[draft.id])
    if head in pages:
        return f"{reverse('public:draft_page', args=[draft.id, pages[head]])}#{element_id(error.field)}"
    return reverse("public:draft_situation", args=[draft.id])


def _show(request: HttpRequest, draft: DraftView, form: Sign, problems: list[ErrorLink] | None = None) -> HttpResponse:
    context = {
        **frame(draft),
        "form": form,
        "problems": problems or [],
        "sections": sections(draft.display, [page.spec for page in draft.pages]),
        "situation": answers(draft),
        "advice": advice(draft),
        "agent": _agent(request, draft),
        **_service(request, draft),
    }
    return render(request, "public/draft_check.html", context)


def _service(request: HttpRequest, draft: DraftView) -> dict[str, Any]:
    """Where documents will be served; an agent cannot change it and is not asked."""
    actor = actor_of(request)
    if actor is None or draft.applicant_id not in actor.applicant_ids:
        return {}
    return {"serves": True, "address": accounts.service_address(draft.applicant_id), "means": MEANS}


def _agent(request: HttpRequest, draft: DraftView) -> dict[str, str] | None:
    """Who signs for the enterprise as its agent, and under what number; None where the applicant itself signs."""
    actor = actor_of(request)
    if actor is None or draft.applicant_id in actor.applicant_ids:
        return None
    power = actor.agency.find(draft.applicant_id, draft.version.item_key, Act.SUBMIT)
    return {"name": actor.name, "number": power.number} if power else None


def answers(draft: DraftView) -> list[tuple[str, str]]:
    """The situation's questions with the answers given."""
    spec = draft.version.spec
    out = [(_("What you want to do"), item.name) for item in spec.variants if item.key == draft.variant]
    for question in draft.tailored.questions:
        given = draft.answers.get(question.key)
        out += [(question.text, choice.label) for choice in question.choices if choice.key == given]
    return out


def sections(display: tuple[DisplayRow, ...], pages: list[Any]) -> list[dict[str, Any]]:
    """The form's rows under the titles of their pages; what was left out stands apart."""
    out = []
    for page in pages:
        rows = [shown_row(row) for row in display if row.page == page.key]
        out.append(
            {
                "page": page,
                "rows": [row for row in rows if _said_something(row)],
                "empty": [row for row in rows if not _said_something(row)],
            }
        )
    return out


def _said_something(row: dict[str, Any]) -> bool:
    return bool(row["value"] or row["row"].rows or row["row"].files)


def shown_row(row: DisplayRow) -> dict[str, Any]:
    """One row in the reader's language."""
    label = f"{row.label}·{say(row.part)}" if row.part else row.label
    return {"label": label, "value": say(row.value) if row.translate else row.value, "row": row}


def advice(draft: DraftView) -> list[str]:
    """Amber remarks that never block: a name on the form that differs from the registered one."""
    out = []
    for row in draft.display:
        if row.path.endswith("enterprise.name") and row.value and row.value != draft.applicant_name:
            text = _("You entered “%(entered)s”; the register says “%(registered)s”. If it is right, submit as it is.")
            out.append(text % {"entered": row.value, "registered": draft.applicant_name})
    return out


@applicant_page
@require_safe
def receipt(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Number, look-up code, QR code, and what happens next."""
    case = cases.case_for_applicant(number, actor, timezone.now())
    limit = case.limits["promised"]
    receipts = [item for item in case.documents if item.kind == "receipt"]  # a correction has one of its own
    document = min(receipts, key=lambda item: (item.on, item.number), default=None)
    context = {"case": case, "document": document, "promised": limit_words(limit.value, limit.unit), "nav": "cases"}
    return render(request, "public/receipt.html", context)


@applicant_page
@require_safe
def receipt_qr(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The look-up page with number and code filled in, as a QR code."""
    case = cases.case_for_applicant(number, actor, timezone.now())
    query = urlencode({"number": case.number, "code": case.lookup_code})
    return qr_svg(f"{settings.PUBLIC_BASE_URL}{reverse('public:progress')}?{query}")
