"""``tongban tasks``: what the background work could not do, and starting it again."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tongban.outbox.queries import Summary, TaskView

HELP = "background tasks: summary, dead ones, restart or discard them"
NEEDS_DJANGO = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Sub-verbs."""
    verbs = parser.add_subparsers(dest="verb")
    verbs.add_parser("summary", help="how much waits, runs, is late or dead")
    dead = verbs.add_parser("dead", help="tasks that failed for good, with the reason")
    dead.add_argument("--json", action="store_true", help="as JSON, with the traceback")
    retry = verbs.add_parser("retry", help="put dead tasks back to work")
    which = retry.add_mutually_exclusive_group(required=True)
    which.add_argument("id", nargs="?", help="number of the task")
    which.add_argument("--all", action="store_true", help="every dead task")
    discard = verbs.add_parser("discard", help="delete a dead task for good")
    discard.add_argument("id", help="number of the task")


def run(args: argparse.Namespace) -> int:
    """Run the sub-verb."""
    from tongban.outbox import queries, services

    if args.verb in (None, "summary"):
        _print_summary(queries.summary(), queries.cron_ticks())
        if args.verb is None:
            _print_dead(queries.dead(limit=20), as_json=False)
    elif args.verb == "dead":
        _print_dead(queries.dead(limit=1000), as_json=args.json)
    elif args.verb == "discard":
        services.discard(args.id)
        print(f"{args.id} deleted")
    elif args.all:
        print(f"{services.retry_all()} tasks put back to work")
    else:
        services.retry(args.id)
        print(f"{args.id} put back to work")
    return 0


def _print_summary(summary: Summary, ticks: Mapping[str, datetime]) -> None:
    for name, value in asdict(summary).items():
        print(f"{name:<12} {'-' if value is None else value}")
    for name, tick in ticks.items():
        print(f"cron {name:<20} last tick {tick:%Y-%m-%d %H:%M:%SZ}")


def _print_dead(rows: Sequence[TaskView], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1, default=str))
        return
    for row in rows:
        since = f"{row.finished_at:%Y-%m-%d %H:%M:%SZ}"
        print(f"{row.id}  {row.path}{row.args}  {row.attempts} attempts, dead since {since}")
        print(f"    {row.reason}")
    if not rows:
        print("No dead tasks.")
