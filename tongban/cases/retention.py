"""What of the cases room is deleted in time; named in ``RETENTION_KEEPERS``. Decided cases are the archive's: kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Min, Q, QuerySet

from tongban.cases import erasing
from tongban.cases.access import find_case
from tongban.cases.models import ArchivePackage, Case, CorrectionFile, Draft, ListExport
from tongban.core.actors import Actor
from tongban.core.case_facts import Status
from tongban.core.dates import legal_date
from tongban.core.retention import Due, Gone, Held
from tongban.records.erasing import RowKeeper

#: Ends without a decision of the authority: the applicant withdrew, or did not complete the application.
UNDECIDED = (Status.WITHDRAWN.value, Status.LAPSED.value)


def _held_drafts(held: Held) -> Q:
    return Q(applicant_id__in=held.applicants)


def _held_cases(held: Held) -> Q:
    return Q(case__number__in=held.cases) | Q(case__applicant_id__in=held.applicants)


def _draft_files(row: Any) -> Iterable[str]:
    return [str(each) for each in row.files.values_list("file_id", flat=True)]


def _file(row: Any) -> Iterable[str]:
    return [str(row.file_id)] if row.file_id else []


DRAFTS = RowKeeper(lambda: Draft.objects.filter(case=None), "updated_at", _held_drafts, _draft_files)
#: Files for a correction that were never handed in, of cases that are closed.
CORRECTION_UPLOADS = RowKeeper(
    lambda: CorrectionFile.objects.filter(case__is_open=False), "case__closed_on", _held_cases, _file
)
EXPORTS = RowKeeper(ListExport.objects.all, "created_at", files=_file)
ARCHIVE_PACKAGES = RowKeeper(ArchivePackage.objects.all, "created_at", _held_cases, _file)


class UndecidedCases:
    """Cases that ended without a decision: what was handed in and written goes, the line of the register stays."""

    def _due(self, before: datetime, held: Held) -> tuple[QuerySet[Case], QuerySet[Case]]:
        rows = Case.objects.filter(
            status__in=UNDECIDED, is_open=False, erased_on=None, closed_on__lt=legal_date(before)
        )
        kept = Q(number__in=held.cases) | Q(applicant_id__in=held.applicants)
        return rows.exclude(kept), rows.filter(kept)

    def due(self, before: datetime, held: Held) -> Due:
        """What would go."""
        going, kept = self._due(before, held)
        return Due(going.count(), kept.count(), going.aggregate(oldest=Min("closed_on"))["oldest"])

    def erase(self, before: datetime, held: Held, most: int, now: datetime) -> list[Gone]:
        """Erase the oldest; each case's own chain says so."""
        going = self._due(before, held)[0].order_by("closed_on", "pk")
        if connection.features.has_select_for_update_skip_locked:
            going = going.select_for_update(skip_locked=True)
        return [erasing.erase(case, now) for case in list(going[:most])]

    def left(self, keys: Collection[str]) -> set[str]:
        """Cases that are not erased though a record says so."""
        rows = Case.objects.filter(number__in=list(keys), erased_on=None)
        return set(rows.values_list("number", flat=True))


UNDECIDED_CASES = UndecidedCases()


@dataclass(frozen=True)
class Subject:
    """What a hold may be placed on."""

    number: str
    applicant_id: int
    region_code: str


def subject_of(number: str, actor: Actor) -> Subject:
    """A case that the actor may see, with whose it is. Raises :class:`~tongban.core.errors.NotFound`."""
    case = find_case(number, actor)
    return Subject(case.number, case.applicant_id, case.region_code)
