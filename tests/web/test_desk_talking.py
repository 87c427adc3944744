"""At the browser: a department is asked and answers, a note calls a colleague, the story is narrowed by links."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories as made
from tests.web.desk_help import Desk, actor, new_case, signed_in
from tongban.cases import services

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_world")]
QUESTION = "厂址是否在饮用水水源保护区内？"
ANSWER = "不在保护区内。"


@pytest.fixture
def people(people: dict[str, str]) -> dict[str, str]:
    return {**people, "asked": made.officer("asked", "culture", ["reviewer"])}


@pytest.fixture
def number(people: dict[str, str], now: dt.datetime) -> str:
    return new_case(now)


def page(account: str, address: str) -> str:
    answer = signed_in(account).get(address)
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return html.unescape(answer.content.decode())


def story(text: str) -> str:
    return text.split('id="desk-story"')[1].split("</section>")[0]


def ask(people: dict[str, str], number: str, **data: object) -> None:
    desk = Desk(people["window"], number)
    desk.do("consult", **{"organisation": "culture", "question": QUESTION, **data})


def test_a_question_goes_from_the_case_to_the_lane_and_the_answer_back(people, number):
    assert signed_in(people["asked"]).get(f"/desk/cases/{number}/").status_code == 404
    panel = page(people["window"], f"/desk/cases/{number}/do/consult/")
    assert "申请人的办理时限照常计算" in panel
    ask(people, number, wish_on=timezone.now().date() + dt.timedelta(3))
    assert "征求意见中" in page(people["window"], "/desk/")
    lane = page(people["asked"], "/desk/?lane=consulted")
    assert f"/desk/cases/{number}/" in lane
    assert re.search(r'id="lane-consulted".*?<span>1</span>', lane, re.DOTALL)
    shown = page(people["asked"], f"/desk/cases/{number}/")
    assert QUESTION in shown
    assert "有部门就本件向你单位征求意见" in shown
    assert 'id="desk-notes"' not in shown
    address = re.search(rf"/desk/cases/{number}/do/answer_consultation/\?question=1", shown)
    assert address
    assert QUESTION in page(people["asked"], address.group())
    client = signed_in(people["asked"])
    empty = client.post(address.group().split("?")[0], {"expected_seq": "2", "question": "1", "answer": ""})
    assert empty.status_code == 422
    assert QUESTION in empty.content.decode()
    Desk(people["asked"], number).do("answer_consultation", question="1", answer=ANSWER)
    assert ANSWER in page(people["window"], f"/desk/cases/{number}/")
    assert "部门已答复" in page(people["window"], "/desk/")
    assert f"/desk/cases/{number}/" not in page(people["asked"], "/desk/?lane=consulted")
    Desk(people["asked"], number).do("take_back_answer", question="1")
    assert "已撤回的答复" in page(people["window"], f"/desk/cases/{number}/")
    Desk(people["window"], number).do("withdraw_consultation", question="1")
    assert client.get(f"/desk/cases/{number}/").status_code == 404


def test_an_open_question_warns_before_the_end_and_bars_nothing(people, number):
    ask(people, number)
    panel = page(people["window"], f"/desk/cases/{number}/do/refuse_acceptance/")
    assert "还有部门没有答复" in panel
    assert QUESTION in panel
    assert "还有部门没有答复" not in page(people["window"], f"/desk/cases/{number}/do/note/")
    Desk(people["window"], number).do("refuse_acceptance", reason="不属于本机关职权。", competent_body="示例机关")
    assert "决定前未答复" in page(people["window"], f"/desk/cases/{number}/")


def test_what_is_typed_wrongly_is_named_and_kept(people, number):
    client = signed_in(people["window"])
    address = f"/desk/cases/{number}/do/consult/"
    wrong = {"expected_seq": "1", "organisation": "culture", "question": QUESTION, "wish_on": "后天"}
    answer = client.post(address, {**wrong, "step": "do"})
    assert answer.status_code == 422
    assert "日期格式不对" in answer.content.decode()
    assert QUESTION in answer.content.decode()
    past = client.post(address, {**wrong, "wish_on": "2020-01-01", "step": "do"})
    assert past.status_code == 422
    assert "日期已经过去" in past.content.decode()


def test_a_note_calls_a_colleague_who_finds_it_and_reads_it(people, number):
    desk = Desk(people["window"], number)
    panel = desk.open("do/note/")
    assert people["decision_maker"] in re.findall(r'name="call" [^>]*value="(\d+)"', panel)
    assert people["asked"] not in re.findall(r'name="call" [^>]*value="(\d+)"', panel)
    assert "没有叫这个名字的" in html.unescape(
        desk.client.post(
            f"/desk/cases/{number}/do/note/", {"expected_seq": "1", "note": "@无此人 看", "step": "do"}
        ).content.decode()
    )
    desk.do("note", note="请看一下附图。", call=people["decision_maker"])
    mine = signed_in(people["decision_maker"])
    rail = html.unescape(mine.get("/desk/").content.decode())
    assert re.search(r'id="lane-mentions" href="/desk/mentions/".*?>1</span>', rail, re.DOTALL)
    listed = html.unescape(mine.get("/desk/mentions/").content.decode())
    link = re.search(rf"/desk/cases/{number}/\?note=\d+", listed).group()
    assert "1 条未读" in listed
    assert mine.head(link).status_code == 200
    assert "1 条未读" in html.unescape(mine.get("/desk/mentions/").content.decode())
    assert "请看一下附图。" in mine.get(link).content.decode()
    assert "0 条未读" in html.unescape(mine.get("/desk/mentions/").content.decode())
    assert "没有提到你的备注" in page(people["window"], "/desk/mentions/")


def test_the_story_is_narrowed_by_kind_and_person_in_links(people, number, now):
    window = actor(people["window"])
    services.add_note(number=number, actor=window, note="与图纸核对过。", now=now)
    services.reveal(number=number, actor=window, field="applicant.phone", now=now)
    ask(people, number)
    address = f"/desk/cases/{number}/"
    everything = story(page(people["window"], address))
    for text in ("申请人提交，收件", "写了备注", "查看完整信息：电话", "第1问"):
        assert text in everything
    looks = story(page(people["window"], f"{address}?kind=looks"))
    assert "查看完整信息" in looks
    assert "第1问" not in looks
    talk = story(page(people["window"], f"{address}?kind=talk&by={people['window']}"))
    assert "第1问" in talk
    assert "查看完整信息" not in talk
    assert f"by={people['window']}" in talk
    assert story(page(people["window"], f"{address}?kind=nonsense&by=nobody")) == everything
    other = next(key for key in re.findall(r"by=(\d+)", everything) if key != people["window"])
    empty = story(page(people["window"], f"{address}?kind=looks&by={other}"))
    assert "本件还没有这类记录" in empty
    assert "显示全部" in empty


def test_pages_cost_the_same_however_many_talk(people, number, now):
    def cost(address: str) -> int:
        client = signed_in(people["window"])
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    window, called = actor(people["window"]), [people["decision_maker"], people["supervisor"]]

    def talk(times: int) -> None:
        for _ in range(times):
            services.consult(number=number, actor=window, organisation="culture", question=QUESTION, now=now)
            services.add_note(number=number, actor=window, note="请看。", call=called, now=now)

    addresses = (f"/desk/cases/{number}/", "/desk/", "/desk/?lane=department")
    talk(1)
    few = [cost(address) for address in addresses]
    talk(6)
    assert [cost(address) for address in addresses] == few
    assert max(few[1:]) <= 12
    client = signed_in(people["decision_maker"])
    with CaptureQueriesContext(connection) as caught:
        client.get("/desk/mentions/")
    assert len(caught) <= 10
