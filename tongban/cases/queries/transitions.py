"""What a new version of an item would do to the cases pending under the versions before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Count

from tongban.cases.models import Case
from tongban.core.case_facts import Status
from tongban.core.errors import FieldError
from tongban.core.items import ItemSpec, Transition
from tongban.core.materials import check_answers

#: Statuses in which the decision is still to come: only these a transition rule speaks of.
UNDECIDED = (Status.RECEIVED, Status.ACCEPTED)
#: Blocked cases that are named; the others are counted.
NAMED = 50


@dataclass(frozen=True)
class Pending:
    """Open cases of one version in one status."""

    version: int
    status: str
    count: int


@dataclass(frozen=True)
class Blocked:
    """A case that could not go on: its number and what it lacks under the new version."""

    number: str
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class Impact:
    """What publishing does. ``rule``: continue, convert, terminate, or empty where the version states none.

    ``undecided`` cases await their decision, ``settled`` open ones have been decided and keep their version;
    ``blocked`` of the undecided could not go on, of which ``named`` are listed.
    """

    rule: str
    pending: tuple[Pending, ...]
    undecided: int = 0
    settled: int = 0
    blocked: int = 0
    named: tuple[Blocked, ...] = field(default_factory=tuple)


def impact_of(item_id: int, spec: ItemSpec, transition: Transition | None) -> Impact:
    """What ``spec`` with its ``transition`` would mean for the open cases of an item.

    Without a rule none of the undecided cases could be decided (nothing is guessed about law). A case that is to be
    converted is blocked when its handling variant or one of its answers does not exist in ``spec`` or a question has
    no answer yet. Cases that go on or are terminated are not blocked.
    """
    cases = Case.objects.filter(item_version__item_id=item_id, is_open=True)
    rows = cases.values_list("item_version__number", "status").annotate(count=Count("pk"))
    pending = tuple(Pending(*row) for row in sorted(rows))
    undecided = sum(each.count for each in pending if each.status in UNDECIDED)
    settled = sum(each.count for each in pending) - undecided
    rule = transition.rule if transition else ""
    open_cases = cases.filter(status__in=UNDECIDED).order_by("received_on", "number")
    if not rule:
        named = tuple(Blocked(number) for number in open_cases.values_list("number", flat=True)[:NAMED])
        return Impact(rule, pending, undecided, settled, undecided, named)
    if rule != "convert":
        return Impact(rule, pending, undecided, settled)
    unfit = [
        Blocked(number, errors)
        for number, variant, answers in open_cases.values_list("number", "variant", "answers").iterator(500)
        if (errors := _lacks(spec, variant, answers))
    ]
    return Impact(rule, pending, undecided, settled, len(unfit), tuple(unfit[:NAMED]))


def _lacks(spec: ItemSpec, variant: str, answers: Mapping[str, str]) -> tuple[FieldError, ...]:
    return tuple(check_answers(spec, variant, answers)[1])
