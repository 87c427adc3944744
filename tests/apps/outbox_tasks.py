"""Tasks that the outbox tests enqueue; a worker in another process imports them by name."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from pathlib import Path

from django_tasks import TaskContext, task

from tongban.outbox.lease import GiveUp, ensure_lease

#: For workers in this process: a test waits for ``started`` and lets go with ``release``.
started = threading.Event()
release = threading.Event()
ticks: list[datetime] = []


@task
def append_line(path: str, line: str) -> str:
    """Append ``line`` to a file."""
    with Path(path).open("a") as handle:
        handle.write(line + "\n")
    return line


@task
def append_then_sleep(path: str, seconds: float) -> None:
    """Say that it began, take long, say that it ended."""
    append_line.func(path, "begin")
    time.sleep(seconds)
    append_line.func(path, "end")


@task
def wait_then_check(path: str) -> None:
    """Wait until the test lets go, then act only if the lease still holds."""
    started.set()
    release.wait(20)
    ensure_lease()
    append_line.func(path, "acted")


@task(max_attempts=3)
def fail(words: str) -> None:
    """Fail with ``words``."""
    raise RuntimeError(words)


@task
def give_up() -> None:
    """Fail for good."""
    raise GiveUp("this address does not exist")


@task(takes_context=True)
def attempt(context: TaskContext) -> int:
    """Which attempt this is."""
    return context.attempt


@task(max_attempts=1)
def once() -> None:
    """A task that may fail only once."""


def note_tick(now: datetime) -> None:
    """A cron entry."""
    ticks.append(now)


def broken_tick(now: datetime) -> None:
    """A cron entry that fails."""
    raise RuntimeError(f"broken at {now.year}")


not_a_task = 5
