"""The switches in the masthead: care mode, theme, keyboard and language, each an ordinary form post."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from tongban.web.context import CARE_COOKIE, KEYS_COOKIE, THEME_COOKIE

A_YEAR = 365 * 24 * 3600
#: Switch → the values it may be set to; anything else is ignored.
SWITCHES = {
    CARE_COOKIE: ("1", "0"),
    THEME_COOKIE: ("dark", "light"),
    KEYS_COOKIE: ("on", "off"),
    settings.LANGUAGE_COOKIE_NAME: tuple(code for code, _ in settings.LANGUAGES),
}


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Keep the posted choices in cookies and go back to the page they were made on."""
    response = HttpResponseRedirect(safe_next(request))
    for name, allowed in SWITCHES.items():
        value = request.POST.get(name)
        if value in allowed:
            response.set_cookie(
                name, value, max_age=A_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=False
            )
    return response


def safe_next(request: HttpRequest, fallback: str = "/") -> str:
    """The posted ``next`` when it is an address of this site, else ``fallback``."""
    target = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if allowed and target.startswith("/") else fallback
