"""A hall's five years of cases, made fast: a few hundred real ones through the services, the rest copies of their rows.

What is synthetic in a copy: its number, applicant, officer, departments and days (all dates of a case move together,
the due days with them), and it has no events, documents or licence of its own. Lists read none of these; pages of
single cases are measured on the real ones.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from tongban.commands.bench import lifecycle, world

#: Holds what each copy was made of; a database with this table is the benchmark's own.
PLAN = "bench_copy"
#: Real cases of each kind: how many steps after the submission they have done.
TEMPLATES = {"received": 0, "reviewed by none": 1, "reviewed by two": 3, "reviewed": 4, "granted": 5, "issued": 6}
EACH, CLOSED = 20, 80
#: Of a hundred cases of five years so many are open; they came in within the last days.
OPEN_SHARE, OPEN_DAYS, ALL_DAYS = 0.05, 16, 5 * 365
APPLICANTS = 20_000
#: Departments that stand in copies for the one whose item it was, and how many of a hundred copies stay as they are.
DEPARTMENTS, SAME = ("planning", "fire", "ecology", "market", "health", "construction", "transport"), 0.5
_BATCH = 5_000


def is_own() -> bool:
    """Whether the database was filled by this module before."""
    return PLAN in connection.introspection.table_names()


def fill(total: int) -> None:
    """Bring the database to ``total`` cases; a database of our own is used again as it is.

    Raises :class:`~tongban.core.errors.Refused` when it holds anybody else's data.
    """
    if is_own():
        return
    world.check_empty()
    made = world.build(timezone.now())
    finished, started = _templates(made)
    with transaction.atomic(), connection.cursor() as cursor:
        applicants = _applicants(cursor)
        count = max(0, total - len(finished) - len(started))
        _plan(cursor, _copies(count, finished, started, applicants, sorted(made.officers.values())))
        for table in ("cases_case", "cases_review", "cases_casematerial"):
            _copy(cursor, table)
        _copy_files(cursor)
        _go_on_counting(cursor)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _templates(made: world.World) -> tuple[list[int], list[int]]:
    """(ids of closed cases, ids of open ones): real cases, taken as far as each kind says."""
    desk = lifecycle.Desk(made.officers, timezone.now())
    drafts = iter(world.drafts(made.models, EACH * len(TEMPLATES) + CLOSED))
    closed = lifecycle.until_issue(desk, [next(drafts) for _ in range(CLOSED)], lifecycle.Timed())
    lifecycle.record_files(closed)
    lifecycle.close_all(desk, closed, lifecycle.Timed())
    started = []
    for steps in TEMPLATES.values():
        for _ in range(EACH):
            number = desk.submit(next(drafts))
            for _name, act in desk.steps(number)[:steps]:
                act()
            started.append(number)
    return _ids(closed), _ids(started)


def _ids(numbers: Sequence[str]) -> list[int]:
    marks = ", ".join(["%s"] * len(numbers))
    with connection.cursor() as cursor:
        cursor.execute(f"select id from cases_case where number in ({marks}) order by id", list(numbers))
        return [row[0] for row in cursor.fetchall()]


def _applicants(cursor: Any) -> list[tuple[int, str]]:
    """(id, name) of many applicants, copied from the few real ones."""
    cursor.execute("select id, name from accounts_applicant order by id")
    models = cursor.fetchall()
    names = [column for column in world.columns("accounts_applicant") if column not in ("id", "name", "id_index")]
    listed = ", ".join(f'"{name}"' for name in names)
    cursor.executemany(
        f"insert into accounts_applicant (name, id_index, {listed}) select %s, %s, {listed} "
        "from accounts_applicant where id = %s",
        [
            (f"示例{_WORDS[number % len(_WORDS)]}企业{number:05d}", uuid.uuid4().hex, models[number % len(models)][0])
            for number in range(APPLICANTS)
        ],
    )
    cursor.execute("select id, name from accounts_applicant order by id")
    return list(cursor.fetchall())


_WORDS = ("海河", "津湾", "塘沽", "汉沽", "大港", "开发", "保税", "高新", "东疆", "临港", "中新", "泰达")

Copy = tuple[int, int, str, str, int, str, str, int, str]


def _copies(
    count: int, finished: list[int], started: list[int], applicants: list[tuple[int, str]], officers: list[int]
) -> Iterator[Copy]:
    """(template, id, number, key, days back, department, officer, applicant's id and name) of each copy.

    Drawn with a fixed seed: two runs have the same hall. An empty department or officer: as the template has it.
    """
    draw = random.Random(20261122)  # noqa: S311 - invented data, nothing secret
    base = max(finished + started)
    today = timezone.localdate()
    for serial in range(1, count + 1):
        is_open = draw.random() < OPEN_SHARE
        days = draw.randrange(OPEN_DAYS) if is_open else draw.randrange(1, ALL_DAYS)
        applicant, name = draw.choice(applicants)
        department = "" if draw.random() < SAME else draw.choice(DEPARTMENTS)
        officer = str(draw.choice(officers)) if draw.random() < 0.5 else ""
        key = uuid.UUID(int=draw.getrandbits(128), version=4)
        number = f"120116-{today.year - days // 365}-{serial:07d}"
        shown = key.hex if connection.vendor == "sqlite" else str(key)
        yield (
            draw.choice(started if is_open else finished),
            base + serial,
            number,
            shown,
            days,
            department,
            officer,
            applicant,
            name,
        )


def _plan(cursor: Any, copies: Iterator[Copy]) -> None:
    key = "char(32)" if connection.vendor == "sqlite" else "uuid"
    cursor.execute(
        f"create table {PLAN} (template bigint not null, id bigint primary key, number text not null, "
        f"submission_key {key} not null, days integer not null, department text not null, officer text not null, "
        "applicant_id bigint not null, applicant_name text not null)"
    )
    waiting: list[Copy] = []
    insert = partial(cursor.executemany, f"insert into {PLAN} values ({', '.join(['%s'] * 9)})")
    for copy in copies:
        waiting.append(copy)
        if len(waiting) == _BATCH:
            insert(waiting)
            waiting = []
    if waiting:
        insert(waiting)


#: Columns that a copy takes from the plan; ``{own}`` is what the template has.
_CHANGED = {
    "cases_case": {
        "id": "c.id",
        "number": "c.number",
        "submission_key": "c.submission_key",
        "applicant_id": "c.applicant_id",
        "applicant_name": "c.applicant_name",
        "authority": "case when c.department = '' then {own} else c.department end",
        "intake": "case when c.department = '' then {own} else c.department end",
        "holder_organisation": "case when c.department = '' or {own} = '' then {own} else c.department end",
        "assignee": "case when t.is_open then c.officer else {own} end",
    },
    "cases_review": {"case_id": "c.id"},
    "cases_casematerial": {"case_id": "c.id"},
}


def _copy(cursor: Any, table: str) -> None:
    """The rows of ``table`` of every template, once for each of its copies."""
    changed = _CHANGED[table]
    names = [name for name in world.columns(table) if name != "id" or "id" in changed]
    shown = ", ".join(changed[name].format(own=f't."{name}"') if name in changed else _moved(name) for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    owner = "id" if table == "cases_case" else "case_id"
    cursor.execute(
        f'insert into {table} ({listed}) select {shown} from {PLAN} c join {table} t on t."{owner}" = c.template'
    )


def _moved(name: str) -> str:
    """A column as the copy has it: days and moments earlier, everything else unchanged."""
    own = f't."{name}"'
    sqlite = connection.vendor == "sqlite"
    if name.endswith("_on") or name in ("not_after", "ban_until"):
        return f"date({own}, '-' || c.days || ' days')" if sqlite else f"{own} - c.days"
    if name.endswith("_at"):
        return f"datetime({own}, '-' || c.days || ' days')" if sqlite else f"{own} - c.days * interval '1 day'"
    return own


def _copy_files(cursor: Any) -> None:
    """The files of the copied materials (their rows: the bytes are the template's)."""
    names = [name for name in world.columns("cases_materialfile") if name not in ("id", "material_id")]
    listed, shown = ", ".join(f'"{name}"' for name in names), ", ".join(f't."{name}"' for name in names)
    cursor.execute(
        f"insert into cases_materialfile (material_id, {listed}) select new.id, {shown} from {PLAN} c "
        "join cases_casematerial old on old.case_id = c.template "
        "join cases_casematerial new on new.case_id = c.id and new.key = old.key "
        "join cases_materialfile t on t.material_id = old.id"
    )


def _go_on_counting(cursor: Any) -> None:
    """The next case gets an id after the copies'."""
    if connection.vendor == "postgresql":
        cursor.execute("select setval(pg_get_serial_sequence('cases_case', 'id'), (select max(id) from cases_case))")


def real_numbers() -> list[str]:
    """Numbers of the real cases that are under review."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select number from cases_case where status = 'accepted' and id not in (select id from {PLAN}) order by id"
        )
        return [row[0] for row in cursor.fetchall()]


def counts() -> dict[str, int]:
    """What the database holds."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*), sum(case when is_open then 1 else 0 end) from cases_case")
        cases, open_ = cursor.fetchone()
    return {
        "cases": cases,
        "open": open_,
        "reviews": _count("cases_review"),
        "applicants": _count("accounts_applicant"),
    }


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")
        return int(cursor.fetchone()[0])


def copied_number() -> str:
    """The number of a copy from the middle of the five years."""
    with connection.cursor() as cursor:
        cursor.execute(f"select number from {PLAN} order by id limit 1 offset (select count(*) / 2 from {PLAN})")
        return str(cursor.fetchone()[0])
