"""Events of a chain, in order."""

from __future__ import annotations

import json
from datetime import datetime

from tongban.records.models import Event, Seal
from tongban.records.values import EventView, Head, LogLine


def events(chain: str) -> list[EventView]:
    """All events of ``chain``, first to last."""
    return events_since(chain, 0)


def events_since(chain: str, seq: int) -> list[EventView]:
    """The events of ``chain`` after number ``seq``: what somebody who saw ``seq`` has missed."""
    return [_view(row) for row in Event.objects.filter(chain=chain, seq__gt=seq).order_by("seq")]


def texts(chain: str) -> list[tuple[str, str]]:
    """The events of ``chain`` as they were hashed, first to last: (text, hash)."""
    return list(Event.objects.filter(chain=chain).order_by("seq").values_list("body", "hash"))


def latest(*, chains: str = "", verb: str = "", actor: str = "", before: int = 0, most: int = 50) -> list[LogLine]:
    """The newest events first, of chains that begin with ``chains``; go on with ``before`` the last one's number.

    By number and not by page: the log has millions of lines, and the database walks its primary key backwards.
    """
    rows = Event.objects.order_by("-pk")
    if chains:
        rows = rows.filter(chain__startswith=chains)
    if verb:
        rows = rows.filter(verb=verb)
    if actor:
        rows = rows.filter(actor_id=actor)
    if before:
        rows = rows.filter(pk__lt=before)
    return [LogLine(row.pk, _view(row)) for row in rows[:most]]


def head(chain: str) -> Head:
    """The end of ``chain``; ``Head.ZERO`` when it has no events."""
    last = Event.objects.filter(chain=chain).order_by("-seq").values_list("seq", "hash").first()
    return Head(*last) if last else Head.ZERO


def chains(prefix: str) -> list[str]:
    """The names of the chains that begin with ``prefix``, in order."""
    return list(Event.objects.filter(chain__startswith=prefix, seq=1).order_by("chain").values_list("chain", flat=True))


def event_count() -> int:
    """How many events there are in all."""
    return Event.objects.count()


def unsealed_since() -> datetime | None:
    """The instant of the earliest event that no seal has read yet; None when every event was read.

    A transaction that committed after its seal was taken (a gap) is left to the next seal and not looked for here.
    """
    read = Seal.objects.order_by("-number").values_list("watermark", flat=True).first() or 0
    return Event.objects.filter(pk__gt=read).order_by("pk").values_list("at", flat=True).first()


def _view(row: Event) -> EventView:
    body = json.loads(row.body)
    return EventView(
        chain=row.chain,
        seq=row.seq,
        verb=row.verb,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        actor_kind=body["actor"]["kind"],
        posts=tuple(body["actor"]["posts"]),
        at=row.at,
        legal_date=row.legal_date,
        facts=body["facts"],
        prev_hash=row.prev_hash,
        hash=row.hash,
    )
