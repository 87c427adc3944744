"""The delivery log: of one case, of all cases the officer may see, and sending a message once more."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from tongban.cases import queries, services
from tongban.core.errors import DomainError, Invalid
from tongban.core.numbers import whole
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
    context = {"rows": previews(site(), settings.SMS_SIGN_NAME), "channels": CHANNEL}
    return show_page(request, "desk/templates.html", context, nav="items")
