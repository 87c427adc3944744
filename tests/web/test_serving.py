"""Service and messages as the people at both ends meet them: the window, the supervisor, the applicant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase

from tests import factories
from tests.apps.cases_help import Walk, begin, open_hall, picture
from tests.web.desk_help import signed_in
from tests.web.page_help import Page
from tongban.cases import queries
from tongban.messaging import queries as messages
from tongban.messaging.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def walk(django_db_setup: None, django_db_blocker: Any) -> Iterator[Walk]:
    """A refused case; each test rolls back what it does to it."""
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()
        made = begin(open_hall(), "2026-03-02", variant="new", premises="own").accept().reviews().refuse()
        factories.run_tasks()
        yield made
        TestCase._rollback_atomics(atomics)


def at(walk: Walk, post: str) -> Client:
    return signed_in(walk.applicant.id if post == "applicant" else walk.hall.ids[post])


def text(response: Any) -> str:
    return str(response.content.decode())


def test_from_the_blank_receipt_to_the_dates_on_the_applicants_page(walk: Walk) -> None:
    window, base = at(walk, "window"), f"/desk/cases/{walk.number}/papers/"
    listed = text(window.get(f"{base}service/"))
    assert "待纸质送达" in listed
    view = queries.serving(walk.number, walk.by("window"))
    document = next(row.document for row in view.rows if row.document.kind == "decision_refuse")
    blank = window.get(f"{base}{document.id}/receipt.pdf")
    assert b"".join(blank.streaming_content)[:5] == b"%PDF-"  # type: ignore[attr-defined]
    address = f"{base}{document.id}/service/"
    entered = {"means": "hand", "served_on": "2026-03-01", "receiver": "示例甲", "server": "示例乙"}
    refused = window.post(address, {**entered, "scan": SimpleUploadedFile("回证.png", b"not a picture")})
    assert refused.status_code == 422
    assert Page(text(refused)).all("a", href="#id_scan"), "the file is named where it was chosen"
    refused = window.post(address, entered)
    assert refused.status_code == 422
    assert Page(text(refused)).all("a", href="#id_served_on")
    assert 'value="示例甲"' in text(refused), "nothing entered is lost"
    good = {**entered, "served_on": "2026-03-04", "scan": SimpleUploadedFile("回证.png", picture())}
    assert window.post(address, good)["Location"] == f"{base}service/"
    assert window.post(address, {**good, "reason": ""}).status_code == 422, "once recorded it is only corrected"
    listed = text(window.get(f"{base}service/"))
    assert "2026年5月6日" in listed or "5月6日" in listed
    mine = text(at(walk, "applicant").get(f"/cases/{walk.number}/"))
    assert "申请行政复议：截至" in mine
    assert "5月6日" in mine
    story = text(window.get(f"/desk/cases/{walk.number}/?kind=papers"))
    assert "已送达：不予行政许可决定书，直接送达" in story
    assert at(walk, "fire").post(address, entered).status_code == 403


def test_the_applicant_agrees_changes_and_takes_back_without_losing_the_way(walk: Walk) -> None:
    mine, applicant = at(walk, "applicant"), walk.row.applicant_id
    address = f"/account/{applicant}/service-address/"
    refused = mine.post(address, {"means": "mail"})
    assert refused.status_code == 422
    assert Page(text(refused)).all("a", href="#id_agreed")
    agreed = {"means": "mail", "agreed": "on", "next": "/cases/"}
    assert mine.post(address, agreed)["Location"] == "/cases/"
    assert mine.post(address, agreed).status_code == 409
    assert "已确认电子送达" in text(mine.get("/account/"))
    assert "a***@example.com" in text(at(walk, "window").get(f"/desk/cases/{walk.number}/papers/service/"))
    assert mine.post(address, {"means": "inapp", "agreed": "on", "next": "//elsewhere.example"})["Location"] == address
    assert mine.post(address, {"act": "withdraw"})["Location"] == address
    assert "以前的确认" in text(mine.get(address))


def test_the_inbox_counts_opens_and_keeps_what_is_somebody_elses(walk: Walk) -> None:
    mine = at(walk, "applicant")
    count = messages.unread(int(walk.applicant.id))
    assert f"{count}条未读" in text(mine.get("/cases/"))
    letter = messages.inbox(int(walk.applicant.id)).rows[0]
    opened = text(mine.get(f"/messages/{letter.id}/"))
    assert f"/cases/{walk.number}/" in opened
    assert messages.unread(int(walk.applicant.id)) == count - 1
    assert mine.post("/messages/language/", {"language": "en"}).status_code == 302
    assert 'value="en" lang="en" selected' in text(mine.get("/messages/"))
    assert mine.post("/messages/read/").status_code == 302
    assert "没有未读消息" in text(mine.get("/messages/"))


def test_the_log_is_searched_and_a_message_sent_once_more(walk: Walk, django_assert_max_num_queries: Any) -> None:
    window = at(walk, "window")
    row = Message.objects.filter(channel="mail").latest("created_at")
    Message.objects.filter(pk=row.pk).update(state="failed", last_error="the mail server answered 550")
    with django_assert_max_num_queries(12):
        found = text(window.get(f"/desk/messages/?q={walk.number}&state=failed"))
    assert "550" in found
    assert row.to not in found, "no address in clear"
    assert "没有符合条件的消息" in text(window.get("/desk/messages/?q=nothing"))
    address = f"/desk/messages/{row.pk}/resend/"
    assert window.post(address, {"reason": ""}).status_code == 422
    assert window.post(address, {"reason": "电话告知没有收到"})["Location"] == f"/desk/cases/{walk.number}/messages/"
    assert "等待发送" in text(window.get(f"/desk/cases/{walk.number}/messages/"))
    assert at(walk, "stranger").get(address).status_code == 404
    assert "TB_DOCUMENT" in text(window.get("/desk/messages/templates/"))
