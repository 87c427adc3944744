"""A case reaches a post: the assignment rules of that post say who gets it, and the event says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count

from tongban.accounts import queries as accounts
from tongban.accounts import services as account_services
from tongban.cases.facts import Loaded
from tongban.cases.models import Case, Review
from tongban.cases.privacy import open_form
from tongban.cases.reference import Reference
from tongban.core.case_facts import Status
from tongban.core.forms import fields_of
from tongban.core.items import FieldKind, ItemSpec
from tongban.core.posts import Arrival, Pick, Rule, pick
from tongban.records.values import JSON

#: The verb of the event by which the rules assign.
VERB = "assign_by_rule"


@dataclass
class Before:
    """How the case stood before a verb: what has newly reached a post is told by it. ``moved``: by its status."""

    reviews: frozenset[str]
    waited_for_reviews: bool
    moved: bool

    @classmethod
    def of(cls, loaded: Loaded) -> Before:
        """Taken when the verb begins; a case without an event has just been handed in."""
        return cls(frozenset(row.key for row in loaded.reviews), _in_review(loaded), loaded.case.seq == 0)


def _in_review(loaded: Loaded) -> bool:
    return any(row.done_on is None for row in loaded.reviews)


@dataclass(frozen=True)
class Desk:
    """What waits for an officer: the case as a whole (``review`` None), or one department's review."""

    organisation: str
    duty: str
    review: Review | None = None
    barred: frozenset[str] = frozenset()


def assign(loaded: Loaded, before: Before, today: date, reference: Reference) -> Iterator[dict[str, JSON]]:
    """Ask the rules for every post that was reached, set the assignees, and yield what each event says."""
    for desk in _reached(loaded, before):
        if not reference.has_rules(desk.organisation, desk.duty):
            continue
        details = by_rules(loaded, desk, today)
        if details:
            yield details


def _reached(loaded: Loaded, before: Before) -> Iterator[Desk]:
    case = loaded.case
    if not case.is_open:
        return
    for row in loaded.reviews:
        if row.key not in before.reviews and row.done_on is None:
            yield Desk(row.organisation, row.duty, row)
    waits = case.status == Status.ACCEPTED and _in_review(loaded)
    if not waits and not case.assignee and (before.moved or before.waited_for_reviews):
        yield desk_of(loaded)


def desk_of(loaded: Loaded) -> Desk:
    """The post that has the case as a whole; who accepted it does not decide it, unless an instant item says so."""
    case = loaded.case
    deciding = case.status == Status.ACCEPTED and not loaded.spec.delegated_officer
    barred = frozenset({case.accepted_by} - {""}) if deciding else frozenset[str]()
    return Desk(case.holder_organisation, case.holder_duty, None, barred)


def by_rules(loaded: Loaded, desk: Desk, today: date) -> dict[str, JSON]:
    """Let the rules assign ``desk`` (the caller saves its row) and tell what the event says; empty: no answer."""
    rules = accounts.assignment_rules(desk.organisation, desk.duty, only_active=True)
    if not rules:
        return {}
    found = ask(loaded, desk, [row.rule for row in rules], today)
    if found is None or not found.officer:
        return {}
    row: Case | Review = desk.review or loaded.case
    row.assignee, row.assigned_for = found.officer, found.in_place_of
    chosen = next(item for item in rules if item.rule.number == found.rule)
    account_services.take_turn(rule=chosen.id, officer=found.in_place_of or found.officer)
    return told(found, desk)


def told(found: Pick, desk: Desk) -> dict[str, JSON]:
    """What the event says of an assignment by rule."""
    return {
        "to": found.officer,
        "in_place_of": found.in_place_of,
        "review": desk.review.key if desk.review else "",
        "rule": found.rule,
        "method": found.method.value,
        "load": found.load,
        "skipped": [[officer, why.value] for officer, why in found.skipped],
    }


def ask(loaded: Loaded, desk: Desk, rules: Sequence[Rule], today: date) -> Pick | None:
    """What ``rules`` say to this case at this desk; nothing is changed."""
    people = accounts.candidates(desk.organisation, desk.duty, loaded.case.item_key, today, loads(desk.organisation))
    return pick(rules, arrival(loaded, places=any(rule.places for rule in rules)), people, desk.barred)


def arrival(loaded: Loaded, *, places: bool = True) -> Arrival:
    """The case as the rules see it. Addresses are opened only where a rule asks for a place."""
    case = loaded.case
    situation = {key: str(value) for key, value in case.answers.items()}
    kind = next((item.kind.value for item in loaded.spec.variants if item.key == case.variant), "")
    situation |= {"variant": case.variant, "kind": kind, "channel": case.channel, "track": case.track}
    found = addresses(loaded.spec, case.form) if places else ()
    return Arrival(case.item_key, found, situation)


def addresses(spec: ItemSpec, form: Any) -> tuple[str, ...]:
    """Every address in the application, as entered."""
    keys = [field.key for field in fields_of(spec.form) if field.kind is FieldKind.ADDRESS]
    opened = open_form(spec.form, form) if keys else {}
    values = [opened.get(key) for key in keys]
    return tuple("".join(str(part) for part in value.values()) for value in values if isinstance(value, dict))


def loads(organisation: str) -> dict[str, int]:
    """Open cases and reviews in hand of the officers of ``organisation``, by account: two counts."""
    cases = Case.objects.filter(is_open=True, holder_organisation=organisation).exclude(assignee="")
    reviews = Review.objects.filter(organisation=organisation, done_on=None, case__status="accepted")
    found: Counter[str] = Counter()
    for rows in (cases, reviews.exclude(assignee="")):
        found.update(dict(rows.order_by().values_list("assignee").annotate(Count("pk"))))
    return dict(found)
