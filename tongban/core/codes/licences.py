"""Licence identifiers of GB/T 36904-2018: root.type.issuer.serial.version.check.

The check character is ISO 7064 MOD 37,36 over type, issuer, serial and version, without dots and without the root.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tongban.core.codes.digits import USCC_ALPHABET, mod_37_36
from tongban.core.codes.faults import Fault
from tongban.core.errors import FieldError, Invalid, gettext_noop

ROOT = "1.2.156.3005.2"
_TYPE = re.compile(rf"[{USCC_ALPHABET}]{{18}}[0-9]{{3}}")
_ISSUER = re.compile(rf"[{USCC_ALPHABET}]{{18}}")
_SERIAL = re.compile(r"[0-9A-Z]{1,50}")
_MOST_VERSIONS = 999


@dataclass(frozen=True, slots=True)
class LicenceIdentifier:
    """The parts of an identifier; ``version`` starts at 1 and goes up by one on every change."""

    type_code: str
    issuer: str
    serial: str
    version: int

    @property
    def check(self) -> str:
        """The check character."""
        return mod_37_36(f"{self.type_code}{self.issuer}{self.serial}{self.version:03d}")

    def __str__(self) -> str:
        return f"{ROOT}.{self.type_code}.{self.issuer}.{self.serial}.{self.version:03d}.{self.check}"


def build_licence_identifier(*, type_code: str, issuer: str, serial: str, version: int) -> LicenceIdentifier:
    """The identifier of these parts; ``str()`` of it is what is printed.

    ``type_code`` is the defining body's credit code and three digits, ``issuer`` a credit code, ``serial`` up to
    50 digits and capitals. Raises :class:`Invalid` naming each part that does not fit.
    """
    errors = []
    for field, fits, remedy in (
        ("type_code", _TYPE.fullmatch(type_code), gettext_noop("Write a credit code and three digits.")),
        ("issuer", _ISSUER.fullmatch(issuer), gettext_noop("Write the issuer's credit code.")),
        ("serial", _SERIAL.fullmatch(serial), gettext_noop("Write 1 to 50 digits and capital letters.")),
        ("version", 1 <= version <= _MOST_VERSIONS, gettext_noop("Versions run from 1 to 999.")),
    ):
        if not fits:
            errors.append(FieldError(field, gettext_noop("This part of the licence identifier does not fit."), remedy))
    if errors:
        raise Invalid(gettext_noop("No licence identifier can be made of these parts."), errors=errors)
    return LicenceIdentifier(type_code, issuer, serial, version)


def parse_licence_identifier(text: str) -> LicenceIdentifier | None:
    """The parts of ``text``, or ``None`` if :func:`licence_identifier_fault` finds a fault."""
    if licence_identifier_fault(text) is not None:
        return None
    type_code, issuer, serial, version, _check = text.removeprefix(f"{ROOT}.").split(".")
    return LicenceIdentifier(type_code, issuer, serial, int(version))


def licence_identifier_fault(text: str) -> Fault | None:
    """The fault of ``text`` as a licence identifier: structure or check character; ``None`` if it is sound."""
    remedy = gettext_noop("Scan the QR code, or copy the identifier from the foot of the licence.")
    parts = text.removeprefix(f"{ROOT}.").split(".")
    if not text.startswith(f"{ROOT}.") or len(parts) != 5 or not _parts_fit(parts):
        message = gettext_noop("This is not written like a licence identifier.")
        return Fault("licence_structure", message, remedy)
    if mod_37_36("".join(parts[:4])) != parts[4]:
        message = gettext_noop("The last character of the licence identifier does not fit the others.")
        return Fault("licence_check", message, remedy)
    return None


def _parts_fit(parts: list[str]) -> bool:
    type_code, issuer, serial, version, check = parts
    return bool(
        _TYPE.fullmatch(type_code)
        and _ISSUER.fullmatch(issuer)
        and _SERIAL.fullmatch(serial)
        and re.fullmatch(r"[0-9]{3}", version)
        and version != "000"
        and re.fullmatch(r"[0-9A-Z]", check)
    )
