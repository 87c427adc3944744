"""Verbs of the accounts room: registration, sign-in checks, the district's organisations and posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils.module_loading import import_string

from tongban.accounts.agents import (
    accept_power,
    appoint,
    decline_power,
    draw_up,
    resign_power,
    revoke_power,
)
from tongban.accounts.desk_aids import (
    delete_filter,
    delete_text,
    reset_layout,
    save_filter,
    save_layout,
    save_text,
    share_filter,
)
from tongban.accounts.models import (
    Applicant,
    ApplicantAccess,
    Attempt,
    Mark,
    Organisation,
    Post,
    PostHolding,
    Region,
    SignInHandle,
    User,
)
from tongban.accounts.posting import (
    appoint_deputy,
    delegate,
    end_leave,
    name_deputy,
    reassign,
    release_deputy,
    report_leave,
    revoke,
    set_scope,
)
from tongban.accounts.rules import RuleEntry, delete_rule, move_rule, save_rule, switch_rule, take_turn
from tongban.core import codes
from tongban.core.dates import legal_date
from tongban.core.errors import DomainError, FieldError, Invalid, gettext_noop
from tongban.records.secrets import blind_index

__all__ = [
    "RuleEntry",
    "TooMany",
    "accept_power",
    "appoint",
    "appoint_deputy",
    "attempts",
    "check_sign_in",
    "count_attempt",
    "decline_power",
    "delegate",
    "delete_filter",
    "delete_rule",
    "delete_text",
    "draw_up",
    "end_leave",
    "ensure_organisations",
    "ensure_staff",
    "is_marked",
    "limit_attempts",
    "mark",
    "move_rule",
    "name_deputy",
    "prune_attempts",
    "reassign",
    "register",
    "release_deputy",
    "report_leave",
    "reset_layout",
    "resign_power",
    "revoke",
    "revoke_power",
    "save_filter",
    "save_layout",
    "save_rule",
    "save_text",
    "set_scope",
    "share_filter",
    "switch_rule",
    "take_turn",
]

#: Failed sign-ins with one handle before it is locked, and for how many minutes.
SIGN_IN_TRIES, SIGN_IN_MINUTES = 5, 15
#: Failed sign-ins from one address, whatever the names: many names with one password each stay below the first limit.
#: A hall's terminals share an address, so this one is wide.
SIGN_IN_TRIES_OF_ADDRESS = 100


class TooMany(DomainError):
    """Too many attempts in the window; answered with 429."""

    status = 429


def ensure_organisations() -> None:
    """Create the region and organisations of the bundled data file; existing rows stay as they are.

    A district that has loaded its own (``tongban district load``) keeps to those.
    """
    text = resources.files("tongban.accounts").joinpath("data/organisations.yaml").read_text("utf-8")
    data = yaml.safe_load(text)
    if Region.objects.exclude(code=data["region"]["code"]).exists():
        return
    with transaction.atomic():
        region, _ = Region.objects.get_or_create(
            code=data["region"]["code"], defaults={"name": data["region"]["name"], "short": data["region"]["short"]}
        )
        for row in data["organisations"]:
            values = {key: row[key] for key in ("name", "short", "uscc", "kind", "level")}
            Organisation.objects.get_or_create(region=region, key=row["key"], defaults=values)


def ensure_staff(
    *,
    username: str,
    name: str,
    posts: Sequence[Mapping[str, Any]],
    since: date,
    password: str = "",
    password_hash: str = "",
    email: str = "",
) -> int:
    """Create an officer with posts (``key``, ``name``, ``organisation``, ``duties``) unless there; return the id.

    A post may say its ``level`` (else its organisation's) and the ``items`` it is for (else all).

    ``password_hash`` in place of ``password`` is for many officers made at once: hashing is slow on purpose.
    """
    with transaction.atomic():
        user = User.objects.filter(username=username).first()
        if user is None:
            user = User.objects.create(
                username=username,
                name=name,
                kind=User.STAFF,
                email=email,
                password=password_hash or make_password(password),
            )
        for row in posts:
            organisation = Organisation.objects.get(key=row["organisation"])
            post, _ = Post.objects.get_or_create(
                key=row["key"],
                defaults={
                    "name": row["name"],
                    "organisation": organisation,
                    "duties": list(row["duties"]),
                    "level": row.get("level", organisation.level),
                    "items": list(row.get("items", ())),
                },
            )
            PostHolding.objects.get_or_create(user=user, post=post, defaults={"valid_from": since})
        return user.pk


def register(
    *,
    kind: str,
    name: str,
    id_number: str,
    phone: str,
    email: str,
    password: str,
    now: datetime,
    legal_representative: str = "",
    address: str = "",
    agent_name: str = "",
) -> int:
    """Register a person or an enterprise with an account that may act for it; return the account's id.

    Raises :class:`Invalid` naming each wrong field. A number that is registered already is refused in the same
    words as a wrong one would be on sign-in, so that nobody can test who has an account.
    """
    today = legal_date(now)
    id_number = "".join(id_number.split()).upper()
    errors = _registration_problems(kind, name, id_number, phone, email, password, today)
    errors += _too_long(name=name, legal_representative=legal_representative, agent_name=agent_name, address=address)
    if errors:
        raise Invalid(gettext_noop("Some entries need another look."), errors=errors)
    handle = "uscc" if kind == Applicant.ENTERPRISE else "id_number"
    index = blind_index(id_number, handle)
    try:
        with transaction.atomic():
            if Applicant.objects.filter(kind=kind, id_index=index).exists():
                raise _cannot_register()
            user = User.objects.create(
                username=f"{handle}:{index[:40]}",
                name=(agent_name.strip() or name.strip())[:100],
                email=email.strip().lower(),
                password=make_password(password),
            )
            applicant = Applicant.objects.create(
                kind=kind,
                name=name.strip(),
                id_number=id_number,
                id_index=index,
                phone=phone,
                phone_index=blind_index(phone, "phone"),
                email=email.strip().lower(),
                legal_representative=legal_representative.strip(),
                address=address.strip(),
            )
            role = "principal" if kind == Applicant.ENTERPRISE else "self"
            ApplicantAccess.objects.create(user=user, applicant=applicant, role=role, valid_from=today)
            _add_handles(user, {handle: id_number, "phone": phone, "email": email.strip().lower()})
            return user.pk
    except IntegrityError as error:  # the same number registered at the same moment
        raise _cannot_register() from error


#: Longest values that the columns hold.
_LENGTHS = {"name": 200, "legal_representative": 100, "agent_name": 100, "address": 300}


def _too_long(**values: str) -> list[FieldError]:
    return [
        FieldError(
            name,
            gettext_noop("This has %(length)s characters; at most %(most)s fit."),
            gettext_noop("Shorten it."),
            {"length": len(value.strip()), "most": _LENGTHS[name]},
        )
        for name, value in values.items()
        if len(value.strip()) > _LENGTHS[name]
    ]


def _cannot_register() -> Invalid:
    return Invalid(
        gettext_noop("This number cannot be registered here."),
        remedy=gettext_noop("If you have an account already, sign in or ask the window for help."),
        errors=[
            FieldError(
                "id_number",
                gettext_noop("This number cannot be registered here."),
                gettext_noop("If you have an account already, sign in or ask the window for help."),
            )
        ],
    )


def _add_handles(user: User, handles: Mapping[str, str]) -> None:
    """Phones and e-mails may be shared by accounts: the first keeps the handle, the number always works."""
    for kind, value in handles.items():
        if value:
            SignInHandle.objects.get_or_create(kind=kind, index=blind_index(value, kind), defaults={"user": user})


def _registration_problems(
    kind: str, name: str, id_number: str, phone: str, email: str, password: str, today: date
) -> list[FieldError]:
    errors = []
    if not name.strip():
        errors.append(FieldError("name", gettext_noop("The name is missing."), gettext_noop("Write the full name.")))
    if kind == Applicant.ENTERPRISE:
        bad = codes.uscc_problems(id_number)
        message = gettext_noop("This is not a valid unified social credit code.")
        remedy = gettext_noop("Copy the 18 characters from the business licence; the last one is a check character.")
    else:
        bad = codes.resident_id_problems(id_number, today)
        message = gettext_noop("This is not a valid identity number.")
        remedy = gettext_noop("Copy the 18 characters from the identity card; the last one is a check character.")
    if bad:
        errors.append(FieldError("id_number", message, remedy))
    if not codes.is_mobile(phone):
        errors.append(
            FieldError(
                "phone",
                gettext_noop("This is not a mobile phone number."),
                gettext_noop("Write 11 digits, for example 13800000000."),
            )
        )
    if email and ("@" not in email or len(email) > 200):
        errors.append(
            FieldError(
                "email",
                gettext_noop("This is not an e-mail address."),
                gettext_noop("Write it as name@example.com, or leave it empty."),
            )
        )
    if len(password) < 10 or password.isdigit() or password.isalpha():
        errors.append(
            FieldError(
                "password",
                gettext_noop("The password is too simple."),
                gettext_noop("Use at least 10 characters, letters and digits."),
            )
        )
    return errors


def mark(name: str) -> None:
    """Remember that one-time data work called ``name`` is finished."""
    Mark.objects.get_or_create(name=name)


def is_marked(name: str) -> bool:
    """Whether one-time data work called ``name`` was finished."""
    return Mark.objects.filter(name=name).exists()


def check_sign_in(*, handle: str, password: str, now: datetime, address: str = "") -> int:
    """Return the account's id when ``handle`` and ``password`` belong together.

    Raises :class:`TooMany` after five failures in fifteen minutes with one handle or a hundred from one network
    ``address``, and otherwise one and the same :class:`Invalid` whether the handle or the password is wrong.
    """
    crowd = f"sign-in-from:{address}"
    if address and attempts(bucket=crowd, minutes=SIGN_IN_MINUTES, now=now) >= SIGN_IN_TRIES_OF_ADDRESS:
        raise _locked_out(gettext_noop("Too many wrong sign-ins from here."))
    claims = import_string(settings.IDENTITY_GATEWAY)(handle, legal_date(now))
    bucket = "sign-in:" + blind_index(claims.value, "attempt")[:40]
    if attempts(bucket=bucket, minutes=SIGN_IN_MINUTES, now=now) >= SIGN_IN_TRIES:
        raise _locked_out()
    # Counted before the password is looked at: tries made at the same moment cannot slip past the limit.
    if count_attempt(bucket=bucket, minutes=SIGN_IN_MINUTES, now=now) > SIGN_IN_TRIES:
        raise _locked_out()
    if claims.kind == "username":
        user = User.objects.filter(username=claims.value, is_active=True).first()
    else:
        index = blind_index(claims.value, claims.kind)
        known = SignInHandle.objects.filter(kind=claims.kind, index=index, user__is_active=True).select_related("user")
        found = known.first()
        user = found.user if found else None
    stored = user.password if user else _nobodys_password()
    if check_password(password, stored) and user is not None:
        Attempt.objects.filter(bucket=bucket).delete()
        return user.pk
    if address:
        count_attempt(bucket=crowd, minutes=SIGN_IN_MINUTES, now=now)
    message = gettext_noop("Name or password is wrong.")
    remedy = gettext_noop("Check both and try again. After 5 wrong tries signing in is closed for 15 minutes.")
    raise Invalid(message, remedy=remedy, errors=[FieldError("handle", message, remedy)])


def _locked_out(message: str = gettext_noop("Too many wrong tries with this name.")) -> TooMany:
    return TooMany(
        message,
        remedy=gettext_noop("Wait %(minutes)s minutes, then try again."),
        params={"minutes": SIGN_IN_MINUTES},
    )


@lru_cache(maxsize=1)
def _nobodys_password() -> str:
    """Checked for an unknown handle, so that it takes as long as a wrong password."""
    return make_password("no such account")


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def attempts(*, bucket: str, minutes: int, now: datetime) -> int:
    """How many attempts were counted in ``bucket`` in the last ``minutes``; each leaves the count by itself."""
    since = _minute(now) - timedelta(minutes=minutes)
    rows = Attempt.objects.filter(bucket=bucket[:80], started_at__gt=since)
    return int(rows.aggregate(all=Sum("count"))["all"] or 0)


def count_attempt(*, bucket: str, minutes: int, now: datetime) -> int:
    """Count one attempt (one atomic upsert in its minute's row) and return the count of the last ``minutes``."""
    sql = (
        "INSERT INTO accounts_attempt (bucket, started_at, count) VALUES (%s, %s, 1) "
        "ON CONFLICT (bucket, started_at) DO UPDATE SET count = accounts_attempt.count + 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [bucket[:80], connection.ops.adapt_datetimefield_value(_minute(now))])
    return attempts(bucket=bucket, minutes=minutes, now=now)


#: What is said where too much was looked up.
TOO_MANY_LOOK_UPS = gettext_noop("Too many look-ups from here.")


def limit_attempts(*, bucket: str, most: int, minutes: int, now: datetime, message: str = TOO_MANY_LOOK_UPS) -> None:
    """Count an attempt; raise :class:`TooMany`, saying ``message`` and the wait, when ``most`` is passed."""
    if count_attempt(bucket=bucket, minutes=minutes, now=now) > most:
        raise TooMany(
            message,
            remedy=gettext_noop("Wait %(minutes)s minutes, then try again."),
            params={"minutes": minutes},
        )


def prune_attempts(now: datetime) -> int:
    """Delete counts older than a day; returns how many (called on a schedule)."""
    deleted, _ = Attempt.objects.filter(started_at__lt=now - timedelta(days=1)).delete()
    return deleted
