"""Assignment rules as data: ordered, per organisation and duty, kept by the head (see :mod:`tongban.core.posts`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from tongban.accounts.models import AssignmentRule
from tongban.accounts.posting import MOVABLE, check_head, invalid_entry, officer_of, organisation_of, posts_chain, tell
from tongban.core.actors import Actor
from tongban.core.dates import legal_date
from tongban.core.errors import NotFound, Refused, gettext_noop
from tongban.core.posts import Method
from tongban.records.services import JSON

#: Rules of one duty; more are unreadable.
MOST_RULES = 50


@dataclass(frozen=True)
class RuleEntry:
    """An assignment rule as entered; see :class:`tongban.core.posts.Rule`."""

    duty: str
    method: str
    items: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    situation: Mapping[str, Sequence[str]] = field(default_factory=dict)
    officers: tuple[str, ...] = ()
    most: int = 0
    note: str = ""


def save_rule(*, entry: RuleEntry, actor: Actor, now: datetime, rule: int | None = None) -> int:
    """Add a rule at the end of its duty's rules, or change the one called ``rule``; returns its id."""
    check_head(actor)
    _check_rule(entry, actor, legal_date(now))
    with transaction.atomic():
        own = AssignmentRule.objects.filter(organisation__key=actor.organisation, duty=entry.duty)
        if rule is None:
            if own.count() >= MOST_RULES:
                raise Refused(
                    gettext_noop("There are %(most)s rules for this duty already."),
                    remedy=gettext_noop("Delete those that no longer apply."),
                    params={"most": MOST_RULES},
                )
            last = own.aggregate(last=Max("position"))["last"] or 0
            row = AssignmentRule(organisation=organisation_of(actor), position=last + 1)
        else:
            row = _rule(actor, rule)
        row.duty, row.method, row.most = entry.duty, entry.method, entry.most
        row.items, row.places, row.officers = list(entry.items), list(entry.places), list(entry.officers)
        row.situation = {key: list(values) for key, values in entry.situation.items() if values}
        row.note = entry.note.strip()
        row.save()
        tell(actor, posts_chain(actor), "save_rule", now, rule_facts(row))
    return row.pk


def _check_rule(entry: RuleEntry, actor: Actor, today: date) -> None:
    if entry.method not in set(Method):
        raise invalid_entry("method", gettext_noop("Choose how the officer is found."), gettext_noop("Choose one."))
    if entry.duty not in {duty.value for duty in MOVABLE}:
        raise invalid_entry("duty", gettext_noop("Choose the step."), gettext_noop("Choose one."))
    if entry.method == Method.NAMED and not entry.officers:
        raise invalid_entry(
            "officers", gettext_noop("No officer is named."), gettext_noop("Choose at least one officer.")
        )
    if not 0 <= entry.most <= 999:
        raise invalid_entry(
            "most",
            gettext_noop("The number of open cases must be between 0 and 999."),
            gettext_noop("Write 0 for no limit."),
        )
    if len(entry.note.strip()) > 200:
        raise invalid_entry("note", gettext_noop("The note is too long."), gettext_noop("Shorten it."))
    for officer in entry.officers:
        officer_of(actor, officer, today, "officers")


def _rule(actor: Actor, rule: int) -> AssignmentRule:
    row = AssignmentRule.objects.select_for_update().filter(pk=rule, organisation__key=actor.organisation).first()
    if row is None:
        raise NotFound(gettext_noop("There is no such rule."), remedy=gettext_noop("Reload the page."))
    return row


def rule_facts(row: AssignmentRule) -> dict[str, JSON]:
    """What the events say of a rule; whose turn it was stands in the events of the cases."""
    return {
        "rule": row.pk,
        "duty": row.duty,
        "method": row.method,
        "items": list(row.items),
        "places": list(row.places),
        "situation": {key: list(values) for key, values in sorted(row.situation.items())},
        "officers": list(row.officers),
        "most": row.most,
        "position": row.position,
        "active": row.is_active,
        "note": row.note,
    }


def move_rule(*, rule: int, up: bool, actor: Actor, now: datetime) -> None:
    """Let a rule change places with its neighbour; at the end of the list nothing happens."""
    check_head(actor)
    with transaction.atomic():
        row = _rule(actor, rule)
        same = AssignmentRule.objects.select_for_update().filter(organisation_id=row.organisation_id, duty=row.duty)
        ordered = list(same.order_by("position", "pk"))
        place = [item.pk for item in ordered].index(row.pk)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(ordered):
            return
        ordered[place], ordered[other] = ordered[other], ordered[place]
        for position, item in enumerate(ordered, 1):
            if item.position != position:
                item.position = position
                item.save(update_fields=["position"])
                tell(actor, posts_chain(actor), "move_rule", now, rule_facts(item))


def switch_rule(*, rule: int, on: bool, actor: Actor, now: datetime) -> None:
    """Let a rule count, or keep it without counting."""
    check_head(actor)
    with transaction.atomic():
        row = _rule(actor, rule)
        row.is_active = on
        row.save(update_fields=["is_active"])
        tell(actor, posts_chain(actor), "switch_rule", now, rule_facts(row))


def delete_rule(*, rule: int, actor: Actor, now: datetime) -> None:
    """Take a rule out of the list; what it said stays in the events."""
    check_head(actor)
    with transaction.atomic():
        row = _rule(actor, rule)
        facts = rule_facts(row)
        row.delete()
        tell(actor, posts_chain(actor), "delete_rule", now, {**facts, "deleted": True})


def take_turn(*, rule: int, officer: str) -> None:
    """Remember who got the last case by a rule; part of the verb that assigned it, whose event says so."""
    AssignmentRule.objects.filter(pk=rule).update(last=officer)
