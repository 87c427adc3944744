"""企业经办人 at the browser: from the entry to the signature, from the code to the application, to the take-over."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from tests import factories
from tests.apps.agent_help import agent, firm, invite, person
from tests.apps.cases_help import Hall
from tests.web.public_help import ITEM, Application, Browser, hall, upload
from tongban.accounts.models import PowerOfAttorney
from tongban.cases.models import Case
from tongban.core.agency import Act

pytestmark = pytest.mark.django_db


class Firm:
    """An enterprise at its browser."""

    def __init__(self, serial: int = 1, name: str = "津滨示例环保科技有限公司") -> None:
        self.now = timezone.now() - dt.timedelta(days=1)
        self.actor, self.applicant = firm(self.now, serial, name)
        self.name = name
        self.browser = Browser(self.actor.id)
        self.base = f"/enterprises/{self.applicant}/agents/"

    def entries(self, **changes: Any) -> dict[str, Any]:
        today = timezone.localdate()
        return {
            "agent_name": "李示例",
            "handle": "13900000005",
            "acts": ["fill", "submit", "receive"],
            "scope": "all",
            "first": today.isoformat(),
            "last": (today + dt.timedelta(days=100)).isoformat(),
            **changes,
        }


@pytest.fixture
def place() -> Hall:
    return hall()


@pytest.fixture
def own(place: Hall) -> Firm:
    return Firm()


def test_appointing_reads_the_document_and_loses_no_entry(own: Firm) -> None:
    page = own.browser.open(f"{own.base}appoint/")
    assert "经办人" in page.words()
    wrong = own.browser.refused(f"{own.base}appoint/", own.entries(handle="123", last="2020-01-01"))
    assert "李示例" in wrong.source
    assert 'value="123"' in wrong.source
    chosen = own.entries(scope="chosen", chosen=[ITEM])
    shown = own.browser.send(f"{own.base}appoint/", chosen)
    assert shown.status_code == 200
    assert "授权委托书" in shown.content.decode()
    unsigned = own.browser.refused(f"{own.base}appoint/", {**chosen, "step": "sign", "signature": "别的公司"})
    assert "别的公司" in unsigned.source
    assert f'value="{ITEM}"' in unsigned.source
    back = own.browser.send(f"{own.base}appoint/", {**chosen, "step": "change"})
    assert "李示例" in back.content.decode()
    there = own.browser.goes(f"{own.base}appoint/", {**chosen, "step": "sign", "signature": own.name})
    power = PowerOfAttorney.objects.get()
    assert power.items == [ITEM]
    assert there == f"{own.base}{power.pk}/"
    assert power.code in own.browser.open(there).source
    assert "李示例" in own.browser.open(own.base).words()


def test_no_item_ticked_and_unknown_items_are_refused(own: Firm) -> None:
    assert "没有选" in own.browser.refused(f"{own.base}appoint/", own.entries(scope="chosen")).words()
    own.browser.refused(f"{own.base}appoint/", own.entries(scope="chosen", chosen=["nonsense"]))
    assert not PowerOfAttorney.objects.exists()


def test_an_agent_accepts_chooses_the_enterprise_applies_and_the_desk_sees_it(place: Hall, own: Firm) -> None:
    browser = Browser(person(own.now, 5, "李示例"))
    power = invite(own.actor, own.now, serial=5, name="李示例")
    row = PowerOfAttorney.objects.get(pk=power)
    base = f"/agencies/{power}/"
    assert own.name in browser.open("/agencies/").words()
    assert row.code not in browser.open(base).source
    assert "确认码不对" in browser.refused(f"{base}accept/", {"code": "nonsense"}).words()
    assert browser.goes(f"{base}accept/", {"code": row.code.lower()}) == base
    assert browser.goes("/agencies/switch/", {"applicant": own.applicant}) == "/agencies/"
    assert own.name in browser.open("/cases/").words()
    factories.run_tasks()
    for address, who in ((f"{base}file/", browser), (f"{own.base}{power}/file/", own.browser)):
        assert who.client.get(address).headers["Content-Type"] == "application/pdf"
    assert f"{own.name}委托您办事" in browser.open("/messages/").words()
    assert "李示例接受了委托" in own.browser.open("/messages/").words()
    paper = f"{own.base}{power}/scan/"
    assert "选择文件" in own.browser.refused(paper).words()
    own.browser.refused(paper, {"file": upload("委托书.png", b"nothing of the kind")})
    assert browser.send(paper, {"file": upload()}).status_code == 404, "only the enterprise adds it"
    assert own.browser.goes(paper, {"file": upload("委托书.png")}) == f"{own.base}{power}/"
    for address, who in ((paper, own.browser), (f"{base}scan/", browser)):
        assert who.client.get(address).headers["Content-Type"] == "image/png"
    apply = browser.open(f"/items/{ITEM}/apply/")
    assert row.number in apply.source
    draft = browser.goes(f"/items/{ITEM}/apply/", {"applicant": own.applicant})
    assert own.browser.client.get(draft).status_code == 200  # it is the enterprise's
    application = Application.__new__(Application)
    application.browser, application.base = browser, draft
    application.id = draft.strip("/").rpartition("/")[2]
    application.answers = {"variant": "new", "q.premises": "own"}
    application.fill()
    assert row.number in browser.open(f"{draft}check/").source
    browser.goes(f"{draft}check/", application.signature())
    case = Case.objects.get()
    assert (case.agent, case.power) == (browser.account, row.number)
    assert "李示例" in browser.open(f"/cases/{case.number}/").words()
    desk = Browser(place.ids["window"])
    page = desk.open(f"/desk/cases/{case.number}/")
    assert row.number in page.source
    assert "李示例" in page.words()
    answer = desk.client.get(f"/desk/cases/{case.number}/authority/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    answer = desk.client.get(f"/desk/cases/{case.number}/authority/scan/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")


def test_the_code_can_be_tried_only_so_often(own: Firm) -> None:
    browser = Browser(person(own.now, 5, "李示例"))
    power = invite(own.actor, own.now, serial=5, name="李示例")
    for _ in range(10):
        browser.refused(f"/agencies/{power}/accept/", {"code": "nonsense"})
    code = PowerOfAttorney.objects.get(pk=power).code
    browser.refused(f"/agencies/{power}/accept/", {"code": code}, status=429)
    assert PowerOfAttorney.objects.get(pk=power).agent_id is None


def test_ending_previews_and_hands_over(own: Firm) -> None:
    account, power = agent(own.actor, own.now, serial=5, name="李示例")
    taker, _ = agent(own.actor, own.now, serial=6, name="赵示例")
    leaving = Browser(account)
    draft = leaving.goes(f"/items/{ITEM}/apply/", {"applicant": own.applicant})
    end = f"{own.base}{power}/end/"
    assert "草稿" in own.browser.open(end).words()
    preview = own.browser.send(end, {"to": taker, "reason": "离职"}).content.decode()
    assert "赵示例" in preview
    assert 'value="离职"' in preview
    assert PowerOfAttorney.objects.get(pk=power).ending == ""
    own.browser.refused(end, {"to": "999999", "step": "confirm"})
    own.browser.goes(end, {"to": taker, "reason": "离职", "step": "confirm"})
    assert PowerOfAttorney.objects.get(pk=power).ending == "revoked"
    assert "取消了委托" in leaving.open("/messages/").words()
    assert "1件不再由您办理" in leaving.open("/messages/").words()
    assert "1件交给您" in Browser(taker).open("/messages/").words()
    told = leaving.open(draft, status=403).words()
    assert "示例经办" in told
    assert "民法典" in told
    assert Browser(taker).client.get(draft).status_code == 200
    assert leaving.client.get(f"/agencies/{power}/").status_code == 200


def test_giving_up_asks_first(own: Firm) -> None:
    account, power = agent(own.actor, own.now, serial=5, name="李示例")
    browser = Browser(account)
    browser.goes("/agencies/switch/", {"applicant": own.applicant})
    browser.open(f"/agencies/{power}/give-up/")
    browser.goes(f"/agencies/{power}/give-up/")
    assert PowerOfAttorney.objects.get(pk=power).ending == "resigned"
    browser.open("/agencies/")  # says so, once
    assert own.name not in browser.open("/cases/").words()  # nobody is acted for any more


def test_an_agent_of_some_items_is_told_so_when_applying(own: Firm) -> None:
    account, _ = agent(own.actor, own.now, serial=5, name="李示例", acts=frozenset({Act.FILL}), items={"x": "另一事项"})
    page = Browser(account).open(f"/items/{ITEM}/apply/")
    assert own.name in page.words()
    assert "示例经办" in page.words()


def test_other_enterprises_pages_are_not_there(own: Firm) -> None:
    power = invite(own.actor, own.now, serial=5, name="李示例")
    strangers = [Firm(2, "津滨示例贸易有限公司").browser, Browser(person(own.now, 7, "钱示例"))]
    strangers.append(Browser(agent(own.actor, own.now, serial=6, name="赵示例")[0]))  # agents appoint nobody
    for browser in strangers:
        for address in (own.base, f"{own.base}appoint/", f"{own.base}{power}/", f"{own.base}{power}/end/"):
            assert browser.client.get(address).status_code == 404
        assert browser.client.get(f"/agencies/{power}/").status_code == 404
        assert browser.send(f"/agencies/{power}/accept/", {"code": "nonsense"}).status_code == 404


def test_the_list_asks_as_often_for_twenty_as_for_one(own: Firm, django_assert_max_num_queries: Any) -> None:
    for serial in range(20, 45):
        invite(own.actor, own.now, serial=serial, name=f"示例{serial}号")
    with django_assert_max_num_queries(9):
        page = own.browser.open(own.base)
    assert "示例44号" in page.words()
    assert "示例20号" not in page.words()
    assert "示例20号" in own.browser.open(f"{own.base}?page=2").words()
    assert "示例20号" in own.browser.open(f"{own.base}?q=示例20").words()
