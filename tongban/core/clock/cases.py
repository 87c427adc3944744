"""All clocks of one case: completeness, statutory, promised, each department's review, certificate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tongban.core.calendar import WorkCalendar
from tongban.core.clock.columns import many_readings
from tongban.core.clock.reading import read, summary
from tongban.core.clock.terms import ClockFacts, Limit, Pause, Reading, StartEvent, Unit

#: 行政许可法 art. 32(1)(4): on the spot, or one notice within five days of receipt.
COMPLETENESS = Limit(5, Unit.WORKING_DAY, StartEvent.RECEIPT, "《行政许可法》第三十二条第一款第四项")
#: 行政许可法 art. 44: issue and deliver the certificate within ten days of the decision.
CERTIFICATE = Limit(10, Unit.WORKING_DAY, StartEvent.DECISION, "《行政许可法》第四十四条")


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """One department's review: ``key`` its department, ``done`` the day of its opinion."""

    key: str
    opened: date | None
    done: date | None = None
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class CaseLimits:
    """The limits frozen from the item's version; ``None`` where the item has no such clock."""

    completeness: Limit | None = COMPLETENESS
    statutory: Limit | None = None
    promised: Limit | None = None
    certificate: Limit | None = CERTIFICATE


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The legal dates of a case.

    ``received`` is the first receipt and ``corrected`` the last receipt of corrections, which is a new receipt
    with a fresh check. ``completeness_stopped``: acceptance, correction notice, not-required notice or refusal,
    whichever ended the present check. ``not_after``: expiry of the licence to be renewed. ``closed``: the day a
    case ended otherwise than by a decision (withdrawal, termination); it stops every clock still running.
    """

    received: date | None = None
    accepted: date | None = None
    decided: date | None = None
    granted: bool = False
    completeness_stopped: date | None = None
    pauses: tuple[Pause, ...] = ()
    extended_by: int = 0
    not_after: date | None = None
    reviews: tuple[ReviewFacts, ...] = ()
    certificate_made: date | None = None
    corrected: date | None = None
    closed: date | None = None

    @property
    def correcting(self) -> bool:
        """Whether the applicant has a correction notice to answer: the check has ended and nothing followed it."""
        ended = (self.accepted, self.decided, self.closed)
        return self.completeness_stopped is not None and not any(ended)

    def start_of(self, event: StartEvent) -> date | None:
        """The day of ``event``; a correction is a new receipt."""
        if event is StartEvent.ACCEPTANCE:
            return self.accepted
        if event is StartEvent.DECISION:
            return self.decided
        if event is StartEvent.CORRECTION:
            return self.corrected
        return self.corrected or self.received


def case_clock(facts: CaseFacts, limits: CaseLimits, key: str, calendar: WorkCalendar, as_of: date) -> Reading:
    """One clock that has started, with its ledger. Raises ``KeyError`` for a clock the case does not have.

    A line for every day costs thirty times the numbers: only the page of a ledger asks for it.
    """
    clocks = {name: (limit, clock) for name, limit, clock in _started(facts, limits, as_of)}
    limit, clock = clocks[key]
    return read(limit, clock, calendar, as_of)


def case_summaries(facts: CaseFacts, limits: CaseLimits, calendar: WorkCalendar, as_of: date) -> dict[str, Reading]:
    """Every clock that has started, without ledgers.

    Keys: ``completeness``, ``statutory``, ``promised``, ``certificate``, and ``review:<department key>``. Pauses
    stop the statutory, promised and review clocks; an extension moves the statutory one only.
    """
    return {key: summary(limit, clock, calendar, as_of) for key, limit, clock in _started(facts, limits, as_of)}


def many_summaries(
    cases: Iterable[tuple[CaseFacts, CaseLimits]], calendar: WorkCalendar, as_of: date
) -> list[dict[str, Reading]]:
    """What :func:`case_summaries` says of each case, all their clocks read together: for pages of cases."""
    started = [_started(facts, limits, as_of) for facts, limits in cases]
    found = iter(many_readings([(limit, clock) for clocks in started for _, limit, clock in clocks], calendar, as_of))
    return [{key: next(found) for key, _, _ in clocks} for clocks in started]


def _started(facts: CaseFacts, limits: CaseLimits, as_of: date) -> list[tuple[str, Limit, ClockFacts]]:
    clocks = clocks_of(facts, limits)
    return [entry for entry in clocks if entry[2].start is not None and entry[2].start <= as_of]


def clocks_of(facts: CaseFacts, limits: CaseLimits) -> list[tuple[str, Limit, ClockFacts]]:
    """Each clock of the case as (key, limit, facts), started or not."""
    clocks: list[tuple[str, Limit, ClockFacts]] = []
    if limits.completeness is not None:
        start = facts.start_of(limits.completeness.start)
        stopped = _first(facts.completeness_stopped, facts.closed)
        clocks.append(("completeness", limits.completeness, ClockFacts(start, stopped=stopped)))
    stopped = _first(facts.decided, facts.closed)
    if limits.statutory is not None:
        start = _start(facts, limits.statutory)
        clock = ClockFacts(start, facts.pauses, facts.extended_by, stopped, facts.not_after)
        clocks.append(("statutory", limits.statutory, clock))
    if limits.promised is not None:
        start = _start(facts, limits.promised)
        clocks.append(("promised", limits.promised, ClockFacts(start, facts.pauses, 0, stopped, facts.not_after)))
    for review in facts.reviews:
        if review.limit is not None:
            done = _first(review.done, stopped)
            clocks.append((f"review:{review.key}", review.limit, ClockFacts(review.opened, facts.pauses, 0, done)))
    if limits.certificate is not None and facts.granted:
        start = facts.start_of(limits.certificate.start)
        stopped = _first(facts.certificate_made, facts.closed)
        clocks.append(("certificate", limits.certificate, ClockFacts(start, stopped=stopped)))
    return clocks


def _start(facts: CaseFacts, limit: Limit) -> date | None:
    """Day 0 of a limit for deciding; none while the applicant corrects, for the correction is a new receipt."""
    if limit.start is StartEvent.RECEIPT and facts.correcting:
        return None
    return facts.start_of(limit.start)


def _first(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)
