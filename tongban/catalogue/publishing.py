"""What speaks against publishing a version: the consistency rules, and the promise counted out by the calendar."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from tongban.core.calendar import WorkCalendar
from tongban.core.clock import Limit, promise_fits
from tongban.core.clock.terms import MAX_VALUE
from tongban.core.errors import gettext_noop
from tongban.core.items import ItemVersionSpec, LimitSpec
from tongban.core.items_check import ERROR, Finding, check_item, limit_pairs


def as_limit(limit: LimitSpec) -> Limit:
    """The catalogue's limit as the clock's."""
    return Limit(limit.value, limit.unit, limit.start, limit.source)


@lru_cache(maxsize=256)
def _first_broken_promise(promised: Limit, statutory: Limit, calendar: WorkCalendar) -> dt.date | None:
    """As :func:`promise_fits`, once for each pair of limits and calendar: it tries every start day of twenty years."""
    return promise_fits(promised, statutory, calendar)


def publication_findings(key: str, version: ItemVersionSpec, calendar: WorkCalendar) -> list[Finding]:
    """Everything that speaks against publishing ``version``: the consistency rules, and the promise by the calendar."""
    item = version.item
    found = [*date_findings(key, version), *check_item(key, item)]
    for _, promised_at, statutory, promised in limit_pairs(item):
        if not all(0 <= each.value <= MAX_VALUE for each in (statutory, promised)):
            continue  # the consistency rules have said so
        late = _first_broken_promise(as_limit(promised), as_limit(statutory), calendar)
        if late is None:
            continue
        found.append(
            Finding(
                key,
                promised_at,
                gettext_noop("A case that starts on %(date)s would be promised later than the law demands."),
                gettext_noop("The promised date is never later than the statutory one"),
                gettext_noop("Shorten the promised limit, or count it in the unit of the statutory one."),
                ERROR,
                0,
                {"date": late.isoformat()},
            )
        )
    return found


def date_findings(key: str, version: ItemVersionSpec) -> list[Finding]:
    """What is wrong with the version's own dates and its rule for pending cases."""
    found: list[Finding] = []
    if version.effective_to is not None and version.effective_to < version.effective_from:
        found.append(
            Finding(
                key,
                "effective_to",
                gettext_noop("The version ends before it begins."),
                DATES_RULE,
                gettext_noop("Correct one of the two dates."),
            )
        )
    rule = version.transition
    if rule is not None and rule.rule not in TRANSITION_RULES:
        found.append(
            Finding(
                key,
                "transition.rule",
                gettext_noop("“%(rule)s” is not a transition."),
                DATES_RULE,
                gettext_noop("Use continue, convert or terminate."),
                params={"rule": rule.rule},
            )
        )
    if rule is not None and not rule.source.strip():
        found.append(
            Finding(
                key,
                "transition.source",
                gettext_noop("What happens to pending cases has no source."),
                gettext_noop("Nothing is guessed about law"),
                gettext_noop("Name the article or document that says so."),
            )
        )
    return found


#: What may happen to cases that are pending when a version takes effect.
TRANSITION_RULES = ("continue", "convert", "terminate")
DATES_RULE = gettext_noop("A version has its dates and its rule for pending cases")
