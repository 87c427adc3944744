"""The seal key: Ed25519, in a file outside the database.

Beside the private key stand the public keys of it and of its predecessors (``seal-<key id>.pub.pem``): a seal is
checked with the key its payload names, and only keys in that directory are believed.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

ALGORITHM = "ed25519"
_RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def load_key() -> Ed25519PrivateKey:
    """The private key of SEAL_KEY_FILE. In demo mode a missing one is created; elsewhere that is refused.

    Raises ImproperlyConfigured.
    """
    path = _path()
    if not path.exists():
        if not settings.DEMO:
            raise ImproperlyConfigured(
                f"SEAL_KEY_FILE {path} does not exist: create it with `openssl genpkey -algorithm ed25519 -out FILE` "
                "and keep a copy of its public key outside this machine"
            )
        with contextlib.suppress(FileExistsError):  # another process was quicker
            create_key()
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ImproperlyConfigured(f"SEAL_KEY_FILE {path} does not hold an Ed25519 private key")
    _publish(key)
    return key


def create_key() -> str:
    """Create the key file (mode 0600) and return the key id. Raises FileExistsError when there is one."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(pem)
            handle.flush()
            os.fsync(handle.fileno())
        os.link(draft, path)  # whole or not at all, and never over another key
    finally:
        draft.unlink()
    _publish(key)
    return key_id(key.public_key())


def key_id(public: Ed25519PublicKey) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the public key."""
    return hashlib.sha256(public.public_bytes(*_RAW)).hexdigest()[:16]


def public_keys() -> dict[str, Ed25519PublicKey]:
    """The private key's own public key and every one that stands beside it, by id computed from the key itself."""
    found = {}
    if _path().exists():
        own = load_key().public_key()
        found[key_id(own)] = own
    for path in sorted(_path().parent.glob("seal-*.pub.pem")):
        key = serialization.load_pem_public_key(path.read_bytes())
        if isinstance(key, Ed25519PublicKey):
            found[key_id(key)] = key
    return found


def sign(text: str) -> tuple[str, str]:
    """``text`` signed with the seal key: (key id, signature in base64). The same text has the same signature."""
    key = load_key()
    return key_id(key.public_key()), base64.b64encode(key.sign(text.encode())).decode()


def public_pem(public: Ed25519PublicKey) -> str:
    """A public key as PEM."""
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def is_signed(public: Ed25519PublicKey, signature: bytes, payload: str) -> bool:
    """Whether ``signature`` is that key's over ``payload``."""
    try:
        public.verify(signature, payload.encode())
    except InvalidSignature:
        return False
    return True


def _publish(key: Ed25519PrivateKey) -> None:
    public = key.public_key()
    path = _path().parent / f"seal-{key_id(public)}.pub.pem"
    if path.exists():
        return
    pem = public_pem(public).encode()
    with contextlib.suppress(
        OSError
    ):  # a service may only read its key directory; the operator keeps the old keys then
        path.write_bytes(pem)


def _path() -> Path:
    return Path(settings.SEAL_KEY_FILE)
