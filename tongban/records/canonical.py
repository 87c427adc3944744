"""Canonical JSON: one text for one value, so that a hash of the text is a hash of the value."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from tongban.records.values import JSON

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonical(value: JSON) -> str:
    """``value`` as JSON with sorted keys, no spaces, no escapes beyond JSON's own, no floats.

    Raises TypeError naming the place of a float or of anything JSON has no exact form for, and ValueError for text
    that UTF-8 cannot hold.
    """
    text = _encode(_plain(value, "$"))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        half = error.object[error.start : error.end]
        raise ValueError(f"text with half a character cannot be recorded: {half!r}") from error
    return text


def digest(text: str) -> str:
    """SHA-256 of ``text`` in UTF-8, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def instant(at: datetime) -> str:
    """``at`` in UTC with microseconds, the one form used inside hashed text. Raises ValueError when naive."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _plain(value: object, path: str) -> object:
    """``value`` as dictionaries and lists; raises TypeError for what JSON has no exact form for."""
    kind = type(value)
    if kind is str or kind is int or value is None or kind is bool:
        return value
    if isinstance(value, Mapping):
        return {_key(key, path): _plain(item, f"{path}.{key}") for key, item in value.items()}
    if isinstance(value, str | int):
        return value
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_plain(item, f"{path}[{index}]") for index, item in enumerate(value)]
    raise TypeError(f"{path}: {kind.__name__} has no exact JSON form; write numbers as int or text")


def _key(key: object, path: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"{path}: keys are text, not {type(key).__name__}")
    return key
