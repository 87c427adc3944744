"""Deleting rows whose time is over, with what proves it: keepers for the rooms, and files that really go."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models import Min, Q, QuerySet

from tongban.core.dates import legal_date
from tongban.core.retention import Due, Gone, Held
from tongban.records.models import StoredFile
from tongban.records.secrets import EncryptedTextField, blind_index
from tongban.records.services.files import discard_file


def _nothing_held(_held: Held) -> Q:
    return Q(pk__in=())


def _no_files(_row: Any) -> Iterable[str]:
    return ()


@dataclass(frozen=True)
class RowKeeper:
    """Rows of one table that go as a whole. ``since`` is the column that the period counts from, ``held`` says which a
    hold keeps, ``files`` which stored files go with a row. ``named``: the deletion record names each row; lines of logs
    and sessions are counted and digested only."""

    rows: Callable[[], QuerySet[Any]]
    since: str
    held: Callable[[Held], Q] = _nothing_held
    files: Callable[[Any], Iterable[str]] = _no_files
    named: bool = True

    def _due(self, before: datetime, held: Held) -> tuple[QuerySet[Any], QuerySet[Any]]:
        """What may go, and what would but for a hold."""
        rows = self.rows()
        parts = self.since.split("__")
        model: Any = rows.model
        for part in parts[:-1]:
            model = model._meta.get_field(part).related_model
        is_day = not isinstance(model._meta.get_field(parts[-1]), models.DateTimeField)
        old = rows.filter(**{f"{self.since}__lt": legal_date(before) if is_day else before})
        kept = self.held(held)
        return old.exclude(kept), old.filter(kept)

    def due(self, before: datetime, held: Held) -> Due:
        """What would go."""
        going, kept = self._due(before, held)
        return Due(going.count(), kept.count(), going.aggregate(oldest=Min(self.since))["oldest"])

    def erase(self, before: datetime, held: Held, most: int, now: datetime) -> list[Gone]:
        """Delete the oldest rows with their files."""
        going, _kept = self._due(before, held)
        found = list(_locked(going.order_by(self.since, "pk"))[:most])
        gone = [Gone(str(row.pk) if self.named else "", row_digest(row), erase_files(self.files(row))) for row in found]
        self.rows().model._base_manager.filter(pk__in=[row.pk for row in found]).delete()
        return gone

    def left(self, keys: Collection[str]) -> set[str]:
        """Rows that are there though a record says they are gone."""
        model = self.rows().model
        return {str(key) for key in model._base_manager.filter(pk__in=list(keys)).values_list("pk", flat=True)}


def _locked(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows locked for this transaction, without waiting for those that another run has."""
    hidden = [field.name for field in rows.model._meta.concrete_fields if isinstance(field, EncryptedTextField)]
    rows = rows.defer(*hidden) if hidden else rows
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True, of=("self",))
    return rows


def row_digest(row: models.Model) -> str:
    """A keyed digest of a row without its encrypted columns: it tells two rows apart and neither what they held.

    What cannot be decrypted any more can still be deleted: those columns are never read.
    """
    values = {
        field.attname: str(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if not isinstance(field, EncryptedTextField)
    }
    text = json.dumps(values, ensure_ascii=False, sort_keys=True)
    return blind_index(hashlib.sha256(text.encode()).hexdigest(), f"deleted:{row._meta.label_lower}")


def erase_files(file_ids: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Delete stored files, row and content; returns (id, SHA-256) of each. The content goes after the commit."""
    wanted = list(dict.fromkeys(str(each) for each in file_ids if each))
    found = StoredFile.objects.filter(pk__in=wanted).values_list("pk", "sha256")
    known = {str(key): sha256 for key, sha256 in found}
    for key in known:
        discard_file(key)
    return tuple((key, known[key]) for key in wanted if key in known)


def files_left(file_ids: Collection[str]) -> set[str]:
    """Which of these stored files still have a row."""
    return {str(key) for key in StoredFile.objects.filter(pk__in=list(file_ids)).values_list("pk", flat=True)}
