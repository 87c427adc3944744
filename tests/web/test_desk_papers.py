"""The papers of a case at the desk: void and anew, withheld and published again, packed and taken."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, TestCase

from tests import factories
from tests.apps.cases_help import Walk, begin, open_hall
from tests.web.desk_help import signed_in
from tests.web.page_help import Page
from tongban.cases import queries, services
from tongban.cases.archive.checking import check
from tongban.documents import audit
from tongban.documents import queries as documents
from tongban.documents.queries import DocumentView
from tongban.records import queries as records

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def walk(django_db_setup: None, django_db_blocker: Any) -> Iterator[Walk]:
    """A granted case; each test rolls back what it does to it."""
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()
        made = begin(open_hall(), "2026-03-02", premises="own").accept().reviews().grant()
        factories.run_tasks()
        yield made
        TestCase._rollback_atomics(atomics)


@pytest.fixture
def base(walk: Walk) -> str:
    return f"/desk/cases/{walk.number}/papers/"


def at_desk(walk: Walk, post: str) -> Client:
    return signed_in(walk.hall.ids[post])


def decision(walk: Walk) -> DocumentView:
    found = [row for row in documents.for_owner(f"case:{walk.number}") if row.kind == "decision_grant"]
    return found[-1]


def test_a_document_is_void_and_issued_anew_under_another_number(walk: Walk, base: str) -> None:
    head, old = at_desk(walk, "head"), decision(walk)
    address = f"{base}{old.id}/void/"
    refused = head.post(address, {"reason": " ", "anew": "1"})
    assert refused.status_code == 422
    assert Page(refused.content.decode()).all("a", href=f"#{old.id}-reason")
    assert head.post(address, {"reason": "地址有误", "anew": "1"})["Location"] == base
    new = decision(walk)
    assert new.number != old.number
    assert documents.get(old.id).status == "void"
    assert f"本文书替代{old.number}" in documents.text_of(new.id).plain_text()
    shown = head.get(base).content.decode()
    assert "地址有误" in shown
    assert new.number in shown
    voided = [row.reason for scope in records.scopes("document:") for row in records.voided(scope)]
    assert voided == ["地址有误"]
    void = [event for event in records.events(f"documents:case:{walk.number}") if event.verb == "void"]
    assert void[0].facts["replaced_by"] == new.id
    factories.run_tasks()
    assert list(audit.verify()) == []
    assert head.post(address, {"reason": "再作废一次"}).status_code == 409
    assert new.number in Client().get("/decisions/").content.decode()
    assert old.number not in Client().get("/decisions/").content.decode()


def test_verification_says_that_a_document_is_void(walk: Walk, base: str) -> None:
    old = decision(walk)
    content = records.read_file(old.file_id)
    upload = io.BytesIO(content)
    upload.name = "decision.pdf"
    assert "不是证照" in Client().post("/verify/", {"file": upload}).content.decode()
    at_desk(walk, "head").post(f"{base}{old.id}/void/", {"reason": "误发", "anew": "0"})
    upload.seek(0)
    shown = Client().post("/verify/", {"file": upload}).content.decode()
    assert "已作废" in shown
    assert old.number in shown


def test_only_who_decides_declares_void(walk: Walk, base: str) -> None:
    old = decision(walk)
    clerk = at_desk(walk, "certificates")
    assert "/void/" not in clerk.get(base).content.decode()
    assert clerk.post(f"{base}{old.id}/void/", {"reason": "误发"}).status_code == 403
    stranger = at_desk(walk, "stranger")
    assert stranger.get(base).status_code == 404
    head = at_desk(walk, "head")
    assert head.post(f"{base}00000000-0000-4000-8000-000000000000/void/", {"reason": "误发"}).status_code == 404


def test_a_decision_is_withheld_and_published_again(walk: Walk, base: str) -> None:
    head, number = at_desk(walk, "head"), decision(walk).number
    assert "/withhold/" in head.get(base).content.decode()
    refused = head.post(f"{base}withhold/", {"ground": "", "reason": "含配方工艺"})
    assert refused.status_code == 422
    assert "含配方工艺</textarea>" in refused.content.decode(), "nothing entered is lost"
    head.post(f"{base}withhold/", {"ground": "trade_secret", "reason": "含配方工艺"})
    assert "商业秘密" in head.get(base).content.decode()
    assert number not in Client().get("/decisions/").content.decode()
    head.post(f"{base}publish/")
    assert number in Client().get("/decisions/").content.decode()
    assert head.post(f"{base}publish/").status_code == 409
    assert at_desk(walk, "window").post(f"{base}withhold/", {}).status_code == 403


def test_a_finished_case_is_packed_by_the_worker_and_taken(walk: Walk, base: str, tmp_path: Path) -> None:
    clerk = at_desk(walk, "certificates")
    assert clerk.post(f"{base}archive/").status_code == 409, "still open"
    walk.certificate().deliver()
    factories.run_tasks()
    assert clerk.post(f"{base}archive/")["Location"] == base
    assert "正在制作" in clerk.get(base).content.decode()
    factories.run_tasks()
    (made,) = services.archives(number=walk.number, actor=walk.by("certificates"))
    answer = clerk.post(f"{base}archive/{made.id}/")
    assert answer["Content-Type"] == "application/octet-stream"
    assert "no-store" in answer["Cache-Control"]
    path = tmp_path / "package.zip"
    path.write_bytes(b"".join(answer.streaming_content))
    assert check(path).good
    assert at_desk(walk, "supervisor").post(f"{base}archive/{made.id}/").status_code == 404
    assert clerk.get(f"{base}archive/{made.id}/").status_code == 405, "taking it is an event, no link"


def test_the_page_costs_the_same_however_many_papers_there_are(walk: Walk, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(10):
        assert len(queries.papers(walk.number, walk.by("head")).documents) >= 3
