"""Looking a case up by number and code: without signing in, without personal data, counted per visitor."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tongban.accounts import services as accounts
from tongban.cases import queries as cases
from tongban.core.case_facts import Status
from tongban.core.errors import NotFound
from tongban.web.public.forms import LookUp
from tongban.web.public.people import visitor
from tongban.web.public.standing import is_filing, main_due, steps, tag_of
from tongban.web.public.views.ledgers import ledger_context
from tongban.web.public.wording import clock_name, joined
from tongban.web.wording import say

#: Look-ups from one address in so many minutes.
MOST, MINUTES = 20, 10
#: Look-ups of one number from everywhere in an hour, whether there is such a case or not: its code has six characters.
MOST_OF_NUMBER, MINUTES_OF_NUMBER = 60, 60
#: Where the session keeps the codes of cases looked up in it.
SESSION_KEY = "looked-up"
MOST_KEPT = 10


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def progress(request: HttpRequest) -> HttpResponse:
    """The form. A wrong number and a wrong code get the same answer."""
    if request.method != "POST":
        initial = {"number": request.GET.get("number", "")[:40], "code": request.GET.get("code", "")[:20]}
        return render(request, "public/progress.html", {"form": LookUp(initial=initial), "nav": "progress"})
    form = LookUp(request.POST)
    status = 422
    if form.is_valid():
        number, code = form.cleaned_data["number"], form.cleaned_data["code"]
        now = timezone.now()
        try:
            accounts.limit_attempts(bucket=f"look-up:{visitor(request)}", most=MOST, minutes=MINUTES, now=now)
            accounts.limit_attempts(
                bucket=f"look-up-of:{number}", most=MOST_OF_NUMBER, minutes=MINUTES_OF_NUMBER, now=now
            )
            found = cases.progress(number, code, now)
        except accounts.TooMany as error:
            form.add_error("number", joined(say(error.message, error.params), say(error.remedy, error.params)))
            status = error.status
        except NotFound:
            form.add_error("number", _no_match())
        else:
            kept = dict(request.session.get(SESSION_KEY, {}))
            kept[found.number] = code
            request.session[SESSION_KEY] = dict(list(kept.items())[-MOST_KEPT:])
            return redirect("public:progress_case", found.number)
    return render(request, "public/progress.html", {"form": form, "nav": "progress"}, status=status)


def _no_match() -> str:
    return gettext("Number and code do not belong together. Compare both with the receipt; the code has 6 characters.")


@never_cache
@require_safe
def progress_case(request: HttpRequest, number: str) -> HttpResponse:
    """What may be said without a sign-in: where the case is and by when."""
    code = request.session.get(SESSION_KEY, {}).get(number)
    if code is None:
        return redirect(f"{reverse('public:progress')}?number={number}")
    found = cases.progress(number, code, timezone.now())
    tag, kind = tag_of(found.status)
    if found.status is Status.GRANTED and is_filing(found.steps):
        tag = gettext("Filed")
    context = {
        "progress": found,
        "tag": tag,
        "tag_kind": kind,
        "due": main_due(found),
        "steps": steps(found.steps, found.status, found.clocks),
        "clocks": [{"key": key, "name": clock_name(key, {})} for key in found.clocks],
        "nav": "progress",
    }
    return render(request, "public/progress_case.html", context)


@never_cache
@require_safe
def progress_ledger(request: HttpRequest, number: str) -> HttpResponse:
    """The ledger for whoever has the code."""
    code = request.session.get(SESSION_KEY, {}).get(number)
    if code is None:
        return redirect(f"{reverse('public:progress')}?number={number}")
    found = cases.public_ledger(number, code, request.GET.get("clock", ""), timezone.now())
    back = reverse("public:progress_case", args=[number])
    return render(request, "public/ledger.html", {**ledger_context(found, back), "nav": "progress"})
