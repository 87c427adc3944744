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
from tongban.licences.queries.verification import (
    PublicFacts,
    Verification,
    cases_of_number,
    public_of_cases,
    verify_public,
)
from tongban.licences.values import LicenceView

__all__ = [
    "LicenceView",
    "PublicFacts",
    "Verification",
    "cases_of_number",
    "expiring",
    "folder",
    "for_case",
    "get",
    "history",
    "is_open",
    "is_signed",
    "on_file",
    "public_of_cases",
    "received_for",
    "verify_public",
    "visible",
]
