"""Who stands in for whom, and who gets a case: leave, deputies (AB角), delegations and assignment rules.

Everything here is pure: days, people and loads come in, names come out. Days are legal dates, both ends included.
People are account ids as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tongban.core.errors import gettext_noop
from tongban.core.lifecycle import Verb

# Leave and deputies.


@dataclass(frozen=True)
class Absence:
    """A leave of ``officer`` from ``first`` to ``last``; ``deputy`` is named for it, empty: the standing one."""

    officer: str
    first: date
    last: date
    deputy: str = ""

    def covers(self, day: date) -> bool:
        """Whether the officer is away on ``day``."""
        return self.first <= day <= self.last

    def meets(self, first: date, last: date) -> bool:
        """Whether one day of the leave lies from ``first`` to ``last``."""
        return self.first <= last and first <= self.last


@dataclass(frozen=True)
class Pair:
    """AB角: ``deputy`` stands in whenever ``officer`` is away, from ``first`` on (``last`` None: until revoked)."""

    officer: str
    deputy: str
    first: date
    last: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the pair is in force on ``day``."""
        return self.first <= day and (self.last is None or day <= self.last)


def absence_of(officer: str, absences: Iterable[Absence], day: date) -> Absence | None:
    """The leave that keeps ``officer`` away on ``day``; of several the one that lasts longest."""
    found = [item for item in absences if item.officer == officer and item.covers(day)]
    return max(found, key=lambda item: item.last, default=None)


def deputy_of(officer: str, absences: Sequence[Absence], pairs: Iterable[Pair], day: date) -> str:
    """Who stands in for ``officer`` on ``day``; empty while the officer is here or nobody present is named.

    The one named for the leave goes before the standing deputy. A deputy who is away hands nothing on: authority
    that is lent cannot be lent again.
    """
    absence = absence_of(officer, absences, day)
    if absence is None:
        return ""
    standing = [item.deputy for item in pairs if item.officer == officer and item.covers(day)]
    for deputy in (absence.deputy, *standing):
        if deputy and deputy != officer and absence_of(deputy, absences, day) is None:
            return deputy
    return ""


def stood_in_for(deputy: str, absences: Sequence[Absence], pairs: Sequence[Pair], day: date) -> frozenset[str]:
    """Everybody for whom ``deputy`` stands in on ``day``: the inverse of :func:`deputy_of`."""
    away = {item.officer for item in absences if item.covers(day)}
    return frozenset(officer for officer in away if deputy_of(officer, absences, pairs, day) == deputy)


# Delegation.

#: Acts that a chief representative 首席代表 can be given. Extending a limit is not among them: 行政许可法 art. 42
#: leaves it to the head of the authority in person (a deputy of the absent head acts as head).
DELEGABLE = (
    Verb.ACCEPT,
    Verb.REQUEST_CORRECTION,
    Verb.NOT_REQUIRED,
    Verb.REFUSE_ACCEPTANCE,
    Verb.FILE,
    Verb.OPINION,
    Verb.COUNTERSIGN,
    Verb.START_SPECIAL,
    Verb.SUPPLEMENT_SPECIAL,
    Verb.END_SPECIAL,
    Verb.ORDER_INSPECTION,
    Verb.INSPECT,
    Verb.REQUEST_CLARIFICATION,
    Verb.GRANT,
    Verb.REFUSE,
    Verb.MAKE_CERTIFICATE,
    Verb.VOID_CERTIFICATE,
    Verb.DELIVER,
    Verb.TERMINATE,
    Verb.CONVERT,
)
_INTAKE = frozenset({Verb.ACCEPT, Verb.REQUEST_CORRECTION, Verb.NOT_REQUIRED, Verb.REFUSE_ACCEPTANCE, Verb.FILE})


def with_handiwork(verbs: Iterable[str]) -> frozenset[str]:
    """The delegated ``verbs`` with the work without which they cannot be done: marking check points, annotating."""
    given = frozenset(verbs)
    extra: set[str] = set()
    if given & _INTAKE:
        extra |= {Verb.CHECK, Verb.ANNOTATE}
    if Verb.OPINION in given:
        extra.add(Verb.CHECK)
    return given | extra | ({Verb.NOTE} if given else set())


# Assignment rules.


class Method(StrEnum):
    """How a rule chooses among the officers of a post."""

    FEWEST = "fewest"  # who has the fewest open cases
    TURN = "turn"  # one after the other
    NAMED = "named"  # the first of the named officers who is here, else that one's deputy
    NOBODY = "nobody"  # left in the post's list on purpose


@dataclass(frozen=True)
class Arrival:
    """A case that reaches a post. ``situation`` holds the answers and ``variant``, ``kind`` (of variant),
    ``channel`` and ``track``."""

    item: str
    places: tuple[str, ...] = ()  # addresses in the application, as entered
    situation: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One row of the ordered rules of an organisation and a duty. Empty conditions hold for every case.

    ``places`` are words of which one must stand in an address of the case. ``most`` passes over officers who have
    that many open cases already (0: no limit). ``last`` is who got the case before, for :attr:`Method.TURN`.
    """

    number: int
    method: Method
    items: frozenset[str] = frozenset()
    places: tuple[str, ...] = ()
    situation: Mapping[str, frozenset[str]] = field(default_factory=dict)
    officers: tuple[str, ...] = ()
    most: int = 0
    last: str = ""

    def matches(self, case: Arrival) -> bool:
        """Whether every condition of the rule holds for ``case``."""
        if self.items and case.item not in self.items:
            return False
        if self.places and not any(word in place for word in self.places for place in case.places):
            return False
        return all(case.situation.get(key) in wanted for key, wanted in self.situation.items())


@dataclass(frozen=True)
class Candidate:
    """An officer of the post: how many open cases, whether on leave, who stands in meanwhile and that one's load."""

    id: str
    load: int = 0
    away: bool = False
    deputy: str = ""
    deputy_load: int = 0


class Skip(StrEnum):
    """Why an officer did not get the case."""

    AWAY = "away"
    FULL = "full"
    BARRED = "barred"


#: Reasons in words, for the case page and the dry run.
SKIPPED = {
    Skip.AWAY: gettext_noop("on leave"),
    Skip.FULL: gettext_noop("has the most open cases the rule allows"),
    Skip.BARRED: gettext_noop("accepted this case and cannot decide it"),
}


@dataclass(frozen=True)
class Pick:
    """What the rules say. ``officer`` empty: the case stays in the post's list.

    ``in_place_of`` is the absent officer whom ``officer`` stands in for; ``load`` the open cases ``officer`` had.
    ``skipped`` names officers passed over and why.
    """

    rule: int
    method: Method
    officer: str = ""
    in_place_of: str = ""
    load: int = 0
    skipped: tuple[tuple[str, Skip], ...] = ()


def pick(
    rules: Iterable[Rule], case: Arrival, candidates: Sequence[Candidate], barred: frozenset[str] = frozenset()
) -> Pick | None:
    """Ask the rules in their order; the first that matches and finds somebody answers. None: no rule has an answer.

    ``barred`` are officers who may not act on this step of this case; nobody acts in their place either. Nobody on
    leave is ever picked. A deputy is picked only by a rule that names the absent officer.
    """
    for rule in rules:
        if not rule.matches(case):
            continue
        if rule.method is Method.NOBODY:
            return Pick(rule.number, rule.method)
        found = _named(rule, candidates, barred) if rule.method is Method.NAMED else _shared(rule, candidates, barred)
        if found is not None:
            return found
    return None


def _hindrance(rule: Rule, item: Candidate, barred: frozenset[str]) -> Skip | None:
    if item.id in barred:
        return Skip.BARRED
    if item.away:
        return Skip.AWAY
    return Skip.FULL if rule.most and item.load >= rule.most else None


def _shared(rule: Rule, candidates: Sequence[Candidate], barred: frozenset[str]) -> Pick | None:
    """The fewest open cases, or the next in turn, among those who can take it."""
    pool = [item for item in candidates if not rule.officers or item.id in rule.officers]
    hindered = [(item, _hindrance(rule, item, barred)) for item in pool]
    free = [item for item, why in hindered if why is None]
    if not free:
        return None
    ordered = _after(rule.last, pool)
    if rule.method is Method.TURN:
        chosen = min(free, key=lambda item: ordered.index(item.id))
    else:  # equal loads: who has waited longest
        chosen = min(free, key=lambda item: (item.load, ordered.index(item.id)))
    skipped = tuple((item.id, why) for item, why in hindered if why is not None)
    return Pick(rule.number, rule.method, chosen.id, "", chosen.load, skipped)


def _after(last: str, pool: Sequence[Candidate]) -> list[str]:
    """The pool in the order of turns: who comes after ``last`` first, ``last`` at the end."""
    ids = [item.id for item in pool]
    place = ids.index(last) + 1 if last in ids else 0
    return ids[place:] + ids[:place]


def _named(rule: Rule, candidates: Sequence[Candidate], barred: frozenset[str]) -> Pick | None:
    """The first named officer who can take it; for one on leave the deputy, unless that one is hindered too."""
    known = {item.id: item for item in candidates}
    skipped: list[tuple[str, Skip]] = []
    for officer in rule.officers:
        item = known.get(officer)
        if item is None:
            continue
        why = _hindrance(rule, item, barred)
        if why is None:
            return Pick(rule.number, rule.method, officer, "", item.load, tuple(skipped))
        skipped.append((officer, why))
        if why is Skip.AWAY and item.deputy and item.deputy not in barred:
            return Pick(rule.number, rule.method, item.deputy, officer, item.deputy_load, tuple(skipped))
    return None
