"""What deserves an alert, judged from the clocks that every screen shows. Pure: the same reading, the same answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tongban.cases.queries.views import Standing
from tongban.core.clock import Reading, colour


class Kind(StrEnum):
    """The kinds of alert. The order is that of the supervisor's page."""

    STATUTORY_LATE = "statutory_late"  # the law's limit has passed
    COMPLETENESS_LATE = "completeness_late"  # five days of silence, not yet recorded as an acceptance
    CERTIFICATE_LATE = "certificate_late"
    REVIEW_LATE = "review_late"
    PROMISE_LATE = "promise_late"  # our own promise has passed, the law's limit has not
    DEEMED_ACCEPTED = "deemed_accepted"
    DUE_SOON = "due_soon"


#: Kinds that break the law are vermilion, the others amber.
UNLAWFUL = frozenset({Kind.STATUTORY_LATE, Kind.COMPLETENESS_LATE, Kind.CERTIFICATE_LATE})
_LATE = {
    "statutory": Kind.STATUTORY_LATE,
    "completeness": Kind.COMPLETENESS_LATE,
    "certificate": Kind.CERTIFICATE_LATE,
    "promised": Kind.PROMISE_LATE,
}


@dataclass(frozen=True)
class Condition:
    """One thing that holds on a case. ``clock`` is the clock it was read from ("" for none)."""

    kind: Kind
    clock: str
    since: date
    due_on: date | None
    reading: Reading | None = None


def conditions(case: Standing, soon: int = 3) -> Iterator[Condition]:
    """What holds on ``case`` now; ``soon`` is in the units of each clock. Nothing rests on a provisional date.

    Of the case's own clocks that are due soon only the first is told: the others follow from it. A department's
    review has its own.
    """
    if case.deemed and case.accepted_on is not None:
        yield Condition(Kind.DEEMED_ACCEPTED, "", case.accepted_on, None)
    statutory = case.running.get("statutory")
    unlawful = statutory is not None and not statutory.provisional and statutory.is_late
    near: list[Condition] = []
    for key, reading in case.running.items():
        if key == "promised" and unlawful:
            continue  # the worse alert says it
        if reading.due is None or reading.provisional:
            continue
        shade = colour(reading, soon)
        if shade == "late":
            kind = Kind.REVIEW_LATE if key.startswith("review:") else _LATE[key]
            yield Condition(kind, key, reading.due + timedelta(days=1), reading.due, reading)
        elif shade == "soon":
            found = Condition(Kind.DUE_SOON, key, reading.as_of, reading.due, reading)
            if key.startswith("review:"):
                yield found
            else:
                near.append(found)
    if near:
        yield min(near, key=lambda item: item.due_on or date.max)
