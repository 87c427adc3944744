"""Slow work of the documents room, done by the worker."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from tongban.documents import services


@task()
def render_document(document_id: str) -> None:
    """Make the signed file of a document. Running it twice makes one file."""
    services.make_file(document_id=document_id, now=timezone.now())
