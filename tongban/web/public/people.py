"""Who is at the screen: the applicant's account, the visitor's address, and pages that need a sign-in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from tongban.accounts import queries as accounts
from tongban.cases import queries as cases
from tongban.core.actors import Actor
from tongban.core.errors import Forbidden, gettext_noop
from tongban.web.public import kept

View = Callable[..., HttpResponseBase]
#: Where the session keeps for whom the person works: the applicant, and the name shown on top.
ACTING_ID, ACTING_FOR = "acting_id", "acting_for"
#: The status for scripts: the session is over, sign in and send again.
SIGN_IN_FIRST = 401


def actor_of(request: HttpRequest) -> Actor | None:
    """The actor behind the session; ``None`` for visitors."""
    if not request.user.is_authenticated:
        return None
    if not hasattr(request, "tongban_actor"):
        request.tongban_actor = accounts.actor_for(request.user.pk, timezone.now(), user=request.user)  # type: ignore[attr-defined]
    found: Actor = request.tongban_actor  # type: ignore[attr-defined]
    return found


def applicant_page(view: View) -> View:
    """Only for accounts that act for applicants.

    A visitor is sent to sign in and comes back to the same address; what a visitor posts (the session ended in the
    middle of a form) is kept for that address. Officers are told which account they need.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = actor_of(request)
        if actor is None:
            return _sign_in_first(request)
        if actor.kind != "applicant":
            raise Forbidden(
                gettext_noop("This page is for applicants; you are signed in as an officer."),
                remedy=gettext_noop("Go to the desk, or sign in with an applicant's account."),
            )
        _still_acts(request, actor)
        return view(request, actor, *args, **kwargs)

    return never_cache(guarded)


def act_for(request: HttpRequest, applicant_id: int, name: str) -> None:
    """Remember for whom the person at the screen works now; it is shown on top and chosen first when applying."""
    request.session[ACTING_ID], request.session[ACTING_FOR] = applicant_id, name


def _still_acts(request: HttpRequest, actor: Actor) -> None:
    """An authority may end while its agent is signed in: then nobody is acted for any more."""
    chosen = request.session.get(ACTING_ID)
    if chosen is not None and chosen not in actor.applicant_ids | actor.agency.applicants:
        act_for(request, 0, actor.name)
        del request.session[ACTING_ID]


def draft_page(view: View) -> View:
    """Only for the applicant whose draft it is; a draft that has become a case leads to its receipt."""

    def with_draft(request: HttpRequest, actor: Actor, draft_id: UUID, *args: Any, **kwargs: Any) -> HttpResponseBase:
        draft = cases.draft(str(draft_id), actor, timezone.now())
        if draft.case_number:
            return redirect("public:receipt", draft.case_number)
        return view(request, actor, draft, *args, **kwargs)

    return wraps(view)(applicant_page(with_draft))


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    there = request.get_full_path()
    if request.method == "POST":
        if _by_script(request):
            return HttpResponse(status=SIGN_IN_FIRST)
        kept.keep(request)
        there = request.path
    return HttpResponseRedirect(f"{reverse('public:sign_in')}?{urlencode({'next': there})}")


def _by_script(request: HttpRequest) -> bool:
    """Whether a script sent the request: it keeps the entries itself and cannot follow a page."""
    return request.headers.get("X-Requested-With") == "XMLHttpRequest" or "HX-Request" in request.headers


def safe_next(request: HttpRequest, address: str) -> str:
    """``address`` if it is one of our own pages, else the portal's own start for whoever signed in."""
    own = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if address and own else ""


def visitor(request: HttpRequest) -> str:
    """The visitor's address, for counting look-ups."""
    return str(request.META.get("REMOTE_ADDR", ""))
