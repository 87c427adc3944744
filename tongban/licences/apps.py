"""Django application of the licences room."""

from __future__ import annotations

from django.apps import AppConfig


class LicencesConfig(AppConfig):
    """Electronic licences and their versions."""

    name = "tongban.licences"
    default_auto_field = "django.db.models.BigAutoField"
