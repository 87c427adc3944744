"""A mark that changes with every change of some tables, so that a process may keep what it read from them.

Triggers move the mark, in the transaction of the change and whoever makes it: a service, an update in bulk, a person
with ``psql``. Whoever reads the mark before the tables reads the tables at least as new; the mark is random, so a
rolled-back change leaves no mark that a later one could repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from tongban.records.models import Generation

T = TypeVar("T")
#: The mark of what every verb looks up; ``cases/reference.py`` says of which tables.
REFERENCE = "reference"

_POSTGRES_FUNCTION = """
create or replace function tongban_generation() returns trigger language plpgsql as $$
begin
    insert into records_generation (name, value) values (tg_argv[0], gen_random_uuid()::text)
    on conflict (name) do update set value = excluded.value;
    return null;
end $$
"""
#: Two statements: "or replace" in a trigger gives way to what the statement that fires it says about conflicts.
_SQLITE_MARK = (
    "delete from records_generation where name = '{name}'",
    "insert into records_generation (name, value) values ('{name}', lower(hex(randomblob(16))))",
)


def mark_of(name: str) -> str:
    """A sub-select that gives the mark called ``name``; NULL where nothing was ever marked: keep nothing then."""
    return f"(select value from {Generation._meta.db_table} where name = '{name}')"


class Kept:
    """What a process keeps under the present marks called ``names``, at most ``most`` entries.

    A look costs one statement, and what it gives is never older than that statement.
    """

    def __init__(self, *names: str, most: int) -> None:
        self._text = "select " + ", ".join(mark_of(name) for name in names)
        self._most = most
        self._held: tuple[Hashable, dict[Hashable, Any]] = (None, {})

    def once(self, key: Hashable, read: Callable[[], T]) -> T:
        """The value of ``key``: kept, or as ``read`` makes it now. Under no mark nothing is kept."""
        found = self._under(self._marks())
        if key in found:
            return cast(T, found[key])
        if len(found) >= self._most:
            found.clear()
        value = found[key] = read()
        return value

    def _marks(self) -> tuple[Any, ...] | None:
        with connection.cursor() as cursor:
            cursor.execute(self._text)
            marks = cursor.fetchone()
        return None if None in marks else (connection.settings_dict["NAME"], *marks)

    def _under(self, marks: tuple[Any, ...] | None) -> dict[Hashable, Any]:
        if marks is None:
            return {}
        held, found = self._held
        if held != marks:
            found = {}
            self._held = (marks, found)
        return found


def install(connection: BaseDatabaseWrapper, name: str, tables: Sequence[str]) -> None:
    """Put the triggers in place and move the mark. Safe to run again; to be run after every migration, because SQLite
    drops a table's triggers when it rebuilds the table.

    ``table(column, …)`` names the columns whose change counts; otherwise every column's does.
    """
    watched = {table.partition("(")[0]: table.partition("(")[2].rstrip(")") for table in tables}
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if not present.issuperset({Generation._meta.db_table, *watched}):
            return
        statements = _postgres(name, watched) if connection.vendor == "postgresql" else _sqlite(name, watched)
        for statement in statements:
            cursor.execute(statement)


def _postgres(name: str, watched: Mapping[str, str]) -> list[str]:
    mark = f"insert into records_generation (name, value) values ('{name}', gen_random_uuid()::text)"
    return [
        _POSTGRES_FUNCTION,
        *(
            f"create or replace trigger {table}_generation after insert or {_update(columns)} or delete or truncate"
            f" on {table} for each statement execute function tongban_generation('{name}')"
            for table, columns in watched.items()
        ),
        f"{mark} on conflict (name) do update set value = excluded.value",
    ]


def _sqlite(name: str, watched: Mapping[str, str]) -> list[str]:
    mark = [statement.format(name=name) for statement in _SQLITE_MARK]
    body = "; ".join(mark)
    triggers = [
        f"create trigger if not exists {table}_generation_{verb[:6]} after {verb} on {table} begin {body}; end"
        for table, columns in watched.items()
        for verb in ("insert", _update(columns), "delete")
    ]
    return [*triggers, *mark]


def _update(columns: str) -> str:
    return f"update of {columns}" if columns else "update"
