"""Django application of the documents room."""

from __future__ import annotations

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Notices, decisions and other official documents."""

    name = "tongban.documents"
    default_auto_field = "django.db.models.BigAutoField"
