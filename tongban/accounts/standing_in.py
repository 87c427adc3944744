"""Who is away, who stands in and what was delegated: reads, as plain values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from tongban.accounts.models import AssignmentRule, Delegation, DeputyPair, Leave, PostHolding, User
from tongban.core.actors import Duty, Grant, Mandate, MandateKind
from tongban.core.posts import (
    Absence,
    Candidate,
    Method,
    Pair,
    Rule,
    absence_of,
    deputy_of,
    stood_in_for,
    with_handiwork,
)
from tongban.records import watching


@dataclass(frozen=True)
class LeaveView:
    """A leave as the department reads it. ``deputy_name`` is who stands in: named for it, else the standing one.

    ``uncovered``: it runs on the day asked and nobody present stands in.
    """

    id: int
    officer: str
    officer_name: str
    first: date
    last: date
    kind: str
    named: str
    deputy: str
    deputy_name: str
    running: bool
    uncovered: bool


@dataclass(frozen=True)
class PairView:
    """AB角: ``deputy`` for ``officer``."""

    id: int
    officer: str
    officer_name: str
    deputy: str
    deputy_name: str
    since: date


@dataclass(frozen=True)
class DelegationView:
    """A delegation with its scope. ``state`` is future, running, over or revoked."""

    id: int
    principal: str
    principal_name: str
    delegate: str
    delegate_name: str
    items: tuple[str, ...]
    verbs: tuple[str, ...]
    valid_from: date
    valid_to: date
    basis: str
    state: str


@dataclass(frozen=True)
class PersonView:
    """An officer of the department with posts and, today, leave and deputy."""

    id: str
    name: str
    posts: tuple[tuple[str, str], ...]  # (key, name)
    duties: tuple[str, ...]
    level: int
    away_until: date | None
    deputy_name: str
    stands_in_for: tuple[str, ...]


@dataclass(frozen=True)
class PostView:
    """A post with its authority and who holds it on the day asked."""

    key: str
    name: str
    level: int
    duties: tuple[str, ...]
    items: tuple[str, ...]
    holders: tuple[str, ...]


@dataclass(frozen=True)
class RuleView:
    """An assignment rule with its row id, as the screens edit it."""

    id: int
    duty: str
    rule: Rule
    note: str
    active: bool


@dataclass(frozen=True)
class Absences:
    """The leaves and deputy pairs of one organisation that matter on ``day``."""

    day: date
    leaves: tuple[Absence, ...]
    pairs: tuple[Pair, ...]

    def away_until(self, officer: str) -> date | None:
        """The last day of a leave that runs on the day; None: the officer is here."""
        found = absence_of(officer, self.leaves, self.day)
        return found.last if found else None

    def deputy(self, officer: str) -> str:
        """Who stands in today; empty: the officer is here, or nobody does."""
        return deputy_of(officer, self.leaves, self.pairs, self.day)


#: What says who holds which post and who acts for whom is kept by each process under this mark and the one of the
#: organisations, since every page of the desk asks for it.
_MARK = "staff"
_TABLES = (
    "accounts_post",
    "accounts_postholding",
    "accounts_leave",
    "accounts_deputypair",
    "accounts_delegation",
    "accounts_user(name, is_active)",
)
kept = watching.Kept(_MARK, watching.REFERENCE, most=5000)


def watch(using: BaseDatabaseWrapper) -> None:
    """Watch the tables; run after every migrate."""
    watching.install(using, _MARK, _TABLES)


def holding_on(day: date) -> Q:
    """Holdings and pairs in force on ``day``."""
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))


def absences(organisation: str, day: date) -> Absences:
    """Who of ``organisation`` is away on ``day`` and who stands in (one query)."""
    return _absences(_rows(organisation, day), day)


#: Columns of the one query: what it is, who lends (or is away), to whom, from when until when, items and verbs.
_COLUMNS = ("what", "one", "other", "since", "until", "lent_items", "lent_verbs", "pk")
_LEAVE, _PAIR, _DELEGATION = "leave", "pair", "delegation"


def _rows(organisation: str, day: date, delegate: str = "") -> list[tuple[Any, ...]]:
    """Leaves and pairs of ``organisation`` in force on ``day``, and what is delegated to ``delegate``, in one query."""
    nothing = Value("", TextField())
    rows = _columns(
        Leave.objects.filter(organisation__key=organisation, first__lte=day, last__gte=day, cancelled=False),
        (_LEAVE, "user_id", "deputy_id", "first", "last", nothing, nothing),
    )
    pairs = _columns(
        DeputyPair.objects.filter(holding_on(day), organisation__key=organisation),
        (_PAIR, "user_id", "deputy_id", "valid_from", "valid_to", nothing, nothing),
    )
    if not delegate:
        return list(rows.union(pairs, all=True))
    given = Delegation.objects.filter(
        delegate_id=int(delegate),
        organisation__key=organisation,
        valid_from__lte=day,
        valid_to__gte=day,
        revoked=False,
    )
    items, verbs = Cast("items", TextField()), Cast("verbs", TextField())
    whom = ("principal_id", "delegate_id", "valid_from", "valid_to")
    return list(rows.union(pairs, _columns(given, (_DELEGATION, *whom, items, verbs)), all=True))


def _columns(rows: QuerySet[Any], columns: tuple[Any, ...]) -> Any:
    """``rows`` with the columns that all three tables can show."""
    what, *others = columns
    named = {
        name: F(source) if isinstance(source, str) else source
        for name, source in zip(_COLUMNS[1:], others, strict=False)
    }
    return rows.order_by().annotate(what=Value(what, TextField()), **named).values_list(*_COLUMNS)


def _absences(rows: Sequence[tuple[Any, ...]], day: date) -> Absences:
    ordered = sorted(rows, key=lambda row: row[-1])
    leaves = (row for row in ordered if row[0] == _LEAVE)
    pairs = (row for row in ordered if row[0] == _PAIR)
    return Absences(
        day,
        tuple(Absence(str(one), first, last, str(deputy or "")) for _w, one, deputy, first, last, *_rest in leaves),
        tuple(Pair(str(one), str(deputy), first, last) for _w, one, deputy, first, last, *_rest in pairs),
    )


def _pairs(organisation: str, day: date) -> tuple[Pair, ...]:
    return absences(organisation, day).pairs


def mandates(account: str, organisation: str, day: date) -> tuple[tuple[Mandate, ...], date | None]:
    """What others lend to ``account`` on ``day``, and the last day of its own leave. Nobody on leave acts for others.

    One query; another one where something is lent.
    """
    rows = _rows(organisation, day, account)
    away = _absences(rows, day)
    until = away.away_until(account)
    given = [] if until else sorted((row for row in rows if row[0] == _DELEGATION), key=lambda row: row[-1])
    deputised = () if until else sorted(stood_in_for(account, away.leaves, away.pairs, day))
    people = {*deputised, *(str(row[1]) for row in given)}
    if not people:
        return (), until
    grants, names = _grants(people, organisation, day)
    found = [
        Mandate(MandateKind.DEPUTY, officer, names[officer], grants[officer])
        for officer in deputised
        if officer in grants
    ]
    found += [_delegated(row, grants, names) for row in given if str(row[1]) in grants]
    return tuple(found), until


def _delegated(row: tuple[Any, ...], grants: dict[str, tuple[Grant, ...]], names: dict[str, str]) -> Mandate:
    principal, items, verbs = str(row[1]), json.loads(row[5]), json.loads(row[6])
    return Mandate(
        MandateKind.DELEGATION,
        principal,
        names[principal],
        grants[principal],
        frozenset(items),
        with_handiwork(verbs),
    )


def _grants(people: Iterable[str], organisation: str, day: date) -> tuple[dict[str, tuple[Grant, ...]], dict[str, str]]:
    rows = (
        PostHolding.objects.filter(
            holding_on(day),
            user_id__in=[int(item) for item in people],
            user__is_active=True,
            post__organisation__key=organisation,
        )
        .select_related("post", "user")
        .order_by("pk")
    )
    grants: dict[str, tuple[Grant, ...]] = {}
    names: dict[str, str] = {}
    for row in rows:
        officer = str(row.user_id)
        grants[officer] = (*grants.get(officer, ()), grant_of(row))
        names[officer] = row.user.name
    return grants, names


def grant_of(row: PostHolding) -> Grant:
    """The authority of a post held."""
    post = row.post
    return Grant(post.key, frozenset(Duty(duty) for duty in post.duties), post.level, frozenset(post.items))


# The department's page.


def people(organisation: str, day: date) -> tuple[PersonView, ...]:
    """Every officer of an organisation on ``day``, by name."""
    away = absences(organisation, day)
    rows = (
        PostHolding.objects.filter(holding_on(day), post__organisation__key=organisation, user__is_active=True)
        .select_related("post", "user")
        .order_by("user__name", "pk")
    )
    held: dict[str, list[PostHolding]] = {}
    for row in rows:
        held.setdefault(str(row.user_id), []).append(row)
    names = {officer: items[0].user.name for officer, items in held.items()}
    return tuple(
        PersonView(
            id=officer,
            name=names[officer],
            posts=tuple((item.post.key, item.post.name) for item in items),
            duties=tuple(dict.fromkeys(duty for item in items for duty in item.post.duties)),
            level=min(item.post.level for item in items),
            away_until=away.away_until(officer),
            deputy_name=names.get(away.deputy(officer), ""),
            stands_in_for=tuple(
                names.get(item, "") for item in sorted(stood_in_for(officer, away.leaves, away.pairs, day))
            ),
        )
        for officer, items in held.items()
    )


def posts(organisation: str, day: date) -> tuple[PostView, ...]:
    """The posts of an organisation that somebody holds or held, with their authority."""
    rows = PostHolding.objects.filter(post__organisation__key=organisation).select_related("post", "user")
    found: dict[str, PostHolding] = {}
    holders: dict[str, list[str]] = {}
    for row in rows.order_by("post__key", "user__name"):
        found[row.post.key] = row
        if row.valid_from <= day and (row.valid_to is None or row.valid_to >= day):
            holders.setdefault(row.post.key, []).append(row.user.name)
    return tuple(
        PostView(
            key,
            row.post.name,
            row.post.level,
            tuple(row.post.duties),
            tuple(row.post.items),
            tuple(holders.get(key, ())),
        )
        for key, row in found.items()
    )


def leaves(organisation: str, day: date, *, officer: str = "") -> tuple[LeaveView, ...]:
    """Leaves that run on ``day`` or begin after it, the soonest first; those of one ``officer`` where asked."""
    rows = Leave.objects.filter(organisation__key=organisation, last__gte=day, cancelled=False)
    if officer:
        rows = rows.filter(user_id=int(officer))
    found = list(rows.select_related("user").order_by("first", "pk"))
    standing, every = _pairs(organisation, day), _all_absences(organisation, day)
    seen = [_stand_in(row, every, standing, day) for row in found]
    names = _names(seen)
    return tuple(
        LeaveView(
            id=row.pk,
            officer=str(row.user_id),
            officer_name=row.user.name,
            first=row.first,
            last=row.last,
            kind=row.kind,
            named=str(row.deputy_id or ""),
            deputy=deputy,
            deputy_name=names.get(deputy, ""),
            running=row.first <= day,
            uncovered=not deputy,
        )
        for row, deputy in zip(found, seen, strict=True)
    )


def _all_absences(organisation: str, day: date) -> list[Absence]:
    rows = Leave.objects.filter(organisation__key=organisation, last__gte=day, cancelled=False)
    return [Absence(str(row.user_id), row.first, row.last, str(row.deputy_id or "")) for row in rows]


def _stand_in(row: Leave, every: Sequence[Absence], standing: Sequence[Pair], day: date) -> str:
    """Who stands in on the first day of the leave that is still to come."""
    return deputy_of(str(row.user_id), every, standing, max(row.first, day))


def _names(ids: Iterable[str]) -> dict[str, str]:
    wanted = {int(item) for item in ids if item}
    return {str(pk): name for pk, name in User.objects.filter(pk__in=wanted).values_list("pk", "name")}


def deputy_pairs(organisation: str, day: date, *, officer: str = "") -> tuple[PairView, ...]:
    """The standing deputies of an organisation, or of one of its officers."""
    rows = DeputyPair.objects.filter(holding_on(day), organisation__key=organisation)
    if officer:
        rows = rows.filter(user_id=int(officer))
    return tuple(
        PairView(row.pk, str(row.user_id), row.user.name, str(row.deputy_id), row.deputy.name, row.valid_from)
        for row in rows.select_related("user", "deputy").order_by("user__name", "pk")
    )


def delegations(organisation: str, day: date, *, officer: str = "") -> tuple[DelegationView, ...]:
    """Delegations of an organisation, running and to come first; of one ``officer``: given and received."""
    rows = Delegation.objects.filter(organisation__key=organisation).select_related("principal", "delegate")
    if officer:
        rows = rows.filter(Q(principal_id=int(officer)) | Q(delegate_id=int(officer)))
    order = {"running": 0, "future": 1, "over": 2, "revoked": 3}
    found = [_delegation(row, day) for row in rows.order_by("-valid_to", "-pk")[:100]]
    return tuple(sorted(found, key=lambda item: order[item.state]))


def _delegation(row: Delegation, day: date) -> DelegationView:
    state = "revoked" if row.revoked else "future" if day < row.valid_from else "over" if day > row.valid_to else ""
    return DelegationView(
        id=row.pk,
        principal=str(row.principal_id),
        principal_name=row.principal.name,
        delegate=str(row.delegate_id),
        delegate_name=row.delegate.name,
        items=tuple(row.items),
        verbs=tuple(row.verbs),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        basis=row.basis,
        state=state or "running",
    )


# Assignment.


def assignment_rules(organisation: str, duty: str = "", *, only_active: bool = False) -> tuple[RuleView, ...]:
    """The rules of an organisation (and duty) in their order; numbers count per duty as people read them."""
    rows = AssignmentRule.objects.filter(organisation__key=organisation)
    if duty:
        rows = rows.filter(duty=duty)
    numbers: dict[str, int] = {}
    out = []
    for row in rows.order_by("duty", "position", "pk"):
        numbers[row.duty] = numbers.get(row.duty, 0) + 1
        if row.is_active or not only_active:
            out.append(RuleView(row.pk, row.duty, _rule(row, numbers[row.duty]), row.note, row.is_active))
    return tuple(out)


def _rule(row: AssignmentRule, number: int) -> Rule:
    return Rule(
        number=number,
        method=Method(row.method),
        items=frozenset(row.items),
        places=tuple(row.places),
        situation={key: frozenset(values) for key, values in row.situation.items()},
        officers=tuple(row.officers),
        most=row.most,
        last=row.last,
    )


def candidates(organisation: str, duty: str, item: str, day: date, loads: dict[str, int]) -> list[Candidate]:
    """The officers whose post carries ``duty`` for ``item``, by account, with their ``loads`` (open cases)."""
    away = absences(organisation, day)
    rows = (
        PostHolding.objects.filter(holding_on(day), post__organisation__key=organisation, user__is_active=True)
        .select_related("post")
        .order_by("user_id", "pk")
    )
    ids = dict.fromkeys(str(row.user_id) for row in rows if grant_of(row).covers(duty, item))
    return [
        Candidate(
            officer,
            loads.get(officer, 0),
            away.away_until(officer) is not None,
            away.deputy(officer),
            loads.get(away.deputy(officer), 0),
        )
        for officer in ids
    ]
