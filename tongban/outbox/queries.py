"""What the operator sees of the background work."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from tongban.outbox.models import CronEntry, Task, WorkerReport


@dataclass(frozen=True)
class TaskView:
    """One task. ``reason`` says in words why the last attempt failed."""

    id: str
    path: str
    args: str
    kwargs: str
    status: str
    attempts: int
    max_attempts: int
    reason: str
    trace: str
    enqueued_at: datetime
    due_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True)
class Summary:
    """How much there is to do. ``oldest_due`` is the earliest moment a waiting task became due."""

    ready: int
    running: int
    late: int
    dead: int
    oldest_due: datetime | None


def summary(now: datetime | None = None) -> Summary:
    """Counts of unfinished and dead tasks; ``late`` are due for more than a minute and not taken."""
    at = now or timezone.now()
    ready = Q(status="READY")
    found = Task.objects.exclude(status="SUCCESSFUL").aggregate(
        ready=Count("pk", filter=ready),
        running=Count("pk", filter=Q(status="RUNNING")),
        late=Count("pk", filter=ready & Q(due_at__lt=at - timedelta(minutes=1))),
        dead=Count("pk", filter=Q(status="FAILED")),
        oldest_due=Min("due_at", filter=ready & Q(due_at__lte=at)),
    )
    return Summary(**found)


#: Three missed reports: the worker is gone, or its machine cannot reach the database.
SILENT_AFTER = timedelta(seconds=35)


@dataclass(frozen=True)
class WorkerView:
    """A worker. ``release`` is the program it runs; ``alive`` whether it has reported within half a minute."""

    name: str
    release: str
    started_at: datetime
    seen_at: datetime
    alive: bool


def workers(now: datetime) -> list[WorkerView]:
    """Workers that have reported and not signed off, the latest report first."""
    oldest = now - SILENT_AFTER
    rows = WorkerReport.objects.order_by("-seen_at", "name")
    return [WorkerView(row.name, row.release, row.started_at, row.seen_at, row.seen_at >= oldest) for row in rows]


def dead(limit: int = 100) -> list[TaskView]:
    """Dead tasks, the latest first."""
    return [_view(row) for row in Task.objects.filter(status="FAILED").order_by("-finished_at", "id")[:limit]]


def task(task_id: str) -> TaskView | None:
    """One task, or None."""
    row = Task.objects.filter(pk=task_id).first()
    return _view(row) if row else None


def unfinished(limit: int = 100) -> list[TaskView]:
    """Tasks waiting or running, the next due first."""
    return [_view(row) for row in Task.objects.filter(finished_at__isnull=True).order_by("due_at", "id")[:limit]]


def cron_ticks() -> dict[str, datetime]:
    """The last tick of every cron entry."""
    return dict(CronEntry.objects.order_by("name").values_list("name", "last_tick"))


def _view(row: Task) -> TaskView:
    errors = json.loads(row.errors)
    return TaskView(
        id=row.id,
        path=row.path,
        args=row.args,
        kwargs=row.kwargs,
        status=row.status,
        attempts=row.attempts,
        max_attempts=row.max_attempts,
        reason=row.reason,
        trace=errors[-1]["traceback"] if errors else "",
        enqueued_at=row.enqueued_at,
        due_at=row.due_at,
        finished_at=row.finished_at,
    )
