"""Taking a task, keeping it, and writing its outcome: the part that must be right when workers die.

A claim is a lease: it ends by itself, and the next worker's claim raises the fence. Whoever holds an older fence
can neither extend the lease nor write an outcome.
"""

from __future__ import annotations

import json
import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, QuerySet

from tongban.outbox.models import Task

LEASE = timedelta(seconds=30)
FIRST_DELAY = 5.0
DELAY_FACTOR = 3.0
LONGEST_DELAY = 3600.0
KEPT_ERRORS = 5
#: A task is given this many workers to die on even when it may fail only once.
DEATHS_ALLOWED = 3

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Claim:
    """The right to run a task until the lease ends."""

    task_id: str
    fence: int
    path: str
    args: str
    kwargs: str
    attempt: int
    max_attempts: int


def claim(worker: str, now: datetime) -> Claim | None:
    """Take the most urgent due task, or None. A task whose worker died too often is put with the dead instead.

    PostgreSQL skips rows that another worker is taking; on SQLite the transaction is immediate, hence alone.
    """
    due = Task.objects.filter(finished_at__isnull=True, due_at__lte=now).order_by("-priority", "due_at", "id")
    if not due.exists():
        return None
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        row = due.select_for_update(skip_locked=skip).first()
        if row is None:
            return None
        if row.attempts >= max(row.max_attempts, DEATHS_ALLOWED):
            _kill(row, now, f"its worker died or lost it {row.attempts} times in a row")
            return None
        row.status = "RUNNING"
        row.fence += 1
        row.attempts += 1
        row.worker = worker
        row.due_at = now + LEASE
        row.started_at = row.started_at or now
        row.last_attempted_at = now
        row.save(update_fields=["status", "fence", "attempts", "worker", "due_at", "started_at", "last_attempted_at"])
    return Claim(row.id, row.fence, row.path, row.args, row.kwargs, row.attempts, row.max_attempts)


def extend(held: Claim, now: datetime) -> bool:
    """Heartbeat: keep the lease. False when it was lost to another worker."""
    return _held(held).update(due_at=now + LEASE) == 1


def succeed(held: Claim, return_value: str, now: datetime) -> bool:
    """Record success. False when the lease was lost: the other worker's outcome counts."""
    done = _held(held).update(status="SUCCESSFUL", finished_at=now, return_value=return_value, reason="")
    return done == 1


def fail(held: Claim, kind: str, trace: str, reason: str, now: datetime, *, permanent: bool = False) -> bool:
    """Record a failed attempt: back-off, or dead after the last one (at once when ``permanent``)."""
    with transaction.atomic():
        row = _held(held).select_for_update().first()
        if row is None:
            return False
        errors = [*json.loads(row.errors), {"exception_class_path": kind, "traceback": trace}][-KEPT_ERRORS:]
        row.errors = json.dumps(errors, ensure_ascii=False)
        if permanent or row.attempts >= row.max_attempts:
            _kill(row, now, reason)
        else:
            row.status = "READY"
            row.reason = reason
            row.due_at = now + delay(row.attempts)
            row.save(update_fields=["status", "reason", "due_at", "errors"])
    return True


def release(held: Claim, now: datetime) -> bool:
    """Give a task back untried, for a worker that must stop before the task is finished."""
    return _held(held).update(status="READY", due_at=now, attempts=F("attempts") - 1) == 1


def delay(attempts: int) -> timedelta:
    """How long to wait after ``attempts`` failed ones: 5 s, 15 s, 45 s … at most an hour, a quarter more or less."""
    seconds = min(FIRST_DELAY * DELAY_FACTOR ** (attempts - 1), LONGEST_DELAY)
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))  # noqa: S311


def _held(held: Claim) -> QuerySet[Task]:
    return Task.objects.filter(pk=held.task_id, fence=held.fence, status="RUNNING")


def _kill(row: Task, now: datetime, reason: str) -> None:
    row.status = "FAILED"
    row.finished_at = now
    row.reason = reason
    row.save(update_fields=["status", "finished_at", "reason", "errors"])
    logger.error("task %s %s is dead after %d attempts: %s", row.id, row.path, row.attempts, reason)
