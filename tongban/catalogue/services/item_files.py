"""The empty form and the filled-in example of a published version, made once and kept."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from tongban.catalogue.models import ItemFile, ItemVersion
from tongban.catalogue.paper_forms import form_title, paper_form
from tongban.catalogue.queries.versions import chain_of, view
from tongban.catalogue.samples import make_sample
from tongban.catalogue.views import VersionView
from tongban.core.actors import SYSTEM
from tongban.core.dates import legal_date
from tongban.core.errors import NotFound, Refused, gettext_noop
from tongban.documents.typesetting import typeset
from tongban.outbox.services import enqueue_once
from tongban.records import services as records

TEMPLATE = "form.typ"
NAMES = {ItemFile.BLANK: "空白表格", ItemFile.SAMPLE: "示例样表"}


def enqueue_files(version_id: int) -> None:
    """Have the files of a version made by a task; part of the caller's transaction, and once only."""
    from tongban.catalogue.effects import make_item_files

    enqueue_once(make_item_files, f"item-files:{version_id}", version_id)


def enqueue_missing_files() -> int:
    """Enqueue the published versions that have no files yet and are not queued; returns how many lack them."""
    lacking = (
        ItemVersion.objects.exclude(status=ItemVersion.DRAFT).filter(files__isnull=True).values_list("pk", flat=True)
    )
    for version_id in lacking:
        enqueue_files(version_id)
    return len(lacking)


def make_files(*, version_id: int, now: dt.datetime) -> None:
    """Typeset and store both files of a published version; a second call finds them and changes nothing.

    The slow part runs outside any transaction; then one transaction stores both, with the event. Raises
    :class:`NotFound`, :class:`Refused` for a draft, and :class:`~tongban.documents.typesetting.FontMissing`.
    """
    row = ItemVersion.objects.select_related("item").filter(pk=version_id).first()
    if row is None:
        raise NotFound(gettext_noop("This version of the item does not exist."))
    if row.status == ItemVersion.DRAFT:
        raise Refused(gettext_noop("Only a published version has an application form to hand out."))
    if row.files.exists():
        return
    contents = _typeset(view(row), now)
    with transaction.atomic():
        row = ItemVersion.objects.select_for_update(of=("self",)).select_related("item").get(pk=version_id)
        if not row.files.exists():
            _store(row, contents, now)


def _typeset(version: VersionView, now: dt.datetime) -> dict[str, bytes]:
    sample = make_sample(version.spec, filled_on(version, legal_date(version.published_at or now)))
    return {
        kind: typeset(
            TEMPLATE,
            paper_form(
                version.spec,
                number=version.number,
                effective_from=version.effective_from,
                sample=sample if kind == ItemFile.SAMPLE else None,
            ),
        )
        for kind in NAMES
    }


def filled_on(version: VersionView, published_on: dt.date) -> dt.date:
    """The day an example is dated: that of publication, moved into the days the version is in force."""
    return max(version.effective_from, min(published_on, version.effective_to or dt.date.max))


def _store(row: ItemVersion, contents: dict[str, bytes], now: dt.datetime) -> None:
    title = form_title(view(row).spec)
    hashes: dict[str, str] = {}
    for kind, content in contents.items():
        name = f"{title}（{NAMES[kind]}，第{row.number}版）.pdf"
        stored = records.store_file(content=content, name=name, mime="application/pdf", purpose="item_form")
        ItemFile.objects.create(version=row, kind=kind, file_id=stored.id, name=stored.name, sha256=stored.sha256)
        hashes[kind] = stored.sha256
    records.append_to_chain(
        chain=chain_of(row.item),
        verb="make_forms",
        actor=SYSTEM,
        at=now,
        legal_date=legal_date(now),
        facts={"item": row.item.key, "number": row.number, **hashes},
    )
