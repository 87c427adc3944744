"""Reads of the accounts room, returned as plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import BigIntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, NullIf

from tongban.accounts.account_lists import (
    AccountPage,
    AccountView,
    PostRow,
    SignInPage,
    SignInView,
    account,
    account_id,
    accounts,
    all_organisations,
    all_posts,
    sign_ins,
)
from tongban.accounts.agencies import (
    AgencyView,
    PowerPage,
    PowerView,
    acts_for,
    agencies,
    agency_of,
    enterprise_view,
    invitations,
    own_agency,
    power,
    power_by_number,
    powers,
    powers_by_agent,
    recipient,
    takers,
)
from tongban.accounts.desk_aids import FilterView, LayoutView, TextView, arrangement, saved_filters, text, texts
from tongban.accounts.looks import LookPage, LookView, all_looks, own_looks
from tongban.accounts.models import Administrator, Applicant, ApplicantAccess, Organisation, Post, PostHolding, User
from tongban.accounts.posting import heads
from tongban.accounts.recipients import message_language, service_copy
from tongban.accounts.second_factor import FactorView, address, factor, written
from tongban.accounts.service_addresses import (
    AddressView,
    choices,
    confirmed,
    consent,
    service_address,
    service_addresses,
)
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
    kept,
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
    "AccountPage",
    "AccountView",
    "AddressView",
    "AgencyView",
    "ApplicantView",
    "DelegationView",
    "FactorView",
    "FilterView",
    "LayoutView",
    "LeaveView",
    "LookPage",
    "LookView",
    "OfficerView",
    "OrganisationView",
    "PairView",
    "PersonView",
    "PostRow",
    "PostView",
    "PowerPage",
    "PowerView",
    "RuleView",
    "SignInPage",
    "SignInView",
    "TextView",
    "absences",
    "account",
    "account_id",
    "accounts",
    "actor_for",
    "acts_for",
    "address",
    "agencies",
    "all_looks",
    "all_organisations",
    "all_posts",
    "applicant",
    "applicants_by_number",
    "applicants_of",
    "arrangement",
    "assignment_rules",
    "candidates",
    "choices",
    "confirmed",
    "consent",
    "delegations",
    "deputy_pairs",
    "enterprise_view",
    "factor",
    "government_of",
    "heads",
    "invitations",
    "leaves",
    "message_language",
    "name_of",
    "officers",
    "organisation",
    "organisation_names",
    "organisations",
    "own_agency",
    "own_looks",
    "people",
    "post_names",
    "posts",
    "power",
    "power_by_number",
    "powers",
    "powers_by_agent",
    "recipient",
    "saved_filters",
    "seated",
    "service_address",
    "service_addresses",
    "service_copy",
    "sign_ins",
    "staffed",
    "takers",
    "text",
    "texts",
    "user_names",
    "written",
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
    if user.kind == User.ADMIN:
        role = Administrator.objects.filter(user=user).values_list("role", flat=True).first()
        return Actor(kind="admin", id=str(user.pk), name=user.name, role=role or "")
    if user.kind != User.STAFF:
        ids = ApplicantAccess.objects.filter(holding_on(day), user=user).values_list("applicant_id", flat=True)
        agency = agency_of(user.pk, day)
        return Actor(kind="applicant", id=str(user.pk), name=user.name, applicant_ids=frozenset(ids), agency=agency)
    return replace(kept.once((user.pk, day), lambda: _officer(user.pk, day)), name=user.name)


def _officer(user_id: int, day: date) -> Actor:
    """The officer without a name, with the posts held on ``day`` and what others lend."""
    held = list(
        PostHolding.objects.filter(holding_on(day), user_id=user_id)
        .select_related("post__organisation__region")
        .order_by("pk")
    )
    if not held:
        return Actor(kind="staff", id=str(user_id), name="")
    organisation = held[0].post.organisation
    grants = tuple(grant_of(item) for item in held if item.post.organisation_id == organisation.pk)
    lent, away_until = mandates(str(user_id), organisation.key, day)
    return Actor(
        kind="staff",
        id=str(user_id),
        name="",
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


def organisation_codes(keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """Name and unified social credit code by key, for lists that are published (one query)."""
    rows = Organisation.objects.filter(key__in=set(keys)).values_list("key", "name", "uscc")
    return {key: (name, code) for key, name, code in rows}


def credit_codes(applicant_ids: Collection[int]) -> dict[int, str]:
    """The credit codes of those of the applicants that are bodies; numbers of persons are not read (one query)."""
    rows = Applicant.objects.filter(pk__in=set(applicant_ids), kind=Applicant.ENTERPRISE)
    return dict(rows.values_list("pk", "id_number"))


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


def staffed(region_code: str, duties: Iterable[Duty], day: date) -> dict[str, str]:
    """Organisations of a region in which somebody holds one of ``duties`` on ``day``: key → name (one query)."""
    rows = PostHolding.objects.filter(
        holding_on(day), post__organisation__region__code=region_code, user__is_active=True
    ).order_by("post__organisation_id")
    wanted = {str(duty) for duty in duties}
    columns = rows.values_list("post__organisation__key", "post__organisation__name", "post__duties")
    return {key: name for key, name, held in columns if wanted & set(held)}


def seated(region_code: str, organisations: Iterable[str], watching: Iterable[Duty], day: date) -> list[OfficerView]:
    """Officers of ``organisations``, and those of the region whose posts carry a duty of ``watching``, by name.

    An officer belongs to the organisation of the oldest post held, as :func:`actor_for` has it (one query).
    """
    current = PostHolding.objects.filter(holding_on(day), user__is_active=True)
    near = current.filter(post__organisation__region__code=region_code)
    rows = current.filter(user__in=near.values("user_id")).select_related("user", "post__organisation__region")
    held: dict[int, list[PostHolding]] = {}
    for row in rows.order_by("pk"):
        held.setdefault(row.user_id, []).append(row)
    wanted, watches = set(organisations), {str(duty) for duty in watching}
    found = []
    for user_id, holdings in held.items():
        home = holdings[0].post.organisation
        here = [row.post for row in holdings if row.post.organisation_id == home.pk]
        duties = {duty for post in here for duty in post.duties}
        if home.region.code == region_code and (home.key in wanted or watches & duties):
            names = tuple(post.name for post in here)
            found.append(OfficerView(str(user_id), holdings[0].user.name, names, home.key))
    return sorted(found, key=lambda item: (item.name, item.id))


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
