"""Two windows on one page of a form: what each changed is kept, and only what both changed is asked about.

A page carries a mark of every value as it was shown. A field whose entry still fits its mark was not touched in this
window, whatever has been stored since by another one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any


def mark(value: object) -> str:
    """A short digest of a form's value; nothing, an empty text and an empty list are the same."""
    text = json.dumps(value or None, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def marks(keys: Iterable[str], values: Mapping[str, Any]) -> dict[str, str]:
    """The marks of a page as it is shown."""
    return {key: mark(values.get(key)) for key in keys}


def untouched(seen: Mapping[str, str], mine: Mapping[str, Any]) -> set[str]:
    """The fields that this window left as they were shown. A field without a mark counts as touched."""
    return {key for key, value in mine.items() if seen.get(key) == mark(value)}


def disputed(seen: Mapping[str, str], mine: Mapping[str, Any], stored: Mapping[str, Any]) -> list[str]:
    """The fields changed here and, differently, elsewhere since the page was shown."""
    found = []
    for key, value in mine.items():
        now = mark(stored.get(key))
        if key in seen and now not in (seen[key], mark(value)) and seen[key] != mark(value):
            found.append(key)
    return found
