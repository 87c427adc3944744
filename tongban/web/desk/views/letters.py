"""The delivery log: of one case, of all cases the officer may see, and sending a message once more."""

from __future__ import annotations

import io

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.accounts import queries as accounts
from tongban.cases import queries, services
from tongban.core.errors import DomainError, Invalid
from tongban.core.numbers import whole
from tongban.documents import languages
from tongban.documents.kinds import IssuingAuthority
from tongban.messaging.queries import Asked, previews
from tongban.messaging.services import site
from tongban.web.desk import wording
from tongban.web.desk.access import DeskRequest, show_page, staff_page
from tongban.web.desk.serving_forms import LogForm, ResendForm
from tongban.web.language import is_chinese
from tongban.web.serving_words import CHANNEL, STATE, STATE_KIND

_WORDS = {"channels": CHANNEL, "states": STATE, "state_kinds": STATE_KIND}


@require_safe
@staff_page()
def of_case(request: DeskRequest, number: str) -> HttpResponse:
    """Every message about one case."""
    item_name, rows = queries.case_messages(number, request.actor)
    context = {**_WORDS, "number": number, "item_name": item_name, "rows": rows, "names": _names()}
    return show_page(request, "desk/case_messages.html", context, nav="cases")


@require_safe
@staff_page()
def log(request: DeskRequest) -> HttpResponse:
    """Messages about all cases the officer may see, narrowed."""
    form = LogForm(request.GET)
    form.is_valid()
    page = whole(request.GET.get("page", "1"), least=1, most=999_999) or 1
    asked = Asked(
        channel=form.value("channel"),
        state=form.value("state"),
        who=form.value("q").strip(),
        first=form.value("from"),
        last=form.value("to"),
    )
    found = queries.message_log(asked, request.actor, page)
    narrowed = any(request.GET.get(name) for name in form.fields)
    context = {**_WORDS, "form": form, "found": found, "names": _names(), "narrowed": narrowed}
    return show_page(request, "desk/messages.html", context, nav="messages")


def _names() -> dict[str, str]:
    """What the kinds of messages are called in the reader's language."""
    language = "zh" if is_chinese() else "en"
    return {row.kind: row.name[language] for row in previews(site(), "")}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def resend(request: DeskRequest, message_id: str) -> HttpResponse:
    """Send a message once more: asks for the reason, then does it."""
    number, row = queries.case_message(str(message_id), request.actor)
    back = reverse("desk:case_messages", args=[number])
    form = ResendForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.resend_message(
                message_id=str(message_id), reason=form.cleaned_data["reason"], actor=request.actor, now=request.now
            )
        except Invalid as error:
            form.take(error)
            status = error.status
        except DomainError as error:
            form.add_error(None, wording.with_remedy(error))
            status = error.status
        else:
            messages.success(request, gettext("The message is sent once more."))
            return redirect(back)
    context = {
        "form": form,
        "title": gettext("Send once more"),
        "button": gettext("Send once more"),
        "back": back,
        "note": f"{CHANNEL[row.channel]} · {row.to_masked} · {_names().get(row.kind, row.kind)}",
    }
    return show_page(request, "desk/people/form.html", context, nav="messages", status=status)


@require_safe
@staff_page()
def templates(request: DeskRequest) -> HttpResponse:
    """What messages and documents say, with invented values."""
    return _templates(request)


def _templates(request: DeskRequest, error: DomainError | None = None) -> HttpResponse:
    context = {
        "rows": previews(site(), settings.SMS_SIGN_NAME),
        "channels": CHANNEL,
        "kinds": languages.kind_rows(request.actor.organisation),
        "off": languages.setting_refusal(request.actor),
        "errors": [("#main", wording.with_remedy(error))] if error else [],
    }
    return show_page(request, "desk/templates.html", context, nav="messages", status=error.status if error else 200)


@require_POST
@staff_page()
def set_languages(request: DeskRequest, kind: str) -> HttpResponse:
    """Issue a kind of document in two languages from now on, or in Chinese alone."""
    english = request.POST.get("english") == "1"
    try:
        languages.set_bilingual(kind_key=kind, english=english, actor=request.actor, now=request.now)
    except DomainError as error:
        return _templates(request, error)
    done = (
        gettext("Issued in Chinese and English from now on.") if english else gettext("Issued in Chinese from now on.")
    )
    messages.success(request, done)
    return redirect("desk:templates")


@require_safe
@xframe_options_sameorigin
@staff_page()
def sample(request: DeskRequest, kind: str) -> FileResponse:
    """A kind of document with invented values, as PDF; with ``english`` in two languages."""
    own = accounts.organisation(request.actor.organisation) if request.actor.organisation else None
    authority = IssuingAuthority(
        key=own.key if own else "sample",
        name=own.name if own else settings.AUTHORITY_NAME,
        word=f"{own.region_short}{own.short}" if own else "",
        region_code=own.region_code if own else "",
    )
    content = languages.sample(kind_key=kind, english=request.GET.get("english") == "1", authority=authority)
    return FileResponse(io.BytesIO(content), content_type="application/pdf", filename=f"{kind}.pdf")
