"""What a work list can show, how it is narrowed and ordered: plain values, one meaning for screen, saved filter,
print and export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tongban.core.errors import FieldError, gettext_noop
from tongban.core.numbers import whole

#: Columns in the order they are offered.
COLUMNS = ("number", "item", "applicant", "stage", "assignee", "marks", "received", "clock")
#: What somebody sees who has chosen nothing. The officer stands under the stage then.
DEFAULT_COLUMNS = ("number", "item", "applicant", "stage", "marks", "clock")
#: The column whose link opens the case: it can be moved, not left out.
OPENER = "item"
#: What rows can be ordered by. ``clock`` is the order of urgency.
SORTS = ("clock", "number", "item", "applicant", "assignee", "received")
STAGES = ("completeness", "review", "decision", "certificate", "delivery")
COLOURS = ("late", "soon", "normal", "paused")
#: Marks that are facts of the row, so that a list can be narrowed by them.
MARKS = ("deemed", "correcting", "corrected", "clarifying", "extended", "renewal")
#: In place of an officer's id: the reader, or nobody yet.
ME, NOBODY = "me", "nobody"
MOST_SEARCH = 100


@dataclass(frozen=True)
class Filters:
    """What narrows a work list; empty means all.

    ``colour`` is late, soon, normal or paused; ``assignee`` an account's id, :data:`ME` or :data:`NOBODY`;
    ``since`` and ``until`` are the first and last legal date of receipt, both included.
    """

    stage: str = ""
    colour: str = ""
    item: str = ""
    search: str = ""
    assignee: str = ""
    mark: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def conditions(self) -> int:
        """How many of the conditions are set that have no button of their own on the page."""
        return sum(1 for value in (self.item, self.assignee, self.mark, self.since, self.until) if value)


@dataclass(frozen=True)
class Order:
    """By what rows are ordered, and whether the other way round."""

    by: str = "clock"
    descending: bool = False

    def __str__(self) -> str:
        return ("-" if self.descending else "") + self.by


def order(text: str) -> Order:
    """The order that ``text`` (``received``, ``-received``) names; what is unknown is the order of urgency."""
    key = text.removeprefix("-")
    return Order(key, text.startswith("-")) if key in SORTS else Order()


def columns(chosen: Sequence[str]) -> tuple[str, ...]:
    """``chosen`` without what is unknown or doubled, with the column that opens the case; none chosen: the usual."""
    known = tuple(dict.fromkeys(key for key in chosen if key in COLUMNS))
    if not known:
        return DEFAULT_COLUMNS
    return known if OPENER in known else (OPENER, *known)


def moved(chosen: Sequence[str], key: str, step: int) -> tuple[str, ...]:
    """``chosen`` with the column ``key`` one place earlier (``step`` -1) or later (1)."""
    known = list(columns(chosen))
    if key not in known:
        return tuple(known)
    at = known.index(key)
    known.insert(min(max(at + step, 0), len(known) - 1), known.pop(at))
    return tuple(known)


def filters(params: Mapping[str, str]) -> tuple[Filters, list[FieldError]]:
    """The filters that an address (or a saved filter) names, and what in them cannot be understood.

    A value that is not one of a closed list narrows nothing: it can only come from an old address.
    """
    errors: list[FieldError] = []
    since, until = _day(params, "since", errors), _day(params, "until", errors)
    if since and until and since > until:
        errors.append(
            FieldError(
                "until",
                gettext_noop("The last day lies before the first."),
                gettext_noop("Exchange the two days."),
            )
        )
        until = None
    assignee = params.get("assignee", "")
    found = Filters(
        stage=_one_of(params.get("stage", ""), STAGES),
        colour=_one_of(params.get("colour", ""), COLOURS),
        item=params.get("item", "")[:100],
        search=params.get("q", "")[:MOST_SEARCH].strip(),
        assignee=assignee if assignee in (ME, NOBODY) or _is_account(assignee) else "",
        mark=_one_of(params.get("mark", ""), MARKS),
        since=since,
        until=until,
    )
    return found, errors


def _one_of(text: str, known: Sequence[str]) -> str:
    return text if text in known else ""


def _is_account(text: str) -> bool:
    return whole(text) is not None


def _day(params: Mapping[str, str], name: str, errors: list[FieldError]) -> date | None:
    text = params.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        message, remedy = gettext_noop("This is not a date."), gettext_noop("Write it as 2026-10-13.")
        errors.append(FieldError(name, message, remedy))
        return None


def params(found: Filters) -> dict[str, str]:
    """The reverse of :func:`filters`: only what is set, for addresses and saved filters."""
    values = {
        "stage": found.stage,
        "colour": found.colour,
        "item": found.item,
        "assignee": found.assignee,
        "mark": found.mark,
        "since": found.since.isoformat() if found.since else "",
        "until": found.until.isoformat() if found.until else "",
        "q": found.search,
    }
    return {key: value for key, value in values.items() if value}
