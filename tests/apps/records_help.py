"""Shared by the tests of the records room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from django.db import connection, transaction

from tongban.core.actors import Actor
from tongban.records import append_only, queries, services
from tongban.records.values import Head

AT = datetime(2026, 3, 2, 1, 30, 0, 123456, tzinfo=UTC)
DAY = date(2026, 3, 2)
CLERK = Actor(kind="staff", id="7", name="周试", posts=frozenset({"window-1", "window-2"}))


def chain_of(name: str, count: int, head: Head = Head.ZERO) -> Head:
    """Append ``count`` events to chain ``name``."""
    with transaction.atomic():
        for number in range(count):
            head = services.append_event(
                chain=name,
                head=head,
                verb="step",
                actor=CLERK,
                at=AT,
                legal_date=DAY,
                facts={"number": head.seq + 1, "text": "内容", "list": [1, None, True], "round": number},
            )
    return head


def as_owner(*statements: str) -> None:
    """Run SQL as an attacker who owns the database: the triggers are dropped first and put back afterwards."""
    append_only.remove(connection)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    append_only.install(connection)


def problems() -> list[tuple[str, int, str]]:
    """What verification finds, without the words."""
    return [(found.chain, found.seq, found.problem) for found in queries.verify()]


def use_directories(settings: object, folder: Path) -> None:
    """Keys, seals and files of one test in a directory of its own."""
    for name, value in (("SEAL_KEY_FILE", "keys/seal.pem"), ("SEAL_EXPORT_DIR", "seals"), ("MEDIA_ROOT", "media")):
        setattr(settings, name, str(folder / value))
    settings.AUDIT_FOLDERS = []  # type: ignore[attr-defined]


def in_thread(work: Callable[[], object]) -> Callable[[], object]:
    """``work`` for another thread: its database connection is closed afterwards."""

    def run() -> object:
        try:
            return work()
        finally:
            connection.close()

    return run
