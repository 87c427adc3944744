"""What happens to licences after they were issued, and to data whose time is over: each page has something to show."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tongban.accounts import queries as accounts
from tongban.cases import services as cases
from tongban.commands.demo_data.posts import BUREAU, officer
from tongban.commands.demo_data.stories import Hall
from tongban.core.dates import legal_date
from tongban.licences import queries as licences
from tongban.licences import services
from tongban.licences.queries import Sought
from tongban.licences.values import LicenceView
from tongban.retention import services as retention

#: Days before today on which a draft was left lying: longer than drafts are kept.
FORGOTTEN = dt.timedelta(days=200)


def licences_in_hand(hall: Hall) -> None:
    """One holder asks for a replacement, one clerical error waits for the second officer, one licence is annulled."""
    days = hall.days
    clerk, decider, head = (officer(name, days.now) for name in ("叶汀", "方禾", "沈澜"))
    asked, wrong, taken = _valid(hall)[:3]
    if asked.applicant_id is not None:
        holder = accounts.actor_for(_account(hall, asked.holder_name), days.ago(1, 20))
        services.ask(
            licence_id=asked.id,
            verb="replace",
            reason="办公室搬迁时纸质证书遗失，投标需要出示原件。",
            actor=holder,
            holders=licences.received_for(holder),
            now=days.ago(1, 20),
        )
    services.propose(
        licence_id=wrong.id,
        verb="correct",
        entries={"holder_name": wrong.holder_name + "（示例）"},
        reason="制证时漏录名称末尾的括注，正确名称见申请表第1页。",
        actor=clerk,
        now=days.ago(0, 8),
    )
    proposal = services.propose(
        licence_id=taken.id,
        verb="revoke",
        ground="fraud",
        reason="经查检验报告系伪造，已听取陈述申辩，撤销决定书津滨审批撤〔2026〕1号（示例）。",
        actor=decider,
        now=days.ago(3, 10),
    )
    services.confirm(request_id=str(proposal.pk), actor=head, now=days.ago(3, 15))


def blank_certificates(hall: Hall) -> None:
    """A delivery of blanks for one type: two licences printed, one sheet spoiled."""
    days = hall.days
    printed = next(seen for seen in _valid(hall) if seen.type_key)
    clerk = officer("叶汀", days.now)
    services.receive_blanks(
        type_key=printed.type_key,
        type_name=printed.name,
        first=260001,
        last=260100,
        source="示例证件印制厂送货单2026-11号",
        actor=clerk,
        now=days.ago(4, 9),
    )
    reason = "打印时卡纸，折痕穿过印章。"
    values: dict[str, Any] = {"type_key": printed.type_key, "actor": clerk}
    services.set_aside(number=260001, what="spoiled", reason=reason, now=days.ago(3, 9), **values)
    services.use_blank(number=260002, licence_number=printed.number, now=days.ago(3, 10), **values)


def _valid(hall: Hall) -> list[LicenceView]:
    """Valid licences of the bureau, oldest first."""
    head = officer("沈澜", hall.days.now)
    rows = licences.sought(head, Sought(state="valid"), legal_date(hall.days.now)).rows
    found = [licences.get(row.id) for row in rows]
    return [seen for seen in reversed(found) if seen.issuer_key == BUREAU and seen.is_open]


def _account(hall: Hall, name: str) -> str:
    """The account of an applicant that a story registered."""
    return hall.known[name]


def kept_long_enough(hall: Hall) -> None:
    """A forgotten draft goes with tonight's run; a case in court is held."""
    days = hall.days
    application = hall.next_application("pollutant_permit", "new")
    holder = accounts.actor_for(hall.account(application), days.now)
    begun = days.now - FORGOTTEN
    applicant = next(iter(holder.applicant_ids))
    cases.start_draft(actor=holder, applicant_id=applicant, item_key="pollutant_permit", now=begun)
    story = hall.begin("hotel_special", 6, variant="new").step(days.ago(5))
    cases.withdraw(number=story.number, actor=story.applicant, reason="另行选址。", now=story.at)
    supervisor = officer("江澄", days.now)
    reason = "申请人就收件过程提起行政复议（案号示例〔2026〕7号），审结前留存。"
    retention.place_hold(number=story.number, whole_person=False, reason=reason, actor=supervisor, now=days.ago(2, 11))
    retention.run(now=days.now)
