"""站内消息 and 送达地址确认: the applicant's messages, and where its documents are served."""

from __future__ import annotations

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.accounts import queries as accounts
from tongban.accounts import services
from tongban.cases import queries as cases
from tongban.core.actors import Actor
from tongban.core.errors import Invalid, Refused
from tongban.core.numbers import whole
from tongban.messaging import queries as messages
from tongban.messaging import services as messaging
from tongban.web.public.forms import ServiceAddress
from tongban.web.public.people import applicant_page, safe_next
from tongban.web.public.wording import joined
from tongban.web.wording import say


@applicant_page
@require_safe
def inbox(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every message, newest first."""
    page = whole(request.GET.get("page", "1"), least=1, most=999_999) or 1
    language = accounts.message_language(int(actor.id))
    context = {"page": messages.inbox(int(actor.id), page), "language": language, "nav": "messages"}
    return render(request, "public/inbox.html", context)


@applicant_page
@require_safe
def letter(request: HttpRequest, actor: Actor, message_id: str) -> HttpResponse:
    """One message; opening it is reading it."""
    row = messaging.read(message_id=str(message_id), actor=actor, now=timezone.now())
    own = cases.numbers_of(actor, [row.reference]) if row.reference else set()
    context = {"row": row, "own": row.reference in own, "nav": "messages"}
    return render(request, "public/letter.html", context)


@applicant_page
@require_POST
def read_all(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Mark all messages as read."""
    messaging.read_all(actor=actor, now=timezone.now())
    flash.success(request, _("All messages are marked as read."))
    return redirect("public:inbox")


@applicant_page
@require_POST
def language(request: HttpRequest, actor: Actor) -> HttpResponse:
    """In which language messages are written from now on."""
    services.choose_message_language(int(actor.id), request.POST.get("language", ""))
    flash.success(request, _("From now on messages are written in the language you chose."))
    return redirect("public:inbox")


@applicant_page
@require_http_methods(["GET", "HEAD", "POST"])
def service_address(request: HttpRequest, actor: Actor, applicant_id: int) -> HttpResponse:
    """Agree to be served electronically, or take it back."""
    person = next((row for row in accounts.applicants_of(actor) if row.id == applicant_id), None)
    if person is None:
        raise Http404
    there = safe_next(request, request.POST.get("next", request.GET.get("next", "")))
    choices = accounts.choices(applicant_id, actor)
    form = ServiceAddress(choices, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        try:
            done = _act(request, actor, applicant_id)
        except Invalid as error:
            form.take(error.errors, say(error.message, error.params))
            status = error.status
        except Refused as error:
            form.is_valid()
            form.add_error(None, joined(say(error.message, error.params), say(error.remedy, error.params)))
            status = error.status
        else:
            flash.success(request, done)
            return redirect(there or reverse("public:service_address", args=[applicant_id]))
    context = {
        "form": form,
        "person": person,
        "current": accounts.service_address(applicant_id),
        "former": [row for row in accounts.service_addresses(applicant_id, actor) if row.withdrawn_at],
        "consent": accounts.consent(),
        "next": there,
        "nav": "account",
    }
    return render(request, "public/service_address.html", context, status=status)


def _act(request: HttpRequest, actor: Actor, applicant_id: int) -> str:
    now = timezone.now()
    if request.POST.get("act") == "withdraw":
        services.withdraw_service_address(applicant_id=applicant_id, actor=actor, now=now)
        return _("Withdrawn. From now on your documents are served on paper.")
    services.confirm_service_address(
        applicant_id=applicant_id,
        means=request.POST.get("means", ""),
        agreed=request.POST.get("agreed") == "on",
        actor=actor,
        now=now,
    )
    return _("Confirmed. From now on your documents are served there.")
