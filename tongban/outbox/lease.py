"""For task functions: am I still the one who may do this?"""

from __future__ import annotations

from contextvars import ContextVar

from django.db import connection

from tongban.outbox.claims import Claim
from tongban.outbox.models import Task

current: ContextVar[Claim | None] = ContextVar("outbox_claim", default=None)


class LeaseLost(Exception):
    """Another worker has taken this task over; what this one was about to do must not happen."""


class GiveUp(Exception):
    """Raised by a task that no repetition can help (an address that does not exist): it goes to the dead at once."""


def ensure_lease() -> None:
    """Raise LeaseLost unless the running task is still this worker's.

    Call it directly before a step that must not happen twice. Inside a transaction the task's row stays locked
    until the end, so that nobody can take the task over between this check and the commit. Outside a worker it does
    nothing.
    """
    held = current.get()
    if held is None:
        return
    row = Task.objects.filter(pk=held.task_id, fence=held.fence, status="RUNNING")
    if connection.in_atomic_block:
        row = row.select_for_update()
    if row.values_list("pk", flat=True).first() is None:
        raise LeaseLost(held.task_id)
