"""The desk's pages: who may open which, what a button that is off says, lists of any length, the library."""

from __future__ import annotations

import datetime as dt
import html
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from tests import factories as made
from tests.web.desk_help import ITEM, Desk, actor, new_case, signed_in, status_of
from tongban.cases import queries, services
from tongban.core import codes
from tongban.core.actors import SYSTEM
from tongban.core.dates import legal_date
from tongban.core.errors import NotFound
from tongban.core.items import FieldKind, FormField
from tongban.records import queries as records
from tongban.web.desk import sheet, wording
from tongban.web.desk.acts import ACTS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_world")]


PAGES = {
    "/desk/": set(),
    "/desk/cases/": set(),
    "/desk/cases/?lane=closed": set(),
    "/desk/search/?q=津滨": set(),
    "/desk/hand-on/": set(),
    "/desk/items/": set(),
    "/desk/items/?q=消毒&source=bundled": set(),
    f"/desk/items/{ITEM}/": set(),
    f"/desk/items/{ITEM}/versions/2/": set(),
    f"/desk/items/{ITEM}/compare/": set(),
    "/desk/alerts/": {"supervisor", "agency_head", "government_head"},
    "/desk/operations/": {"supervisor", "operator"},
}


def test_every_page_for_every_post(people: dict[str, str], now: dt.datetime) -> None:
    new_case(now)
    for post, account in people.items():
        client = signed_in(account)
        for page, posts in PAGES.items():
            wanted = 200 if not posts or post in posts else 403
            assert client.get(page).status_code == wanted, (post, page)


def test_strangers_are_sent_to_sign_in_and_applicants_find_nothing(people: dict[str, str], now: dt.datetime) -> None:
    number = new_case(now)
    applicant = signed_in(made.person(now))
    for page in [*PAGES, f"/desk/cases/{number}/", f"/desk/cases/{number}/do/accept/"]:
        sent = Client().get(page)
        assert sent.status_code == 302
        assert sent["Location"].startswith("/desk/sign-in/?next=/desk/")
        assert applicant.get(page).status_code == 404


def test_sign_in_goes_on_to_the_page_asked_for_and_nowhere_else(people: dict[str, str]) -> None:
    def enter(onward: str, password: str = made.PASSWORD) -> Any:
        data = {"handle": "window", "password": password, "next": onward}
        return Client().post("/desk/sign-in/", data)

    assert enter("/desk/items/")["Location"] == "/desk/items/"
    assert enter("https://elsewhere.example/")["Location"] == "/desk/"
    wrong = enter("/desk/items/", "wrong-password-1")
    assert wrong.status_code == 422
    assert 'value="window"' in wrong.content.decode()
    assert 'value="/desk/items/"' in wrong.content.decode()
    applicant = made.person(timezone.now())
    assert applicant
    answer = Client().post("/desk/sign-in/", {"handle": made.resident_id(), "password": made.PASSWORD, "next": ""})
    assert answer["Location"] == "/"


def test_a_case_of_another_authority_does_not_exist(people: dict[str, str], now: dt.datetime) -> None:
    number = new_case(now)
    stranger = signed_in(made.officer("fire-1", "fire", ["reviewer"]))
    file = queries.case_for_desk(number, SYSTEM, now).materials
    file_id = next(item.files[0].file_id for item in file if item.files)
    for rest in ("", "print/", "ledger/", "chain/", "do/accept/", f"files/{file_id}/"):
        assert stranger.get(f"/desk/cases/{number}/{rest}").status_code == 404
    for rest, data in (
        ("finding/", {"step": "completeness", "point": "x", "met": "yes"}),
        ("points/", {"target": "material:x", "wrong": "x", "remedy": "x", "expected_seq": 1}),
        ("points/1/drop/", {}),
        ("points/1/judge/", {"met": "yes"}),
        ("take/", {}),
        ("do/accept/", {"expected_seq": 1, "step": "do"}),
    ):
        assert stranger.post(f"/desk/cases/{number}/{rest}", data).status_code == 404
    assert "没有找到办件" in stranger.get(f"/desk/search/?q={number}").content.decode()
    assert status_of(number) == "received"


def test_files_of_other_cases_and_tampered_ids(people: dict[str, str], now: dt.datetime) -> None:
    one, other = new_case(now, 1), new_case(now, 2)
    client = signed_in(people["window"])
    files = queries.case_for_desk(other, SYSTEM, now).materials
    file_id = next(item.files[0].file_id for item in files if item.files)
    assert client.get(f"/desk/cases/{other}/files/{file_id}/").status_code == 200
    assert client.get(f"/desk/cases/{one}/files/{file_id}/").status_code == 404
    for rest in ("files/nonsense/", "documents/nonsense/", "licences/nonsense/", "do/nonsense/", "ledger/?clock=x"):
        assert client.get(f"/desk/cases/{one}/{rest}").status_code == 404
    assert client.get("/desk/cases/nonsense/").status_code == 404


def test_files_come_with_headers_that_keep_them_harmless(people: dict[str, str], now: dt.datetime) -> None:
    number = new_case(now)
    files = queries.case_for_desk(number, SYSTEM, now).materials
    file_id = next(item.files[0].file_id for item in files if item.files)
    answer = signed_in(people["window"]).get(f"/desk/cases/{number}/files/{file_id}/")
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


def _plain(page: str) -> str:
    return html.unescape(page)


def test_every_button_that_is_off_says_why(people: dict[str, str], now: dt.datetime) -> None:
    """On the page, in words, for every post; and the verb's own panel says the same."""
    received = new_case(now, 1)
    accepted = new_case(now, 2)
    made.check_all(accepted, actor(people["window"]), now)
    services.accept(number=accepted, actor=actor(people["window"]), now=now)
    accounts = [*people.values(), made.officer("health-1", "health", ["reviewer"])]
    off = 0
    for number in (received, accepted):
        for account in accounts:
            desk = Desk(account, number)
            try:
                case = queries.case_for_desk(number, actor(account), now)
            except NotFound:
                assert desk.client.get(f"/desk/cases/{number}/").status_code == 404
                continue
            page = _plain(desk.open())
            built = sheet.build(case, account, {})
            for button in [*built.buttons, *built.more]:
                if not button.why:
                    continue
                off += 1
                assert button.why in page, (account, button.key)
                panel = _plain(desk.client.get(button.url).content.decode())
                assert button.why in panel, (account, button.key)
    assert off > 10


def test_verbs_that_are_off_stay_off_when_posted(people: dict[str, str], now: dt.datetime) -> None:
    number = new_case(now)
    desk = Desk(people["certificate_clerk"], number)
    before = desk.seq
    filled = {
        "reason": "理由", "reasons": "理由", "basis": "依据", "question": "问题", "result": "结果",
        "competent_body": "机关",
        "ground": "testing", "expected_days": 5, "extra_days": 5, "outcome": "agree", "agree": "yes",
        "method": "electronic", "conclusion": "结论",
    }  # fmt: skip
    for verb in ACTS:
        if verb in ("assign", "put_back", "note"):
            continue
        answer = desk.client.post(f"/desk/cases/{number}/do/{verb}/", {**filled, "expected_seq": before, "step": "do"})
        assert answer.status_code in (403, 409, 422), verb
    assert desk.seq == before
    assert status_of(number) == "received"


def test_html_in_entries_is_text(people: dict[str, str], now: dt.datetime) -> None:
    number = new_case(now)
    desk = Desk(people["window"], number)
    desk.do("note", note="<script>alert(1)</script>𠮷")
    page = desk.open()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;𠮷" in page


def test_work_list_needs_the_same_few_queries_whatever_its_length(
    people: dict[str, str], now: dt.datetime, django_assert_max_num_queries: Any
) -> None:
    for serial in range(1, 33):
        new_case(now, serial, "hotel_special")
    account = made.officer("police-window", "public_security", ["window"])
    holder = queries.case_for_desk(new_case(now, 90, "hotel_special"), SYSTEM, now)
    client = signed_in(account if holder.holder_organisation_name.endswith("公安局") else people["window"])
    with django_assert_max_num_queries(13):  # the first page of a process reads the officer's posts and mandates too
        client.get("/desk/")
    for page in ("/desk/", "/desk/cases/", "/desk/?colour=soon", "/desk/?page=2"):
        with django_assert_max_num_queries(11):
            answer = client.get(page)
        assert answer.status_code == 200
    shown = client.get("/desk/?page=2").content.decode()
    assert shown.count("data-row") == 8


def test_search_by_number_opens_the_case_and_by_name_lists(people: dict[str, str], now: dt.datetime) -> None:
    number = new_case(now)
    client = signed_in(people["window"])
    assert client.get(f"/desk/search/?q={number}")["Location"] == f"/desk/cases/{number}/"
    assert number in client.get("/desk/search/?q=示例1号").content.decode()
    assert number in client.get("/desk/search/?q=消毒产品").content.decode()
    assert number not in client.get("/desk/search/?q=没有这家").content.decode()


def test_hand_on_take_over_and_put_back(people: dict[str, str], now: dt.datetime) -> None:
    colleague = made.officer("window-2", "approval_bureau", ["window"])
    numbers = [new_case(now, serial) for serial in (1, 2)]
    client = signed_in(people["window"])
    form = client.get("/desk/hand-on/", {"case": numbers, "back": "lane=mine"}).content.decode()
    assert all(number in form for number in numbers)
    assert "示例window-2" in form
    answer = client.post("/desk/hand-on/do/", {"case": numbers, "assignee": colleague, "back": "?lane=unassigned"})
    assert answer["Location"] == "/desk/done/"
    told = client.get("/desk/done/").content.decode()
    assert "/desk/?lane=unassigned" in told
    assert all(number in told for number in numbers)
    for number in numbers:
        assert queries.case_for_desk(number, SYSTEM, now).assignee == colleague
    assert numbers[0] not in client.get("/desk/").content.decode()
    blocked = client.get(f"/desk/cases/{numbers[0]}/").content.decode()
    assert str(wording.VERB["put_back"]) in blocked
    Desk(colleague, numbers[0]).do("put_back", reason="")
    Desk(people["window"], numbers[0]).post("take/")
    assert queries.case_for_desk(numbers[0], SYSTEM, now).assignee == people["window"]
    missing = client.post("/desk/hand-on/do/", {"case": [], "assignee": colleague}, follow=True)
    assert "没有选中办件" in missing.content.decode()


def test_a_reviewer_reads_everything_and_acts_on_its_own_part(people: dict[str, str], now: dt.datetime) -> None:
    number = new_case(now)
    made.check_all(number, actor(people["window"]), now)
    services.accept(number=number, actor=actor(people["window"]), now=now)
    desk = Desk(made.officer("ecology-1", "ecology", ["reviewer"]), number)
    case = queries.case_for_desk(number, SYSTEM, now)
    own, other = case.reviews[1], case.reviews[0]
    assert own.organisation == "ecology"
    for material in case.materials:
        assert material.name in desk.open(f"?m={material.key}")
    page = desk.open()
    assert f"p-{own.key}-{own.findings[0].point.key}" in page
    assert f'id="y-{own.key}-{own.findings[0].point.key}"' in page
    assert f'id="y-{other.key}-{other.findings[0].point.key}"' not in page
    foreign = desk.client.post(
        f"/desk/cases/{number}/finding/", {"step": other.key, "point": other.findings[0].point.key, "met": "yes"}
    )
    assert foreign.status_code in (403, 409)
    refused = desk.client.post(
        f"/desk/cases/{number}/do/opinion/",
        {"review": other.key, "outcome": "agree", "opinion": "", "expected_seq": desk.seq, "step": "do"},
    )
    assert refused.status_code in (403, 409, 422)
    early = desk.client.post(
        f"/desk/cases/{number}/do/opinion/",
        {"review": own.key, "outcome": "agree", "opinion": "", "expected_seq": desk.seq, "step": "do"},
    )
    assert early.status_code == 422
    assert "没有填结论" in early.content.decode()
    desk.post("finding/", step=own.key, point=own.findings[0].point.key, met="no", remark="没有环评文件。")
    assert "没有环评文件。" in desk.open()
    finding = {"step": own.key, "point": own.findings[0].point.key, "met": "no", "remark": "没" * 1001}
    long = desk.client.post(f"/desk/cases/{number}/finding/", finding)
    assert long.status_code == 422
    page = long.content.decode()
    assert "1001" in page
    assert "没" * 1001 in page
    assert 'data-maxlength="1000"' in page


def test_english_works_as_well(people: dict[str, str], now: dt.datetime) -> None:
    number = new_case(now)
    client = signed_in(people["window"])
    client.cookies["language"] = "en"
    page = client.get(f"/desk/cases/{number}/").content.decode()
    assert "Check points" in page
    assert "审查要点" not in page


def test_library_shows_versions_and_what_changed(people: dict[str, str]) -> None:
    client = signed_in(people["catalogue_manager"])
    item = client.get(f"/desk/items/{ITEM}/").content.decode()
    assert "第2版" in item
    assert "第1版" in item
    changed = client.get(f"/desk/items/{ITEM}/compare/?old=1&new=2").content.decode()
    assert "<del>" in changed
    assert "<ins>" in changed
    same = client.get(f"/desk/items/{ITEM}/compare/?old=2&new=2").content.decode()
    assert "没有不同" in same
    assert client.get("/desk/items/nothing/").status_code == 404
    assert client.get(f"/desk/items/{ITEM}/versions/99/").status_code == 404


def test_a_masked_number_is_shown_to_who_handles_the_case_and_the_look_is_recorded(
    people: dict[str, str], now: dt.datetime
) -> None:
    number = new_case(now)
    desk, watcher = Desk(people["window"], number), Desk(people["supervisor"], number)
    whole = made.uscc(1)
    page = desk.open("?m=form")
    # The form names the enterprise with its public credit code; the applicant's own entry and the phones are masked.
    assert codes.mask_id(whole) in page
    assert made.example_value(FormField("phone", "", FieldKind.PHONE), legal_date(now)) not in page
    before = desk.seq
    shown = desk.client.post(f"/desk/cases/{number}/reveal/", {"field": "applicant.id_number"})
    assert whole in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    events = records.events(services.access_chain(number))
    assert [(event.verb, event.actor_id, event.facts["field"]) for event in events] == [
        ("reveal", people["window"], "applicant.id_number")
    ]
    assert desk.seq == before
    assert watcher.client.post(f"/desk/cases/{number}/reveal/", {"field": "applicant.phone"}).status_code == 403
    assert desk.client.post(f"/desk/cases/{number}/reveal/", {"field": "nothing"}).status_code == 404
    personal = next(row for row in queries.case_for_desk(number, SYSTEM, now).display if row.personal and row.value)
    page = desk.client.post(f"/desk/cases/{number}/reveal/", {"field": personal.path}).content.decode()
    assert "已记录" in page
    assert len(records.events(services.access_chain(number))) == 2


def test_a_page_that_is_only_reloaded_counts_as_looking_at_nothing(people: dict[str, str], now: dt.datetime) -> None:
    desk = Desk(people["window"], new_case(now))
    clerk = actor(people["window"])

    def seen() -> int:
        return sum(1 for item in queries.case_for_desk(desk.number, clerk, now).materials if item.seen and item.files)

    before = seen()
    for _ in range(4):
        desk.open()
    assert seen() == before
    wanted = next(item for item in queries.case_for_desk(desk.number, SYSTEM, now).materials if item.files)
    desk.open(f"?m={wanted.key}")
    assert seen() == before + 1


def test_a_late_answer_to_a_picture_takes_no_cookie_away(people: dict[str, str], now: dt.datetime) -> None:
    """Two answers to one dead cookie: the form's brings a new one, a picture's may come after it."""
    desk = signed_in(people["window"])
    Session.objects.all().delete()
    name = settings.SESSION_COOKIE_NAME
    dead = desk.cookies[name].value
    picture = desk.get("/desk/", headers={"Sec-Fetch-Dest": "empty"})
    assert name not in picture.cookies
    desk.cookies[name] = dead
    page = desk.get("/desk/", headers={"Sec-Fetch-Dest": "document"})
    assert page.cookies[name].value == ""


def test_an_ended_session_loses_nothing_that_was_typed(people: dict[str, str], now: dt.datetime) -> None:
    number = new_case(now)
    client, seq = Client(), Desk(people["window"], number).seq
    material = next(item for item in queries.case_for_desk(number, SYSTEM, now).materials if item.files)
    act, points = f"/desk/cases/{number}/do/refuse_acceptance/", f"/desk/cases/{number}/points/"
    entries: dict[str, dict[str, Any]] = {
        act: {"reason": "这段理由写了很久。", "competent_body": "示例机关", "expected_seq": seq, "step": "preview"},
        points: {
            "target": f"material:{material.key}",
            "wrong": "这处没写完。",
            "remedy": "补全。",
            "expected_seq": seq,
        },
    }
    for address, data in entries.items():
        sent = client.post(address, data)
        assert sent["Location"] == f"/desk/sign-in/?next={address}"
        back = client.post("/desk/sign-in/", {"handle": "window", "password": made.PASSWORD, "next": address})
        assert back["Location"] == address
        page = client.get(address).content.decode()
        assert ("这段理由写了很久。" in page) is (address == act)
        assert ("这处没写完。" in page) is (address == points)
        assert client.get(address).content.decode().count("这段理由写了很久。") == 0
        client.post("/desk/sign-out/")
    script = client.post(f"/desk/cases/{number}/finding/", {}, headers={"HX-Request": "true"})
    assert script.headers["HX-Redirect"] == f"/desk/sign-in/?next=/desk/cases/{number}/"


def test_strange_addresses_and_values_are_answered_and_never_break(people: dict[str, str], now: dt.datetime) -> None:
    number = new_case(now)
    client = signed_in(people["supervisor"])
    nul, long = "%00", "9" * 400
    for page in (
        f"/desk/?q={nul}a&page=-1&lane={nul}&stage=x&colour=y",
        f"/desk/?page={long}",
        f"/desk/search/?q={nul}",
        f"/desk/search/?q={long}",
        f"/desk/items/?q={nul}&department={nul}&page={long}&source=x",
        f"/desk/items/{ITEM}/compare/?old={long}&new={nul}",
        f"/desk/alerts/?kind={nul}",
        f"/desk/cases/{number}/?m={nul}&f={nul}&point={nul}&field={nul}",
        f"/desk/hand-on/?case={nul}&back={nul}",
        f"/desk/cases/{number}/ledger/?clock={nul}",
    ):
        assert client.get(page).status_code in (200, 302, 404), page
    for page in (
        f"/desk/cases/{nul}/",
        f"/desk/cases/{long}/",
        f"/desk/cases/{number}/files/{nul}/",
        f"/desk/cases/{number}/documents/{nul}/",
        f"/desk/items/{nul}/",
        f"/desk/items/{ITEM}/versions/{long}/",
        f"/desk/operations/tasks/{nul}/",
    ):
        assert client.get(page).status_code == 404, page
    window = signed_in(people["window"])
    seq = Desk(people["window"], number).seq
    for address, data in (
        ("finding/", {"step": "\0", "point": "\0", "met": "yes"}),
        ("finding/", {"step": "completeness", "point": "nothing", "met": "maybe"}),
        ("points/", {"target": "material:\0", "wrong": "\0", "remedy": "x", "expected_seq": seq}),
        ("points/", {"target": "nonsense", "wrong": "x", "remedy": "x", "expected_seq": seq, "file_id": "x"}),
        ("points/", {"target": "material:x", "wrong": "x", "remedy": "x", "expected_seq": "9" * 50}),
        ("do/assign/", {"assignee": "\0", "expected_seq": seq}),
        ("do/refuse_acceptance/", {"reason": "x" * 5000, "competent_body": "\0", "expected_seq": seq, "step": "do"}),
        ("reveal/", {"field": "\0"}),
    ):
        answer = window.post(f"/desk/cases/{number}/{address}", data)
        assert answer.status_code in (302, 403, 404, 409, 422), (address, data)
    assert status_of(number) == "received"


def test_taking_over_twice_or_what_is_done_leaves_no_trace(people: dict[str, str], now: dt.datetime) -> None:
    number = new_case(now)
    window = Desk(people["window"], number)
    window.post("take/")
    seq = window.seq
    window.post("take/")
    assert window.seq == seq, "pressed twice"
    made.check_all(number, actor(people["window"]), now)
    services.accept(number=number, actor=actor(people["window"]), now=now)
    review = queries.case_for_desk(number, SYSTEM, now).reviews[0]
    one, two = (
        Desk(made.officer(f"{review.organisation}-{serial}", review.organisation, ["reviewer"]), number)
        for serial in (1, 2)
    )
    assert f"还有{len(review.findings)}条审查要点没有填结论" in one.open(), "said before the button is pressed"
    for finding in review.findings:
        one.post("finding/", step=review.key, point=finding.point.key, met="yes")
    one.do("opinion", review=review.key, outcome="agree", opinion="符合条件。")
    if review.officers > 1:
        two.do("countersign", review=review.key, agree="yes", remark="")
    seq = one.seq
    assert "我来办" not in one.open()
    one.client.post(f"/desk/cases/{number}/take/")
    assert one.seq == seq
