"""Django app of the accounts room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts."""

    name = "tongban.accounts"
    default_auto_field = "django.db.models.BigAutoField"
