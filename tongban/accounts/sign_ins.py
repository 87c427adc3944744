"""Signing in: the limits on tries, the password, what is asked besides it, and the log of it all.

A sign-in has steps: the password, then what :func:`next_step` names (a code of the second factor, a new password, the
enrolment of a second factor). Only when nothing is left does a session begin.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils.module_loading import import_string

from tongban.accounts.limits import (
    SIGN_IN_MINUTES,
    SIGN_IN_TRIES,
    SIGN_IN_TRIES_OF_ADDRESS,
    attempts,
    bucket_of,
    count_attempt,
    locked_out,
    note_sign_in,
)
from tongban.accounts.models import Attempt, Safeguard, SignIn, SignInHandle, User
from tongban.accounts.passwords import must_change
from tongban.accounts.queries import actor_for
from tongban.accounts.second_factor import needed
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError, Invalid, gettext_noop
from tongban.records.secrets import blind_index


def check_sign_in(*, handle: str, password: str, now: datetime, address: str = "") -> int:
    """Return the account's id when ``handle`` and ``password`` belong together.

    Raises :class:`TooMany` after five failures in fifteen minutes with one handle or a hundred from one network
    ``address``, and otherwise one and the same :class:`Invalid` whether the handle or the password is wrong.
    """
    crowd = f"sign-in-from:{address}"
    if address and attempts(bucket=crowd, minutes=SIGN_IN_MINUTES, now=now) >= SIGN_IN_TRIES_OF_ADDRESS:
        raise locked_out(gettext_noop("Too many wrong sign-ins from here."))
    claims = import_string(settings.IDENTITY_GATEWAY)(handle, legal_date(now))
    bucket = bucket_of(claims.value)
    if attempts(bucket=bucket, minutes=SIGN_IN_MINUTES, now=now) >= SIGN_IN_TRIES:
        raise locked_out()
    # Counted before the password is looked at: tries made at the same moment cannot slip past the limit.
    tried = count_attempt(bucket=bucket, minutes=SIGN_IN_MINUTES, now=now)
    if tried > SIGN_IN_TRIES:
        raise locked_out()
    if claims.kind == "username":
        user = User.objects.filter(username=claims.value, is_active=True).first()
    else:
        index = blind_index(claims.value, claims.kind)
        known = SignInHandle.objects.filter(kind=claims.kind, index=index, user__is_active=True).select_related("user")
        found = known.first()
        user = found.user if found else None
    stored = user.password if user else _nobodys_password()
    if check_password(password, stored) and user is not None:
        Attempt.objects.filter(bucket=bucket).delete()
        return user.pk
    # A closed name is noted once, when it closes: who goes on trying does not fill the log.
    outcome = SignIn.LOCKED if tried == SIGN_IN_TRIES else SignIn.WRONG
    note_sign_in(user_id=user.pk if user else None, outcome=outcome, address=address, now=now)
    if address:
        count_attempt(bucket=crowd, minutes=SIGN_IN_MINUTES, now=now)
    message = gettext_noop("Name or password is wrong.")
    remedy = gettext_noop("Check both and try again. After 5 wrong tries signing in is closed for 15 minutes.")
    raise Invalid(message, remedy=remedy, errors=[FieldError("handle", message, remedy)])


@lru_cache(maxsize=1)
def _nobodys_password() -> str:
    """Checked for an unknown handle, so that it takes as long as a wrong password."""
    return make_password("no such account")


# What comes after the password.


def next_step(*, user_id: int, passed: Collection[str], now: datetime) -> str:
    """What is still asked of who gave the right password: ``code``, ``change``, ``enrol``; nothing for a session.

    Read from the database each time: a factor that was enrolled or reset in another window meanwhile counts.
    """
    user = User.objects.get(pk=user_id)
    if user.kind == User.APPLICANT:
        return ""
    known = Safeguard.objects.filter(pk=user_id).first()
    has_factor = known is not None and known.totp_since is not None
    if has_factor and "code" not in passed:
        return "code"
    if must_change(user, now):
        return "change"
    if not has_factor and needed(actor_for(user_id, now, user=user)):
        return "enrol"
    return ""


def why_change(*, user_id: int, now: datetime) -> str:
    """Why a new password is asked: ``first``, ``age`` or nothing."""
    return must_change(User.objects.get(pk=user_id), now)


def begin_session(*, user_id: int, address: str, now: datetime) -> str:
    """Note the sign-in; where an officer may have one session only, end the one before and return its key.

    The epoch ends it for certain; the key is for telling its browser why. Call this before the session is opened.
    """
    note_sign_in(user_id=user_id, outcome=SignIn.OK, address=address, now=now)
    if not settings.ONE_SESSION:
        return ""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)
        if user.kind == User.APPLICANT:
            return ""
        User.objects.filter(pk=user_id).update(session_epoch=F("session_epoch") + 1)
        known = Safeguard.objects.filter(pk=user_id).first()
        return known.session_key if known else ""


def keep_session(*, user_id: int, key: str) -> None:
    """Remember the session that was opened, where there may be one only."""
    if settings.ONE_SESSION and not User.objects.filter(pk=user_id, kind=User.APPLICANT).exists():
        Safeguard.objects.update_or_create(user_id=user_id, defaults={"session_key": key})
