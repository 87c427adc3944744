"""Which documents an authority issues in two languages, and how each kind looks with invented values.

The setting is asked when a document's file is made; a file that is made never changes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from tongban.core.actors import Actor, Duty
from tongban.core.dates import legal_date
from tongban.core.errors import DomainError, Forbidden, Refused, gettext_noop
from tongban.documents.kinds import IssuingAuthority, english_kinds, kind, kinds, samples
from tongban.documents.models import EnglishText
from tongban.documents.rendering import render
from tongban.records import services as records


@dataclass(frozen=True)
class KindRow:
    """A kind of document as the list of them shows it. ``possible``: an English text exists for it."""

    key: str
    title: str
    english_title: str
    possible: bool
    bilingual: bool


def chain(authority_key: str) -> str:
    """The chain of an authority's settings of documents."""
    return f"document-settings:{authority_key}"


def bilingual(kind_key: str, authority_key: str) -> bool:
    """Whether the authority issues this kind in Chinese and English."""
    return EnglishText.objects.filter(authority_key=authority_key, kind=kind_key).exists()


def kind_rows(authority_key: str) -> tuple[KindRow, ...]:
    """Every kind with the authority's setting (one query)."""
    chosen = set(EnglishText.objects.filter(authority_key=authority_key).values_list("kind", flat=True))
    english = english_kinds()
    return tuple(
        KindRow(key, row.title, english[key].title if key in english else "", key in english, key in chosen)
        for key, row in kinds().items()
    )


def setting_refusal(actor: Actor) -> DomainError | None:
    """Why the actor does not set the languages of its authority's documents; None where it may."""
    if actor.organisation and actor.has(Duty.CATALOGUE_MANAGER):
        return None
    return Forbidden(
        gettext_noop("The languages of documents are set by the authority's catalogue manager."),
        remedy=gettext_noop("Ask the catalogue manager of your authority."),
    )


def set_bilingual(*, kind_key: str, english: bool, actor: Actor, now: dt.datetime) -> None:
    """Issue a kind in two languages from now on, or in Chinese alone. What is issued already stays as it is.

    Raises Forbidden for other posts, NotFound for an unknown kind, Refused where there is no English text or where it
    is set so already.
    """
    if (refusal := setting_refusal(actor)) is not None:
        raise refusal
    if kind(kind_key).key not in english_kinds():
        raise Refused(
            gettext_noop("There is no English text for this kind of document."),
            remedy=gettext_noop("Choose a kind that has one; it is marked in the list."),
        )
    with transaction.atomic():
        row = EnglishText.objects.select_for_update().filter(authority_key=actor.organisation, kind=kind_key).first()
        if (row is not None) == english:
            raise Refused(gettext_noop("It is set so already."), remedy=gettext_noop("Nothing needs doing."))
        if row is None:
            EnglishText.objects.create(authority_key=actor.organisation, kind=kind_key, set_by=actor.id, set_at=now)
        else:
            row.delete()
        records.append_to_chain(
            chain=chain(actor.organisation),
            verb="add_english" if english else "drop_english",
            actor=actor,
            at=now,
            legal_date=legal_date(now),
            facts={"authority": actor.organisation, "kind": kind_key},
        )


def sample(*, kind_key: str, english: bool, authority: IssuingAuthority) -> bytes:
    """The unsigned PDF of a kind with invented values: a preview without number or effect."""
    return render(kind(kind_key).key, samples(), authority=authority, english=english)
