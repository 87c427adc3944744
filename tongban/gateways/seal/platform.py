"""A seal platform over HTTPS: keys never leave it, it signs digests.

Two signed POSTs of JSON. ``…/seals`` with ``{"authority", "kind"}`` answers ``{"seal", "certificates", "picture"}``
(PEM, the seal's own first; PNG in base64, may be missing). ``…/signatures`` with ``{"seal", "algorithm": "sha256",
"digest", "request"}`` answers ``{"signature"}`` (base64). The same ``request`` is the same signature. The headers are
those of :mod:`tongban.gateways.posting`. A region whose platform speaks another dialect puts a relay between: this is
all that the relay has to understand.

Nothing is believed: the chain must end in a root of ``SEALS_ROOTS_FILE``, the signature must fit the certificate.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import time
import urllib.error
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from tongban.gateways.posting import post
from tongban.gateways.seal.values import Seal, SealUnusable, certificates, made_by, picture_of

#: Seconds that a description of a seal is kept, and that one answer may take.
KEPT, WAIT = 600, 15.0
MOST_ANSWER = 2 * 1024 * 1024


@dataclass(frozen=True)
class Access:
    """Where the platform is and what this installation shows it."""

    url: str
    key_id: str
    secret: str
    roots_file: str


def seal(access: Access, authority: str, kind: str) -> Seal:
    """The seal that the platform keeps for an authority and a kind. Raises :class:`SealUnusable`."""
    return _seal(access, authority, kind, int(time.monotonic() // KEPT))


def trusted(access: Access) -> list[bytes]:
    """The roots (PEM) that its seals verify by."""
    return [_roots(access)]


@lru_cache(maxsize=256)
def _seal(access: Access, authority: str, kind: str, _period: int) -> Seal:
    said = _ask(access, "seals", {"authority": authority, "kind": kind})
    chain, name = str(said.get("certificates", "")).encode(), str(said.get("seal", ""))
    found = certificates(chain)
    _check_chain(found, certificates(_roots(access)))
    picture = said.get("picture")
    return Seal(
        name=name,
        chain=chain,
        raw=lambda data: _signature(access, name, found[0], data),
        picture=picture_of(_decoded(picture)) if picture else "",
    )


def _check_chain(found: list[x509.Certificate], roots: list[x509.Certificate]) -> None:
    """Each certificate is issued by the next, the last is one of ``roots`` or issued by one."""
    try:
        for issued, issuer in pairwise(found):
            issued.verify_directly_issued_by(issuer)
        if found[-1] in roots:
            return
        for root in roots:
            if root.subject == found[-1].issuer:
                found[-1].verify_directly_issued_by(root)
                return
    except (ValueError, TypeError, InvalidSignature) as error:
        raise SealUnusable("the certificates that the seal platform gave do not follow from one another") from error
    raise SealUnusable("the certificates that the seal platform gave end in no root of SEALS_ROOTS_FILE")


def _signature(access: Access, name: str, certificate: x509.Certificate, data: bytes) -> bytes:
    digest = hashlib.sha256(data).digest()
    wanted = {"seal": name, "algorithm": "sha256", "digest": base64.b64encode(digest).decode()}
    said = _ask(access, "signatures", {**wanted, "request": hashlib.sha256(name.encode() + digest).hexdigest()})
    signature = _decoded(said.get("signature"))
    if not made_by(certificate, signature, data):
        raise SealUnusable("the signature that the seal platform gave does not fit the seal's certificate")
    return signature


def _decoded(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except ValueError as error:
        raise SealUnusable("the seal platform gave something that is no base64") from error


def _roots(access: Access) -> bytes:
    try:
        return Path(access.roots_file).read_bytes()
    except OSError as error:
        raise SealUnusable(f"the roots of the seal platform cannot be read: {access.roots_file}") from error


def _ask(access: Access, what: str, body: dict[str, str]) -> dict[str, Any]:
    url = f"{access.url.rstrip('/')}/{what}"
    try:
        said = json.loads(post(url, body, key_id=access.key_id, secret=access.secret, wait=WAIT, most=MOST_ANSWER))
    except urllib.error.HTTPError as error:
        with error:
            raise SealUnusable(f"the seal platform answered {error.code} to {what}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SealUnusable(f"the seal platform did not answer {what}: {error}") from error
    if not isinstance(said, dict):
        raise SealUnusable(f"the seal platform gave no answer that could be read to {what}")
    return said
