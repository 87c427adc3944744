"""What is kept about me, who looked at it, and how it is corrected and copied (个人信息保护法 arts. 44 to 47)."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongban.accounts import queries as accounts
from tongban.accounts import services
from tongban.cases import queries as cases
from tongban.core.actors import Actor
from tongban.core.errors import Invalid, gettext_noop
from tongban.core.numbers import page_number
from tongban.licences import queries as licences
from tongban.messaging import queries as messaging
from tongban.retention import queries as retention
from tongban.web.looking import LOOK, Dated
from tongban.web.public.forms import Contact
from tongban.web.public.people import applicant_page
from tongban.web.retentionwords import KIND, period
from tongban.web.wording import say
from tongban.web.words import STATUS

#: Kinds of data that are about the person; the others are about officers.
PERIODS = (
    "drafts",
    "correction_uploads",
    "undecided_cases",
    "decided_cases",
    "licences",
    "sign_ins",
    "looks",
    "sessions",
    "attempts",
)
#: Copies made by one account in so many minutes: each reads everything.
MOST, MINUTES = 20, 60
TOO_MANY = gettext_noop("Too many copies of your data.")


@applicant_page
@require_safe
def looks(request: HttpRequest, actor: Actor) -> HttpResponse:
    """谁看过我的信息."""
    form = Dated(request.GET)
    form.is_valid()
    page = page_number(request.GET.get("page"))
    found = accounts.own_looks(actor, first=form.value("from"), last=form.value("to"), page=page)
    own = cases.numbers_of(actor, [row.reference for row in found.rows])
    context = {"looks": found, "form": form, "kinds": LOOK, "own": own, "nav": "account"}
    return render(request, "public/looks.html", context)


@applicant_page
@require_safe
def data(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What is kept, by category, with purpose, basis and how long."""
    rules = {kind: rule for kind, rule in retention.rules().items() if kind in PERIODS}
    context = {
        "people": accounts.applicants_of(actor),
        "kept": cases.kept(actor),
        "licences": len(licences.folder(actor.applicant_ids)),
        "looked": accounts.own_looks(actor).total,
        "letters": messaging.told_count(actor.applicant_ids, int(actor.id)),
        "signed_in": accounts.sign_ins(account_id=int(actor.id)).total,
        "periods": [
            (str(KIND[rule.kind][0]), period(rule), str(KIND[rule.kind][1]) if not rule.permanent else "")
            for rule in rules.values()
        ],
        "log_days": settings.ACCESS_LOG_DAYS,
        "nav": "account",
    }
    return render(request, "public/own_data.html", context)


@applicant_page
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, actor: Actor, applicant_id: int) -> HttpResponse:
    """Correct phone, e-mail and address."""
    person = next((row for row in accounts.applicants_of(actor) if row.id == applicant_id), None)
    if person is None:
        raise Http404
    shown = {"phone": person.phone, "email": person.email, "address": person.address}
    form = Contact(request.POST) if request.method == "POST" else Contact(initial=shown)
    if request.method == "POST" and form.is_valid():
        try:
            changed = services.correct_contact(
                applicant_id=applicant_id, actor=actor, now=timezone.now(), **form.cleaned_data
            )
        except Invalid as error:
            form.take(error.errors, say(error.message, error.params))
        else:
            done = _("Your contact data are corrected.") if changed else _("Nothing was changed.")
            messages.success(request, done)
            return redirect("public:account")
    status = 422 if form.errors else 200
    return render(request, "public/contact.html", {"form": form, "person": person, "nav": "account"}, status=status)


@applicant_page
@require_safe
def copy(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Everything on one page, to read and to print."""
    return render(request, "public/own_copy.html", {"copy": _copy(actor), "nav": "account"})


@applicant_page
@require_safe
def copy_file(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The same as a file that programs read."""
    text = json.dumps(_copy(actor), ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    response["Cache-Control"] = "private, no-store"
    return response


def _copy(actor: Actor) -> dict[str, Any]:
    """Plain values under names that stay the same in every language."""
    now = timezone.now()
    services.limit_attempts(bucket=f"own-copy:{actor.id}", most=MOST, minutes=MINUTES, now=now, message=TOO_MANY)
    return {
        "made_at": now.isoformat(timespec="seconds"),
        "authority": settings.AUTHORITY_NAME,
        "account": {"name": actor.name},
        "applicants": [
            {
                "kind": row.kind,
                "name": row.name,
                "id_number": row.id_number,
                "phone": row.phone,
                "email": row.email,
                "legal_representative": row.legal_representative,
                "address": row.address,
            }
            for row in accounts.applicants_of(actor)
        ],
        "service_addresses": [
            {
                "applicant": person.name,
                "means": row.means,
                "address": row.masked,
                "confirmed_at": row.confirmed_at.isoformat(timespec="seconds"),
                "withdrawn_at": row.withdrawn_at.isoformat(timespec="seconds") if row.withdrawn_at else None,
            }
            for person in accounts.applicants_of(actor)
            for row in accounts.service_addresses(person.id, actor)
        ],
        "messages": [
            {
                "at": row.created_at.isoformat(timespec="seconds"),
                "channel": row.channel,
                "to": row.to,
                "state": row.state,
                "case": row.reference,
                "subject": row.subject,
                "text": row.text,
            }
            for row in messaging.told(actor.applicant_ids, int(actor.id), MOST_LINES)
        ],
        "cases": [_case(row) for row in cases.own_cases(actor)],
        "licences": [
            {"name": row.name, "number": row.number, "holder": row.holder_name, "state": row.state}
            for row in licences.folder(actor.applicant_ids)
        ],
        "sign_ins": [
            {"at": row.at.isoformat(timespec="seconds"), "outcome": row.outcome, "address": row.address}
            for row in accounts.sign_ins(account_id=int(actor.id), per_page=MOST_LINES).rows
        ],
        "looks": [
            {
                "at": row.at.isoformat(timespec="seconds"),
                "who": row.viewer_name,
                "organisation": row.viewer_organisation,
                "what": row.what,
                "case": row.reference,
            }
            for row in accounts.own_looks(actor, per_page=MOST_LINES).rows
        ],
    }


#: Lines of the logs that a copy holds, the newest first; the pages show the rest.
MOST_LINES = 1000


def _case(row: cases.OwnCase) -> dict[str, Any]:
    return {
        "number": row.number,
        "item": row.item_name,
        "applicant": row.applicant_name,
        "status": row.status,
        "status_name": str(STATUS.get(row.status, row.status)),
        "submitted_at": row.submitted_at.isoformat(timespec="seconds"),
        "decided_on": row.decided_on.isoformat() if row.decided_on else None,
        "entries": [
            {
                "label": f"{line.label} · {_(line.part)}" if line.part else line.label,
                "value": _(line.value) if line.translate and line.value else line.value,
                **({"rows": [dict(zip(line.head, cells, strict=True)) for cells in line.rows]} if line.rows else {}),
            }
            for line in row.entries
            if line.value or line.rows
        ],
        "files": [*row.files],
    }
