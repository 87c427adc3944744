"""How often somebody may try, and the log of who tried to sign in."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Sum

from tongban.accounts.models import Attempt, SignIn
from tongban.core.errors import DomainError, gettext_noop
from tongban.records.secrets import blind_index

#: Failed sign-ins with one handle before it is locked, and for how many minutes.
SIGN_IN_TRIES, SIGN_IN_MINUTES = 5, 15
#: Failed sign-ins from one address, whatever the names: many names with one password each stay below the first limit.
#: A hall's terminals share an address, so this one is wide.
SIGN_IN_TRIES_OF_ADDRESS = 100


class TooMany(DomainError):
    """Too many attempts in the window; answered with 429."""

    status = 429


def locked_out(message: str = gettext_noop("Too many wrong tries with this name.")) -> TooMany:
    """The refusal of a name that was tried too often."""
    return TooMany(
        message,
        remedy=gettext_noop("Wait %(minutes)s minutes, then try again."),
        params={"minutes": SIGN_IN_MINUTES},
    )


def bucket_of(value: str) -> str:
    """Where the tries with one name are counted; the name itself is not kept."""
    return "sign-in:" + blind_index(value, "attempt")[:40]


def buckets_of(user_id: int, username: str) -> tuple[str, str]:
    """Where the tries of an officer's account are counted: with the password, and with codes."""
    return bucket_of(username), f"factor:{user_id}"


def note_sign_in(*, user_id: int | None, outcome: str, address: str, now: datetime) -> None:
    """Write one line of the log; the same for a name that exists and one that does not, so that it takes as long."""
    SignIn.objects.create(user_id=user_id, outcome=outcome, address=address[:45], at=now)


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def attempts(*, bucket: str, minutes: int, now: datetime) -> int:
    """How many attempts were counted in ``bucket`` in the last ``minutes``; each leaves the count by itself."""
    since = _minute(now) - timedelta(minutes=minutes)
    rows = Attempt.objects.filter(bucket=bucket[:80], started_at__gt=since)
    return int(rows.aggregate(all=Sum("count"))["all"] or 0)


def count_attempt(*, bucket: str, minutes: int, now: datetime) -> int:
    """Count one attempt (one atomic upsert in its minute's row) and return the count of the last ``minutes``."""
    sql = (
        "INSERT INTO accounts_attempt (bucket, started_at, count) VALUES (%s, %s, 1) "
        "ON CONFLICT (bucket, started_at) DO UPDATE SET count = accounts_attempt.count + 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [bucket[:80], connection.ops.adapt_datetimefield_value(_minute(now))])
    return attempts(bucket=bucket, minutes=minutes, now=now)


#: What is said where too much was looked up.
TOO_MANY_LOOK_UPS = gettext_noop("Too many look-ups from here.")


def limit_attempts(*, bucket: str, most: int, minutes: int, now: datetime, message: str = TOO_MANY_LOOK_UPS) -> None:
    """Count an attempt; raise :class:`TooMany`, saying ``message`` and the wait, when ``most`` is passed."""
    if count_attempt(bucket=bucket, minutes=minutes, now=now) > most:
        raise TooMany(
            message,
            remedy=gettext_noop("Wait %(minutes)s minutes, then try again."),
            params={"minutes": minutes},
        )
