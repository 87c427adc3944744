"""Every day of a clock, counted or not, and the rule why."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tongban.cases import queries as cases
from tongban.cases.queries.views import LedgerView
from tongban.core.actors import Actor
from tongban.core.clock import Reading, Unit
from tongban.web.language import is_chinese
from tongban.web.public.people import applicant_page
from tongban.web.public.standing import due_of
from tongban.web.public.wording import clock_name, count_words, due_name, limit_text


@applicant_page
@require_safe
def ledger(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """A clock of one's own case; ``?clock`` chooses it."""
    found = cases.ledger(number, actor, request.GET.get("clock", ""), timezone.now())
    return render(request, "public/ledger.html", ledger_context(found, reverse("public:case", args=[number])))


def ledger_context(found: LedgerView, back: str) -> dict[str, Any]:
    """Everything the ledger page shows, for the applicant and for the public look-up."""
    reading = found.reading
    return {
        "ledger": found,
        "reading": reading,
        "name": clock_name(found.key, found.names),
        "limit": _limit(found),
        "due": due_of(found.key, reading),
        "used": count_words(reading.counted, reading.unit),
        "paused": count_words(reading.paused, reading.unit) if reading.paused else "",
        "clocks": [
            {"key": key, "name": clock_name(key, found.names), "due": due_of(key, item), "current": key == found.key}
            for key, item in found.clocks.items()
        ],
        "sums": _sums(found),
        "dues": _other_dues(found),
        "rules": list(dict.fromkeys(day.rule for day in reading.ledger if day.rule is not None)),
        "back": back,
        "nav": "cases",
    }


def _limit(found: LedgerView) -> str:
    """The limit, with its extension beside it once it is extended: 20个工作日＋10个工作日."""
    text, unit = limit_text(found.limit), found.limit.unit
    more = found.reading.total - found.limit.value
    if unit not in (Unit.WORKING_DAY, Unit.CALENDAR_DAY) or more <= 0:
        return text
    return f"{text}{'＋' if is_chinese() else ' + '}{count_words(more, unit)}"


#: Clocks whose due dates stand side by side: the promise and the law behind it.
_TOGETHER = ("promised", "statutory")


def _sums(found: LedgerView) -> dict[str, Reading]:
    """Due dates on top: this clock's, and its companion's."""
    keys = [found.key, *(key for key in _TOGETHER if key != found.key and key in found.clocks)]
    return {due_name(key): found.clocks[key] for key in (keys if found.key in _TOGETHER else keys[:1])}


def _other_dues(found: LedgerView) -> dict[date, str]:
    """Due days of the companion clock, framed in the same picture."""
    if found.key not in _TOGETHER:
        return {}
    others = [(key, found.clocks[key].due) for key in _TOGETHER if key != found.key and key in found.clocks]
    return {due: due_name(key) for key, due in others if due is not None}
