"""One's own cases at the portal: where they are, what is owed, what came of them."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests import factories
from tests.apps.cases_help import Walk, begin, own_folders, picture  # noqa: F401 - the third is a fixture of every test
from tests.web.public_help import Browser, hall, upload, yesterday
from tongban.cases import queries, services
from tongban.core.clock import Ground
from tongban.web.dates import day

pytestmark = pytest.mark.django_db
SCRIPT = {"X-Requested-With": "XMLHttpRequest"}


@pytest.fixture
def walk() -> Walk:
    return begin(hall(), yesterday(), premises="own")


@pytest.fixture
def reader(walk: Walk) -> Browser:
    return Browser(walk.applicant.id)


def test_the_case_page_says_where_it_is_who_has_it_and_by_when(walk: Walk, reader: Browser) -> None:
    page = reader.open(f"/cases/{walk.number}/")
    view = walk.portal()
    for words in ("正在核对材料是否齐全", view.holder_organisation_name, view.lookup_code, "示例经营许可证核发"):
        assert words in page.words()
    assert day(view.clocks["completeness"].due) in page.words()
    assert page.all("a", href=f"/cases/{walk.number}/clock/")
    walk.accept()
    page = reader.open(f"/cases/{walk.number}/")
    assert "消防审查" in page.words()
    assert day(walk.portal().clocks["promised"].due) in page.words()


def test_dates_of_the_page_are_those_of_the_clock(walk: Walk, reader: Browser) -> None:
    walk.accept()
    clocks = walk.portal().clocks
    assert {"completeness", "statutory", "promised", "review:fire"} <= set(clocks)
    for key, reading in clocks.items():
        page = reader.open(f"/cases/{walk.number}/clock/?clock={key}")
        assert day(reading.due) in page.words()
        assert len(page.all("a", aria_current="page")) >= 1
        days = [one for one in page.all("td") if "title" in one]
        told = queries.ledger(walk.number, walk.by("applicant"), key, timezone.now()).reading
        assert len(days) == len(told.ledger) > 0
    reader.open(f"/cases/{walk.number}/clock/?clock=certificate", 404)
    reader.open(f"/cases/{walk.number}/clock/?clock=<script>", 404)


def test_a_paused_case_says_so(walk: Walk, reader: Browser) -> None:
    walk.accept().special()
    page = reader.open(f"/cases/{walk.number}/")
    assert f"正在{Ground.TESTING.zh}，这段时间不计入时限" in page.words()
    assert "pause" in str(reader.open(f"/cases/{walk.number}/clock/").all("td"))


def test_correcting_exactly_what_was_asked(walk: Walk, reader: Browser) -> None:
    walk.check()
    walk.annotate("plan", wrong="没有比例尺。")
    walk.annotate("", field_path="area", wrong="面积与图不符。", remedy="照图填写。")
    walk.do(services.request_correction, "window")
    page = reader.open(f"/cases/{walk.number}/")
    assert page.all("a", href=f"/cases/{walk.number}/correction/")
    assert "等您补正材料" in page.words()
    address = f"/cases/{walk.number}/correction/"
    page = reader.open(address)
    for words in ("没有比例尺。", "补标比例尺。", "面积与图不符。", "照图填写。"):
        assert words in page.words()
    assert page.all("input", name="area")
    assert not page.all("input", name="shop"), "only what was asked"

    page = reader.refused(address, {"area": "二百四", "seq": "1"}, 409)
    assert page.all("input", name="area", value="二百四")
    page = reader.refused(address, {"area": "二百四"})
    assert page.all("input", name="area", value="二百四")
    assert page.all("a", href="#f-area")
    assert page.all("a", href="#f-material-plan"), "the plan has not been corrected"
    reader.goes(f"/cases/{walk.number}/uploads/plan/", {"file": upload("改.png")})
    assert "改.png" in reader.open(address).words()
    page = reader.refused(address, {"area": walk.row.form["area"], "left.area": ""})
    assert "没有改动" in page.words(), "a field is changed or left with a reason"
    assert page.all("a", href="#f-area")
    assert page.all("textarea", name="left.area")
    assert reader.goes(address, {"area": "120.5"}) == f"/cases/{walk.number}/"
    page = reader.open(f"/cases/{walk.number}/").words()
    now = queries.case_for_applicant(walk.number, reader.actor, timezone.now())
    assert f"补正材料已提交。{day(now.clocks['completeness'].due)}前（含当日）" in page
    assert [row.kind for row in now.documents].count("receipt") == 2, "what came in is receipted"
    assert reader.open(f"/cases/{walk.number}/receipt/")
    assert walk.row.round == 2
    assert walk.portal().correction is None
    assert "120.5平方米" in reader.open(f"/cases/{walk.number}/").words()
    assert reader.goes(address, {"area": "1"}) == f"/cases/{walk.number}/", "the notice is answered"


def test_uploads_of_a_correction_can_be_taken_back(walk: Walk, reader: Browser) -> None:
    walk.ask_correction()
    address = f"/cases/{walk.number}/uploads/plan/"
    piece = reader.send(address, {"file": upload("一.png")}, headers=SCRIPT)
    assert "一.png" in piece.content.decode()
    assert "sent-plan" in piece.content.decode()
    assert reader.send(address, {"file": upload("坏.pdf")}, headers=SCRIPT).status_code == 422
    assert "坏.pdf" in reader.refused(address, {"file": upload("坏.pdf")}).words()
    row = walk.portal().materials[1].pending_files[0]
    shown = reader.client.get(f"/cases/{walk.number}/files/{row.file_id}/")
    assert shown.headers["Content-Disposition"].startswith("inline")
    reader.goes(f"{address}{row.row_id}/remove/")
    assert not walk.portal().materials[1].pending_files
    assert reader.send(f"/cases/{walk.number}/uploads/application/", {"file": upload()}).status_code == 404


def test_a_correction_survives_a_lost_session_and_saves_itself(walk: Walk, reader: Browser) -> None:
    walk.check()
    walk.annotate("", field_path="shop", wrong="店名不全。")
    walk.do(services.request_correction, "window")
    address = f"/cases/{walk.number}/correction/"
    assert reader.send(f"{address}autosave/", {"shop": "半个店"}).json()["saved_at"]
    assert reader.open(address).all("input", name="shop", value="半个店")
    assert reader.goes(address, {"shop": "大半个店", "do": "later"}) == f"/cases/{walk.number}/"
    reader.client.logout()
    away = reader.goes(address, {"shop": "整个店"})
    reader.goes(away, {"handle": factories.uscc(1), "password": factories.PASSWORD, "next": address})
    assert reader.open(address).all("input", name="shop", value="整个店")
    assert walk.portal().correction is not None


def test_a_question_is_answered_with_attachments(walk: Walk, reader: Browser) -> None:
    walk.accept()
    walk.do(services.request_clarification, "fire", question="二层做什么用？")
    assert reader.open(f"/cases/{walk.number}/").all("a", href=f"/cases/{walk.number}/answer/")
    address = f"/cases/{walk.number}/answer/"
    assert "二层做什么用？" in reader.open(address).words()
    reader.goes(f"/cases/{walk.number}/uploads/clarification/", {"file": upload("现场.png")})
    page = reader.refused(address, {"answer": "  "})
    assert page.all("a", href="#id_answer")
    stale = reader.refused(address, {"answer": "放货。", "seq": "1"}, 409)
    assert "放货。" in stale.words(), "what was written is kept"
    assert stale.all("input", name="seq", value=str(walk.portal().seq)), "and can be sent after reading on"
    assert not walk.portal().clarifications[0].answer
    assert reader.goes(address, {"answer": "放货。<script>"}) == f"/cases/{walk.number}/"
    answered = walk.portal().clarifications[0]
    assert answered.answer == "放货。<script>"
    assert [file.name for file in answered.files] == ["现场.png"]
    assert "<script>" not in reader.client.get(f"/cases/{walk.number}/").content.decode().partition("</head>")[2]


def test_withdrawing_asks_first_and_is_off_after_the_decision(walk: Walk, reader: Browser) -> None:
    address = f"/cases/{walk.number}/withdraw/"
    reader.open(address)
    reader.refused(address, {"reason": "长" * 501})
    assert "不开店了。" in reader.refused(address, {"reason": "不开店了。", "seq": "9"}, 409).words()
    assert reader.goes(address, {"reason": "不开店了。"}) == f"/cases/{walk.number}/"
    page = reader.open(f"/cases/{walk.number}/")
    assert "您已撤回申请" in page.words()
    assert "不开店了。" in page.words()
    for promise in ("准予后发到这里", "制证", "送达", "日前"):
        assert promise not in page.words(), "nothing of what would have come is promised any more"
    assert not page.all("a", href=address)
    assert not reader.open(address).all("button", type="submit", class_="govuk-button govuk-button--warning")
    reader.refused(address, {"reason": ""}, 409)


def test_notices_and_the_licence_are_handed_out_once_they_are_made(walk: Walk, reader: Browser) -> None:
    walk.accept()
    document = walk.portal().documents[0]
    reader.open(f"/cases/{walk.number}/documents/{document.id}/", 404)
    walk.reviews().grant().certificate()
    page = reader.open(f"/cases/{walk.number}/")
    view = walk.portal()
    assert view.licence is not None
    assert page.all("a", href=f"/licences/{view.licence.id}/")
    for document in view.documents:
        assert document.ready
        pdf = reader.client.get(f"/cases/{walk.number}/documents/{document.id}/")
        assert b"".join(pdf.streaming_content).startswith(b"%PDF-")
        assert {"private", "no-store"} <= set(pdf.headers["Cache-Control"].split(", "))
    saved = reader.client.get(f"/cases/{walk.number}/documents/{document.id}/?download")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert view.licence.number in reader.open("/licences/").words()
    page = reader.open(f"/licences/{view.licence.id}/")
    assert "没有期限" in page.words()
    pdf = reader.client.get(f"/licences/{view.licence.id}/file/")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF-")
    walk.deliver()
    assert "已办结并送达" in reader.open(f"/cases/{walk.number}/").words()


@pytest.mark.parametrize("rest", ["", "receipt/", "receipt/qr.svg", "clock/", "correction/", "answer/", "withdraw/"])
def test_somebody_elses_case_does_not_exist(walk: Walk, rest: str) -> None:
    other = Browser(factories.person(timezone.now(), 9))
    other.open(f"/cases/{walk.number}/{rest}", 404)
    other.open(f"/cases/{walk.number[:-1]}9/{rest}", 404)


def test_somebody_elses_files_documents_and_licences_do_not_exist(walk: Walk, reader: Browser) -> None:
    walk.accept().reviews().grant().certificate()
    own = begin(walk.hall, yesterday(), who="person", serial=9, premises="own")
    view, other = walk.portal(), Browser(own.applicant.id)
    file_id = next(file.file_id for material in view.materials for file in material.files)
    for number in (walk.number, own.number):
        other.open(f"/cases/{number}/files/{file_id}/", 404)
        other.open(f"/cases/{number}/documents/{view.documents[0].id}/", 404)
    other.open(f"/licences/{view.licence.id}/", 404)
    other.open(f"/licences/{view.licence.id}/file/", 404)
    assert other.send(f"/cases/{walk.number}/withdraw/").status_code == 404
    assert other.send(f"/cases/{walk.number}/uploads/plan/", {"file": upload()}).status_code == 404
    reader.open(f"/cases/{walk.number}/files/{file_id}/"[:-2] + "0/", 404)


def test_the_list_of_cases_needs_few_queries_and_can_be_narrowed(
    walk: Walk, reader: Browser, django_assert_max_num_queries
) -> None:
    for _ in range(26):
        begin(walk.hall, yesterday(), premises="own")
    walk.do(services.withdraw, "applicant")
    with django_assert_max_num_queries(13):
        page = reader.open("/cases/")
    assert page.all("a", href="?page=2")
    assert len([one for one in page.all("li") if one.get("class") == "pt-case"]) == 25
    assert len([one for one in reader.open("/cases/?page=2").all("li") if one.get("class") == "pt-case"]) == 2
    closed = reader.open("/cases/?state=closed")
    assert closed.all("a", href=f"/cases/{walk.number}/")
    assert len([one for one in closed.all("li") if one.get("class") == "pt-case"]) == 1
    assert reader.open(f"/cases/?q={walk.number}").all("a", href=f"/cases/{walk.number}/")
    assert "没有符合条件的办件" in reader.open("/cases/?q=没有这个").words()
    reader.open("/cases/?page=999999&state=open")
    reader.open("/cases/?page=x")


def test_empty_lists_say_what_fills_them() -> None:
    hall()
    reader = Browser(factories.person(timezone.now()))
    assert "您还没有提交过申请" in reader.open("/cases/").words()
    assert "还没有证照" in reader.open("/licences/").words()


def test_the_account_page_shows_ones_own_data_masked(walk: Walk, reader: Browser) -> None:
    words = reader.open("/account/").words()
    assert "津滨示例环保科技有限公司" in words
    assert factories.uscc(1) not in words
    assert "13800000001" not in words
    assert Browser().client.get("/account/").headers["Location"].startswith("/sign-in/")
