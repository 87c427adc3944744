"""An office file from the applicant's browser to the officer's viewer, and what the officer does at the points."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from tests import factories as made
from tests.apps import office_help as files
from tests.apps.test_office_files import Converter, pdf
from tests.web.desk_help import ITEM, Desk, actor, signed_in
from tests.web.public_help import upload
from tongban.cases import queries, services
from tongban.core.actors import SYSTEM

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_world")]
KEY = "quality_system"


class Sender:
    """An applicant whose application lacks the one material that may be a text."""

    def __init__(self) -> None:
        now = timezone.now()
        account = made.enterprise(now, 1)
        self.client, self.person = signed_in(account), actor(account, now)
        self.draft = made.filled_draft(self.person, next(iter(self.person.applicant_ids)), ITEM, now)
        for row in self.rows(now):
            services.remove_draft_file(draft_id=self.draft, actor=self.person, row_id=row.row_id, now=now)
        self.base = f"/apply/{self.draft}/materials/{KEY}/"

    def rows(self, now: dt.datetime) -> tuple[Any, ...]:
        found = queries.draft(self.draft, self.person, now).materials
        return next(item.files for item in found if item.spec.key == KEY)

    def send(self, name: str, content: bytes) -> str:
        answer = self.client.post(self.base, {"file": upload(name, content)}, follow=True)
        return answer.content.decode()

    def hand_in(self) -> str:
        now = timezone.now()
        view = queries.draft(self.draft, self.person, now)
        values = {"signature": view.applicant_name, "declared": True, "submission_key": view.submission_key}
        return services.submit(draft_id=self.draft, actor=self.person, now=now, **values).number


def test_a_text_is_read_as_pages_and_the_original_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    sender, content = Sender(), files.docx()
    page = sender.client.get(sender.base).content.decode()
    assert ".docx" in page
    assert "DOCX" in page
    assert "宏" in sender.send("含宏.docx", files.changed(content, {"word/vbaProject.bin": b"x"}))
    assert "不能收这种格式" in sender.send("表.xlsx", files.xlsx())  # this material takes no workbooks
    page = sender.send("体系文件.docx", content)
    assert "正在转换" in page
    assert 'hx-trigger="every 3s"' in page
    (row,) = sender.rows(timezone.now())
    case = Desk(made.staff()["window"], sender.hand_in())
    shown = case.open(f"?m={KEY}")
    assert "正在转换" in shown
    assert "data-viewer" not in shown
    assert case.client.get(f"/desk/cases/{case.number}/files/{row.file_id}/copy.pdf").status_code == 404

    Converter(monkeypatch, pdf(2))
    made.run_tasks()
    shown = case.open(f"?m={KEY}")
    assert "转换件，以原件为准" in shown
    assert f'data-src="/desk/cases/{case.number}/files/{row.file_id}/copy.pdf" data-mime="application/pdf"' in shown
    assert f'data-file="{row.file_id}" data-form="annotate"' in shown, "a place is noted at what was handed in"
    assert f"files/{row.file_id}/copy.pdf" in case.open(f"side-by-side/?b={row.file_id}")
    copy = case.client.get(f"/desk/cases/{case.number}/files/{row.file_id}/copy.pdf")
    assert (copy.headers["Content-Type"], copy.headers["Content-Disposition"][:6]) == ("application/pdf", "inline")
    original = case.client.get(f"/desk/cases/{case.number}/files/{row.file_id}/")
    assert b"".join(original.streaming_content) == content
    assert original.headers["Content-Disposition"].startswith("attachment")
    mine = sender.client.get(f"/cases/{case.number}/").content.decode()
    assert f"/cases/{case.number}/files/{row.file_id}/copy.pdf" in mine
    assert "下载原件" in mine
    assert sender.client.get(f"/cases/{case.number}/files/{row.file_id}/copy.pdf").status_code == 200
    stranger = signed_in(made.enterprise(timezone.now(), 2))
    assert stranger.get(f"/cases/{case.number}/files/{row.file_id}/copy.pdf").status_code == 404


def test_a_file_that_cannot_be_converted_says_why(settings: Any) -> None:
    settings.OFFICE_CONVERTER = "none"
    sender = Sender()
    sender.send("体系文件.docx", files.docx())
    made.run_tasks()
    case = Desk(made.staff()["window"], sender.hand_in())
    shown = case.open(f"?m={KEY}")
    assert "本机没有安装转换程序" in shown
    assert "下载原件" in shown
    assert "没有安装转换程序" in sender.client.get(f"/cases/{case.number}/").content.decode()


def test_all_points_of_a_material_are_met_by_one_button_and_taken_back() -> None:
    sender = Sender()
    sender.send("体系文件.docx", files.docx())
    case = Desk(made.staff()["window"], sender.hand_in())
    view = queries.case_for_desk(case.number, SYSTEM, timezone.now())
    several = next(item for item in view.materials if item.files and item.spec and len(item.spec.check_points) > 1)
    address = f"materials/{several.key}/met/"
    waiting = case.open("?m=form")
    assert "请先打开这份材料查看" in waiting
    refused = case.client.post(f"/desk/cases/{case.number}/{address}", {"do": "meet"})
    assert refused.status_code == 409
    assert "请先打开查看" in refused.content.decode()
    opened = case.open(f"?m={several.key}")
    assert 'data-key="3"' in opened
    assert "本材料各点均符合" in opened
    case.post(address, do="meet", m=several.key)
    marked = case.open(f"?m={several.key}")
    assert 'data-key="Z"' in marked
    assert marked.count('data-met aria-pressed="true"') == len(several.spec.check_points if several.spec else ())
    case.post(address, do="undo", m=several.key)
    assert 'data-met aria-pressed="true"' not in case.open(f"?m={several.key}")
    assert "<kbd>3</kbd> <kbd>Z</kbd>" in opened, "the key map names them"
