"""Pages for what went wrong: what happened, what is kept, what to do; never a code as a title, never a trace."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from tongban.config.logs import request_id
from tongban.core.errors import DomainError, Invalid, Stale
from tongban.core.law import Citation
from tongban.web.wording import say

#: How soon to come back when the database is away, in seconds.
RETRY_SECONDS = "10"


@dataclass(frozen=True)
class Trouble:
    """What an error page shows. ``since``: what others did meanwhile; ``entries``: wrong entries, one text each.

    ``sign_in``: where to sign in again and come back, for a page whose sign-in is over.
    """

    title: str
    text: str = ""
    remedy: str = ""
    rule: Citation | None = None
    kind: str = "warn"
    entries: tuple[str, ...] = ()
    since: tuple[object, ...] = ()
    sign_in: str = ""


def of_domain_error(error: DomainError) -> Trouble:
    """The page of a refusal: its message as the title, with remedy and rule."""
    entries: tuple[str, ...] = ()
    since: tuple[object, ...] = ()
    if isinstance(error, Invalid):
        entries = tuple(
            f"{say(entry.message, entry.params)} {say(entry.remedy, entry.params)}".strip() for entry in error.errors
        )
    if isinstance(error, Stale):
        since = tuple(error.since)
    return Trouble(
        title=say(error.message, error.params),
        remedy=say(error.remedy, error.params),
        rule=error.rule,
        kind="warn" if error.status in (404, 409) else "late",
        entries=entries,
        since=since,
    )


def respond(request: HttpRequest, trouble: Trouble, status: int) -> HttpResponse:
    """The whole page, or for htmx the note alone, put where the page keeps its notices."""
    context = {"trouble": trouble, "status": status, "back": request.headers.get("Referer", "")}
    if getattr(request, "htmx", False):
        response = render(request, "errors/_note.html", context, status=status)
        response["HX-Retarget"] = "#tb-notices"
        response["HX-Reswap"] = "innerHTML"
        return response
    template = "errors/desk.html" if request.path.startswith("/desk/") else "errors/public.html"
    return render(request, template, context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request cannot be read."""
    if isinstance(exception, TooManyFilesSent):
        trouble = Trouble(
            gettext("Too many files at once"),
            gettext("At most %(most)s files can be sent in one go.") % {"most": settings.DATA_UPLOAD_MAX_NUMBER_FILES},
            gettext("Go back to the page before and send them in several goes. Nothing was changed."),
        )
        return respond(request, trouble, 400)
    trouble = Trouble(
        gettext("This request could not be read"),
        gettext("The address or the data sent with it is not complete."),
        gettext("Go back to the page before and send it again. Nothing was changed."),
    )
    return respond(request, trouble, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    trouble = Trouble(
        gettext("Your post does not allow this"),
        remedy=gettext("Ask the person responsible, or sign in with the account that holds the post."),
    )
    return respond(request, trouble, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: not there, or not the reader's to see; the two are not told apart."""
    if request.path.startswith("/desk/"):
        trouble = Trouble(
            gettext("This page is not at your desk"),
            gettext("The address is wrong, or the case is with another post or department."),
            gettext("Search for the case number above; if it is not found, ask your supervisor to hand it on to you."),
        )
        return respond(request, trouble, 404)
    trouble = Trouble(
        gettext("This page is not here"),
        gettext("The address is wrong, or what it showed is not open to you."),
        gettext("Check the address, or look for what you need from the first page."),
    )
    return respond(request, trouble, 404)


def not_a_page(request: HttpRequest) -> HttpResponse:
    """405: the address of a button. Nothing is done by opening it."""
    trouble = Trouble(
        gettext("This address belongs to a button"),
        gettext("Opening it does nothing, and nothing was changed."),
        gettext("Go back to the page with the button and press it there."),
    )
    return respond(request, trouble, 405)


def server_error(request: HttpRequest) -> HttpResponse:
    """A static page that needs neither the database nor the session. Its number finds the line in the log.

    500 for a fault of the program; 503 while the database cannot be reached, which passes by itself.
    """
    away = _database_away(sys.exc_info()[1])
    status = 503 if away else 500
    response = render(request, "errors/500.html", {"request": None, "number": request_id.get()}, status=status)
    if away:
        response["Retry-After"] = RETRY_SECONDS
    return response


def _database_away(error: BaseException | None) -> bool:
    """Whether the database cannot be reached or is locked (SQLite tells a missing table by the same kind of error)."""
    if isinstance(error, OperationalError):
        return not str(error).startswith("no such")
    return isinstance(error, InterfaceError)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The sign-in that the page was opened in is over, or its cookies are gone.

    What came is not stored: it cannot be told from what a foreign page sends. The entries are still in the browser,
    and forms with autosave fill themselves again when they are opened in the same tab.
    """
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    if request.user.is_authenticated:
        title, text = gettext("Not sent: this page is from an earlier sign-in"), ""
        remedy = gettext(
            "Go back to the page before: what you typed still stands there. Copy it, load the page again, paste it and "
            "send it."
        )
        return respond(request, Trouble(title, text, remedy), 403)
    trouble = Trouble(
        gettext("You are signed out; what you typed is still there"),
        gettext("It was not sent, because the sign-in that this page was opened in is over."),
        gettext("Sign in again in this window; you come back to the page. If an entry is missing there, go back."),
        sign_in=_sign_in_address(request),
    )
    return respond(request, trouble, 403)


def _sign_in_address(request: HttpRequest) -> str:
    """The sign-in that leads back to the page the form stood on."""
    there = request.headers.get("Referer", "")
    own = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    name = "desk:sign_in" if request.path.startswith("/desk/") else "public:sign_in"
    back = urlsplit(there)._replace(scheme="", netloc="", fragment="").geturl() if own else ""
    return f"{reverse(name)}?{urlencode({'next': back})}" if back else reverse(name)
