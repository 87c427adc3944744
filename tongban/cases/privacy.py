"""Personal values inside stored forms: encrypted by the kind of their field, masked for whoever need not read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tongban.core import codes
from tongban.core.forms import map_sensitive
from tongban.core.items import FieldKind, FormField, FormPage
from tongban.records.secrets import decrypt, encrypt


def seal_form(pages: Iterable[FormPage | FormField], data: Mapping[str, Any]) -> dict[str, Any]:
    """``data`` with every personal value encrypted: what goes into the database."""
    return map_sensitive(pages, data, lambda _kind, text: encrypt(text))


def open_form(pages: Iterable[FormPage | FormField], data: Mapping[str, Any]) -> dict[str, Any]:
    """The reverse of :func:`seal_form`."""
    return map_sensitive(pages, data, lambda _kind, text: decrypt(text))


def mask_form(pages: Iterable[FormPage | FormField], data: Mapping[str, Any]) -> dict[str, Any]:
    """An opened form with personal values masked."""
    return map_sensitive(pages, data, mask)


def mask(kind: FieldKind, text: str) -> str:
    """One personal value as others see it."""
    if kind is FieldKind.ID_NUMBER:
        return codes.mask_id(text)
    if kind is FieldKind.PHONE:
        return codes.mask_phone(text)
    return codes.mask_email(text)
