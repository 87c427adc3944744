"""What a backup holds, and whether it still does."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from tongban.core.errors import Refused, gettext_noop
from tongban.records.disk import write_whole

FORMAT = 1
MANIFEST = "manifest.json"
CONTENTS = "contents.tsv"
CHUNK = 1 << 20
SHOWN = 5


@dataclass(frozen=True)
class Entry:
    """One file of a backup, by its path inside."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """The first page of a backup.

    ``keys``: the fingerprints of the keys without which its encrypted fields cannot be read. ``missing``: stored files
    that rows refer to and that were gone or altered when the backup was made.
    """

    made_at: str
    release: str
    vendor: str
    database: str
    migrations: list[str]
    keys: dict[str, str]
    files: int
    bytes: int
    contents_sha256: str
    missing: list[str]
    format: int = FORMAT

    @property
    def at(self) -> datetime:
        """The instant of its snapshot."""
        return datetime.fromisoformat(self.made_at)


def key_prints() -> dict[str, str]:
    """Fingerprints of the present keys: of each field key by its id, and of the index key."""
    prints = {f"field:{name}": _print(key) for name, key in settings.FIELD_KEYS.items()}
    return {**prints, "index": _print(settings.INDEX_KEY)}


def _print(key: bytes) -> str:
    """A key is 32 random bytes, so that its SHA-256 gives nothing away."""
    return hashlib.sha256(b"tongban-key:" + key).hexdigest()[:16]


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest: from now on the backup counts."""
    text = json.dumps(dataclasses.asdict(manifest), ensure_ascii=False, indent=1) + "\n"
    write_whole(folder / MANIFEST, [text.encode()])


def write_contents(folder: Path, entries: list[Entry]) -> str:
    """Write the list of everything; returns its SHA-256."""
    text = "".join(f"{entry.path}\t{entry.size}\t{entry.sha256}\n" for entry in sorted(entries, key=lambda e: e.path))
    write_whole(folder / CONTENTS, [text.encode()])
    return hashlib.sha256(text.encode()).hexdigest()


def read(folder: Path) -> Manifest:
    """The manifest of a finished backup. Raises :class:`Refused` for anything else."""
    try:
        return Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise Refused(
            gettext_noop("%(folder)s is not a finished backup: it has no manifest."),
            remedy=gettext_noop(
                "Name the folder of a finished backup; an interrupted one is finished by making it again."
            ),
            params={"folder": str(folder)},
        ) from error
    except (OSError, ValueError, TypeError) as error:
        raise Refused(
            gettext_noop("The manifest of %(folder)s cannot be read."),
            remedy=gettext_noop("Take another backup: this one is damaged or of another program."),
            params={"folder": str(folder)},
        ) from error


def entries(folder: Path) -> Iterator[Entry]:
    """Everything the backup says it holds."""
    for line in (folder / CONTENTS).read_text(encoding="utf-8").splitlines():
        path, size, sha256 = line.split("\t")
        if path.startswith("/") or ".." in Path(path).parts:
            raise ValueError(f"{path!r} leads out of the backup")
        yield Entry(path, int(size), sha256)


def check(folder: Path, progress: Callable[[int], object] | None = None) -> Manifest:
    """Read every byte of a backup again. Raises :class:`Refused` that names what is missing or altered."""
    manifest = read(folder)
    broken: list[str] = []
    try:
        if sha256_of(folder / CONTENTS) != manifest.contents_sha256:
            broken.append(CONTENTS)
        else:
            for entry in entries(folder):
                if not holds(folder, entry):
                    broken.append(entry.path)
                if progress is not None:
                    progress(1)
    except (OSError, ValueError):
        broken.append(CONTENTS)
    if broken:
        raise Refused(
            gettext_noop("The backup %(folder)s is damaged: %(files)s (%(count)d in all)."),
            remedy=gettext_noop("Nothing was changed. Take another backup, or another copy of this one."),
            params={"folder": str(folder), "files": "、".join(broken[:SHOWN]), "count": len(broken)},
        )
    return manifest


def holds(folder: Path, entry: Entry) -> bool:
    """Whether ``folder`` has this very file."""
    path = folder / entry.path
    return path.is_file() and path.stat().st_size == entry.size and sha256_of(path) == entry.sha256


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def finished(place: Path) -> list[Path]:
    """The finished backups in ``place``, oldest first (their names are instants)."""
    return sorted(path.parent for path in place.glob(f"*/{MANIFEST}"))


def latest(place: Path) -> tuple[Path, Manifest] | None:
    """The newest finished backup in ``place``, or None."""
    for folder in reversed(finished(place)):
        try:
            return folder, read(folder)
        except Refused:
            continue
    return None
