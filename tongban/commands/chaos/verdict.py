"""After the storm: what was acknowledged is there once, what was not is there once or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from tongban.cases import queries
from tongban.commands.chaos.workload import Crowd
from tongban.core.actors import SYSTEM
from tongban.outbox import queries as outbox
from tongban.records import queries as records

#: Verbs that a case of the workload goes through once (a department's once for each department).
ONCE = ("submit", "accept", "file", "opinion", "countersign", "grant", "make_certificate", "deliver")


def findings(crowd: Crowd) -> list[str]:
    """Everything that does not add up, in words."""
    return [*crowd.faults, *_cases(crowd), *_chains(crowd), *_papers(crowd), *_tasks(), *_evidence()]


def _cases(crowd: Crowd) -> Iterator[str]:
    """As many cases as were acknowledged: numbers are handed out without a gap, one a case."""
    numbers = Counter(item.number for item in crowd.done if item.verb == "submit")
    yield from (f"{number} was acknowledged {count} times as new" for number, count in numbers.items() if count > 1)
    taken = sum(records.counter(scope) for scope in records.scopes("case:"))
    if taken != len(numbers):
        yield f"{taken} cases exist, {len(numbers)} were acknowledged"


def _chains(crowd: Crowd) -> Iterator[str]:
    """Every acknowledged verb is one event of its case's chain; none of them happened twice."""
    for number in sorted({item.number for item in crowd.done}):
        happened = Counter(
            (event.verb, str(event.facts.get("review", ""))) for event in records.events(f"case:{number}")
        )
        for verb, count in happened.items():
            if verb[0] in ONCE and count > 1:
                yield f"{number}: {' '.join(verb)} happened {count} times"
        for item in crowd.done:
            if item.number == number and not any(
                verb == item.verb and item.review in {"", review} for verb, review in happened
            ):
                yield f"{number}: {item.verb} was acknowledged and is lost"


def _papers(crowd: Crowd) -> Iterator[str]:
    """Every notice of a case was made once and mailed once."""
    folder = Path(settings.MAIL_FILE_DIR)
    mailed = Counter(word for path in folder.glob("*.eml") for word in _documents_of(path))
    for number in sorted({item.number for item in crowd.done}):
        case = queries.case_for_desk(number, SYSTEM, timezone.now())
        kinds = Counter(document.kind for document in case.documents)
        yield from (f"{number}: {count} papers {kind}" for kind, count in kinds.items() if count > 1)
        for document in case.documents:
            if not document.ready:
                yield f"{number}: the paper {document.kind} was never made"
            elif mailed[document.id] != 1:
                yield f"{number}: the paper {document.kind} was mailed {mailed[document.id]} times"


def _documents_of(path: Path) -> list[str]:
    """The document that a mail carries, by its Message-ID."""
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.lower().startswith("message-id:") and "document-" in line:
            return [line.partition("document-")[2][:36]]
        if not line:
            break
    return []


def _tasks() -> Iterator[str]:
    for task in outbox.unfinished(20):
        yield f"task {task.path} is {task.status} after {task.attempts} attempts: {task.reason}"
    for task in outbox.dead(20):
        yield f"task {task.path} is dead after {task.attempts} attempts: {task.reason}"


def _evidence() -> Iterator[str]:
    """``audit verify`` and ``files verify``."""
    yield from (f"{item.chain} #{item.seq} {item.problem}: {item.message}" for item in records.verify())
    yield from (f"{item.chain} {item.problem}: {item.message}" for item in records.broken_files())
