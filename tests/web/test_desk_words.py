"""What the desk says: complaints name their entry, filings read as filings, the list names its clocks."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.web.desk_help import Desk, new_case, signed_in
from tests.web.test_desk_walk import check_everything
from tongban.web.desk import wording
from tongban.web.desk.itemtext import rows_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_world")]


def test_a_complaint_names_the_entry_and_what_to_do(people: dict[str, str], now: dt.datetime) -> None:
    desk = Desk(people["window"], new_case(now, 61))
    address = f"/desk/cases/{desk.number}/do/refuse_acceptance/"
    entries = {"expected_seq": desk.seq, "step": "preview", "reason": "长" * 4001, "competent_body": ""}
    answer = desk.client.post(address, entries)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请写明“" in page
    assert "最多4000字，现有4001字" in page
    assert "长" * 4001 in page
    assert "maxlength" not in page.split('name="reason"')[1].split(">")[0]
    assert "这个字段是必填项" not in page


def test_a_filing_reads_as_a_filing_and_a_closed_case_by_its_status(people: dict[str, str], now: dt.datetime) -> None:
    window = Desk(people["window"], new_case(now, 62, "invest_record"))
    check_everything(window)
    rows = window.client.get("/desk/cases/").content.decode()
    assert "收件核对" in rows
    window.do("file")
    assert "已准予" not in window.open().split("dk-clocks")[0]
    closed = Desk(people["window"], new_case(now, 63))
    closed.do("not_required", reason="这项活动不需要许可。", next_step="")
    listed = closed.client.get("/desk/search/", {"q": closed.number[-6:], "closed": "1"}).content.decode()
    assert "not_required" not in listed


def test_acceptance_says_from_which_event_the_limit_runs(people: dict[str, str], now: dt.datetime) -> None:
    desk = Desk(people["window"], new_case(now, 64))
    check_everything(desk)
    assert "法定期限自" in desk.open("do/accept/")


def test_a_case_that_is_not_there_is_answered_in_the_desks_words(people: dict[str, str]) -> None:
    answer = signed_in(people["window"]).get("/desk/no/such/page/")
    assert answer.status_code == 404
    assert "本部门负责人" in answer.content.decode()


def test_schedules_and_choices_are_words() -> None:
    assert wording.when("30 2 * * *") == wording.WHEN_DAILY % {"time": "02:30"}
    assert wording.when("1 2 3 * *") == "1 2 3 * *"
    assert list(rows_of({"unit": "working_day"})) == [("unit", "单位", "个工作日")]
