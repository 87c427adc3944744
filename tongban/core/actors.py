"""Who acts: plain values handed to every verb, made by ``accounts`` and never read from a request here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tongban.core.agency import Agency


class Duty(StrEnum):
    """What a post may be charged with. Procedures in the catalogue name duties, posts carry them."""

    WINDOW = "window"  # receives and checks completeness, accepts
    REVIEWER = "reviewer"  # gives a department's opinion
    INSPECTOR = "inspector"  # inspects a site
    DECISION_MAKER = "decision_maker"  # grants or refuses
    AGENCY_HEAD = "agency_head"  # approves an extension, 行政许可法 art. 42(1)
    GOVERNMENT_HEAD = "government_head"  # approves an extension, 行政许可法 art. 42(2)
    CERTIFICATE_CLERK = "certificate_clerk"  # makes and delivers the certificate
    SUPERVISOR = "supervisor"  # sees everything of the region, acts on nothing
    CATALOGUE_MANAGER = "catalogue_manager"  # edits and publishes items
    OPERATOR = "operator"  # runs the installation: dead tasks, calendar, seals


@dataclass(frozen=True)
class Grant:
    """The authority of one post held: its duties, its 行使层级 and the items it is for (none named: all)."""

    post: str
    duties: frozenset[Duty]
    level: int = 0
    items: frozenset[str] = frozenset()

    def covers(self, duty: Duty | str, item: str) -> bool:
        """Whether the post carries ``duty`` for the item called ``item``."""
        return Duty(duty) in self.duties and (not self.items or item in self.items)


class MandateKind(StrEnum):
    """Why one officer acts with the authority of another."""

    DEPUTY = "deputy"  # AB角: while the other is on leave, everything the other may do
    DELEGATION = "delegation"  # 授权: named verbs on named items between two dates, whether or not the other is here


@dataclass(frozen=True)
class Mandate:
    """Authority lent by ``officer`` (an account's id) of the same organisation, in force now.

    ``grants`` are the posts of the officer it comes from. ``items`` and ``verbs`` narrow a delegation; empty: all.
    """

    kind: MandateKind
    officer: str
    name: str
    grants: tuple[Grant, ...]
    items: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()

    @property
    def duties(self) -> frozenset[Duty]:
        """The duties of the posts it comes from."""
        return frozenset(duty for grant in self.grants for duty in grant.duties)


@dataclass(frozen=True)
class Actor:
    """A person (or the system) at the moment of acting.

    ``id`` is the account's primary key as text (``system`` for the clock's own verbs). ``posts`` are the keys of
    the posts held now, ``duties`` the duties of those posts in ``organisation`` (an organisation's key) and ``grants``
    the same post by post. ``mandates`` are what others lend now; ``away_until`` is the last day of a leave that runs
    today. ``applicant_ids`` are the applicants whose own account this is: the person, or the enterprise's principal.
    ``agency`` is what it may do for others under written authority, within limits: nothing that belongs to an
    enterprise is shown or done on its strength without asking the scope. ``role`` is that of an administrator
    (:class:`tongban.core.administrators.AdminRole`), who is neither staff nor applicant and so handles no case.
    """

    kind: str  # "staff", "applicant", "admin" or "system"
    id: str
    name: str = ""
    posts: frozenset[str] = frozenset()
    duties: frozenset[Duty] = frozenset()
    organisation: str = ""
    region_code: str = ""
    level: int = 0  # 行使层级 of the organisation
    applicant_ids: frozenset[int] = frozenset()
    grants: tuple[Grant, ...] = ()
    mandates: tuple[Mandate, ...] = ()
    away_until: dt.date | None = None
    role: str = ""
    agency: Agency = field(default_factory=Agency)

    @property
    def is_staff(self) -> bool:
        """Whether the actor acts for an authority."""
        return self.kind == "staff"

    def has(self, duty: Duty | str) -> bool:
        """Whether one of the actor's posts carries ``duty``."""
        return Duty(duty) in self.duties

    def lent(self) -> Mapping[str, frozenset[Duty]]:
        """Officer stood in for (account id) → the duties that come with it, deputies and delegations together."""
        found: dict[str, frozenset[Duty]] = {}
        for mandate in self.mandates:
            found[mandate.officer] = found.get(mandate.officer, frozenset()) | mandate.duties
        return found


SYSTEM = Actor(kind="system", id="system", name="system")
