"""Signing in and out at the desk. Accounts of applicants are sent to the portal."""

from __future__ import annotations

from django.contrib.auth import get_user_model, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tongban.accounts import services
from tongban.core.errors import DomainError
from tongban.web.desk import wording
from tongban.web.desk.forms import SignInForm
from tongban.web.public.people import visitor


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; back to where the officer came from."""
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
            return render(request, "desk/sign_in.html", {"form": form}, status=error.status)
        user = get_user_model().objects.get(pk=user_id)
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        return redirect(_onward(request, form.cleaned_data["next"], user.kind == user.STAFF))
    return render(request, "desk/sign_in.html", {"form": form}, status=422 if form.errors else 200)


def _onward(request: HttpRequest, wanted: str, staff: bool) -> str:
    if not staff:
        return "/"
    host = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=host, require_https=request.is_secure())
    return wanted if wanted and safe else "desk:work"


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("desk:sign_in")
