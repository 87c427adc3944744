"""Licence numbers and identifiers: unique under concurrency, gap-free, never used again."""

from __future__ import annotations

import string
from dataclasses import dataclass

from tongban.core.codes import licences as codes
from tongban.core.errors import FieldError, Invalid, gettext_noop
from tongban.core.items import LicenceTypeSpec
from tongban.licences.values import Issuer
from tongban.records import services as records

_PLACES = frozenset({"region", "year", "serial"})


def number_scope(spec: LicenceTypeSpec, issuer: Issuer, year: int) -> str:
    """The counter a number is drawn from. Its parts are those the pattern prints, so that no number repeats.

    Raises :class:`Invalid` for a pattern without {serial} or with a place that is unknown.
    """
    try:
        places = {name for _, name, _, _ in string.Formatter().parse(spec.number_pattern) if name is not None}
    except ValueError:
        places = set()
    if "serial" not in places or places - _PLACES:
        raise Invalid(
            gettext_noop("The number pattern %(pattern)s cannot be used."),
            remedy=gettext_noop("Write {serial}, with {region} and {year} where they are printed."),
            errors=[FieldError("number_pattern", gettext_noop("This pattern cannot be used."))],
            params={"pattern": spec.number_pattern},
        )
    scope = f"licence:{issuer.uscc}:{spec.code}"
    if "region" in places:
        scope += f":{issuer.region_code}"
    return f"{scope}:{year}" if "year" in places else scope


@dataclass(frozen=True)
class Drawn:
    """What a new licence is called: its number as printed with counter and value, and its 流水号."""

    number: str
    scope: str
    value: int
    serial: str


def draw(spec: LicenceTypeSpec, issuer: Issuer, year: int) -> Drawn:
    """The next number and the next 流水号 (the year and twelve digits, by issuer and type).

    Inside the transaction of its licence.
    """
    scope = number_scope(spec, issuer, year)
    value, serial = records.next_numbers(scope, f"licence-serial:{issuer.uscc}:{spec.code}:{year}")
    number = spec.number_pattern.format(region=issuer.region_code, year=year, serial=value)
    return Drawn(number, scope, value, f"{year}{serial:012d}")


def identifier(type_code: str, issuer_uscc: str, serial: str, version: int) -> str:
    """证照标识 of GB/T 36904-2018 with its check character. Raises :class:`Invalid` for parts that do not fit."""
    return str(codes.build_licence_identifier(type_code=type_code, issuer=issuer_uscc, serial=serial, version=version))
