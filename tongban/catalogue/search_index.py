"""The full-text index over ``ItemSearch``: FTS5 kept by triggers on SQLite, a generated column on PostgreSQL.

Everything here is safe to run again; the application runs it after each migration, because SQLite drops triggers when
a migration rebuilds a table.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "catalogue_itemsearch"
FTS = "catalogue_fts"


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the index where it is missing; a no-op before the table exists."""
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        for statement in _postgres() if connection.vendor == "postgresql" else _sqlite():
            cursor.execute(statement)


def _sqlite() -> list[str]:
    insert = f"insert into {FTS}(rowid, name, words, body) values (new.item_id, new.name, new.words, new.body);"  # noqa: S608
    removed = "'delete', old.item_id, old.name, old.words, old.body"
    delete = f"insert into {FTS}({FTS}, rowid, name, words, body) values ({removed});"  # noqa: S608
    table = (
        f"create virtual table if not exists {FTS} using fts5(name, words, body, content='{TABLE}', "
        "content_rowid='item_id', tokenize='unicode61 remove_diacritics 0')"
    )
    triggers = [
        f"create trigger if not exists {TABLE}_{verb} after {verb} on {TABLE} begin {body} end"
        for verb, body in (("insert", insert), ("update", delete + insert), ("delete", delete))
    ]
    return [table, *triggers]


def _postgres() -> list[str]:
    parts = (("name", "A"), ("words", "B"), ("body", "C"))
    vector = " || ".join(f"setweight(to_tsvector('simple', {column}), '{weight}')" for column, weight in parts)
    column = f"alter table {TABLE} add column if not exists vector tsvector generated always as ({vector}) stored"
    return [column, f"create index if not exists {TABLE}_vector on {TABLE} using gin (vector)"]
