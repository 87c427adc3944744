"""``tongban audit verify``: recompute the evidence."""

from __future__ import annotations

import argparse
import json
import sys
import time

HELP = "verify hash chains, seals, numbers, rows and stored files"
NEEDS_DJANGO = True

SHOWN = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Sub-verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    verify = verbs.add_parser("verify", help="name the first broken link of every chain; exit 1 when there is one")
    verify.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Verify everything; 0 when all adds up, 1 when not."""
    from tqdm import tqdm

    from tongban.records import queries

    started = time.monotonic()
    total = queries.event_count()
    with tqdm(total=total, unit=" events", disable=args.json or not sys.stderr.isatty(), leave=False) as bar:
        findings = list(queries.verify(bar.update))
    seconds = time.monotonic() - started
    if args.json:
        body = {"ok": not findings, "events": total, "findings": [finding.as_dict() for finding in findings]}
        print(json.dumps(body, ensure_ascii=False, indent=1))
        return 1 if findings else 0
    for finding in findings[:SHOWN]:
        print(f"{finding.chain} #{finding.seq}  {finding.problem}: {finding.message}")
    if len(findings) > SHOWN:
        print(f"… and {len(findings) - SHOWN} more (--json lists all)")
    latest = queries.seals(1)
    sealed = f"last seal {latest[0].number} of {latest[0].at:%Y-%m-%d %H:%M:%SZ}" if latest else "no seal yet"
    verdict = f"{len(findings)} findings" if findings else "everything adds up"
    print(f"{total} events, {sealed}: {verdict} ({seconds:.1f} s)")
    return 1 if findings else 0
