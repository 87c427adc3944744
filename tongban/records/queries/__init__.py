"""Reading evidence, and verifying it."""

from tongban.records.queries.events import event_count, events, events_since, head, latest, unsealed_since
from tongban.records.queries.files import broken_files, file_count, file_info, open_file, read_file
from tongban.records.queries.numbers import check_numbers, counter, scopes, voided
from tongban.records.queries.verify import seals, verify, verify_chain
from tongban.records.values import EventView, FileView, Finding, LogLine, SealView, VoidedView

__all__ = [
    "EventView",
    "FileView",
    "Finding",
    "LogLine",
    "SealView",
    "VoidedView",
    "broken_files",
    "check_numbers",
    "counter",
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
    "seals",
    "unsealed_since",
    "verify",
    "verify_chain",
    "voided",
]
