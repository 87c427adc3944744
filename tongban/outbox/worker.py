"""The worker: threads that claim and run tasks, one heartbeat for all of them, and the cron ticks."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import socket
import threading
import traceback
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.base import Task as BaseTask
from django_tasks.base import TaskContext
from django_tasks.utils import get_module_path

from tongban.outbox import claims, models, services
from tongban.outbox.backend import dump
from tongban.outbox.lease import GiveUp, LeaseLost, current

POLL_SECONDS = 0.2
HEARTBEAT_SECONDS = 10.0
CRON_SECONDS = 1.0
GRACE_SECONDS = 25.0

logger = logging.getLogger(__name__)


class Worker:
    """Runs tasks until :meth:`stop`. ``concurrency`` threads each take one task at a time."""

    def __init__(self, *, concurrency: int = 1) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self.concurrency = concurrency
        self.started_at = timezone.now()
        self._stopping = threading.Event()
        self._idle = threading.Event()
        self._running: dict[int, claims.Claim] = {}
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Take no further task; those under way are finished."""
        self._stopping.set()

    def run(self) -> bool:
        """Work until stopped. False when a task outlived the grace time and was given back: then leave at once."""
        runners = [threading.Thread(target=self._runner, daemon=True) for _ in range(self.concurrency)]
        helpers = [
            threading.Thread(target=_every, args=(seconds, work, until), daemon=True)
            for seconds, work, until in (
                (HEARTBEAT_SECONDS, self._heartbeat, self._idle),
                (CRON_SECONDS, services.tick, self._stopping),
            )
        ]
        for thread in (*runners, *helpers):
            thread.start()
        while not self._stopping.wait(1.0):
            pass
        deadline = timezone.now().timestamp() + GRACE_SECONDS
        for thread in runners:
            thread.join(max(0.0, deadline - timezone.now().timestamp()))
        left = self._give_back()
        self._idle.set()
        for thread in helpers:
            thread.join(1.0)
        with contextlib.suppress(DatabaseError):  # the report goes stale by itself
            services.sign_off(self.name)
            connection.close()
        return left == 0

    def run_due(self, after_each: Callable[[], object] | None = None) -> int:
        """Turn due cron ticks into tasks and run everything that is due now, in this thread; returns how many ran.

        ``after_each`` is called after every task: for a progress bar.
        """
        services.tick(timezone.now())
        count = 0
        while not self._stopping.is_set() and self._step():
            count += 1
            if after_each is not None:
                after_each()
        return count

    def running(self) -> list[claims.Claim]:
        """The tasks under way."""
        with self._lock:
            return list(self._running.values())

    def _runner(self) -> None:
        while not self._stopping.is_set():
            try:
                found = self._step()
            except Exception:  # whatever it is (a database that restarts), this worker goes on
                logger.exception("the worker could not take or finish a task; trying again")
                found = False
                self._stopping.wait(1.0)
            if not found:
                close_old_connections()
                self._stopping.wait(POLL_SECONDS)
        connection.close()

    def _step(self) -> bool:
        """Take and run one task. False when none was due."""
        held = claims.claim(self.name, timezone.now())
        if held is None:
            return False
        thread = threading.get_ident()
        with self._lock:
            self._running[thread] = held
        try:
            run_claim(held)
        finally:
            with self._lock:
                self._running.pop(thread, None)
        return True

    def _heartbeat(self, now: datetime) -> None:
        for held in self.running():
            if not claims.extend(held, now):
                logger.warning("task %s was taken over by another worker", held.task_id)
        services.report(self.name, self.started_at, now)

    def _give_back(self) -> int:
        left = self.running()
        for held in left:
            claims.release(held, timezone.now())
            logger.warning("task %s was given back unfinished", held.task_id)
        return len(left)


def _every(seconds: float, work: Callable[[datetime], object], until: threading.Event) -> None:
    """Call ``work(now)`` at once and then every ``seconds``."""
    while True:
        try:
            work(timezone.now())
        except Exception:  # a helper that ended here would be missed only when it is needed
            logger.exception("the worker's housekeeping failed; trying again")
        close_old_connections()
        if until.wait(seconds):
            connection.close()
            return


def run_claim(held: claims.Claim) -> bool:
    """Run a claimed task and record the outcome. False when the lease was lost meanwhile."""
    token = current.set(held)
    try:
        value = _call(held)
    except LeaseLost:
        logger.warning("task %s stopped itself: another worker has it", held.task_id)
        return False
    except Exception as error:
        return _record_failure(held, error)
    finally:
        current.reset(token)
    logger.info("task %s %s done", held.task_id, held.path)
    return claims.succeed(held, value, timezone.now())


def _call(held: claims.Claim) -> str:
    """The function's return value as JSON text."""
    try:
        task = import_string(held.path)
    except ImportError as error:
        raise GiveUp(f"the function {held.path} does not exist any more ({error})") from error
    if not isinstance(task, BaseTask):
        raise GiveUp(f"{held.path} is not a task")
    args, kwargs = json.loads(held.args), json.loads(held.kwargs)
    if task.takes_context:
        row = models.Task.objects.get(pk=held.task_id)
        args = [TaskContext(task_result=task.get_backend().result(row, task)), *args]  # type: ignore[attr-defined]
    return dump(task.call(*args, **kwargs))


def _record_failure(held: claims.Claim, error: Exception) -> bool:
    """Write down why; the text of the error stays in the database, the log carries its kind only."""
    kind = get_module_path(type(error))
    logger.warning("task %s %s failed (attempt %d): %s", held.task_id, held.path, held.attempt, kind)
    trace = "".join(traceback.format_exception(error))
    reason = str(error) or kind
    if not connection.in_atomic_block:
        close_old_connections()
    return claims.fail(held, kind, trace, reason, timezone.now(), permanent=isinstance(error, GiveUp))
