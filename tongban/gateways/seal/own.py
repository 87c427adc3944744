"""One key of the installation for every authority (``SIGNING_KEY_FILE``, ``SIGNING_CERT_FILE``), without a picture."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs12

from tongban.gateways.seal.values import Seal, SealUnusable, with_key


def seal(key_file: str, certificate_file: str, password: str) -> Seal:
    """The seal of that key, read once a process. Raises :class:`SealUnusable`."""
    private, chain = read(key_file, certificate_file, password)
    return Seal("", chain, with_key(private))


@lru_cache(maxsize=64)
def read(key_file: str, certificate_file: str, password: str) -> tuple[Any, bytes]:
    """Private key and chain (PEM) from a PEM key with its certificates, or from one PKCS #12 file."""
    key, secret = Path(key_file).read_bytes(), password.encode() or None
    try:
        if key.lstrip().startswith(b"-----BEGIN"):
            return load_pem_private_key(key, secret), Path(certificate_file).read_bytes()
        bundle = pkcs12.load_pkcs12(key, secret)
    except (ValueError, TypeError) as error:
        raise SealUnusable(f"{key_file} is no key: wrong password, or neither PEM nor PKCS #12") from error
    if bundle.key is None or bundle.cert is None:
        raise SealUnusable(f"{key_file} holds no key with its certificate")
    found = [bundle.cert, *bundle.additional_certs]
    return bundle.key, b"".join(item.certificate.public_bytes(Encoding.PEM) for item in found)
