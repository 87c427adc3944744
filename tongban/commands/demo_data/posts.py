"""The demo's people at work: one clerk on leave with a deputy, one assignment rule, one delegation."""

from __future__ import annotations

import datetime as dt

from tongban.accounts import queries as accounts
from tongban.accounts import services as people
from tongban.cases import services
from tongban.commands.demo_data.stories import Hall
from tongban.core.actors import Actor
from tongban.core.dates import legal_date

BUREAU = "approval_bureau"


def officer(name: str, at: dt.datetime) -> Actor:
    """An officer of the approval bureau by name."""
    found = next(row for row in accounts.people(BUREAU, legal_date(at)) if row.name == name)
    return accounts.actor_for(found.id, at)


def away_today(hall: Hall) -> None:
    """A window clerk is on leave: the deputy has the clerk's case in hand, and the rule passes the clerk over."""
    days = hall.days
    begun, today = days.ago(2, 9), legal_date(days.now)
    clerk, deputy, head = (officer(name, begun) for name in ("秦屿", "周岚", "沈澜"))
    people.appoint_deputy(officer=clerk.id, deputy=deputy.id, actor=clerk, now=begun)
    story = hall.begin("build_permit", 1, 15, "new")
    services.assign(number=story.number, actor=clerk, assignee=clerk.id, now=story.at)
    last = days.calendar.add_working(today, 3)
    people.report_leave(officer=clerk.id, first=today, last=last, actor=officer("秦屿", days.now), now=days.now)
    rule = people.RuleEntry("window", "fewest", note="新收件均衡分派，请假人员不参与。")
    people.save_rule(entry=rule, actor=head, now=begun)
    hall.begin("outdoor_ad", 0, 8, variant="new")


def chief_representative(hall: Hall) -> None:
    """The head lends the decision on investment approvals to the chief representative of the projects' post."""
    now = hall.days.now
    today = legal_date(now)
    people.delegate(
        delegate=officer("宁川", now).id,
        verbs=["request_clarification", "grant", "refuse"],
        items=["invest_approve"],
        first=today,
        last=today + dt.timedelta(days=90),
        basis="津滨审批授〔2026〕3号（示例）",
        actor=officer("沈澜", now),
        now=now,
    )
