"""One-time codes of an authenticator app: TOTP (RFC 6238) over HOTP (RFC 4226), with HMAC-SHA-1 and six digits.

SHA-1, six digits and thirty seconds are what every authenticator app assumes (RFC 6238, section 1.2 and appendix A);
the collisions known of SHA-1 do not concern its use in HMAC (RFC 6194, section 3.3).
"""

from __future__ import annotations

import base64
import hmac
from datetime import datetime
from urllib.parse import quote, urlencode

#: Seconds that a code is shown, and its length.
STEP, DIGITS = 30, 6
#: Steps before and after now that still count: clocks differ, and typing takes time (RFC 6238, section 5.2).
WINDOW = 1
#: RFC 4226, section 4, R6 recommends 160 bits.
SECRET_BYTES = 20


def code_at(secret: bytes, step: int, *, digits: int = DIGITS, digest: str = "sha1") -> str:
    """The code of ``step`` (thirty-second intervals since 1970), with leading zeros."""
    mac = hmac.new(secret, step.to_bytes(8, "big"), digest).digest()
    place = mac[-1] & 0x0F
    number = int.from_bytes(mac[place : place + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_of(instant: datetime) -> int:
    """The interval in which ``instant`` falls."""
    return int(instant.timestamp()) // STEP


def matching_step(secret: bytes, typed: str, instant: datetime, *, used: int = 0) -> int | None:
    """The step whose code was ``typed`` at ``instant``, or None.

    ``used`` is the last step that was taken: it and all before it are refused, so that nobody uses a code a second
    time who saw it being typed (RFC 6238, section 5.2). Blanks in the code do not matter.
    """
    plain = "".join(typed.split())
    if not (plain.isascii() and plain.isdigit() and len(plain) == DIGITS):
        return None
    now = step_of(instant)
    found = None
    for step in range(now - WINDOW, now + WINDOW + 1):
        # Every step is compared, so that the time it takes does not tell which one was near.
        if hmac.compare_digest(code_at(secret, max(step, 0)), plain) and step > used:
            found = step
    return found


def written(secret: bytes) -> str:
    """The secret as it is typed into an app that cannot read the picture: Base32 in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def uri(secret: bytes, *, issuer: str, account: str) -> str:
    """The address that a QR code carries into the app (the ``otpauth`` key URI format that the apps share)."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    key = base64.b32encode(secret).decode().rstrip("=")
    return f"otpauth://totp/{label}?{urlencode({'secret': key, 'issuer': issuer, 'digits': DIGITS, 'period': STEP})}"
