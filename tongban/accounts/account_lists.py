"""What administrators read: accounts with their state, posts, sign-ins; plain values, a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, Q, Sum

from tongban.accounts.limits import SIGN_IN_MINUTES, SIGN_IN_TRIES, buckets_of
from tongban.accounts.models import Attempt, Organisation, Post, PostHolding, SignIn, User
from tongban.accounts.standing_in import holding_on
from tongban.core.dates import SHANGHAI, legal_date
from tongban.core.errors import NotFound, gettext_noop

PER_PAGE = 25
STATES = ("active", "disabled", "locked", "no_factor")


@dataclass(frozen=True)
class AccountView:
    """An account of an officer or administrator. ``locked``: wrong tries have closed the name for now.

    ``posts`` are (key, name, organisation, from, to) held now or later.
    """

    id: int
    username: str
    name: str
    role: str
    posts: tuple[tuple[str, str, str, date, date | None], ...]
    active: bool
    locked: bool
    factor_since: datetime | None
    must_change: bool
    has_password: bool
    created_at: datetime
    changed_at: datetime | None = None
    last_sign_in: datetime | None = None


@dataclass(frozen=True)
class AccountPage:
    """A page of accounts by user name."""

    rows: tuple[AccountView, ...]
    page: int
    pages: int
    total: int


def accounts(*, now: datetime, search: str = "", state: str = "", role: str = "", page: int = 1) -> AccountPage:
    """Accounts of officers and administrators (five queries). ``search`` is part of a name or user name."""
    rows = User.objects.exclude(kind=User.APPLICANT).select_related("safeguard", "administrator")
    if search:
        rows = rows.filter(Q(username__icontains=search) | Q(name__icontains=search))
    if state in ("active", "disabled"):
        rows = rows.filter(is_active=state == "active")
    if state == "no_factor":
        rows = rows.filter(Q(safeguard=None) | Q(safeguard__totp_since=None), is_active=True)
    if state == "locked":
        rows = rows.filter(pk__in=_locked_ids(now))
    if role == "any":
        rows = rows.exclude(administrator=None)
    elif role:
        rows = rows.filter(administrator__role=role)
    total = rows.count()
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(page, 1), pages)
    found = list(rows.order_by("username")[(page - 1) * PER_PAGE : page * PER_PAGE])
    return AccountPage(_views(found, now), page, pages, total)


def account(account_id: int, now: datetime) -> AccountView:
    """One account. Raises NotFound for an applicant's: those are nobody's to administer."""
    row = (
        User.objects.exclude(kind=User.APPLICANT)
        .select_related("safeguard", "administrator")
        .filter(pk=account_id)
        .first()
    )
    if row is None:
        raise NotFound(
            gettext_noop("There is no such account."), remedy=gettext_noop("Choose one from the list of accounts.")
        )
    return _views([row], now)[0]


def account_id(username: str) -> str:
    """The id, as events name it, of the officer or administrator called ``username``; empty for nobody."""
    found = User.objects.exclude(kind=User.APPLICANT).filter(username=username).values_list("pk", flat=True).first()
    return "" if found is None else str(found)


def _views(rows: list[User], now: datetime) -> tuple[AccountView, ...]:
    ids = [row.pk for row in rows]
    today = legal_date(now)
    posts: dict[int, list[tuple[str, str, str, date, date | None]]] = {}
    held = PostHolding.objects.filter(Q(valid_to=None) | Q(valid_to__gte=today), user_id__in=ids)
    for item in held.select_related("post__organisation").order_by("valid_from", "pk"):
        line = (item.post.key, item.post.name, item.post.organisation.name, item.valid_from, item.valid_to)
        posts.setdefault(item.user_id, []).append(line)
    tried = _tries([bucket for row in rows for bucket in buckets_of(row.pk, row.username)], now)
    last = _last_sign_ins(ids)
    return tuple(
        AccountView(
            id=row.pk,
            username=row.username,
            name=row.name,
            role=row.administrator.role if hasattr(row, "administrator") else "",
            posts=tuple(posts.get(row.pk, ())),
            active=row.is_active,
            locked=any(tried.get(bucket, 0) >= SIGN_IN_TRIES for bucket in buckets_of(row.pk, row.username)),
            factor_since=row.safeguard.totp_since if hasattr(row, "safeguard") else None,
            must_change=row.safeguard.must_change if hasattr(row, "safeguard") else False,
            has_password=row.has_usable_password(),
            created_at=row.created_at,
            changed_at=row.safeguard.password_changed_at if hasattr(row, "safeguard") else None,
            last_sign_in=last.get(row.pk),
        )
        for row in rows
    )


def _last_sign_ins(ids: list[int]) -> dict[int, datetime]:
    """The latest sign-in of each of a page's accounts (one query over its index)."""
    found: dict[int, datetime] = {}
    rows = SignIn.objects.filter(user_id__in=ids, outcome=SignIn.OK).values("user_id")
    for row in rows.annotate(last=Max("at")):
        found[row["user_id"]] = row["last"]
    return found


def _tries(buckets: list[str], now: datetime) -> dict[str, int]:
    since = now.replace(second=0, microsecond=0) - timedelta(minutes=SIGN_IN_MINUTES)
    rows = Attempt.objects.filter(bucket__in=buckets, started_at__gt=since)
    return {row["bucket"]: row["all"] for row in rows.values("bucket").annotate(all=Sum("count"))}


def _locked_ids(now: datetime) -> list[int]:
    """Whose name is closed: the log says when that happened, the counts whether it still holds."""
    since = now - timedelta(minutes=SIGN_IN_MINUTES + 1)
    rows = SignIn.objects.filter(outcome=SignIn.LOCKED, at__gt=since, user__isnull=False).select_related("user")
    known = {row.user for row in rows if row.user is not None}
    tried = _tries([bucket for user in known for bucket in buckets_of(user.pk, user.username)], now)
    return [
        user.pk
        for user in known
        if any(tried.get(bucket, 0) >= SIGN_IN_TRIES for bucket in buckets_of(user.pk, user.username))
    ]


@dataclass(frozen=True)
class PostRow:
    """A post of the installation with who holds it today."""

    key: str
    name: str
    organisation: str
    duties: tuple[str, ...]
    level: int
    holders: tuple[str, ...]


def all_posts(now: datetime) -> tuple[PostRow, ...]:
    """Every post, also one that nobody holds yet, by organisation (two queries)."""
    holders: dict[int, list[str]] = {}
    for post_id, name in (
        PostHolding.objects.filter(holding_on(legal_date(now)), user__is_active=True)
        .order_by("user__name")
        .values_list("post_id", "user__name")
    ):
        holders.setdefault(post_id, []).append(name)
    rows = Post.objects.select_related("organisation").order_by("organisation_id", "key")
    return tuple(
        PostRow(row.key, row.name, row.organisation.name, tuple(row.duties), row.level, tuple(holders.get(row.pk, ())))
        for row in rows
    )


def all_organisations() -> list[tuple[str, str]]:
    """Every organisation: key and name."""
    return list(Organisation.objects.order_by("pk").values_list("key", "name"))


@dataclass(frozen=True)
class SignInView:
    """One line of the log; ``username`` is empty where no account had the name, or it was an applicant's."""

    at: datetime
    name: str
    username: str
    kind: str
    outcome: str
    address: str


@dataclass(frozen=True)
class SignInPage:
    """A page of the log, newest first."""

    rows: tuple[SignInView, ...]
    page: int
    pages: int
    total: int


def sign_ins(
    *,
    search: str = "",
    outcome: str = "",
    kind: str = "",
    first: date | None = None,
    last: date | None = None,
    account_id: int | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> SignInPage:
    """The log of sign-ins (two queries); ``search`` is part of a name or user name."""
    rows = SignIn.objects.select_related("user")
    if account_id is not None:
        rows = rows.filter(user_id=account_id)
    if search:
        rows = rows.filter(Q(user__username__icontains=search) | Q(user__name__icontains=search))
    if outcome:
        rows = rows.filter(outcome=outcome)
    if kind:
        rows = rows.filter(user__kind=kind) if kind != "unknown" else rows.filter(user=None)
    if first is not None:
        rows = rows.filter(at__gte=_midnight(first))
    if last is not None:
        rows = rows.filter(at__lt=_midnight(last + timedelta(days=1)))
    total = rows.count()
    pages = max(1, -(-total // per_page))
    page = min(max(page, 1), pages)
    found = rows.order_by("-at", "-pk")[(page - 1) * per_page : page * per_page]
    return SignInPage(tuple(_sign_in(row) for row in found), page, pages, total)


def _sign_in(row: SignIn) -> SignInView:
    if row.user is None:
        return SignInView(row.at, "", "", "", row.outcome, row.address)
    staff = row.user.kind != User.APPLICANT
    # An applicant's user name is made of a blind index and the name is not the audit's business in full.
    name = row.user.name if staff else row.user.name[:1] + "＊" * min(len(row.user.name) - 1, 2)
    return SignInView(row.at, name, row.user.username if staff else "", row.user.kind, row.outcome, row.address)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
