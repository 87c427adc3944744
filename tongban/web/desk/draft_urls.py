"""Addresses of the catalogue editor, below those of the desk."""

from __future__ import annotations

from django.urls import path

from tongban.web.desk.views import drafts, editing

_DRAFT = "items/<str:key>/versions/<int:version>/"

urlpatterns = [
    path("items/<str:key>/draft/", editing.open_draft, name="draft_open"),
    path(f"{_DRAFT}edit/<str:place>/", editing.edit, name="draft"),
    path(f"{_DRAFT}autosave/", editing.autosave, name="draft_autosave"),
    path(f"{_DRAFT}flow/", editing.flow, name="draft_flow"),
    path(f"{_DRAFT}undo/", editing.undo, name="draft_undo"),
    path(f"{_DRAFT}log/", editing.log, name="draft_log"),
    path(f"{_DRAFT}check/", editing.check, name="draft_check"),
    path(f"{_DRAFT}preview/", drafts.preview, name="draft_preview"),
    path(f"{_DRAFT}try/", drafts.trial, name="draft_try"),
    path(f"{_DRAFT}publish/", drafts.publish, name="draft_publish"),
    path(f"{_DRAFT}files/", drafts.files, name="draft_files"),
    path(f"{_DRAFT}discard/", drafts.discard, name="draft_discard"),
    path(f"{_DRAFT}withdraw/", drafts.withdraw, name="version_withdraw"),
    path(f"{_DRAFT}export.<str:kind>", drafts.export, name="version_export"),
]
