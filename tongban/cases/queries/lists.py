"""The applicant's cases, and the rows that the clocks of many cases need: constant numbers of queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from tongban.calendars import queries as calendars
from tongban.cases import facts
from tongban.cases.access import visible_to
from tongban.cases.models import Case, CorrectionNotice, Review, SpecialProcedure
from tongban.cases.queries.cases import owes
from tongban.cases.queries.views import CasePage, CaseRow
from tongban.catalogue import queries as catalogue
from tongban.core.actors import Actor
from tongban.core.case_facts import Status
from tongban.core.dates import legal_date
from tongban.core.materials import tailored

PAGE = 25


def loaded_many(cases: Sequence[Case]) -> list[facts.Loaded]:
    """The rows that the clocks of many cases need, in four queries."""
    ids = [case.pk for case in cases]
    versions = catalogue.versions_of(case.item_version_id for case in cases)
    reviews: dict[int, list[Review]] = {}
    for review in Review.objects.filter(case_id__in=ids).order_by("pk"):
        reviews.setdefault(review.case_id, []).append(review)
    specials: dict[int, list[SpecialProcedure]] = {}
    for special in SpecialProcedure.objects.filter(case_id__in=ids).order_by("pk"):
        specials.setdefault(special.case_id, []).append(special)
    corrections = {
        row.case_id: row for row in CorrectionNotice.objects.filter(case_id__in=ids).order_by("case_id", "number")
    }
    out = []
    for case in cases:
        version = versions[case.item_version_id]
        out.append(
            facts.Loaded(
                case,
                version,
                tailored(version.spec, case.variant, case.answers),
                tuple(reviews.get(case.pk, ())),
                tuple(specials.get(case.pk, ())),
                corrections.get(case.pk),
            )
        )
    return out


def my_cases(actor: Actor, now: datetime, *, page: int = 1, state: str = "", search: str = "") -> CasePage:
    """The applicant's cases, newest first. ``state`` is open, closed or empty."""
    rows = Case.objects.filter(visible_to(actor)).order_by("-submitted_at", "-pk")
    if state in ("open", "closed"):
        rows = rows.filter(is_open=state == "open")
    if search:
        rows = rows.filter(Q(number__icontains=search) | Q(item_name__icontains=search))
    total = rows.count()
    page, pages = paging(page, total)
    calendar, today = calendars.current(), legal_date(now)
    out = []
    many = loaded_many(list(rows[(page - 1) * PAGE : page * PAGE]))
    for loaded, clocks in facts.summaries_of_many(many, calendar, today):
        case = loaded.case
        key = facts.main_clock(loaded, clocks)
        out.append(
            CaseRow(
                case.number,
                case.item_name,
                case.applicant_name,
                Status(case.status),
                case.submitted_at,
                clocks.get(key),
                key,
                owes(loaded),
                case.licence_id,
            )
        )
    return CasePage(tuple(out), total, page, pages)


def paging(page: int, total: int) -> tuple[int, int]:
    """(page, pages): the page asked for, or the nearest that there is."""
    pages = max(1, -(-total // PAGE))
    return min(max(page, 1), pages), pages
