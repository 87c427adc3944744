"""Reads of the licences room."""

from tongban.licences.queries.licences import (
    expiring,
    folder,
    for_case,
    get,
    history,
    is_open,
    is_signed,
    on_file,
    received_for,
    visible,
)
from tongban.licences.queries.verification import PublicFacts, Verification, verify_public
from tongban.licences.values import LicenceView

__all__ = [
    "LicenceView",
    "PublicFacts",
    "Verification",
    "expiring",
    "folder",
    "for_case",
    "get",
    "history",
    "is_open",
    "is_signed",
    "on_file",
    "received_for",
    "verify_public",
    "visible",
]
