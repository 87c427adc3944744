"""Writing several rows in as few statements as the database allows, and reading rows by constant SQL.

The SQL is made once a process from a model's own fields, so a new column is never forgotten: explicit columns, constant
text (what prepared statements need). On PostgreSQL everything that one :class:`Rows` holds goes out as a single
statement, whatever the number of rows; on SQLite, where a statement is a function call, table by table.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.base import ModelState

from tongban.records.secrets import EncryptedTextField

M = TypeVar("M", bound=models.Model)
_Model = type[models.Model]
_Source = models.Model | dict[str, Any]
_Plain = tuple[tuple[str, str], ...]  # (column, attribute)
_Secret = tuple[tuple[str, str, Callable[[Any], Any]], ...]  # (column, attribute, how it is encrypted)
_Prepared = tuple[tuple[str, Callable[[Any], Any] | None], ...]  # (attribute, how it is prepared)


#: Above it a row goes out as JSON: psycopg keeps its reading of a statement only up to fifty values.
MOST_VALUES = 14


class Rows:
    """Rows to be written together, inside the transaction of the verb that collects them."""

    def __init__(self) -> None:
        self._inserts: dict[_Model, list[_Source]] = {}
        self._updates: list[tuple[models.Model, tuple[str, ...]]] = []

    def insert(self, row: models.Model) -> None:
        """Have ``row`` inserted. A key made by the database is not known afterwards; see :func:`insert_now`."""
        self._inserts.setdefault(type(row), []).append(row)

    def insert_values(self, model: _Model, values: dict[str, Any]) -> None:
        """Have a row of ``model`` inserted that nobody needs as an instance: attribute → value, every one of them."""
        self._inserts.setdefault(model, []).append(values)

    def update(self, row: models.Model, names: Iterable[str]) -> None:
        """Have the columns ``names`` (attributes, ``case_id`` for a relation) of ``row`` written. None: nothing."""
        if columns := tuple(names):
            self._updates.append((row, columns))

    def write(self) -> None:
        """Write everything collected so far, inserts in the order of their first row, then updates."""
        db = connections[DEFAULT_DB_ALIAS]
        if not db.in_atomic_block:
            raise RuntimeError("rows are written inside their verb's transaction")
        inserts, updates = self._inserts, self._updates
        self._inserts, self._updates = {}, []
        if not inserts and not updates:
            return
        if db.vendor == "postgresql":
            _write_at_once(db, inserts, updates)
        else:
            for model, rows in inserts.items():
                _insert(db, model, rows, returning=False)
            for row, names in updates:
                _update(db, row, names)
        for rows in inserts.values():
            for each in rows:
                if isinstance(each, models.Model):
                    each._state.adding, each._state.db = False, db.alias


def fresh(model: type[M], **values: Any) -> M:
    """A row to be inserted: ``model(**values)`` without what Django's ``__init__`` costs (as much as the INSERT).

    ``values`` are columns by attribute (``case_id``) or relations by name (``case``); the rest takes its default.
    """
    row = model.__new__(model)
    row._state = ModelState()
    columns = row.__dict__
    for name, default, made in _defaults(model):
        columns[name] = default() if made else default
    for name, value in values.items():
        if name in columns:
            columns[name] = value
        else:
            setattr(row, name, value)
    return row


@cache
def _defaults(model: _Model) -> tuple[tuple[str, Any, bool], ...]:
    """Attribute, default, and whether the default is made anew for each row."""
    found = []
    for field in model._meta.concrete_fields:
        made = field.has_default() and callable(field.default)
        found.append((field.attname, field.get_default if made else field.get_default(), made))
    return tuple(found)


def insert_now(rows: Sequence[models.Model]) -> None:
    """Insert ``rows`` of one model in one statement and give each the key the database made."""
    db = connections[DEFAULT_DB_ALIAS]
    for row, (key,) in zip(rows, _insert(db, type(rows[0]), rows, returning=True), strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, db.alias


# --- writing ---------------------------------------------------------------------------------------------------


def _write_at_once(
    db: BaseDatabaseWrapper,
    inserts: Mapping[_Model, Sequence[_Source]],
    updates: Sequence[tuple[models.Model, tuple[str, ...]]],
) -> None:
    """A short row goes out value by value; several of one model as JSON, since the text must not vary with them."""
    as_json = {model: len(rows) > 1 or len(_inserted(model)) > MOST_VALUES for model, rows in inserts.items()}
    text = _together(tuple(as_json.items()), tuple((type(row), names) for row, names in updates))
    values: list[Any] = []
    for model, rows in inserts.items():
        if as_json[model]:
            values.append(_json(rows, *_spelled(model)))
        else:
            values += _values(rows[0], _prepared(model, None))
    for row, names in updates:
        values += _values(row, _prepared(type(row), names))
    with db.cursor() as cursor:
        cursor.execute(text, values)


@cache
def _together(inserts: tuple[tuple[_Model, bool], ...], updates: tuple[tuple[_Model, tuple[str, ...]], ...]) -> str:
    """One statement that makes all these inserts (from JSON where that is true) and updates."""
    parts = [_json_insert(model) if as_json else _one_insert(model) for model, as_json in inserts]
    parts += [_one_update(model, names) for model, names in updates]
    named = ", ".join(f"part_{number} as ({part})" for number, part in enumerate(parts[:-1]))
    return f"with {named} {parts[-1]}" if named else parts[-1]


@cache
def _json_insert(model: _Model) -> str:
    columns = ", ".join(_quoted(field) for field in _inserted(model))
    table = _table(model)
    return f"insert into {table} ({columns}) select {columns} from json_populate_recordset(null::{table}, %s::json)"


@cache
def _one_insert(model: _Model) -> str:
    columns = ", ".join(_quoted(field) for field in _inserted(model))
    places = ", ".join(_place(field) for field in _inserted(model))
    return f"insert into {_table(model)} ({columns}) values ({places})"


def _one_update(model: _Model, names: tuple[str, ...]) -> str:
    changes = ", ".join(f"{_quoted(field)} = {_place(field)}" for field in _named(model, names))
    return f"update {_table(model)} set {changes} where {_quoted(model._meta.pk)} = %s"


def _place(field: Any) -> str:
    return "%s::jsonb" if isinstance(field, models.JSONField) else "%s"


def _values(row: _Source, prepared: _Prepared) -> list[Any]:
    values = row if isinstance(row, dict) else row.__dict__
    return [values[name] if prepare is None else prepare(values[name]) for name, prepare in prepared]


@cache
def _prepared(model: _Model, names: tuple[str, ...] | None) -> _Prepared:
    """Attribute and preparation of each value of an INSERT (no ``names``), or of an UPDATE of ``names`` by its key."""
    fields = _inserted(model) if names is None else (*_named(model, names), model._meta.pk)
    return tuple((str(field.attname), _preparation(field)) for field in fields)


def _preparation(field: Any) -> Callable[[Any], Any] | None:
    if isinstance(field, EncryptedTextField):
        return field.get_prep_value
    if isinstance(field, models.JSONField):
        return lambda value: None if value is None else _encode(value)
    return None


def _json(rows: Sequence[_Source], plain: _Plain, secret: _Secret) -> str:
    out = []
    for row in rows:
        values = row if isinstance(row, dict) else row.__dict__
        made = {column: values[name] for column, name in plain}
        for column, name, prepare in secret:
            made[column] = prepare(values[name])
        out.append(made)
    return _encode(out)


@cache
def _spelled(model: _Model) -> tuple[_Plain, _Secret]:
    """The plain and the encrypted columns of an INSERT."""
    fields = _inserted(model)
    secret = tuple(
        (str(field.column), str(field.attname), field.get_prep_value)
        for field in fields
        if isinstance(field, EncryptedTextField)
    )
    plain = tuple((field.column, field.attname) for field in fields if not isinstance(field, EncryptedTextField))
    return plain, secret


def _text(value: object) -> str:
    if isinstance(value, dt.date):  # an instant is one too
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written")


_encode = json.JSONEncoder(ensure_ascii=False, default=_text, separators=(",", ":")).encode


def _insert(
    db: BaseDatabaseWrapper, model: _Model, rows: Sequence[_Source], *, returning: bool
) -> list[tuple[Any, ...]]:
    values: list[Any]
    if db.vendor == "postgresql" and len(rows) == 1 and len(_inserted(model)) <= MOST_VALUES:
        text, values = _one_insert(model), _values(rows[0], _prepared(model, None))
    elif db.vendor == "postgresql":
        text, values = _json_insert(model), [_json(rows, *_spelled(model))]
    else:
        text = _values_insert(model, len(rows))
        values = [value for row in rows for value in _stored(db, row, _inserted(model))]
    if returning:
        text += f" returning {_quoted(model._meta.pk)}"
    with db.cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall()) if returning else []


@cache
def _values_insert(model: _Model, count: int) -> str:
    fields = _inserted(model)
    columns = ", ".join(_quoted(field) for field in fields)
    places = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * count)
    return f"insert into {_table(model)} ({columns}) values {places}"


def _update(db: BaseDatabaseWrapper, row: models.Model, names: tuple[str, ...]) -> None:
    model = type(row)
    with db.cursor() as cursor:
        values = [*_stored(db, row, _named(model, names)), *_stored(db, row, (model._meta.pk,))]
        cursor.execute(_values_update(model, names), values)


@cache
def _values_update(model: _Model, names: tuple[str, ...]) -> str:
    changes = ", ".join(f"{_quoted(field)} = %s" for field in _named(model, names))
    return f"update {_table(model)} set {changes} where {_quoted(model._meta.pk)} = %s"


def _stored(db: BaseDatabaseWrapper, row: _Source, fields: Iterable[Any]) -> list[Any]:
    values = row if isinstance(row, dict) else row.__dict__
    return [field.get_db_prep_save(values[field.attname], db) for field in fields]


@cache
def _inserted(model: _Model) -> tuple[Any, ...]:
    """The fields of an INSERT: all but a key that the database makes."""
    return tuple(field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField))


@cache
def _named(model: _Model, names: tuple[str, ...]) -> tuple[Any, ...]:
    known = {field.attname: field for field in model._meta.concrete_fields}
    return tuple(known[name] for name in names)


def _table(model: _Model) -> str:
    return f'"{model._meta.db_table}"'


def _quoted(field: Any) -> str:
    return f'"{field.column}"'


# --- reading ---------------------------------------------------------------------------------------------------


@cache
def columns(model: _Model, prefix: str = "") -> str:
    """Every column of ``model``, in the order that :func:`made` expects."""
    return ", ".join(f"{prefix}{_quoted(field)}" for field in model._meta.concrete_fields)


def made(model: type[M], values: Sequence[Any]) -> M:
    """An instance from the values of :func:`columns`, as if the ORM had read it."""
    db = connections[DEFAULT_DB_ALIAS]
    names, converters = _reader(model, db.vendor)
    plain = list(values)
    for place, convert in converters:
        plain[place] = convert(plain[place])
    return _instance(model, names, plain, db.alias)


def by_key(model: type[M], key: Any) -> M:
    """The row of ``model`` with that primary key. Raises ``model.DoesNotExist``."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(_by_key(model), (key,))
        values = cursor.fetchone()
    if values is None:
        raise model.DoesNotExist  # type: ignore[attr-defined]
    return made(model, values)


@cache
def _by_key(model: _Model) -> str:
    return f"select {columns(model)} from {_table(model)} where {_quoted(model._meta.pk)} = %s"


def _instance(model: type[M], names: Sequence[str], values: Sequence[Any], alias: str) -> M:
    """What ``Model.from_db`` makes, without its ``__init__`` (which costs as much as reading the row)."""
    row = model.__new__(model)
    row._state = ModelState()
    row._state.adding, row._state.db = False, alias
    row.__dict__.update(zip(names, values, strict=True))
    return row


@cache
def _reader(model: _Model, vendor: str) -> tuple[list[str], list[tuple[int, Callable[[Any], Any]]]]:
    fields, db = model._meta.concrete_fields, connections[DEFAULT_DB_ALIAS]
    found: list[tuple[int, Callable[[Any], Any]]] = []
    for place, field in enumerate(fields):
        column = field.get_col(model._meta.db_table)
        each = [*db.ops.get_db_converters(column), *field.get_db_converters(db)]
        if each:
            found.append((place, _chained(each, column, db)))
    return [field.attname for field in fields], found


def _chained(converters: Sequence[Any], column: Any, db: BaseDatabaseWrapper) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        for each in converters:
            value = each(value, column, db)
        return value

    return convert


def listed(model: _Model, where: str, order: str = "id") -> str:
    """A sub-select that gives the rows of ``model`` under ``where`` as one JSON array; :func:`unpacked` reads it."""
    inner = f"select * from {_table(model)} where {where} order by {order}"
    if connections[DEFAULT_DB_ALIAS].vendor == "postgresql":
        return f"(select coalesce(json_agg(found), '[]'::json) from ({inner}) as found)"
    pairs = ", ".join(
        f"'{field.column}', " + (f"json({_quoted(field)})" if isinstance(field, models.JSONField) else _quoted(field))
        for field in model._meta.concrete_fields
    )
    return f"(select json_group_array(json_object({pairs})) from ({inner}))"


def unpacked(model: type[M], text: Any) -> tuple[M, ...]:
    """The rows of a :func:`listed` sub-select as instances, as if the ORM had read them."""
    rows = json.loads(text) if isinstance(text, str) else text
    if not rows:
        return ()
    names, parsers = _parser(model)
    values = ([parse(row[column]) for column, parse in parsers] for row in rows)
    return tuple(_instance(model, names, each, DEFAULT_DB_ALIAS) for each in values)


@cache
def _parser(model: _Model) -> tuple[list[str], list[tuple[str, Callable[[Any], Any]]]]:
    fields = model._meta.concrete_fields
    return [field.attname for field in fields], [(str(field.column), _parse(field)) for field in fields]


def _parse(field: Any) -> Callable[[Any], Any]:
    if isinstance(field, models.DateTimeField):
        return _instant
    if isinstance(field, models.DateField):
        return lambda value: value and dt.date.fromisoformat(value)
    if isinstance(field, models.UUIDField):
        return lambda value: value and UUID(value)
    if isinstance(field, models.BooleanField):
        return lambda value: None if value is None else bool(value)
    if isinstance(field, EncryptedTextField):
        return lambda value: field.from_db_value(value, None, None)
    return lambda value: value


def _instant(value: str | None) -> dt.datetime | None:
    """SQLite keeps instants in UTC without saying so."""
    at = dt.datetime.fromisoformat(value) if value else None
    return at.replace(tzinfo=dt.UTC) if at is not None and at.tzinfo is None else at
