"""Both databases: one consistent snapshot out, and back into an empty database."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

from tongban.core.errors import Refused, gettext_noop
from tongban.operations.backup.manifest import CHUNK
from tongban.records.disk import write_whole
from tongban.records.queries.files import LAST_SEAL, LISTING

#: (path below MEDIA_ROOT, size, SHA-256)
Stored = tuple[str, int, str]


@dataclass(frozen=True)
class Snapshot:
    """What a snapshot refers to outside itself: stored files, and seals up to a number (later ones are not its own)."""

    stored: list[Stored]
    last_seal: int


_NOT_LIBPQ = frozenset({"server_side_binding", "prepare_threshold", "pool", "isolation_level", "assume_role"})


def file_name() -> str:
    """The name of the snapshot inside a backup."""
    return "database.sqlite3" if connection.vendor == "sqlite" else "database.dump"


def stored_now() -> list[Stored]:
    """Stored files as the database lists them now."""
    with connection.cursor() as cursor:
        cursor.execute(LISTING)
        return list(cursor.fetchall())


def snapshot(target: Path) -> Snapshot:
    """Write a consistent snapshot to ``target`` and return what that very snapshot refers to."""
    target.unlink(missing_ok=True)
    draft = target.with_name(f".{target.name}.part")
    draft.unlink(missing_ok=True)
    found = _sqlite_snapshot(draft) if connection.vendor == "sqlite" else _postgres_snapshot(draft)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(target)
    return found


def _sqlite_snapshot(draft: Path) -> Snapshot:
    """SQLite's own online backup, in one step: writers go on, and the copy is of one moment."""
    source = sqlite3.connect(str(connection.settings_dict["NAME"]), timeout=60)
    copy = sqlite3.connect(draft)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        if (told := copy.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise Refused(
                gettext_noop("The database is damaged: %(why)s"),
                remedy=gettext_noop("Stop the site and restore the last backup; keep the damaged file for inquiry."),
                params={"why": str(told)[:200]},
            )
        return _references(copy.execute)
    finally:
        copy.close()
        source.close()


def _postgres_snapshot(draft: Path) -> Snapshot:
    """``pg_dump`` in a snapshot that this session exports and in which it lists the files."""
    with _exported_snapshot() as (number, found):
        _run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={number}", f"--file={draft}"])
        return found


@contextmanager
def _exported_snapshot() -> Iterator[tuple[str, Snapshot]]:
    import psycopg

    with psycopg.connect(_conninfo(), autocommit=True) as session:
        # The site's own limit for forgotten transactions must not end this one while the dump is written.
        session.execute("SET idle_in_transaction_session_timeout = 0")
        session.execute("SET statement_timeout = 0")
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = session.execute("SELECT pg_export_snapshot()").fetchone()
        yield str(row[0]) if row else "", _references(session.execute)


def _references(execute: Callable[[str], Iterable[Any]]) -> Snapshot:
    (last,) = next(iter(execute(LAST_SEAL)))
    return Snapshot([(path, size, sha256) for path, size, sha256 in execute(LISTING)], int(last))


def _conninfo(*, password: bool = True) -> str:
    from psycopg.conninfo import make_conninfo

    place = connection.settings_dict
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    parts = {name: place[key] for name, key in known.items() if place[key] and (password or name != "password")}
    options = {name: value for name, value in place["OPTIONS"].items() if name not in _NOT_LIBPQ}
    return str(make_conninfo(**parts, **options))


def _run(command: list[str]) -> None:
    """One of PostgreSQL's programs; the password goes through the environment, where other users cannot read it."""
    program = shutil.which(command[0])
    if program is None:
        raise Refused(
            gettext_noop("The program %(program)s is not on this machine."),
            remedy=gettext_noop("Install PostgreSQL's client programs (Debian: postgresql-client)."),
            params={"program": command[0]},
        )
    environment = dict(os.environ)
    if password := connection.settings_dict["PASSWORD"]:
        environment["PGPASSWORD"] = str(password)
    done = subprocess.run(  # noqa: S603 - found on the path, no shell
        [program, f"--dbname={_conninfo(password=False)}", *command[1:]],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Refused(
            gettext_noop("%(program)s did not succeed: %(why)s"),
            remedy=gettext_noop("Its version must not be older than the server's, and the user must own the tables."),
            params={"program": command[0], "why": done.stderr.strip()[-500:]},
        )


def is_empty() -> bool:
    """Whether the present database has no tables."""
    return not connection.introspection.table_names()


def load(source: Path) -> None:
    """Put a snapshot into the present, empty database: whole or not at all."""
    if connection.vendor == "sqlite":
        _sqlite_load(source)
    else:
        _run(["pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(source)])
    connections.close_all()


def _sqlite_load(source: Path) -> None:
    connections.close_all()
    target = Path(settings.DATABASES["default"]["NAME"])
    for left in (target, *(target.with_name(f"{target.name}{end}") for end in ("-wal", "-shm"))):
        left.unlink(missing_ok=True)
    with source.open("rb") as file:
        write_whole(target, iter(lambda: file.read(CHUNK), b""))
