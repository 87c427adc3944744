"""The end of a desk session that nobody uses (GB/T 22239-2019, 8.1.4.1: log out when the connection times out)."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY as ACCOUNT
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tongban.core.numbers import whole
from tongban.web.entering import ENDED, IDLE, SIGNED_IN_AT

#: When the desk was last used stands in a signed cookie that belongs to one session, so that a page costs no write in
#: the database. Without it, or with one of another session, the time of signing in counts: losing it gains nothing.
COOKIE = "desk_used"
#: It is renewed at most once in so many seconds.
GRAIN = 60
#: Pages ask for these by themselves; a screen that nobody looks at must not stay open through them.
_BY_ITSELF = ("/desk/counts/",)
_DESK = "/desk/"


class IdleTimeout:
    """Sign out who has not used the desk for ``DESK_IDLE_MINUTES``.

    The request goes on as one of a visitor: what was typed is kept by the page that it was sent to, as at the end of
    any session, and the sign-in page says why it asks.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the clock, pass the request on, and note that the desk was used."""
        if not request.path.startswith(_DESK) or ACCOUNT not in request.session:
            return self.get_response(request)
        now = int(timezone.now().timestamp())
        last = _last_used(request, now)
        if now - last > settings.DESK_IDLE_MINUTES * 60:
            account = int(request.session[ACCOUNT])
            logout(request)
            request.session[ENDED] = {"why": IDLE, "of": account}
            return self.get_response(request)
        response = self.get_response(request)
        key = request.session.session_key
        if key and request.path not in _BY_ITSELF and now - last >= GRAIN:
            response.set_signed_cookie(
                COOKIE,
                str(now),
                salt=key,
                path=_DESK,
                httponly=True,
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
            )
        return response


def _last_used(request: HttpRequest, now: int) -> int:
    """In whole seconds; a session that was not opened by signing in (there is none outside tests) begins now."""
    begun = int(request.session.get(SIGNED_IN_AT, now))
    text = request.get_signed_cookie(COOKIE, default="", salt=request.session.session_key or "")
    return max(begun, whole(text or "") or 0)
