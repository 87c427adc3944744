"""Open cases with the clocks that still run, for whoever watches over many of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Q

from tongban.calendars import queries as calendars
from tongban.cases import facts
from tongban.cases.access import visible_to
from tongban.cases.facts import clock_is_stopped
from tongban.cases.models import Case
from tongban.cases.queries.lists import loaded_many
from tongban.cases.queries.views import Standing
from tongban.core.actors import SYSTEM, Actor
from tongban.core.case_facts import Status
from tongban.core.dates import legal_date

#: Working days ahead from which a case may be due soon, and cases read at once.
AHEAD, BATCH = 10, 200


def standings(now: datetime, actor: Actor = SYSTEM) -> Iterator[Standing]:
    """Open cases of the actor's that are late, due within ten working days, or deemed accepted; oldest first."""
    today, calendar = legal_date(now), calendars.current()
    near = Q(next_due_on__lte=calendar.add_working(today, AHEAD)) | Q(deemed=True)
    numbers = list(
        Case.objects.filter(near, visible_to(actor), is_open=True).order_by("pk").values_list("pk", flat=True)
    )
    for start in range(0, len(numbers), BATCH):
        batch = list(Case.objects.filter(pk__in=numbers[start : start + BATCH]).order_by("pk"))
        for loaded, clocks in facts.summaries_of_many(loaded_many(batch), calendar, today):
            case = loaded.case
            yield Standing(
                number=case.number,
                item_name=case.item_name,
                applicant_name=case.applicant_name,
                region_code=case.region_code,
                authority=case.authority,
                holder_organisation=case.holder_organisation,
                status=Status(case.status),
                deemed=case.deemed,
                accepted_on=case.accepted_on,
                running={key: item for key, item in clocks.items() if not clock_is_stopped(loaded, key)},
                review_names={f"review:{row.key}": row.name for row in loaded.reviews},
            )


def titles(numbers: Sequence[str], actor: Actor) -> dict[str, tuple[str, str]]:
    """Item and applicant of cases by number, of those the actor may see."""
    rows = Case.objects.filter(visible_to(actor), number__in=set(numbers))
    return {number: (item, name) for number, item, name in rows.values_list("number", "item_name", "applicant_name")}
