"""Blank certificates 空白证照 with printed serial numbers: received, used, spoiled, returned, and never twice.

Pure rules. No provision was found that says how an authority keeps this ledger; the rules are the house's own, after
what every stock of numbered forms needs: each sheet is somewhere, and one that was used is never used again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tongban.core.errors import FieldError, Invalid, Refused, gettext_noop

#: Most sheets of one receipt: a typing error of one digit does not fill the ledger.
MOST = 10_000


class Sheet(StrEnum):
    """Where a sheet is. Everything but ``STOCK`` is final."""

    STOCK = "stock"
    USED = "used"
    SPOILED = "spoiled"
    RETURNED = "returned"


@dataclass(frozen=True)
class Month:
    """One month's sums; the closing stock is what the next month opens with."""

    opening: int
    received: int
    used: int
    spoiled: int
    returned: int

    @property
    def closing(self) -> int:
        """What lies in the cupboard at the end."""
        return self.opening + self.received - self.used - self.spoiled - self.returned


def check_receipt(first: int, last: int, known: Iterable[tuple[int, int]]) -> None:
    """Whether sheets ``first`` to ``last``, both included, may be received beside the ranges already ``known``.

    Raises :class:`Invalid` naming ``first`` or ``last``.
    """
    if first < 1 or last < first:
        raise _invalid("last", gettext_noop("The last number comes before the first."), {})
    if last - first >= MOST:
        raise _invalid("last", gettext_noop("One receipt has at most %(most)s sheets."), {"most": MOST})
    for low, high in known:
        if first <= high and low <= last:
            message = gettext_noop("Numbers %(low)s to %(high)s were received already.")
            raise _invalid("first", message, {"low": low, "high": high})


def check_take(number: int, state: Sheet | None, following: int | None, what: Sheet) -> None:
    """Whether sheet ``number`` may become ``what``. ``following`` is the lowest number in stock.

    A sheet is used in the order of the numbers, so that a missing one shows at once. Raises :class:`Invalid` naming
    ``number`` for one that was never received, :class:`Refused` for one that is gone or out of turn.
    """
    if state is None:
        raise _invalid("number", gettext_noop("This number was never received."), {})
    if state is not Sheet.STOCK:
        raise Refused(
            gettext_noop("Sheet %(number)s is not in stock any more."),
            remedy=gettext_noop("A number is used once. Look in the ledger for what became of it."),
            params={"number": number},
            code="sheet_gone",
        )
    if what is Sheet.USED and following is not None and number != following:
        raise Refused(
            gettext_noop("Sheet %(following)s comes first; leaving it out would leave a gap."),
            remedy=gettext_noop("Use that sheet, or record it as spoiled or returned with the reason."),
            params={"following": following},
            code="sheet_out_of_turn",
        )


def balance(sheets: Mapping[int, Sheet]) -> dict[Sheet, int]:
    """How many sheets are where; the sums of all are what was ever received."""
    return {state: sum(1 for each in sheets.values() if each is state) for state in Sheet}


def check_count(counted: int, stock: int) -> int:
    """The difference between what was ``counted`` and the ledger's ``stock``: 0 when both agree, negative: missing."""
    if counted < 0:
        raise _invalid("counted", gettext_noop("Write a whole number from 0."), {})
    return counted - stock


def _invalid(field: str, message: str, params: Mapping[str, object]) -> Invalid:
    return Invalid(message, params=params, errors=[FieldError(field, message, "", params)])
