"""送达: how a document may be served, what its date is, and until when it can be contested.

Which means a hall uses, and on what basis, is data (``cases/data/serving.yaml`` or ``SERVING_FILE``): 行政许可法
art. 44 asks that a certificate be served and does not say how. The two remedies are law (行政复议法 art. 20, 行政诉讼法
art. 46), counted from service by the same rules as every other period (民法典 arts. 201 to 203).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tongban.core.calendar import WorkCalendar
from tongban.core.clock import ClockFacts, Limit, StartEvent, Unit, due_date
from tongban.core.errors import FieldError, Invalid, gettext_noop
from tongban.core.law import Citation

#: Electronic means and the channel of messages that carries each: 站内消息, e-mail, short message.
ELECTRONIC = {"inapp": "inapp", "mail": "mail", "phone": "sms"}
#: Means on paper.
PAPER = ("window", "hand", "retention", "post", "announcement")
#: Of these nobody signs: a witness vouches for the first, the publication for the second.
UNSIGNED = frozenset({"retention", "announcement"})
ARRIVAL, READING = "arrival", "reading"


@dataclass(frozen=True)
class Means:
    """One way of serving: ``basis`` as the hall entered it; empty: none is entered, and screens say so."""

    key: str
    basis: str = ""
    days: int = 0  # calendar days from publication until an announcement counts as served

    @property
    def electronic(self) -> bool:
        """Whether the system serves by it."""
        return self.key in ELECTRONIC


@dataclass(frozen=True)
class Rules:
    """The hall's rules of service.

    ``counts``: an electronic document is served on the day it arrives in the system of the address (``arrival``) or
    on the day it is first read there (``reading``). ``kinds`` are the kinds of documents whose service is proved.
    """

    means: Mapping[str, Means]
    kinds: frozenset[str]
    counts: str = ARRIVAL
    counts_basis: str = ""


def read_rules(data: object) -> Rules:
    """Rules from their file. Raises Invalid naming every entry that is wrong."""
    if not isinstance(data, Mapping):
        raise _wrong([FieldError("means", gettext_noop("This is missing."))])
    errors: list[FieldError] = []
    listed = data.get("means") or {}
    means = {str(key): _means(str(key), row, errors) for key, row in listed.items()}
    if not any(key in PAPER for key in means):
        message = gettext_noop("Without a means on paper, who has no address cannot be served.")
        errors.append(FieldError("means", message))
    electronic: Mapping[str, Any] = data.get("electronic") or {}
    counts = str(electronic.get("counts", ARRIVAL))
    if counts not in (ARRIVAL, READING):
        errors.append(FieldError("electronic.counts", gettext_noop("Write arrival or reading.")))
    if errors:
        raise _wrong(errors)
    kinds = frozenset(str(kind) for kind in data.get("kinds", ()))
    return Rules(means, kinds, counts, str(electronic.get("basis") or ""))


def _means(key: str, row: Mapping[str, Any], errors: list[FieldError]) -> Means:
    days = row.get("days") or 0
    if key not in PAPER and key not in ELECTRONIC:
        errors.append(FieldError(f"means.{key}", gettext_noop("There is no such means of service.")))
    if not isinstance(days, int) or days < 0 or (key == "announcement" and days == 0):
        message = gettext_noop("Write after how many days an announcement counts as served.")
        errors.append(FieldError(f"means.{key}.days", message))
        days = 0
    return Means(key, str(row.get("basis") or ""), days)


def _wrong(errors: list[FieldError]) -> Invalid:
    return Invalid(
        gettext_noop("The rules of service are wrong at %(places)s."),
        remedy=gettext_noop("Correct the file of the rules of service at these places."),
        errors=errors,
        params={"places": ", ".join(error.field for error in errors)},
    )


@dataclass(frozen=True)
class Entry:
    """What an officer writes down about service on paper."""

    means: str
    served_on: date | None
    receiver: str = ""
    server: str = ""
    witness: str = ""
    note: str = ""


def problems(entry: Entry, rules: Rules, issued_on: date, today: date) -> list[FieldError]:
    """Everything wrong with an entry, by field."""
    found: list[FieldError] = []
    chosen = rules.means.get(entry.means)
    if chosen is None or chosen.electronic:
        message = gettext_noop("Choose how it was served.")
        found.append(FieldError("means", message, gettext_noop("Take the means that the signed receipt names.")))
    found += _date_problems(entry.served_on, issued_on, today)
    if chosen is not None and not chosen.electronic and chosen.key not in UNSIGNED and not entry.receiver:
        message = gettext_noop("Say who signed for it.")
        found.append(FieldError("receiver", message, gettext_noop("Copy the name from the receipt.")))
    if not entry.server:
        message = gettext_noop("Say who served it.")
        found.append(FieldError("server", message, gettext_noop("Copy the name from the receipt.")))
    if entry.means == "retention":
        if not entry.witness:
            message = gettext_noop("Say who witnessed that it was refused and left there.")
            found.append(FieldError("witness", message, gettext_noop("Copy the name from the receipt.")))
        if not entry.note:
            message = gettext_noop("Say why it was not taken.")
            found.append(FieldError("note", message, gettext_noop("One sentence, as it stands on the receipt.")))
    return found


def _date_problems(served_on: date | None, issued_on: date, today: date) -> list[FieldError]:
    if served_on is None:
        message = gettext_noop("Write the date of service.")
        return [FieldError("served_on", message, gettext_noop("Copy it from the receipt, as 2026-03-02."))]
    if served_on < issued_on:
        message = gettext_noop("The document is dated %(issued)s; it cannot have been served before.")
        remedy = gettext_noop("Compare the date with the receipt.")
        return [FieldError("served_on", message, remedy, {"issued": issued_on})]
    if served_on > today:
        message = gettext_noop("This day is still to come.")
        return [FieldError("served_on", message, gettext_noop("Record service after it has taken place."))]
    return []


@dataclass(frozen=True)
class Remedy:
    """A way to contest a document: its last day, counted from service. ``provisional``: beyond the calendar."""

    key: str
    rule: Citation
    last: date
    provisional: bool


#: What the law gives: (key, number, unit, provision).
REMEDIES = (
    ("reconsideration", 60, Unit.CALENDAR_DAY, Citation("reconsideration", 20)),
    ("litigation", 6, Unit.MONTH, Citation("litigation", 46)),
)


def remedies(served_on: date, calendar: WorkCalendar) -> tuple[Remedy, ...]:
    """The last days to seek reconsideration and to sue for a document served on ``served_on``.

    The day of service does not count; a last day that is no working day moves to the next (民法典 arts. 201, 203).
    """
    out = []
    for key, value, unit, rule in REMEDIES:
        last = due_date(Limit(value, unit, StartEvent.DECISION), ClockFacts(served_on), calendar)
        if last is not None:
            out.append(Remedy(key, rule, last, not calendar.is_firm(last)))
    return tuple(out)
