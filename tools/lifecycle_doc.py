"""Write docs/lifecycle.md from the lifecycle table, or (--check) say whether it is up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from tongban.core.items import Track
from tongban.core.lifecycle import CLOSED, TABLE, Transition

PATH = Path(__file__).resolve().parent.parent / "docs" / "lifecycle.md"
HEAD = """# The lifecycle of a case

Generated from `tongban/core/lifecycle.py` by `tools/lifecycle_doc.py`; CI compares them. Verbs that change no
status are listed in the tables only.
"""


def document() -> str:
    """The whole page."""
    parts = [HEAD]
    for track in Track:
        rows = [row for key, row in TABLE.items() if key[0] is track]
        parts += [f"\n## {track.value}\n", diagram(rows), "", table(rows)]
    return "\n".join(parts) + "\n"


def diagram(rows: list[Transition]) -> str:
    """The status changes as a Mermaid state diagram."""
    moves = sorted({(row.status.value, row.next_status.value, row.verb.value) for row in rows if row.next_status})
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> received: submit"]
    lines += [f"    {start} --> {end}: {verb}" for start, end, verb in moves]
    ends = sorted({end for _, end, _ in moves} & {status.value for status in CLOSED})
    lines += [f"    {end} --> [*]" for end in ends]
    return "\n".join([*lines, "```"])


def table(rows: list[Transition]) -> str:
    """Every row: status, verb, next status, who, provision, guards."""
    lines = ["| status | verb | next | who | provision | guards |", "| --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        if row.status in CLOSED:
            continue
        who = ", ".join(sorted(item.value for item in row.who))
        guards = ", ".join(guard.__name__ for guard in row.guards)
        after = row.next_status.value if row.next_status else "—"
        rule = row.rule.en if row.rule else "—"
        lines.append(f"| {row.status.value} | {row.verb.value} | {after} | {who} | {rule} | {guards or '—'} |")
    return "\n".join(lines)


def main() -> int:
    """Write the page, or compare it."""
    text = document()
    if "--check" in sys.argv:
        if PATH.exists() and PATH.read_text(encoding="utf-8") == text:
            return 0
        print("docs/lifecycle.md is not what the table says: run python tools/lifecycle_doc.py")
        return 1
    PATH.write_text(text, encoding="utf-8")
    print(f"wrote docs/{PATH.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
