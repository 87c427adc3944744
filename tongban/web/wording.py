"""Turning messages of the lower rooms into the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.utils.translation import gettext

from tongban.core.law import Citation
from tongban.web.dates import day, moment
from tongban.web.language import is_chinese
from tongban.web.words import PARAMETERS


def say(message: str, params: Mapping[str, object] | None = None) -> str:
    """``message`` (an English source string) translated, then filled with ``params``.

    Values that are themselves source strings are translated too; dates and citations are written as the
    reader's language writes them.
    """
    if not message:
        return ""
    text = gettext(message)
    return text % {key: _value(value, PARAMETERS.get(key, {})) for key, value in params.items()} if params else text


def cite(citation: Citation) -> str:
    """The citation in the reader's language."""
    return citation.zh if is_chinese() else citation.en


def _value(value: object, labels: Mapping[str, object]) -> object:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Citation):
        return cite(value)
    if isinstance(value, str):
        known = labels.get(value)
        return str(known) if known is not None else gettext(value) if value else ""
    if isinstance(value, list | tuple | set | frozenset):
        parts = [str(_value(item, labels)) for item in value]
        return ("、" if is_chinese() else ", ").join(parts)
    return value
