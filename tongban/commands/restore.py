"""``tongban restore``: a backup into an empty installation, verified afterwards."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "put a backup into an empty database and directories, then verify everything (--check only reads it)"
NEEDS_DJANGO = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which one."""
    parser.add_argument("folder", help="the folder of a finished backup")
    parser.add_argument("--check", action="store_true", help="read the backup and compare its hashes, change nothing")


def run(args: argparse.Namespace) -> int:
    """Restore; exit code 1 when something does not add up afterwards."""
    from tqdm import tqdm

    from tongban.operations import backup

    folder = Path(args.folder)
    with tqdm(unit=" files", disable=not sys.stderr.isatty(), leave=False) as bar:
        if args.check:
            found = backup.check(folder, bar.update)
            print(f"{folder} of {found.made_at}: {found.files} files, whole")
            return 0
        report = backup.restore(folder, progress=bar.update)
    found = report.manifest
    print(f"Restored the site of {found.made_at}: {found.files} files.")
    if report.migrated:
        print(f"{len(report.migrated)} migrations added for this program.")
    for finding in report.findings:
        print(f"{finding.chain} #{finding.seq}  {finding.problem}: {finding.message}")
    print(f"{len(report.findings)} findings" if report.findings else "audit and files: everything adds up")
    return 1 if report.findings else 0
