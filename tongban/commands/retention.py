"""``tongban retention plan|run``: what is over and would go, and letting it go with a record that proves it."""

from __future__ import annotations

import argparse
import json
from datetime import date, datetime
from typing import Any

HELP = "say what has been kept long enough, or delete it and record the proof"
NEEDS_DJANGO = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Sub-verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name, text in (
        ("plan", "what would go now and under which rule; changes nothing"),
        ("run", "delete it batch by batch; an interrupted run is taken up again"),
    ):
        sub = verbs.add_parser(name, help=text)
        sub.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Plan or run; exit code 0."""
    return _plan(args.json) if args.verb == "plan" else _run(args.json)


def _plan(as_json: bool) -> int:
    from django.utils import timezone

    from tongban.retention import queries

    lines = []
    for line in queries.plan(timezone.now()):
        period = line.rule.unit if line.rule.permanent else f"{line.rule.value} {line.rule.unit}"
        entry: dict[str, Any] = {"kind": line.rule.kind, "period": period, "source": line.rule.source}
        if line.due is not None:
            entry |= {"due": line.due.due, "held": line.due.held, "oldest": _day(line.due.oldest)}
        lines.append(entry)
    if as_json:
        print(json.dumps(lines, ensure_ascii=False, indent=1))
        return 0
    for entry in lines:
        found = f"due {entry['due']}, held {entry['held']}" if "due" in entry else "kept"
        own = "(own choice)" if "due" in entry else "(archive rules)"
        since = f", oldest {entry['oldest']}" if entry.get("oldest") else ""
        print(f"{entry['kind']:<20} {entry['period']:<12} {found}{since}  {entry['source'] or own}")
    return 0


def _day(value: datetime | date | None) -> str:
    return value.isoformat() if value is not None else ""


def _run(as_json: bool) -> int:
    from django.utils import timezone

    from tongban.retention import services

    done = services.run(now=timezone.now())
    if as_json:
        print(json.dumps({"run": done.id, "deleted": done.deleted, "files": done.files}))
    else:
        print(f"run {done.id}: {done.deleted} deleted with {done.files} files; each batch has its record")
    return 0
