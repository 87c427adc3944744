"""Triggers that keep published versions as they were published, for PostgreSQL and SQLite.

The services refuse such changes with an explanation; the triggers stop everything else that comes through a database
connection. What a database owner changes after dropping them is found by ``catalogue.audit``.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "catalogue_itemversion"

#: Columns that never change once a version is published.
FROZEN = (
    "item_id",
    "number",
    "content",
    "content_hash",
    "effective_from",
    "effective_to",
    "track",
    "transition",
    "published_at",
    "published_by",
)

_MESSAGE = "a published item version is immutable"
_KEPT = "old.status <> 'draft'"


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place; safe to run again, and a no-op before the table exists."""
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        for statement in _postgres() if connection.vendor == "postgresql" else _sqlite():
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: for tests that empty their own database or tamper as its owner could."""
    suffix = f" on {TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        for verb in ("update", "delete"):
            cursor.execute(f"drop trigger if exists {TABLE}_{verb}{suffix}")


def _changed(different: str) -> str:
    """The condition under which an update is refused; ``different`` is the vendor's null-safe inequality."""
    columns = " or ".join(f"new.{name} {different} old.{name}" for name in FROZEN)
    return f"{_KEPT} and ({columns} or new.status = 'draft')"


def _sqlite() -> list[str]:
    refuse = f"begin select raise(abort, '{_MESSAGE}'); end"
    changed = _changed("is not")
    update = f"create trigger if not exists {TABLE}_update before update on {TABLE} when {changed} {refuse}"
    delete = f"create trigger if not exists {TABLE}_delete before delete on {TABLE} when {_KEPT} {refuse}"
    return [update, delete]


def _postgres() -> list[str]:
    function = (
        "create or replace function tongban_version_immutable() returns trigger language plpgsql as $$ "
        f"begin raise exception '{_MESSAGE}' using errcode = 'restrict_violation'; end $$"
    )
    refuse = "execute function tongban_version_immutable()"
    changed = _changed("is distinct from")
    update = f"create or replace trigger {TABLE}_update before update on {TABLE} for each row when ({changed}) {refuse}"
    delete = f"create or replace trigger {TABLE}_delete before delete on {TABLE} for each row when ({_KEPT}) {refuse}"
    return [function, update, delete]
