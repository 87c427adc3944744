"""Setting up a district: its region, organisations, posts and officers, from one file that is kept and loaded again.

The file is the whole truth about what it names: a second load changes what differs and nothing else. What it does
not name stays. An officer who leaves gets ``until``; nobody is deleted, because events name people for ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from tongban.accounts.models import Organisation, Post, PostHolding, Region, User
from tongban.accounts.passwords import hand_out
from tongban.core import codes
from tongban.core.actors import Actor, Duty
from tongban.core.administrators import check_post_free
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError, Invalid, NotFound, gettext_noop
from tongban.records.services import append_to_chain

ORGANISATION_COLUMNS = ("name", "short", "uscc", "kind", "level")


@dataclass
class DistrictReport:
    """What a load changed, each as ``kind key``, and the first passwords of new officers (shown once, never kept)."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)


def load_district(*, data: Mapping[str, Any], actor: Actor, now: datetime) -> DistrictReport:
    """Make the district what ``data`` says; all or nothing.

    Raises Invalid naming every faulty entry by its place in the file.
    """
    if errors := _problems(data):
        raise Invalid(gettext_noop("The district's file has faults; nothing was loaded."), errors=errors)
    report = DistrictReport()
    today = legal_date(now)
    with transaction.atomic():
        region = _region(data["region"], report)
        for row in data["organisations"]:
            _organisation(region, row, report)
        for row in data.get("staff", ()):
            _officer(region, row, today, report)
        if report.created or report.changed:
            append_to_chain(
                chain=f"region:{region.code}",
                verb="load_district",
                actor=actor,
                at=now,
                legal_date=today,
                facts={"created": [*report.created], "changed": [*report.changed]},
            )
    return report


def new_password(*, username: str, actor: Actor, now: datetime) -> str:
    """Give the officer a fresh random password and return it; it is changed at the next sign-in.

    Raises NotFound for anybody but an officer or an administrator.
    """
    user = User.objects.filter(username=username).exclude(kind=User.APPLICANT).first()
    if user is None:
        raise NotFound(gettext_noop("There is no officer called %(username)s."), params={"username": username})
    with transaction.atomic():
        password = hand_out(user)
        append_to_chain(
            chain=f"account:{user.pk}", verb="new_password", actor=actor, at=now, legal_date=legal_date(now), facts={}
        )
    return password


def _region(row: Mapping[str, Any], report: DistrictReport) -> Region:
    region, created = Region.objects.get_or_create(code=str(row["code"]), defaults=_texts(row, ("name", "short")))
    if created:
        report.created.append(f"region {region.code}")
    elif _update(region, _texts(row, ("name", "short"))):
        report.changed.append(f"region {region.code}")
    return region


def _organisation(region: Region, row: Mapping[str, Any], report: DistrictReport) -> None:
    values = {name: row[name] for name in ORGANISATION_COLUMNS if name in row}
    organisation, created = Organisation.objects.get_or_create(region=region, key=row["key"], defaults=values)
    if created:
        report.created.append(f"organisation {organisation.key}")
    elif _update(organisation, values):
        report.changed.append(f"organisation {organisation.key}")


def _officer(region: Region, row: Mapping[str, Any], today: date, report: DistrictReport) -> None:
    username, values = str(row["username"]), _texts(row, ("name", "email"))
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create(username=username, kind=User.STAFF, password=make_password(None), **values)
        report.created.append(f"officer {username}")
        report.passwords[username] = hand_out(user)
    elif _update(user, values):
        report.changed.append(f"officer {username}")
    if row.get("posts"):
        check_post_free(role="admin" if user.kind == User.ADMIN else "")
    for post in row.get("posts", ()):
        _holding(region, user, post, today, report)


def _holding(region: Region, user: User, row: Mapping[str, Any], today: date, report: DistrictReport) -> None:
    organisation = Organisation.objects.get(region=region, key=row["organisation"])
    values = {
        "name": row["name"],
        "organisation": organisation,
        "duties": sorted(row["duties"]),
        "level": int(row.get("level", organisation.level)),
    } | ({"items": sorted(row["items"])} if "items" in row else {})
    post, created = Post.objects.get_or_create(key=row["key"], defaults=values)
    if created:
        report.created.append(f"post {post.key}")
    elif _update(post, values):
        report.changed.append(f"post {post.key}")
    since, until = row.get("since", today), row.get("until")
    holding = PostHolding.objects.filter(user=user, post=post).order_by("-valid_from", "-pk").first()
    if holding is None:
        PostHolding.objects.create(user=user, post=post, valid_from=since, valid_to=until)
        report.created.append(f"holding {user.username} {post.key}")
    elif _update(holding, {"valid_to": until} | ({"valid_from": since} if "since" in row else {})):
        report.changed.append(f"holding {user.username} {post.key}")


def _update(row: Any, values: Mapping[str, Any]) -> bool:
    """Save what differs; whether anything did."""
    different = [name for name, value in values.items() if getattr(row, name) != value]
    for name in different:
        setattr(row, name, values[name])
    if different:
        row.save(update_fields=different)
    return bool(different)


def _texts(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, str]:
    return {name: str(row[name]) for name in names if name in row}


def _problems(data: Mapping[str, Any]) -> list[FieldError]:
    """Every fault of the file, by its place: ``staff.3.posts.0.duties``."""
    errors: list[FieldError] = []
    if not isinstance(data, Mapping) or not isinstance(data.get("region"), Mapping):
        return [
            FieldError("region", gettext_noop("The region is missing."), gettext_noop("Write code, name and short."))
        ]
    _need(data["region"], ("code", "name"), "region", errors)
    keys = set()
    for number, row in enumerate(data.get("organisations") or ()):
        place = f"organisations.{number}"
        if _need(row, ("key", "name", "uscc"), place, errors):
            keys.add(row["key"])
            errors += [
                FieldError(f"{place}.uscc", fault.message, fault.remedy, fault.params)
                for fault in codes.uscc_problems(str(row["uscc"]))
            ]
    if not keys:
        errors.append(FieldError("organisations", gettext_noop("No organisation is named.")))
    for number, row in enumerate(data.get("staff") or ()):
        place = f"staff.{number}"
        if _need(row, ("username", "name"), place, errors):
            for index, post in enumerate(row.get("posts") or ()):
                _post_problems(post, f"{place}.posts.{index}", keys, errors)
    return errors


def _post_problems(row: Any, place: str, keys: set[str], errors: list[FieldError]) -> None:
    if not _need(row, ("key", "name", "organisation", "duties"), place, errors):
        return
    if row["organisation"] not in keys:
        message = gettext_noop("The organisation %(key)s is not in the file.")
        errors.append(FieldError(f"{place}.organisation", message, params={"key": row["organisation"]}))
    known = [duty.value for duty in Duty]
    unknown = [str(duty) for duty in row["duties"] if duty not in known]
    if unknown or not isinstance(row["duties"], list):
        message, remedy = gettext_noop("Unknown duties: %(duties)s."), gettext_noop("The duties are: %(known)s.")
        params = {"duties": ", ".join(unknown), "known": ", ".join(known)}
        errors.append(FieldError(f"{place}.duties", message, remedy, params))
    if not isinstance(row.get("items", []), list) or not isinstance(row.get("level", 1), int):
        message = gettext_noop("The level is a number, the items are a list of keys.")
        errors.append(FieldError(f"{place}.items", message, gettext_noop("Write level: 4 and items: [key, …].")))
    for name in ("since", "until"):
        if name in row and not isinstance(row[name], date):
            message = gettext_noop("This is not a date.")
            errors.append(FieldError(f"{place}.{name}", message, gettext_noop("Write it as 2026-01-31.")))


def _need(row: Any, names: Sequence[str], place: str, errors: list[FieldError]) -> bool:
    """Whether ``row`` has every entry of ``names``; what is missing is recorded."""
    missing = [name for name in names if not isinstance(row, Mapping) or not row.get(name)]
    for name in missing:
        errors.append(FieldError(f"{place}.{name}", gettext_noop("This entry is missing.")))
    return not missing
