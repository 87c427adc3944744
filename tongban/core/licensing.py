"""What may be done with a licence after it was issued: grounds, corrections, and who has to be the second person.

Pure rules. The grounds of annulment are those of 行政许可法 art. 69, of withdrawal art. 8(2), of forfeiture
行政处罚法 art. 9(3). That a second officer confirms what cannot be taken back is a choice of this house: no source
asks for it, and it may not be switched off.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from tongban.core.errors import FieldError, Invalid, Refused, gettext_noop
from tongban.core.law import Citation


class Taking(StrEnum):
    """Why a licence is taken away. The first five may lead to annulment, the sixth must (art. 69(1) and (2))."""

    ABUSE = "abuse"
    BEYOND_POWER = "beyond_power"
    PROCEDURE = "procedure"
    UNQUALIFIED = "unqualified"
    OTHER_BY_LAW = "other_by_law"
    FRAUD = "fraud"
    LAW_CHANGED = "law_changed"
    FACTS_CHANGED = "facts_changed"
    PENALTY = "penalty"

    @property
    def citation(self) -> Citation:
        """The provision it rests on."""
        place = list(Taking).index(self) + 1
        if place <= 5:
            return Citation("licensing", 69, 1, place)
        if self is Taking.FRAUD:
            return Citation("licensing", 69, 2)
        return Citation("行政处罚法", 9, 0, 3) if self is Taking.PENALTY else Citation("licensing", 8, 2)

    @property
    def kind(self) -> str:
        """撤销, 撤回 or 吊销: ``annulled``, ``withdrawn`` or ``forfeited``."""
        if self is Taking.PENALTY:
            return "forfeited"
        return "withdrawn" if self in (Taking.LAW_CHANGED, Taking.FACTS_CHANGED) else "annulled"

    @property
    def compensated(self) -> bool:
        """Whether the holder's loss is made good: arts. 8(2) and 69(4); who cheated keeps nothing."""
        return self not in (Taking.FRAUD, Taking.PENALTY)


TAKING_LABELS: Mapping[Taking, str] = {
    Taking.ABUSE: gettext_noop("Granted by abuse of office or neglect of duty"),
    Taking.BEYOND_POWER: gettext_noop("Granted beyond the authority's powers"),
    Taking.PROCEDURE: gettext_noop("Granted against the procedure that the law prescribes"),
    Taking.UNQUALIFIED: gettext_noop("Granted to an applicant who was not qualified or did not meet the conditions"),
    Taking.OTHER_BY_LAW: gettext_noop("Another case in which the law allows annulment"),
    Taking.FRAUD: gettext_noop("Obtained by deceit, bribery or other improper means"),
    Taking.LAW_CHANGED: gettext_noop("The law it rests on was changed or repealed"),
    Taking.FACTS_CHANGED: gettext_noop("The facts it rests on changed greatly"),
    Taking.PENALTY: gettext_noop("Forfeited as an administrative penalty"),
}

#: What stands beside the printed lines and may be corrected too.
HOLDER_NAME, VALID_FROM, VALID_TO = "holder_name", "valid_from", "valid_to"


def corrected(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """The entries of ``new`` that differ from ``old``: what a clerical correction 更正 changes, and nothing else.

    ``old`` holds every entry that the licence prints, by key; dates are written as ISO text, an absent one as "".
    Raises :class:`Invalid` for an entry that is not printed, for one that would become empty, for a date that is none
    or an end before the beginning, and where nothing differs.
    """
    errors = [FieldError(key, gettext_noop("The licence does not print this.")) for key in sorted(set(new) - set(old))]
    changed = {key: text.strip() for key, text in new.items() if key in old and text.strip() != old[key]}
    for key, text in changed.items():
        if not text:
            errors.append(
                FieldError(
                    key,
                    gettext_noop("A correction puts the right entry in place of the wrong one; this is empty."),
                    gettext_noop("Write the right entry, or leave the old one as it is."),
                )
            )
    errors += _dates({**old, **changed}, changed)
    if errors:
        raise Invalid(gettext_noop("The correction cannot be made like this."), errors=errors)
    if not changed:
        raise Invalid(
            gettext_noop("Nothing would be corrected: every entry is as it was."),
            remedy=gettext_noop("Change the entry that is wrong. For the same contents anew, replace the licence."),
        )
    return changed


def _dates(after: Mapping[str, str], changed: Mapping[str, str]) -> list[FieldError]:
    errors, found = [], {}
    for key in (VALID_FROM, VALID_TO):
        try:
            found[key] = date.fromisoformat(after[key]) if after.get(key) else None
        except ValueError:
            errors.append(FieldError(key, gettext_noop("This is no day."), gettext_noop("Write it like 2026-01-31.")))
    first, last = found.get(VALID_FROM), found.get(VALID_TO)
    if first and last and last < first and changed.keys() & {VALID_FROM, VALID_TO}:
        errors.append(
            FieldError(
                VALID_TO,
                gettext_noop("The validity would end before it begins."),
                gettext_noop("Check both dates of the validity."),
            )
        )
    return errors


def check_second(*, proposer: str, actor: str) -> None:
    """Raises :class:`Refused` when who proposed would also confirm. Both are account ids."""
    if proposer == actor:
        raise Refused(
            gettext_noop("You proposed this yourself; a second officer confirms it."),
            remedy=gettext_noop("Ask a colleague whose post decides to open this licence, or take the proposal back."),
            code="second_person",
        )
