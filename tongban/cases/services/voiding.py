"""Declaring a document of a case void, with or without issuing it anew."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tongban.cases import snapshot
from tongban.cases.access import find_case
from tongban.cases.papers import voiding_refusal
from tongban.cases.work import text
from tongban.core.actors import Actor
from tongban.core.errors import NotFound, gettext_noop
from tongban.documents import queries as documents
from tongban.documents import services as document_services
from tongban.documents.queries import DocumentView


def void_document(
    *, number: str, document_id: str, reason: str, anew: bool, actor: Actor, now: datetime
) -> DocumentView:
    """作废 a document of a case; with ``anew`` the same words are issued under a new number, which is returned.

    Only the paper is void: the decision it holds stands until it is revoked, no clock moves, and nothing is decided
    again. The number is recorded and never used again. Raises Invalid without a reason, Forbidden for other posts.
    """
    with transaction.atomic():
        case = find_case(number, actor, lock=True)
        found = documents.get(document_id)
        if found.owner != snapshot.chain(case):
            raise NotFound(
                gettext_noop("There is no such file, or it is not yours to see."),
                remedy=gettext_noop("Go back to the case."),
            )
        refusal = voiding_refusal(found.authority_key, actor)
        if refusal is not None:
            raise refusal
        reason = text(reason, "reason", most=500)
        act = document_services.reissue if anew else document_services.void
        return act(document_id=document_id, reason=reason, actor=actor, now=now)
