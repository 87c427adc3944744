"""Verbs on tasks: enqueue once, retry the dead, discard, tick the cron entries, prune."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import task
from django_tasks.base import Task as BaseTask
from django_tasks.base import TaskResult

from tongban.core.errors import NotFound, gettext_noop
from tongban.outbox.backend import OutboxBackend, OutboxTask, dump
from tongban.outbox.cron import Schedule
from tongban.outbox.models import CronEntry, Task, WorkerReport

KEEP_DONE = timedelta(days=7)
KEEP_DEAD = timedelta(days=180)
KEEP_REPORTS = timedelta(days=1)


def enqueue_once(what: BaseTask, key: str, *args: Any, **kwargs: Any) -> TaskResult:  # type: ignore[type-arg]
    """Enqueue ``what`` unless a task with ``key`` exists (done ones count for seven days, dead ones for 180).

    Part of the caller's transaction like any enqueue. Returns the new task or the earlier one.
    """
    if not isinstance(what, OutboxTask):
        raise TypeError(f"{what.module_path} does not run on the outbox backend")
    return replace(what, dedupe_key=key).enqueue(*args, **kwargs)


def prepared(what: BaseTask, *args: Any, **kwargs: Any) -> Task:  # type: ignore[type-arg]
    """``what`` as a row for the caller to insert with the other rows of its verb: an enqueue without a statement."""
    backend = what.get_backend()
    if not isinstance(backend, OutboxBackend):
        raise TypeError(f"{what.module_path} does not run on the outbox backend")
    return backend.row(what, args, kwargs)


@transaction.atomic
def retry(task_id: str) -> None:
    """Put a dead task back to work with all its attempts. Raises NotFound unless it is dead."""
    if not _revive([task_id]):
        raise NotFound(
            gettext_noop("There is no dead task with this number."),
            remedy=gettext_noop("Look at the list of dead tasks; it may have been restarted already."),
        )


def retry_all() -> int:
    """Put every dead task back to work; returns how many."""
    return _revive(None)


def discard(task_id: str) -> None:
    """Delete a dead task for good. Raises NotFound unless it is dead."""
    deleted, _ = Task.objects.filter(pk=task_id, status="FAILED").delete()
    if not deleted:
        raise NotFound(
            gettext_noop("There is no dead task with this number."),
            remedy=gettext_noop("Look at the list of dead tasks; it may have been restarted already."),
        )


def prune(now: datetime) -> int:
    """Delete tasks done more than seven days ago and dead ones older than 180 days."""
    done, _ = Task.objects.filter(status="SUCCESSFUL", finished_at__lt=now - KEEP_DONE).delete()
    dead, _ = Task.objects.filter(status="FAILED", finished_at__lt=now - KEEP_DEAD).delete()
    return done + dead


def tick(now: datetime) -> list[str]:
    """Enqueue the entries of ``OUTBOX_CRON`` that came due; returns their names.

    ``OUTBOX_CRON`` maps a name to (schedule, dotted name of a function that takes the instant). The last tick is
    stored, so any number of workers make one task; ticks missed while no worker ran are made up by one run, and no
    entry is queued while its last run is still to do.
    """
    due = []
    for name, (schedule, _) in settings.OUTBOX_CRON.items():
        latest = Schedule.parse(schedule).latest(timezone.localtime(now))
        stored = CronEntry.objects.filter(pk=name).values_list("last_tick", flat=True).first()
        if stored is None or stored < latest:
            if _take_tick(name, latest):
                due.append(name)
    return due


@task(max_attempts=3)
def run_cron(name: str) -> None:
    """Run one entry of ``OUTBOX_CRON`` now."""
    entry = settings.OUTBOX_CRON.get(name)
    if entry is not None:
        import_string(entry[1])(timezone.now())


@transaction.atomic
def _take_tick(name: str, latest: datetime) -> bool:
    """Whether this worker is the one that makes the task of that tick."""
    _, created = CronEntry.objects.get_or_create(pk=name, defaults={"last_tick": latest})
    if not created and not CronEntry.objects.filter(pk=name, last_tick__lt=latest).update(last_tick=latest):
        return False
    same = Task.objects.filter(path=run_cron.module_path, args=dump([name]))
    if same.filter(finished_at__isnull=True).exists():
        return False
    same.filter(status="FAILED").delete()  # the new run replaces the one that died
    run_cron.enqueue(name)
    return True


def report(name: str, started_at: datetime, now: datetime) -> None:
    """A worker says that it lives; reports of workers that died more than a day ago are swept away."""
    values = {"release": settings.RELEASE, "started_at": started_at, "seen_at": now}
    WorkerReport.objects.update_or_create(pk=name, defaults=values)
    WorkerReport.objects.filter(seen_at__lt=now - KEEP_REPORTS).delete()


def sign_off(name: str) -> None:
    """A worker says that it stops."""
    WorkerReport.objects.filter(pk=name).delete()


def _revive(ids: list[str] | None) -> int:
    dead = Task.objects.filter(status="FAILED")
    if ids is not None:
        dead = dead.filter(pk__in=ids)
    return dead.update(status="READY", attempts=0, due_at=timezone.now(), finished_at=None)
