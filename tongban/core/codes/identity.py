"""Numbers that name a person or a body, mobile phones, and how they are masked.

Callers normalise first (:func:`normalise`); the checks take what they are given at its word.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from tongban.core.codes.digits import USCC_ALPHABET, mod_11_2, uscc_check
from tongban.core.codes.faults import Fault
from tongban.core.errors import gettext_noop

#: First two digits of GB/T 2260 divisions; 81 to 83 also begin residence permits of Hong Kong, Macao and Taiwan
#: residents, and a first 9 the permanent residence cards of foreigners.
_DIVISION = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9[0-9]")
_USCC = re.compile(rf"[{USCC_ALPHABET}]{{2}}[0-9]{{6}}[{USCC_ALPHABET}]{{10}}")
_RESIDENT_ID = re.compile(r"[0-9]{17}[0-9X]")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
# Dashes, the soft hyphen and the zero-width space: what copying from documents brings along.
_IGNORED = frozenset("-\u2013\u2014\u00ad\u200b")
_OLDEST_BIRTH_YEAR = 1880
_COPY_ID = gettext_noop("Copy the 18 characters from the identity card; the last may be the letter X.")
_COPY_USCC = gettext_noop("Copy the 18 characters from the business licence or the certificate of registration.")


def normalise(text: str) -> str:
    """``text`` without blanks and dashes, full-width characters as half-width, letters as capitals."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(char for char in plain if not char.isspace() and char not in _IGNORED).upper()


def uscc_problems(number: str) -> list[Fault]:
    """What is wrong with ``number`` as a unified social credit code (GB 32100-2015); empty if nothing."""
    fault = uscc_fault(number)
    return [] if fault is None else [fault]


def uscc_fault(number: str) -> Fault | None:
    """The fault of ``number`` as a unified social credit code: length, structure or check character."""
    if len(number) != 18:
        message = gettext_noop("A unified social credit code has 18 characters; this one has %(length)s.")
        return Fault("uscc_length", message, _COPY_USCC, {"length": len(number)})
    if _USCC.fullmatch(number) is None:
        return Fault(
            "uscc_structure",
            gettext_noop("This is not written like a unified social credit code."),
            gettext_noop("The letters I, O, S, V and Z do not occur; characters 3 to 8 are digits."),
        )
    if uscc_check(number[:17]) != number[17]:
        return Fault(
            "uscc_check",
            gettext_noop("The last character of the unified social credit code does not fit the others."),
            gettext_noop("A character is mistyped or two are swapped. Compare it with the business licence."),
        )
    return None


def resident_id_problems(number: str, today: date) -> list[Fault]:
    """What is wrong with ``number`` as an identity number (GB 11643-1999); empty if nothing."""
    fault = resident_id_fault(number, today=today)
    return [] if fault is None else [fault]


def resident_id_fault(number: str, *, today: date) -> Fault | None:
    """The fault of ``number`` as an identity number: length, structure, division, birth date, check character."""
    if len(number) != 18:
        message = gettext_noop("An identity number has 18 characters; this one has %(length)s.")
        return Fault("id_length", message, _COPY_ID, {"length": len(number)})
    if _RESIDENT_ID.fullmatch(number) is None:
        return Fault(
            "id_structure",
            gettext_noop("An identity number has 17 digits and then a digit or the letter X."),
            _COPY_ID,
        )
    if _DIVISION.match(number) is None:
        message = gettext_noop("No identity number begins with %(start)s.")
        return Fault("id_division", message, _COPY_ID, {"start": number[:2]})
    born = birth_date(number)
    if born is None or born.year < _OLDEST_BIRTH_YEAR:
        message = gettext_noop("Characters 7 to 14 of the identity number are not a birth date: %(digits)s.")
        return Fault("id_birth_date", message, _COPY_ID, {"digits": number[6:14]})
    if born > today:
        message = gettext_noop("The birth date in the identity number, %(date)s, lies in the future.")
        return Fault("id_future_birth", message, _COPY_ID, {"date": born.isoformat()})
    if mod_11_2(number[:17]) != number[17]:
        return Fault(
            "id_check",
            gettext_noop("The last character of the identity number does not fit the others."),
            gettext_noop("A digit is mistyped or two are swapped. Compare it with the identity card."),
        )
    return None


def birth_date(number: str) -> date | None:
    """The birth date in an identity number, ``None`` if those digits are no date."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def is_mobile(number: str) -> bool:
    """Whether ``number`` is a mobile phone number of the mainland: 11 digits, 13 to 19 first."""
    return _MOBILE.fullmatch(number) is not None


def mask_id(number: str) -> str:
    """An identity number with its birth date hidden: six characters, eight stars, four characters."""
    if len(number) == 18:
        return f"{number[:6]}{'*' * 8}{number[-4:]}"
    keep = 2 if len(number) >= 6 else 0
    return number[:keep] + "*" * (len(number) - 2 * keep) + number[len(number) - keep :]


def mask_phone(number: str) -> str:
    """A phone number with its middle hidden: 138****1234; a fixed line keeps its last two digits."""
    if is_mobile(number):
        return f"{number[:3]}****{number[-4:]}"
    return "*" * max(len(number) - 2, 0) + number[-2:]


def mask_name(name: str) -> str:
    """A person's name with all but its first character hidden, at most three stars: 陈＊＊."""
    return name[:1] + "＊" * min(max(len(name) - 1, 0), 3) if len(name) > 1 else "＊" * len(name)


def mask_email(address: str) -> str:
    """An e-mail address with its local part hidden but for the first character."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}***{at}{domain}"
