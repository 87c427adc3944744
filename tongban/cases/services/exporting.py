"""Taking a work list out of the system: every export is an event, a long one is written by the worker."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

from django.db import transaction

from tongban.accounts import queries as accounts
from tongban.accounts.services import Seen, What, note
from tongban.cases import snapshot
from tongban.cases.effects import write_export
from tongban.cases.models import ListExport
from tongban.cases.queries.views import WorkRow
from tongban.cases.queries.worklists import Listing, list_rows, list_size
from tongban.cases.work import text
from tongban.cases.workbook import Plan, plan_of, write
from tongban.core import worklists
from tongban.core.actors import Actor
from tongban.core.dates import legal_date
from tongban.core.errors import Forbidden, NotFound, Refused, gettext_noop
from tongban.core.law import Citation
from tongban.records import queries as records
from tongban.records.services import append_to_chain, store_file
from tongban.records.values import FileView

#: Rows that are written while the officer waits; more are left to the worker.
AT_ONCE = 1000
#: Most rows of one export: who needs more asks for statistics.
MOST_ROWS = 50_000
#: How long a written list is kept.
KEPT = timedelta(days=7)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class ExportRef:
    """An export that was asked for. ``id`` is empty where the list is short enough for :func:`written`."""

    id: str
    rows: int


def begin_export(*, listing: Listing, plan: Plan, reason: str, actor: Actor, now: datetime) -> ExportRef:
    """Record that a list leaves the system, and have it written by the worker where it is long.

    Names of persons in full need a reason (个人信息保护法 art. 6). Raises Invalid for a missing reason, Refused for a
    list that is empty or too long.
    """
    if not actor.is_staff or not actor.organisation:
        raise Forbidden(
            gettext_noop("Lists are exported by officers who hold a post."),
            remedy=gettext_noop("Have the post assigned to you."),
        )
    reason = text(reason, "reason", required=not plan.masked, most=200)
    many = list_size(actor, now, listing)
    if not 0 < many <= MOST_ROWS:
        raise Refused(
            gettext_noop("The list has %(rows)s rows; one export takes 1 to %(most)s."),
            remedy=gettext_noop("Narrow the list, for example by the days of receipt."),
            params={"rows": many, "most": MOST_ROWS},
            rule=Citation("pipl", 6),
        )
    stored = {"lane": listing.known_lane, **worklists.params(listing.filters), "sort": str(listing.order)}
    export_id = ""
    with transaction.atomic():
        if many > AT_ONCE:
            asked = {"list": stored, "plan": plan.plain()}
            row = ListExport.objects.create(user_id=int(actor.id), asked=asked, rows=many, created_at=now)
            export_id = str(row.pk)
            write_export.enqueue(export_id)
        append_to_chain(
            chain=f"exports:{actor.region_code}:{actor.organisation}",
            verb="export_list",
            actor=actor,
            at=now,
            legal_date=legal_date(now),
            facts={
                "export": export_id,
                "lane": listing.known_lane,
                "narrowed": snapshot.digest(str(sorted(stored.items()))),
                "rows": many,
                "masked": plan.masked,
                "reason": snapshot.digest(reason),
            },
        )
    return ExportRef(export_id, many)


def written(*, listing: Listing, plan: Plan, actor: Actor, now: datetime) -> IO[bytes]:
    """The workbook of a list that :func:`begin_export` found short enough to be written at once."""
    out = tempfile.SpooledTemporaryFile(max_size=8 << 20)  # noqa: SIM115 - whoever asked reads and closes it
    seen: list[Seen] = []
    write(_noted(list_rows(actor, now, listing), seen), plan, out)
    note(actor=actor, what=What.EXPORT, seen=seen, now=now)
    out.seek(0)
    return out


def _noted(rows: Iterable[WorkRow], seen: list[Seen]) -> Iterator[WorkRow]:
    """``rows`` on their way into the workbook; whose data they are is left in ``seen``."""
    for row in rows:
        seen.append(Seen(row.applicant_id, row.number))
        yield row


def finish_export(*, export_id: str, now: datetime) -> None:
    """Write an export in the worker and keep the file. Doing it twice keeps the first."""
    row = ListExport.objects.filter(pk=export_id).first()
    if row is None or row.file_id is not None:
        return
    actor, (listing, plan) = accounts.actor_for(row.user_id, now), _of(row)
    with written(listing=listing, plan=plan, actor=actor, now=now) as content, transaction.atomic():
        row = ListExport.objects.select_for_update().get(pk=export_id)
        if row.file_id is None:
            stored = store_file(content=content, name=f"{plan.title}.xlsx", mime=XLSX, purpose="export")
            ListExport.objects.filter(pk=row.pk).update(file_id=stored.id)


def _of(row: ListExport) -> tuple[Listing, Plan]:
    stored: dict[str, Any] = dict(row.asked["list"])
    order, lane = worklists.order(stored.pop("sort", "")), stored.pop("lane", "")
    return Listing(lane, worklists.filters(stored)[0], order), plan_of(row.asked["plan"])


def _mine(export_id: str, actor: Actor) -> ListExport:
    row = ListExport.objects.filter(pk=export_id, user_id=int(actor.id)).first()
    if row is None:
        raise NotFound(
            gettext_noop("There is no such export, or it is not yours."),
            remedy=gettext_noop("Export the list again; a written list is kept for seven days."),
        )
    return row


def exported(*, export_id: str, actor: Actor) -> tuple[FileView, IO[bytes]]:
    """The file that the worker wrote. Raises NotFound before it is there and for anybody else."""
    row = _mine(export_id, actor)
    if row.file_id is None:
        raise NotFound(gettext_noop("The list is still being written."), remedy=gettext_noop("Look again in a minute."))
    return records.file_info(str(row.file_id)), records.open_file(str(row.file_id))


@dataclass(frozen=True)
class ExportView:
    """A long list that was asked for; ``ready`` once the worker has written it."""

    id: str
    title: str
    rows: int
    at: datetime
    ready: bool
    masked: bool


def exports(*, actor: Actor) -> list[ExportView]:
    """What the actor asked for in the last week, newest first."""
    rows = ListExport.objects.filter(user_id=int(actor.id)).order_by("-created_at")[:50]
    return [
        ExportView(
            str(row.pk),
            row.asked["plan"]["title"],
            row.rows,
            row.created_at,
            row.file_id is not None,
            row.asked["plan"]["masked"],
        )
        for row in rows
    ]
