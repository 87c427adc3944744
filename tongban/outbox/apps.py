"""Application set-up."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Room ``outbox``."""

    name = "tongban.outbox"
    default_auto_field = "django.db.models.BigAutoField"
