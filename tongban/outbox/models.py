"""The task table and the cron table. Nothing outside this room imports them."""

from __future__ import annotations

from django.db import models


class Task(models.Model):
    """One piece of background work.

    ``due_at`` is the instant from which a worker may take it: the start wanted while READY, the end of the lease
    while RUNNING. ``finished_at`` is empty while there is work left to do. ``fence`` grows with every claim; only
    the claim that holds the latest may write the outcome.
    """

    id = models.CharField(primary_key=True, max_length=32)
    path = models.CharField(max_length=200)
    args = models.TextField(default="[]")
    kwargs = models.TextField(default="{}")
    queue_name = models.CharField(max_length=32, default="default")
    priority = models.SmallIntegerField(default=0)
    status = models.CharField(max_length=12, default="READY")
    due_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    max_attempts = models.IntegerField()
    fence = models.IntegerField(default=0)
    worker = models.CharField(max_length=64, default="")
    dedupe_key = models.CharField(max_length=200, null=True, unique=True)
    errors = models.TextField(default="[]")
    return_value = models.TextField(default="null")
    reason = models.TextField(default="")
    enqueued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    last_attempted_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # The condition carries no parameter, so PostgreSQL can use it in prepared statements.
            models.Index(
                fields=["-priority", "due_at"], name="outbox_task_due", condition=models.Q(finished_at__isnull=True)
            ),
            models.Index(
                fields=["finished_at"], name="outbox_task_finished", condition=models.Q(finished_at__isnull=False)
            ),
        ]


class CronEntry(models.Model):
    """The last tick of a cron entry that was turned into a task, so that two workers make one."""

    name = models.CharField(primary_key=True, max_length=64)
    last_tick = models.DateTimeField()


class WorkerReport(models.Model):
    """A worker that runs, and when it last said so. An orderly stop takes the row away; a kill lets it go stale."""

    name = models.CharField(primary_key=True, max_length=64)
    release = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
