"""What a benchmark needs before it measures: an empty database made ready, people with posts, filled-in drafts."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction

from tongban.accounts import queries as accounts
from tongban.accounts import services as account_services
from tongban.calendars import services as calendars
from tongban.cases import queries as case_queries
from tongban.cases import services as cases
from tongban.catalogue import services as catalogue
from tongban.commands.bench import item
from tongban.core.actors import SYSTEM
from tongban.core.codes.digits import uscc_check
from tongban.core.errors import Refused

PASSWORD = "Bench-pass-1"  # noqa: S105 - of invented people in a scratch database
APPLICANTS = 8
#: post of the bench → (organisation, duty)
OFFICERS = {
    "window": ("approval_bureau", "window"),
    "decider": ("approval_bureau", "decision_maker"),
    "certificates": ("approval_bureau", "certificate_clerk"),
    **{f"review-{key}": (place, "reviewer") for key, place in item.REVIEWS.items()},
}


@dataclass(frozen=True)
class Prepared:
    """A draft that only waits for its signature."""

    draft_id: str
    submission_key: str
    user_id: int
    name: str
    handle: str  # what the applicant signs in with


@dataclass(frozen=True)
class World:
    """Accounts by post, and one finished draft for each applicant to copy."""

    officers: dict[str, int]
    models: tuple[Prepared, ...]


def check_empty() -> None:
    """Bring the schema up to date; raises :class:`Refused` when the database holds anybody's data."""
    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        for table in ("cases_case", "cases_draft", "accounts_user"):
            cursor.execute(f"select exists(select 1 from {table})")
            if cursor.fetchone()[0]:
                raise Refused(
                    "The database is not empty: %(table)s has rows. A benchmark writes thousands of invented cases.",
                    params={"table": table},
                    remedy="Name an empty scratch database in DATABASE_URL.",
                )


def build(now: datetime) -> World:
    """Calendar, organisations, the item, officers and applicants, each with one finished draft."""
    calendars.ensure_seed(now=now)
    account_services.ensure_organisations()
    version = catalogue.save_draft(item_key=item.KEY, version=item.version(), source="local", actor=SYSTEM, now=now)
    catalogue.publish(version_id=version, actor=SYSTEM, now=now)
    officers = {name: _officer(name, *post) for name, post in OFFICERS.items()}
    return World(officers, tuple(_applicant(serial, now) for serial in range(1, APPLICANTS + 1)))


def _officer(name: str, organisation: str, duty: str) -> int:
    post = {"key": f"bench.{name}", "name": name, "organisation": organisation, "duties": [duty]}
    return account_services.ensure_staff(
        username=f"bench-{name}", name=f"示例{name}", password=PASSWORD, posts=[post], since=item.SINCE
    )


def _applicant(serial: int, now: datetime) -> Prepared:
    name = f"示例基准企业{serial}"
    user = account_services.register(
        kind="enterprise",
        name=name,
        id_number=_uscc(serial),
        phone=f"1380000{serial:04d}",
        email=f"bench{serial}@example.com",
        password=PASSWORD,
        now=now,
        legal_representative="陈示例",
        address="滨海新区示例大道1号",
        agent_name="示例经办",
    )
    return _draft(int(user), name, _uscc(serial), now)


def _uscc(serial: int) -> str:
    """A well-formed, invented credit code."""
    organisation = f"MB{serial:06d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(int(char, 36) * weight for char, weight in zip(organisation, weights, strict=True)) % 11
    start = "91120116" + organisation + {10: "X", 11: "0"}.get(rest, str(rest))
    return start + uscc_check(start)


def _draft(user_id: int, name: str, handle: str, now: datetime) -> Prepared:
    actor = accounts.actor_for(user_id, now)
    (applicant_id,) = actor.applicant_ids
    draft_id = cases.start_draft(actor=actor, applicant_id=applicant_id, item_key=item.KEY, now=now)
    cases.set_situation(draft_id=draft_id, actor=actor, variant="new", answers={}, now=now)
    cases.save_page(draft_id=draft_id, actor=actor, page_key="project", data=item.FORM, now=now)
    for key in item.MATERIALS:
        cases.add_draft_file(
            draft_id=draft_id, actor=actor, material_key=key, name=f"{key}.png", content=_picture(), now=now
        )
    return Prepared(draft_id, case_queries.draft(draft_id, actor, now).submission_key, user_id, name, handle)


def _picture() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (60, 40), (200, 220, 240)).save(out, "PNG")
    return out.getvalue()


def drafts(models: Sequence[Prepared], count: int) -> list[Prepared]:
    """``count`` finished drafts, copied row by row from ``models`` in turn: what was filled in before the signature."""
    made: list[Prepared] = []
    with transaction.atomic(), connection.cursor() as cursor:
        for index in range(count):
            model = models[index % len(models)]
            draft, key = uuid.uuid4(), uuid.uuid4()
            copy_rows(
                cursor, "cases_draft", "id", model.draft_id, {"id": draft, "submission_key": key, "case_id": None}
            )
            copy_rows(cursor, "cases_draftfile", "draft_id", model.draft_id, {"draft_id": draft}, drop=("id",))
            made.append(Prepared(str(draft), str(key), model.user_id, model.name, model.handle))
    return made


def copy_rows(
    cursor: Any, table: str, column: str, value: Any, changes: dict[str, Any], *, drop: Sequence[str] = ()
) -> None:
    """Insert copies of the rows of ``table`` whose ``column`` is ``value``, with ``changes`` in place of their own."""
    kept = [name for name in columns(table) if name not in drop]
    shown = ", ".join("%s" if name in changes else f'"{name}"' for name in kept)
    names = ", ".join(f'"{name}"' for name in kept)
    values = [_stored(changes[name]) for name in kept if name in changes]
    cursor.execute(
        f'insert into {table} ({names}) select {shown} from {table} where "{column}" = %s',
        [*values, _stored(uuid.UUID(value) if isinstance(value, str) else value)],
    )


_known: dict[str, list[str]] = {}


def columns(table: str) -> list[str]:
    """The names of the columns of ``table``, in their order."""
    if table not in _known:
        with connection.cursor() as cursor:
            _known[table] = [row.name for row in connection.introspection.get_table_description(cursor, table)]
    return _known[table]


def _stored(value: Any) -> Any:
    """A value as the database keeps it: SQLite has no UUID."""
    return value.hex if isinstance(value, uuid.UUID) and connection.vendor == "sqlite" else value


def batches(rows: Sequence[Prepared], workers: int) -> Iterator[list[Prepared]]:
    """``rows`` dealt out to ``workers``."""
    for number in range(workers):
        yield list(rows[number::workers])
