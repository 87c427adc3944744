"""Codes and numbers: structure, check characters and masks. Nothing here raises on bad input but the builders."""

from tongban.core.codes.digits import USCC_ALPHABET, mod_11_2, mod_37_36, uscc_check
from tongban.core.codes.faults import Fault
from tongban.core.codes.identity import (
    birth_date,
    is_mobile,
    mask_email,
    mask_id,
    mask_name,
    mask_phone,
    normalise,
    resident_id_fault,
    resident_id_problems,
    uscc_fault,
    uscc_problems,
)
from tongban.core.codes.items import ItemCode, item_code_findings, parse_item_code
from tongban.core.codes.licences import (
    LicenceIdentifier,
    build_licence_identifier,
    licence_identifier_fault,
    parse_licence_identifier,
)

__all__ = [
    "USCC_ALPHABET",
    "Fault",
    "ItemCode",
    "LicenceIdentifier",
    "birth_date",
    "build_licence_identifier",
    "is_mobile",
    "item_code_findings",
    "licence_identifier_fault",
    "mask_email",
    "mask_id",
    "mask_name",
    "mask_phone",
    "mod_11_2",
    "mod_37_36",
    "normalise",
    "parse_item_code",
    "parse_licence_identifier",
    "resident_id_fault",
    "resident_id_problems",
    "uscc_check",
    "uscc_fault",
    "uscc_problems",
]
