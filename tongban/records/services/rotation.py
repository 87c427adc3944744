"""Re-encrypting personal data with the current key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Cast

from tongban.records.secrets import EncryptedTextField, current_key_id, decrypt, encrypt, key_id, map_encrypted

BATCH = 500

_Progress = Callable[[int], object] | None
_Field = models.Field[Any, Any]


def rotate_keys(progress: _Progress = None) -> int:
    """Re-encrypt every value that an older key encrypted; returns how many rows changed. May be stopped and run again.

    Covers every EncryptedTextField and every encrypted text inside a JSON column (forms). A value that changes
    meanwhile is left alone: it was written with the current key. Raises SecretUnreadable when a column was
    encrypted with a key that FIELD_KEYS does not hold.
    """
    total = 0
    for model, field in _fields(EncryptedTextField):
        total += _rotate(model, field, _old_texts(field), _replace_text, progress)
    if len(settings.FIELD_KEYS) > 1:
        for model, field in _fields(models.JSONField):
            total += _rotate(model, field, _old_inside(field), _replace_inside, progress)
    return total


def _fields(kind: type[models.Field[Any, Any]]) -> Iterator[tuple[type[models.Model], _Field]]:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, kind) and not model._meta.proxy:
                yield model, field


def _rotate(
    model: type[models.Model],
    field: _Field,
    old: models.Q,
    replace: Callable[[type[models.Model], _Field, Any], int],
    progress: _Progress,
) -> int:
    """Replace row by row, in batches by primary key."""
    found = model._default_manager.annotate(raw_secret=Cast(field.name, models.TextField())).filter(old).order_by("pk")
    done, keys = 0, list(found.values_list("pk", flat=True)[:BATCH])
    while keys:
        for pk in keys:
            done += replace(model, field, pk)
        if progress is not None:
            progress(len(keys))
        keys = list(found.filter(pk__gt=keys[-1]).values_list("pk", flat=True)[:BATCH])
    return done


def _old_texts(field: _Field) -> models.Q:
    """Text that is there and not written with the current key."""
    return ~models.Q(raw_secret__startswith=f"{current_key_id()}:") & ~models.Q(raw_secret="") & ~_is_null(field)


def _old_inside(field: _Field) -> models.Q:
    """JSON in which an older key's id stands where an encrypted text begins."""
    older = list(settings.FIELD_KEYS)[1:]
    return reduce(or_, (models.Q(raw_secret__contains=f'"{kid}:') for kid in older)) & ~_is_null(field)


def _is_null(field: _Field) -> models.Q:
    return models.Q(**{f"{field.name}__isnull": True})


def _replace_text(model: type[models.Model], field: _Field, pk: Any) -> int:
    """Decrypting and encrypting are the field's own work; the row is locked between them."""
    with transaction.atomic():
        rows = model._default_manager.select_for_update().filter(pk=pk)
        plain = rows.values_list(field.name, flat=True).first()
        return rows.update(**{field.name: plain}) if plain else 0


def _replace_inside(model: type[models.Model], field: _Field, pk: Any) -> int:
    with transaction.atomic():
        rows = model._default_manager.select_for_update().filter(pk=pk)
        old = rows.values_list(field.name, flat=True).first()
        new = map_encrypted(old, _renewed)
        return rows.update(**{field.name: new}) if new != old else 0


def _renewed(text: str) -> str:
    return text if key_id(text) == current_key_id() else encrypt(decrypt(text))
