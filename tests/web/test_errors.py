"""Refusals become pages that say what happened, under which rule, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation
from django_htmx.middleware import HtmxDetails

from tests.web.page_help import Page
from tongban.core.errors import DomainError, FieldError, Forbidden, Invalid, NotFound, Refused, Stale
from tongban.core.law import Citation
from tongban.web import errors, gallery
from tongban.web.middleware import DomainErrors
from tongban.web.wording import say

CLOSED = "The case is closed (%(status)s); nothing more can be done on it."


def answer(error: Exception, path: str = "/cases/1/", **headers: str) -> HttpResponse | None:
    request = RequestFactory().post(path, headers=headers)
    request.user = AnonymousUser()
    request.htmx = HtmxDetails(request)
    with translation.override("zh-hans"):
        return DomainErrors(lambda _: HttpResponse()).process_exception(request, error)


def text_of(response: HttpResponse) -> str:
    return Page(response.content.decode()).words()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused("x"), 409),
        (Stale("x"), 409),
        (Forbidden("x"), 403),
        (NotFound("x"), 404),
        (Invalid("x"), 422),
        (DomainError("x"), 400),
    ],
)
@pytest.mark.parametrize("path", ["/cases/1/", "/desk/cases/1/"])
def test_every_refusal_has_its_status_and_page(error: DomainError, status: int, path: str) -> None:
    response = answer(error, path)
    assert response is not None
    assert response.status_code == status
    page = Page(response.content.decode())
    assert page.refused_by_policy() == []
    assert page.all("main")
    assert bool(page.all("header", class_="dk-top")) == path.startswith("/desk/")


def test_message_remedy_and_rule_are_in_the_readers_language() -> None:
    error = Refused(
        "You cannot decide: you accepted this case, and the two are done by different persons.",
        remedy="Hand it on to another decision maker.",
        rule=Citation("licensing", 34, 3),
    )
    response = answer(error)
    assert response is not None
    words = text_of(response)
    for part in ("受理和决定不能是同一人", "请转给其他决定人", "《行政许可法》第三十四条第三款"):
        assert part in words


def test_htmx_gets_the_note_alone() -> None:
    response = answer(Refused("x", remedy="y"), **{"HX-Request": "true"})
    assert response is not None
    assert response["HX-Retarget"] == "#tb-notices"
    assert response["HX-Reswap"] == "innerHTML"
    page = Page(response.content.decode())
    assert not page.all("main")
    assert page.all("div", role="alert")


@dataclass
class Event:
    verb: str
    actor_name: str
    at: datetime


def test_stale_says_what_others_did() -> None:
    at = datetime(2026, 10, 13, 10, 57, tzinfo=ZoneInfo("Asia/Shanghai"))
    response = answer(Stale("x", since=[Event("opinion", "许方", at)]))
    assert response is not None
    words = text_of(response)
    assert "10:57" in words
    assert "许方 出具意见" in words
    assert "没有覆盖别人的" in words


def test_invalid_lists_every_entry() -> None:
    entries = [FieldError("a", "第一处", "改法一"), FieldError("b", "<b>第二处</b>")]
    response = answer(Invalid("x", errors=entries))
    assert response is not None
    html = response.content.decode()
    assert "第一处" in html
    assert "改法一" in html
    assert "<b>第二处" not in html


def test_other_exceptions_are_left_alone() -> None:
    assert answer(ValueError("x")) is None


@pytest.mark.parametrize(("params", "shown"), [({"status": "received"}, "收件"), ({"status": "withdrawn"}, "已撤回")])
def test_keys_in_messages_become_words(params: dict[str, object], shown: str) -> None:
    with translation.override("zh-hans"):
        assert shown in say("%(status)s", params)


def test_dates_lists_and_citations_are_written_out() -> None:
    with translation.override("zh-hans"):
        assert say("%(due)s", {"due": date(2020, 3, 17)}) == "2020年3月17日"
        assert say("%(possible)s", {"possible": ("received", "accepted")}) == "收件、已受理"
        assert say("%(rule)s", {"rule": Citation("licensing", 45)}) == "《行政许可法》第四十五条"
        assert say("", {}) == ""
    with translation.override("en"):
        assert say("%(due)s", {"due": date(2020, 3, 17)}) == "17 March 2020"


def test_unknown_address_is_a_page_of_ours() -> None:
    response = Client().get("/no/such/page")
    assert response.status_code == 404
    page = Page(response.content.decode())
    assert "没有这个页面" in page.words()
    assert page.refused_by_policy() == []


def test_a_form_from_another_sign_in_is_explained() -> None:
    here = {"Referer": "http://testserver/apply/one/page/?a=1"}
    response = Client(enforce_csrf_checks=True).post("/display/", {"care": "1"}, headers=here)
    assert response.status_code == 403
    page = Page(response.content.decode())
    assert "您填的内容还在" in page.words()
    assert "没有改动任何内容" not in page.words()
    assert page.all("a", href="/sign-in/?next=%2Fapply%2Fone%2Fpage%2F%3Fa%3D1")
    foreign = Client(enforce_csrf_checks=True).post("/display/", {}, headers={"Referer": "https://evil.example/x"})
    assert Page(foreign.content.decode()).all("a", href="/sign-in/")


def test_the_500_page_needs_nothing_and_tells_nothing() -> None:
    response = errors.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    page = Page(response.content.decode())
    assert "已经保存的内容都在" in page.words()
    assert "Traceback" not in page.words()
    assert not page.all("script")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "status"),
    [(OperationalError("the connection is lost"), 503), (DatabaseError("did not affect any rows"), 400)],
)
def test_a_session_that_cannot_be_saved_is_no_unreadable_request(
    monkeypatch: pytest.MonkeyPatch, error: DatabaseError, status: int
) -> None:
    def save(session: SessionStore, must_create: bool = False) -> None:
        try:
            raise error
        except DatabaseError:
            raise UpdateError  # noqa: B904 - as Django's own store does

    client = Client(raise_request_exception=False)
    session = client.session
    session["a"] = 1
    session.save()
    monkeypatch.setattr(SessionStore, "save", save)
    monkeypatch.setattr(gallery, "render", lambda request, *_: request.session.update({"b": 2}) or HttpResponse("ok"))
    response = client.get("/components/")
    assert response.status_code == status
    assert response.headers.get("Retry-After") == ("10" if status == 503 else None)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("server closed the connection unexpectedly"), 503),
        (InterfaceError("connection already closed"), 503),
        (OperationalError("no such table: x"), 500),
        (ValueError("x"), 500),
    ],
)
def test_while_the_database_is_away_the_answer_is_come_back(error: Exception, status: int) -> None:
    try:
        raise error
    except Exception:
        response = errors.server_error(RequestFactory().get("/"))
    assert response.status_code == status


@pytest.mark.parametrize("address", ["/desk/sign-out/", "/sign-out/"])
def test_the_address_of_a_button_says_so_when_it_is_opened(address: str) -> None:
    response = Client().get(address)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    page = Page(response.content.decode())
    assert "这个地址是一个按钮用的" in page.words()
    assert page.refused_by_policy() == []
    assert Client().put(address).content == b""
