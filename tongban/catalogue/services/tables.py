"""Importing a published item list: all rows in one run, or none."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable

from django.db import IntegrityError, transaction

from tongban.catalogue.models import Item, ItemVersion
from tongban.catalogue.queries.browse import OBJECTS
from tongban.catalogue.services.listing import BATCH, Listing, write_listings
from tongban.catalogue.services.versions import check_may_publish
from tongban.catalogue.tables import read_table
from tongban.catalogue.views import ImportNote, ImportReport
from tongban.core.actors import Actor
from tongban.core.dates import legal_date
from tongban.core.errors import Refused, gettext_noop
from tongban.core.items_check.rows import LEVELS, LimitText, PublishedRow, check_row, national_type, read_limit
from tongban.core.numbers import whole
from tongban.records.canonical import canonical, digest
from tongban.records.services import append_to_chain

Progress = Callable[[int, int], None]

#: Raise it when a row is mapped otherwise than before, so that the next import brings old rows up to date.
MAPPING = 1

CHAIN = "catalogue:imports"
MISSING = ["form", "materials", "check_points", "procedure", "legal_basis", "authority"]
_OBJECT_CODES = {name: code for code, name in OBJECTS.items()}
_COLUMNS = (
    "name", "authority_name", "task_type", "base_code", "task_code", "local_code", "level", "promised", "statutory",
    "visits", "instant", "missing", "row", "row_hash", "updated_at",
)  # fmt: skip


def import_table(
    *,
    content: bytes,
    name: str,
    actor: Actor,
    now: dt.datetime,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Bring the items of a published list into the catalogue: listed and searchable, not appliable.

    Warnings name row, field, rule and remedy; an unreadable file, a missing column, an empty or a duplicate code are
    errors, and with errors nothing is written. Rows that say what they said before change nothing. One event on
    :data:`CHAIN` records a run that changed something.

    Raises :class:`Forbidden` for anybody but a catalogue manager, and :class:`Refused` when somebody else imports the
    same items at the same moment.
    """
    check_may_publish(actor)
    report = ImportReport(file=name, kind="table", dry_run=dry_run)
    table = read_table(content, name)
    report.rows = len(table.rows)
    report.errors.extend(table.errors)
    for row in table.rows:
        for each in check_row(row):
            report.warnings.append(
                ImportNote(row.number, each.field, each.message, each.remedy, each.rule, row.code, each.params)
            )
    if report.errors:
        return report
    try:
        with transaction.atomic():
            created, changed = _sort(table.rows, now, report)
            if not dry_run and (created or changed):
                _write(created, changed, progress)
                _record(content, report, actor, now)
    except IntegrityError as error:
        raise Refused(
            gettext_noop("Somebody else is importing the same items at this moment."),
            remedy=gettext_noop("Wait until that import has ended, then start yours again."),
        ) from error
    return report


def _sort(rows: list[PublishedRow], now: dt.datetime, report: ImportReport) -> tuple[list[Listing], list[Listing]]:
    """New and changed rows; unchanged ones are only counted."""
    known = {(row.region_code, row.key): row for row in _known(rows)}
    created: list[Listing] = []
    changed: list[Listing] = []
    for row in rows:
        fingerprint = digest(canonical({"mapping": MAPPING, "row": dict(row.raw)}))
        item = known.get((_region(row), row.code))
        if item is not None and item.row_hash == fingerprint:
            report.unchanged += 1
            continue
        target = created if item is None else changed
        item = item or Item(key=row.code, region_code=_region(row), source=Item.IMPORTED)
        target.append(_listing(item, row, fingerprint, now))
    report.created, report.changed = len(created), len(changed)
    return created, changed


def _known(rows: list[PublishedRow]) -> Iterable[Item]:
    keys = [row.code for row in rows]
    for start in range(0, len(keys), BATCH):
        yield from Item.objects.filter(key__in=keys[start : start + BATCH])


def _region(row: PublishedRow) -> str:
    return row.area_code[:12]


def _listing(item: Item, row: PublishedRow, fingerprint: str, now: dt.datetime) -> Listing:
    promised, statutory = read_limit(row.promised), read_limit(row.statutory)
    item.name = (row.name or row.code)[:500]
    item.authority_name = row.department[:200]
    item.task_type = national_type(row)[:2]
    item.base_code = row.base_code[:12]
    item.task_code = row.code[:36] if row.national else ""
    item.local_code = "" if row.national else row.code
    item.level = LEVELS.get(row.level, "")
    item.promised = promised.zh if isinstance(promised, LimitText) else ""
    item.statutory = statutory.zh if isinstance(statutory, LimitText) else ""
    item.visits = whole(row.visits.strip(), most=99)
    item.instant = isinstance(promised, LimitText) and promised.value == 0
    item.missing = [part for part in MISSING if part != "materials" or not row.materials]
    item.row = dict(row.raw)
    item.row_hash = fingerprint
    item.updated_at = now
    facets = {("department", item.authority_name), ("task_type", item.task_type), ("level", item.level)}
    facets |= {("theme", theme) for theme in row.themes}
    facets |= {("object", _OBJECT_CODES.get(name, name)) for name in row.service_objects}
    return Listing(
        item,
        facets,
        names=(item.name,),
        words=(row.main_item,),
        body=(item.authority_name, row.code, row.base_code, *row.materials),
    )


def _write(created: list[Listing], changed: list[Listing], progress: Progress | None) -> None:
    total, done = len(created) + len(changed), 0
    for start in range(0, len(created), BATCH):
        part = created[start : start + BATCH]
        Item.objects.bulk_create([listing.item for listing in part], batch_size=BATCH)
        write_listings(part)
        done += len(part)
        if progress is not None:
            progress(done, total)
    for start in range(0, len(changed), BATCH):
        part = changed[start : start + BATCH]
        own = _with_versions(part)
        Item.objects.bulk_update([listing.item for listing in part], _ROW_ONLY, batch_size=BATCH)
        theirs = [listing for listing in part if listing.item.pk not in own]
        Item.objects.bulk_update([listing.item for listing in theirs], _COLUMNS, batch_size=100)
        write_listings(theirs)
        done += len(part)
        if progress is not None:
            progress(done, total)


_ROW_ONLY = ("row", "row_hash")


def _with_versions(listings: list[Listing]) -> set[int]:
    """Items that have got a version of their own since: the published row no longer decides how they are listed."""
    ids = [listing.item.pk for listing in listings]
    return set(ItemVersion.objects.filter(item_id__in=ids).values_list("item_id", flat=True))


def _record(content: bytes, report: ImportReport, actor: Actor, now: dt.datetime) -> None:
    append_to_chain(
        chain=CHAIN,
        verb="import_table",
        actor=actor,
        at=now,
        legal_date=legal_date(now),
        facts={
            "file": report.file[-200:],
            "sha256": hashlib.sha256(content).hexdigest(),
            "rows": report.rows,
            "created": report.created,
            "changed": report.changed,
            "unchanged": report.unchanged,
            "warnings": len(report.warnings),
        },
    )
