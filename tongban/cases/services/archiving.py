"""Archive packages: asked for at the desk and made by the worker, or made at once by the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO

from django.db import transaction

from tongban.cases.access import find_case
from tongban.cases.archive import collecting
from tongban.cases.effects import make_archive
from tongban.cases.models import ArchivePackage
from tongban.cases.papers import archive_refusal
from tongban.core.actors import Actor
from tongban.core.dates import legal_date
from tongban.core.errors import DomainError, NotFound, Refused, gettext_noop
from tongban.records import queries as records
from tongban.records.services import append_to_chain, store_file
from tongban.records.values import FileView

#: How long a package made at the desk is kept for download: it holds everything about a person in clear.
KEPT = timedelta(days=7)
ZIP = "application/zip"


@dataclass(frozen=True)
class ArchiveView:
    """A package that was asked for: ready with its SHA-256, refused with its problem, or being made."""

    id: str
    number: str
    at: datetime
    ready: bool
    sha256: str
    problem: DomainError | None


def ask_archive(*, number: str, actor: Actor, now: datetime) -> ArchiveView:
    """Have the worker make the package of a finished case; asking again while one is being made gives that one.

    Raises Forbidden for other posts, Refused for a case that is not finished. Every package that leaves is an event.
    """
    with transaction.atomic():
        case = find_case(number, actor, lock=True)
        refusal = archive_refusal(case, actor)
        if refusal is not None:
            raise refusal
        waiting = ArchivePackage.objects.filter(case=case, user_id=int(actor.id), file_id=None, problem={}).first()
        if waiting is not None:
            return _view(waiting)
        row = ArchivePackage.objects.create(case=case, user_id=int(actor.id), created_at=now)
        make_archive.enqueue(str(row.pk))
        return _view(row)


def finish_archive(*, package_id: str, now: datetime) -> None:
    """Make a package in the worker. Doing it twice keeps the first; a refusal is kept for who asked."""
    row = ArchivePackage.objects.select_related("case").filter(pk=package_id, file_id=None).first()
    if row is None:
        return
    try:
        content, sha256 = collecting.collect(row.case, now)
    except DomainError as error:
        problem = {"message": error.message, "remedy": error.remedy, "params": error.params}
        ArchivePackage.objects.filter(pk=row.pk, file_id=None).update(problem=problem)
        return
    with content, transaction.atomic():
        row = ArchivePackage.objects.select_for_update().get(pk=package_id)
        if row.file_id is None:
            stored = store_file(content=content, name=f"{row.case.number}.zip", mime=ZIP, purpose="archive")
            ArchivePackage.objects.filter(pk=row.pk).update(file_id=stored.id, sha256=sha256, problem={})


def archive_of(*, number: str, actor: Actor, now: datetime) -> tuple[IO[bytes], str]:
    """The package of a finished case, made at once: an open temporary file and its SHA-256."""
    return collecting.collect(find_case(number, actor), now)


def record_archive(*, number: str, sha256: str, actor: Actor, now: datetime) -> None:
    """Note that a package left the system, whole and in clear, and who took it."""
    with transaction.atomic():
        append_to_chain(
            chain=f"archive:case:{number}",
            verb="archive",
            actor=actor,
            at=now,
            legal_date=legal_date(now),
            facts={"case": f"case:{number}", "package": sha256},
        )


def archives(*, number: str, actor: Actor) -> list[ArchiveView]:
    """What the actor asked for of this case in the last week, newest first."""
    rows = ArchivePackage.objects.select_related("case").filter(case__number=number, user_id=int(actor.id))
    return [_view(row) for row in rows.order_by("-created_at")[:10]]


def archived(*, number: str, package_id: str, actor: Actor, now: datetime) -> tuple[FileView, IO[bytes]]:
    """The bytes of a package for who asked for it; taking it is an event. NotFound before it is there."""
    find_case(number, actor)
    row = ArchivePackage.objects.filter(pk=package_id, case__number=number, user_id=int(actor.id)).first()
    if row is None or row.file_id is None:
        raise NotFound(
            gettext_noop("There is no such package, or it is not yours."),
            remedy=gettext_noop("Have it made again; a package is kept for seven days."),
        )
    info, content = records.file_info(str(row.file_id)), records.open_file(str(row.file_id))
    record_archive(number=number, sha256=row.sha256, actor=actor, now=now)
    return info, content


def _view(row: ArchivePackage) -> ArchiveView:
    return ArchiveView(
        str(row.pk),
        row.case.number,
        row.created_at,
        row.file_id is not None,
        row.sha256,
        _problem(row),
    )


def _problem(row: ArchivePackage) -> DomainError | None:
    if not row.problem:
        return None
    return Refused(row.problem["message"], remedy=row.problem["remedy"], params=row.problem["params"])
