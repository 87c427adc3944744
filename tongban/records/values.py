"""Plain values that cross this room's border."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import ClassVar, TypeAlias

JSON: TypeAlias = "str | int | bool | Sequence[JSON] | Mapping[str, JSON] | None"

ZERO_HASH = "0" * 64


@dataclass(frozen=True)
class Head:
    """The end of a chain: number and hash of its last event. The row that owns the chain stores it."""

    seq: int
    hash: str

    ZERO: ClassVar[Head]


Head.ZERO = Head(0, ZERO_HASH)


@dataclass(frozen=True)
class EventView:
    """One event as it is read: ``facts`` are parsed from the stored body, which stays the evidence."""

    chain: str
    seq: int
    verb: str
    actor_id: str
    actor_name: str
    actor_kind: str
    posts: tuple[str, ...]
    at: datetime
    legal_date: date
    facts: dict[str, JSON]
    prev_hash: str
    hash: str


@dataclass(frozen=True)
class LogLine:
    """An event with its place among all events, for lists that go through every chain."""

    number: int
    event: EventView


@dataclass(frozen=True)
class Finding:
    """One thing that does not add up. ``problem`` is a stable key, ``message`` says it in words."""

    chain: str
    seq: int
    problem: str
    message: str

    def as_dict(self) -> dict[str, str | int]:
        """For JSON output."""
        return asdict(self)


@dataclass(frozen=True)
class SealView:
    """A signed list of chain heads."""

    number: int
    at: datetime
    chains: int
    hash: str
    signature: str
    key_id: str
    file_name: str


@dataclass(frozen=True)
class FileView:
    """A stored file: ``id`` is a UUID as text, ``size`` in bytes, ``sha256`` hexadecimal."""

    id: str
    name: str
    mime: str
    size: int
    sha256: str
    purpose: str = ""


@dataclass(frozen=True)
class VoidedView:
    """A number that was taken and will not be used, and why."""

    scope: str
    value: int
    reason: str
    actor_id: str
    at: datetime
