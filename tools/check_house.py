"""House rules that no linter knows: length of files, unfinished marks, addresses in lock files, inline code."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MAX_LINES = 600
MAX_BYTES = 2_000_000
# Brackets around one letter, so that this file does not find itself.
UNFINISHED = re.compile(
    r"\b(T[O]DO|F[I]XME|raise NotImplemented[E]rror)\b|pragma: no [c]over|pytest\.mark\.(s[k]ip|x[f]ail)\b"
)
ADDRESS = re.compile(r'https?://|"resolved"|index-url')
INLINE = {
    "inline style": re.compile(r"<[^>]*\sstyle\s*=|<style\b", re.IGNORECASE),
    "inline script": re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=\"(application/json|importmap)\")[^>]*>", re.IGNORECASE
    ),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
}


def files() -> list[Path]:
    """Every file that is tracked, or would be."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


def faults(path: Path) -> Iterator[str]:
    """What is wrong with one file."""
    if path.stat().st_size > MAX_BYTES:
        yield f"{path.stat().st_size // 1000} kB: too large to keep here"
        return
    if path.suffix not in {".py", ".html", ".txt", ".json", ".md", ".mjs", ".js", ".css", ".yaml", ".toml", ".sh"}:
        return
    text = path.read_text(encoding="utf-8")
    if f"{ROOT.parent}/" in text and len(ROOT.parent.parts) > 1:
        yield "names a path of this machine"
    if path.suffix == ".py":
        yield from _python(path, text)
    if path.suffix == ".html":
        yield from (f"line {_line(text, hit)}: {name}" for name, rule in INLINE.items() for hit in rule.finditer(text))
    if (path.parent.name == "requirements" and path.suffix == ".txt") or path.name == "package-lock.json":
        yield from (f"line {_line(text, hit)}: an address in a lock file" for hit in ADDRESS.finditer(text))


def _python(path: Path, text: str) -> Iterator[str]:
    lines = text.count("\n")
    if lines > MAX_LINES and "migrations" not in path.parts:
        yield f"{lines} lines: split it by capability (at most {MAX_LINES})"
    yield from (f"line {_line(text, hit)}: unfinished or left out: {hit.group()}" for hit in UNFINISHED.finditer(text))


def _line(text: str, hit: re.Match[str]) -> int:
    return text.count("\n", 0, hit.start()) + 1


def main() -> int:
    """Print every fault; 1 when there is one."""
    found = [f"{path.relative_to(ROOT)}: {fault}" for path in files() for fault in faults(path)]
    print("\n".join(found), end="\n" if found else "")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
