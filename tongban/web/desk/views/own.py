"""One's own account at the desk: how one signs in, and who looked at one's data."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model, login
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from tongban.accounts import queries as accounts
from tongban.accounts import services
from tongban.core.numbers import page_number
from tongban.web import entering
from tongban.web.desk import own_forms, wording
from tongban.web.desk.access import DeskRequest, own_page, show_page
from tongban.web.desk.taking import TakingForm, attempt
from tongban.web.looking import LOOK, Dated


@require_safe
@own_page()
def sign_in(request: DeskRequest) -> HttpResponse:
    """Password, second factor and the last sign-ins of the account."""
    context = {
        "account": accounts.account(int(request.actor.id), request.now),
        "factor": accounts.factor(request.actor),
        "sign_ins": accounts.sign_ins(account_id=int(request.actor.id)).rows[:10],
        "outcomes": wording.SIGN_IN,
        "rules": own_forms.rules(),
    }
    return show_page(request, "desk/own/sign_in.html", context, nav="own")


@sensitive_post_parameters("old", "password", "again")
@require_http_methods(["GET", "POST"])
@own_page()
def password(request: DeskRequest) -> HttpResponse:
    """Change the password; every other session of the account ends with the old one."""
    form = own_forms.ChangePasswordForm(request.POST if request.method == "POST" else None)

    def act(data: dict[str, Any]) -> None:
        services.change_password(
            user_id=int(request.actor.id), old=data["old"], new=data["password"], again=data["again"], now=request.now
        )
        _stay(request)
        messages.success(
            request, _("The password is changed. Other windows that were signed in have to sign in again.")
        )

    return _form(request, form, act, "desk/own/password.html", {"rules": own_forms.rules()})


@sensitive_post_parameters("old", "code")
@require_http_methods(["GET", "POST"])
@own_page()
def factor(request: DeskRequest) -> HttpResponse:
    """Enrol an authenticator app, or another one in its place; then the recovery codes, once."""
    form = own_forms.EnrolAgainForm(request.POST if request.method == "POST" else None)
    user_id = int(request.actor.id)

    def act(data: dict[str, Any]) -> None:
        services.confirm_password(user_id=user_id, password=data["old"], now=request.now)
        secret = entering.enrolling(request)
        entering.enrolled(request, services.confirm(user_id=user_id, secret=secret, code=data["code"], now=request.now))

    extra = {"factor": accounts.factor(request.actor), **own_forms.enrolment(request, user_id)}
    return _form(request, form, act, "desk/own/factor.html", extra, done="desk:own_codes")


def _form(
    request: DeskRequest, form: TakingForm, act: Any, template: str, extra: dict[str, Any], done: str = ""
) -> HttpResponse:
    status = attempt(request, form, act)
    if status is None:
        return redirect(done or "desk:own_sign_in")
    return show_page(request, template, {"form": form, "has_errors": form.errors, **extra}, nav="own", status=status)


def _stay(request: DeskRequest) -> None:
    """This window stays signed in; its session gets a key of its own."""
    login(request, get_user_model().objects.get(pk=request.actor.id), backend=entering.BACKEND)
    request.session[entering.SIGNED_IN_AT] = int(request.now.timestamp())
    request.session.save()
    services.keep_session(user_id=int(request.actor.id), key=request.session.session_key or "")


@require_http_methods(["GET", "POST"])
@own_page()
def codes(request: DeskRequest) -> HttpResponse:
    """The recovery codes, until the officer says that they are written down."""
    if request.method == "POST":
        request.session.pop(entering.ONCE, None)
        return redirect("desk:own_sign_in")
    shown = entering.recovery_codes(request)
    if not shown:
        return redirect("desk:own_sign_in")
    return show_page(request, "desk/own/codes.html", {"codes": shown}, nav="own")


@require_safe
@own_page()
def looks(request: DeskRequest) -> HttpResponse:
    """Who looked at one's own account."""
    form = Dated(request.GET)
    form.is_valid()
    page = page_number(request.GET.get("page"))
    found = accounts.own_looks(request.actor, first=form.value("from"), last=form.value("to"), page=page)
    context = {"looks": found, "form": form, "kinds": LOOK, "has_errors": form.errors}
    return show_page(request, "desk/own/looks.html", context, nav="looks_own")
