"""Check characters: GB 32100-2015, ISO 7064 MOD 11-2 and MOD 37,36."""

from __future__ import annotations

#: GB 32100: digits and capitals without I, O, S, V and Z.
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def uscc_check(body: str) -> str:
    """The 18th character for the first 17 of a unified social credit code (GB 32100-2015).

    Raises ``ValueError`` for a character outside the alphabet.
    """
    total = sum(USCC_ALPHABET.index(char) * weight for char, weight in zip(body[:17], _USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[-total % 31]


def mod_11_2(body: str) -> str:
    """The check character of ISO 7064 MOD 11-2 for digits (GB 11643-1999: the last of an identity number)."""
    remainder = 0
    for char in body:
        remainder = (remainder + int(char)) * 2 % 11
    check = (1 - remainder) % 11
    return "X" if check == 10 else str(check)


def mod_37_36(body: str) -> str:
    """The check character of ISO 7064 MOD 37,36 for digits and capitals.

    Raises ``ValueError`` for any other character.
    """
    product = 36
    for char in body:
        total = (product + _ALPHANUMERIC.index(char)) % 36 or 36
        product = total * 2 % 37
    return _ALPHANUMERIC[(1 - product) % 36]
