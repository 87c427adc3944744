"""``tongban catalogue``: import, check, list, publish and export service items."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tongban.catalogue.views import ImportReport
    from tongban.core.actors import Actor

HELP = "import, check, list, publish and export service items"
NEEDS_DJANGO = True

_REFUSED = 2
_FAULTS = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``import FILE``, ``check [FILE …]``, ``list``, ``publish KEY NUMBER``, ``export KEY``, ``bundled``."""
    parser.add_argument("--lang", choices=("zh-hans", "en"), default="zh-hans", help="language of the output")
    verbs = parser.add_subparsers(dest="verb", required=True)
    load = verbs.add_parser("import", help="take in items from FILE: a YAML bundle, or a published list (CSV, XLSX)")
    load.add_argument("file", type=Path)
    load.add_argument("--dry-run", action="store_true", help="print the same report and write nothing")
    load.add_argument(
        "--publish", action="store_true", help="publish the versions of a bundle instead of drafting them"
    )
    load.add_argument("--json", action="store_true", help="print the report as JSON")
    check = verbs.add_parser("check", help="run the consistency rules over the catalogue, or over YAML bundles")
    check.add_argument("files", nargs="*", type=Path)
    check.add_argument("--json", action="store_true", help="print the findings as JSON")
    listed = verbs.add_parser("list", help="list items")
    listed.add_argument("words", nargs="*", help="only items these words find")
    listed.add_argument("--appliable", action="store_true", help="only what can be applied for")
    listed.add_argument("--source", choices=("bundled", "imported", "local"))
    listed.add_argument("--page", type=int, default=1)
    listed.add_argument("--json", action="store_true", help="print the items as JSON")
    publish = verbs.add_parser("publish", help="publish a draft")
    publish.add_argument("key")
    publish.add_argument("number", type=int)
    export = verbs.add_parser("export", help="print an item with all its versions as YAML")
    export.add_argument("key")
    export.add_argument("-o", "--output", type=Path, help="write here instead of to standard output")
    verbs.add_parser("bundled", help="load the items that come with the program; run it after every upgrade")


def run(args: argparse.Namespace) -> int:
    """Run the sub-verb: 0 fine, 1 findings, 2 refused."""
    from django.utils import translation

    from tongban.catalogue import reports
    from tongban.core.errors import DomainError

    verbs: dict[str, Callable[[argparse.Namespace], int]] = {
        "import": _import,
        "check": _check,
        "list": _list,
        "publish": _publish,
        "export": _export,
        "bundled": _bundled,
    }
    with translation.override(args.lang):
        try:
            return verbs[args.verb](args)
        except DomainError as error:
            print("\n".join(reports.error_lines(error)), file=sys.stderr)
            return _REFUSED


def _actor() -> Actor:
    from tongban.core.actors import Actor

    return Actor(kind="system", id=f"operator:{getpass.getuser()}"[:40])


def _bar(unit: str, quiet: bool) -> AbstractContextManager[Callable[[int, int], None]]:
    from tqdm import tqdm

    @contextmanager
    def shown() -> Iterator[Callable[[int, int], None]]:
        with tqdm(unit=unit, disable=quiet or not sys.stderr.isatty(), leave=False) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            yield progress

    return shown()


def _import(args: argparse.Namespace) -> int:
    started = time.perf_counter()
    report = _import_file(args)
    return _reported(report, args.json, time.perf_counter() - started)


def _import_file(args: argparse.Namespace) -> ImportReport:
    from django.utils import timezone

    from tongban.catalogue import bundles, reports, services
    from tongban.core.errors import Invalid

    now = timezone.now()
    if args.file.suffix.lower() in (".yaml", ".yml"):
        try:
            bundle = bundles.read_file(args.file)
        except Invalid as error:
            return reports.invalid(error, args.file.name)
        return services.import_bundle(
            bundle=bundle, actor=_actor(), now=now, publish=args.publish, dry_run=args.dry_run
        )
    try:
        content = args.file.read_bytes()
    except OSError as error:
        return reports.unreadable(str(args.file), error.strerror or "")
    with _bar(" items", args.json) as progress:
        return services.import_table(
            content=content, name=args.file.name, actor=_actor(), now=now, dry_run=args.dry_run, progress=progress
        )


def _reported(report: ImportReport, as_json: bool, seconds: float) -> int:
    from tongban.catalogue import reports

    if as_json:
        print(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
    else:
        print("\n".join(reports.import_lines(report)))
        print(f"{seconds:.1f} s", file=sys.stderr)
    return _REFUSED if report.errors else 0


def _check(args: argparse.Namespace) -> int:
    from tongban.catalogue import bundles, queries, reports
    from tongban.core.errors import Invalid
    from tongban.core.items_check import ERROR

    if args.files:
        try:
            found = queries.check_bundles(
                [bundles.read_file(path) for path in args.files],
                frozenset(each.key for each in bundles.external_licence_types()),
            )
        except Invalid as error:
            return _reported(reports.invalid(error, str(error.params.get("file", ""))), args.json, 0)
    else:
        with _bar(" items", args.json) as progress:
            found = queries.check_catalogue(progress)
    if args.json:
        print(json.dumps([reports.finding_dict(each) for each in found], ensure_ascii=False, indent=2))
    else:
        print("\n".join(reports.finding_lines(found)), end="\n" if found else "")
        print(reports.findings_sum(found), file=sys.stderr)
    return _FAULTS if any(each.level == ERROR for each in found) else 0


def _list(args: argparse.Namespace) -> int:
    from dataclasses import asdict

    from tongban.catalogue import queries, reports
    from tongban.catalogue.views import Filters

    filters = Filters(appliable=True if args.appliable else None, source=args.source or "", drafts=True)
    page = queries.search(" ".join(args.words), filters, page=args.page, per_page=50)
    if args.json:
        print(json.dumps([asdict(item) for item in page.items], ensure_ascii=False, indent=2))
    else:
        print("\n".join(reports.item_lines(page.items)))
        print(reports.page_sum(page), file=sys.stderr)
    return 0


def _publish(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from tongban.catalogue import queries, reports, services

    found = next((each for each in queries.versions(args.key) if each.number == args.number), None)
    if found is None:
        raise reports.no_such_version(args.key, args.number)
    services.publish(version_id=found.id, actor=_actor(), now=timezone.now())
    print(reports.published_line(args.key, args.number), file=sys.stderr)
    return 0


def _export(args: argparse.Namespace) -> int:
    from tongban.catalogue import bundles, queries, reports

    versions = queries.version_specs(args.key)
    if not versions:
        raise reports.only_listed(args.key)
    text = bundles.write_bundle(args.key, list(versions))
    if args.output:
        args.output.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


def _bundled(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from tongban.catalogue import services

    started = time.perf_counter()
    with _bar(" items", quiet=False) as progress:
        report = services.ensure_bundled(actor=_actor(), now=timezone.now(), progress=progress)
    return _reported(report, False, time.perf_counter() - started)
