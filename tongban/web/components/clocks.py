"""A clock's chip, its numbers, and its ledger as a calendar picture and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext, ngettext, pgettext

from tongban.core.clock import LedgerDay, Reading, Unit, colour, merge_ledger
from tongban.core.law import Citation
from tongban.web.dates import as_date, day, month_label, weekday
from tongban.web.language import is_chinese

#: Colour → (class, icon). Shape comes before colour: every state has its own sign and word.
LOOKS = {
    "late": ("tb-clock--late", "square-x"),
    "soon": ("tb-clock--soon", "alert-triangle"),
    "normal": ("tb-clock--run", "circle-check"),
    "paused": ("tb-clock--pause", "player-pause"),
    "met": ("tb-clock--met", "checks"),
    "not_started": ("", "circle-dashed"),
}


@dataclass(frozen=True)
class Chip:
    """A clock chip: class, icon and words."""

    css: str
    icon: str
    text: str
    title: str


def units(amount: int, unit: Unit, full: bool = False) -> str:
    """``amount`` with its unit: 3日, 2小时; ``full`` calls working days by their name, 3个工作日."""
    if unit is Unit.HOUR:
        return ngettext("%(n)d hour", "%(n)d hours", amount) % {"n": amount}
    if full and unit in (Unit.WORKING_DAY, Unit.ON_THE_SPOT):
        return ngettext("%(n)d working day", "%(n)d working days", amount) % {"n": amount}
    return ngettext("%(n)d day", "%(n)d days", amount) % {"n": amount}


def chip(reading: Reading, with_date: bool = False, full: bool = False) -> Chip:
    """The chip of a reading; ``with_date`` adds the due date, ``full`` calls working days by their name."""
    shade = colour(reading)
    css, icon = LOOKS[shade]
    words = _words(reading, shade, full)
    if reading.due and shade == "soon" and reading.left <= 0:
        with_date = False
    if reading.due and (with_date or (reading.provisional and shade not in ("late", "met"))):
        words = f"{words}{_comma()}{due_words(reading)}"
    return Chip(css, icon, words, gettext("How every day is counted"))


def _comma() -> str:
    return "，" if is_chinese() else ", "


def _words(reading: Reading, shade: str, full: bool) -> str:
    if shade == "late":
        if reading.left >= 0:  # every day since the due date was paused or a day off
            return gettext("past due")
        return gettext("%(time)s late") % {"time": units(-reading.left, reading.unit, full)}
    if shade == "paused":
        return gettext("paused %(time)s") % {"time": units(reading.paused, reading.unit, full)}
    if shade == "met":
        return gettext("met")
    if shade == "not_started":
        return gettext("not started")
    if reading.left <= 0:
        if reading.due and reading.due > reading.as_of:  # a day off today: the due day is the next working day
            if full:  # the date itself stands beside the chip
                return gettext("due on the next working day")
            return gettext("due %(date)s") % {"date": day(reading.due)}
        return gettext("due today")
    return gettext("%(time)s left") % {"time": units(reading.left, reading.unit, full)}


def due_words(reading: Reading) -> str:
    """The due date in words, with 暂定 where the calendar does not reach it; 暂停中 during an open pause."""
    if reading.due is None:
        return gettext("stopped, no date yet") if reading.state == "paused" else gettext("not started")
    text = day(reading.due)
    return gettext("%(date)s (provisional)") % {"date": text} if reading.provisional else text


@dataclass(frozen=True)
class Cell:
    """One day of the calendar picture; ``blank`` fills the week before the first and after the last day."""

    number: str = ""
    month: str = ""
    css: str = "blank"
    label: str = ""
    ordinal: int | None = None
    blank: bool = True
    title: str = ""
    when: date | None = None


@dataclass(frozen=True)
class Picture:
    """Weeks, Monday first, and what the caption says."""

    weeks: tuple[tuple[Cell, ...], ...]
    first: date
    last: date
    has_pause: bool
    has_provisional: bool
    has_makeup: bool


#: Why-texts of day 0, and what the calendar writes into that day.
_EVENTS = {
    "Day of receipt: not counted": "received",
    "Day of acceptance: not counted": "accepted",
    "Day of the decision: not counted": "decided",
    "Day the correction was received: not counted": "corrected",
}


def picture(
    reading: Reading, events: Mapping[date, Sequence[str]] | None = None, dues: Mapping[date, str] | None = None
) -> Picture | None:
    """The ledger of ``reading`` by weeks; None while there is none.

    ``events`` are words to write into days (English source strings), ``dues`` further due dates to frame.
    """
    if not reading.ledger:
        return None
    days = {line.date: line for line in reading.ledger}
    first, last = reading.ledger[0].date, reading.ledger[-1].date
    known, further = dict(events or {}), dict(dues or {})
    monday = first - timedelta(days=first.weekday())
    weeks = []
    while monday <= last:
        dates = [monday + timedelta(days=offset) for offset in range(7)]
        weeks.append(tuple(_cell(day_, days.get(day_), reading, known, further, first) for day_ in dates))
        monday += timedelta(days=7)
    lines = reading.ledger
    return Picture(
        tuple(weeks),
        first,
        last,
        any(line.kind == "paused" for line in lines),
        any(line.provisional for line in lines),
        any(_makeup(line) for line in lines),
    )


def _makeup(line: LedgerDay) -> bool:
    return line.working and line.date.weekday() >= 5


def _cell(
    when: date,
    line: LedgerDay | None,
    reading: Reading,
    events: Mapping[date, Sequence[str]],
    dues: Mapping[date, str],
    first: date,
) -> Cell:
    if line is None:
        return Cell()
    classes = [_kind_class(line)]
    due = line.due or when in dues
    if due:
        classes.append("due")
    if when == reading.as_of:
        classes.append("today")
    if line.provisional:
        classes.append("prov")
    if _makeup(line):
        classes.append("makeup")
    month = month_label(when) if when.day == 1 or when == first else ""
    label = _label(line, reading, events.get(when, ()), dues.get(when, ""))
    why = line.zh if is_chinese() else line.en
    return Cell(
        str(when.day), month, " ".join(classes), label, line.counted, False, f"{day(when)} {weekday(when)} {why}", when
    )


def _kind_class(line: LedgerDay) -> str:
    if line.kind == "paused":
        return "paused" if line.working else "pauseoff"
    return {"start": "accd", "counted": "counted", "future": "future", "stopped": "off"}.get(line.kind, "off")


def _label(line: LedgerDay, reading: Reading, words: Sequence[str], further: str) -> str:
    parts: list[str] = []
    if line.due:
        parts.append(gettext("due"))
    if further:
        parts.append(further)
    if line.date == reading.as_of and not line.due:
        parts.append(gettext("today"))
    event = _EVENTS.get(line.why)
    if event and event not in words:
        words = (*words, event)
    parts += [pgettext("calendar", word) if word in _SHORT else gettext(word) for word in words]
    if line.kind == "paused":
        parts.append(_pause_label(line))
    elif line.kind == "excluded" and not line.working:
        parts.append(line.name if line.name and is_chinese() else gettext("day off"))
    elif line.kind == "stopped":
        parts.append(gettext("stopped"))
    elif _makeup(line):
        parts.append(gettext("make-up day"))
    if line.provisional:
        parts.append(pgettext("calendar", "prov."))
    return ("·" if is_chinese() else ", ").join(parts)


_SHORT = {"received", "accepted", "decided", "corrected", "delivered"}


def event_words() -> tuple[str, ...]:
    """The words a calendar writes into days; listed so that the catalogue has them."""
    return (
        pgettext("calendar", "received"),
        pgettext("calendar", "accepted"),
        pgettext("calendar", "decided"),
        pgettext("calendar", "corrected"),
        pgettext("calendar", "delivered"),
    )


def _pause_label(line: LedgerDay) -> str:
    why = line.zh if is_chinese() else line.en
    return why.replace("：", "·").replace(": ", "·")


@dataclass(frozen=True)
class Row:
    """One row of the ledger table: dates, count, reason, rule."""

    dates: str
    count: str
    counted: bool
    why: str
    rule: Citation | None
    due: str
    provisional: bool
    source: str = ""


def rows(reading: Reading) -> list[Row]:
    """The ledger as a table: runs of equal days are one row."""
    return [
        Row(
            _dates(run.first.date, run.last.date),
            _count(run.kind, run.counted_from, run.counted_to, run.days, reading.unit),
            run.counted_from is not None,
            run.zh if is_chinese() else run.en,
            run.rule,
            _due_mark(run.last.date, run.days) if run.due else "",
            run.provisional,
            run.source,
        )
        for run in merge_ledger(reading.ledger)
    ]


def _due_mark(when: date, days: int) -> str:
    return gettext("due") if days == 1 else gettext("due %(date)s") % {"date": day(when)}


def _dates(first: date, last: date) -> str:
    if first == last:
        return f"{day(first)} {weekday(first)}"
    if is_chinese() and (first.year, first.month) == (last.year, last.month):
        return f"{day(first)}—{as_date(last).day}日"
    if is_chinese():
        return f"{day(first)}—{day(last)}"
    return f"{first.day} – {day(last)}" if first.month == last.month else f"{day(first)} – {day(last)}"


def _count(kind: str, first: int | None, last: int | None, days: int, unit: Unit) -> str:
    if first is not None and last is not None:
        if unit is Unit.HOUR:
            return gettext("to hour %(n)d") % {"n": last}
        if first == last:
            return gettext("day %(n)d") % {"n": first}
        return gettext("days %(first)d–%(last)d") % {"first": first, "last": last}
    word = gettext("paused") if kind == "paused" else gettext("not counted")
    return word if days == 1 else f"{word} {ngettext('%(n)d day', '%(n)d days', days) % {'n': days}}"
