"""Django app of the accounts room."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Accounts."""

    name = "tongban.accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Watch what processes keep, anew after each migrate: SQLite drops the triggers of a table it rebuilds."""
        post_migrate.connect(_watch, sender=self, dispatch_uid="accounts-staff")


def _watch(using: str, **kwargs: Any) -> None:
    from django.db import connections

    from tongban.accounts import standing_in

    standing_in.watch(connections[using])
