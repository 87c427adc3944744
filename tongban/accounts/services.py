"""Verbs of the accounts room: registration, sign-in checks, the district's organisations and posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib import resources
from typing import Any

import yaml
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from tongban.accounts.administration import (
    create_account,
    create_post,
    end_post,
    end_role,
    first_password,
    grant_post,
    grant_role,
    install_administrator,
    reset_factor,
    set_active,
    unlock,
)
from tongban.accounts.agents import (
    accept_power,
    appoint,
    check_scan,
    decline_power,
    draw_up,
    keep_scan,
    resign_power,
    revoke_power,
)
from tongban.accounts.contacts import correct_contact
from tongban.accounts.desk_aids import (
    delete_filter,
    delete_text,
    reset_layout,
    save_filter,
    save_layout,
    save_text,
    share_filter,
)
from tongban.accounts.limits import TooMany, attempts, count_attempt, limit_attempts
from tongban.accounts.looks import Seen, What, note, note_account
from tongban.accounts.models import (
    Applicant,
    ApplicantAccess,
    Mark,
    Organisation,
    Post,
    PostHolding,
    Region,
    SignInHandle,
    User,
)
from tongban.accounts.passwords import change_password, confirm_password
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
from tongban.accounts.recipients import choose_message_language
from tongban.accounts.rules import RuleEntry, delete_rule, move_rule, save_rule, switch_rule, take_turn
from tongban.accounts.second_factor import check_code, confirm, new_secret
from tongban.accounts.service_addresses import confirm_service_address, withdraw_service_address
from tongban.accounts.sign_ins import (
    begin_session,
    check_sign_in,
    keep_session,
    next_step,
    why_change,
)
from tongban.accounts.telling import handed_over as tell_handed_over
from tongban.core import codes
from tongban.core.administrators import check_post_free
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError, Invalid, gettext_noop
from tongban.records.secrets import blind_index

__all__ = [
    "RuleEntry",
    "Seen",
    "TooMany",
    "What",
    "accept_power",
    "appoint",
    "appoint_deputy",
    "attempts",
    "begin_session",
    "change_password",
    "check_code",
    "check_scan",
    "check_sign_in",
    "choose_message_language",
    "confirm",
    "confirm_password",
    "confirm_service_address",
    "correct_contact",
    "count_attempt",
    "create_account",
    "create_post",
    "decline_power",
    "delegate",
    "delete_filter",
    "delete_rule",
    "delete_text",
    "draw_up",
    "end_leave",
    "end_post",
    "end_role",
    "ensure_organisations",
    "ensure_staff",
    "first_password",
    "grant_post",
    "grant_role",
    "install_administrator",
    "is_marked",
    "keep_scan",
    "keep_session",
    "limit_attempts",
    "mark",
    "move_rule",
    "name_deputy",
    "new_secret",
    "next_step",
    "note",
    "note_account",
    "reassign",
    "register",
    "release_deputy",
    "report_leave",
    "reset_factor",
    "reset_layout",
    "resign_power",
    "revoke",
    "revoke_power",
    "save_filter",
    "save_layout",
    "save_rule",
    "save_text",
    "set_active",
    "set_scope",
    "share_filter",
    "switch_rule",
    "take_turn",
    "tell_handed_over",
    "unlock",
    "why_change",
    "withdraw_service_address",
]


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
        check_post_free(role="admin" if user is not None and user.kind == User.ADMIN else "")
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
