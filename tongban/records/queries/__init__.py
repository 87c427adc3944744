"""Reading evidence, and verifying it."""

from tongban.records.queries.events import (
    chains,
    event_count,
    events,
    events_since,
    head,
    latest,
    texts,
    unsealed_since,
)
from tongban.records.queries.files import broken_files, file_count, file_info, open_file, read_file
from tongban.records.queries.numbers import check_numbers, counter, scopes, voided
from tongban.records.queries.verify import (
    current_seal_key,
    seal_key,
    seal_text,
    sealed_heads,
    seals,
    verify,
    verify_chain,
)
from tongban.records.values import EventView, FileView, Finding, LogLine, SealView, VoidedView

__all__ = [
    "EventView",
    "FileView",
    "Finding",
    "LogLine",
    "SealView",
    "VoidedView",
    "broken_files",
    "chains",
    "check_numbers",
    "counter",
    "current_seal_key",
    "event_count",
    "events",
    "events_since",
    "file_count",
    "file_info",
    "head",
    "latest",
    "open_file",
    "read_file",
    "scopes",
    "seal_key",
    "seal_text",
    "sealed_heads",
    "seals",
    "texts",
    "unsealed_since",
    "verify",
    "verify_chain",
    "voided",
]
