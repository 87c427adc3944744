"""Item codes of GB/T 39554.1-2020: basic (12), implementation (31), business handling (33).

The structure follows the published lists of Guangdong and Liaoning, with which it agrees throughout: the standard's
own text could not be read. Checks return findings: an import warns and goes on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tongban.core.codes.digits import USCC_ALPHABET
from tongban.core.codes.faults import Fault
from tongban.core.codes.identity import uscc_fault
from tongban.core.errors import gettext_noop

CodeKind = Literal["basic", "implementation", "business"]
KIND_OF_LENGTH: dict[int, CodeKind] = {12: "basic", 31: "implementation", 33: "business"}

_BASIC = re.compile(r"[0-9]{11}[0-9Y]")
_FULL = re.compile(rf"[{USCC_ALPHABET}]{{18}}[1-7][0-9]{{11}}[0-9Y](?:[0-9]{{2}})?")


@dataclass(frozen=True, slots=True)
class ItemCode:
    """An item code taken apart; what a shorter kind lacks is empty.

    ``body`` is the implementing body's credit code, ``level`` the level of exercise (A.2), ``basic`` the basic
    code, ``serial`` the two digits of the business handling item.
    """

    text: str
    kind: CodeKind
    body: str
    level: str
    basic: str
    serial: str

    @property
    def province(self) -> str:
        """00 for a national item, else the first two digits of the province."""
        return self.basic[:2]

    @property
    def item_type(self) -> str:
        """The type of item (A.1)."""
        return self.basic[2:4]

    @property
    def department(self) -> str:
        """The guiding department, of the province's own table."""
        return self.basic[4:6]

    @property
    def main(self) -> str:
        """The main item's serial number."""
        return self.basic[6:9]

    @property
    def sub(self) -> str:
        """The sub-item's: 000 has none, 00Y stands for the parent of sub-items."""
        return self.basic[9:12]


def parse_item_code(text: str) -> ItemCode | None:
    """``text`` by its length, or ``None`` if it has none of the three lengths. Characters are not judged here."""
    kind = KIND_OF_LENGTH.get(len(text))
    if kind is None:
        return None
    if kind == "basic":
        return ItemCode(text, kind, "", "", text, "")
    return ItemCode(text, kind, text[:18], text[18], text[19:31], text[31:])


def item_code_findings(text: str, *, item_type: str = "", level: str = "", basic: str = "") -> list[Fault]:
    """Everything noteworthy about an item code; empty if nothing.

    ``item_type`` (A.1), ``level`` (A.2) and ``basic`` are what the list states beside the code, to be compared
    where given. Finding codes: ``item_code_length``, ``item_code_structure``, ``item_code_body`` (credit code's
    structure), ``item_code_check`` (its check character), ``item_code_type``, ``item_code_level``,
    ``item_code_basic``.
    """
    code = parse_item_code(text)
    if code is None:
        return [
            Fault(
                "item_code_length",
                gettext_noop("An item code has 12, 31 or 33 characters; “%(code)s” has %(length)s."),
                gettext_noop("Take the code from the published list."),
                {"code": text, "length": len(text)},
            )
        ]
    return _structure_findings(code) + _agreement_findings(code, item_type, level, basic)


def _structure_findings(code: ItemCode) -> list[Fault]:
    findings = []
    if code.kind != "basic":
        fault = uscc_fault(code.body)
        if fault is not None:
            kind = "item_code_check" if fault.code == "uscc_check" else "item_code_body"
            message = (
                gettext_noop("The body code %(body)s in the item code has a wrong check character.")
                if kind == "item_code_check"
                else gettext_noop("The body code %(body)s in the item code is no unified social credit code.")
            )
            remedy = gettext_noop("Ask the implementing body for its credit code and correct the list.")
            findings.append(Fault(kind, message, remedy, {"body": code.body}))
    pattern, text = (_BASIC, code.basic) if code.kind == "basic" else (_FULL, code.text)
    body_is_known_bad = any(finding.code == "item_code_body" for finding in findings)
    if pattern.fullmatch(text) is None and not (body_is_known_bad and _rest_is_sound(code)):
        findings.append(
            Fault(
                "item_code_structure",
                gettext_noop("“%(code)s” is not written like an item code."),
                gettext_noop(
                    "It is the body's credit code, one digit 1 to 7 for the level, 12 digits of the basic code "
                    "(the last may be Y) and, for a business handling item, two digits."
                ),
                {"code": code.text},
            )
        )
    return findings


def _rest_is_sound(code: ItemCode) -> bool:
    return (
        code.level in tuple("1234567")
        and _BASIC.fullmatch(code.basic) is not None
        and (not code.serial or code.serial.isdecimal())
    )


def _agreement_findings(code: ItemCode, item_type: str, level: str, basic: str) -> list[Fault]:
    findings = []
    if item_type and item_type != code.item_type:
        findings.append(
            Fault(
                "item_code_type",
                gettext_noop("The list says type %(stated)s, the item code says %(coded)s."),
                gettext_noop("Correct the type or the code, whichever is wrong."),
                {"stated": item_type, "coded": code.item_type},
            )
        )
    if level and code.level and level != code.level:
        findings.append(
            Fault(
                "item_code_level",
                gettext_noop("The list says level %(stated)s, the item code says %(coded)s."),
                gettext_noop("Correct the level or the code, whichever is wrong."),
                {"stated": level, "coded": code.level},
            )
        )
    if basic and basic != code.basic:
        findings.append(
            Fault(
                "item_code_basic",
                gettext_noop("The list says basic code %(stated)s, the item code holds %(coded)s."),
                gettext_noop("Correct the basic code or the item code, whichever is wrong."),
                {"stated": basic, "coded": code.basic},
            )
        )
    return findings
