"""Application set-up: keeps the append-only triggers in place after every migration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RecordsConfig(AppConfig):
    """Room ``records``."""

    name = "tongban.records"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """SQLite drops triggers when a migration rebuilds a table, so they are put back after each migrate."""
        post_migrate.connect(_protect, sender=self, dispatch_uid="records-append-only")


def _protect(using: str, **kwargs: Any) -> None:
    from django.db import connections

    from tongban.records import append_only

    append_only.install(connections[using])
