"""``tongban messages``: compile the translations that changed (needs GNU gettext)."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from tongban.core.errors import DomainError

HELP = "compile the translations that changed"
NEEDS_DJANGO = False

PACKAGE_DIR = Path(__file__).resolve().parents[1]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``--all`` compiles unchanged ones too."""
    parser.add_argument("--all", action="store_true", help="compile every translation, changed or not")


def run(args: argparse.Namespace) -> int:
    """Compile and say how many files were written."""
    done = compile_stale(everything=args.all)
    print(f"{done} translation file(s) compiled.", file=sys.stderr)
    return 0


def compile_stale(*, everything: bool = False) -> int:
    """Compile each ``.po`` file that is newer than its ``.mo``; returns how many there were.

    Raises ``DomainError`` where gettext is missing or a file is faulty.
    """
    stale = [po for po in sorted(PACKAGE_DIR.glob("**/LC_MESSAGES/*.po")) if everything or _is_stale(po)]
    if not stale:
        return 0
    msgfmt = shutil.which("msgfmt")
    if msgfmt is None:
        raise DomainError("msgfmt is missing.", remedy="Install gettext: sudo apt-get install -y gettext")
    for po in stale:
        _compile(msgfmt, po)
    return len(stale)


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime


def _compile(msgfmt: str, po: Path) -> None:
    """Write beside the target and rename, so that a running site never reads half a file."""
    draft = po.with_suffix(".mo.new")
    command = [msgfmt, "--check-format", "-o", str(draft), str(po)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        draft.unlink(missing_ok=True)
        raise DomainError("%(output)s", params={"output": done.stderr.strip()})
    draft.replace(po.with_suffix(".mo"))
