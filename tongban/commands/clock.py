"""``tongban clock``: read a legal clock and explain every day. Needs neither settings nor database."""

from __future__ import annotations

import argparse
import json
import os
import sys
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from tongban.calendars.seed import bundled, seed_rows
from tongban.commands._clock_text import Language, say
from tongban.core.calendar import WorkCalendar
from tongban.core.clock import (
    CERTIFICATE,
    COMPLETENESS,
    ClockFacts,
    Ground,
    LedgerDay,
    LedgerRun,
    Limit,
    Pause,
    Reading,
    StartEvent,
    Unit,
    merge_ledger,
    read,
)
from tongban.core.clock.terms import MAX_VALUE
from tongban.core.dates import legal_date
from tongban.core.errors import Invalid

HELP = "explain a legal deadline day by day"
NEEDS_DJANGO = False

CLOCKS = ("statutory", "promised", "review", "completeness", "certificate")
_USAGE_ERROR = 2


class Fault(Exception):
    """An argument that cannot be used: its name, what is wrong with it, and the remedy."""

    def __init__(self, name: str, problem: str, remedy: str, **params: object) -> None:
        super().__init__(name)
        self.name, self.problem, self.remedy, self.params = name, problem, remedy, params

    def text(self, language: Language) -> str:
        """The fault in words."""
        problem = say(language, self.problem, **self.params)
        remedy = say(language, self.remedy, **self.params)
        return say(language, "fault", name=self.name, problem=problem, remedy=remedy)


@dataclass(frozen=True)
class _Question:
    limit: Limit
    facts: ClockFacts
    as_of: date


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The facts of one clock, and how to print it."""
    parser.add_argument("--received", metavar="DATE", help="day the application was received")
    parser.add_argument("--accepted", metavar="DATE", help="day it was accepted (day 0 of the statutory clock)")
    parser.add_argument("--decided", metavar="DATE", help="day of the decision: stops the clock")
    parser.add_argument("--made", metavar="DATE", help="day the certificate was delivered: stops its clock")
    parser.add_argument("--limit", metavar="N", help="the limit, in units of --unit")
    parser.add_argument("--unit", choices=("working", "calendar"), default="working", help="days of the limit")
    parser.add_argument("--extend", metavar="N", default="0", help="days the limit was extended by")
    parser.add_argument(
        "--pause",
        metavar="START:END:GROUND",
        action="append",
        default=[],
        help=f"a special procedure, may be repeated; START::GROUND while it is open; grounds: {', '.join(Ground)}",
    )
    parser.add_argument("--as-of", metavar="DATE", help="day of reading (default: today)")
    parser.add_argument("--clock", choices=CLOCKS, default="statutory", help="which clock to read")
    parser.add_argument("--calendar", metavar="FILE", help="days beyond the bundled calendar (CSV or XLSX)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the output")


def run(args: argparse.Namespace) -> int:
    """Print the reading; 2 for an argument that cannot be used."""
    language: Language = args.lang
    try:
        calendar = _calendar(args.calendar)
        question = _question(args, today=legal_date(datetime.now(UTC)))
        try:
            reading = read(question.limit, question.facts, calendar, question.as_of)
        except (OverflowError, ValueError):
            raise Fault("--limit", "too_far", "shorter") from None
    except Fault as fault:
        print(fault.text(language), file=sys.stderr)
        return _USAGE_ERROR
    if args.json:
        print(json.dumps(as_json(reading, language), ensure_ascii=False))
    else:
        print("\n".join(_table(args, question.limit, reading, calendar.last, language)))
    return 0


def _calendar(file: str | None) -> WorkCalendar:
    """The bundled calendar, with the days of ``file`` after it or in place of its own."""
    if file is None:
        return bundled()
    from tongban.calendars.files import read_file
    from tongban.calendars.rules import NATIONAL, check_rows

    try:
        rows = read_file(Path(file))
        if check_rows(rows, region=NATIONAL).errors:
            raise Fault("--calendar", "bad_calendar", "try_calendar", file=file)
        if any(item.fictitious for item in rows) and os.environ.get("TONGBAN_MODE") != "demo":
            raise Fault("--calendar", "invented", "published_only", file=file)
        days = {row.date: row for row in seed_rows()} | {item.row.date: item.row for item in rows}
        return WorkCalendar.build(f"{bundled().version}+{Path(file).name}", days.values())
    except Invalid:
        raise Fault("--calendar", "bad_calendar", "try_calendar", file=file) from None


def _question(args: argparse.Namespace, today: date) -> _Question:
    received, accepted = _date(args.received, "--received"), _date(args.accepted, "--accepted")
    decided, made = _date(args.decided, "--decided"), _date(args.made, "--made")
    _in_order(accepted, "--accepted", received, "--received")
    _in_order(decided, "--decided", accepted or received, "--accepted" if accepted else "--received")
    _in_order(made, "--made", decided, "--decided")
    if args.clock == "completeness":
        start = _needed(received, "--received")
        limit, facts = COMPLETENESS, ClockFacts(start, stopped=accepted)
    elif args.clock == "certificate":
        start = _needed(decided, "--decided")
        limit, facts = CERTIFICATE, ClockFacts(start, stopped=made)
    else:
        start = _needed(accepted, "--accepted")
        limit = _limit(args)
        extended = _number(args.extend, "--extend")
        pauses = tuple(_pause(text, start) for text in args.pause)
        facts = ClockFacts(start, pauses, extended if args.clock == "statutory" else 0, decided)
    as_of = _date(args.as_of, "--as-of")
    name = {"completeness": "--received", "certificate": "--decided"}.get(args.clock, "--accepted")
    _in_order(as_of, "--as-of", start, name)
    return _Question(limit, facts, as_of or max(today, start))


def _limit(args: argparse.Namespace) -> Limit:
    if args.limit is None:
        raise Fault("--limit", "missing", "give_limit", option="--limit")
    unit = Unit.WORKING_DAY if args.unit == "working" else Unit.CALENDAR_DAY
    return Limit(_number(args.limit, "--limit"), unit, StartEvent.ACCEPTANCE)


def _date(text: str | None, name: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Fault(name, "not_a_date", "write_date", text=text) from None


def _needed(day: date | None, name: str) -> date:
    if day is None:
        raise Fault(name, "missing", "give_date", option=name)
    return day


def _in_order(later: date | None, later_name: str, earlier: date | None, earlier_name: str) -> None:
    if later is not None and earlier is not None and later < earlier:
        raise Fault(later_name, "before", "check_dates", date=later, what=earlier_name, other=earlier)


def _number(text: str, name: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = -1
    if not 0 <= value <= MAX_VALUE:
        raise Fault(name, "not_a_number", "write_number", text=text, most=MAX_VALUE)
    return value


def _pause(text: str, clock_start: date) -> Pause:
    parts = text.split(":")
    if len(parts) != 3 or not parts[0]:
        raise Fault("--pause", "pause_form", "write_pause", text=text)
    if parts[2] not in list(Ground):
        raise Fault("--pause", "unknown_ground", "write_ground", text=parts[2], grounds=_grounds())
    start, end = _needed(_date(parts[0], "--pause"), "--pause"), _date(parts[1] or None, "--pause")
    if end is not None and end < start:
        raise Fault("--pause", "pause_backwards", "swap", start=start, end=end)
    if start < clock_start:
        raise Fault("--pause", "pause_early", "pause_after", **{"start": start, "from": clock_start})
    return Pause(start, end, Ground(parts[2]))


def _grounds() -> str:
    return ", ".join(f"{ground} ({ground.zh})" for ground in Ground)


def as_json(reading: Reading, language: Language) -> dict[str, object]:
    """The reading as plain values. A ledger day's ``counted`` says whether it is among the days counted so far."""
    return {
        "due": reading.due.isoformat() if reading.due else None,
        "provisional": reading.provisional,
        "counted": reading.counted,
        "paused": reading.paused,
        "left": reading.left,
        "state": reading.state,
        "ledger": [
            {
                "date": day.date.isoformat(),
                "counted": day.kind == "counted",
                "why": day.zh if language == "zh" else day.en,
                "rule": _rule(day, language) or None,
            }
            for day in reading.ledger
        ],
    }


def _rule(day: LedgerDay | LedgerRun, language: Language) -> str:
    if day.rule is None:
        return ""
    return day.rule.zh if language == "zh" else day.rule.en


def _table(args: argparse.Namespace, limit: Limit, reading: Reading, last: date, language: Language) -> list[str]:
    days = "days_working" if limit.unit is Unit.WORKING_DAY else "days_calendar"
    start = say(language, limit.start.value)
    total = _amount(language, days, reading.total)
    lines = [say(language, "title", clock=say(language, args.clock), limit=total, start=start), ""]
    due = reading.due.isoformat() if reading.due else say(language, "unknown_due")
    if reading.provisional:
        due += f" ({say(language, 'provisional', last=last)})"
    state = "state_paused" if reading.state == "paused" else reading.state
    facts = [
        *([("extended", _amount(language, days, reading.total - limit.value))] if reading.total > limit.value else []),
        ("as_of", reading.as_of.isoformat()),
        ("due", due),
        ("counted", _amount(language, days, reading.counted)),
        ("paused", _amount(language, days, reading.paused)),
        ("left", _amount(language, days, reading.left)),
        ("state", say(language, state)),
    ]
    lines += _aligned([(say(language, key), text) for key, text in facts])
    heading = tuple(say(language, key) for key in ("date", "count", "why", "rule"))
    rows = [heading, *(_run_row(run, language) for run in merge_ledger(reading.ledger))]
    return [*lines, "", *_aligned(rows)]


def _amount(language: Language, days: str, number: int) -> str:
    return say(language, f"{days}_one" if number == 1 else days, n=number)


def _run_row(run: LedgerRun, language: Language) -> tuple[str, ...]:
    dates = run.first.date.isoformat()
    if run.days > 1:
        dates += f" — {run.last.date.isoformat()}"
    if run.counted_from is None:
        count = say(language, "not_counted", n=run.days)
    elif run.days == 1:
        count = say(language, "ordinal", n=run.counted_from)
    else:
        count = say(language, "ordinals", a=run.counted_from, b=run.counted_to)
    if run.due:
        count += f" ({say(language, 'here_due')})"
    rule = _rule(run, language)
    if run.source:
        rule += f"；{run.source}" if language == "zh" else f"; {run.source}"
    return dates, count, run.zh if language == "zh" else run.en, rule


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """``rows`` in columns two cells apart, wide characters counted as two cells."""
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell + " " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
