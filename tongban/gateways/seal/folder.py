"""Seals whose keys lie on this machine: a folder with ``seals.yaml``.

Each entry names an ``authority`` (key of the organisation), its ``key`` (PEM or PKCS #12) and ``certificate`` (PEM,
with the chain; not needed with PKCS #12), and may name a ``picture`` (PNG), ``password_file``, and ``kinds`` of
documents it is for (``licence`` stands for every licence). An entry with the kind comes before one without. Roots of
seals used earlier lie in ``trusted/*.pem``, so that what they sealed still verifies.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tongban.gateways.seal import own
from tongban.gateways.seal.values import Seal, SealUnusable, picture_of, with_key

LIST = "seals.yaml"
_NEEDED, _KNOWN = {"authority", "key"}, {"authority", "key", "certificate", "picture", "password_file", "kinds"}


@dataclass(frozen=True)
class Entry:
    """One line of the list, its files as paths."""

    authority: str
    kinds: tuple[str, ...]
    key: Path
    certificate: Path | None
    picture: Path | None
    password_file: Path | None


def seal(folder: Path, authority: str, kind: str) -> Seal:
    """The seal of an authority for a kind of document. Raises :class:`SealUnusable` where the list has none."""
    mine = [entry for entry in entries(folder) if entry.authority == authority]
    for entry in mine:
        if kind in entry.kinds:
            return _made(entry)
    for entry in mine:
        if not entry.kinds:
            return _made(entry)
    raise SealUnusable(f"{folder / LIST} names no seal of {authority!r} for {kind!r}: add an entry for it")


def every(folder: Path) -> list[Seal]:
    """All seals of the list. Raises :class:`SealUnusable`."""
    return [_made(entry) for entry in entries(folder)]


def trusted(folder: Path) -> list[bytes]:
    """Chains (PEM) that seals verify by: those in use, and the roots kept of earlier ones."""
    earlier = [path.read_bytes() for path in sorted((folder / "trusted").glob("*.pem"))]
    return [seal.chain for seal in every(folder)] + earlier


def entries(folder: Path) -> tuple[Entry, ...]:
    """The list as it is now; a changed file is read again without a restart."""
    path = folder / LIST
    try:
        return _entries(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise SealUnusable(f"the list of seals cannot be read: {path}") from error


@lru_cache(maxsize=4)
def _entries(path: Path, _changed: int) -> tuple[Entry, ...]:
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SealUnusable(f"{path} is no YAML: {error}") from error
    if not isinstance(rows, list) or not rows:
        raise SealUnusable(f"{path} holds a list of seals, one entry each with authority and key")
    return tuple(_entry(path, number, row) for number, row in enumerate(rows, 1))


def _entry(path: Path, number: int, row: Any) -> Entry:
    if not isinstance(row, dict) or not row.keys() >= _NEEDED or row.keys() - _KNOWN:
        raise SealUnusable(f"{path}, entry {number}: needs authority and key, and knows {', '.join(sorted(_KNOWN))}")
    kinds = row.get("kinds", [])
    texts = [row[name] for name in row if name != "kinds"] + (kinds if isinstance(kinds, list) else [None])
    if not all(isinstance(text, str) and text for text in texts):
        raise SealUnusable(f"{path}, entry {number}: every value is text, kinds a list of texts")

    def file(name: str) -> Path | None:
        return path.parent / row[name] if name in row else None

    return Entry(
        row["authority"],
        tuple(kinds),
        path.parent / row["key"],
        file("certificate"),
        file("picture"),
        file("password_file"),
    )


def _made(entry: Entry) -> Seal:
    try:
        password = entry.password_file.read_text().strip() if entry.password_file else ""
        private, chain = own.read(str(entry.key), str(entry.certificate or ""), password)
        picture = picture_of(entry.picture.read_bytes()) if entry.picture else ""
    except OSError as error:
        raise SealUnusable(f"a file of the seal of {entry.authority!r} cannot be read: {error.filename}") from error
    return Seal(entry.authority, chain, with_key(private), picture)
