"""Django app of the oversight room."""

from django.apps import AppConfig


class OversightConfig(AppConfig):
    """Oversight."""

    name = "tongban.oversight"
    default_auto_field = "django.db.models.BigAutoField"
