"""Who would get a case: the assignment rules asked without changing anything, and how much everybody has in hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tongban.accounts import queries as accounts
from tongban.cases import arriving, facts
from tongban.cases.access import find_case
from tongban.catalogue import queries as catalogue
from tongban.core.actors import Actor
from tongban.core.dates import legal_date
from tongban.core.posts import SKIPPED, Arrival, Pick, pick


@dataclass(frozen=True)
class Answer:
    """What the rules of a duty say. ``rules``: (number, whether its conditions hold) of every rule that counts."""

    found: Pick | None
    name: str
    in_place_of: str
    skipped: tuple[tuple[str, str], ...]
    rules: tuple[tuple[int, bool], ...]


def in_hand(organisation: str) -> dict[str, int]:
    """Open cases and reviews in hand by officer (account id) of ``organisation``."""
    return arriving.loads(organisation)


def would_get(actor: Actor, duty: str, case: Arrival, now: datetime, barred: Sequence[str] = ()) -> Answer:
    """The answer of the department's rules for ``duty`` to a case described by ``case``, today."""
    rules = [row.rule for row in accounts.assignment_rules(actor.organisation, duty, only_active=True)]
    loads = arriving.loads(actor.organisation)
    people = accounts.candidates(actor.organisation, duty, case.item, legal_date(now), loads)
    found = pick(rules, case, people, frozenset(barred))
    said = [found.officer, found.in_place_of, *(who for who, _why in found.skipped)] if found else []
    names = accounts.user_names(said)
    return Answer(
        found=found,
        name=names.get(found.officer, "") if found else "",
        in_place_of=names.get(found.in_place_of, "") if found else "",
        skipped=tuple((names.get(who, ""), SKIPPED[why]) for who, why in found.skipped) if found else (),
        rules=tuple((rule.number, rule.matches(case)) for rule in rules),
    )


def waiting_case(actor: Actor, number: str, duty: str) -> tuple[Arrival, tuple[str, ...]]:
    """An open case as the rules see it, and who may not take its step. Raises NotFound for another authority's."""
    case = find_case(number.strip(), actor)
    loaded = facts.load(case, catalogue.version(case.item_version_id))
    desk = arriving.desk_of(loaded)
    barred = desk.barred if (desk.organisation, desk.duty) == (actor.organisation, duty) else frozenset[str]()
    return arriving.arrival(loaded), tuple(barred)
