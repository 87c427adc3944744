"""Verbs on people and posts: leave, deputies, delegation, moving to another post, assignment rules.

What concerns one officer stands in that officer's chain (``account:<id>``), the rules in their organisation's
(``posts:<region>:<organisation>``). Rows are never deleted while they have effect on what was done; a rule, which has
none once a case is assigned, is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from tongban.accounts.models import (
    Delegation,
    DeputyPair,
    Leave,
    Organisation,
    Post,
    PostHolding,
    User,
)
from tongban.accounts.standing_in import holding_on
from tongban.core.actors import Actor, Duty, MandateKind
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError, Forbidden, Invalid, NotFound, Refused, gettext_noop
from tongban.core.numbers import whole
from tongban.core.posts import DELEGABLE
from tongban.records.services import JSON, append_to_chain

#: Longest leave and delegation in days: what lasts longer is a change of post, or is given anew.
LONGEST = 366
#: Duties a head may move officers between; the others are granted by the administration of the installation.
MOVABLE = frozenset({Duty.WINDOW, Duty.REVIEWER, Duty.INSPECTOR, Duty.DECISION_MAKER, Duty.CERTIFICATE_CLERK})


def heads(actor: Actor) -> bool:
    """Whether the actor manages the people of its organisation: as its head, or as deputy of the absent head."""
    lent = (item for item in actor.mandates if item.kind is MandateKind.DEPUTY)
    return actor.has(Duty.AGENCY_HEAD) or any(Duty.AGENCY_HEAD in item.duties for item in lent)


def invalid_entry(entry: str, message: str, remedy: str, **params: object) -> Invalid:
    """One wrong entry as an error."""
    return Invalid(message, remedy=remedy, errors=[FieldError(entry, message, remedy, params)], params=params)


def check_head(actor: Actor) -> None:
    """Raise Forbidden for anybody but the head of the department or the head's deputy."""
    if not heads(actor):
        raise Forbidden(
            gettext_noop("Only the head of the department arranges this."),
            remedy=gettext_noop("Ask the head, or the head's deputy."),
        )


def _check_self_or_head(actor: Actor, officer: str) -> None:
    if officer != actor.id:
        check_head(actor)


def officer_of(actor: Actor, officer: str, day: date, name: str = "officer") -> User:
    """The officer, who must hold a post in the actor's organisation on ``day``."""
    held = PostHolding.objects.filter(
        holding_on(day), post__organisation__key=actor.organisation, user__is_active=True
    ).select_related("user")
    key = whole(officer)
    row = None if key is None else held.filter(user_id=key).first()
    if row is None:
        raise invalid_entry(
            name,
            gettext_noop("This officer holds no post in your department."),
            gettext_noop("Choose one from the list."),
        )
    return row.user


def organisation_of(actor: Actor) -> Organisation:
    """The organisation in which the actor acts."""
    return Organisation.objects.get(key=actor.organisation, region__code=actor.region_code)


def _check_days(first: date, last: date, today: date) -> None:
    if first < today:
        raise invalid_entry(
            "first",
            gettext_noop("The first day lies in the past: who was competent then cannot be changed now."),
            gettext_noop("Begin today or later."),
        )
    if last < first:
        raise invalid_entry(
            "last",
            gettext_noop("The last day comes before the first."),
            gettext_noop("Write the last day on which it holds."),
        )
    if (last - first).days >= LONGEST:
        raise invalid_entry(
            "last",
            gettext_noop("This is longer than %(most)s days."),
            gettext_noop("Shorten it; it can be given anew."),
            most=LONGEST,
        )


def posts_chain(actor: Actor) -> str:
    """The chain of what concerns the department's posts and rules as a whole."""
    return f"posts:{actor.region_code}:{actor.organisation}"


def tell(actor: Actor, chain: str, verb: str, now: datetime, facts: Mapping[str, JSON]) -> None:
    """Append an event about people and posts."""
    append_to_chain(chain=chain, verb=verb, actor=actor, at=now, legal_date=legal_date(now), facts=facts)


# Leave and deputies.


def report_leave(
    *,
    officer: str,
    first: date,
    last: date,
    actor: Actor,
    now: datetime,
    kind: str = "annual",
    deputy: str = "",
) -> int:
    """Report that ``officer`` is away from ``first`` to ``last``; ``deputy`` (an account id) stands in, if named.

    For oneself, or by the head for an officer who cannot. Returns the leave's id. Raises Invalid naming the entry.
    """
    today = legal_date(now)
    _check_self_or_head(actor, officer)
    if kind not in Leave.KINDS:
        raise invalid_entry("kind", gettext_noop("Choose the kind of leave."), gettext_noop("Choose one."))
    _check_days(first, last, today)
    with transaction.atomic():
        person = officer_of(actor, officer, today)
        own = _meeting(person.pk, first, last).first()
        if own is not None:
            raise invalid_entry(
                "first",
                gettext_noop("A leave from %(first)s to %(last)s is reported already."),
                gettext_noop("End or withdraw that one first."),
                first=own.first,
                last=own.last,
            )
        named = _deputy(actor, officer, deputy, first, last, today) if deputy else None
        row = Leave.objects.create(
            organisation=organisation_of(actor),
            user=person,
            first=first,
            last=last,
            kind=kind,
            deputy=named,
            reported_by=actor.id,
            reported_at=now,
        )
        tell(actor, f"account:{person.pk}", "report_leave", now, leave_facts(row))
    return row.pk


def _meeting(user_id: int, first: date, last: date) -> Any:
    return Leave.objects.filter(user_id=user_id, first__lte=last, last__gte=first, cancelled=False).order_by("first")


def _deputy(actor: Actor, officer: str, deputy: str, first: date, last: date, today: date) -> User:
    if deputy == officer:
        raise invalid_entry(
            "deputy", gettext_noop("Nobody is the own deputy."), gettext_noop("Choose another officer as deputy.")
        )
    found = officer_of(actor, deputy, today, "deputy")
    away = _meeting(found.pk, first, last).first()
    if away is not None:
        raise invalid_entry(
            "deputy",
            gettext_noop("%(name)s is on leave from %(first)s to %(last)s and cannot stand in all the time."),
            gettext_noop("Choose another deputy, or other days."),
            name=found.name,
            first=away.first,
            last=away.last,
        )
    return found


def leave_facts(row: Leave) -> dict[str, JSON]:
    """What the events say of a leave; the audit compares it with the row."""
    return {
        "leave": row.pk,
        "first": row.first.isoformat(),
        "last": row.last.isoformat(),
        "kind": row.kind,
        "deputy": str(row.deputy_id or ""),
        "cancelled": row.cancelled,
    }


def end_leave(*, leave: int, actor: Actor, now: datetime) -> None:
    """The officer is back today: the leave ends with yesterday; one that did not begin before is withdrawn."""
    today = legal_date(now)
    with transaction.atomic():
        row = _leave(actor, leave)
        if row.cancelled or row.last < today:
            raise Refused(gettext_noop("This leave is over."), remedy=gettext_noop("Nothing needs to be done."))
        if row.first >= today:
            row.cancelled = True
        else:
            row.last = today - timedelta(days=1)
        row.save(update_fields=["cancelled", "last"])
        tell(actor, f"account:{row.user_id}", "end_leave", now, leave_facts(row))


def _leave(actor: Actor, leave: int) -> Leave:
    row = Leave.objects.select_for_update().filter(pk=leave, organisation__key=actor.organisation).first()
    if row is None or (str(row.user_id) != actor.id and not heads(actor)):
        raise NotFound(gettext_noop("There is no such leave."), remedy=gettext_noop("Reload the page."))
    return row


def name_deputy(*, leave: int, deputy: str, actor: Actor, now: datetime) -> None:
    """Name another deputy for a leave that runs or is to come; the cases in hand go over at once."""
    today = legal_date(now)
    with transaction.atomic():
        row = _leave(actor, leave)
        if row.cancelled or row.last < today:
            raise Refused(gettext_noop("This leave is over."), remedy=gettext_noop("Nothing needs to be done."))
        first = max(row.first, today)
        row.deputy = _deputy(actor, str(row.user_id), deputy, first, row.last, today) if deputy else None
        row.save(update_fields=["deputy"])
        tell(actor, f"account:{row.user_id}", "name_deputy", now, leave_facts(row))


def appoint_deputy(*, officer: str, deputy: str, actor: Actor, now: datetime) -> int:
    """AB角: from today ``deputy`` stands in whenever ``officer`` is away; for oneself, or by the head.

    Returns the pair's id; a repeat changes nothing.
    """
    today = legal_date(now)
    _check_self_or_head(actor, officer)
    with transaction.atomic():
        person = officer_of(actor, officer, today)
        if deputy == officer:
            raise invalid_entry(
                "deputy", gettext_noop("Nobody is the own deputy."), gettext_noop("Choose another officer as deputy.")
            )
        other = officer_of(actor, deputy, today, "deputy")
        same = DeputyPair.objects.filter(holding_on(today), user=person, deputy=other).first()
        if same is not None:
            return same.pk
        row = DeputyPair.objects.create(
            organisation=organisation_of(actor), user=person, deputy=other, valid_from=today
        )
        tell(actor, f"account:{person.pk}", "appoint_deputy", now, pair_facts(row))
    return row.pk


def pair_facts(row: DeputyPair) -> dict[str, JSON]:
    """What the events say of a pair."""
    return {
        "pair": row.pk,
        "deputy": str(row.deputy_id),
        "from": row.valid_from.isoformat(),
        "to": row.valid_to.isoformat() if row.valid_to else "",
    }


def release_deputy(*, pair: int, actor: Actor, now: datetime) -> None:
    """The pair ends with yesterday."""
    today = legal_date(now)
    with transaction.atomic():
        row = (
            DeputyPair.objects.select_for_update()
            .filter(holding_on(today), pk=pair, organisation__key=actor.organisation)
            .first()
        )
        if row is None or (str(row.user_id) != actor.id and not heads(actor)):
            raise NotFound(gettext_noop("There is no such deputy."), remedy=gettext_noop("Reload the page."))
        row.valid_to = today - timedelta(days=1)
        row.save(update_fields=["valid_to"])
        tell(actor, f"account:{row.user_id}", "release_deputy", now, pair_facts(row))


# Delegation.


def delegate(
    *,
    delegate: str,
    verbs: Sequence[str],
    items: Sequence[str],
    first: date,
    last: date,
    basis: str,
    actor: Actor,
    now: datetime,
) -> int:
    """首席代表授权: the head lends ``verbs`` on ``items`` (none: all) to an officer of the department. Returns its id.

    Only one's own authority can be lent, by oneself and in writing (``basis``). It reaches no further than the head's
    posts do on the day it is used. Extending a limit cannot be lent (行政许可法 art. 42).
    """
    today = legal_date(now)
    if not actor.has(Duty.AGENCY_HEAD):
        raise Forbidden(
            gettext_noop("Only the head of the department delegates, in person."),
            remedy=gettext_noop("Prepare the written authority for the head."),
        )
    if not verbs or set(verbs) - set(DELEGABLE):
        raise invalid_entry(
            "verbs", gettext_noop("Choose the acts that are delegated."), gettext_noop("Choose at least one.")
        )
    if not basis.strip() or len(basis.strip()) > 200:
        raise invalid_entry(
            "basis",
            gettext_noop("The written authority is missing."),
            gettext_noop("Write its number or title, at most 200 characters."),
        )
    _check_days(first, last, today)
    if delegate == actor.id:
        raise invalid_entry(
            "delegate", gettext_noop("Nobody delegates to oneself."), gettext_noop("Choose another officer.")
        )
    with transaction.atomic():
        person = officer_of(actor, delegate, today, "delegate")
        row = Delegation.objects.create(
            organisation=organisation_of(actor),
            principal_id=int(actor.id),
            delegate=person,
            items=sorted(set(items)),
            verbs=[verb.value for verb in DELEGABLE if verb in verbs],
            valid_from=first,
            valid_to=last,
            basis=basis.strip(),
            made_by=actor.id,
            made_at=now,
        )
        tell(actor, f"account:{actor.id}", "delegate", now, delegation_facts(row))
    return row.pk


def delegation_facts(row: Delegation) -> dict[str, JSON]:
    """What the events say of a delegation."""
    return {
        "delegation": row.pk,
        "delegate": str(row.delegate_id),
        "items": list(row.items),
        "verbs": list(row.verbs),
        "from": row.valid_from.isoformat(),
        "to": row.valid_to.isoformat(),
        "basis": row.basis,
        "revoked": row.revoked,
    }


def revoke(*, delegation: int, actor: Actor, now: datetime) -> None:
    """Take a delegation back at once: by who gave it, or by the head of the department today."""
    with transaction.atomic():
        row = Delegation.objects.select_for_update().filter(pk=delegation, organisation__key=actor.organisation).first()
        if row is None or (str(row.principal_id) != actor.id and not heads(actor)):
            raise NotFound(gettext_noop("There is no such delegation."), remedy=gettext_noop("Reload the page."))
        if row.revoked or row.valid_to < legal_date(now):
            raise Refused(
                gettext_noop("This delegation has ended already."), remedy=gettext_noop("Nothing needs to be done.")
            )
        row.revoked = True
        row.save(update_fields=["revoked"])
        tell(actor, f"account:{row.principal_id}", "revoke_delegation", now, delegation_facts(row))


# Posts.


def reassign(*, officer: str, post: str, to: str, first: date, actor: Actor, now: datetime) -> None:
    """调岗: from ``first`` on the officer holds the post ``to`` instead of ``post``.

    What is assigned to the officer on the old post stays where it is until it is handed over: the caller asks the
    cases room for that. A head moves nobody to or from a post of management, and not the own person.
    """
    today = legal_date(now)
    check_head(actor)
    if officer == actor.id:
        raise Forbidden(
            gettext_noop("Nobody changes the own post."),
            remedy=gettext_noop("The administration of the installation changes it."),
        )
    if first < today:
        raise invalid_entry(
            "first",
            gettext_noop("The first day lies in the past: who was competent then cannot be changed now."),
            gettext_noop("Begin today or later."),
        )
    with transaction.atomic():
        person = officer_of(actor, officer, today)
        held = PostHolding.objects.select_for_update().filter(
            holding_on(today), user=person, post__key=post, post__organisation__key=actor.organisation
        )
        old = held.select_related("post").first()
        new = Post.objects.filter(key=to, organisation__key=actor.organisation).first()
        if old is None or new is None or old.post_id == new.pk:
            raise invalid_entry(
                "to", gettext_noop("Choose another post of your department."), gettext_noop("Choose one.")
            )
        for each in (old.post, new):
            if not {Duty(duty) for duty in each.duties} <= MOVABLE:
                raise Forbidden(
                    gettext_noop("“%(post)s” is a post of management."),
                    remedy=gettext_noop("The administration of the installation changes it."),
                    params={"post": each.name},
                )
        old.valid_to = first - timedelta(days=1)
        old.save(update_fields=["valid_to"])
        PostHolding.objects.create(user=person, post=new, valid_from=first)
        facts: dict[str, JSON] = {"from": old.post.key, "to": new.key, "first": first.isoformat()}
        tell(actor, f"account:{person.pk}", "reassign", now, facts)


def set_scope(*, post: str, items: Sequence[str], actor: Actor, now: datetime) -> None:
    """Say for which items a post is (none named: all of the department's); whoever holds it acts on these only."""
    check_head(actor)
    with transaction.atomic():
        row = Post.objects.select_for_update().filter(key=post, organisation__key=actor.organisation).first()
        if row is None:
            raise NotFound(gettext_noop("There is no such post."), remedy=gettext_noop("Reload the page."))
        row.items = sorted(set(items))
        row.save(update_fields=["items"])
        tell(actor, posts_chain(actor), "set_scope", now, {"post": row.key, "items": list(row.items)})
