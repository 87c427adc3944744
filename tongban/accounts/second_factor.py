"""The second factor: a code of an authenticator app, or one of ten recovery codes that work once each."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from tongban.accounts.limits import (
    SIGN_IN_MINUTES,
    SIGN_IN_TRIES,
    attempts,
    count_attempt,
    locked_out,
    note_sign_in,
)
from tongban.accounts.models import Attempt, Safeguard, SignIn, User
from tongban.core import totp
from tongban.core.actors import Actor
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError, Invalid, gettext_noop
from tongban.records.secrets import blind_index
from tongban.records.services import append_to_chain

RECOVERY_CODES = 10
#: Letters and digits that nobody takes for another; ten of them are fifty bits.
_ALPHABET, _LENGTH = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ", 10
#: Fewer recovery codes left than this are said to the officer.
FEW = 3


@dataclass(frozen=True)
class FactorView:
    """``since`` when the account has a second factor (None: it has none), and how many recovery codes are left."""

    since: datetime | None
    recovery_left: int
    needed: bool

    @property
    def on(self) -> bool:
        """Whether a code is asked for at sign-in."""
        return self.since is not None

    @property
    def few(self) -> bool:
        """Whether it is time for new recovery codes."""
        return self.on and self.recovery_left < FEW


def needed(actor: Actor) -> bool:
    """Whether the installation asks a second factor of who holds these duties or this role."""
    asked = settings.SECOND_FACTOR_FOR
    if actor.kind == "applicant":
        return False
    return "all" in asked or actor.role in asked or any(str(duty) in asked for duty in actor.duties)


def factor(actor: Actor) -> FactorView:
    """The state of the actor's own second factor."""
    row = Safeguard.objects.filter(pk=int(actor.id)).first()
    return FactorView(row.totp_since if row else None, len(row.recovery) if row else 0, needed(actor))


def new_secret() -> str:
    """A fresh secret as text, to be shown and confirmed."""
    return base64.b32encode(secrets.token_bytes(totp.SECRET_BYTES)).decode()


def address(secret: str, username: str) -> str:
    """What the QR code of ``secret`` carries."""
    return totp.uri(_raw(secret), issuer=f"Tongban {settings.AUTHORITY_NAME}", account=username)


def written(secret: str) -> str:
    """``secret`` for typing."""
    return totp.written(_raw(secret))


def _raw(secret: str) -> bytes:
    return base64.b32decode(secret)


def confirm(*, user_id: int, secret: str, code: str, now: datetime) -> tuple[str, ...]:
    """Take ``secret`` as the second factor once the app has shown a right code; returns the recovery codes, this once.

    Raises Invalid for a wrong code; the tries are limited like those of the password.
    """
    bucket = _count(user_id, now)
    step = totp.matching_step(_raw(secret), code, now)
    if step is None:
        raise _wrong(gettext_noop("Look at the clock of the phone: it has to be right to half a minute."))
    codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)
        Safeguard.objects.update_or_create(
            user=user,
            defaults={
                "totp_secret": secret,
                "totp_since": now,
                "totp_last_step": step,
                "recovery": [_digest(user_id, item) for item in codes],
            },
        )
        Attempt.objects.filter(bucket=bucket).delete()
        append_to_chain(
            chain=f"account:{user_id}",
            verb="enrol_second_factor",
            actor=Actor(kind=user.kind, id=str(user_id), name=user.name),
            at=now,
            legal_date=legal_date(now),
            facts={"recovery_codes": len(codes)},
        )
    return codes


def check_code(*, user_id: int, code: str, now: datetime, address: str = "") -> str:
    """Take the code of the app, or a recovery code, once; returns ``app`` or ``recovery``.

    Raises TooMany after five wrong ones in fifteen minutes, Invalid otherwise. Two sign-ins at the same moment cannot
    both use one code: the row is locked.
    """
    bucket = _count(user_id, now)
    with transaction.atomic():
        row = Safeguard.objects.select_for_update().get(pk=user_id)
        used = _use(row, code, now)
        if used:
            Attempt.objects.filter(bucket=bucket).delete()
    if not used:
        left = SIGN_IN_TRIES - attempts(bucket=bucket, minutes=SIGN_IN_MINUTES, now=now)
        outcome = SignIn.WRONG_CODE if left > 0 else SignIn.LOCKED
        note_sign_in(user_id=user_id, outcome=outcome, address=address, now=now)
        raise _wrong(gettext_noop("Write the code that the app shows now; each works once. Or use a recovery code."))
    return used


def _use(row: Safeguard, code: str, now: datetime) -> str:
    """Which kind of code it was; it is spent in ``row``. Empty for a wrong one."""
    step = totp.matching_step(_raw(row.totp_secret), code, now, used=row.totp_last_step)
    if step is not None:
        row.totp_last_step = step
        row.save(update_fields=["totp_last_step"])
        return "app"
    digest = _digest(row.pk, code)
    if digest not in row.recovery:
        return ""
    row.recovery = [item for item in row.recovery if item != digest]
    row.save(update_fields=["recovery"])
    return "recovery"


def _count(user_id: int, now: datetime) -> str:
    """Count a try before it is looked at: tries made at the same moment cannot slip past the limit."""
    bucket = f"factor:{user_id}"
    if count_attempt(bucket=bucket, minutes=SIGN_IN_MINUTES, now=now) > SIGN_IN_TRIES:
        raise locked_out(gettext_noop("Too many wrong codes."))
    return bucket


def _wrong(remedy: str) -> Invalid:
    message = gettext_noop("This code is not right.")
    return Invalid(message, remedy=remedy, errors=[FieldError("code", message, remedy)])


def _recovery_code() -> str:
    text = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return f"{text[:5]}-{text[5:]}"


def _digest(user_id: int, code: str) -> str:
    """Keyed, so that a copy of the database tells no code; of fifty random bits a slow hash is not needed."""
    plain = "".join(char for char in code.upper() if char.isalnum())[: 4 * _LENGTH]
    return blind_index(plain, f"recovery:{user_id}")
