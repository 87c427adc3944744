"""Slow work of the licences room, done by the worker."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from tongban.licences import services


@task()
def make_licence_file(licence_id: str, version: int) -> None:
    """Make the signed file of a version. Running it twice makes one file."""
    services.make_file(licence_id=licence_id, version=version, now=timezone.now())
