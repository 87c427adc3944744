"""What a verb would issue: the verb itself runs, its documents are read, and everything is taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tongban.cases import snapshot
from tongban.cases.access import find_case
from tongban.cases.queries import ledgers
from tongban.core.actors import Actor
from tongban.core.clock import Reading
from tongban.documents import queries as documents
from tongban.documents.composing import Composition


@dataclass(frozen=True)
class Rehearsal:
    """The documents that would go out, and the main clock as it would stand afterwards (None: no clock runs)."""

    documents: tuple[Composition, ...]
    statutory: Reading | None


class _TakenBack(Exception):
    """Ends the rehearsal's transaction without a trace."""


def rehearse(verb: Callable[..., object], *, number: str, actor: Actor, now: datetime, **values: object) -> Rehearsal:
    """Run ``verb`` on case ``number`` and take it back; return what it would have issued.

    The preview cannot differ from the document because the same code writes both. Numbers that were drawn go back
    with the transaction. Raises whatever the verb raises, so a preview is refused where the verb would be.
    """
    found: list[Rehearsal] = []
    try:
        with transaction.atomic():
            chain = snapshot.chain(find_case(number, actor))
            before = {item.id for item in documents.for_owner(chain)}
            verb(number=number, actor=actor, now=now, **values)
            fresh = [item.id for item in documents.for_owner(chain) if item.id not in before]
            texts = tuple(documents.text_of(item) for item in fresh)
            found.append(Rehearsal(texts, ledgers.statutory(number, actor, now)))
            raise _TakenBack
    except _TakenBack:
        return found[0]
