"""Names the test files that a change touches, for ``make check``: changed tests, tests that use a changed module.

A change is what differs from the upstream branch (or from the commit before, without one), committed or not.
Browser tests are left to ``make test``. When everything would be touched, only the rooms' own tests are named.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("tests/apps", "tests/web")


def git(*words: str) -> list[str]:
    """The lines of a git command's answer; none when it fails."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else []


def changed() -> set[str]:
    """Paths that differ from the base of the change."""
    base = git("merge-base", "HEAD", "@{upstream}") or git("merge-base", "HEAD", "origin/main")
    if not base or base == git("rev-parse", "HEAD"):
        base = git("rev-parse", "HEAD~1")
    committed = git("diff", "--name-only", base[0]) if base else git("ls-files")
    return {*committed, *git("ls-files", "-o", "--exclude-standard")}


def module_pattern(path: str) -> re.Pattern[str] | None:
    """Matches the text of a test that uses the module at ``path``."""
    if not path.startswith("tongban/") or not path.endswith(".py"):
        return None
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    package, name = ".".join(parts[:-1]), parts[-1]
    return re.compile(rf"{re.escape('.'.join(parts))}\b|from {re.escape(package)} import [^\n]*\b{name}\b")


def touched(paths: set[str]) -> list[str]:
    """The test files for ``paths``, in order."""
    tests = sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("test_*.py"))
    patterns = [pattern for path in paths if (pattern := module_pattern(path))]
    rooms = {path.split("/")[1] for path in paths if path.startswith("tongban/") and path.count("/") > 1}
    found = set()
    for test in tests:
        text = test.read_text(encoding="utf-8")
        name = test.relative_to(ROOT).as_posix()
        own_room = any(test.stem.removeprefix("test_").startswith(room) for room in rooms)
        if name in paths or own_room or any(pattern.search(text) for pattern in patterns):
            found.add(name)
    return sorted(found)


if __name__ == "__main__":
    print(" ".join(touched(changed())))
