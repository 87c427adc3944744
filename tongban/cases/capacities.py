"""In what capacities somebody acts on a case: by the own posts, and in place of officers who lend theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from tongban.accounts import queries as accounts
from tongban.cases.access import acts_on
from tongban.cases.facts import Loaded, organisation_of
from tongban.core.actors import Actor, Duty, Grant, Mandate
from tongban.core.case_facts import Relation, StandIn, Who
from tongban.core.consulting import ANSWERING
from tongban.core.items import ItemSpec, StepSpec


def relation(loaded: Loaded, actor: Actor) -> Relation:
    """In what capacities ``actor`` can act on the case."""
    if actor.kind == "system":
        return Relation(actor.id, frozenset({Who.SYSTEM}))
    if not actor.is_staff:
        own = acts_on(actor, loaded.case.applicant_id, loaded.case.item_key)
        return Relation(actor.id, frozenset({Who.APPLICANT}) if own else frozenset())
    who, keys, delegated = _of_posts(loaded, actor, own_grants(actor))
    asked = _consulted(loaded, actor, own_grants(actor))
    who |= {Who.CONSULTED} if asked else frozenset()
    lent = tuple(_stand_in(loaded, actor, mandate) for mandate in actor.mandates if _for_item(mandate, loaded))
    return Relation(actor.id, who, keys, delegated, lent, away_until=actor.away_until, consulted=asked)


def _stand_in(loaded: Loaded, actor: Actor, mandate: Mandate) -> StandIn:
    who, keys, delegated = _of_posts(loaded, actor, mandate.grants)
    asked = _consulted(loaded, actor, mandate.grants)
    who |= {Who.CONSULTED} if asked else frozenset()
    return StandIn(mandate.officer, mandate.kind.value, who, keys, mandate.verbs, delegated, asked)


def _consulted(loaded: Loaded, actor: Actor, grants: Sequence[Grant]) -> frozenset[int]:
    """The questions that ``grants`` let the actor answer for its department, whatever items they are for.

    A post scoped to some items knows its own matter: that is what it is asked about, not the item of the asker.
    """
    if not any(grant.duties & ANSWERING for grant in grants):
        return frozenset()
    return loaded.consulted(actor.organisation)


def own_grants(actor: Actor) -> tuple[Grant, ...]:
    """The actor's authority post by post; an actor that knows only its duties has them at its organisation's level."""
    return actor.grants or (Grant("", actor.duties, actor.level),)


def _for_item(mandate: Mandate, loaded: Loaded) -> bool:
    return not mandate.items or loaded.case.item_key in mandate.items


def _of_posts(loaded: Loaded, actor: Actor, grants: Sequence[Grant]) -> tuple[frozenset[Who], frozenset[str], bool]:
    """(capacities, reviews, named officer of an instant item) that ``grants`` give in the actor's organisation."""
    spec, procedure, item = loaded.spec, loaded.spec.procedure, loaded.case.item_key
    covering = [grant for grant in grants if not grant.items or item in grant.items]
    who: set[Who] = set()
    for capacity, step in (
        (Who.COMPLETENESS, procedure.completeness),
        (Who.DECISION, procedure.decision),
        (Who.CERTIFICATE, procedure.certificate),
        (Who.DELIVERY, procedure.delivery),
    ):
        if step is not None and _does(actor, covering, spec, step):
            who.add(capacity)
    if procedure.delivery is None and Who.DECISION in who:
        who.add(Who.DELIVERY)
    delegated = spec.instant and spec.delegated_officer in {grant.post for grant in covering} | (
        set() if actor.grants else actor.posts
    )
    if delegated:
        who |= {Who.COMPLETENESS, Who.DECISION}
    duties = {duty for grant in covering for duty in grant.duties}
    keys = frozenset(row.key for row in loaded.reviews if row.organisation == actor.organisation and row.duty in duties)
    if keys:
        who.add(Who.REVIEWER)
    inspection = procedure.inspection
    if inspection and organisation_of(spec, inspection.organisation) == actor.organisation:
        if duties & {Duty.INSPECTOR, Duty.REVIEWER}:
            who.add(Who.INSPECTOR)
    if _may_extend(actor, duties, spec):
        who.add(Who.EXTENSION)
    if Duty.SUPERVISOR in duties and actor.region_code == loaded.case.region_code:
        who.add(Who.SUPERVISOR)
    return frozenset(who), keys, delegated


def _does(actor: Actor, grants: Sequence[Grant], spec: ItemSpec, step: StepSpec) -> bool:
    if actor.organisation != organisation_of(spec, step.organisation):
        return False
    return any(step.duty in grant.duties and step.level in (0, grant.level) for grant in grants)


def _may_extend(actor: Actor, duties: set[Duty], spec: ItemSpec) -> bool:
    """行政许可法 art. 42: the agency's head for (1), the head of the government of the same level for (2)."""
    if spec.extension is None or spec.extension.approver not in duties:
        return False
    if spec.extension.approver is Duty.GOVERNMENT_HEAD:
        return True
    decision = organisation_of(spec, spec.procedure.decision.organisation)
    return actor.organisation in (decision, spec.authority.organisation)


def in_office(actor: Actor, acting: Relation | None) -> Actor:
    """The actor with the duties of the officer it acts for, for rooms that ask about duties."""
    if acting is None or not acting.acting_for:
        return actor
    return replace(actor, duties=actor.duties | actor.lent().get(acting.acting_for, frozenset()))


def holds(actor: Actor, organisation: str, duty: str, item: str, verb: str) -> bool:
    """Whether the step of ``organisation`` and ``duty`` is with the actor, or with somebody it acts for in ``verb``."""
    if not duty or actor.organisation != organisation:
        return False
    lent = [
        grant
        for mandate in actor.mandates
        if (not mandate.items or item in mandate.items) and (not mandate.verbs or verb in mandate.verbs)
        for grant in mandate.grants
    ]
    return any(grant.covers(duty, item) for grant in (*own_grants(actor), *lent))


def takers(organisation: str, duty: str, item: str, day: date) -> dict[str, str]:
    """Who can be given the step today → in whose place (empty: by the own post). Nobody on leave is among them."""
    people = accounts.candidates(organisation, duty, item, day, {})
    present = {person.id: "" for person in people if not person.away}
    standing_in = {person.deputy: person.id for person in people if person.away and person.deputy}
    return {**standing_in, **present}
