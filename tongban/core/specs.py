"""Turning plain data (YAML, JSON) into frozen dataclasses, with errors that name the place and the remedy.

The service item is data; this is the one place where that data becomes typed values. Nothing is guessed: an
unknown key, a missing key or a wrong type is a :class:`FieldError` whose ``field`` is the path in the file.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin

from tongban.core.errors import FieldError, Invalid, gettext_noop

T = TypeVar("T")


class _Errors(list[FieldError]):
    def add(self, path: str, message: str, remedy: str, **params: object) -> None:
        self.append(FieldError(field=path or "(file)", message=message, remedy=remedy, params=params))


def build(cls: type[T], data: Mapping[str, Any], path: str = "") -> T:
    """Return ``cls`` made from ``data``.

    Raises :class:`Invalid` listing every wrong place at once.
    """
    errors = _Errors()
    value = _dataclass(cls, data, path, errors)
    if errors:
        raise Invalid(gettext_noop("The item data is not usable."), errors=errors)
    return typing.cast(T, value)


def plain(value: Any) -> Any:
    """The reverse of :func:`build`: JSON-ready data; empty optional parts are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        out = {}
        for item in dataclasses.fields(value):
            part = getattr(value, item.name)
            if part != _default(item):
                out[item.name] = plain(part)
        return out
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return value


def _default(item: dataclasses.Field[Any]) -> Any:
    if item.default is not dataclasses.MISSING:
        return item.default
    if item.default_factory is not dataclasses.MISSING:
        return item.default_factory()
    return dataclasses.MISSING


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _dataclass(cls: Any, data: Any, path: str, errors: _Errors) -> Any:
    if not isinstance(data, Mapping):
        errors.add(path, gettext_noop("Expected a group of named entries."), gettext_noop("Write key: value lines."))
        return None
    hints = _hints(cls)
    known = {item.name: item for item in dataclasses.fields(cls)}
    for key in data:
        if key not in known:
            errors.add(
                _join(path, str(key)),
                gettext_noop("Unknown entry."),
                gettext_noop("Remove it or use one of: %(known)s."),
                known=", ".join(known),
            )
    values = {}
    for name, item in known.items():
        if name in data and data[name] is not None:
            values[name] = _convert(hints[name], data[name], _join(path, name), errors)
        elif _default(item) is dataclasses.MISSING:
            errors.add(_join(path, name), gettext_noop("This entry is missing."), gettext_noop("Add it."))
    if len(errors):
        return None
    return cls(**values)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _convert(hint: Any, value: Any, path: str, errors: _Errors) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        inner = [part for part in get_args(hint) if part is not type(None)]
        return _convert(inner[0], value, path, errors)
    if origin is tuple:
        return _sequence(get_args(hint)[0], value, path, errors)
    if origin in (dict, Mapping) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return _mapping(get_args(hint)[1], value, path, errors)
    if hint is Any:
        return value
    if dataclasses.is_dataclass(hint):
        return _dataclass(hint, value, path, errors)
    return _scalar(hint, value, path, errors)


def _sequence(hint: Any, value: Any, path: str, errors: _Errors) -> Any:
    if not isinstance(value, (list, tuple)):
        errors.add(path, gettext_noop("Expected a list."), gettext_noop("Write one entry per line, each after a dash."))
        return ()
    return tuple(_convert(hint, part, f"{path}.{number}", errors) for number, part in enumerate(value, 1))


def _mapping(hint: Any, value: Any, path: str, errors: _Errors) -> Any:
    if not isinstance(value, Mapping):
        errors.add(path, gettext_noop("Expected a group of named entries."), gettext_noop("Write key: value lines."))
        return {}
    return {str(key): _convert(hint, part, _join(path, str(key)), errors) for key, part in value.items()}


def _scalar(hint: Any, value: Any, path: str, errors: _Errors) -> Any:
    if isinstance(hint, type) and issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError:
            allowed = ", ".join(str(member.value) for member in hint)
            errors.add(
                path,
                gettext_noop("“%(value)s” is not one of the allowed values."),
                gettext_noop("Use one of: %(allowed)s."),
                value=value,
                allowed=allowed,
            )
            return None
    if hint is dt.date:
        return _date(value, path, errors)
    if hint is str and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        errors.add(
            path,
            gettext_noop("Expected %(expected)s, found “%(value)s”."),
            gettext_noop("Correct the entry."),
            expected=hint.__name__,
            value=str(value)[:60],
        )
        return None
    return value


def _date(value: Any, path: str, errors: _Errors) -> Any:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        errors.add(
            path,
            gettext_noop("“%(value)s” is not a date."),
            gettext_noop("Write it as 2026-07-01."),
            value=str(value)[:60],
        )
        return None
