"""Reads of the retention room."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet, Sum

from tongban.core.actors import Actor
from tongban.core.retention import Held, Rule
from tongban.retention import rules as rules_in_force
from tongban.retention.models import DeletionRecord, DeletionRun, LegalHold
from tongban.retention.values import HoldView, PlanLine, RecordView, RunView

PER_PAGE = 50
#: Holds that one page lists.
MOST_HOLDS = 500


def held() -> Held:
    """Everything that is held now."""
    rows = LegalHold.objects.filter(released_at=None).values_list("kind", "subject")
    cases = frozenset(subject for kind, subject in rows if kind == LegalHold.CASE)
    return Held(cases, frozenset(int(subject) for kind, subject in rows if kind == LegalHold.PERSON))


def rules() -> dict[str, Rule]:
    """The rules in force, by kind of data."""
    return rules_in_force.rules()


def plan(now: dt.datetime) -> list[PlanLine]:
    """What every rule would do now; nothing is changed."""
    kept = held()
    out = []
    for rule in rules().values():
        before = rules_in_force.before(rule, now)
        due = rules_in_force.keeper(rule.kind).due(before, kept) if before is not None else None
        out.append(PlanLine(rule, before, due))
    return out


def runs(most: int = 20) -> list[RunView]:
    """The latest runs, newest first."""
    return [view_of_run(row) for row in _summed(DeletionRun.objects.order_by("-pk"))[:most]]


def records(page: int = 1) -> tuple[list[RecordView], int, int]:
    """A page of the deletion records, newest first, with the number of pages and of records: two queries."""
    rows = DeletionRecord.objects.select_related("run").defer("items").order_by("-pk")
    total = rows.count()
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(page, 1), pages)
    return [_record(row) for row in rows[(page - 1) * PER_PAGE : page * PER_PAGE]], pages, total


def every_record() -> list[RecordView]:
    """All of them, for a list that leaves the house."""
    return [_record(row) for row in DeletionRecord.objects.select_related("run").defer("items").order_by("pk")]


def holds(actor: Actor) -> list[HoldView]:
    """The holds of the actor's region, those that stand first."""
    rows = LegalHold.objects.filter(region_code=actor.region_code) if actor.region_code else LegalHold.objects.all()
    found = sorted(rows.order_by("-pk")[:MOST_HOLDS], key=lambda row: row.released_at is not None)
    return [_hold(row) for row in found]


def holds_standing() -> int:
    """How many holds stand in the whole installation."""
    return LegalHold.objects.filter(released_at=None).count()


def _summed(rows: QuerySet[DeletionRun]) -> QuerySet[DeletionRun]:
    return rows.annotate(deleted=Sum("records__count"), deleted_files=Sum("records__files"))


def view_of_run(row: DeletionRun) -> RunView:
    """A run with its sums."""
    if not hasattr(row, "deleted"):
        row = _summed(DeletionRun.objects.filter(pk=row.pk)).get()
    deleted, files = getattr(row, "deleted", 0), getattr(row, "deleted_files", 0)
    return RunView(row.pk, row.started_at, row.finished_at, row.by_name, deleted or 0, files or 0)


def _record(row: DeletionRecord) -> RecordView:
    return RecordView(
        row.pk,
        row.run_id,
        row.kind,
        row.rule,
        row.source,
        row.count,
        row.files,
        row.digest,
        row.before,
        row.at,
        row.run.by_name,
    )


def _hold(row: LegalHold) -> HoldView:
    return HoldView(
        row.pk,
        row.kind,
        row.case_number,
        row.reason,
        row.placed_name,
        row.placed_at,
        row.released_name,
        row.released_at,
        row.release_reason,
    )
