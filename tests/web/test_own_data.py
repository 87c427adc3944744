"""谁看过我的信息, and what applicants see, correct and take with them of what is kept about them."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories as made
from tests.web.desk_help import actor, new_case, signed_in
from tongban.accounts import queries, services
from tongban.accounts.models import ApplicantAccess, Look, SignInHandle
from tongban.cases import queries as case_queries
from tongban.core.errors import Invalid, NotFound
from tongban.records import queries as records
from tongban.retention.services import run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_world")]
NOW = timezone.now()


@pytest.fixture
def case() -> dict[str, Any]:
    """A case, its applicant's browser and its clerk's."""
    staff = made.staff()
    number = new_case(NOW - dt.timedelta(minutes=5))
    access = ApplicantAccess.objects.select_related("user").get()
    return {
        "number": number,
        "applicant": access.applicant_id,
        "account": str(access.user_id),
        "mine": signed_in(str(access.user_id)),
        "clerk": staff["window"],
        "desk": signed_in(staff["window"]),
    }


def looks(case: dict[str, Any], **days: Any) -> list[tuple[str, str, str]]:
    found = queries.own_looks(actor(case["account"]), **days).rows
    return [(row.viewer_name, row.what, row.detail) for row in reversed(found)]


def test_every_way_of_looking_leaves_a_line_once_a_day(case: dict[str, Any]) -> None:
    address = f"/desk/cases/{case['number']}/"
    desk: Client = case["desk"]
    for _ in range(2):
        assert desk.get(address).status_code == 200
    desk.get(f"{address}print/")
    assert desk.post(f"{address}reveal/", {"field": "applicant.phone"}).status_code == 200
    clerk = actor(case["clerk"])
    file = next(file for row in cases_view(case).materials for file in row.files)
    assert desk.get(f"{address}files/{file.file_id}/").status_code == 200
    assert looks(case) == [
        (clerk.name, "case", ""),
        (clerk.name, "print", ""),
        (clerk.name, "reveal", "applicant.phone"),
        (clerk.name, "file", ""),
    ]
    page = case["mine"].get("/account/looks/").content.decode()
    assert clerk.name in page
    assert f"/cases/{case['number']}/" in page
    assert queries.organisation("approval_bureau").name in page


def cases_view(case: dict[str, Any]) -> Any:
    return case_queries.case_for_desk(case["number"], actor(case["clerk"]), NOW)


def test_who_may_not_see_the_case_leaves_no_line(case: dict[str, Any]) -> None:
    stranger = signed_in(made.officer("fremd", "culture", ["window"]))
    assert stranger.get(f"/desk/cases/{case['number']}/").status_code == 404
    assert looks(case) == []


def test_a_list_is_no_look_and_costs_no_query_for_it(case: dict[str, Any]) -> None:
    case["desk"].get("/desk/?lane=department")
    case["desk"].get("/desk/cases/")
    assert looks(case) == []
    case["desk"].get(f"/desk/cases/{case['number']}/")
    with CaptureQueriesContext(connection) as seen:
        case["desk"].get(f"/desk/cases/{case['number']}/")
    assert sum("accounts_look" in row["sql"] for row in seen.captured_queries) == 1


def test_an_exported_list_tells_everybody_in_it(case: dict[str, Any]) -> None:
    sent = {"lane": "department", "columns": ["number"], "names": "masked"}
    assert case["desk"].post("/desk/export/", sent).status_code == 200
    assert [what for _name, what, _detail in looks(case)] == ["export"]


def test_the_log_is_the_own_one_filtered_by_days_and_paged(case: dict[str, Any]) -> None:
    viewer = actor(case["clerk"])
    for day in range(45):
        services.note(
            actor=viewer,
            what=services.What.CASE,
            seen=[services.Seen(case["applicant"], case["number"])],
            now=NOW - dt.timedelta(days=day),
        )
    other = made.person(NOW, 7)
    assert queries.own_looks(actor(other)).total == 0
    found = queries.own_looks(actor(case["account"]), page=3)
    assert (found.page, found.pages, found.total, len(found.rows)) == (3, 3, 45, 5)
    day = timezone.localdate(NOW) - dt.timedelta(days=10)
    assert len(looks(case, first=day, last=day)) == 1
    page = case["mine"].get(f"/account/looks/?from={day}&to={day}").content.decode()
    assert page.count(viewer.name) == 1
    wrong = case["mine"].get("/account/looks/?from=gestern")
    assert 'href="#id_from"' in wrong.content.decode()
    with CaptureQueriesContext(connection) as few:
        case["mine"].get(f"/account/looks/?from={day}&to={day}")
    with CaptureQueriesContext(connection) as many:
        case["mine"].get("/account/looks/")
    assert len(few) == len(many)


def test_officers_see_who_opened_their_page_and_not_themselves(case: dict[str, Any]) -> None:
    head = made.officer("chefin", "approval_bureau", ["agency_head"])
    assert signed_in(head).get(f"/desk/people/{case['clerk']}/").status_code == 200
    case["desk"].get("/desk/people/me/")
    assert [row.viewer_name for row in queries.own_looks(actor(case["clerk"])).rows] == ["示例chefin"]
    assert "示例chefin" in case["desk"].get("/desk/me/looks/").content.decode()


# See, correct, take along.


def test_contact_data_are_corrected_and_sign_in_with_the_new_ones(case: dict[str, Any]) -> None:
    address = f"/account/{case['applicant']}/contact/"
    sent = {"phone": "12", "email": "not-one", "address": "示例路9号"}
    refused = case["mine"].post(address, sent)
    assert refused.status_code == 422
    for value in sent.values():
        assert value in refused.content.decode(), "nothing entered is lost"
    sent = {"phone": "139 1234 5678", "email": "New@example.com", "address": "示例路9号"}
    assert case["mine"].post(address, sent).status_code == 302
    row = queries.applicant(case["applicant"])
    assert (row.phone, row.email, row.address) == ("13912345678", "new@example.com", "示例路9号")
    signed = services.check_sign_in(handle="13912345678", password=made.PASSWORD, now=NOW)
    assert str(signed) == case["account"]
    with pytest.raises(Invalid):
        services.check_sign_in(handle="13800000001", password=made.PASSWORD, now=NOW)
    event = records.events(f"applicant:{case['applicant']}")[-1]
    assert event.facts == {"entries": ["phone", "email", "address"]}
    assert case["mine"].post(address, sent).status_code == 302
    assert len(records.events(f"applicant:{case['applicant']}")) == 1, "nothing changed, nothing to tell"


def test_a_number_that_another_account_signs_in_with_stays_with_it(case: dict[str, Any]) -> None:
    other = made.person(NOW, 8)
    sent = {"phone": "13900000008", "email": "", "address": ""}
    case["mine"].post(f"/account/{case['applicant']}/contact/", sent)
    assert str(services.check_sign_in(handle="13900000008", password=made.PASSWORD, now=NOW)) == other
    assert SignInHandle.objects.filter(user_id=case["account"], kind="phone").count() == 0


def test_nobody_corrects_somebody_elses(case: dict[str, Any]) -> None:
    other = made.person(NOW, 9)
    assert signed_in(other).get(f"/account/{case['applicant']}/contact/").status_code == 404
    with pytest.raises(NotFound):
        services.correct_contact(
            applicant_id=case["applicant"], phone="13912345678", email="", address="", actor=actor(other), now=NOW
        )


def test_the_copy_holds_everything_in_full_and_nothing_of_others(case: dict[str, Any]) -> None:
    new_case(NOW, 2)
    case["desk"].get(f"/desk/cases/{case['number']}/")
    answer = case["mine"].get("/account/data/my-data.json")
    copy = json.loads(answer.content)
    assert answer["Content-Disposition"].startswith("attachment")
    assert [row["number"] for row in copy["cases"]] == [case["number"]]
    assert copy["applicants"][0]["id_number"] == made.uscc(1)
    assert made.uscc(1) in json.dumps(copy["cases"][0]["entries"]), "the form as it was entered"
    assert copy["cases"][0]["files"]
    assert copy["looks"][0]["who"] == actor(case["clerk"]).name
    assert made.uscc(2) not in answer.content.decode()
    assert {row["case"] for row in copy["messages"]} <= {case["number"], ""}
    page = case["mine"].get("/account/data/copy/").content.decode()
    assert made.uscc(1) in page
    data = case["mine"].get("/account/data/").content.decode()
    assert made.uscc(1) not in data, "the overview shows no numbers"


def test_copies_are_limited(case: dict[str, Any]) -> None:
    for _ in range(20):
        services.limit_attempts(bucket=f"own-copy:{case['account']}", most=20, minutes=60, now=timezone.now())
    assert case["mine"].get("/account/data/my-data.json").status_code == 429


def test_looks_are_pruned_in_time(case: dict[str, Any], settings: Any) -> None:
    case["desk"].get(f"/desk/cases/{case['number']}/")
    run(now=NOW + dt.timedelta(days=settings.ACCESS_LOG_DAYS - 1))
    assert Look.objects.count() == 1
    run(now=NOW + dt.timedelta(days=settings.ACCESS_LOG_DAYS + 2))
    assert Look.objects.count() == 0
