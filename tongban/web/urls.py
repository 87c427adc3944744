"""Addresses the audiences share."""

from __future__ import annotations

from django.urls import path

from tongban.web import display, gallery

app_name = "web"
urlpatterns = [
    path("display/", display.switch, name="display"),
    path("components/", gallery.gallery, name="gallery"),
]
