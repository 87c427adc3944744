"""``tongban sweep``: what time does to cases and alerts. Running it twice or late changes nothing it should not."""

from __future__ import annotations

import argparse
import dataclasses
import json

HELP = "record deemed acceptances, closings, renewals by silence; send reminders; raise alerts"
NEEDS_DJANGO = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Output form."""
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")


def run(args: argparse.Namespace) -> int:
    """Sweep once; exit code 1 when something could not be done (it stays for the next run)."""
    from django.utils import timezone

    from tongban.cases import services as cases

    report = dataclasses.asdict(cases.sweep(now=timezone.now()))
    if args.json:
        print(json.dumps(report))
    else:
        words = {
            "deemed": "视为受理",
            "closed": "逾期未补正终止",
            "renewed": "视为准予延续",
            "reminded": "已提醒补正",
            "failed": "没有办成",
        }
        print("，".join(f"{words[key]}{count}件" for key, count in report.items()))
    return 1 if report["failed"] else 0
