"""Verbs of the oversight room: raising alerts on a schedule, and acknowledging one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tongban.cases import queries as cases
from tongban.core.actors import Actor, Duty
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError, Forbidden, Invalid, NotFound, gettext_noop
from tongban.oversight.conditions import Kind, conditions
from tongban.oversight.models import Alert

MAX_NOTE = 1000


@dataclass(frozen=True)
class AlertReport:
    """What one run did."""

    raised: int = 0
    settled: int = 0
    reopened: int = 0


def raise_alerts(now: datetime) -> AlertReport:
    """Record every condition that holds and has no row, and settle the rows whose condition has passed.

    One row for each case, kind and clock: a second run finds it there. A late run writes the day the condition holds
    from, read from the clock, not its own day. A condition that returns (an extension that ran out as well) opens its
    row again, unacknowledged. Cases due soon are recorded only in lists, not here: they are work, not failures.
    """
    today = legal_date(now)
    raised = reopened = 0
    holding: set[tuple[str, str, str]] = set()
    for case in cases.standings(now):
        for found in conditions(case):
            if found.kind is Kind.DUE_SOON:
                continue
            holding.add((case.number, found.kind.value, found.clock))
            row, created = Alert.objects.get_or_create(
                case_number=case.number,
                kind=found.kind.value,
                clock=found.clock,
                defaults={
                    "region_code": case.region_code,
                    "authority": case.authority,
                    "since": found.since,
                    "due_on": found.due_on,
                    "recorded_at": now,
                },
            )
            raised += created
            reopened += 0 if created else _reopen(row, found.since, found.due_on, now)
    return AlertReport(raised, _settle(holding, today), reopened)


def _reopen(row: Alert, since: object, due_on: object, now: datetime) -> int:
    """Open a settled row again; otherwise keep its dates equal to the case page's."""
    if row.settled_on is None:
        if (row.since, row.due_on) != (since, due_on):
            Alert.objects.filter(pk=row.pk).update(since=since, due_on=due_on)
        return 0
    fresh = {"acknowledged_by": "", "acknowledged_at": None, "note": ""}
    return Alert.objects.filter(pk=row.pk, settled_on=row.settled_on).update(
        since=since, due_on=due_on, recorded_at=now, settled_on=None, **fresh
    )


def _settle(holding: set[tuple[str, str, str]], today: object) -> int:
    settled = 0
    for row in Alert.objects.filter(settled_on=None).only("pk", "case_number", "kind", "clock"):
        if (row.case_number, row.kind, row.clock) not in holding:
            settled += Alert.objects.filter(pk=row.pk, settled_on=None).update(settled_on=today)
    return settled


def acknowledge(*, alert_id: int, actor: Actor, note: str, now: datetime) -> None:
    """Note what was done about an alert. Supervisors only, once, with words.

    Raises :class:`NotFound` for an alert of another region, :class:`Forbidden` for other posts, :class:`Invalid`
    without a note.
    """
    note = note.strip()
    if not actor.has(Duty.SUPERVISOR):
        raise Forbidden(
            gettext_noop("Only a supervisor can acknowledge an alert."),
            remedy=gettext_noop("Tell the supervisor what you did about it."),
        )
    with transaction.atomic():
        row = Alert.objects.select_for_update().filter(pk=alert_id, region_code=actor.region_code).first()
        if row is None:
            raise NotFound(gettext_noop("There is no such alert."), remedy=gettext_noop("Go back to the alerts."))
        if not note or len(note) > MAX_NOTE:
            message = gettext_noop("Write what was done about it, in at most %(most)s characters.")
            fault = FieldError("note", message, "", {"most": MAX_NOTE})
            raise Invalid(message, errors=[fault], params={"most": MAX_NOTE})
        if row.acknowledged_at is None:
            row.acknowledged_by, row.acknowledged_at, row.note = actor.id, now, note
            row.save(update_fields=["acknowledged_by", "acknowledged_at", "note"])
