"""Applying at the portal: nothing typed is lost, nothing wrong gets in, one application is one case."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.apps.cases_help import own_folders, publish, spec  # noqa: F401 - the first is a fixture of every test
from tests.web.public_help import ITEM, RARE, Application, Browser, hall, item_data, seen, upload, yesterday
from tongban.cases.models import Case, Draft
from tongban.core.items import Transition

pytestmark = pytest.mark.django_db


@pytest.fixture
def enterprise() -> Browser:
    hall()
    return Browser(factories.enterprise(timezone.now()))


def test_from_the_guide_to_the_receipt(enterprise: Browser) -> None:
    guide = enterprise.open(f"/items/{ITEM}/?variant=new&q.premises=own")
    assert guide.all("a", href=f"/items/{ITEM}/apply/?variant=new&q.premises=own")
    before = enterprise.open(f"/items/{ITEM}/apply/?variant=new&q.premises=own")
    assert before.all("input", name="q.premises", value="own")
    base = enterprise.goes(f"/items/{ITEM}/apply/", {"variant": "new", "q.premises": "own"})
    assert enterprise.open(base).all("a", href=f"{base}pages/basics/"), "the guide's answers were taken over"

    application = Application(enterprise).fill()
    tasks = enterprise.open(application.base)
    assert tasks.all("a", href=f"{application.base}check/")
    check = enterprise.open(f"{application.base}check/")
    assert "津滨示例环保科技有限公司" in check.words()
    pages = [page.spec.key for page in application.draft.pages]
    for address in ("situation/", "materials/", *(f"pages/{key}/" for key in pages)):
        assert len(check.all("a", href=f"{application.base}{address}")) == 1, "one way back for each section"
    receipt = enterprise.goes(f"{application.base}check/", application.signature())
    page = enterprise.open(receipt)
    case = Case.objects.get()
    assert case.number in page.words()
    assert case.lookup_code in page.words()
    picture = enterprise.client.get(f"/cases/{case.number}/receipt/qr.svg")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert b"<svg" in picture.content


def test_sending_twice_gives_one_case(enterprise: Browser) -> None:
    application = Application(enterprise).fill()
    signed = application.signature()
    first = enterprise.goes(f"{application.base}check/", signed)
    assert enterprise.goes(f"{application.base}check/", signed) == first
    assert enterprise.goes(f"{application.base}pages/basics/", {"area": "99"}) == first
    assert enterprise.client.get(application.base).headers["Location"] == first
    assert Case.objects.count() == 1


def test_an_unsigned_application_stays_a_draft(enterprise: Browser) -> None:
    application = Application(enterprise).fill()
    check = f"{application.base}check/"
    assert enterprise.goes(check, application.signature(declared="", signature="别人")) == check, "Back sends nothing"
    page = enterprise.open(check)
    assert page.all("a", href="#id_declared")
    assert page.all("a", href="#id_signature")
    assert page.all("input", name="signature", value="别人")
    assert not Case.objects.exists()
    assert not enterprise.open(check).all("a", href="#id_signature"), "told once"
    enterprise.refused(check, application.signature(submission_key="older"), 409)


def test_a_wrong_digit_is_told_at_the_top_and_beside_the_field(enterprise: Browser) -> None:
    application = Application(enterprise)
    enterprise.goes(f"{application.base}situation/", application.answers)
    right = application.values("staff")
    number = right["manager.id_number"][0]
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    page = enterprise.refused(f"{application.base}pages/staff/", {**right, "manager.id_number": wrong})
    assert page.words().startswith("错误：")
    assert page.all("a", href="#f-manager-id-number")
    field = page.all("input", id="f-manager-id-number")[0]
    assert field["value"] == wrong
    assert field["aria-invalid"] == "true"
    assert field["aria-describedby"] in page.ids
    assert page.all("input", name="manager.name", value=right["manager.name"][0]), "what was right is kept"
    again = enterprise.open(f"{application.base}pages/staff/")
    assert again.all("input", id="f-manager-id-number", value=wrong), "and so is what was wrong"
    assert not next(item for item in application.draft.pages if item.spec.key == "staff").done


def test_an_impossible_date_and_a_word_for_a_number_stay_visible(enterprise: Browser) -> None:
    application = Application(enterprise)
    enterprise.goes(f"{application.base}situation/", application.answers)
    wrong = application.values("basics", opened_on="2026-02-30", area="二百四")
    page = enterprise.refused(f"{application.base}pages/basics/", wrong)
    assert page.all("input", name="area", value="二百四")
    assert page.all("input", name="opened_on", value="2026-02-30")
    assert page.all("a", href="#f-area")
    assert page.all("a", href="#f-opened-on")


def test_every_kind_of_field_comes_back_as_it_was_entered(enterprise: Browser) -> None:
    application = Application(enterprise)
    enterprise.goes(f"{application.base}situation/", application.answers)
    values = application.values(
        "basics", shop=RARE, about=f"{RARE}\n第二行", goods=["c1", "c3"], level="c2", chain="no"
    )
    enterprise.goes(f"{application.base}pages/basics/", values)
    answer = enterprise.client.get(f"{application.base}pages/basics/")
    page = seen(answer)
    assert page.all("input", name="shop", value=RARE)
    assert "<b>示例</b>" not in answer.content.decode(), "markup in an entry is text"
    assert [one["value"] for one in page.all("input", name="goods") if "checked" in one] == ["c1", "c3"]
    assert [one["value"] for one in page.all("input", name="level") if "checked" in one] == ["c2"]
    assert [one["value"] for one in page.all("input", name="chain") if "checked" in one] == ["no"]
    assert page.all("input", name="place.detail", value=values["place.detail"][0])
    assert application.draft.form["shop"] == RARE


def test_rows_are_added_and_removed_without_scripts(enterprise: Browser) -> None:
    application = Application(enterprise)
    enterprise.goes(f"{application.base}situation/", application.answers)
    address, values = f"{application.base}pages/staff/", application.values("staff")
    values["workers.1.name"] = "甲"
    page = seen(enterprise.send(address, {**values, "do": "add:workers"}))
    assert page.all("input", name="workers.1.name", value="甲")
    assert page.all("input", name="workers.2.name", value="")
    assert page.all("form", data_answered=""), "the script must not put the older entries over these"
    values |= {"workers.2.name": "乙"}
    page = seen(enterprise.send(address, {**values, "do": "remove:workers.1"}))
    assert page.all("input", name="workers.1.name", value="乙")
    assert not page.all("input", name="workers.2.name")
    assert not page.all("a", href="#f-workers-1-name"), "adding a row is no attempt to finish"
    full = values | {f"workers.{row}.name": "丙" for row in (1, 2, 3)}
    page = seen(enterprise.send(address, {**full, "do": "add:workers"}))
    assert not page.all("button", value="add:workers"), "the item says at most three"


def test_going_on_later_and_automatic_saving_keep_unfinished_entries(enterprise: Browser) -> None:
    application = Application(enterprise)
    enterprise.goes(f"{application.base}situation/", application.answers)
    address = f"{application.base}pages/basics/"
    assert enterprise.goes(address, {"shop": "半个", "do": "later"}) == application.base
    assert "填写中" in enterprise.open(application.base).words()
    saved = enterprise.send(f"{address}autosave/", {"shop": "半个店名", "area": "还没量"})
    assert saved.json()["saved_at"]
    page = enterprise.open(address)
    assert page.all("input", name="shop", value="半个店名")
    assert page.all("input", name="area", value="还没量")
    assert not application.draft.pages[0].done


def test_two_windows_on_one_page_lose_nothing_of_each_other(enterprise: Browser) -> None:
    application = Application(enterprise)
    enterprise.goes(f"{application.base}situation/", application.answers)
    address = f"{application.base}pages/basics/"
    enterprise.goes(address, {"shop": "旧名", "do": "later"})
    (old,) = enterprise.open(address).all("input", name="_seen")
    first = enterprise.send(f"{address}autosave/", {"shop": "新名", "_seen": old["value"]})
    assert first.json()["seen"] != old["value"]
    other = enterprise.send(f"{address}autosave/", {"shop": "旧名", "area": "120", "_seen": old["value"]})
    assert other.status_code == 200
    page = enterprise.open(address)
    assert page.all("input", name="shop", value="新名"), "the other window had not touched it"
    assert page.all("input", name="area", value="120")
    both = enterprise.send(f"{address}autosave/", {"shop": "另名", "area": "120", "_seen": old["value"]})
    assert (both.status_code, "message" in both.json()) == (409, True)
    assert enterprise.open(address).all("input", name="shop", value="新名")
    asked = enterprise.refused(address, {"shop": "另名", "area": "120", "_seen": old["value"]})
    assert "新名" in asked.words()
    assert asked.all("input", name="shop", value="另名"), "what was typed stands there"
    (fresh,) = asked.all("input", name="_seen")
    enterprise.send(address, {"shop": "另名", "area": "120", "_seen": fresh["value"], "do": "later"})
    assert enterprise.open(address).all("input", name="shop", value="另名")
    for unreadable in ("{", "[]", "7", '{"shop": ["x"]}'):
        assert enterprise.send(f"{address}autosave/", {"shop": "末名", "_seen": unreadable}).status_code == 200


def test_questions_that_follow_from_an_answer_are_asked_before_they_are_missed(enterprise: Browser) -> None:
    application = Application(enterprise)
    address = f"{application.base}situation/"
    page = enterprise.refused(address, {"variant": "new", "shown": ["variant", "premises"]})
    assert page.all("a", href="#id_premises")
    page = seen(enterprise.send(address, {"variant": "new", "q.premises": "rented", "shown": ["variant", "premises"]}))
    assert page.all("input", name="q.sublet")
    assert not page.all("a", href="#id_sublet")
    piece = enterprise.client.get(f"{address}?variant=new&q.premises=rented", headers={"HX-Target": "questions"})
    assert "q.sublet" in piece.content.decode()
    assert "<html" not in piece.content.decode()
    enterprise.refused(address, {"variant": "eat", "shown": ["variant"]})
    enterprise.goes(address, {"variant": "new", "q.premises": "rented", "q.sublet": "no"})
    assert {material.spec.key for material in application.draft.materials} == {"application", "plan", "lease"}


def test_files_are_judged_by_their_content_and_named_in_the_refusal(enterprise: Browser) -> None:
    application = Application(enterprise)
    enterprise.goes(f"{application.base}situation/", application.answers)
    address = f"{application.base}materials/plan/"
    disguised, empty = upload("平面图.pdf", factories.png()), upload("空.png", b"")
    page = enterprise.refused(address, {"file": [disguised, empty, upload("好.png")]})
    assert "平面图.pdf" in page.words()
    assert "空.png" in page.words()
    assert [item.name for item in application.draft.materials[1].files] == ["好.png"], "the good one is kept"
    enterprise.refused(address)
    script = {"X-Requested-With": "XMLHttpRequest"}
    refused = enterprise.client.post(address, {"file": upload("图.exe", b"MZ")}, headers=script)
    assert refused.status_code == 422
    assert refused.headers["Content-Type"].startswith("text/plain")
    piece = enterprise.client.post(address, {"file": upload("二.png")}, headers=script)
    assert "二.png" in piece.content.decode()
    assert "<html" not in piece.content.decode()
    row = application.draft.materials[1].files[0]
    shown = enterprise.client.get(f"{application.base}files/{row.file_id}/")
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    enterprise.goes(f"{address}{row.row_id}/remove/")
    assert [item.name for item in application.draft.materials[1].files] == ["二.png"]


def test_an_oversized_file_is_refused_with_a_way_on(enterprise: Browser, settings) -> None:
    settings.MAX_UPLOAD_BYTES = 1024 * 1024
    application = Application(enterprise)
    enterprise.goes(f"{application.base}situation/", application.answers)
    page = enterprise.refused(f"{application.base}materials/plan/", {"file": upload("大.png", bytes(1024 * 1024 + 1))})
    assert "大.png" in page.words()


def test_a_session_that_ends_in_the_middle_of_a_form_loses_nothing(enterprise: Browser) -> None:
    application = Application(enterprise)
    enterprise.goes(f"{application.base}situation/", application.answers)
    address = f"{application.base}pages/basics/"
    Session.objects.all().delete()
    away = enterprise.goes(address, {"shop": RARE, "area": "还没量", "place.detail": "示例路1号"})
    assert away == f"/sign-in/?next={address.replace('/', '%2F')}"
    assert RARE not in str(list(Session.objects.values_list("session_data", flat=True)))
    page = enterprise.open(away)
    assert page.all("input", name="next", value=address)
    back = enterprise.goes("/sign-in/", {"handle": factories.uscc(1), "password": factories.PASSWORD, "next": address})
    assert back == address
    page = enterprise.open(address)
    assert page.all("input", name="shop", value=RARE)
    assert page.all("input", name="area", value="还没量")
    assert page.all("input", name="place.detail", value="示例路1号")
    assert "shop" not in application.draft.form, "back in the form, not saved behind anybody's back"
    assert not enterprise.open(address).all("input", name="shop", value=RARE), "and handed out once"


def test_a_script_is_told_that_the_session_is_over(enterprise: Browser) -> None:
    application = Application(enterprise)
    Session.objects.all().delete()
    headers = {"X-Requested-With": "XMLHttpRequest"}
    for rest in ("pages/basics/autosave/", "materials/plan/"):
        assert enterprise.client.post(f"{application.base}{rest}", {}, headers=headers).status_code == 401


@pytest.mark.parametrize(
    "rest", ["", "situation/", "pages/basics/", "materials/", "materials/plan/", "check/", "discard/", "licence/"]
)
def test_somebody_elses_draft_does_not_exist(enterprise: Browser, rest: str) -> None:
    application = Application(enterprise)
    other = Browser(factories.person(timezone.now()))
    other.open(f"{application.base}{rest}", 404)
    assert other.send(f"{application.base}{rest}").status_code in (404, 405)
    assert Draft.objects.count() == 1


def test_tampered_addresses_find_nothing(enterprise: Browser) -> None:
    application = Application(enterprise).fill()
    stranger = Application(Browser(factories.enterprise(timezone.now(), 2, "另一家示例公司"))).fill()
    file_id = stranger.draft.materials[1].files[0].file_id
    row_id = stranger.draft.materials[1].files[0].row_id
    for rest in (f"files/{file_id}/", "pages/none/", "materials/none/", "files/not-an-id/"):
        enterprise.open(f"{application.base}{rest}", 404)
    enterprise.goes(f"{application.base}materials/plan/{row_id}/remove/")
    assert len(stranger.draft.materials[1].files) == 1, "only one's own files can be removed"
    enterprise.refused(f"{application.base}materials/plan/licence/", {"licence": "../1"}, 409)
    enterprise.refused(f"/items/{ITEM}/apply/", {"applicant": str(stranger.draft.applicant_id)})
    assert Draft.objects.count() == 2


def test_a_draft_is_thrown_away_only_after_asking(enterprise: Browser) -> None:
    application = Application(enterprise)
    assert enterprise.open("/cases/").all("a", href=application.base)
    enterprise.open(f"{application.base}discard/")
    assert Draft.objects.exists()
    assert enterprise.goes(f"{application.base}discard/") == "/cases/"
    assert not Draft.objects.exists()


def test_officers_and_visitors_are_told_where_to_go(enterprise: Browser) -> None:
    assert Client().get(f"/items/{ITEM}/apply/").headers["Location"].startswith("/sign-in/")
    officer = Browser(factories.officer("clerk", "approval_bureau", ["window"]))
    officer.open("/cases/", 403)
    officer.open(f"/items/{ITEM}/apply/", 403)


@pytest.mark.parametrize("there", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_signing_in_never_leads_off_the_site(enterprise: Browser, there: str) -> None:
    data = {"handle": factories.uscc(1), "password": factories.PASSWORD, "next": there}
    assert Browser().goes("/sign-in/", data) == "/cases/"


def test_a_wrong_password_and_a_wrong_name_get_the_same_words(enterprise: Browser) -> None:
    pages = [
        Browser().refused("/sign-in/", {"handle": handle, "password": "falsch-falsch-1"})
        for handle in (factories.uscc(1), factories.uscc(8))
    ]
    first, second = ([word for word in page.words().split() if "91120116" not in word] for page in pages)
    assert first == second
    assert not pages[0].all("input", name="password", value="falsch-falsch-1")
    for _ in range(5):
        Browser().send("/sign-in/", {"handle": factories.uscc(1), "password": "falsch"})
    Browser().refused("/sign-in/", {"handle": factories.uscc(1), "password": factories.PASSWORD}, 429)


@pytest.mark.parametrize("kind", ["person", "enterprise"])
def test_registering_checks_the_numbers_and_keeps_the_entries(kind: str) -> None:
    hall()
    browser = Browser()
    right = {
        "name": "吉𠮷示例",
        "id_number": factories.resident_id(5) if kind == "person" else factories.uscc(5),
        "phone": "139 0000 0005",
        "email": "someone@example.com",
        "password": "Example-pass-1",
        "legal_representative": "陈示例",
        "agent_name": "示例经办",
        "next": f"/items/{ITEM}/apply/",
    }
    number = right["id_number"]
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    page = browser.refused(f"/register/{kind}/", {**right, "id_number": wrong, "phone": "12345", "name": " "})
    assert page.all("a", href="#id_name"), "everything that is wrong is told at once"
    page = browser.refused(f"/register/{kind}/", {**right, "id_number": wrong, "phone": "12345"})
    assert page.all("a", href="#id_id_number")
    assert page.all("a", href="#id_phone")
    assert page.all("input", name="id_number", value=wrong)
    assert page.all("input", name="name", value="吉𠮷示例")
    assert browser.goes(f"/register/{kind}/", right) == f"/items/{ITEM}/apply/"
    assert "吉𠮷示例" in browser.open(f"/items/{ITEM}/apply/").words()
    page = Browser().refused(f"/register/{kind}/", right)
    assert page.all("a", href="#id_id_number"), "the same number registers once"


def test_the_wrong_kind_of_applicant_is_told_before_filling_in(enterprise: Browser) -> None:
    publish(spec(service_objects=["1"]), key="persons")
    page = enterprise.open("/items/persons/apply/")
    assert not page.all("form", action="/items/persons/apply/")
    assert "由个人申请" in page.words()


def test_rules_that_change_while_filling_in_are_told_and_entries_move(enterprise: Browser) -> None:
    application = Application(enterprise).fill()
    since = dt.date.fromisoformat(yesterday())
    rule = Transition("continue", "示例规定第一条")
    publish(spec(form=item_data()["form"]), number=2, since=since, transition=rule, now=timezone.now())
    assert enterprise.goes(f"{application.base}check/", application.signature()) == application.base
    page = enterprise.open(application.base)
    assert page.all("form", action=f"{application.base}move/")
    enterprise.goes(f"{application.base}move/")
    assert application.draft.version.number == 2
    assert application.draft.form["shop"]
    assert not Case.objects.exists()
