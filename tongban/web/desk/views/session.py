"""Signing in and out at the desk. Accounts of applicants are sent to the portal."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tongban.accounts import services
from tongban.core.errors import DomainError, Invalid
from tongban.web import entering
from tongban.web.desk import own_forms, wording
from tongban.web.desk.forms import SignInForm
from tongban.web.desk.taking import TakingForm
from tongban.web.public.people import visitor


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; back to where the officer came from, once the steps after it are done."""
    form = SignInForm(request.POST if request.method == "POST" else None, initial={"next": request.GET.get("next", "")})
    if request.method == "POST" and form.is_valid():
        try:
            user_id = services.check_sign_in(
                handle=form.cleaned_data["handle"],
                password=form.cleaned_data["password"],
                now=timezone.now(),
                address=visitor(request),
            )
        except DomainError as error:
            form.add_error("handle", wording.with_remedy(error))
            return _page(request, form, error.status)
        there = form.cleaned_data["next"]
        step = entering.password_given(request, user_id, there)
        return redirect("desk:sign_in_step") if step else redirect(onward(request, there))
    return _page(request, form, 422 if form.errors else 200)


def _page(request: HttpRequest, form: SignInForm, status: int) -> HttpResponse:
    return render(request, "desk/sign_in.html", {"form": form, "ended": entering.why_ended(request)}, status=status)


def onward(request: HttpRequest, wanted: str) -> str:
    """Where a fresh session goes: back, to the desk, to the administrator's pages, or to the portal."""
    kind = getattr(request.user, "kind", "")
    if kind == "applicant":
        return "/"
    start = "desk:work" if kind == "staff" else "desk:admin_home"
    host = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=host, require_https=request.is_secure())
    return wanted if wanted.startswith("/") and safe and wanted != "/desk/" else start


@sensitive_post_parameters("password", "again", "code")
@never_cache
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest) -> HttpResponse:
    """What is asked after the password: a code, a new password, the enrolment of a second factor."""
    known = entering.pending(request)
    if known is None:
        return redirect("desk:sign_in")
    user_id, now = known["user"], timezone.now()
    asked = services.next_step(user_id=user_id, passed=known["passed"], now=now)
    if not asked:  # a second tab did it meanwhile
        entering.go_on(request)
        return redirect(onward(request, known["next"]))
    form = _FORMS[asked](request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _take(request, asked, user_id, form.cleaned_data)
            except Invalid as error:
                form.take(error)
            except DomainError as error:
                form.add_error(None, wording.with_remedy(error))
                status = error.status
    context: dict[str, Any] = {"form": form, "step": asked, "rules": own_forms.rules()}
    if asked == "change":
        context["why"] = services.why_change(user_id=user_id, now=now)
    if asked == "enrol":
        context |= own_forms.enrolment(request, user_id)
    return render(request, "desk/sign_in_step.html", context, status=status)


_FORMS: dict[str, type[TakingForm]] = {
    "code": own_forms.CodeForm,
    "change": own_forms.NewPasswordForm,
    "enrol": own_forms.EnrolForm,
}


def _take(request: HttpRequest, asked: str, user_id: int, data: dict[str, Any]) -> HttpResponse:
    """Do the step with what was entered, and go on. Raises what the services refuse."""
    now, there = timezone.now(), request.session[entering.PENDING]["next"]
    if asked == "code":
        services.check_code(user_id=user_id, code=data["code"], now=now, address=visitor(request))
        left = entering.passed(request, "code")
    elif asked == "change":
        services.change_password(user_id=user_id, old=None, new=data["password"], again=data["again"], now=now)
        left = entering.passed(request, "change")
    else:
        codes = services.confirm(user_id=user_id, secret=entering.enrolling(request), code=data["code"], now=now)
        left = entering.passed(request, "code")
        entering.enrolled(request, codes)
        there = "" if left else "desk:own_codes"
        return redirect("desk:sign_in_step") if left else redirect(there)
    return redirect("desk:sign_in_step") if left else redirect(onward(request, there))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("desk:sign_in")
