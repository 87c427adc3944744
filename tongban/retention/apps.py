"""Django app of the retention room."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """Rules, holds and deletion records."""

    name = "tongban.retention"
    default_auto_field = "django.db.models.BigAutoField"
