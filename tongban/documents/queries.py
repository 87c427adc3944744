"""Reads of the documents room, as plain values."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from tongban.core.errors import NotFound, gettext_noop
from tongban.documents.composing import Composition, compose
from tongban.documents.kinds import IssuingAuthority
from tongban.documents.models import Document
from tongban.documents.reading_copies import ReadingCopyView as ReadingCopyView
from tongban.documents.reading_copies import reading_copies as reading_copies
from tongban.gateways import seal as seals


@dataclass(frozen=True)
class DocumentView:
    """A document as lists show it. ``file_id`` is empty until the signed file is made."""

    id: str
    kind: str
    title: str
    number: str
    owner: str
    status: str
    issued_on: dt.date
    created_at: dt.datetime
    file_id: str
    file_sha256: str
    signed_at: dt.datetime | None
    void_reason: str
    authority_key: str = ""
    voided_at: dt.datetime | None = None

    @property
    def ready(self) -> bool:
        """Whether the signed file can be downloaded."""
        return self.status == Document.READY

    @property
    def file_name(self) -> str:
        """What a download is called: title and number, without anything personal."""
        return f"{self.title} {self.number}.pdf"


def get(document_id: str) -> DocumentView:
    """One document. Raises :class:`NotFound` for an unknown or malformed id."""
    return view(row(document_id))


def for_owner(owner: str) -> list[DocumentView]:
    """All documents of ``owner``, oldest first; void ones included, for they are part of the record."""
    found = Document.objects.filter(owner=owner).defer("data").order_by("created_at", "serial")
    return [view(item) for item in found]


def newest_of(owners: Collection[str], kinds: Collection[str]) -> dict[str, DocumentView]:
    """Of each owner the newest document of these kinds, in one query; a void one only where there is no other."""
    found: dict[str, DocumentView] = {}
    rows = Document.objects.filter(owner__in=list(owners), kind__in=list(kinds)).defer("data")
    for item in rows.order_by("created_at", "serial"):
        known = found.get(item.owner)
        if known is None or known.status == Document.VOID or item.status != Document.VOID:
            found[item.owner] = view(item)
    return found


def owners_of_number(spellings: Collection[str]) -> list[str]:
    """What the documents of a number belong to, whichever of its ``spellings`` is theirs."""
    return list(Document.objects.filter(number__in=list(spellings)).values_list("owner", flat=True).distinct())


def of_file(sha256: str) -> DocumentView | None:
    """The document whose signed file has this SHA-256; None where none of ours has."""
    found = Document.objects.filter(file_sha256=sha256).exclude(file_sha256="").defer("data").first()
    return view(found) if found else None


def text_of(document_id: str) -> Composition:
    """The words of a document, for mail and for screen readers."""
    document = row(document_id)
    data, authority = content(document)
    return compose(document.kind, data, authority)


def authority_of(document_id: str) -> IssuingAuthority:
    """Who issued a document, as it stood that day."""
    return content(row(document_id))[1]


def preview(*, kind: str, data: Mapping[str, Any], authority: IssuingAuthority) -> Composition:
    """The words a document would have, without number or effect.

    Raises :class:`~tongban.core.errors.Invalid` that names what is missing.
    """
    return compose(kind, data, authority)


def content(document: Document) -> tuple[dict[str, Any], IssuingAuthority]:
    """What a document is written from."""
    stored = json.loads(document.data)
    return stored["data"], IssuingAuthority(**stored["authority"])


def row(document_id: str) -> Document:
    """The row behind an id, for this room. Raises :class:`NotFound`."""
    try:
        return Document.objects.get(pk=uuid.UUID(str(document_id)))
    except (Document.DoesNotExist, ValueError, ValidationError) as error:
        raise NotFound(
            gettext_noop("This document does not exist."),
            remedy=gettext_noop("Open it again from the case's list of documents."),
        ) from error


def view(document: Document) -> DocumentView:
    """The plain value of a row."""
    return DocumentView(
        id=str(document.pk),
        kind=document.kind,
        title=document.title,
        number=document.number,
        owner=document.owner,
        status=document.status,
        issued_on=document.issued_on,
        created_at=document.created_at,
        file_id=str(document.file_id) if document.file_id else "",
        file_sha256=document.file_sha256,
        signed_at=document.signed_at,
        void_reason=document.void_reason,
        authority_key=document.authority_key,
        voided_at=document.voided_at,
    )


def seal_certificate_ends() -> list[tuple[str, dt.datetime]]:
    """Of each electronic seal kept on this machine, the authority (empty: all) and until when its certificate is valid.

    Raises what reading keys and certificates raises.
    """
    return [(seal.name, seals.certificates(seal.chain)[0].not_valid_after_utc) for seal in seals.all_seals()]


def signing_certificates() -> str:
    """The certificates that documents are signed with, of each seal its own first and the root last, as PEM."""
    from tongban.documents import signing

    return signing.certificate_chains()
