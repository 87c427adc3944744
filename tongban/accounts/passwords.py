"""Passwords of officers and administrators: the installation's rules, history, age, and change at first sign-in."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.db import transaction

from tongban.accounts.limits import SIGN_IN_MINUTES, SIGN_IN_TRIES, limit_attempts
from tongban.accounts.models import Safeguard, User
from tongban.core import passwords
from tongban.core.actors import Actor
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError, Invalid, gettext_noop
from tongban.core.passwords import PasswordRules
from tongban.records.services import append_to_chain

FIRST_BYTES = 12
TOO_MANY = gettext_noop("Too many tries with the present password.")


def rules() -> PasswordRules:
    """The rules of this installation (settings ``PASSWORD_…``)."""
    return PasswordRules(
        length=settings.PASSWORD_MIN_LENGTH,
        classes=settings.PASSWORD_CLASSES,
        history=settings.PASSWORD_HISTORY,
        days=settings.PASSWORD_DAYS,
    )


def must_change(user: User, now: datetime) -> str:
    """Why the password has to be changed before anything else: ``first``, ``age`` or nothing. Never an applicant's."""
    if user.kind == User.APPLICANT:
        return ""
    known = Safeguard.objects.filter(pk=user.pk).first()
    if known is not None and known.must_change:
        return "first"
    changed = (known.password_changed_at if known else None) or user.created_at
    return "age" if passwords.expired(changed, rules(), now) else ""


def first_password() -> str:
    """A random password to hand over; it has every class of characters, whatever chance brings."""
    return f"{secrets.token_urlsafe(FIRST_BYTES)}-Aa7"


def hand_out(user: User) -> str:
    """Give the account a random password that is changed at the next sign-in, and end its sessions.

    Inside the caller's transaction, which records why. Returns the password: it is shown once and never kept.
    """
    text = first_password()
    user.password = make_password(text)
    user.session_epoch += 1
    user.save(update_fields=["password", "session_epoch"])
    Safeguard.objects.update_or_create(user=user, defaults={"must_change": True})
    return text


def change_password(*, user_id: int, old: str | None, new: str, again: str, now: datetime) -> None:
    """Put ``new`` in place of ``old`` and end every session. The caller signs in again where it was signed in.

    ``old`` is None in the middle of signing in, where it was just given; else wrong ones are counted and limited.

    Raises Invalid naming each entry that is wrong: the old password, the rules the new one breaks, a password that
    was used before, or the repetition.
    """
    if old is not None:
        bucket = f"password:{user_id}"
        limit_attempts(bucket=bucket, most=SIGN_IN_TRIES, minutes=SIGN_IN_MINUTES, now=now, message=TOO_MANY)
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)
        known, _made = Safeguard.objects.select_for_update().get_or_create(user=user)
        if faults := [*_faults(user, known, old, new), *_repetition(new, again)]:
            raise Invalid(gettext_noop("The password was not changed."), errors=faults, rule=passwords.SOURCE)
        known.former = [user.password, *known.former][: max(settings.PASSWORD_HISTORY, 0)]
        known.password_changed_at, known.must_change = now, False
        known.save(update_fields=["former", "password_changed_at", "must_change"])
        user.password = make_password(new)
        user.save(update_fields=["password"])
        append_to_chain(
            chain=f"account:{user.pk}",
            verb="change_password",
            actor=Actor(kind=user.kind, id=str(user.pk), name=user.name),
            at=now,
            legal_date=legal_date(now),
            facts={},
        )


def confirm_password(*, user_id: int, password: str, now: datetime) -> None:
    """Make sure that who sits at an open session is its officer. Raises Invalid at ``old``; tries are limited."""
    bucket = f"password:{user_id}"
    limit_attempts(bucket=bucket, most=SIGN_IN_TRIES, minutes=SIGN_IN_MINUTES, now=now, message=TOO_MANY)
    if not check_password(password, User.objects.get(pk=user_id).password):
        raise Invalid(gettext_noop("The present password is wrong."), errors=[_wrong_old()])


def _wrong_old() -> FieldError:
    return FieldError(
        "old", gettext_noop("The present password is wrong."), gettext_noop("Write the one you signed in with.")
    )


def _faults(user: User, known: Safeguard, old: str | None, new: str) -> list[FieldError]:
    if old is not None and not check_password(old, user.password):
        return [_wrong_old()]
    faults = passwords.problems(new, rules(), (user.username, user.name))
    if not faults and _used(new, [user.password, *known.former]):
        faults.append(
            FieldError(
                "password",
                gettext_noop("This password was used before."),
                gettext_noop("Choose one that differs from the present one and the last %(count)s."),
                {"count": settings.PASSWORD_HISTORY},
            )
        )
    if not faults and _common(new):
        faults.append(
            FieldError(
                "password",
                gettext_noop("This password stands in lists of common passwords."),
                gettext_noop("Choose one that nobody guesses who knows you."),
            )
        )
    return faults


def _used(new: str, hashes: Iterable[str]) -> bool:
    return any(check_password(new, item) for item in hashes)


def _common(new: str) -> bool:
    try:
        CommonPasswordValidator().validate(new)
    except ValidationError:
        return True
    return False


def _repetition(new: str, again: str) -> list[FieldError]:
    if new == again:
        return []
    return [
        FieldError("again", gettext_noop("The two passwords differ."), gettext_noop("Write the new one twice alike."))
    ]
