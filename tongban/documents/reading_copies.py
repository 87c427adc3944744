"""Copies of office files for reading: asked for when a file is stored, made by a task, made anew whenever needed.

The slow part runs outside any transaction; the first copy that is stored stays. What went wrong for good is kept as a
reason that screens put into words.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import F

from tongban.core.errors import DomainError, Invalid
from tongban.documents.models import ReadingCopy
from tongban.gateways import office
from tongban.records import queries as records
from tongban.records import services as record_services
from tongban.records.cleaning import clean_upload
from tongban.records.erasing import files_left
from tongban.records.office_files import EXTENSIONS

logger = logging.getLogger(__name__)

#: After so many tries that took too long or broke off, the file is given up; more would fail the same way.
MAX_ATTEMPTS = 3
#: Bytes a copy may have: pictures are unpacked and packed anew, so it may be larger than its source.
MAX_COPY = 150 * 1024 * 1024
#: Copies looked at in one statement.
AT_ONCE = 1000
#: A run that may go better another time.
_PASSING = frozenset({"timeout", "crashed"})


@dataclass(frozen=True)
class ReadingCopyView:
    """A copy as screens show it. ``reason`` where ``state`` is failed: unavailable, timeout, crashed, unreadable,
    altered (the source is not what was stored) or too_long."""

    state: str
    reason: str = ""
    file_id: str = ""
    pages: int = 0

    @property
    def ready(self) -> bool:
        """Whether it can be read."""
        return self.state == ReadingCopy.READY

    @property
    def waiting(self) -> bool:
        """Whether it is being made."""
        return self.state == ReadingCopy.WAITING


def ask_for_copy(*, file_id: str, mime: str, now: datetime) -> None:
    """Have a reading copy of a stored file made, in the transaction that stores it; other kinds need none."""
    if mime in EXTENSIONS:
        ReadingCopy.objects.create(source_id=uuid.UUID(file_id), extension=EXTENSIONS[mime], asked_at=now)
        _enqueue([file_id])


def make_copy(*, source_id: str, now: datetime) -> None:
    """Convert and store; a second call finds it done and changes nothing.

    Raises :class:`~tongban.gateways.office.ConversionFailed` for a failure that may pass, until the attempts are used.
    """
    waiting = ReadingCopy.objects.filter(pk=uuid.UUID(source_id), state=ReadingCopy.WAITING)
    if not waiting.update(attempts=F("attempts") + 1):
        return
    row = waiting.first()
    if row is None:
        return
    try:
        content = office.to_pdf(records.read_file(source_id), row.extension)
        pages = clean_upload(content, "copy.pdf", max_bytes=MAX_COPY)
    except office.ConversionFailed as error:
        logger.warning("a reading copy of %s failed: %s: %s", source_id, error.reason, error)
        if error.reason in _PASSING and row.attempts < MAX_ATTEMPTS:
            raise
        _give_up(source_id, error.reason, now)
    except Invalid as error:
        logger.warning("the reading copy of %s cannot be shown: %s", source_id, error)
        _give_up(source_id, "too_long", now)
    except DomainError as error:
        logger.error("the source of a reading copy cannot be read: %s: %s", source_id, error)
        _give_up(source_id, "altered", now)
    else:
        _keep(source_id, pages.content, pages.checked.pages, now)


@transaction.atomic
def _keep(source_id: str, content: bytes, pages: int, now: datetime) -> None:
    row = ReadingCopy.objects.select_for_update().get(pk=uuid.UUID(source_id))
    if row.state != ReadingCopy.WAITING:
        return
    name = f"{records.file_info(source_id).name}.pdf"
    stored = record_services.store_file(content=content, name=name, mime="application/pdf", purpose="reading-copy")
    row.state, row.reason, row.file_id, row.pages, row.done_at = ReadingCopy.READY, "", uuid.UUID(stored.id), pages, now
    row.save()


def _give_up(source_id: str, reason: str, now: datetime) -> None:
    rows = ReadingCopy.objects.filter(pk=uuid.UUID(source_id), state=ReadingCopy.WAITING)
    rows.update(state=ReadingCopy.FAILED, reason=reason, done_at=now)


def ask_again(*, reasons: Collection[str], now: datetime) -> int:
    """Have copies that failed for one of ``reasons`` made anew; returns how many."""
    failed = ReadingCopy.objects.filter(state=ReadingCopy.FAILED, reason__in=list(reasons)).order_by("asked_at")
    return sum(_reset(str(pk), now) for pk in failed.values_list("pk", flat=True))


def mend_copies(now: datetime) -> int:
    """Have every copy made anew that failed, or whose file is gone or altered; returns how many."""
    broken = []
    for pk, file_id in ReadingCopy.objects.filter(state=ReadingCopy.READY).values_list("pk", "file_id").iterator():
        try:
            records.read_file(str(file_id))
        except DomainError:
            broken.append(str(pk))
    failed = ReadingCopy.objects.filter(state=ReadingCopy.FAILED).values_list("pk", flat=True)
    return sum(_reset(source_id, now) for source_id in [*broken, *map(str, failed)])


def drop_orphans() -> int:
    """Delete the copies whose source is gone (a draft thrown away, a case erased in time); returns how many."""
    dropped, keys = 0, ReadingCopy.objects.values_list("pk", flat=True).iterator(chunk_size=AT_ONCE)
    while some := list(islice(keys, AT_ONCE)):
        left = files_left([str(key) for key in some])
        dropped += sum(_drop(key) for key in some if str(key) not in left)
    return dropped


@transaction.atomic
def _drop(key: uuid.UUID) -> int:
    row = ReadingCopy.objects.select_for_update().filter(pk=key).first()
    if row is None:
        return 0
    if row.file_id:
        record_services.discard_file(str(row.file_id))
    row.delete()
    return 1


@transaction.atomic
def _reset(source_id: str, now: datetime) -> int:
    """Forget a copy and ask for another; the row of a broken file goes, for its source is what was handed in."""
    row = ReadingCopy.objects.select_for_update().get(pk=uuid.UUID(source_id))
    if row.file_id:
        record_services.discard_file(str(row.file_id))
    row.state, row.reason, row.file_id, row.attempts, row.asked_at = ReadingCopy.WAITING, "", None, 0, now
    row.save()
    _enqueue([source_id])
    return 1


def _enqueue(source_ids: Collection[str]) -> None:
    from tongban.documents.effects import convert_file

    for source_id in source_ids:
        convert_file.enqueue(source_id)


def reading_copies(file_ids: Collection[str]) -> dict[str, ReadingCopyView]:
    """The copies of stored files by the id of their source, in one query; none for files that need none."""
    if not file_ids:
        return {}
    rows = ReadingCopy.objects.filter(pk__in=[uuid.UUID(file_id) for file_id in file_ids])
    return {str(row.pk): ReadingCopyView(row.state, row.reason, str(row.file_id or ""), row.pages) for row in rows}
