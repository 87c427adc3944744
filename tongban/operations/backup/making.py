"""Making a backup while the site works."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tongban.core.errors import Refused, gettext_noop
from tongban.operations.backup import databases
from tongban.operations.backup import manifest as manifests
from tongban.operations.backup.databases import Snapshot, Stored
from tongban.operations.backup.manifest import CHUNK, MANIFEST, Entry, Manifest
from tongban.records.disk import TEMPORARY, write_whole
from tongban.records.services.seals import export_path

#: A file that was taken out of a draft between snapshot and copying makes the snapshot be taken again.
ATTEMPTS = 5

Progress = Callable[[int], object]


@dataclass(frozen=True)
class BackupReport:
    """What was copied. ``missing``: stored files that rows refer to and that are gone or altered on the disk."""

    folder: Path
    manifest: Manifest

    @property
    def missing(self) -> list[str]:
        """Stored files that could not be copied as they were recorded."""
        return self.manifest.missing


def make(folder: Path, now: datetime, *, like: Path | None = None, progress: Progress | None = None) -> BackupReport:
    """Copy everything into ``folder``, which is new, empty or an interrupted backup.

    Files are copied first and again after the snapshot: a stored file never changes, so the second pass only fetches
    what came between, and the snapshot never waits for it. ``like`` names an earlier backup on the same disk: files it
    has already are linked, not copied. Raises :class:`Refused` when there is a finished backup or anything foreign.
    """
    _refuse_foreign(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(folder):
        copier = _Copier(folder, like, progress)
        copier.copy_all(databases.stored_now())
        snapshot = _snapshot_with_files(folder, copier)
        stored = snapshot.stored
        entries = [*copier.entries(stored), *_seals(folder, snapshot.last_seal), _entry(folder, databases.file_name())]
        _drop_strangers(folder, entries)
        found = Manifest(
            made_at=now.isoformat(timespec="seconds"),
            release=settings.RELEASE,
            vendor=connection.vendor,
            database=databases.file_name(),
            migrations=sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()),
            keys=manifests.key_prints(),
            files=len(stored),
            bytes=sum(entry.size for entry in entries),
            contents_sha256=manifests.write_contents(folder, entries),
            missing=sorted(copier.missing),
        )
        manifests.write(folder, found)
    return BackupReport(folder, found)


def make_dated(place: Path, now: datetime, *, keep: int = 0, progress: Progress | None = None) -> BackupReport:
    """Make a backup in a folder of ``place`` named by the instant, linked to the one before; delete all but ``keep``.

    An interrupted one is finished under its own name first. ``keep`` 0 deletes nothing.
    """
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    before = manifests.latest(place)
    begun = sorted(path for path in place.glob("*T*Z") if path.is_dir() and not (path / MANIFEST).exists())
    folder = begun[-1] if begun else place / f"{now:%Y%m%dT%H%M%SZ}"
    report = make(folder, now, like=before[0] if before else None, progress=progress)
    if keep:
        for old in manifests.finished(place)[:-keep]:
            shutil.rmtree(old)
    return report


def write_keys(folder: Path, backup: Path) -> list[str]:
    """Copy the keys to ``folder``, readable by their owner only; returns the names of the files.

    Raises :class:`Refused` when that folder is the backup, lies in it, or holds it: who finds a backup must not find
    its keys.
    """
    here, there = folder.resolve(), backup.resolve()
    if here == there or here in there.parents or there in here.parents:
        raise Refused(
            gettext_noop("The keys would lie together with the backup."),
            remedy=gettext_noop("Name a folder on another disk for the keys: whoever has both can read everything."),
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    field_keys = ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in settings.FIELD_KEYS.items())
    lines = {"SECRET_KEY": settings.SECRET_KEY, "FIELD_KEYS": field_keys}
    lines["INDEX_KEY"] = base64.b64encode(settings.INDEX_KEY).decode()
    text = "".join(f"{name}={value}\n" for name, value in lines.items())
    contents = {"keys.env": text.encode()}
    for path in (settings.SEAL_KEY_FILE, settings.SIGNING_KEY_FILE, settings.SIGNING_CERT_FILE):
        if path and Path(path).is_file():
            contents[Path(path).name] = Path(path).read_bytes()
    if settings.SEALS_URL.startswith("file:"):
        kept = Path(urlsplit(settings.SEALS_URL).path)
        contents |= {
            f"seals/{path.relative_to(kept)}": path.read_bytes() for path in sorted(kept.rglob("*")) if path.is_file()
        }
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(folder / name, [content])
        (folder / name).chmod(0o600)
    return sorted(contents)


def _refuse_foreign(folder: Path) -> None:
    if (folder / MANIFEST).exists():
        raise Refused(
            gettext_noop("%(folder)s holds a finished backup."),
            remedy=gettext_noop("Name a new folder: a backup is never overwritten."),
            params={"folder": str(folder)},
        )
    own = {"files", "seals", "public-keys", manifests.CONTENTS, databases.file_name(), ".lock"}
    strange = (
        [path.name for path in folder.iterdir() if path.name not in own and not path.name.endswith(TEMPORARY)]
        if (folder.is_dir())
        else []
    )
    if strange:
        raise Refused(
            gettext_noop("%(folder)s holds something else: %(name)s."),
            remedy=gettext_noop("Name a new or empty folder."),
            params={"folder": str(folder), "name": sorted(strange)[0]},
        )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(
                gettext_noop("Another backup into this folder is under way."), remedy=gettext_noop("Let it finish.")
            ) from error
        yield


def _snapshot_with_files(folder: Path, copier: _Copier) -> Snapshot:
    """A snapshot whose files are all copied, unless they are truly gone."""
    for attempt in range(1, ATTEMPTS + 1):
        copier.missing.clear()
        found = databases.snapshot(folder / databases.file_name())
        copier.copy_all(found.stored)
        if not copier.missing or attempt == ATTEMPTS:
            break
        if copier.missing <= {path for path, _, _ in databases.stored_now()}:
            break  # their rows still stand, so another snapshot would not find them either
    return found


class _Copier:
    """Copies stored files that are not there yet, comparing each with what was recorded."""

    def __init__(self, folder: Path, like: Path | None, progress: Progress | None) -> None:
        self.folder, self.progress = folder, progress
        self.missing: set[str] = set()
        self.copied: set[str] = set()
        self.like = like
        self.linkable = {entry.path: entry.sha256 for entry in manifests.entries(like)} if like else {}

    def copy_all(self, stored: list[Stored]) -> None:
        for path, size, sha256 in stored:
            if path not in self.copied:
                self._copy(Entry(f"files/{path}", size, sha256), Path(settings.MEDIA_ROOT) / path)
                if self.progress is not None:
                    self.progress(1)

    def entries(self, stored: list[Stored]) -> list[Entry]:
        """What of ``stored`` the backup holds."""
        return [Entry(f"files/{path}", size, sha) for path, size, sha in stored if path in self.copied]

    def _copy(self, entry: Entry, source: Path) -> None:
        name = entry.path.removeprefix("files/")
        if self._linked(entry) or manifests.holds(self.folder, entry) or self._fetched(entry, source):
            self.copied.add(name)
        else:
            self.missing.add(name)

    def _linked(self, entry: Entry) -> bool:
        """Whether the earlier backup's file could be linked; on another disk it cannot and is copied."""
        target = self.folder / entry.path
        if self.like is None or self.linkable.get(entry.path) != entry.sha256 or target.exists():
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(self.like / entry.path, target)
        except OSError:
            return False
        return target.stat().st_size == entry.size

    def _fetched(self, entry: Entry, source: Path) -> bool:
        """Copy and compare; a file that is gone or not what was recorded is not taken over."""
        target = self.folder / entry.path
        found = hashlib.sha256()
        try:
            with source.open("rb") as file:
                write_whole(target, _hashed(iter(lambda: file.read(CHUNK), b""), found.update))
        except FileNotFoundError:
            return False
        if found.hexdigest() == entry.sha256:
            return True
        target.unlink()
        return False


def _hashed(chunks: Iterator[bytes], update: Callable[[bytes], None]) -> Iterator[bytes]:
    for chunk in chunks:
        update(chunk)
        yield chunk


def _seals(folder: Path, last: int) -> list[Entry]:
    """Exported seals that the snapshot knows, and the public keys that verify them.

    A seal taken after the snapshot would say, once restored, that events are gone.
    """
    keys = sorted(Path(settings.SEAL_KEY_FILE).parent.glob("seal-*.pub.pem"))
    seals = [path for number in range(1, last + 1) if (path := export_path(number)).exists()]
    copied = []
    for name, path in [*(("seals", path) for path in seals), *(("public-keys", path) for path in keys)]:
        write_whole(folder / name / path.name, [path.read_bytes()])
        copied.append(_entry(folder, f"{name}/{path.name}"))
    return copied


def _entry(folder: Path, name: str) -> Entry:
    path = folder / name
    return Entry(name, path.stat().st_size, manifests.sha256_of(path))


def _drop_strangers(folder: Path, entries: list[Entry]) -> None:
    """Take out what an interrupted attempt, or a file discarded meanwhile, left behind."""
    wanted = {entry.path for entry in entries}
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if str(path.relative_to(folder)) not in wanted and path.name != ".lock":
            path.unlink()
