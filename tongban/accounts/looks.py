"""谁看过我的信息: who looked at the data of an applicant or of an account, for that person to read.

One line a day for each viewer and thing. What is shown unmasked or leaves the house is an event besides, which nobody
can take back; these lines are the index that the person reads (个人信息保护法 arts. 44, 45 and 51).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import QuerySet

from tongban.accounts.models import Look, Organisation
from tongban.core.actors import Actor
from tongban.core.dates import legal_date

PER_PAGE = 20


class What(StrEnum):
    """What was looked at."""

    CASE = "case"  # the case's page with form and materials, numbers masked
    PRINT = "print"  # the whole case on paper
    FILE = "file"  # a file of the case was opened
    REVEAL = "reveal"  # a masked number in full; ``detail`` is the entry
    LICENCE = "licence"  # the licence's page, numbers masked; ``reference`` is its number
    EXPORT = "export"  # a list with the name was exported
    OFFICER = "officer"  # a colleague's page at the desk
    ACCOUNT = "account"  # an administrator opened the account


@dataclass(frozen=True)
class Seen:
    """One thing of an applicant's that is looked at: ``reference`` is the case, ``detail`` the entry."""

    applicant: int
    reference: str = ""
    detail: str = ""


@dataclass(frozen=True)
class LookView:
    """One line of the log. ``subject`` is whose data it was: a name for the audit, nothing in one's own log."""

    at: datetime
    day: date
    viewer: str
    viewer_name: str
    viewer_organisation: str
    what: str
    reference: str
    detail: str
    subject: str = ""


@dataclass(frozen=True)
class LookPage:
    """A page of the log, newest first, with the number of pages and of lines in all."""

    rows: tuple[LookView, ...]
    page: int
    pages: int
    total: int


def note(*, actor: Actor, what: What, seen: Iterable[Seen], now: datetime) -> None:
    """Remember that ``actor`` looked; one INSERT whatever the number, nothing for what was noted today already."""
    rows = [Look(applicant_id=item.applicant, **_line(actor, what, item.reference, item.detail, now)) for item in seen]
    _keep(actor, rows)


def note_account(*, actor: Actor, what: What, account: int | str, now: datetime) -> None:
    """Remember that ``actor`` looked at somebody else's account; one's own is not worth a line."""
    if str(account) != actor.id:
        _keep(actor, [Look(user_id=int(account), **_line(actor, what, "", "", now))])


def _keep(actor: Actor, rows: Sequence[Look]) -> None:
    """Officers and administrators are noted; applicants see their own things, and the system shows nobody anything."""
    if rows and actor.kind in ("staff", "admin"):
        Look.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def _line(actor: Actor, what: What, reference: str, detail: str, now: datetime) -> dict[str, object]:
    return {
        "viewer": actor.id[:20],
        "viewer_name": actor.name[:100],
        "viewer_organisation": actor.organisation,
        "what": str(what),
        "reference": reference[:40],
        "detail": detail[:200],
        "day": legal_date(now),
        "at": now,
    }


def own_looks(
    actor: Actor, *, first: date | None = None, last: date | None = None, page: int = 1, per_page: int = PER_PAGE
) -> LookPage:
    """Who looked at the data of the actor's account or of the applicants it may act for (three queries)."""
    if actor.kind == "applicant":
        rows = Look.objects.filter(applicant__in=actor.applicant_ids)
    else:
        rows = Look.objects.filter(user_id=int(actor.id))
    return _page(rows, first, last, page, per_page, subjects=False)


def all_looks(
    *, viewer: str = "", what: str = "", first: date | None = None, last: date | None = None, page: int = 1
) -> LookPage:
    """Everybody's, for the audit administrator; ``viewer`` is part of a name."""
    rows = Look.objects.select_related("user", "applicant")
    if viewer:
        rows = rows.filter(viewer_name__icontains=viewer)
    if what:
        rows = rows.filter(what=what)
    return _page(rows, first, last, page, PER_PAGE, subjects=True)


def _page(
    rows: QuerySet[Look], first: date | None, last: date | None, page: int, per_page: int, *, subjects: bool
) -> LookPage:
    if first is not None:
        rows = rows.filter(day__gte=first)
    if last is not None:
        rows = rows.filter(day__lte=last)
    total = rows.count()
    pages = max(1, -(-total // per_page))
    page = min(max(page, 1), pages)
    found = list(rows.order_by("-at", "-pk")[(page - 1) * per_page : page * per_page])
    keys = {row.viewer_organisation for row in found}
    names = dict(Organisation.objects.filter(key__in=keys).values_list("key", "name"))
    return LookPage(tuple(_view(row, names, subjects=subjects) for row in found), page, pages, total)


def _view(row: Look, names: Mapping[str, str], *, subjects: bool) -> LookView:
    subject = ""
    if subjects:
        subject = row.user.name if row.user is not None else _masked(row.applicant.name if row.applicant else "")
    return LookView(
        row.at,
        row.day,
        row.viewer,
        row.viewer_name,
        names.get(row.viewer_organisation, ""),
        row.what,
        row.reference,
        row.detail,
        subject,
    )


def _masked(name: str) -> str:
    """The audit needs to tell lines apart, not to learn applicants' names."""
    return name[:1] + "＊" * min(max(len(name) - 1, 0), 2)
