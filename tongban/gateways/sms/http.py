"""A carrier's gateway over HTTP: one signed JSON POST a message, with a time-out.

Headers: ``X-Key-Id``, ``X-Timestamp`` (seconds), ``X-Nonce`` and ``X-Signature``, the hexadecimal HMAC-SHA256 of
``timestamp\\nnonce\\nbody`` under the shared secret. The gateway answers 2xx with ``{"id": …}``; ``{"code": …,
"message": …}`` with 4xx refuses for good, save 408, 425 and 429; everything else may pass. A district whose carrier
speaks another dialect puts a relay between: this is the whole of what the relay has to understand.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import secrets
import socket
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from tongban.gateways.sms.values import ShortMessage, SmsDeferred, SmsRefused

#: Client errors that say “later”, not “never”: time-out, too early, too many requests (RFC 9110, 8470, 6585).
PASSING = frozenset({408, 425, 429})
#: Wrong credentials: the operator mends those, and then the message goes out.
OPERATOR = frozenset({401, 403})
MOST_ANSWER = 65_536


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected POST would carry the number to a host that nobody configured."""

    def redirect_request(self, *args: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def body(message: ShortMessage) -> dict[str, Any]:
    """What the carrier is asked, as JSON-ready values."""
    return {
        "out_id": message.key,
        "phone": message.phone,
        "sign_name": settings.SMS_SIGN_NAME,
        "template_code": message.template_code,
        "params": dict(message.params),
    }


def signature(secret: str, timestamp: str, nonce: str, content: bytes) -> str:
    """HMAC-SHA256 over instant, nonce and body, so that none of them can be exchanged."""
    signed = f"{timestamp}\n{nonce}\n".encode() + content
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def deliver(message: ShortMessage) -> str:
    """Post the message; returns the carrier's number for it. Raises SmsRefused or SmsDeferred."""
    content = json.dumps(body(message), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    request = urllib.request.Request(  # noqa: S310 - the settings take https, or http of this machine
        settings.SMS_GATEWAY_URL,
        data=content,
        method="POST",
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "X-Key-Id": settings.SMS_KEY_ID,
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": signature(settings.SMS_SECRET, timestamp, nonce, content),
        },
    )
    try:
        with _OPENER.open(request, timeout=settings.SMS_TIMEOUT) as answer:
            return _number(answer.read(MOST_ANSWER))
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
