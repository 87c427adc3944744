"""Messages to applicants and agents: channels, states, and templates as data whose places are checked.

A template has a text for each channel and language. A short message goes through a carrier's hands in clear and onto
locked screens, so its places are held to a list of harmless ones (个人信息保护法 art. 6: the least that serves).
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tongban.core.errors import FieldError, Invalid, gettext_noop
from tongban.core.law import Citation

LANGUAGES = ("zh", "en")
#: Places that a short message may have: no name, no number of identity, no text that somebody wrote.
SAFE_IN_SMS = frozenset({"case_number", "by", "count", "site"})


class Channel(StrEnum):
    """How a message travels: 站内消息, e-mail, short message."""

    INAPP = "inapp"
    MAIL = "mail"
    SMS = "sms"


class State(StrEnum):
    """Where a message is: waiting for its gateway, handed over, given up, seen by its reader (站内消息 only)."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    READ = "read"


@dataclass(frozen=True)
class Wording:
    """What one channel says in one language; short messages have no subject."""

    text: str
    subject: str = ""


@dataclass(frozen=True)
class Template:
    """One kind of message. ``fields`` are the places its texts may have, ``code`` the carrier's template code."""

    key: str
    name: Mapping[str, str]
    fields: tuple[str, ...]
    wordings: Mapping[tuple[Channel, str], Wording] = field(default_factory=dict)
    code: str = ""

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels it has a text for, in the order of :class:`Channel`."""
        return tuple(channel for channel in Channel if (channel, LANGUAGES[0]) in self.wordings)

    def wording(self, channel: Channel, language: str) -> Wording:
        """The text for a channel; Chinese where the language has none."""
        found = self.wordings.get((channel, language))
        return found if found is not None else self.wordings[(channel, LANGUAGES[0])]

    def say(self, channel: Channel, language: str, values: Mapping[str, str]) -> Wording:
        """The text with its places filled. Raises Invalid naming each value that is missing."""
        missing = [name for name in self.fields if name not in values]
        if missing:
            raise Invalid(
                gettext_noop("The message %(kind)s cannot be written yet."),
                remedy=gettext_noop("Fill in what it needs: %(missing)s."),
                errors=[FieldError(name, gettext_noop("This is missing.")) for name in missing],
                params={"kind": self.key, "missing": ", ".join(missing)},
            )
        words, filler = self.wording(channel, language), _Filler()
        return Wording(filler.vformat(words.text, (), values), filler.vformat(words.subject, (), values))


class _Filler(string.Formatter):
    """Fills places by plain name only: no attribute, no index, no conversion reaches into a value."""

    def get_field(self, field_name: str, args: Any, kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        return kwargs[field_name], field_name


def read_templates(data: object) -> dict[str, Template]:
    """Templates from their file. Raises Invalid naming every text and place that is wrong."""
    if not isinstance(data, Mapping) or not isinstance(data.get("kinds"), Mapping):
        raise _wrong([FieldError("kinds", gettext_noop("This is missing."))])
    errors: list[FieldError] = []
    found = {str(key): _template(str(key), row, errors) for key, row in data["kinds"].items()}
    if errors:
        raise _wrong(errors)
    return found


def _wrong(errors: list[FieldError]) -> Invalid:
    return Invalid(
        gettext_noop("The message templates are wrong at %(places)s."),
        remedy=gettext_noop("Correct the file of message templates at these places."),
        errors=errors,
        params={"places": ", ".join(error.field for error in errors)},
    )


def _template(key: str, row: Mapping[str, Any], errors: list[FieldError]) -> Template:
    fields = tuple(str(name) for name in row.get("fields", ()))
    wordings: dict[tuple[Channel, str], Wording] = {}
    for channel in Channel:
        said = row.get(channel.value)
        if said is None:
            continue
        for language in LANGUAGES:
            words = said.get(language)
            if words is None:
                errors.append(FieldError(f"{key}.{channel}.{language}", gettext_noop("This is missing.")))
                continue
            wording = Wording(str(words.get("text", "")), str(words.get("subject", "")))
            errors.extend(_faults(f"{key}.{channel}.{language}", channel, wording, fields))
            wordings[(channel, language)] = wording
    if not wordings:
        errors.append(FieldError(key, gettext_noop("It has no channel.")))
    code = str((row.get("sms") or {}).get("code", ""))
    if "sms" in row and not code:
        errors.append(FieldError(f"{key}.sms.code", gettext_noop("Carriers send only under a template code.")))
    return Template(key, {language: str(row["name"][language]) for language in LANGUAGES}, fields, wordings, code)


def _faults(place: str, channel: Channel, wording: Wording, fields: tuple[str, ...]) -> Iterator[FieldError]:
    if not wording.text:
        yield FieldError(place, gettext_noop("This is missing."))
    if channel is not Channel.SMS and not wording.subject:
        yield FieldError(f"{place}.subject", gettext_noop("This is missing."))
    try:
        used = {name for text in (wording.text, wording.subject) for name in places(text)}
    except ValueError:
        yield FieldError(place, gettext_noop("A brace is not closed."))
        return
    for name in sorted(used - set(fields)):
        yield FieldError(place, gettext_noop("There is no such place: %(name)s."), "", {"name": name})
    if channel is Channel.SMS:
        for name in sorted(used - SAFE_IN_SMS):
            message = gettext_noop("%(name)s may not stand in a short message: it can hold personal data.")
            yield FieldError(place, message, "", {"name": name})


def places(text: str) -> set[str]:
    """The places of a text. Raises ValueError for one that is not well formed."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def may_resend(state: State) -> Invalid | None:
    """Why a message is not sent once more; None where it may be."""
    if state is State.QUEUED:
        return Invalid(
            gettext_noop("This message is still waiting to be sent."),
            remedy=gettext_noop("Wait for the next try; its state is on this page."),
            rule=Citation("pipl", 6),
        )
    return None
