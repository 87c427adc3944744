"""``tongban files``: stored files against what was recorded about them."""

from __future__ import annotations

import argparse
import sys

HELP = "verify stored files, sweep those no record refers to, convert office files anew"
NEEDS_DJANGO = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Sub-verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("verify", help="compare size and SHA-256 of every stored file; exit 1 when one differs")
    verbs.add_parser("convert", help="make the missing and broken reading copies of office files anew (by the worker)")
    verbs.add_parser("sweep", help="delete files older than a day that no record refers to")


def run(args: argparse.Namespace) -> int:
    """Run the sub-verb."""
    from django.utils import timezone
    from tqdm import tqdm

    from tongban.documents import services as documents
    from tongban.records import queries, services

    if args.verb == "convert":
        print(f"{documents.mend_copies(timezone.now())} reading copies asked for; the worker makes them")
        return 0
    if args.verb == "sweep":
        print(f"{services.sweep_orphans(timezone.now())} files deleted")
        return 0
    total = queries.file_count()
    with tqdm(total=total, unit=" files", disable=not sys.stderr.isatty(), leave=False) as bar:
        findings = list(queries.broken_files(bar.update))
    for finding in findings:
        print(f"{finding.chain}  {finding.problem}: {finding.message}")
    print(f"{total} files: {f'{len(findings)} findings' if findings else 'everything adds up'}")
    return 1 if findings else 0
