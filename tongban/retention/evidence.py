"""What events say about holds and deletions."""

from __future__ import annotations

import datetime as dt
import hashlib

from tongban.records.secrets import blind_index
from tongban.records.values import JSON
from tongban.retention.models import DeletionRecord, LegalHold

DELETIONS, HOLDS = "retention:deletions", "retention:holds"


def items_digest(items: str) -> str:
    """SHA-256 of the list of what went."""
    return hashlib.sha256(items.encode()).hexdigest()


def record_facts(row: DeletionRecord) -> dict[str, JSON]:
    """Everything a deletion record says; its list by its digest."""
    return {
        "record": row.pk,
        "run": row.run_id,
        "kind": row.kind,
        "rule": row.rule,
        "source": row.source,
        "before": row.before.astimezone(dt.UTC).isoformat(),
        "count": row.count,
        "files": row.files,
        "list": row.digest,
    }


def hold_facts(row: LegalHold) -> dict[str, JSON]:
    """What a hold is about, its words by their keyed digest."""
    said = hashlib.sha256("\n".join((row.reason, row.release_reason)).encode()).hexdigest()
    return {
        "hold": row.pk,
        "kind": row.kind,
        "subject": row.subject,
        "case": row.case_number,
        "stands": row.released_at is None,
        "said": blind_index(said, "legal_hold"),
    }
