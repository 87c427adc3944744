"""What an officer's password has to be.

GB/T 22239-2019, 8.1.4.1 asks that identification has a complexity and is changed regularly; it names no numbers. The
numbers here are therefore settings of the installation; what assessors commonly expect at level three is eight
characters of three classes, changed every ninety days.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tongban.core.errors import FieldError, gettext_noop
from tongban.core.law import Citation

#: What the rules rest on.
SOURCE = Citation("mlps_identity")
#: Parts of a name shorter than this stand in many passwords by chance.
SHORTEST_NAME = 2
#: Longer ones only cost time to hash.
LONGEST = 128


@dataclass(frozen=True)
class PasswordRules:
    """``length`` in characters, ``classes`` of small letters, capitals, digits and signs (1 to 4); ``history`` former
    passwords that may not come again; ``days`` after which it is changed (0: never)."""

    length: int = 10
    classes: int = 3
    history: int = 5
    days: int = 90


def classes_of(password: str) -> int:
    """How many of small letters, capitals, digits and everything else it has; a Chinese character is a sign."""
    kinds = set()
    for char in password:
        category = unicodedata.category(char)
        kinds.add(category if category in ("Ll", "Lu", "Nd") else "sign")
    return len(kinds)


def contains_name(password: str, names: Iterable[str]) -> bool:
    """Whether one of ``names`` stands in it, forwards or backwards, in capitals or not."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    for name in names:
        known = unicodedata.normalize("NFKC", name).casefold().strip()
        if len(known) >= SHORTEST_NAME and (known in plain or known[::-1] in plain):
            return True
    return False


def problems(password: str, rules: PasswordRules, names: Iterable[str] = ()) -> list[FieldError]:
    """Everything that is wrong with ``password`` by itself; whether it was used before, only its hashes can tell."""
    found = []
    if len(password) < rules.length:
        found.append(
            FieldError(
                "password",
                gettext_noop("The password has %(has)s characters; at least %(least)s are needed."),
                gettext_noop("Make it longer: several words with signs between them are easy to remember."),
                {"has": len(password), "least": rules.length},
            )
        )
    if len(password) > LONGEST:
        found.append(
            FieldError(
                "password",
                gettext_noop("The password has %(has)s characters; at most %(most)s fit."),
                gettext_noop("Shorten it."),
                {"has": len(password), "most": LONGEST},
            )
        )
    if classes_of(password) < rules.classes:
        found.append(
            FieldError(
                "password",
                gettext_noop("The password has too few kinds of characters."),
                gettext_noop("Use at least %(least)s of these: small letters, capitals, digits, signs."),
                {"least": rules.classes},
            )
        )
    if contains_name(password, names):
        found.append(
            FieldError(
                "password",
                gettext_noop("Your name or user name stands in the password."),
                gettext_noop("Choose one that nobody guesses who knows you."),
            )
        )
    return found


def expired(changed_at: datetime, rules: PasswordRules, now: datetime) -> bool:
    """Whether it is older than the rules allow."""
    return rules.days > 0 and now - changed_at >= timedelta(days=rules.days)
