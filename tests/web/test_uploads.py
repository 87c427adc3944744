"""From a hostile file to what an officer gets: cleaned, told, and served so that nothing in it can act."""

from __future__ import annotations

import io

import pytest
from django.http import HttpResponse
from django.utils import timezone
from pypdf import PdfReader

from tests import factories
from tests.apps.cases_help import own_folders  # noqa: F401 - a fixture of every test
from tests.apps.test_cleaning import attached, paper, photo, scripted, written
from tests.web.public_help import Application, Browser, hall, upload

pytestmark = pytest.mark.django_db
SCRIPT = {"X-Requested-With": "XMLHttpRequest"}


@pytest.fixture
def application() -> Application:
    hall()
    enterprise = Browser(factories.enterprise(timezone.now()))
    application = Application(enterprise)
    enterprise.goes(f"{application.base}situation/", application.answers)
    return application


def _sent(application: Application, name: str, content: bytes) -> tuple[str, HttpResponse, bytes]:
    """The page after the upload, and the file as the portal hands it out."""
    browser = application.browser
    page = browser.open(browser.goes(f"{application.base}materials/plan/", {"file": upload(name, content)}))
    file_id = application.draft.materials[1].files[-1].file_id
    answer = browser.client.get(f"{application.base}files/{file_id}/")
    return page.words(), answer, b"".join(answer.streaming_content)


def test_scripts_and_attachments_are_taken_out_and_the_sender_is_told(application: Application) -> None:
    for content, word, secret in ((scripted(), "脚本", b"app.alert"), (attached(), "内嵌附件", b"MZ bad")):
        words, answer, served = _sent(application, "图.pdf", content)
        assert word in words
        assert "核对" in words
        assert secret not in served
        assert len(PdfReader(io.BytesIO(served)).pages) == 1
        assert int(answer.headers["Content-Length"]) == len(served)


def test_a_script_is_told_in_the_list_that_it_shows(application: Application) -> None:
    headers = {**SCRIPT, "HX-Request": "true"}
    answer = application.browser.send(
        f"{application.base}materials/plan/", {"file": upload("图.pdf", scripted())}, headers=headers
    )
    assert "脚本" in answer.content.decode()
    assert "脚本" not in application.browser.open(f"{application.base}materials/plan/").words(), "once is enough"


def test_a_plain_file_is_kept_as_it_is_and_nothing_is_said(application: Application) -> None:
    content = written(paper(pages=2))
    words, _answer, served = _sent(application, "图.pdf", content)
    assert served == content
    assert "已去除" not in words


def test_quotation_marks_in_a_name_come_back_as_they_were(application: Application) -> None:
    name = "现场照片 𠮷'\"&.png"
    words, answer, _served = _sent(application, name.replace('"', "%22").replace(".png", "%0D%0A.png"), factories.png())
    assert name in words, "as browsers send it, without the line end that no list could show"
    assert "%22" not in words
    assert answer.status_code == 200


def test_a_photo_loses_its_place_without_a_word(application: Application) -> None:
    words, answer, served = _sent(application, "图.jpg", photo(6))
    assert b"Exif" not in served
    assert "已去除" not in words
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy


def test_files_are_served_so_that_nothing_in_them_acts(application: Application) -> None:
    _words, answer, _served = _sent(application, '图";\r\n x.pdf', written(paper()))
    wanted = {
        "Content-Type": "application/pdf",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Frame-Options": "SAMEORIGIN",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    }
    assert {name: answer.headers[name] for name in wanted} == wanted
    assert answer.headers["Content-Disposition"].startswith("inline; filename")
    assert {"private", "no-store"} <= set(answer.headers["Cache-Control"].split(", "))


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("锁.pdf", b"", "口令"),
        ("页.pdf", b"%PDF-1.7\n", "损坏"),
        ("假.pdf", b"PK\x03\x04", "这种文件"),
        ("图.exe", factories.png(), "EXE"),
    ],
)
def test_refusals_name_the_file_and_the_way_on(application: Application, name: str, content: bytes, word: str) -> None:
    if not content:
        locked = paper()
        locked.encrypt("geheim")
        content = written(locked)
    address = f"{application.base}materials/plan/"
    page = application.browser.refused(address, {"file": upload(name, content)})
    assert name in page.words()
    by_script = application.browser.send(address, {"file": upload(name, content)}, headers=SCRIPT)
    assert by_script.status_code == 422
    assert name in by_script.content.decode()
