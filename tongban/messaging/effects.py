"""Slow work of the messaging room, done by the worker; the outbox tries again with growing pauses."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from tongban.messaging import services


@task()
def deliver(message_id: str) -> None:
    """Hand a message to its gateway; at least once, under a key that stays the same."""
    services.attempt(message_id, timezone.now())
