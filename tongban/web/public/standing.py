"""Where a case stands, in plain words: what it is doing, who has it, what comes next, by when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tongban.cases.queries.views import CaseView, StepView
from tongban.core.case_facts import Status
from tongban.core.clock import Reading
from tongban.web.dates import day
from tongban.web.language import is_chinese
from tongban.web.public.wording import DUTY_NAMES, STATUS_TAGS, STEP_NAMES, due_name, unit_name
from tongban.web.wording import say

#: Cases in which something still comes.
OPEN = (Status.RECEIVED, Status.ACCEPTED, Status.GRANTED, Status.CERTIFIED)


@dataclass(frozen=True)
class Standing:
    """The head of the case page. ``next_step`` is empty when nothing comes any more."""

    tag: str
    tag_kind: str
    sentence: str
    holder: str
    next_step: str


@dataclass(frozen=True)
class Due:
    """A clock's due date with its name."""

    name: str
    key: str
    reading: Reading


@dataclass(frozen=True)
class Step:
    """One stop of the stepper, in words."""

    label: str
    state: str
    note: str


def standing(case: CaseView) -> Standing:
    """The case's state in sentences."""
    tag, kind = tag_of(case.status)
    if case.status is Status.GRANTED and is_filing(case.steps):
        tag = _("Filed")
    return Standing(tag, kind, _sentence(case), _holder(case), _next(case))


def tag_of(status: str) -> tuple[str, str]:
    """The tag of a status and its colour."""
    name, kind = STATUS_TAGS[status]
    return say(name), kind


def _sentence(case: CaseView) -> str:
    if case.correction is not None:
        return _("Waiting for your corrections")
    if case.clarification is not None:
        return _("Waiting for your answer to a question")
    if case.status is Status.ACCEPTED:
        return _accepted(case)
    reviews = {
        Status.RECEIVED: _("We are checking whether anything is missing"),
        Status.GRANTED: _filed_or_granted(case),
        Status.CERTIFIED: _("The certificate is made and is being delivered"),
        Status.COMPLETED: _("Completed and delivered"),
        Status.REFUSED: _("Refused, with reasons and your remedies in the decision"),
        Status.NOT_REQUIRED: _("Not accepted: what you want to do needs no licence"),
        Status.NOT_ACCEPTED: _("Not accepted: another authority is competent"),
        Status.WITHDRAWN: _("You withdrew this application"),
        Status.TERMINATED: _("The procedure was terminated"),
        Status.LAPSED: _("Closed, because the corrections did not come in time"),
    }
    return reviews[case.status]


def _filed_or_granted(case: CaseView) -> str:
    if is_filing(case.steps):
        return _("Filed")
    return _("Granted; the certificate is being made") if _has(case, "certificate") else _("Granted")


def _accepted(case: CaseView) -> str:
    open_special = next((item for item in case.special if item.ended_on is None), None)
    if open_special is not None:
        return _("Paused for %(ground)s; this time does not count") % {"ground": open_special.ground_zh}
    if len(case.open_reviews) > 1:
        return _("%(count)s departments are reviewing at the same time") % {"count": len(case.open_reviews)}
    current = next((step for step in case.steps if step.state == "current"), None)
    if current is not None and current.key == "decide":
        return _("Reviewed; the decision is being made")
    return _("Accepted and under review")


def _holder(case: CaseView) -> str:
    if case.waiting_for_applicant or case.closed_on is not None:
        return ""
    if case.open_reviews:
        return ("、" if is_chinese() else ", ").join(case.reviewing_organisations)
    post = say(DUTY_NAMES.get(case.holder_post, ""))
    if case.assignee_name:
        post = _("%(post)s (%(name)s)") % {"post": post, "name": case.assignee_name}
    return f"{case.holder_organisation_name} {post}".strip()


def _next(case: CaseView) -> str:
    if case.closed_on is not None:
        return ""
    if case.correction is not None:
        return _("hand in the corrections; the five working days for checking begin anew")
    coming = next((step for step in case.steps if step.state == "todo"), None)
    if case.status is Status.RECEIVED:
        coming = next((step for step in case.steps if step.state == "current"), coming)
    return _step_name(coming.key, is_filing(case.steps)) if coming else ""


def is_filing(found: tuple[StepView, ...]) -> bool:
    """Whether the way is that of a filing: nothing is accepted or decided, what is handed in is put on record."""
    return all(step.key != "accept" for step in found)


def is_open(status: str) -> bool:
    """Whether something still comes."""
    return status in OPEN


def _step_name(key: str, filing: bool) -> str:
    return _("Filing") if filing and key == "decide" else say(STEP_NAMES[key])


def _has(case: CaseView, key: str) -> bool:
    return any(step.key == key for step in case.steps)


def due_of(key: str, reading: Reading | None) -> Due | None:
    """A clock as a due date; ``None`` for one that has not started."""
    if reading is None or reading.state == "not_started":
        return None
    return Due(due_name(key), key, reading)


def result_of(reading: Reading) -> str:
    """What a stopped clock came to; empty for one that never ran to an end."""
    if reading.state not in ("met", "overdue"):
        return ""
    params = {"used": reading.counted, "total": reading.total, "unit": unit_name(reading.unit)}
    if reading.state == "met":
        return _("%(used)s of %(total)s %(unit)s used, in time") % params
    return _("%(used)s of %(total)s %(unit)s used, late") % params


def main_due(case: Any) -> Due | None:
    """The due date that counts now, for a case and for the public look-up.

    None once a case is over, and none while corrections are awaited: then the applicant's own date counts.
    """
    if getattr(case, "correction", None) is not None or getattr(case, "owes", "") == "correction":
        return None
    if case.status not in (Status.RECEIVED, Status.ACCEPTED, Status.GRANTED):
        return None
    return due_of(case.main_clock, case.clocks.get(case.main_clock))


def steps(found: tuple[StepView, ...], status: Status, clocks: Any) -> list[Step]:
    """The stepper in words; what is to come shows by when, where a clock says so.

    A case that ended before its aim shows what was done and how it ended, not what would have come.
    """
    filing = is_filing(found)
    ended = not is_open(status) and status is not Status.COMPLETED
    out = []
    for step in found:
        if ended and step.state != "done":
            continue
        note = day(step.on) if step.on else say(step.note, step.params)
        if not note and step.state != "done":
            note = _by_when(step.key, clocks)
        out.append(Step(_step_name(step.key, filing), step.state, note))
    if ended:
        out.append(Step(tag_of(status)[0], "stopped", ""))
    return out


def _by_when(key: str, clocks: Any) -> str:
    named = {"accept": ("completeness",), "decide": ("promised", "statutory"), "certificate": ("certificate",)}
    for clock in named.get(key, ()):
        reading = clocks.get(clock)
        if reading is not None and reading.due is not None and reading.state != "met":
            return _("by %(date)s") % {"date": day(reading.due)}
    return ""
