"""Verbs of the documents room. Call ``issue`` inside the transaction of the verb that the document announces."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from tongban.core.actors import SYSTEM, Actor
from tongban.core.dates import legal_date
from tongban.core.errors import Refused, gettext_noop
from tongban.documents import languages, queries, rendering, signing
from tongban.documents.composing import compose
from tongban.documents.kinds import IssuingAuthority
from tongban.documents.kinds import kind as kind_called
from tongban.documents.models import Document
from tongban.documents.queries import DocumentView
from tongban.documents.reading_copies import ask_again, ask_for_copy, drop_orphans, make_copy, mend_copies
from tongban.gateways import seal as seals
from tongban.outbox import services as outbox
from tongban.records import services as records
from tongban.records.erasing import erase_files
from tongban.records.rows import Rows, fresh

__all__ = [
    "ask_again",
    "ask_for_copy",
    "chain",
    "drop_orphans",
    "issue",
    "make_copy",
    "make_file",
    "mend_copies",
    "reissue",
    "void",
]


def chain(owner: str) -> str:
    """The chain of events of all documents of ``owner``."""
    return f"documents:{owner}"


def issue(
    *,
    kind: str,
    owner: str,
    data: Mapping[str, Any],
    authority: IssuingAuthority,
    actor: Actor,
    now: dt.datetime,
    issued_on: dt.date | None = None,
    rows: Rows | None = None,
) -> DocumentView:
    """Number a document and have its signed file made by a task. With ``rows`` both are written with the verb's others.

    ``data`` is what ``documents/data/kinds.yaml`` names for the kind; dates may be dates or ISO text. ``issued_on`` is
    the legal date of the document where it differs from that of ``now`` (a deemed acceptance). Raises
    :class:`~tongban.core.errors.Invalid` that names what ``data`` lacks, before anything is written.
    """
    from tongban.documents.effects import render_document

    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a document is issued inside the transaction of its verb")
    spec = kind_called(kind)
    text = compose(kind, data, authority)
    day = issued_on or legal_date(now)
    stored = {"data": dict(data), "authority": dataclasses.asdict(authority)}
    scope = spec.scope(authority, day.year)
    serial = records.next_number(scope)
    together = rows if rows is not None else Rows()
    document = fresh(
        Document,
        kind=kind,
        title=text.title,
        number=spec.number(authority, day.year, serial),
        number_scope=scope,
        serial=serial,
        owner=owner,
        region_code=authority.region_code,
        authority_key=authority.key,
        issued_on=day,
        data=json.dumps(stored, ensure_ascii=False, default=_json),
        created_at=now,
    )
    together.insert(document)
    together.insert(outbox.prepared(render_document, str(document.pk)))
    if rows is None:
        together.write()
    return queries.view(document)


def _json(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot stand in a document's data")


def make_file(*, document_id: str, now: dt.datetime) -> DocumentView:
    """Typeset, sign and store the file of a document; a second call finds it done and changes nothing.

    ``now`` is the instant the signature states. The slow part runs outside any transaction; then one transaction
    stores file, row and event if the document is still waiting for them.
    """
    document = queries.row(document_id)
    if document.status != Document.PENDING:
        return queries.view(document)
    data, authority = queries.content(document)
    seal = seals.seal_for(authority.key, document.kind, authority.name)
    content = rendering.render(
        document.kind,
        data,
        authority=authority,
        number=document.number,
        issued_on=document.issued_on,
        english=languages.bilingual(document.kind, document.authority_key),
        seal=seal,
    )
    signed = signing.sign_pdf(content, reason=document.title, signed_at=now, location=authority.name, seal=seal)
    with transaction.atomic():
        current = Document.objects.select_for_update().get(pk=document.pk)
        if current.status != Document.PENDING:
            return queries.view(current)
        stored = records.store_file(
            content=signed, name=f"{document.title}.pdf", mime="application/pdf", purpose="document"
        )
        current.file_id = stored.id
        current.file_sha256 = stored.sha256
        current.signed_at = now
        current.status = Document.READY
        current.save(update_fields=["file_id", "file_sha256", "signed_at", "status"])
        _record(current, "issue", SYSTEM, now)
        for name in getattr(settings, "DOCUMENT_READY_HOOKS", ()):
            import_string(name)(str(current.pk), current.owner, current.kind)
    return queries.view(Document.objects.get(pk=document.pk))


def erase(*, owner: str, now: dt.datetime) -> tuple[tuple[str, str], ...]:
    """Delete files and words of everything issued for ``owner`` in the caller's transaction; numbers and dates stay.

    Returns (id, SHA-256) of the files that went. Called when the time to keep them is over.
    """
    gone: tuple[tuple[str, str], ...] = ()
    for document in Document.objects.select_for_update().filter(owner=owner).defer("data"):
        gone += erase_files([str(document.file_id)] if document.file_id else [])
        was_void = document.status == Document.VOID
        document.file_id, document.data, document.void_reason = None, "{}", ""
        document.status = Document.VOID if was_void else Document.ERASED
        document.save(update_fields=["file_id", "data", "status", "void_reason"])
        if not was_void:
            _record(document, "erase", SYSTEM, now)
    return gone


def void(*, document_id: str, reason: str, actor: Actor, now: dt.datetime) -> DocumentView:
    """Mark a document as issued in error. Its number stays taken and the file stays on record.

    Raises :class:`Refused` when it is void already.
    """
    return _void(document_id, reason, actor, now)


def reissue(*, document_id: str, reason: str, actor: Actor, now: dt.datetime) -> DocumentView:
    """Declare a document void and issue it anew: the same words under a new number, dated the day it is done.

    The new one says which it replaces; the event of the old one names the new one. Raises :class:`Refused` when the
    old one is void already.
    """
    with transaction.atomic():
        old = Document.objects.select_for_update().get(pk=queries.row(document_id).pk)
        check_not_void(old)
        data, authority = queries.content(old)
        new = issue(
            kind=old.kind,
            owner=old.owner,
            data={**data, "replaces": old.number},
            authority=authority,
            actor=actor,
            now=now,
        )
        _void(document_id, reason, actor, now, replaced_by=new.id)
        return new


def check_not_void(document: Document) -> None:
    """Raises :class:`Refused` for a document that is void, or that was deleted in time."""
    if document.status == Document.ERASED:
        raise Refused(
            gettext_noop("The document %(number)s was deleted when the time to keep it was over."),
            remedy=gettext_noop("Nothing needs doing."),
            params={"number": document.number},
        )
    if document.status == Document.VOID:
        raise Refused(
            gettext_noop("The document %(number)s is void already."),
            remedy=gettext_noop("Nothing needs doing."),
            params={"number": document.number},
        )


def _void(document_id: str, reason: str, actor: Actor, now: dt.datetime, *, replaced_by: str = "") -> DocumentView:
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=queries.row(document_id).pk)
        check_not_void(document)
        document.status = Document.VOID
        document.voided_at = now
        document.void_reason = reason
        document.save(update_fields=["status", "voided_at", "void_reason"])
        records.void_number(document.number_scope, document.serial, reason, actor, now)
        _record(document, "void", actor, now, {"replaced_by": replaced_by} if replaced_by else {})
        return queries.view(document)


def _record(
    document: Document, verb: str, actor: Actor, now: dt.datetime, more: Mapping[str, str] | None = None
) -> None:
    records.append_to_chain(
        chain=chain(document.owner),
        verb=verb,
        actor=actor,
        at=now,
        legal_date=legal_date(now),
        facts={
            "document": str(document.pk),
            "kind": document.kind,
            "number": document.number,
            "issued_on": document.issued_on.isoformat(),
            "file": document.file_sha256,
            **(more or {}),
        },
    )
