"""Comparing documents with their events; named in ``AUDIT_FOLDERS``."""

from __future__ import annotations

from collections.abc import Iterator

from tongban.documents.models import Document, EnglishText
from tongban.documents.services import chain
from tongban.records import queries as records
from tongban.records.values import EventView, Finding


def verify() -> Iterator[Finding]:
    """Every document whose row is not what its events say, or whose number or row is gone."""
    for owner in Document.objects.order_by("owner").values_list("owner", flat=True).distinct().iterator():
        yield from _verify_owner(owner)
    for scope in records.scopes("document:"):
        used = Document.objects.filter(number_scope=scope).exclude(status=Document.VOID)
        yield from records.check_numbers(scope, used.values_list("serial", flat=True))
    yield from _languages()


def _languages() -> Iterator[Finding]:
    """Which kinds are issued in two languages, and what the events say of it."""
    said: set[tuple[str, str]] = set()
    for name in records.chains("document-settings:"):
        for event in records.events(name):
            about = (str(event.facts["authority"]), str(event.facts["kind"]))
            (said.add if event.verb == "add_english" else said.discard)(about)
    rows = set(EnglishText.objects.values_list("authority_key", "kind"))
    for authority, kind in sorted(said ^ rows):
        yield Finding(f"document-settings:{authority}", 0, "languages", f"the languages of {kind} were changed")


def _verify_owner(owner: str) -> Iterator[Finding]:
    name = chain(owner)
    recorded: dict[str, EventView] = {}
    present: set[str] = set()
    for event in records.events(name):
        recorded[str(event.facts["document"])] = event
    for document in Document.objects.filter(owner=owner).defer("data"):
        found = recorded.get(str(document.pk))
        present.add(str(document.pk))
        problem = _problem(document, found)
        if problem:
            yield Finding(name, found.seq if found else 0, *problem)
    for key in sorted(recorded.keys() - present):
        yield Finding(name, recorded[key].seq, "document_missing", f"document {key} has events and its row is gone")


def _problem(document: Document, event: EventView | None) -> tuple[str, str] | None:
    if event is None:
        if document.status == Document.PENDING:
            return None
        return "document_without_event", f"document {document.number} is {document.status} without any event"
    expected = {"void": Document.VOID, "erase": Document.ERASED}.get(event.verb, Document.READY)
    if document.status != expected:
        return "document_status", f"document {document.number} is {document.status}, its events say {expected}"
    facts = {
        "document": str(document.pk),
        "kind": document.kind,
        "number": document.number,
        "issued_on": document.issued_on.isoformat(),
        "file": document.file_sha256,
    }
    wrong = sorted(key for key, value in facts.items() if event.facts.get(key) != value)
    if wrong:
        return "document_altered", f"document {document.number} differs from its events in {', '.join(wrong)}"
    return None
