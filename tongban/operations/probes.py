"""Is this installation fit to serve? Asked every few seconds by a load balancer, so every probe is cheap.

``down`` takes the machine out of service: visitors would only meet errors. ``poor`` does not, since nobody is helped
by a closed hall: work waits (no worker), evidence waits (no seal), or the disk fills.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tongban.outbox import queries as outbox
from tongban.records import queries as records

State = Literal["ok", "poor", "down"]

#: Seals are taken every five minutes: three in a row were missed.
SEAL_WAIT = timedelta(minutes=16)
#: Below this share of free space operators are told; below that number of bytes uploads are about to fail.
FREE_SHARE = 0.10
FREE_BYTES = 200 * 1024 * 1024
SHOWN = 5


@dataclass(frozen=True)
class Probe:
    """What one question was answered. ``detail`` is for operators: names and numbers of the machine, of no person."""

    name: str
    state: State
    detail: str = ""


@dataclass(frozen=True)
class Health:
    """All probes of one moment."""

    probes: list[Probe] = field(default_factory=list)

    @property
    def state(self) -> State:
        """The worst of all."""
        states = {probe.state for probe in self.probes}
        return "down" if "down" in states else "poor" if "poor" in states else "ok"


def health(now: datetime) -> Health:
    """Ask everything; a probe that cannot be answered is ``down`` and says why by the kind of the error.

    Without the database only the disk is asked, so that a database that hangs is waited for once.
    """
    found = [_asked("database", _database, now)]
    if found[0].state == "ok":
        found += [_asked(name, probe, now) for name, probe in _IN_DATABASE.items()]
    found += [_asked("files", _files, now), _asked("disk", _disk, now)]
    return Health(found)


def _asked(name: str, probe: Callable[[datetime], tuple[State, str]], now: datetime) -> Probe:
    try:
        return Probe(name, *probe(now))
    except Exception as error:
        return Probe(name, "down", type(error).__name__)


def _database(now: datetime) -> tuple[State, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return "ok", connection.vendor


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """Every migration this program has (read once: the files of a running program do not change)."""
    return frozenset(MigrationLoader(None).disk_migrations)


def missing_migrations() -> list[str]:
    """Migrations that the program has and the database lacks, as ``app.name``."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    return sorted(f"{app}.{name}" for app, name in known_migrations() - applied)


def _migrations(now: datetime) -> tuple[State, str]:
    missing = missing_migrations()
    return ("down", " ".join(missing[:SHOWN])) if missing else ("ok", "")


def _worker(now: datetime) -> tuple[State, str]:
    alive = [worker for worker in outbox.workers(now) if worker.alive]
    other = {worker.release for worker in alive} - {settings.RELEASE}
    if not alive:
        return "poor", "no worker has reported"
    return ("poor", f"another release: {' '.join(sorted(other))}") if other else ("ok", f"{len(alive)} alive")


def _seals(now: datetime) -> tuple[State, str]:
    since = records.unsealed_since()
    if since is None or now - since < SEAL_WAIT:
        return "ok", ""
    return "poor", f"events unsealed since {since:%Y-%m-%dT%H:%M:%SZ}"


def _files(now: datetime) -> tuple[State, str]:
    with tempfile.TemporaryFile(dir=settings.MEDIA_ROOT) as file:
        file.write(b"tongban")
        file.flush()
        os.fsync(file.fileno())
    return "ok", ""


def _disk(now: datetime) -> tuple[State, str]:
    space = shutil.disk_usage(settings.MEDIA_ROOT)
    detail = f"{space.free // 2**20} MiB of {space.total // 2**20} MiB free"
    if space.free < FREE_BYTES:
        return "down", detail
    return ("poor" if space.free < FREE_SHARE * space.total else "ok"), detail


_IN_DATABASE: dict[str, Callable[[datetime], tuple[State, str]]] = {
    "migrations": _migrations,
    "worker": _worker,
    "seals": _seals,
}
