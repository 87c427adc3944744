"""The log: one line a record, as JSON in production, and nothing about a person in it.

Our own messages are written with numbers of cases and tasks. What comes from elsewhere is not trusted: the
arguments of other people's messages are left out unless they are numbers, an exception is told by its kind and the
places it passed (its text often quotes a value: a name in a unique index, an identity number that is no number), and
whatever looks like a number of a person, a telephone or an address of mail is blotted out in every line.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import traceback
from contextvars import ContextVar
from types import TracebackType
from typing import Any

#: The number of the request under way, as nginx gave it or as we made it; empty outside a request.
request_id: ContextVar[str] = ContextVar("request_id", default="")

OWN = "tongban"
BLOT = "▇"
LEFT_OUT = "…"
#: Identity number, social credit code, telephone, mail.
_PERSONAL = re.compile(
    r"(?<!\d)\d{17}[\dXx](?!\d)"
    r"|(?<![0-9A-Za-z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Za-z])"
    r"|(?<!\d)1[3-9]\d{9}(?!\d)"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
)
_FRAMES = 30


def blotted(text: str) -> str:
    """``text`` without what looks like a person's number, telephone or address of mail."""
    return _PERSONAL.sub(BLOT, text)


class NoPersonalData(logging.Filter):
    """Replaces message and exception of a record by what may be written down; lets every record pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite ``record`` once, whichever handler sees it first."""
        if getattr(record, "private", False):
            return True
        record.msg, record.args = blotted(_message(record)), None
        record.request_id = request_id.get()
        record.places = _places(record.exc_info)
        record.exc_text = record.exc_info = record.stack_info = None
        record.private = True
        return True


def _message(record: logging.LogRecord) -> str:
    """The message; of a foreign one only the template and its numbers."""
    if record.args and record.name.partition(".")[0] != OWN:
        given = record.args if isinstance(record.args, tuple) else (record.args,)
        if all(isinstance(value, int | float) for value in given):
            return record.getMessage()
        if status := getattr(record, "status_code", 0):  # Django's "reason: path"
            return f"answered {status}"
        return re.sub(r"%(\(\w+\))?[-#0-9. +]*[sdrfxi]", LEFT_OUT, str(record.msg))
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return str(record.msg)


def _places(
    told: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None] | None,
) -> list[str]:
    """Kind and places of an exception and of those that caused it, without their texts."""
    error = told[1] if told else None
    lines: list[str] = []
    while error is not None:
        kind = type(error)
        lines.append(f"{kind.__module__}.{kind.__qualname__}")
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


class JsonLine(logging.Formatter):
    """``{"at": …, "level": …, "logger": …, "message": …}`` and what the record's ``fields`` add."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        at = dt.datetime.fromtimestamp(record.created, dt.UTC)
        body: dict[str, Any] = {
            "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if number := getattr(record, "request_id", ""):
            body["request"] = number
        body |= getattr(record, "fields", {})
        if places := getattr(record, "places", []):
            body["exception"] = places
        return json.dumps(body, ensure_ascii=False, default=str)


class Line(logging.Formatter):
    """The same for a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Level, logger and message; places of an exception below."""
        fields = "".join(f" {key}={value}" for key, value in getattr(record, "fields", {}).items())
        line = f"{record.levelname} {record.name} {record.getMessage()}{fields}"
        return "\n".join([line, *getattr(record, "places", [])])
