"""What it runs on: database, clock, time zone, disk."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tongban.core.errors import gettext_noop
from tongban.operations import probes
from tongban.operations.outcome import Result, bad, poor, well

OLDEST_POSTGRES = 150000
#: Evidence must survive a power cut: (setting, value wanted).
DURABLE = (
    ("fsync", {"on"}),
    ("full_page_writes", {"on"}),
    ("synchronous_commit", {"on", "remote_write", "remote_apply"}),
)
#: Connections besides those of the web server: workers, a backup, somebody who looks.
SPARE_CONNECTIONS = 15
SKEW_POOR, SKEW_BAD = timedelta(seconds=2), timedelta(seconds=30)
SQLITE_FULL = 2


def database(now: datetime) -> Iterator[Result]:
    """Version, and whether what is committed survives a power cut."""
    found = list(_sqlite() if connection.vendor == "sqlite" else _postgres())
    yield from found
    if all(item.level == "ok" for item in found):
        yield well("database", gettext_noop("%(name)s keeps what it has committed."), name=connection.display_name)


def _sqlite() -> Iterator[Result]:
    if _ask("PRAGMA journal_mode") != "wal" or int(_ask("PRAGMA synchronous")) < SQLITE_FULL:
        yield bad(
            "database",
            gettext_noop("SQLite may lose committed work when the power fails."),
            gettext_noop("Leave synchronous out of DATABASE_URL, and keep the file on a local disk."),
        )
    if not settings.DEMO:
        yield poor(
            "database",
            gettext_noop("SQLite lets one write at a time: enough for one small hall."),
            gettext_noop("For a district use PostgreSQL 15 or newer (docs/operations.md)."),
        )


def _postgres() -> Iterator[Result]:
    if int(_ask("SHOW server_version_num")) < OLDEST_POSTGRES:
        yield bad(
            "database",
            gettext_noop("PostgreSQL %(version)s is too old."),
            gettext_noop("Move to PostgreSQL 15 or newer: backup, new cluster, restore."),
            version=_ask("SHOW server_version"),
        )
    for name, wanted in DURABLE:
        if (value := _ask(f"SHOW {name}")) not in wanted:
            yield bad(
                "database",
                gettext_noop(
                    "PostgreSQL has %(name)s = %(value)s: a power cut may lose what people were told is done."
                ),
                gettext_noop("Put deploy/postgresql/tongban.conf into conf.d/ and restart PostgreSQL."),
                name=name,
                value=value,
            )
    if (encoding := _ask("SHOW server_encoding")) != "UTF8":
        yield bad(
            "database",
            gettext_noop("The database is encoded in %(encoding)s: rare characters of names are lost."),
            gettext_noop("Backup, create the database with --encoding UTF8, restore."),
            encoding=encoding,
        )
    needed = int(os.environ.get("WEB_WORKERS", "2")) * int(os.environ.get("WEB_THREADS", "4")) + SPARE_CONNECTIONS
    if (allowed := int(_ask("SHOW max_connections"))) < needed:
        yield poor(
            "database",
            gettext_noop("PostgreSQL takes %(allowed)s connections; this site may want %(needed)s."),
            gettext_noop("Raise max_connections, or lower WEB_WORKERS and WEB_THREADS."),
            allowed=allowed,
            needed=needed,
        )


def _ask(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return str(cursor.fetchone()[0])


def migrations(now: datetime) -> Iterator[Result]:
    """The database has the tables of this program."""
    missing = probes.missing_migrations()
    known = {app for app, _ in probes.known_migrations()}
    later = sorted(
        f"{app}.{name}"
        for app, name in set(MigrationRecorder(connection).applied_migrations()) - probes.known_migrations()
        if app in known
    )
    if missing:
        yield bad(
            "migrations",
            gettext_noop("The database lacks %(count)d migrations, such as %(name)s."),
            gettext_noop("tongban manage migrate, then restart web server and worker."),
            count=len(missing),
            name=missing[0],
        )
    if later:
        yield poor(
            "migrations",
            gettext_noop("The database was migrated by a newer program (%(name)s)."),
            gettext_noop("Install the newer program everywhere; going back one release is meant to work, more is not."),
            name=later[0],
        )
    if not missing and not later:
        yield well("migrations", gettext_noop("The database has every migration."))


def clock(now: datetime) -> Iterator[Result]:
    """This machine and the database tell the same time: deadlines and seals rest on it."""
    if connection.vendor == "sqlite":
        yield well("clock", gettext_noop("Database and program share one clock."))
        return
    with connection.cursor() as cursor:
        before = datetime.now(dt.UTC)
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    skew = abs(theirs - before)
    text = gettext_noop("The clocks of this machine and of the database differ by %(seconds)s seconds.")
    remedy = gettext_noop("Run a time service on both (apt-get install chrony) and look at its sources.")
    seconds = round(skew.total_seconds(), 1)
    if skew > SKEW_BAD:
        yield bad("clock", text, remedy, seconds=seconds)
    elif skew > SKEW_POOR:
        yield poor("clock", text, remedy, seconds=seconds)
    else:
        yield well("clock", gettext_noop("Database and program tell the same time."))


def time_zone(now: datetime) -> Iterator[Result]:
    """Timers and logs of the machine run in the hall's time."""
    wanted = now.astimezone(ZoneInfo(settings.TIME_ZONE)).utcoffset()
    offset = _machine_offset()
    if offset != wanted:
        yield poor(
            "time-zone",
            gettext_noop(
                "The machine is not in the time zone %(zone)s: timers and logs tell other hours than the hall."
            ),
            gettext_noop("timedatectl set-timezone %(zone)s. Deadlines are not concerned: they always use it."),
            zone=settings.TIME_ZONE,
        )
    else:
        yield well("time-zone", gettext_noop("The machine runs in the hall's time."))


LOCALTIME = Path("/etc/localtime")


def _machine_offset() -> timedelta:
    """The offset that the machine itself is set to (Django sets another one for this process)."""
    if not LOCALTIME.exists():
        return timedelta(0)
    with LOCALTIME.open("rb") as file:
        return datetime.now(ZoneInfo.from_file(file)).utcoffset() or timedelta(0)


def files(now: datetime) -> Iterator[Result]:
    """Stored files: writable, not for everybody, with room."""
    place = Path(settings.MEDIA_ROOT)
    found = {probe.name: probe for probe in probes.health(now).probes}
    if found["files"].state != "ok":
        yield bad(
            "files",
            gettext_noop("%(place)s cannot be written (%(why)s): no upload and no document can be kept."),
            gettext_noop("Create it, give it to the service's user, and look at its mount."),
            place=place,
            why=found["files"].detail,
        )
        return
    if stat.S_IMODE(place.stat().st_mode) & stat.S_IRWXO and not settings.DEMO:
        yield bad(
            "files",
            gettext_noop("Everybody on this machine may enter %(place)s."),
            gettext_noop("chmod 750 %(place)s"),
            place=place,
        )
    space = shutil.disk_usage(place)
    sizes = {"free": space.free // 2**20, "place": place}
    if space.free < probes.FREE_BYTES:
        yield bad(
            "files", gettext_noop("%(free)d MiB are free at %(place)s: uploads are refused."), _MORE_ROOM, **sizes
        )
    elif space.free < probes.FREE_SHARE * space.total:
        yield poor("files", gettext_noop("%(free)d MiB are free at %(place)s, less than a tenth."), _MORE_ROOM, **sizes)
    else:
        yield well("files", gettext_noop("%(free)d MiB are free at %(place)s."), **sizes)


_MORE_ROOM = gettext_noop("Enlarge the disk, or move old backups to another one; never delete stored files by hand.")
