"""From a right password to a session: the steps between wait in the anonymous session, and nobody is signed in yet."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest
from django.utils import timezone

from tongban.accounts import queries, services
from tongban.records.secrets import decrypt, encrypt
from tongban.web.public import kept
from tongban.web.public.people import visitor

BACKEND = "django.contrib.auth.backends.ModelBackend"
#: Where the steps, the reason why a session ended, and what is shown once wait in the session.
PENDING, ENDED, ONCE = "entering", "ended", "shown-once"
#: Minutes that the steps may take after the password.
MINUTES = 10
#: When the session was opened, in whole seconds: :mod:`tongban.web.idle` counts from there.
SIGNED_IN_AT = "signed-in-at"
IDLE, ELSEWHERE = "idle", "elsewhere"


def password_given(request: HttpRequest, user_id: int, there: str) -> str:
    """Begin the steps for who gave the right password; the step that comes next, or nothing: the session is open."""
    request.session[PENDING] = {"user": user_id, "at": int(timezone.now().timestamp()), "passed": [], "next": there}
    return go_on(request)


def pending(request: HttpRequest) -> dict[str, Any] | None:
    """Who is in the middle of signing in; None for nobody, and for who took too long."""
    found: dict[str, Any] | None = request.session.get(PENDING)
    if found is not None and timezone.now().timestamp() - found["at"] > MINUTES * 60:
        del request.session[PENDING]
        return None
    return found


def passed(request: HttpRequest, step: str) -> str:
    """Note a step as done and go on."""
    known = dict(request.session[PENDING])
    known["passed"] = [*known["passed"], step]
    request.session[PENDING] = known
    return go_on(request)


def go_on(request: HttpRequest) -> str:
    """The step that comes next; where none is left the session is opened and nothing is returned."""
    known = request.session[PENDING]
    step = services.next_step(user_id=known["user"], passed=known["passed"], now=timezone.now())
    if not step:
        enter(request, known["user"])
    return step


def enter(request: HttpRequest, user_id: int) -> None:
    """Open the session of an account. Entries that wait for a form go with it, unless they were somebody else's."""
    now = timezone.now()
    ended = request.session.pop(ENDED, None)
    request.session.pop(PENDING, None)
    if ended is not None and ended["of"] != user_id:
        for key in (kept.SESSION_KEY, kept.ERRORS_KEY):
            request.session.pop(key, None)
    other = services.begin_session(user_id=user_id, address=visitor(request), now=now)
    login(request, get_user_model().objects.get(pk=user_id), backend=BACKEND)
    request.session[SIGNED_IN_AT] = int(now.timestamp())
    if settings.ONE_SESSION:
        request.session.save()  # the key is given when it is saved
        services.keep_session(user_id=user_id, key=request.session.session_key or "")
        if other and other != request.session.session_key:
            _tell_the_other(other, user_id, now)


def _tell_the_other(key: str, user_id: int, now: datetime) -> None:
    """Empty the session that ended and leave word in it why, for the next request of its browser."""
    store = import_module(settings.SESSION_ENGINE).SessionStore(key)
    if not store.exists(key):
        return
    store.clear()
    store[ENDED] = {"why": ELSEWHERE, "of": user_id, "at": now.isoformat()}
    try:
        store.save()
    except UpdateError:
        return  # its browser signed out at this moment: nobody is left to be told


def why_ended(request: HttpRequest) -> dict[str, Any]:
    """Why the session before this one ended, for the page that asks to sign in; empty for a fresh visitor."""
    found = request.session.get(ENDED)
    if not found:
        return {}
    at = datetime.fromisoformat(found["at"]) if "at" in found else None
    return {"why": found["why"], "at": at, "minutes": settings.DESK_IDLE_MINUTES}


def enrolling(request: HttpRequest) -> str:
    """The secret that is being enrolled in this session; made at the first look and the same until it is confirmed."""
    sealed = request.session.get("enrolling")
    if sealed:
        return decrypt(sealed)
    secret = services.new_secret()
    request.session["enrolling"] = encrypt(secret)
    return secret


def enrolled(request: HttpRequest, codes: tuple[str, ...]) -> None:
    """Keep the recovery codes until the officer has seen them."""
    request.session.pop("enrolling", None)
    request.session[ONCE] = encrypt(" ".join(codes))


def recovery_codes(request: HttpRequest) -> list[str]:
    """The codes that wait to be written down."""
    sealed = request.session.get(ONCE)
    return decrypt(sealed).split() if sealed else []


def username_of(user_id: int) -> str:
    """Under which name the app files the secret."""
    return queries.account(user_id, timezone.now()).username
