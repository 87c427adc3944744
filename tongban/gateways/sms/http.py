"""A carrier's gateway over HTTP: one signed JSON POST a message, with a time-out.

The headers are those of :mod:`tongban.gateways.posting`. The gateway answers 2xx with ``{"id": …}``; ``{"code": …,
"message": …}`` with 4xx refuses for good, save 408, 425 and 429; everything else may pass. A district whose carrier
speaks another dialect puts a relay between: this is the whole of what the relay has to understand.
"""

from __future__ import annotations

import http.client
import json
import socket
import urllib.error
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from tongban.gateways.posting import post
from tongban.gateways.sms.values import ShortMessage, SmsDeferred, SmsRefused

#: Client errors that say “later”, not “never”: time-out, too early, too many requests (RFC 9110, 8470, 6585).
PASSING = frozenset({408, 425, 429})
#: Wrong credentials: the operator mends those, and then the message goes out.
OPERATOR = frozenset({401, 403})
MOST_ANSWER = 65_536


def body(message: ShortMessage) -> dict[str, Any]:
    """What the carrier is asked, as JSON-ready values."""
    return {
        "out_id": message.key,
        "phone": message.phone,
        "sign_name": settings.SMS_SIGN_NAME,
        "template_code": message.template_code,
        "params": dict(message.params),
    }


def deliver(message: ShortMessage) -> str:
    """Post the message; returns the carrier's number for it. Raises SmsRefused or SmsDeferred."""
    try:
        return _number(
            post(
                settings.SMS_GATEWAY_URL,
                body(message),
                key_id=settings.SMS_KEY_ID,
                secret=settings.SMS_SECRET,
                wait=settings.SMS_TIMEOUT,
                most=MOST_ANSWER,
            )
        )
    except urllib.error.HTTPError as error:
        with error:
            raise _failure(error.code, error.read(MOST_ANSWER)) from error
    except (OSError, http.client.HTTPException) as error:
        raise SmsDeferred(f"the short message gateway did not answer: {error}") from error


def probe() -> None:
    """Connect to the gateway's host and say nothing. Raises SmsDeferred when that is not possible."""
    parts = urlsplit(settings.SMS_GATEWAY_URL)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), timeout=settings.SMS_TIMEOUT).close()
    except OSError as error:
        raise SmsDeferred(f"{type(error).__name__}: {error}") from error


def _number(answer: bytes) -> str:
    try:
        found = json.loads(answer)
        return str(found["id"])
    except (ValueError, KeyError, TypeError) as error:
        raise SmsDeferred("the short message gateway gave no number for the message") from error


def _failure(status: int, answer: bytes) -> SmsRefused | SmsDeferred:
    try:
        said = json.loads(answer)
        told = f"{said.get('code', '')} {said.get('message', '')}".strip()[:200]
    except (ValueError, AttributeError):
        told = ""
    text = f"the short message gateway answered {status} {told}".strip()
    never = 400 <= status < 500 and status not in PASSING | OPERATOR
    return SmsRefused(text) if never else SmsDeferred(text)
