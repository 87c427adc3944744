"""The Django Tasks backend: ``enqueue`` inserts a row in the caller's transaction."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task as BaseTask
from django_tasks.base import TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.signals import task_enqueued
from django_tasks.utils import normalize_json

from tongban.outbox import models

#: With the back-off of ``claims.delay`` ten attempts span about four hours: a mail server's bad morning.
MAX_ATTEMPTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxTask(BaseTask):  # type: ignore[type-arg]
    """A task with the outbox's own choices.

    ``max_attempts`` may be given to the decorator: ``@task(max_attempts=3)``. ``dedupe_key`` is set by
    :func:`tongban.outbox.services.enqueue_once`.
    """

    max_attempts: int = MAX_ATTEMPTS
    dedupe_key: str | None = None


class OutboxBackend(BaseTaskBackend):
    """Tasks as rows of this database; ``tongban work`` runs them."""

    task_class = OutboxTask
    supports_defer = True
    supports_priority = True
    supports_get_result = True

    def __init__(self, alias: str, params: dict[str, Any]) -> None:
        super().__init__(alias, params)
        self.queues = set(params.get("QUEUES", []))  # none named: any queue is valid
        self._valid: set[BaseTask] = set()  # type: ignore[type-arg]

    def enqueue(self, task: BaseTask, args: Any, kwargs: Any) -> TaskResult:  # type: ignore[type-arg]
        """Insert the task; it exists only if the caller's transaction commits.

        With a dedupe key that was used before, the earlier task is returned and nothing is inserted.
        """
        row, created = self._insert(self.row(task, args, kwargs))
        found = self.result(row, task)
        if created:
            task_enqueued.send(type(self), task_result=found)
        return found

    def row(self, task: BaseTask, args: Any, kwargs: Any) -> models.Task:  # type: ignore[type-arg]
        """The task as a row that is not inserted yet."""
        if task not in self._valid:
            self.validate_task(task)
            self._valid.add(task)
        now = timezone.now()
        return models.Task(
            id=secrets.token_hex(16),
            path=task.module_path,
            args=dump(args),
            kwargs=dump(kwargs),
            queue_name=task.queue_name,
            priority=task.priority,
            due_at=task.run_after or now,
            max_attempts=getattr(task, "max_attempts", MAX_ATTEMPTS),
            dedupe_key=getattr(task, "dedupe_key", None),
            enqueued_at=now,
        )

    def get_result(self, result_id: str) -> TaskResult:  # type: ignore[type-arg]
        """The task as it stands. Raises TaskResultDoesNotExist for an unknown id or a function that is gone."""
        row = models.Task.objects.filter(pk=result_id).first()
        if row is None:
            raise TaskResultDoesNotExist(result_id)
        try:
            task = import_string(row.path)
        except ImportError as error:
            raise TaskResultDoesNotExist(result_id) from error
        return self.result(row, task)

    def result(self, row: models.Task, task: BaseTask) -> TaskResult:  # type: ignore[type-arg]
        """``row`` as the value Django's Tasks API hands out."""
        found: TaskResult[Any] = TaskResult(
            task=replace(task, priority=row.priority, queue_name=row.queue_name),
            id=row.id,
            status=TaskResultStatus(row.status),
            enqueued_at=row.enqueued_at,
            started_at=row.started_at,
            last_attempted_at=row.last_attempted_at,
            finished_at=row.finished_at,
            args=json.loads(row.args),
            kwargs=json.loads(row.kwargs),
            backend=self.alias,
            errors=[TaskError(**error) for error in json.loads(row.errors)],
            worker_ids=[row.worker] * row.attempts,
        )
        object.__setattr__(found, "_return_value", json.loads(row.return_value))
        return found

    @staticmethod
    def _insert(row: models.Task) -> tuple[models.Task, bool]:
        if row.dedupe_key is None:
            row.save(force_insert=True)
            return row, True
        try:
            with transaction.atomic():
                row.save(force_insert=True)
            return row, True
        except IntegrityError:
            return models.Task.objects.get(dedupe_key=row.dedupe_key), False


def dump(value: Any) -> str:
    """Arguments as JSON text with sorted keys. Raises TypeError for what JSON cannot carry."""
    return json.dumps(normalize_json(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
