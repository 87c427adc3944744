"""``tongban calendar``: load the yearly notice, write a file to fill in, say what is covered."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from tongban.core.numbers import whole

HELP = "load the published working days of a year, or say what is covered"
NEEDS_DJANGO = True

_REFUSED = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``load FILE``, ``template YEAR`` and ``status``."""
    parser.add_argument("--lang", choices=("zh-hans", "en"), default="zh-hans", help="language of the output")
    verbs = parser.add_subparsers(dest="verb", required=True)
    load = verbs.add_parser("load", help="make the days of FILE (CSV or XLSX: date, kind, name, source) firm")
    load.add_argument("file", type=Path)
    load.add_argument("--region", default="CN", help="a district's own exceptions instead of the country's days")
    load.add_argument("--dry-run", action="store_true", help="check and report only")
    template = verbs.add_parser("template", help="print a CSV of every day of YEAR to fill in")
    template.add_argument("year", type=_year)
    template.add_argument("-o", "--output", type=Path, help="write here instead of to standard output")
    status = verbs.add_parser("status", help="what the calendar covers, and every load")
    status.add_argument("--region", default="CN")


def _year(text: str) -> int:
    if whole(text, least=2004, most=2200) is None:
        raise argparse.ArgumentTypeError("write a year from 2004 to 2200")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Run the sub-verb; 2 where a file was refused."""
    from django.utils import translation

    with translation.override(args.lang):
        return {"load": _load, "template": _template, "status": _status}[args.verb](args)


def _load(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from tongban.calendars import reports, services
    from tongban.core.actors import Actor
    from tongban.core.errors import DomainError

    actor = Actor(kind="system", id=f"operator:{getpass.getuser()}")
    try:
        result = services.load_file(
            path=args.file, actor=actor, now=timezone.now(), region=args.region, trial=args.dry_run
        )
    except DomainError as error:
        print("\n".join(reports.error_lines(error)), file=sys.stderr)
        return _REFUSED
    print("\n".join(reports.load_lines(result, trial=args.dry_run)))
    return 0


def _template(args: argparse.Namespace) -> int:
    from tongban.calendars import files, queries

    text = files.template(args.year, queries.current())
    if args.output is None:
        sys.stdout.write(text)
    else:
        # The mark at the front makes spreadsheet programs read the Chinese names as UTF-8.
        args.output.write_text(text, encoding="utf-8-sig")
    return 0


def _status(args: argparse.Namespace) -> int:
    from tongban.calendars import queries, reports

    print("\n".join(reports.status_lines(queries.coverage(args.region), queries.versions(args.region))))
    return 0
