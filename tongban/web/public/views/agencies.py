"""The agent's side: what one was appointed to, accepting, giving up, and for whom one works now."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.accounts import queries as accounts
from tongban.accounts import services
from tongban.accounts.queries import PowerView
from tongban.core.actors import Actor
from tongban.core.errors import Invalid, NotFound, gettext_noop
from tongban.core.numbers import whole
from tongban.web.public.agent_forms import Accept
from tongban.web.public.people import ACTING_ID, act_for, applicant_page
from tongban.web.public.views.agents import power_file, power_scan
from tongban.web.public.wording import joined
from tongban.web.wording import say

#: How often the code of an authority may be tried in so many minutes.
MOST_TRIES, MINUTES = 10, 60
TOO_MANY = gettext_noop("The code was wrong too often.")


@applicant_page
@require_safe
def listing(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What waits for an answer, what one acts under, what is over; on top for whom one works now."""
    now = timezone.now()
    own = [(row.id, row.name) for row in accounts.applicants_of(actor)]
    others = [(row.id, row.name) for row in accounts.acts_for(actor)]
    context = {
        "waiting": accounts.invitations(actor, now),
        "rows": accounts.agencies(actor, now),
        "choices": [*own, *others] if others else [],
        "acting_id": request.session.get(ACTING_ID) or (own[0][0] if own else None),
    }
    return render(request, "public/agents/mine.html", context)


@applicant_page
@require_POST
def switch(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Choose for whom one works now. It is shown on top and chosen first when applying; rights do not change."""
    known = {row.id: row.name for row in accounts.applicants_of(actor)}
    known |= {row.id: row.name for row in accounts.acts_for(actor)}
    chosen = whole(request.POST.get("applicant", ""))
    if chosen is None or chosen not in known:
        raise NotFound(
            gettext_noop("You do not act for this applicant."), remedy=gettext_noop("Choose one of the list.")
        )
    act_for(request, chosen, known[chosen])
    messages.success(request, _("You now work for %(name)s.") % {"name": known[chosen]})
    return redirect("public:agencies")


@applicant_page
@require_safe
def one(request: HttpRequest, actor: Actor, power: int) -> HttpResponse:
    """One authority as its agent reads it; while it waits, with the form to accept it."""
    return _page(request, accounts.own_agency(actor, power, timezone.now()), Accept(), 200)


def _page(request: HttpRequest, power: PowerView, form: Accept, status: int) -> HttpResponse:
    return render(request, "public/agents/agency.html", {"power": power, "form": form}, status=status)


@applicant_page
@require_POST
def accept(request: HttpRequest, actor: Actor, power: int) -> HttpResponse:
    """Take the appointment on with the enterprise's code."""
    now = timezone.now()
    found = accounts.own_agency(actor, power, now)
    form = Accept(request.POST)
    if not form.is_valid():
        return _page(request, found, form, 422)
    try:
        services.limit_attempts(
            bucket=f"power-code:{power}", most=MOST_TRIES, minutes=MINUTES, now=now, message=TOO_MANY
        )
        services.accept_power(power=power, code=form.cleaned_data["code"], actor=actor, now=now)
    except (Invalid, services.TooMany) as error:
        form.add_error("code", joined(say(error.message, error.params), say(error.remedy, error.params)))
        return _page(request, found, form, error.status)
    messages.success(request, _("You now act for %(name)s.") % {"name": found.enterprise})
    return redirect("public:agency", power)


@applicant_page
@require_http_methods(["GET", "HEAD", "POST"])
def give_up(request: HttpRequest, actor: Actor, power: int) -> HttpResponse:
    """Decline an appointment, or resign, after saying what follows."""
    now = timezone.now()
    found = accounts.own_agency(actor, power, now)
    if request.method != "POST":
        return render(request, "public/agents/give_up.html", {"power": found})
    if found.agent:
        services.resign_power(power=power, actor=actor, now=now)
        messages.success(request, _("You no longer act for %(name)s.") % {"name": found.enterprise})
    else:
        services.decline_power(power=power, actor=actor, now=now)
        messages.success(request, _("Declined."))
    return redirect("public:agencies")


@applicant_page
@require_safe
def file(request: HttpRequest, actor: Actor, power: int) -> FileResponse:
    """The authority as PDF."""
    return power_file(request, accounts.own_agency(actor, power, timezone.now()))


@applicant_page
@require_safe
def scan(request: HttpRequest, actor: Actor, power: int) -> FileResponse:
    """The authority as it was signed on paper."""
    return power_scan(accounts.own_agency(actor, power, timezone.now()))
