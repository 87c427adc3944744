"""The end of a desk session that nobody uses (GB/T 22239-2019, 8.1.4.1: log out when the connection times out)."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY as ACCOUNT
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tongban.web.entering import ENDED, IDLE, LAST_USED

#: The instant of the last use is written at most once in so many seconds: a page does not cost a write.
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
        """Look at the clock and pass the request on."""
        if request.path.startswith(_DESK) and ACCOUNT in request.session:
            self._look(request)
        return self.get_response(request)

    def _look(self, request: HttpRequest) -> None:
        now = int(timezone.now().timestamp())
        last = request.session.get(LAST_USED)
        if last is not None and now - last > settings.DESK_IDLE_MINUTES * 60:
            account = int(request.session[ACCOUNT])
            logout(request)
            request.session[ENDED] = {"why": IDLE, "of": account}
        elif request.path not in _BY_ITSELF and (last is None or now - last >= GRAIN):
            request.session[LAST_USED] = now
