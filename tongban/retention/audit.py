"""Do the deletion records and holds say what the events vouch for, and is what was deleted gone? (AUDIT_FOLDERS)"""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.conf import settings

from tongban.records import queries as records
from tongban.records.erasing import files_left
from tongban.records.values import Finding
from tongban.retention import rules
from tongban.retention.evidence import DELETIONS, HOLDS, hold_facts, items_digest, record_facts
from tongban.retention.models import DeletionRecord, LegalHold


def verify() -> Iterator[Finding]:
    """Every record against its event, its list against its digest, and what the list names against the tables."""
    told = {event.facts["record"]: event for event in records.events(DELETIONS)}
    for row in DeletionRecord.objects.order_by("pk").iterator(chunk_size=50):
        event = told.pop(row.pk, None)
        seq = event.seq if event else 0
        if event is None or event.facts != record_facts(row) or items_digest(row.items) != row.digest:
            yield Finding(DELETIONS, seq, "deletion_altered", f"deletion record {row.pk} is not what its event says")
            continue
        yield from _back(row, seq)
    for key, event in told.items():
        yield Finding(
            DELETIONS, event.seq, "deletion_missing", f"deletion record {key} has an event and its row is gone"
        )
    yield from _holds()


def _back(row: DeletionRecord, seq: int) -> Iterator[Finding]:
    """What is there although it was deleted."""
    items = json.loads(row.items)
    keys = {key for key, _digest, _files in items if key}
    if (len(items), sum(len(files) for _key, _digest, files in items)) != (row.count, row.files):
        yield Finding(DELETIONS, seq, "deletion_count", f"deletion record {row.pk} counts other than it lists")
    back = set(rules.keeper(row.kind).left(keys)) if keys and row.kind in settings.RETENTION_KEEPERS else set()
    back |= files_left([file for _key, _digest, files in items for file, _sha256 in files])
    for key in sorted(back):
        yield Finding(DELETIONS, seq, "deleted_and_there", f"{row.kind} {key} was deleted and is there")


def _holds() -> Iterator[Finding]:
    events = {event.facts["hold"]: event for event in records.events(HOLDS)}
    for row in LegalHold.objects.order_by("pk"):
        event = events.pop(row.pk, None)
        if event is None or event.facts != hold_facts(row):
            yield Finding(HOLDS, event.seq if event else 0, "hold", f"hold {row.pk} was changed without an event")
    for key, event in events.items():
        yield Finding(HOLDS, event.seq, "hold", f"hold {key} has an event and its row is gone")
