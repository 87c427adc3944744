"""Signed JSON over HTTP, as this installation speaks to a carrier or a seal platform.

Headers: ``X-Key-Id``, ``X-Timestamp`` (seconds), ``X-Nonce`` and ``X-Signature``, the hexadecimal HMAC-SHA256 of
``timestamp\\nnonce\\nbody`` under the shared secret. Redirects are not followed: they would carry the body to a host
that nobody configured.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
import urllib.request
from collections.abc import Mapping
from typing import Any


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        """None: the answer stands as it is, an error of its status."""
        return


_OPENER = urllib.request.build_opener(_NoRedirect)


def signature(secret: str, timestamp: str, nonce: str, content: bytes) -> str:
    """HMAC-SHA256 over instant, nonce and body, so that none of them can be exchanged."""
    signed = f"{timestamp}\n{nonce}\n".encode() + content
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def post(url: str, body: Mapping[str, Any], *, key_id: str, secret: str, wait: float, most: int) -> bytes:
    """Post ``body`` signed; at most ``most`` bytes of the answer. ``wait``: seconds for each step of the connection.

    Raises ``urllib.error.HTTPError`` for every answer but 2xx, ``OSError`` or ``http.client.HTTPException`` for none.
    """
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    request = urllib.request.Request(  # noqa: S310 - the settings take https, or http of this machine
        url,
        data=content,
        method="POST",
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "X-Key-Id": key_id,
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": signature(secret, timestamp, nonce, content),
        },
    )
    with _OPENER.open(request, timeout=wait) as answer:
        found: bytes = answer.read(most)
        return found
