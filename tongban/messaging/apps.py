"""The messaging room."""

from __future__ import annotations

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Django's entry for the room."""

    name = "tongban.messaging"
    label = "messaging"
    default_auto_field = "django.db.models.BigAutoField"
