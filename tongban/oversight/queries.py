"""Reads of the oversight room: alerts as they stand now, from the same clocks as the case page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tongban.accounts import queries as accounts
from tongban.cases import queries as cases
from tongban.cases.queries.views import Standing
from tongban.core.actors import Actor
from tongban.core.clock import Reading
from tongban.oversight.conditions import UNLAWFUL, Condition, Kind, conditions
from tongban.oversight.models import Alert

#: Settled alerts shown below the present ones.
RECENT = 30


@dataclass(frozen=True)
class AlertView:
    """One alert. ``id`` is None until the sweep has recorded it; ``reading`` is the clock it comes from."""

    id: int | None
    kind: Kind
    clock: str
    clock_name: str
    number: str
    item_name: str
    applicant_name: str
    holder: str
    since: date
    due_on: date | None
    reading: Reading | None
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    note: str = ""
    settled_on: date | None = None

    @property
    def unlawful(self) -> bool:
        """Whether a limit of law was missed."""
        return self.kind in UNLAWFUL


@dataclass(frozen=True)
class Alerts:
    """The supervisor's page: present alerts by kind, and those that were settled lately."""

    present: tuple[AlertView, ...]
    settled: tuple[AlertView, ...]
    counts: Mapping[Kind, int]
    unacknowledged: int


def alerts(actor: Actor, now: datetime, kind: str = "") -> Alerts:
    """What holds now in the cases the actor may see, the worst first; ``kind`` narrows the list, not the counts."""
    rows = {(row.case_number, row.kind, row.clock): row for row in _visible(actor)}
    found: list[tuple[Standing, Condition]] = [
        (case, item) for case in cases.standings(now, actor) for item in conditions(case)
    ]
    counts = {each: sum(1 for _, item in found if item.kind is each) for each in Kind}
    holders = accounts.organisation_names([case.holder_organisation for case, _ in found])
    names = accounts.user_names([row.acknowledged_by for row in rows.values()])
    views = [
        _present(case, item, rows.get((case.number, item.kind.value, item.clock)), holders, names)
        for case, item in found
        if not kind or item.kind.value == kind
    ]
    order = list(Kind)
    views.sort(key=lambda view: (order.index(view.kind), view.due_on or view.since, view.number))
    settled = _settled(actor, kind)
    waiting = sum(1 for view in views if view.kind is not Kind.DUE_SOON and view.acknowledged_at is None)
    return Alerts(tuple(views), settled, counts, waiting)


def _visible(actor: Actor) -> list[Alert]:
    return list(Alert.objects.filter(region_code=actor.region_code, settled_on=None))


def _present(
    case: Standing,
    item: Condition,
    row: Alert | None,
    holders: Mapping[str, str],
    names: Mapping[str, str],
) -> AlertView:
    review = case.review_names.get(item.clock, "")
    return AlertView(
        id=row.pk if row else None,
        kind=item.kind,
        clock=item.clock,
        clock_name=review,
        number=case.number,
        item_name=case.item_name,
        applicant_name=case.applicant_name,
        holder=review or holders.get(case.holder_organisation, ""),
        since=item.since,
        due_on=item.due_on,
        reading=item.reading,
        acknowledged_by=names.get(row.acknowledged_by, "") if row else "",
        acknowledged_at=row.acknowledged_at if row else None,
        note=row.note if row else "",
    )


def _settled(actor: Actor, kind: str) -> tuple[AlertView, ...]:
    rows = Alert.objects.filter(region_code=actor.region_code, settled_on__isnull=False).order_by("-settled_on", "-pk")
    if kind:
        rows = rows.filter(kind=kind)
    latest = list(rows[:RECENT])
    titles = cases.titles([row.case_number for row in latest], actor)
    names = accounts.user_names([row.acknowledged_by for row in latest])
    return tuple(
        AlertView(
            id=row.pk,
            kind=Kind(row.kind),
            clock=row.clock,
            clock_name="",
            number=row.case_number,
            item_name=titles[row.case_number][0],
            applicant_name=titles[row.case_number][1],
            holder="",
            since=row.since,
            due_on=row.due_on,
            reading=None,
            acknowledged_by=names.get(row.acknowledged_by, ""),
            acknowledged_at=row.acknowledged_at,
            note=row.note,
            settled_on=row.settled_on,
        )
        for row in latest
        if row.case_number in titles
    )
