"""Leave, deputy and rules at the screen: leave is reported, the rule assigns to the deputy, the deputy concludes."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.utils import timezone

from tests import factories
from tests.apps.cases_help import Hall, begin, open_hall, own_folders, sound, spec  # noqa: F401 - a fixture
from tests.web.desk_help import Desk, signed_in
from tongban.cases.models import Review
from tongban.core.dates import legal_date
from tongban.records import queries as records

pytestmark = pytest.mark.django_db
AWAY, DEPUTY, HEAD = "construction", "construction-2", "construction-head"


@pytest.fixture
def hall() -> Hall:
    made = open_hall(spec())
    made.ids[DEPUTY] = factories.officer(DEPUTY, "construction", ["reviewer"])
    made.ids[HEAD] = factories.officer(HEAD, "construction", ["agency_head"])
    return made


def today() -> dt.date:
    return legal_date(timezone.now())


def keep_rule(hall: Hall, **changes: Any) -> None:
    data = {"duty": "reviewer", "method": "named", "officers": [hall.ids[AWAY]], "note": "示例"}
    answer = signed_in(hall.ids[HEAD]).post("/desk/people/rules/new/", {**data, **changes})
    assert answer.status_code == 302, answer.content.decode()[-2000:]


def report_leave(hall: Hall, **changes: str) -> Any:
    days = {"first": today().isoformat(), "last": (today() + dt.timedelta(days=2)).isoformat()}
    data = {**days, "kind": "annual", "deputy": hall.ids[DEPUTY], **changes}
    return signed_in(hall.ids[AWAY]).post(f"/desk/people/{hall.ids[AWAY]}/leave/", data)


def rule_ids(client: Any) -> list[str]:
    """The rules in the order of the page."""
    page = client.get("/desk/people/rules/").content.decode()
    return list(dict.fromkeys(re.findall(r"/desk/people/rules/(\d+)/do/", page)))


def test_leave_reported_the_deputy_gets_the_case_and_finishes_it(hall: Hall) -> None:
    keep_rule(hall)
    assert report_leave(hall).status_code == 302
    walk = begin(hall, today().isoformat(), "00:01", variant="new", premises="rented").accept()
    row = Review.objects.get(case__number=walk.number, key="housing")
    assert (row.assignee, row.assigned_for) == (hall.ids[DEPUTY], hall.ids[AWAY])

    desk = Desk(hall.ids[DEPUTY], walk.number)
    listed = desk.client.get("/desk/").content.decode()
    assert "代示例construction" in listed
    page = desk.open()
    assert "按规则1分派，代请假的示例construction办理" in page
    assert "您代理" in page
    for finding in next(item for item in walk.desk(DEPUTY).reviews if item.key == "housing").findings:
        desk.post("finding/", step="housing", point=finding.point.key, met="yes")
    desk.do("opinion", review="housing", outcome="agree", opinion="符合条件，同意。")
    told = desk.open()
    assert "示例construction-2（代示例construction办理）" in told
    assert records.events(f"case:{walk.number}")[-1].facts["for"] == hall.ids[AWAY]
    assert [event.verb for event in records.events(f"account:{hall.ids[AWAY]}")] == ["report_leave"]
    sound()


def test_a_faulty_leave_keeps_what_was_typed(hall: Hall) -> None:
    answer = report_leave(hall, last="2020-01-01")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "截止日期早于起始日期" in page
    assert 'value="2020-01-01"' in page
    assert f'value="{hall.ids[DEPUTY]}" selected' in page


def test_the_heads_page_shows_who_is_away_who_stands_in_and_whose_work_nobody_does(hall: Hall) -> None:
    head = signed_in(hall.ids[HEAD])
    assert "全员在岗" in head.get("/desk/people/").content.decode()
    report_leave(hall)
    page = head.get("/desk/people/").content.decode()
    assert "由示例construction-2代理" in page
    assert "无人代理" not in page
    signed_in(hall.ids[DEPUTY]).post(
        f"/desk/people/{hall.ids[DEPUTY]}/leave/",
        {"first": today().isoformat(), "last": today().isoformat(), "kind": "sick", "deputy": ""},
    )
    assert "无人代理" in head.get("/desk/people/").content.decode()


def test_the_rules_are_ordered_switched_and_tried(hall: Hall) -> None:
    keep_rule(hall)
    keep_rule(hall, method="fewest", officers=[])
    head = signed_in(hall.ids[HEAD])
    tried = head.get("/desk/people/rules/?duty=reviewer").content.decode()
    assert "<b>示例construction</b>" in tried
    report_leave(hall)
    tried = head.get("/desk/people/rules/?duty=reviewer").content.decode()
    assert "代请假的示例construction" in tried
    second = rule_ids(head)[1]
    assert head.post(f"/desk/people/rules/{second}/do/", {"act": "up"}).status_code == 302
    tried = head.get("/desk/people/rules/?duty=reviewer").content.decode()
    assert "<b>示例construction-2</b>" in tried
    assert "跳过：示例construction" in tried
    assert head.post(f"/desk/people/rules/{second}/do/", {"act": "off"}).status_code == 302
    assert "已停用" in head.get("/desk/people/rules/").content.decode()
    assert head.post(f"/desk/people/rules/{second}/do/", {"act": "delete"}).status_code == 302
    assert len(rule_ids(head)) == 1
    unknown = head.get("/desk/people/rules/?duty=reviewer&number=1").content.decode()
    assert "没有" in unknown


def test_only_the_head_is_offered_and_allowed_what_the_head_arranges(hall: Hall) -> None:
    colleague = signed_in(hall.ids[DEPUTY])
    assert "rules/new/" not in colleague.get("/desk/people/rules/").content.decode()
    for address in ("rules/new/", f"{hall.ids[AWAY]}/leave/", f"{hall.ids[AWAY]}/move/", "delegations/new/"):
        assert colleague.get(f"/desk/people/{address}").status_code == 403
    assert colleague.get(f"/desk/people/{hall.ids['fire']}/").status_code == 404


def test_the_pages_take_few_queries(hall: Hall, django_assert_max_num_queries: Any) -> None:
    keep_rule(hall)
    report_leave(hall)
    head = signed_in(hall.ids[HEAD])
    head.get("/desk/people/")
    with django_assert_max_num_queries(34):
        head.get("/desk/people/")
    deputy = signed_in(hall.ids[DEPUTY])
    deputy.get("/desk/")
    with django_assert_max_num_queries(12):
        deputy.get("/desk/")
