"""The screens' Django app: shared templates, components and static files; it has no tables."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The app ``tongban.web``; the audiences' packages hold their templates themselves."""

    name = "tongban.web"
    verbose_name = "screens"
