"""Slow work of the documents room, done by the worker."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django_tasks import task

from tongban.documents import services
from tongban.gateways import office


@task()
def render_document(document_id: str) -> None:
    """Make the signed file of a document. Running it twice makes one file."""
    services.make_file(document_id=document_id, now=timezone.now())


@task(max_attempts=6)
def convert_file(source_id: str) -> None:
    """Make the reading copy of an office file; more attempts than conversions, for a worker that is killed."""
    services.make_copy(source_id=source_id, now=timezone.now())


def drop_orphans(now: datetime) -> None:
    """Nightly, after what is due was deleted: a copy does not outlive its source."""
    services.drop_orphans()


def ask_for_missing(now: datetime) -> None:
    """Every ten minutes: once the machine has a converter, make the copies that had to wait for one."""
    if office.available():
        services.ask_again(reasons=("unavailable",), now=now)
