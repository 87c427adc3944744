"""Every day of every clock of a case, for whoever may see the case."""

from __future__ import annotations

from datetime import date, datetime

from tongban.calendars import queries as calendars
from tongban.cases import facts
from tongban.cases.access import find_case, no_such_case
from tongban.cases.facts import main_clock
from tongban.cases.models import Case
from tongban.cases.queries.cases import Sheet
from tongban.cases.queries.views import LedgerView
from tongban.catalogue import queries as catalogue
from tongban.core.actors import Actor
from tongban.core.clock import Reading
from tongban.core.dates import legal_date
from tongban.core.errors import NotFound, gettext_noop


def ledger(number: str, actor: Actor, key: str, now: datetime) -> LedgerView:
    """The ledger of clock ``key`` (empty: the main one). Raises NotFound for a clock the case does not have."""
    return _view(Sheet(find_case(number, actor), actor, now), key)


def public_ledger(number: str, code: str, key: str, now: datetime) -> LedgerView:
    """The same for whoever has the look-up code."""
    case = Case.objects.filter(number=number.strip(), lookup_code=code.strip().upper()).first()
    if case is None:
        raise no_such_case()
    actor = Actor(kind="applicant", id="look-up", applicant_ids=frozenset({case.applicant_id}))
    return _view(Sheet(case, actor, now), key)


def statutory(number: str, actor: Actor, now: datetime) -> Reading | None:
    """The statutory clock of a case as it stands, without its ledger; None where it has not started."""
    case = find_case(number, actor)
    loaded = facts.load(case, catalogue.version(case.item_version_id))
    return facts.summaries(loaded, calendars.current(), legal_date(now)).get("statutory")


def _view(sheet: Sheet, key: str) -> LedgerView:
    key = key or main_clock(sheet.loaded, sheet.clocks)
    if key not in sheet.clocks:
        raise NotFound(
            gettext_noop("This clock has not started on the case."),
            remedy=gettext_noop("See the clocks on the case page."),
        )
    return LedgerView(
        number=sheet.case.number,
        item_name=sheet.case.item_name,
        key=key,
        reading=facts.with_ledger(sheet.loaded, key, sheet.calendar, sheet.today),
        limit=sheet.limits[key],
        clocks=sheet.clocks,
        limits=sheet.limits,
        names={f"review:{row.key}": row.name for row in sheet.loaded.reviews},
        events=_events(sheet),
    )


def _events(sheet: Sheet) -> dict[date, tuple[str, ...]]:
    case = sheet.case
    marks: list[tuple[date | None, str]] = [
        (case.first_received_on, gettext_noop("received")),
        (case.received_on if case.round > 1 else None, gettext_noop("corrected")),
        (case.accepted_on, gettext_noop("accepted")),
        (case.decided_on, gettext_noop("decided")),
        (case.delivered_on, gettext_noop("delivered")),
    ]
    out: dict[date, tuple[str, ...]] = {}
    for day, word in marks:
        if day is not None:
            out[day] = (*out.get(day, ()), word)
    return out
