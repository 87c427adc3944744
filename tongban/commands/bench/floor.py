"""The floor: the workload as hand-written SQL, with nothing around it but what the workload asks to be stored.

No rules, no permissions, no clocks, no hash chain, no notices: what the database alone costs. psycopg 3 with prepared
statements on PostgreSQL, ``sqlite3`` with WAL and ``synchronous=FULL`` on SQLite.
"""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection

from tongban.commands.bench import item
from tongban.commands.bench.lifecycle import (
    OPINION,
    START_SECONDS,
    WARM_UP,
    Result,
    Timed,
    measured,
    summarise,
    together,
)

_SCHEMA = """
create table bench_case (id {serial}, number text not null unique, applicant text not null, form {json} not null,
    state text not null, outcome text, licence text unique, submitted_at {time} not null, closed_at {time});
create table bench_attachment (id {serial}, case_id bigint not null references bench_case, name text not null,
    mime text not null, size integer not null, sha256 text not null, kind text not null);
create index bench_attachment_case on bench_attachment (case_id);
create table bench_review (id {serial}, case_id bigint not null references bench_case, key text not null,
    state text not null, opinion text, unique (case_id, key));
create table bench_audit (id {serial}, case_id bigint not null references bench_case, step text not null,
    actor text not null, at {time} not null, details {json} not null);
create index bench_audit_case on bench_audit (case_id);
"""
_TYPES = {
    "postgresql": {"serial": "bigserial primary key", "json": "jsonb", "time": "timestamptz"},
    "sqlite": {"serial": "integer primary key", "json": "text", "time": "text"},
}


def prepare() -> None:
    """Make the floor's own tables, unless they are there."""
    if "bench_case" in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        for statement in _SCHEMA.format(**_TYPES[connection.vendor]).split(";"):
            if statement.strip():
                cursor.execute(statement)


class _Floor:
    """The eight steps; each is one transaction that reads the case's state back first."""

    def __init__(self) -> None:
        self.postgres = connection.vendor == "postgresql"
        self.count = 0
        connect = _postgres if self.postgres else _sqlite
        self.db: Any = connect()

    def _do(self, sql: str, values: tuple[Any, ...]) -> Any:
        self.count += 1
        return self.db.execute(sql if self.postgres else sql.replace("%s", "?"), values)

    def _begin(self) -> None:
        self.db.execute("begin" if self.postgres else "begin immediate")

    def _state(self, case: int, wanted: str) -> None:
        lock = " for update" if self.postgres else ""
        (state,) = self._do(f"select state from bench_case where id = %s{lock}", (case,)).fetchone()
        if state != wanted:
            raise RuntimeError(f"case {case} is {state}, not {wanted}")

    def _audit(self, case: int, step: str, details: dict[str, str]) -> None:
        self._do(
            "insert into bench_audit (case_id, step, actor, at, details) values (%s, %s, %s, %s, %s)",
            (case, step, "bench", self._now(), json.dumps(details)),
        )

    def _now(self) -> Any:
        now = datetime.now(UTC)
        return now if self.postgres else now.isoformat()

    def submit(self) -> int:
        self._begin()
        form = json.dumps(item.FORM, ensure_ascii=False)
        (case,) = self._do(
            "insert into bench_case (number, applicant, form, state, submitted_at) values (%s, %s, %s, %s, %s)"
            " returning id",
            (uuid.uuid4().hex, str(item.FORM["name"]), form, "received", self._now()),
        ).fetchone()
        for key in item.MATERIALS:
            self._do(
                "insert into bench_attachment (case_id, name, mime, size, sha256, kind)"
                " values (%s, %s, %s, %s, %s, %s)",
                (case, f"{key}.pdf", "application/pdf", 123456, uuid.uuid4().hex * 2, key),
            )
        self._audit(case, "submit", {})
        self.db.execute("commit")
        return int(case)

    def accept(self, case: int) -> None:
        self._begin()
        self._state(case, "received")
        self._do("update bench_case set state = %s where id = %s", ("accepted", case))
        for key in item.REVIEWS:
            self._do("insert into bench_review (case_id, key, state) values (%s, %s, %s)", (case, key, "open"))
        self._audit(case, "accept", {})
        self.db.execute("commit")

    def review(self, case: int, key: str) -> None:
        self._begin()
        self._state(case, "accepted")
        self._do(
            "update bench_review set state = %s, opinion = %s where case_id = %s and key = %s and state = 'open'",
            ("done", OPINION, case, key),
        )
        self._audit(case, f"review {key}", {"opinion": OPINION})
        self.db.execute("commit")

    def decide(self, case: int) -> None:
        self._begin()
        self._state(case, "accepted")
        waiting = self._do("select count(*) from bench_review where case_id = %s and state = 'open'", (case,))
        if waiting.fetchone()[0]:
            raise RuntimeError(f"case {case} still has open reviews")
        self._do("update bench_case set state = %s, outcome = %s where id = %s", ("granted", "granted", case))
        self._audit(case, "decide", {"outcome": "granted"})
        self.db.execute("commit")

    def issue(self, case: int) -> None:
        self._begin()
        self._state(case, "granted")
        number = uuid.uuid4().hex
        self._do("update bench_case set state = %s, licence = %s where id = %s", ("issued", number, case))
        self._audit(case, "issue", {"licence": number})
        self.db.execute("commit")

    def close(self, case: int) -> None:
        self._begin()
        self._state(case, "issued")
        self._do("update bench_case set state = %s, closed_at = %s where id = %s", ("closed", self._now(), case))
        self._audit(case, "close", {})
        self.db.execute("commit")

    def lifecycle(self, timed: Timed) -> None:
        """All eight steps of one case."""
        case = measured(self.submit, timed.steps["submit"])
        steps: list[tuple[str, Callable[[], None]]] = [("accept", lambda: self.accept(case))]
        steps += [(key, partial(self.review, case, key)) for key in item.REVIEWS]
        steps += [
            ("decide", lambda: self.decide(case)),
            ("issue", lambda: self.issue(case)),
            ("close", lambda: self.close(case)),
        ]
        for name, act in steps:
            measured(act, timed.steps[name])


def _postgres() -> Any:
    import psycopg

    parts = settings.DATABASES["default"]
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    wanted = {name: parts[key] for key, name in names.items() if parts[key]}
    return psycopg.connect(**wanted, autocommit=True, prepare_threshold=1)


def _sqlite() -> Any:
    db = sqlite3.connect(settings.DATABASES["default"]["NAME"], isolation_level=None, timeout=20)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "mmap_size=134217728"):
        db.execute(f"pragma {pragma}")
    return db


def _worker(count: int, barrier: Any, results: Any) -> None:
    floor, timed = _Floor(), Timed()
    for _ in range(WARM_UP):
        floor.lifecycle(Timed())
    timed.statements = floor.count / WARM_UP
    barrier.wait(START_SECONDS)
    busy, start = time.process_time(), time.perf_counter()
    for _ in range(count):
        floor.lifecycle(timed)
    timed.spans.append((start, time.perf_counter()))
    timed.busy = time.process_time() - busy
    results.put(timed)


def run(cases: int, workers: int) -> Result:
    """``cases`` lifecycles of hand-written SQL by ``workers`` processes."""
    prepare()
    shares = [cases // workers + (number < cases % workers) for number in range(workers)]
    return summarise(together(_worker, [(share,) for share in shares]), cases)
