"""Personal data at rest: AES-256-GCM with the key's id in the text, and keyed blind indexes for equality look-up.

Keys live outside the database: ``FIELD_KEYS`` (id → 32 bytes, the first is current) and ``INDEX_KEY`` (32 bytes or
more). Personal Information Protection Law, art. 51(3): encryption and de-identification of personal data.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

NONCE_BYTES = 12
KEY_BYTES = 32

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField


class SecretUnreadable(Exception):
    """An encrypted value cannot be read; the message names the key id that it asks for."""


def current_key_id() -> str:
    """Id of the key that new values are encrypted with."""
    return next(iter(_keys()))


def encrypt(text: str) -> str:
    """``text`` as ``key-id:base64``. Encrypting twice gives two different texts."""
    kid = current_key_id()
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(_keys()[kid]).encrypt(nonce, text.encode(), kid.encode())
    return f"{kid}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(text: str) -> str:
    """The plain text of an :func:`encrypt` value.

    Raises SecretUnreadable when its key is not loaded, when the key is not the one it was written with, or when the
    value was altered.
    """
    kid, _, body = text.partition(":")
    key = _keys().get(kid)
    if key is None:
        raise SecretUnreadable(
            f"encrypted with key {kid!r}, which FIELD_KEYS does not hold (it holds {', '.join(_keys())}); "
            "add the key again until `tongban rotate-keys` has run"
        )
    try:
        raw = base64.b64decode(body, validate=True)
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], kid.encode()).decode()
    except (binascii.Error, InvalidTag, ValueError) as error:
        raise SecretUnreadable(
            f"key {kid!r} does not open this value: another key under that id, or altered"
        ) from error


def key_id(text: str) -> str:
    """Which key an encrypted value was written with."""
    return text.partition(":")[0]


def blind_index(text: str, kind: str) -> str:
    """A keyed HMAC-SHA256 for finding equal values without storing them. ``kind`` separates fields.

    Width, case and surrounding space do not matter: ``11010519491231002x`` and ``…２Ｘ`` meet.
    """
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    return hmac.new(_index_key(), f"{kind}\0{plain}".encode(), hashlib.sha256).hexdigest()


def map_encrypted(value: Any, change: Callable[[str], str]) -> Any:
    """``value`` (JSON: a form, say) with every encrypted text in it put through ``change``, the rest as it is."""
    if isinstance(value, str):
        return change(value) if _is_encrypted(value) else value
    if isinstance(value, Mapping):
        return {key: map_encrypted(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [map_encrypted(item, change) for item in value]
    return value


def fingerprinted(value: Any) -> Any:
    """``value`` with every encrypted text replaced by a keyed fingerprint of what it says.

    For digests that evidence rests on: the same before and after a key rotation, different once somebody changes
    the plain text, and telling nothing about it.
    """
    return _fingerprinted(value, _keys(), _index_key())


def _fingerprinted(value: Any, keys: Mapping[str, bytes], index_key: bytes) -> Any:
    if isinstance(value, str):
        if ":" not in value:
            return value
        key = keys.get(key_id(value))
        return value if key is None else _fingerprint(value, key, index_key)
    if value is None:
        return value
    if isinstance(value, dict):
        return {name: _fingerprinted(item, keys, index_key) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_fingerprinted(item, keys, index_key) for item in value]
    return value


@lru_cache(maxsize=8192)
def _fingerprint(text: str, key: bytes, index_key: bytes) -> str:
    """The fingerprint of an encrypted text, worked out once: a form is digested at every step of its case.

    ``key`` and ``index_key`` are part of what is remembered, so that changed settings give other fingerprints; the
    plain text is not kept. What a person typed that only looks encrypted stays as it is.
    """
    try:
        return f"fingerprint:{blind_index(decrypt(text), 'evidence')}"
    except SecretUnreadable:
        return text


def _is_encrypted(text: str) -> bool:
    """Whether ``text`` is an :func:`encrypt` value of a key that is loaded, and not something a person typed."""
    if key_id(text) not in _keys() or ":" not in text:
        return False
    try:
        decrypt(text)
    except SecretUnreadable:
        return False
    return True


class EncryptedTextField(_TextField):
    """Text encrypted in the database and plain in Python. Empty text and NULL stay as they are.

    Look-ups are not possible on it: store a :func:`blind_index` beside it.
    """

    description = "Text encrypted at rest"

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        """Decrypt what the database holds."""
        return decrypt(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt what goes into the database."""
        value = super().get_prep_value(value)
        return encrypt(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        """Only "is null" makes sense on a value that differs each time it is written."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


def _keys() -> Mapping[str, bytes]:
    keys: Mapping[str, bytes] = settings.FIELD_KEYS
    if not keys:
        raise ImproperlyConfigured("FIELD_KEYS is empty: personal data cannot be stored without a key")
    for kid, key in keys.items():
        if len(key) != KEY_BYTES or ":" in kid:
            raise ImproperlyConfigured(f"FIELD_KEYS: key {kid!r} needs 32 bytes and an id without a colon")
    return keys


def _index_key() -> bytes:
    key: bytes = settings.INDEX_KEY
    if len(key) < KEY_BYTES:
        raise ImproperlyConfigured("INDEX_KEY needs at least 32 bytes")
    return key
