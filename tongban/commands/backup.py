"""``tongban backup``: database, files and seals into a folder, while the site works."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tongban.core.errors import Refused

HELP = "copy database, files and seals into a folder; the keys only where --keys says"
NEEDS_DJANGO = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument(
        "folder", nargs="?", help="a new folder; without it, one named by the instant in BACKUP_DIR, linked to the last"
    )
    parser.add_argument("--keep", type=int, default=0, metavar="N", help="in BACKUP_DIR: delete all but the last N")
    parser.add_argument("--keys", metavar="FOLDER", help="copy the keys there: another disk, another safe")


def run(args: argparse.Namespace) -> int:
    """Copy; exit code 1 when a stored file is missing or altered (the rest is copied)."""
    from django.conf import settings
    from django.utils import timezone
    from tqdm import tqdm

    from tongban.operations import backup

    os.umask(0o077)
    if not args.folder and not settings.BACKUP_DIR:
        raise Refused("There is no folder to write to.", remedy="Name one, or set BACKUP_DIR.")
    place = Path(args.folder or settings.BACKUP_DIR)
    if args.keys:
        backup.write_keys(Path(args.keys), place)
    with tqdm(unit=" files", disable=not sys.stderr.isatty(), leave=False) as bar:
        if args.folder:
            report = backup.make(place, timezone.now(), progress=bar.update)
        else:
            report = backup.make_dated(place, timezone.now(), keep=args.keep, progress=bar.update)
    found = report.manifest
    print(f"{report.folder}: {found.files} files, {found.bytes / 2**20:.1f} MiB with the database")
    if not args.keys:
        print("The keys are not in it: keep FIELD_KEYS, INDEX_KEY and the seal's key apart (tongban backup --keys).")
    for path in report.missing:
        print(f"missing or altered: {path} (tongban files verify says more)", file=sys.stderr)
    return 1 if report.missing else 0
