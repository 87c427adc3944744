"""Which program this process runs: told apart by its sources, not by a number somebody has to raise."""

from __future__ import annotations

import hashlib
from pathlib import Path

import tongban

DIGITS = 8


def release(package: Path) -> str:
    """The version and the first digits of the SHA-256 over all Python sources below ``package``.

    Read once when a process starts: after an upgrade a process that still runs the old program says so.
    """
    found = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        found.update(str(path.relative_to(package)).encode())
        found.update(path.read_bytes())
    return f"{tongban.__version__}+{found.hexdigest()[:DIGITS]}"
