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
    _check(value, "$")
    text = _encode(_plain(value))
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


def _check(value: object, path: str) -> None:
    if value is None or isinstance(value, str | bool | int):
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"{path}: keys are text, not {type(key).__name__}")
            _check(item, f"{path}.{key}")
    elif isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        for index, item in enumerate(value):
            _check(item, f"{path}[{index}]")
    else:
        raise TypeError(f"{path}: {type(value).__name__} has no exact JSON form; write numbers as int or text")


def _plain(value: JSON) -> object:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
