"""What the system and the security administrator do to accounts; each deed is an event on the account's chain.

:mod:`tongban.core.administrators` says who may do what. Nothing here touches a case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from tongban.accounts.limits import buckets_of
from tongban.accounts.models import (
    Administrator,
    Attempt,
    Organisation,
    Post,
    PostHolding,
    Safeguard,
    User,
)
from tongban.accounts.passwords import hand_out
from tongban.accounts.posting import invalid_entry
from tongban.core.actors import Actor, Duty
from tongban.core.administrators import (
    AdminRole,
    AdminVerb,
    check_may,
    check_not_self,
    check_post_free,
    check_role_free,
)
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError, Invalid, NotFound, Refused, gettext_noop
from tongban.records.services import JSON, append_to_chain

MOST_REASON = 200
#: 行使层级 1 (state) to 6 (village).
MOST_LEVEL = 6
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")
_POST_KEY = re.compile(r"[a-z][a-z0-9._-]{2,59}")


def create_account(*, username: str, name: str, actor: Actor, now: datetime) -> int:
    """An officer's account without password, post or power: the security administrator gives them. Returns its id.

    Raises Invalid naming a user name that is malformed or taken, and a missing name.
    """
    check_may(actor.role, AdminVerb.CREATE_ACCOUNT)
    username, name = username.strip().lower(), name.strip()
    errors = []
    if not _USERNAME.fullmatch(username):
        errors.append(
            FieldError(
                "username",
                gettext_noop("A user name has 3 to 40 small letters, digits, dots or dashes; a letter comes first."),
                gettext_noop("Write it like this: lin.yue"),
            )
        )
    if not 0 < len(name) <= 100:
        errors.append(
            FieldError(
                "name",
                gettext_noop("The name is missing or longer than 100 characters."),
                gettext_noop("Write the full name."),
            )
        )
    if errors:
        raise Invalid(gettext_noop("Some entries need another look."), errors=errors)
    try:
        with transaction.atomic():
            user = User.objects.create(
                username=username, name=name, kind=User.STAFF, password=make_password(None), created_at=now
            )
            Safeguard.objects.create(user=user, must_change=True)
            _tell(user.pk, AdminVerb.CREATE_ACCOUNT, actor, now, {"username": username})
    except IntegrityError as error:
        raise invalid_entry(
            "username", gettext_noop("This user name is taken."), gettext_noop("Choose another one.")
        ) from error
    return user.pk


def set_active(*, account: int, active: bool, reason: str, actor: Actor, now: datetime) -> None:
    """Close an account to every sign-in, at once and in every open session, or open it again."""
    verb = AdminVerb.ENABLE_ACCOUNT if active else AdminVerb.DISABLE_ACCOUNT
    with _account(account, verb, reason, actor) as (user, why):
        if user.is_active == active:
            return
        if not active:
            _not_the_last(user)
        User.objects.filter(pk=user.pk).update(is_active=active, session_epoch=F("session_epoch") + 1)
        _tell(user.pk, verb, actor, now, {"reason": why})


def first_password(*, account: int, reason: str, actor: Actor, now: datetime) -> str:
    """A random password, shown once to be handed over; it ends open sessions and is changed at the next sign-in."""
    with _account(account, AdminVerb.FIRST_PASSWORD, reason, actor) as (user, why):
        text = hand_out(user)
        _clear(user)
        _tell(user.pk, AdminVerb.FIRST_PASSWORD, actor, now, {"reason": why})
    return text


def reset_factor(*, account: int, reason: str, actor: Actor, now: datetime) -> None:
    """Take the second factor away, for a lost phone; where one is needed the next sign-in asks for a new one."""
    with _account(account, AdminVerb.RESET_FACTOR, reason, actor) as (user, why):
        known = Safeguard.objects.filter(pk=user.pk).first()
        if known is None or known.totp_since is None:
            raise Refused(
                gettext_noop("This account has no second factor."),
                remedy=gettext_noop("There is nothing to reset; the officer enrols one under “My sign-in”."),
            )
        known.totp_secret, known.totp_since, known.totp_last_step, known.recovery = "", None, 0, []
        known.save(update_fields=["totp_secret", "totp_since", "totp_last_step", "recovery"])
        User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
        _clear(user)
        _tell(user.pk, AdminVerb.RESET_FACTOR, actor, now, {"reason": why})


def unlock(*, account: int, reason: str, actor: Actor, now: datetime) -> None:
    """Open a name that was closed by wrong tries, before the quarter of an hour is over."""
    with _account(account, AdminVerb.UNLOCK, reason, actor) as (user, why):
        _clear(user)
        _tell(user.pk, AdminVerb.UNLOCK, actor, now, {"reason": why})


def create_post(
    *, key: str, name: str, organisation: str, duties: Sequence[str], level: int, actor: Actor, now: datetime
) -> int:
    """A post with its duties, held by nobody yet. Raises Invalid naming each wrong entry."""
    check_may(actor.role, AdminVerb.CREATE_POST)
    key, name = key.strip().lower(), name.strip()
    where = Organisation.objects.select_related("region").filter(key=organisation).first()
    if errors := list(_post_faults(key, name, where, duties, level)):
        raise Invalid(gettext_noop("Some entries need another look."), errors=errors)
    assert where is not None  # or there had been a fault
    try:
        with transaction.atomic():
            post = Post.objects.create(key=key, name=name, organisation=where, duties=sorted(duties), level=level)
            append_to_chain(
                chain=f"posts:{where.region.code}:{where.key}",
                verb=str(AdminVerb.CREATE_POST),
                actor=actor,
                at=now,
                legal_date=legal_date(now),
                facts={"post": key, "duties": sorted(duties), "level": level},
            )
    except IntegrityError as error:
        raise invalid_entry(
            "key", gettext_noop("There is a post with this key."), gettext_noop("Choose another key.")
        ) from error
    return post.pk


def _post_faults(
    key: str, name: str, where: Organisation | None, duties: Sequence[str], level: int
) -> Iterator[FieldError]:
    if not _POST_KEY.fullmatch(key):
        yield FieldError(
            "key",
            gettext_noop("A key has 3 to 60 small letters, digits, dots or dashes; a letter comes first."),
            gettext_noop("Write it like this: approval.window"),
        )
    if not 0 < len(name) <= 100:
        yield FieldError("name", gettext_noop("The name is missing."), gettext_noop("Write what the post is called."))
    if where is None:
        yield FieldError("organisation", gettext_noop("Choose an organisation."), gettext_noop("Choose one."))
    if not duties or not set(duties) <= {str(duty) for duty in Duty}:
        yield FieldError("duties", gettext_noop("Choose at least one duty."), gettext_noop("Choose one."))
    if not 1 <= level <= MOST_LEVEL:
        yield FieldError("level", gettext_noop("Choose the level."), gettext_noop("Choose one."))


def grant_post(*, account: int, post: str, first: date, reason: str, actor: Actor, now: datetime) -> None:
    """Have an officer hold a post from ``first`` on. Raises Refused for an administrator's account."""
    with _account(account, AdminVerb.GRANT_POST, reason, actor) as (user, why):
        check_post_free(role=_role(user.pk) or ("admin" if user.kind != User.STAFF else ""))
        found = Post.objects.filter(key=post).first()
        if found is None:
            raise invalid_entry("post", gettext_noop("Choose a post."), gettext_noop("Choose one."))
        if first < legal_date(now):
            raise invalid_entry(
                "first",
                gettext_noop("The first day lies in the past: who was competent then cannot be changed now."),
                gettext_noop("Begin today or later."),
            )
        if _held(user.pk, first).filter(post=found).exists():
            raise invalid_entry("post", gettext_noop("The officer holds this post."), gettext_noop("Choose another."))
        PostHolding.objects.create(user=user, post=found, valid_from=first)
        facts: dict[str, JSON] = {"post": post, "first": first.isoformat(), "reason": why}
        _tell(user.pk, AdminVerb.GRANT_POST, actor, now, facts)


def end_post(*, account: int, post: str, reason: str, actor: Actor, now: datetime) -> None:
    """Have an officer no longer hold a post, from today on."""
    today = legal_date(now)
    with _account(account, AdminVerb.END_POST, reason, actor) as (user, why):
        rows = _held(user.pk, today).filter(post__key=post)
        if not rows.exists():
            raise NotFound(
                gettext_noop("The officer does not hold this post."), remedy=gettext_noop("Reload the page.")
            )
        rows.update(valid_to=today - timedelta(days=1))
        _tell(user.pk, AdminVerb.END_POST, actor, now, {"post": post, "reason": why})


def grant_role(*, account: int, role: str, reason: str, actor: Actor, now: datetime) -> None:
    """Make an account without posts one of the three administrators. Nobody makes a second one of themselves."""
    with _account(account, AdminVerb.GRANT_ROLE, reason, actor) as (user, why):
        if role not in {str(item) for item in AdminRole}:
            raise invalid_entry("role", gettext_noop("Choose a role."), gettext_noop("Choose one."))
        if user.kind == User.APPLICANT:
            raise Refused(
                gettext_noop("This is an applicant's account."),
                remedy=gettext_noop("Make an account of its own for the administrator."),
            )
        check_role_free(role=_role(user.pk), posts=_held(user.pk, legal_date(now)).count())
        _become(user, role, actor.id, now)
        _tell(user.pk, AdminVerb.GRANT_ROLE, actor, now, {"role": role, "reason": why})


def end_role(*, account: int, reason: str, actor: Actor, now: datetime) -> None:
    """Take a role of administration away; the account is an officer's without a post afterwards."""
    with _account(account, AdminVerb.END_ROLE, reason, actor) as (user, why):
        role = _role(user.pk)
        if not role:
            raise Refused(
                gettext_noop("This account is no administrator."), remedy=gettext_noop("There is nothing to end.")
            )
        _not_the_last(user)
        Administrator.objects.filter(pk=user.pk).delete()
        User.objects.filter(pk=user.pk).update(kind=User.STAFF, session_epoch=F("session_epoch") + 1)
        _tell(user.pk, AdminVerb.END_ROLE, actor, now, {"role": role, "reason": why})


def install_administrator(
    *, username: str, name: str, role: str, actor: Actor, now: datetime, password_hash: str = ""
) -> str:
    """The first administrators, from the machine's own command line; returns the first password.

    With ``password_hash`` (the demo) that is taken and nothing is returned. An account that exists with the role stays
    as it is. Raises Refused for one that holds a post or another role.
    """
    if actor.kind != "system":
        check_may(actor.role, AdminVerb.GRANT_ROLE)
    if role not in {str(item) for item in AdminRole}:
        raise invalid_entry("role", gettext_noop("Choose a role."), gettext_noop("Write system, security or audit."))
    with transaction.atomic():
        user, made = User.objects.select_for_update().get_or_create(
            username=username, defaults={"name": name, "kind": User.STAFF, "password": password_hash}
        )
        if not made and _role(user.pk) == role:
            return ""
        check_role_free(role=_role(user.pk), posts=user.holdings.count() if user.kind == User.STAFF else 1)
        _become(user, role, actor.id, now)
        _tell(user.pk, AdminVerb.GRANT_ROLE, actor, now, {"role": role})
        return "" if password_hash else hand_out(user)


# What the verbs share.


@contextmanager
def _account(account: int, verb: AdminVerb, reason: str, actor: Actor) -> Iterator[tuple[User, str]]:
    """The account of an officer or administrator, locked, for a deed with its reason."""
    check_may(actor.role, verb)
    check_not_self(actor=actor.id, account=str(account))
    why = reason.strip()
    if not 0 < len(why) <= MOST_REASON:
        raise invalid_entry(
            "reason",
            gettext_noop("The reason is missing or longer than %(most)s characters."),
            gettext_noop("Write in one sentence why, and who asked for it."),
            most=MOST_REASON,
        )
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=account).exclude(kind=User.APPLICANT).first()
        if user is None:
            raise NotFound(
                gettext_noop("There is no such account."), remedy=gettext_noop("Choose one from the list of accounts.")
            )
        yield user, why


def _tell(account: int, verb: AdminVerb, actor: Actor, now: datetime, facts: Mapping[str, JSON]) -> None:
    append_to_chain(
        chain=f"account:{account}", verb=str(verb), actor=actor, at=now, legal_date=legal_date(now), facts=facts
    )


def _clear(user: User) -> None:
    Attempt.objects.filter(bucket__in=buckets_of(user.pk, user.username)).delete()


def _become(user: User, role: str, by: str, now: datetime) -> None:
    Administrator.objects.create(user=user, role=role, since=now, granted_by=by)
    User.objects.filter(pk=user.pk).update(kind=User.ADMIN, session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["kind", "session_epoch"])


def _role(account: int) -> str:
    return Administrator.objects.filter(pk=account).values_list("role", flat=True).first() or ""


def _held(account: int, day: date) -> QuerySet[PostHolding]:
    """Posts held on ``day`` or later."""
    return PostHolding.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), user_id=account)


def _not_the_last(user: User) -> None:
    """Raises Refused when nobody would be left who could grant what this administrator grants."""
    role = _role(user.pk)
    others = Administrator.objects.filter(role=role, user__is_active=True).exclude(pk=user.pk)
    if role and not others.exists():
        raise Refused(
            gettext_noop("This is the last administrator with this role."),
            remedy=gettext_noop("Give the role to a second account first."),
        )
