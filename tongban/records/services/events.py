"""Appending to hash chains."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction

from tongban.core.actors import Actor
from tongban.core.errors import Stale, gettext_noop
from tongban.records.canonical import canonical, digest, instant
from tongban.records.models import Event
from tongban.records.rows import Rows
from tongban.records.values import JSON, Head

ALGORITHM = "sha256"
RETRIES = 20

_INSERT = (
    "insert into records_event"
    " (chain, seq, verb, actor_id, actor_name, at, legal_date, body, prev_hash, hash, algorithm)"
    " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


def append_event(
    *,
    chain: str,
    head: Head,
    verb: str,
    actor: Actor,
    at: datetime,
    legal_date: date,
    facts: Mapping[str, JSON],
    rows: Rows | None = None,
) -> Head:
    """Append one event after ``head`` and return the new head, which the caller stores in the row that owns the chain.

    One INSERT. With ``rows`` it goes out with the verb's other rows instead, for a chain whose row the caller holds
    locked; whoever writes them tells :func:`moved_on` from other faults. ``at`` is the instant of recording,
    ``legal_date`` the day it takes effect (Asia/Shanghai). ``facts`` carry no floats and no personal data in clear; an
    applicant's name is stored masked.
    Raises Stale when the chain has moved past ``head``; the transaction must then be rolled back.
    """
    if rows is None and not connection.in_atomic_block:
        raise RuntimeError("an event is appended inside its verb's transaction")
    name = _shown_name(actor)
    body = canonical(
        {
            "actor": {"id": actor.id, "kind": actor.kind, "name": name, "posts": sorted(actor.posts)},
            "algorithm": ALGORITHM,
            "at": instant(at),
            "chain": chain,
            "facts": facts,
            "legal_date": legal_date.isoformat(),
            "prev": head.hash,
            "seq": head.seq + 1,
            "verb": verb,
        }
    )
    new = Head(head.seq + 1, digest(body))
    if rows is not None:
        values = {"verb": verb, "actor_id": actor.id, "actor_name": name, "at": at, "legal_date": legal_date}
        link = {"chain": chain, "seq": new.seq, "prev_hash": head.hash, "hash": new.hash, "algorithm": ALGORITHM}
        rows.insert_values(Event, {**link, **values, "body": body})
        return new
    ops = connection.ops
    row = (
        *(chain, new.seq, verb, actor.id, name),
        *(ops.adapt_datetimefield_value(at), ops.adapt_datefield_value(legal_date)),
        *(body, head.hash, new.hash, ALGORITHM),
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, row)
    except IntegrityError as error:
        raise _stale() from error
    return new


def moved_on(error: IntegrityError) -> Stale | None:
    """The refusal for rows that could not be written because their chain had moved on; None for any other fault."""
    return _stale() if _ONCE.search(str(error)) else None


#: How PostgreSQL and SQLite name the rule that a chain has each number once.
_ONCE = re.compile(r"records_event_chain_seq|records_event\.chain")


def _stale() -> Stale:
    return Stale(
        gettext_noop("Somebody else acted at the same moment."),
        remedy=gettext_noop("Look at what has happened since, then try again."),
    )


def append_to_chain(
    *, chain: str, verb: str, actor: Actor, at: datetime, legal_date: date, facts: Mapping[str, JSON]
) -> Head:
    """Append to a chain that no row owns: the head is read here, and two writers at once take turns."""
    for _ in range(RETRIES):
        last = Event.objects.filter(chain=chain).order_by("-seq").values_list("seq", "hash").first()
        head = Head(*last) if last else Head.ZERO
        try:
            with transaction.atomic():
                return append_event(
                    chain=chain, head=head, verb=verb, actor=actor, at=at, legal_date=legal_date, facts=facts
                )
        except Stale:
            continue
    raise Stale(
        gettext_noop("Too many people are writing to this record at the same moment."),
        remedy=gettext_noop("Wait a moment, then try again."),
    )


def _shown_name(actor: Actor) -> str:
    """Staff act in office and are named; a citizen's name does not stand in clear in evidence (design rule 6)."""
    if actor.kind == "applicant" and actor.name:
        return actor.name[0] + "＊" * min(len(actor.name) - 1, 2)
    return actor.name[:200]
