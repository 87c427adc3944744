"""Remembering that an officer looked at a case, for the applicant to read (:mod:`tongban.accounts.looks`)."""

from __future__ import annotations

from datetime import datetime

from tongban.accounts.services import Seen, What, note
from tongban.cases.models import Case
from tongban.core.actors import Actor


def note_look(*, number: str, actor: Actor, what: What, now: datetime) -> None:
    """Note a look at the case called ``number``, which the caller has found to be the actor's to see (two queries)."""
    for applicant_id in Case.objects.filter(number=number).values_list("applicant_id", flat=True):
        note(actor=actor, what=what, seen=[Seen(applicant_id, number)], now=now)
