"""What may stand where in an item: read off the dataclasses, for forms, tables and files that write any of them.

The one place that knows how a text becomes a value of the item and how an empty entry looks. Values here are plain
(``core.specs.plain``): what a form or a cell holds, JSON-ready.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from tongban.core.changes import Path
from tongban.core.entries import clean_text
from tongban.core.errors import FieldError, gettext_noop
from tongban.core.items import ItemVersionSpec
from tongban.core.specs import plain

#: Longest text of one entry; the longest published rules of procedure are far below it.
MAX_TEXT = 20_000
#: Largest whole number of the catalogue: hundred years in days, as the clock allows.
MAX_NUMBER = 36_500

Sort = Literal["text", "number", "yes_no", "choice", "date", "texts", "answers", "mapping", "group", "list"]


@dataclass(frozen=True)
class Shape:
    """What may stand at a place. ``owner`` and ``name`` say which field of which class it is; ``cls`` is the class of
    a group, of the elements of a list, or the enumeration of a choice. ``optional``: it may be absent.
    """

    sort: Sort
    owner: type
    name: str
    cls: type
    optional: bool = False
    default: Any = None

    @property
    def label_key(self) -> str:
        """``Class.field``, under which the screens keep its words."""
        return f"{self.owner.__name__}.{self.name}"


@cache
def shapes(cls: type) -> Mapping[str, Shape]:
    """The fields of dataclass ``cls`` by name, in order."""
    hints = typing.get_type_hints(cls)
    return {each.name: _shape(cls, each, hints[each.name]) for each in dataclasses.fields(cls)}


def _shape(cls: type, each: dataclasses.Field[Any], hint: Any) -> Shape:
    optional = get_origin(hint) in (Union, types.UnionType)
    inner = next(part for part in get_args(hint) if part is not type(None)) if optional else hint
    default: Any = None
    if each.default is not dataclasses.MISSING:
        default = plain(each.default)
    elif each.default_factory is not dataclasses.MISSING:
        default = plain(each.default_factory())
    sort, of = _sort(inner)
    if default is None and not optional:
        default = _EMPTY.get(sort)
    return Shape(sort, cls, each.name, of, optional, default)


_EMPTY: Mapping[Sort, Any] = {"text": "", "number": 0, "yes_no": False, "texts": [], "mapping": {}, "list": []}


def _sort(hint: Any) -> tuple[Sort, type]:
    origin = get_origin(hint)
    if origin is tuple:
        inner = get_args(hint)[0]
        return ("list", inner) if dataclasses.is_dataclass(inner) else ("texts", str)  # type: ignore[return-value]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return ("mapping", tuple) if get_origin(get_args(hint)[1]) is tuple else ("mapping", str)
    if dataclasses.is_dataclass(hint):
        return "group", typing.cast(type, hint)
    if issubclass(hint, Enum):
        return "choice", hint
    scalars: Mapping[type, Sort] = {bool: "yes_no", int: "number", dt.date: "date", str: "text"}
    return scalars[hint], hint


def shape_at(path: Path, root: type = ItemVersionSpec) -> Shape | None:
    """What may stand at ``path`` below ``root``; ``None`` if there is no such place.

    The position in a list has the shape of a group; a question's name in a condition that of its answers.
    """
    cls, shape = root, None
    for part in path:
        if shape is not None and shape.sort == "list" and isinstance(part, int):
            shape = dataclasses.replace(shape, sort="group")
            cls = shape.cls
        elif shape is not None and shape.sort == "mapping" and shape.cls is tuple:
            shape = dataclasses.replace(shape, sort="answers", default=[])
        elif (shape is None or shape.sort == "group") and isinstance(part, str) and part in shapes(cls):
            shape = shapes(cls)[part]
            cls = shape.cls
        else:
            return None
    return shape


def blank(cls: type) -> dict[str, Any]:
    """A new, empty ``cls``: only what has no default is written, as empty as it can be."""
    out: dict[str, Any] = {}
    for each in dataclasses.fields(cls):
        if each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING:
            out[each.name] = _blank_value(shapes(cls)[each.name])
    return out


def _blank_value(shape: Shape) -> Any:
    if shape.sort == "group":
        return blank(shape.cls)
    if shape.sort == "choice":
        return next(iter(typing.cast(type[Enum], shape.cls))).value
    return shape.default


def read_texts(shape: Shape, texts: Sequence[str], where: str) -> tuple[Any, FieldError | None]:
    """The value that ``texts`` (of one input, or of several ticked ones) stand for, or what is wrong with them."""
    if shape.sort in ("texts", "answers"):
        lines = [line for text in texts for line in _text(text).split("\n")] if shape.sort == "texts" else list(texts)
        return [line.strip() for line in lines if line.strip()], None
    text = _text(texts[-1]) if texts else ""
    if len(text) > MAX_TEXT:
        return None, _error(where, gettext_noop("This text is too long."), gettext_noop("Shorten it."))
    reader = _READERS.get(shape.sort)
    return reader(shape, text, where) if reader else (text, None)


def _text(text: str) -> str:
    return clean_text(text, lines=True)


def _number(shape: Shape, text: str, where: str) -> tuple[Any, FieldError | None]:
    if not text:
        return shape.default, None
    if re.fullmatch(r"-?[0-9]{1,6}", text) is None or not -MAX_NUMBER <= int(text) <= MAX_NUMBER:
        return None, _error(
            where,
            gettext_noop("“%(value)s” is not a whole number the catalogue can hold."),
            gettext_noop("Write a whole number up to %(most)s in digits."),
            value=text[:40],
            most=MAX_NUMBER,
        )
    return int(text), None


def _yes_no(_shape: Shape, text: str, _where: str) -> tuple[Any, FieldError | None]:
    return text in ("on", "yes"), None


def _choice(shape: Shape, text: str, where: str) -> tuple[Any, FieldError | None]:
    if text not in {member.value for member in typing.cast(type[Enum], shape.cls)}:
        return None, _error(
            where, gettext_noop("This is not one of the choices."), gettext_noop("Choose one from the list.")
        )
    return text, None


def _date(shape: Shape, text: str, where: str) -> tuple[Any, FieldError | None]:
    if not text and shape.optional:
        return None, None
    try:
        return dt.date.fromisoformat(text).isoformat(), None
    except ValueError:
        return None, _error(
            where,
            gettext_noop("“%(value)s” is not a date."),
            gettext_noop("Write it as 2026-07-01."),
            value=text[:60],
        )


def _mapping(_shape: Shape, text: str, where: str) -> tuple[Any, FieldError | None]:
    out: dict[str, str] = {}
    for line in filter(None, (each.strip() for each in text.split("\n"))):
        name, colon, value = line.replace("：", ":").partition(":")
        if not colon or not name.strip():
            return None, _error(
                where,
                gettext_noop("A line has no name before a colon."),
                gettext_noop("Write one pair a line, as name: value."),
            )
        out[name.strip()] = value.strip()
    return out, None


_READERS = {"number": _number, "yes_no": _yes_no, "choice": _choice, "date": _date, "mapping": _mapping}


def _error(where: str, message: str, remedy: str, **params: object) -> FieldError:
    return FieldError(where, message, remedy, params)


#: What the keys of new entries begin with, by class.
PREFIXES = {
    "Material": "material",
    "Question": "question",
    "Choice": "choice",
    "CheckPoint": "point",
    "FormPage": "page",
    "FormField": "field",
    "ReviewSpec": "review",
    "Variant": "variant",
    "LicenceField": "line",
    "LicenceTypeSpec": "licence",
}


def keys_in(value: Any) -> Iterator[str]:
    """Every key that anything in ``value`` is called by."""
    if isinstance(value, Mapping):
        if isinstance(value.get("key"), str):
            yield value["key"]
        for part in value.values():
            yield from keys_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from keys_in(part)


def fresh_key(cls: type, taken: set[str]) -> str:
    """A key for a new ``cls`` that nothing else has; ``taken`` is added to."""
    prefix = PREFIXES.get(cls.__name__, "entry")
    number = next(count for count in range(1, len(taken) + 2) if f"{prefix}_{count}" not in taken)
    taken.add(f"{prefix}_{number}")
    return f"{prefix}_{number}"


def new_element(cls: type, document: Any) -> dict[str, Any]:
    """A new, empty element of a list of ``cls``, with a key of its own where it needs one."""
    made = blank(cls)
    if "key" in made:
        made["key"] = fresh_key(cls, set(keys_in(document)))
    return made


def copied(cls: type, value: Mapping[str, Any], document: Any) -> dict[str, Any]:
    """A copy of ``value`` with keys of its own, also for the parts whose keys are used once an item.

    Choices and columns keep theirs: they are told apart inside their owner only. Comparisons between copied fields
    point at the copies.
    """
    renamed: dict[str, str] = {}
    made = _rekeyed(cls, value, set(keys_in(document)), renamed)
    return typing.cast(dict[str, Any], _repointed(made, renamed))


def _rekeyed(cls: type, value: Mapping[str, Any], taken: set[str], renamed: dict[str, str]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, part in value.items():
        shape = shapes(cls)[name]
        if name == "key":
            out[name] = renamed[part] = fresh_key(cls, taken)
        elif shape.sort == "list" and name not in ("choices", "columns"):
            out[name] = [_rekeyed(shape.cls, each, taken, renamed) for each in part]
        elif shape.sort == "group":
            out[name] = _rekeyed(shape.cls, part, taken, renamed)
        else:
            out[name] = part
    return out


def _repointed(value: Any, renamed: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {
            name: renamed.get(part, part)
            if name in ("not_before", "not_above") and isinstance(part, str)
            else _repointed(part, renamed)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [_repointed(each, renamed) for each in value]
    return value
