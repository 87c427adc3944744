"""Storing files: random name, whole before the row that refers to it, hash recorded (design rule 14)."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tongban.records.disk import write_whole
from tongban.records.models import StoredFile
from tongban.records.values import FileView

CHUNK = 1 << 20
NAME_LENGTH = 255
ORPHAN_AGE = timedelta(hours=24)


def store_file(*, content: bytes | IO[bytes], name: str, mime: str, purpose: str) -> FileView:
    """Write ``content`` below MEDIA_ROOT under a random name and return what was stored.

    The file is complete on disk before its row exists, so a row never refers to half a file; a file whose
    transaction failed is swept after a day. ``name`` is cleaned of paths and control characters.
    """
    token = secrets.token_hex(16)
    path = f"{token[:2]}/{token[2:4]}/{token}"
    measured = _Measured(content)
    write_whole(Path(settings.MEDIA_ROOT) / path, measured)
    row = StoredFile.objects.create(
        id=uuid.uuid4(),
        path=path,
        name=clean_name(name),
        mime=mime,
        size=measured.size,
        sha256=measured.hash.hexdigest(),
        purpose=purpose,
        created_at=timezone.now(),
    )
    return FileView(str(row.id), row.name, row.mime, row.size, row.sha256, row.purpose)


def sweep_orphans(now: datetime) -> int:
    """Delete files no row refers to that are older than a day; returns how many. Safe to run at any time."""
    root = Path(settings.MEDIA_ROOT)
    limit = (now - ORPHAN_AGE).timestamp()
    swept = 0
    for folder in sorted(root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
        old = {f"{folder.parent.name}/{folder.name}/{p.name}": p for p in folder.iterdir() if p.stat().st_mtime < limit}
        known = set(StoredFile.objects.filter(path__in=list(old)).values_list("path", flat=True))
        for path in old.keys() - known:
            old[path].unlink(missing_ok=True)
            swept += 1
    return swept


@transaction.atomic
def discard_file(file_id: str) -> None:
    """Delete a stored file that no event names yet (an upload taken out of a draft). Unknown ids are ignored.

    The row goes with the caller's transaction, the file after its commit.
    """
    try:
        row = StoredFile.objects.only("path").get(pk=uuid.UUID(file_id))
    except (ValueError, StoredFile.DoesNotExist):
        return
    path = Path(settings.MEDIA_ROOT) / row.path
    row.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def clean_name(name: str) -> str:
    """The last part of ``name`` without control or direction-changing characters, at most 255 long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    kept = kept.strip(" .") or "file"
    if len(kept) <= NAME_LENGTH:
        return kept
    stem, dot, extension = kept.rpartition(".")
    if not stem or len(extension) > 10:
        return kept[:NAME_LENGTH]
    return stem[: NAME_LENGTH - len(extension) - 1] + dot + extension


class _Measured:
    """Passes the content through once, counting and hashing it."""

    def __init__(self, content: bytes | IO[bytes]) -> None:
        self._content = content
        self.hash = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks():
            self.hash.update(chunk)
            self.size += len(chunk)
            yield chunk

    def _chunks(self) -> Iterator[bytes]:
        if isinstance(self._content, bytes):
            yield self._content
            return
        while chunk := self._content.read(CHUNK):
            yield chunk
