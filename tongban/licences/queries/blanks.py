"""The ledger of blank certificates, for the authority that keeps them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Min

from tongban.core.actors import Actor
from tongban.core.blanks import Month, Sheet
from tongban.core.dates import SHANGHAI
from tongban.licences.models import BlankBatch, BlankSheet, Licence


@dataclass(frozen=True)
class StockView:
    """What an authority has of one type. ``following`` is the next number to be used, None when there is none."""

    type_key: str
    name: str
    stock: int
    used: int
    spoiled: int
    returned: int
    following: int | None

    @property
    def received(self) -> int:
        """Everything that ever came in."""
        return self.stock + self.used + self.spoiled + self.returned


@dataclass(frozen=True)
class BlankLine:
    """One line of the ledger: a receipt (``last`` differs) or one sheet."""

    at: dt.datetime
    kind: str
    first: int
    last: int
    licence: str
    licence_id: str
    text: str
    by_name: str


def blank_types(actor: Actor) -> list[tuple[str, str]]:
    """The licence types that the actor's authority issues or holds blanks of: (key, name)."""
    rows = list(Licence.objects.filter(issuer_key=actor.organisation).values_list("type_key", "type_name").distinct())
    held = BlankBatch.objects.filter(issuer_key=actor.organisation).values_list("type_key", "type_name").distinct()
    return sorted(dict([*rows, *held]).items())


def blank_stocks(actor: Actor) -> list[StockView]:
    """The stock of every type that the actor's authority has blanks of: three queries."""
    names = dict(BlankBatch.objects.filter(issuer_key=actor.organisation).values_list("type_key", "type_name"))
    rows = BlankSheet.objects.filter(issuer_key=actor.organisation).order_by("type_key")
    sums: dict[str, dict[str, int]] = {}
    for key, state, many in rows.values_list("type_key", "state").annotate(many=Count("pk")):
        sums.setdefault(key, {})[state] = many
    stock = rows.filter(state=Sheet.STOCK).values("type_key").annotate(low=Min("number"))
    following: dict[str, int] = dict(stock.values_list("type_key", "low"))
    return [
        StockView(
            key,
            names[key],
            found.get(Sheet.STOCK, 0),
            found.get(Sheet.USED, 0),
            found.get(Sheet.SPOILED, 0),
            found.get(Sheet.RETURNED, 0),
            following.get(key),
        )
        for key, found in sums.items()
    ]


def blank_month(actor: Actor, type_key: str, first: dt.date) -> tuple[Month, list[BlankLine]]:
    """The ledger of one month (``first`` is its first day): the sums and every line, oldest first."""
    begin = dt.datetime.combine(first, dt.time(), SHANGHAI)
    end = dt.datetime.combine((first + dt.timedelta(days=32)).replace(day=1), dt.time(), SHANGHAI)
    batches = BlankBatch.objects.filter(issuer_key=actor.organisation, type_key=type_key)
    sheets = BlankSheet.objects.filter(issuer_key=actor.organisation, type_key=type_key).exclude(state=Sheet.STOCK)
    came = sum(row.last - row.first + 1 for row in batches.filter(at__lt=begin))
    opening = came - sheets.filter(at__lt=begin).count()
    lines = [
        BlankLine(row.at, "received", row.first, row.last, "", "", row.source, row.by_name)
        for row in batches.filter(at__gte=begin, at__lt=end)
    ]
    moved = sheets.filter(at__gte=begin, at__lt=end).select_related("licence")
    lines += [_line(row) for row in moved]
    sums = {state: sum(1 for line in lines if line.kind == state) for state in Sheet}
    received = sum(line.last - line.first + 1 for line in lines if line.kind == "received")
    month = Month(opening, received, sums[Sheet.USED], sums[Sheet.SPOILED], sums[Sheet.RETURNED])
    return month, sorted(lines, key=lambda line: (line.at, line.first))


def _line(row: BlankSheet) -> BlankLine:
    assert row.at is not None
    licence = row.licence.number if row.licence else ""
    key = str(row.licence_id) if row.licence_id else ""
    return BlankLine(row.at, row.state, row.number, row.number, licence, key, row.reason, row.by_name)


def sheets_of(licence_id: str) -> dict[int, int]:
    """Version → number of the sheet it was printed on."""
    rows = BlankSheet.objects.filter(licence_id=licence_id, state=Sheet.USED)
    return dict(rows.values("version").annotate(number=Max("number")).values_list("version", "number"))
