"""Entries of a form whose session had ended when it was sent: kept until the person has signed in again.

The same place holds a refused form that is shown again after a redirect, so that Back never asks to send it twice.

The values wait in the new, still anonymous session of the same browser, encrypted, because forms hold identity
numbers and phones. They come back into the form that they were typed into, unsaved, and only once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import HttpRequest, QueryDict

from tongban.core.errors import FieldError
from tongban.records.secrets import decrypt, encrypt

SESSION_KEY = "kept-entries"
ERRORS_KEY = "kept-errors"
#: Forms kept at once, and the most characters of one.
MOST_FORMS, MOST_CHARACTERS = 3, 300_000
#: A day among what was wrong, as it is kept.
_DAY = "day"
_NOT_ENTRIES = ("csrfmiddlewaretoken", "do")


def keep(request: HttpRequest) -> bool:
    """Keep what ``request`` posted for its address; whether there was anything to keep."""
    entered = {key: values for key, values in request.POST.lists() if key not in _NOT_ENTRIES and any(values)}
    text = json.dumps(entered, ensure_ascii=False)
    if not entered or len(text) > MOST_CHARACTERS:
        return False
    forms = dict(request.session.get(SESSION_KEY, {}))
    forms.pop(request.path, None)
    forms[request.path] = encrypt(text)
    request.session[SESSION_KEY] = dict(list(forms.items())[-MOST_FORMS:])
    return True


def waiting(request: HttpRequest, path: str) -> bool:
    """Whether entries wait for the form at ``path``."""
    return path in request.session.get(SESSION_KEY, {})


def take(request: HttpRequest) -> QueryDict | None:
    """The entries that wait for this address, as if they had just been posted; each is handed out once."""
    forms = request.session.get(SESSION_KEY, {})
    sealed = forms.pop(request.path, None)
    if sealed is None:
        return None
    request.session[SESSION_KEY] = forms
    found = QueryDict(mutable=True)
    for key, values in json.loads(decrypt(sealed)).items():
        found.setlist(key, values)
    return found


def keep_errors(request: HttpRequest, errors: Iterable[FieldError]) -> None:
    """Keep what was wrong with the form of this address until it is shown again."""
    rows = [[item.field, item.message, item.remedy, dict(item.params)] for item in errors]
    kept = dict(request.session.get(ERRORS_KEY, {}))
    kept.pop(request.path, None)
    kept[request.path] = encrypt(json.dumps(rows, ensure_ascii=False, default=_written))
    request.session[ERRORS_KEY] = dict(list(kept.items())[-MOST_FORMS:])


def _written(value: object) -> object:
    """A day stays one, so that it is still written as the reader's language writes it."""
    return {_DAY: value.isoformat()} if isinstance(value, date) else str(value)


def _read(value: dict[str, Any]) -> object:
    return date.fromisoformat(value[_DAY]) if value.keys() == {_DAY} else value


def take_errors(request: HttpRequest) -> list[FieldError]:
    """What was wrong with the form of this address, told once."""
    kept = request.session.get(ERRORS_KEY, {})
    sealed = kept.pop(request.path, None)
    if sealed is None:
        return []
    request.session[ERRORS_KEY] = kept
    return [FieldError(*row) for row in json.loads(decrypt(sealed), object_hook=_read)]
