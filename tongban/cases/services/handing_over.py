"""Work in hand of an officer who is away or has another post: given out anew by the rules, or back into the list."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from tongban.accounts import queries as accounts
from tongban.cases import arriving
from tongban.cases.arriving import Desk
from tongban.cases.models import Case, Review
from tongban.cases.work import Work, working
from tongban.core.actors import Actor
from tongban.core.errors import Forbidden, gettext_noop


def hand_over(*, officer: str, actor: Actor, now: datetime) -> int:
    """Take every open case and review of ``officer`` in the actor's department away and ask the rules again.

    By the head of the department. What no rule assigns goes back into the list of its post. A case is one
    transaction: what is interrupted goes on where it stopped. Returns how many cases changed.
    """
    if not accounts.heads(actor):
        raise Forbidden(
            gettext_noop("Only the head of the department arranges this."),
            remedy=gettext_noop("Ask the head, or the head's deputy."),
        )
    return sum(_one(number, officer, actor, now) for number in _numbers(officer, actor.organisation))


def _numbers(officer: str, organisation: str) -> list[str]:
    reviews = Review.objects.filter(_open_reviews(officer, organisation)).values("case_id")
    held = Q(assignee=officer, holder_organisation=organisation) | Q(pk__in=reviews)
    return list(Case.objects.filter(held, is_open=True).order_by("pk").values_list("number", flat=True))


def _open_reviews(officer: str, organisation: str) -> Q:
    return Q(assignee=officer, organisation=organisation, done_on=None, case__status="accepted")


def _one(number: str, officer: str, actor: Actor, now: datetime) -> bool:
    with working(number, actor, now) as work:
        case, changed = work.case, False
        for row in work.loaded.reviews:
            if (row.assignee, row.organisation, row.done_on) == (officer, actor.organisation, None):
                _give(work, officer, Desk(row.organisation, row.duty, row))
                changed = True
        if case.assignee == officer and case.holder_organisation == actor.organisation:
            _give(work, officer, arriving.desk_of(work.loaded))
            changed = True
        return changed


def _give(work: Work, officer: str, desk: Desk) -> None:
    """One event that it was taken away, and one by the rules where they find somebody else."""
    row: Case | Review = desk.review or work.case
    row.assignee = row.assigned_for = ""
    if isinstance(row, Review):
        row.save(update_fields=["assignee", "assigned_for"])
    key = desk.review.key if desk.review else ""
    work.record("hand_over", {"from": officer, "review": key})
    review = next((item for item in work.loaded.reviews if item.key == key), None)
    again = Desk(desk.organisation, desk.duty, review, desk.barred | _present(work, officer))
    work.record_assignment(arriving.by_rules(work.loaded, again, work.today))


def _present(work: Work, officer: str) -> frozenset[str]:
    """Whose work is taken away while here does not get it back; for one who is away the deputy may get it."""
    away = accounts.absences(work.actor.organisation, work.today).away_until(officer)
    return frozenset() if away else frozenset({officer})
