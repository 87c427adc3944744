"""Stored files: reading and comparing them with what was recorded."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from django.conf import settings

from tongban.core.errors import NotFound, Refused, gettext_noop
from tongban.records.models import StoredFile
from tongban.records.values import FileView, Finding

CHUNK = 1 << 20
BATCH = 500
#: Every stored file with its size and hash, as SQL: a backup asks this of a snapshot, where no model can be used.
LISTING = "SELECT path, size, sha256 FROM records_storedfile ORDER BY path"
#: The number of the last seal, asked in the same way.
LAST_SEAL = "SELECT coalesce(max(number), 0) FROM records_seal"


def file_info(file_id: str) -> FileView:
    """What is recorded about a stored file. Raises NotFound for an unknown or malformed id."""
    return _view(_row(file_id))


def open_file(file_id: str) -> IO[bytes]:
    """The content of a stored file, open for reading; the caller closes it.

    Raises NotFound for an unknown id and for a file that is gone from the disk.
    """
    try:
        return _path(_row(file_id)).open("rb")
    except FileNotFoundError as error:
        raise _not_found() from error


def read_file(file_id: str) -> bytes:
    """The whole content of a stored file, compared with its recorded SHA-256.

    For what leaves under the authority's name. Raises NotFound like :func:`open_file`, and Refused when the file is
    not what was stored.
    """
    with open_file(file_id) as handle:
        content = handle.read()
    if hashlib.sha256(content).hexdigest() != _row(file_id).sha256:
        raise Refused(
            gettext_noop("This file is not what was stored, so it is not handed out."),
            remedy=gettext_noop("Tell the operator of the system; the audit will name the file."),
        )
    return content


def file_count() -> int:
    """How many files are stored."""
    return StoredFile.objects.count()


def broken_files(progress: Callable[[int], object] | None = None) -> Iterator[Finding]:
    """Every stored file that is missing on disk or differs from its recorded size or SHA-256."""
    for row in StoredFile.objects.defer("name").order_by("pk").iterator(chunk_size=BATCH):
        problem = _problem(row)
        if problem:
            yield Finding(f"file:{row.pk}", 0, *problem)
        if progress is not None:
            progress(1)


def _problem(row: StoredFile) -> tuple[str, str] | None:
    path = _path(row)
    if not path.is_file():
        return "file_missing", f"stored file {row.pk} ({row.purpose}) is gone from the disk"
    if path.stat().st_size != row.size or _sha256(path) != row.sha256:
        return "file_altered", f"stored file {row.pk} ({row.purpose}) is not what was stored"
    return None


def _sha256(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def _row(file_id: str) -> StoredFile:
    try:
        return StoredFile.objects.get(pk=uuid.UUID(str(file_id)))
    except (ValueError, StoredFile.DoesNotExist) as error:
        raise _not_found() from error


def _path(row: StoredFile) -> Path:
    return Path(settings.MEDIA_ROOT) / row.path


def _not_found() -> NotFound:
    return NotFound(
        gettext_noop("This file does not exist."), remedy=gettext_noop("Go back and open it again from the list.")
    )


def _view(row: StoredFile) -> FileView:
    return FileView(str(row.pk), row.name, row.mime, row.size, row.sha256, row.purpose)
