"""A copy of what is kept of an applicant's cases (个人信息保护法 art. 45), in clear, for that applicant alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Q

from tongban.cases.access import visible_to
from tongban.cases.models import Case, Draft, MaterialFile
from tongban.cases.privacy import open_form
from tongban.catalogue import queries as catalogue
from tongban.core.actors import Actor
from tongban.core.forms import DisplayRow, flatten_for_display
from tongban.core.materials import tailored

#: More cases than these are copied by the window: one page and one file have to remain readable.
MOST = 500


@dataclass(frozen=True)
class OwnCase:
    """One case: its dates, the form as it was entered, and the files by name."""

    number: str
    item_name: str
    applicant_name: str
    status: str
    submitted_at: datetime
    decided_on: date | None
    entries: tuple[DisplayRow, ...]
    files: tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """How much is kept: numbers of cases, files and drafts, and when the last case was submitted."""

    cases: int
    files: int
    drafts: int
    last: datetime | None


def kept(actor: Actor) -> Kept:
    """How much is kept of the actor's applicants (three queries)."""
    mine = Q(applicant_id__in=actor.applicant_ids)
    found = Case.objects.filter(mine).aggregate(many=Count("pk"), last=Max("submitted_at"))
    files = MaterialFile.objects.filter(material__case__applicant_id__in=actor.applicant_ids).count()
    return Kept(found["many"], files, Draft.objects.filter(mine, case=None).count(), found["last"])


def numbers_of(actor: Actor, numbers: Collection[str]) -> frozenset[str]:
    """Which of ``numbers`` are the actor's to open (one query)."""
    return frozenset(Case.objects.filter(visible_to(actor), number__in=numbers).values_list("number", flat=True))


def own_cases(actor: Actor) -> list[OwnCase]:
    """The newest cases of the actor's applicants, at most :data:`MOST`, in a constant number of queries."""
    rows = list(Case.objects.filter(visible_to(actor)).order_by("-submitted_at", "-pk")[:MOST])
    versions = catalogue.versions_of(row.item_version_id for row in rows)
    files: dict[int, list[str]] = {}
    found = MaterialFile.objects.filter(material__case__in=[row.pk for row in rows]).order_by("pk")
    for case_id, material, name in found.values_list("material__case_id", "material__name", "name"):
        files.setdefault(case_id, []).append(f"{material}: {name}")
    out = []
    for row in rows:
        spec = versions[row.item_version_id].spec
        pages = tailored(spec, row.variant, row.answers).form_pages
        out.append(
            OwnCase(
                row.number,
                row.item_name,
                row.applicant_name,
                row.status,
                row.submitted_at,
                row.decided_on,
                flatten_for_display(pages, open_form(spec.form, row.form)),
                tuple(files.get(row.pk, ())),
            )
        )
    return out
