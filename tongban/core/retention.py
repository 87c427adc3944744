"""How long data are kept: rules as data, and from which day on something may go. Pure: no clock, no database.

个人信息保护法 art. 19 asks for the shortest time that the purpose needs; it names no number. Where another provision
does, the rule cites it, and :data:`LEAST` keeps a hall from going below; every other period is the hall's own choice
and says so. A period ends with its last day: what it covers goes on the day after.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from tongban.core.errors import FieldError, Invalid, gettext_noop

PERMANENT = "permanent"
UNITS = ("days", "months", "years")
#: Fewest days that the law leaves: logs of the network for six months (网络安全法 art. 21(3) in the text of 2017; an
#: amendment in force since 2026 may have renumbered it), 184 being the longest six months there are.
LEAST: Mapping[str, int] = {"sign_ins": 184, "looks": 184}
MOST = 200_000


@dataclass(frozen=True)
class Rule:
    """``value`` ``unit`` from the event that the kind of data counts from; ``unit`` permanent: it stays.

    ``source`` is the provision, empty where the period is the hall's own choice.
    """

    kind: str
    unit: str
    value: int = 0
    source: str = ""

    @property
    def permanent(self) -> bool:
        """Whether it is never deleted by this program."""
        return self.unit == PERMANENT


@dataclass(frozen=True)
class Held:
    """What a legal hold keeps: cases by number, and everything about these applicants."""

    cases: frozenset[str] = frozenset()
    applicants: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Due:
    """What would go now: how many, how many more are held back, since when the oldest lies there."""

    due: int
    held: int
    oldest: datetime | date | None = None


@dataclass(frozen=True)
class Gone:
    """One thing that was deleted. ``key`` is its id, empty for lines of a log; ``digest`` says what it was without
    saying it; ``files`` are (id, SHA-256) of the files deleted with it."""

    key: str
    digest: str
    files: tuple[tuple[str, str], ...] = ()


class Keeper(Protocol):
    """What a room answers for one kind of its data. ``before`` is the instant from which on things stay."""

    def due(self, before: datetime, held: Held) -> Due:
        """What would go."""

    def erase(self, before: datetime, held: Held, most: int, now: datetime) -> list[Gone]:
        """Delete at most ``most``, oldest first, inside the caller's transaction."""

    def left(self, keys: Collection[str]) -> set[str]:
        """Which of these that were deleted are there all the same."""


def end_of(event: date, rule: Rule) -> date | None:
    """The last day on which what ``event`` began is kept; None for ever. The event's own day does not count."""
    if rule.permanent:
        return None
    if rule.unit == "days":
        return event + timedelta(days=rule.value)
    months = rule.value * (12 if rule.unit == "years" else 1)
    year, month = divmod(event.year * 12 + event.month - 1 + months, 12)
    return date(year, month + 1, min(event.day, calendar.monthrange(year, month + 1)[1]))


def last_due(rule: Rule, today: date) -> date | None:
    """The latest event whose data may go on ``today``; None where nothing ever does."""
    if rule.permanent:
        return None
    days = rule.value if rule.unit == "days" else rule.value * (366 if rule.unit == "years" else 31)
    found = today - timedelta(days=days + 1)
    while (end := end_of(found + timedelta(days=1), rule)) is not None and end < today:
        found += timedelta(days=1)
    return found


def read_rules(data: object, kinds: Collection[str], archives: Collection[str]) -> dict[str, Rule]:
    """The rules by kind. ``kinds`` can be deleted here; ``archives`` are kept, whatever a hall would like.

    Raises :class:`Invalid` naming every faulty entry by its place, such as ``drafts.days``.
    """
    if not isinstance(data, Mapping):
        raise _wrong([FieldError("rules", gettext_noop("This is not a list of entries."))])
    errors: list[FieldError] = []
    found = {}
    for kind in sorted({*data, *kinds, *archives}, key=str):
        if kind not in kinds and kind not in archives:
            errors.append(FieldError(str(kind), gettext_noop("There is no such kind of data.")))
        elif not isinstance(data.get(kind), Mapping):
            errors.append(FieldError(str(kind), gettext_noop("The rule is missing.")))
        else:
            found[str(kind)] = _rule(str(kind), data[kind], errors)
            if kind in archives and not found[str(kind)].permanent:
                errors.append(FieldError(str(kind), gettext_noop("What belongs to the archive is kept.")))
    if errors:
        raise _wrong(errors)
    return found


def _rule(kind: str, row: Mapping[str, Any], errors: list[FieldError]) -> Rule:
    source = row.get("source", "")
    named = [unit for unit in UNITS if unit in row]
    if row.get("keep") == PERMANENT and not named:
        return Rule(kind, PERMANENT, 0, str(source))
    if len(named) != 1:
        errors.append(FieldError(kind, gettext_noop("Write days, months or years, or keep: permanent.")))
        return Rule(kind, PERMANENT)
    unit, value = named[0], row[named[0]]
    most = MOST if unit == "days" else MOST // 365
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        errors.append(FieldError(f"{kind}.{unit}", gettext_noop("Write a whole number from 1.")))
        return Rule(kind, PERMANENT)
    rule = Rule(kind, unit, value, str(source))
    least = LEAST.get(kind, 0)
    if least and shortest(rule) < least:
        message = gettext_noop("The law asks for at least %(days)s days.")
        errors.append(FieldError(f"{kind}.{unit}", message, "", {"days": least}))
    return rule


def shortest(rule: Rule) -> int:
    """The fewest days that a rule's period has, whenever it begins."""
    return rule.value * {"days": 1, "months": 28, "years": 365}.get(rule.unit, MOST)


def _wrong(errors: list[FieldError]) -> Invalid:
    return Invalid(
        gettext_noop("The retention rules cannot be used."),
        remedy=gettext_noop("Mend the entries that are named; the rules that ship with the program show the form."),
        errors=errors,
    )
