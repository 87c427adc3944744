"""The identity gateway: turns what a person typed into plain claims about who they say they are.

The local version classifies the handle by its own form and check digit. A district that has a real-name
platform replaces :func:`claims_for` through the setting ``IDENTITY_GATEWAY`` (a dotted name) and returns claims
with ``verified=True``; passwords never come here, accounts checks them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from tongban.core import codes

_PHONE = re.compile(r"1[3-9]\d{9}")


@dataclass(frozen=True)
class Claims:
    """``kind`` is id_number, uscc, phone, email or username; ``value`` its normal form."""

    kind: str
    value: str
    verified: bool = False


def claims_for(handle: str, today: date) -> Claims:
    """Classify ``handle`` as typed: spaces and case do not matter."""
    text = "".join(handle.split())
    upper = text.upper()
    if not codes.resident_id_problems(upper, today):
        return Claims("id_number", upper)
    if not codes.uscc_problems(upper):
        return Claims("uscc", upper)
    if _PHONE.fullmatch(text):
        return Claims("phone", text)
    if "@" in text:
        return Claims("email", text.lower())
    return Claims("username", text)
