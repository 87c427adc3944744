"""The calendars room as a Django app."""

from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    """Working days by region and the versions they were loaded in."""

    name = "tongban.calendars"
    default_auto_field = "django.db.models.BigAutoField"
