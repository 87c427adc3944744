"""People and posts of two departments, for the walk over every address."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from tests import factories
from tongban.accounts import queries as accounts
from tongban.accounts import services as people
from tongban.core.dates import legal_date


def arrangements(organisation: str) -> dict[str, Any]:
    """An officer of ``organisation`` with a leave, a deputy, a delegation and a rule, as addresses name them."""
    now = timezone.now()
    today = legal_date(now)
    names = [f"{organisation}-{name}" for name in ("head", "first", "second")]
    duties = (["agency_head", "decision_maker"], ["window"], ["window"])
    head, first, second = (
        factories.officer(name, organisation, given) for name, given in zip(names, duties, strict=True)
    )
    actor = accounts.actor_for(head, now)
    return {
        "officer": int(first),
        "leave": people.report_leave(officer=first, first=today, last=today, actor=actor, now=now),
        "pair": people.appoint_deputy(officer=first, deputy=second, actor=actor, now=now),
        "delegation": people.delegate(
            delegate=second,
            verbs=["grant"],
            items=[],
            first=today,
            last=today + dt.timedelta(days=1),
            basis="示例授权书",
            actor=actor,
            now=now,
        ),
        "rule": people.save_rule(entry=people.RuleEntry("reviewer", "fewest"), actor=actor, now=now),
        "post": f"{organisation}.{organisation}-first",
        "filter_id": people.save_filter(actor=actor, name="待补正", query={"lane": "waiting"}, shared=True, now=now),
        "export_id": uuid.uuid4(),  # nobody's: whoever asked for one is its only reader
        "package_id": uuid.uuid4(),  # nobody's, as an export
        "text_id": people.save_text(actor=actor, title="缺盖章", text="请加盖公章。", shared=True, now=now),
    }
