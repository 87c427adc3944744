"""Loading items written as YAML: those that come with the program, and an operator's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from django.db import transaction

from tongban.accounts.services import ensure_organisations
from tongban.calendars.queries import current as calendar_in_force
from tongban.catalogue import bundles
from tongban.catalogue.bundles import Bundle
from tongban.catalogue.models import Item, ItemVersion, LicenceType
from tongban.catalogue.publishing import publication_findings
from tongban.catalogue.services import versions
from tongban.catalogue.services.item_files import enqueue_missing_files
from tongban.catalogue.services.listing import refresh_items
from tongban.catalogue.views import ImportNote, ImportReport
from tongban.core.actors import Actor
from tongban.core.errors import DomainError, Invalid, gettext_noop
from tongban.core.items import ItemVersionSpec
from tongban.core.items_check import ERROR

Progress = Callable[[int, int], None]


def import_bundle(
    *, bundle: Bundle, actor: Actor, now: dt.datetime, publish: bool = False, dry_run: bool = False
) -> ImportReport:
    """Store every version of ``bundle`` that is not there yet, as drafts or (with ``publish``) published.

    ``rows`` and the other numbers of the report count versions. A version that is published with other content is an
    error, as is any fault that forbids publishing when ``publish`` is asked for; with errors nothing is written.
    """
    report = _import((bundle,), Item.LOCAL, actor, now, publish=publish, dry_run=dry_run)
    report.file = bundle.source or bundle.key
    return report


def ensure_bundled(*, actor: Actor, now: dt.datetime, progress: Progress | None = None) -> ImportReport:
    """Load the organisations, licence types and items that come with the program, published.

    Tasks make their forms on paper. Idempotent: a second run changes nothing. A bundled version whose published
    content differs from the file is left as it is and reported as a warning: published versions are immutable, the
    file needs a new version.
    """
    with transaction.atomic():
        ensure_organisations()
        load_licence_types()
        report = _import(bundles.bundled(), Item.BUNDLED, actor, now, publish=True, dry_run=False, progress=progress)
        enqueue_missing_files()
    report.file = "bundled"
    return report


def _import(
    found: Iterable[Bundle],
    source: str,
    actor: Actor,
    now: dt.datetime,
    *,
    publish: bool,
    dry_run: bool,
    progress: Progress | None = None,
) -> ImportReport:
    versions.check_may_publish(actor)
    report = ImportReport(file="", kind="bundle", dry_run=dry_run)
    with transaction.atomic():
        all_found = list(found)
        for done, bundle in enumerate(all_found, 1):
            for version in bundle.versions:
                _import_version(bundle, version, source, actor, now, publish, report)
            if progress is not None:
                progress(done, len(all_found))
        if report.errors or dry_run:
            transaction.set_rollback(True)
    if report.errors:
        report.created = report.changed = 0
    return report


def _import_version(
    bundle: Bundle,
    version: ItemVersionSpec,
    source: str,
    actor: Actor,
    now: dt.datetime,
    publish: bool,
    report: ImportReport,
) -> None:
    report.rows += 1
    name = f"{bundle.key}/{version.number}"
    row = ItemVersion.objects.filter(item__key=bundle.key, number=version.number).first()
    if row is not None and (row.status != ItemVersion.DRAFT or not publish):
        if versions.same_as_published(row, version):
            report.unchanged += 1
            return
        if row.status != ItemVersion.DRAFT:
            _differs(name, source, report)
            return
    _note_findings(bundle, version, publish, report)
    if any(note.item == name for note in report.errors):
        return
    try:
        with transaction.atomic():
            version_id = versions.save_draft(item_key=bundle.key, version=version, source=source, actor=actor, now=now)
            if publish:
                versions.publish(version_id=version_id, actor=actor, now=now)
            else:
                refresh_items(Item.objects.filter(key=bundle.key), now)
    except DomainError as error:
        _note_error(name, error, report)
        return
    if row is None:
        report.created += 1
    else:
        report.changed += 1


def _differs(name: str, source: str, report: ImportReport) -> None:
    note = ImportNote(
        row=0,
        field="version",
        message=gettext_noop("The published version says something else than the file."),
        remedy=gettext_noop("Published versions never change: write the new text as the next version."),
        item=name,
    )
    if source == Item.BUNDLED:
        report.unchanged += 1
        report.warnings.append(note)
    else:
        report.errors.append(note)


def _note_findings(bundle: Bundle, version: ItemVersionSpec, publish: bool, report: ImportReport) -> None:
    name = f"{bundle.key}/{version.number}"
    for each in publication_findings(bundle.key, version, calendar_in_force()):
        fatal = publish and each.level == ERROR
        note = ImportNote(0, each.field, each.message, each.remedy, each.rule, name, each.params)
        (report.errors if fatal else report.warnings).append(note)


def _note_error(name: str, error: DomainError, report: ImportReport) -> None:
    if isinstance(error, Invalid) and error.errors:
        report.errors.extend(
            ImportNote(0, each.field, each.message, each.remedy, "", name, each.params) for each in error.errors
        )
    else:
        report.errors.append(ImportNote(0, "version", error.message, error.remedy, "", name, error.params))


def load_licence_types() -> int:
    """Make the licence types others issue known; returns how many were new or changed."""
    changed = 0
    for each in bundles.external_licence_types():
        if each.spec is not None:
            changed += versions.save_licence_type(each.spec, issued_here=False)
            continue
        row, created = LicenceType.objects.get_or_create(key=each.key, defaults={"name": each.name})
        if not created and row.name != each.name:
            row.name = each.name
            row.save()
            changed += 1
        changed += created
    return changed
