"""Triggers that forbid changing or deleting evidence, for PostgreSQL and SQLite.

They stop mistakes and everything that goes through the application's connection. A database owner can drop them;
what such a person then changes is found by the hash chains and the signed seals.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("records_event", "records_seal", "records_voidednumber")

_POSTGRES_FUNCTION = """
create or replace function tongban_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'append-only: % on % is refused', tg_op, tg_table_name using errcode = 'restrict_violation';
end $$
"""


def statements(vendor: str, *, remove: bool = False) -> list[str]:
    """SQL that installs (or removes) the triggers of every protected table on ``vendor``. Safe to run again."""
    if vendor == "postgresql":
        return _postgres(remove)
    return _sqlite(remove)


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place on tables that exist."""
    _run(connection, remove=False)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: for tests that empty their own database or tamper as its owner could."""
    _run(connection, remove=True)


def _run(connection: BaseDatabaseWrapper, *, remove: bool) -> None:
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if not present.issuperset(TABLES):
            return
        for statement in statements(connection.vendor, remove=remove):
            cursor.execute(statement)


def _postgres(remove: bool) -> list[str]:
    if remove:
        return [f"drop trigger if exists {table}_{kind} on {table}" for table in TABLES for kind in ("row", "all")]
    out = [_POSTGRES_FUNCTION]
    for table in TABLES:
        out.append(
            f"create or replace trigger {table}_row before update or delete on {table} "
            "for each row execute function tongban_append_only()"
        )
        out.append(
            f"create or replace trigger {table}_all before truncate on {table} "
            "for each statement execute function tongban_append_only()"
        )
    return out


def _sqlite(remove: bool) -> list[str]:
    verbs = ("update", "delete")
    if remove:
        return [f"drop trigger if exists {table}_{verb}" for table in TABLES for verb in verbs]
    return [
        f"create trigger if not exists {table}_{verb} before {verb} on {table} "
        f"begin select raise(abort, 'append-only: {verb} on {table} is refused'); end"
        for table in TABLES
        for verb in verbs
    ]
