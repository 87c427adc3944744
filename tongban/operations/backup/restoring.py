"""Putting a backup back into an empty installation, and proving that it is whole."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from tongban.core.errors import Refused, gettext_noop
from tongban.operations import probes
from tongban.operations.backup import databases
from tongban.operations.backup import manifest as manifests
from tongban.operations.backup.manifest import CHUNK, Entry, Manifest
from tongban.records import queries as records
from tongban.records.disk import TEMPORARY, write_whole
from tongban.records.values import Finding

Progress = Callable[[int], object]


@dataclass(frozen=True)
class RestoreReport:
    """What was put back, which migrations were added, and what does not add up afterwards."""

    manifest: Manifest
    migrated: list[str]
    findings: list[Finding]


def restore(folder: Path, *, progress: Progress | None = None) -> RestoreReport:
    """Check the backup, put files, seals and database back, migrate to this program, and verify everything.

    Nothing is written before the whole backup has been read and compared, and nothing that exists is overwritten: the
    database has to be without tables, and MEDIA_ROOT may hold only what the backup holds too (an interrupted restore
    goes on). Raises :class:`Refused`.
    """
    manifest = manifests.check(folder, progress)
    _refuse_unfit(manifest)
    entries = list(manifests.entries(folder))
    plan = [(entry, target) for entry in entries if (target := _target(entry)) is not None]
    _refuse_to_overwrite(plan)
    for entry, target in plan:
        _put(folder / entry.path, target)
        if progress is not None:
            progress(1)
    databases.load(folder / manifest.database)
    missing = probes.missing_migrations()
    if missing:
        call_command("migrate", interactive=False, verbosity=0)
    return RestoreReport(manifest, missing, [*records.verify()])


def _refuse_unfit(manifest: Manifest) -> None:
    """The same kind of database, the keys it was encrypted with, and a program that knows its tables."""
    if manifest.format != manifests.FORMAT:
        raise Refused(
            gettext_noop("This backup has format %(format)s, which this program does not know."),
            remedy=gettext_noop("Restore it with the program that made it: %(release)s."),
            params={"format": manifest.format, "release": manifest.release},
        )
    if manifest.vendor != connection.vendor:
        raise Refused(
            gettext_noop("The backup is of %(theirs)s, the present database is %(ours)s."),
            remedy=gettext_noop("Set DATABASE_URL to an empty database of the same kind."),
            params={"theirs": manifest.vendor, "ours": connection.vendor},
        )
    ours = manifests.key_prints()
    lacking = sorted(name for name, found in manifest.keys.items() if ours.get(name) != found)
    if lacking:
        raise Refused(
            gettext_noop("The present keys are not those of the backup: %(names)s."),
            remedy=gettext_noop("Put the keys that were kept apart into FIELD_KEYS and INDEX_KEY first."),
            params={"names": "、".join(lacking)},
        )
    known = {f"{app}.{name}" for app, name in probes.known_migrations()}
    if newer := sorted(set(manifest.migrations) - known):
        raise Refused(
            gettext_noop("The backup was made by a newer program: this one does not know %(migration)s."),
            remedy=gettext_noop("Install the program of the backup or a later one: %(release)s."),
            params={"migration": newer[0], "release": manifest.release},
        )


def _target(entry: Entry) -> Path | None:
    """Where a file of the backup belongs; None for the database."""
    kind, _, rest = entry.path.partition("/")
    places = {
        "files": Path(settings.MEDIA_ROOT),
        "seals": Path(settings.SEAL_EXPORT_DIR),
        "public-keys": Path(settings.SEAL_KEY_FILE).parent,
    }
    return places[kind] / rest if kind in places else None


def _refuse_to_overwrite(plan: list[tuple[Entry, Path]]) -> None:
    if not databases.is_empty():
        raise Refused(
            gettext_noop("The database is not empty, and a restore never overwrites."),
            remedy=gettext_noop(
                "Create an empty database and name it in DATABASE_URL; keep the old one until all is well."
            ),
        )
    expected = {target: entry for entry, target in plan}
    media, seals = Path(settings.MEDIA_ROOT), Path(settings.SEAL_EXPORT_DIR)
    present = [path for path in media.glob("[0-9a-f][0-9a-f]/*/*") if not path.name.endswith(TEMPORARY)]
    present += [path for path in expected if path.exists() and not path.is_relative_to(media)]
    present += [path for path in seals.glob("seal-*.json") if path not in expected]
    for path in present:
        entry = expected.get(path)
        if entry is None or path.stat().st_size != entry.size or manifests.sha256_of(path) != entry.sha256:
            raise Refused(
                gettext_noop("%(path)s is there already and not part of the backup; a restore never overwrites."),
                remedy=gettext_noop("Name empty directories in MEDIA_ROOT and SEAL_EXPORT_DIR."),
                params={"path": str(path)},
            )


def _put(source: Path, target: Path) -> None:
    if target.exists():
        return
    # A service may only read its key directory: then the operator puts the public keys there.
    with contextlib.suppress(PermissionError) if target.suffix == ".pem" else contextlib.nullcontext():
        with source.open("rb") as file:
            write_whole(target, iter(lambda: file.read(CHUNK), b""))
