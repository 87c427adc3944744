"""The session cookie of a page that is being looked at while its session ends."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse


class KeptCookie(SessionMiddleware):
    """Django's sessions, but only a page takes away the cookie of a session that has ended.

    A page loads pictures, documents and fragments beside it. When its session ends, the form that is sent next gets a
    new session, in which its entries wait for the person to sign in again; the late answer to a picture asked for
    with the old cookie would take the new one away, and the entries with it.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """As Django does, without deleting the cookie where the browser says that it asked for a part of a page."""
        answer = self._saved(request, response)
        part = request.headers.get("Sec-Fetch-Dest", "document") != "document"
        cookie = answer.cookies.get(settings.SESSION_COOKIE_NAME)
        if part and cookie is not None and not cookie.value:
            del answer.cookies[settings.SESSION_COOKIE_NAME]
        return answer

    def _saved(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save the session; while the database is away say that, and not that the request could not be read.

        Django takes every error of saving for a session that somebody ended.
        """
        try:
            return super().process_response(request, response)
        except SessionInterrupted as error:
            reason = error.__context__.__context__ if error.__context__ else None
            if isinstance(reason, OperationalError | InterfaceError):
                raise reason from None
            raise
