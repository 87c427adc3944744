"""Reads of the accounts room, returned as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BigIntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, NullIf

from tongban.accounts.agencies import (
    AgencyView,
    PowerPage,
    PowerView,
    acts_for,
    agencies,
    agency_of,
    agent_mail,
    enterprise_view,
    invitations,
    own_agency,
    power,
    power_by_number,
    powers,
    powers_by_agent,
    takers,
)
from tongban.accounts.desk_aids import FilterView, LayoutView, TextView, arrangement, saved_filters, text, texts
from tongban.accounts.models import Applicant, ApplicantAccess, Organisation, Post, PostHolding, User
from tongban.accounts.posting import heads
from tongban.accounts.standing_in import (
    DelegationView,
    LeaveView,
    PairView,
    PersonView,
    PostView,
    RuleView,
    absences,
    assignment_rules,
    candidates,
    delegations,
    deputy_pairs,
    grant_of,
    holding_on,
    leaves,
    mandates,
    people,
    posts,
)
from tongban.core.actors import Actor, Duty
from tongban.core.dates import legal_date
from tongban.core.numbers import whole
from tongban.records.rows import by_key
from tongban.records.secrets import blind_index

__all__ = [
    "AgencyView",
    "ApplicantView",
    "DelegationView",
    "FilterView",
    "LayoutView",
    "LeaveView",
    "OfficerView",
    "OrganisationView",
    "PairView",
    "PersonView",
    "PostView",
    "PowerPage",
    "PowerView",
    "RuleView",
    "TextView",
    "absences",
    "actor_for",
    "acts_for",
    "agencies",
    "agent_mail",
    "applicant",
    "applicants_by_number",
    "applicants_of",
    "arrangement",
    "assignment_rules",
    "candidates",
    "delegations",
    "deputy_pairs",
    "enterprise_view",
    "government_of",
    "heads",
    "invitations",
    "leaves",
    "name_of",
    "officers",
    "organisation",
    "organisation_names",
    "organisations",
    "own_agency",
    "people",
    "post_names",
    "posts",
    "power",
    "power_by_number",
    "powers",
    "powers_by_agent",
    "saved_filters",
    "takers",
    "text",
    "texts",
    "user_names",
]


@dataclass(frozen=True)
class ApplicantView:
    """An applicant as the applicant itself, or an officer in charge, may see it. Numbers are in clear."""

    id: int
    kind: str
    name: str
    id_number: str
    phone: str
    email: str
    legal_representative: str
    address: str
    region_code: str


@dataclass(frozen=True)
class OrganisationView:
    """An organisation of the installation."""

    key: str
    name: str
    short: str
    uscc: str
    level: int
    region_code: str
    region_short: str


@dataclass(frozen=True)
class OfficerView:
    """An officer with the posts held on the day asked."""

    id: str
    name: str
    posts: tuple[str, ...]
    organisation: str


def actor_for(user_id: int | str, now: datetime, *, user: object = None) -> Actor:
    """The actor behind an account at ``now``: posts, duties and applicants as of that legal date.

    ``user`` is the account where the request has read it already; it saves reading it again.
    """
    day = legal_date(now)
    known = isinstance(user, User) and user.is_active and str(user.pk) == str(user_id)
    user = user if known and isinstance(user, User) else User.objects.get(pk=user_id, is_active=True)
    if user.kind != User.STAFF:
        ids = ApplicantAccess.objects.filter(holding_on(day), user=user).values_list("applicant_id", flat=True)
        agency = agency_of(user.pk, day)
        return Actor(kind="applicant", id=str(user.pk), name=user.name, applicant_ids=frozenset(ids), agency=agency)
    held = list(
        PostHolding.objects.filter(holding_on(day), user=user)
        .select_related("post__organisation__region")
        .order_by("pk")
    )
    if not held:
        return Actor(kind="staff", id=str(user.pk), name=user.name)
    organisation = held[0].post.organisation
    grants = tuple(grant_of(item) for item in held if item.post.organisation_id == organisation.pk)
    lent, away_until = mandates(str(user.pk), organisation.key, day)
    return Actor(
        kind="staff",
        id=str(user.pk),
        name=user.name,
        posts=frozenset(grant.post for grant in grants),
        duties=frozenset(duty for grant in grants for duty in grant.duties),
        organisation=organisation.key,
        region_code=organisation.region.code,
        level=organisation.level,
        grants=grants,
        mandates=lent,
        away_until=away_until,
    )


def applicant(applicant_id: int) -> ApplicantView:
    """One applicant in clear; callers check that the actor may see it."""
    return _applicant_view(by_key(Applicant, applicant_id))


def applicants_by_number(number: str) -> list[int]:
    """Whose identity number or credit code is ``number``, whole; found by the blind index, nothing is decrypted."""
    text = "".join(number.split()).upper()
    if not 15 <= len(text) <= 20:
        return []
    indexes = [blind_index(text, "id_number"), blind_index(text, "uscc")]
    return list(Applicant.objects.filter(id_index__in=indexes).values_list("pk", flat=True))


def applicants_of(actor: Actor) -> list[ApplicantView]:
    """Whose own account it is, the person first; whom it acts for as an agent is told by :func:`acts_for`."""
    rows = Applicant.objects.filter(pk__in=actor.applicant_ids).order_by("-kind", "pk")
    return [_applicant_view(row) for row in rows]


def _applicant_view(row: Applicant) -> ApplicantView:
    return ApplicantView(
        id=row.pk,
        kind=row.kind,
        name=row.name,
        id_number=row.id_number,
        phone=row.phone,
        email=row.email,
        legal_representative=row.legal_representative,
        address=row.address,
        region_code=row.region_code,
    )


def organisation(key: str) -> OrganisationView:
    """One organisation by its key."""
    row = Organisation.objects.select_related("region").get(key=key)
    return OrganisationView(row.key, row.name, row.short, row.uscc, row.level, row.region.code, row.region.short)


def government_of(region_code: str) -> OrganisationView | None:
    """The government at the same level: where a department's acts are taken to reconsideration."""
    row = Organisation.objects.filter(region__code=region_code, kind="government").values_list("key", flat=True).first()
    return organisation(row) if row else None


def organisation_names(keys: Sequence[str]) -> dict[str, str]:
    """Names by key, for lists (one query)."""
    return dict(Organisation.objects.filter(key__in=set(keys)).values_list("key", "name"))


def organisations(region_code: str) -> dict[str, str]:
    """Every organisation of a region: key → name, for lists to choose from (one query)."""
    return dict(Organisation.objects.filter(region__code=region_code).order_by("pk").values_list("key", "name"))


def officers(organisation_key: str, duty: Duty | str, day: date) -> list[OfficerView]:
    """Officers who hold ``duty`` in an organisation on ``day``, by name: whom a case can be handed to."""
    found: dict[str, OfficerView] = {}
    rows = (
        PostHolding.objects.filter(holding_on(day), post__organisation__key=organisation_key, user__is_active=True)
        .select_related("post", "user")
        .order_by("user__name", "pk")
    )
    for row in rows:
        if str(duty) not in row.post.duties:
            continue
        known = found.get(str(row.user_id))
        posts = (*(known.posts if known else ()), row.post.name)
        found[str(row.user_id)] = OfficerView(str(row.user_id), row.user.name, posts, organisation_key)
    return list(found.values())


def user_names(ids: Sequence[str]) -> dict[str, str]:
    """Display names by account id (one query); the system has none."""
    wanted = [key for item in set(ids) if (key := whole(item)) is not None]
    return {str(pk): name for pk, name in User.objects.filter(pk__in=wanted).values_list("pk", "name")}


def name_of(column: str) -> Subquery:
    """The display name of the account whose id stands as text in ``column``, for a list read in one query."""
    key = Cast(NullIf(OuterRef(column), Value("")), BigIntegerField())
    return Subquery(User.objects.filter(pk=key).values("name")[:1])


def post_names(keys: Sequence[str]) -> dict[str, str]:
    """Names of posts by key (one query)."""
    return dict(Post.objects.filter(key__in=set(keys)).values_list("key", "name"))
