"""Who may open a desk page: officers only. Everybody else is sent to sign in, or finds nothing here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from tongban.accounts import queries as accounts
from tongban.core.actors import Actor, Duty
from tongban.core.administrators import SOURCE as SEPARATION
from tongban.core.administrators import AdminVerb, check_may
from tongban.core.errors import Forbidden, NotFound, gettext_noop
from tongban.web import navigation
from tongban.web.desk import wording
from tongban.web.public import kept


class DeskRequest(HttpRequest):
    """A request of a signed-in officer."""

    actor: Actor
    now: datetime


View = Callable[..., HttpResponseBase]


def staff_page(*duties: Duty, keeps: bool = False) -> Callable[[View], View]:
    """Let officers in, and where ``duties`` are named only those whose posts carry one of them.

    Nobody signed in: to the sign-in page and back; with ``keeps`` what was typed waits for the officer there (the
    view takes it up on GET). An applicant's account: there is no such page (404).
    """

    def check(actor: Actor) -> None:
        if actor.kind == "admin":
            raise _not_an_administrators()
        if not actor.is_staff:
            raise _no_such_page()
        if duties and not any(actor.has(duty) for duty in duties):
            raise _not_with_post()

    return _guard(check, keeps=keeps)


def own_page() -> Callable[[View], View]:
    """Let officers and administrators in, to what concerns their own account."""
    return _guard(_check_desk)


def admin_page(verb: AdminVerb) -> Callable[[View], View]:
    """Let the administrators in whose task ``verb`` is; officers and the other two are told whose it is."""

    def check(actor: Actor) -> None:
        _check_desk(actor)
        check_may(actor.role, verb)

    return _guard(check)


def _check_desk(actor: Actor) -> None:
    """Applicants find nothing here."""
    if not actor.is_staff and actor.kind != "admin":
        raise _no_such_page()


def _guard(check: Callable[[Actor], None], *, keeps: bool = False) -> Callable[[View], View]:
    """A view for who is signed in and passes ``check``, which raises the refusal."""

    def decorate(view: View) -> View:
        @never_cache
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _sign_in_first(request, kwargs.get("number", ""), keeps=keeps)
            _drop_zero_bytes(request)
            request.now = timezone.now()
            request.actor = accounts.actor_for(request.user.pk, request.now, user=request.user)
            check(request.actor)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def _not_an_administrators() -> Forbidden:
    return Forbidden(
        gettext_noop("You are signed in as an administrator; administrators handle no cases."),
        remedy=gettext_noop("Your own pages stand in the menu above."),
        rule=SEPARATION,
    )


def _drop_zero_bytes(request: HttpRequest) -> None:
    """Read entries without the character that no keyboard types and no database stores as text."""
    for name in ("GET", "POST"):
        entered: QueryDict = getattr(request, name)
        if any("\0" in value for _key, values in entered.lists() for value in values):
            clean = entered.copy()
            for key, values in entered.lists():
                clean.setlist(key, [value.replace("\0", "") for value in values])
            setattr(request, name, clean)


def _no_such_page() -> NotFound:
    return NotFound(
        gettext_noop("There is no such page."),
        remedy=gettext_noop("Check the address, or look for what you need from the first page."),
    )


def _sign_in_first(request: HttpRequest, number: str, *, keeps: bool) -> HttpResponse:
    there = request.get_full_path()
    if request.method == "POST":
        there = reverse("desk:case", args=[number]) if number else reverse("desk:work")
        if keeps and kept.keep(request):
            there = request.path
    answer = redirect_to_login(there, reverse("desk:sign_in"))
    if getattr(request, "htmx", False):  # a script follows no page: the browser has to
        return HttpResponse(status=204, headers={"HX-Redirect": answer["Location"]})
    return answer


def _not_with_post() -> Forbidden:
    return Forbidden(
        gettext_noop("This page is not with your post."),
        remedy=gettext_noop("Ask the officer on duty, or have the post assigned to you."),
    )


#: Menu entries that only some posts have use for.
_MENU_DUTIES = {
    "alerts": {Duty.SUPERVISOR, Duty.AGENCY_HEAD, Duty.GOVERNMENT_HEAD},
    "holds": {Duty.SUPERVISOR, Duty.AGENCY_HEAD},
    "operations": {Duty.OPERATOR, Duty.SUPERVISOR},
}


def show_page(
    request: DeskRequest, template: str, context: dict[str, Any], *, nav: str = "", status: int = 200
) -> HttpResponse:
    """A desk page: its entry in the menu marked, the officer's duties beside the name, no entry that leads nowhere."""
    duties = request.actor.duties
    if role := request.actor.role:
        menu = navigation.links(navigation.ADMIN[role])
        title = str(wording.ADMIN_ROLE[role])
    else:
        menu = [link for link in navigation.links(navigation.DESK) if _MENU_DUTIES.get(link.key, duties) & duties]
        title = "、".join(str(wording.DUTY[duty]) for duty in sorted(duties))
    shared = {
        "nav": nav,
        "actor": request.actor,
        "now": request.now,
        "post_name": title,
        "desk_nav": menu,
    }
    return render(request, template, {**shared, **context}, status=status)
