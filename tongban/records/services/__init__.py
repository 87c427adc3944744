"""Verbs that write evidence. Call them inside the verb's own transaction."""

from tongban.records.services.events import append_event, append_to_chain, moved_on
from tongban.records.services.files import discard_file, store_file, sweep_orphans
from tongban.records.services.numbers import next_number, next_numbers, void_number
from tongban.records.services.rotation import rotate_keys
from tongban.records.services.seals import sign_package, take_seal
from tongban.records.values import JSON, FileView, Head, SealView

__all__ = [
    "JSON",
    "FileView",
    "Head",
    "SealView",
    "append_event",
    "append_to_chain",
    "discard_file",
    "moved_on",
    "next_number",
    "next_numbers",
    "rotate_keys",
    "sign_package",
    "store_file",
    "sweep_orphans",
    "take_seal",
    "void_number",
]
