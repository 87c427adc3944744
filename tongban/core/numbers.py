"""Whole numbers as people and programs send them: a page, a sequence number, an account.

``str.isdigit`` says yes to ① and to ٣ and Python reads numbers of any length; the database does neither. Whatever
comes from outside as a count or a key is read here, once.
"""

from __future__ import annotations

#: The largest key that both databases keep.
LARGEST = 2**63 - 1


def whole(text: str, *, least: int = 0, most: int = LARGEST) -> int | None:
    """The number that ``text`` says in ASCII digits, or ``None`` when it is none or not within the limits."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(LARGEST)):
        return None
    number = int(text)
    return number if least <= number <= most else None


def page_number(text: str | None) -> int:
    """The page of a list that an address names; the first for anything else."""
    return whole(text or "", least=1, most=999_999) or 1
