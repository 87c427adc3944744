"""Application set-up: keeps the triggers of versions, of the search index and of what processes keep in place."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CatalogueConfig(AppConfig):
    """Room ``catalogue``."""

    name = "tongban.catalogue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """SQLite drops triggers when a migration rebuilds a table, so they are put back after each migrate."""
        post_migrate.connect(_protect, sender=self, dispatch_uid="catalogue-immutable-versions")


def _protect(using: str, **kwargs: Any) -> None:
    from django.db import connections

    from tongban.catalogue import immutability, search_index, shown

    search_index.install(connections[using])
    immutability.install(connections[using])
    shown.watch(connections[using])
