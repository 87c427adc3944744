"""What is deleted in time, as the administrators, the supervisor and the person concerned see it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client, TestCase
from django.utils import timezone
from openpyxl import load_workbook

from tests.apps.cases_help import Walk, begin, open_hall
from tests.web.desk_help import signed_in
from tests.web.page_help import Page
from tongban.accounts import services as accounts
from tongban.accounts.models import SignIn
from tongban.cases import services as cases
from tongban.core.actors import SYSTEM
from tongban.retention import queries, services

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(scope="module")
def walk(django_db_setup: None, django_db_blocker: Any) -> Iterator[Walk]:
    """A withdrawn case, an audit administrator, and a batch that was deleted."""
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()
        made = begin(open_hall(), "2026-03-02", premises="own")
        made.do(cases.withdraw, "applicant", reason="不办了")
        for role in ("audit", "system"):
            accounts.install_administrator(username=role, name="示例管理员", role=role, actor=SYSTEM, now=NOW)
            made.hall.ids[role] = str(get_user_model().objects.get(username=role).pk)
        SignIn.objects.create(at=NOW - dt.timedelta(days=4000), outcome=SignIn.WRONG, address="203.0.113.9")
        services.run(now=NOW)
        yield made
        TestCase._rollback_atomics(atomics)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()[:300]
    return Page(answer.content.decode()).words()


def test_the_audit_administrator_reads_rules_runs_and_proofs(walk: Walk, django_assert_max_num_queries: Any) -> None:
    auditor = signed_in(walk.hall.ids["audit"])
    auditor.get("/desk/admin/retention/")
    with django_assert_max_num_queries(40):  # three for each kind of data
        shown = page(auditor, "/desk/admin/retention/")
    assert "未提交的草稿及其文件" in shown
    assert "180日" in shown
    assert "登录日志（含网络地址）" in shown
    assert "《网络安全法》" in shown
    out = auditor.post("/desk/admin/retention/export/")
    sheet = load_workbook(io.BytesIO(b"".join(out.streaming_content))).active  # type: ignore[attr-defined]
    assert sheet["C3"].value == "登录日志（含网络地址）"
    assert sheet["F3"].value == 1
    assert signed_in(walk.hall.ids["system"]).get("/desk/admin/retention/").status_code == 403


def test_the_supervisor_holds_a_case_and_lets_it_go(walk: Walk) -> None:
    supervisor = signed_in(walk.hall.ids["supervisor"])
    assert "没有留存" in page(supervisor, "/desk/holds/")
    wrong = supervisor.post("/desk/holds/", {"number": "没有这个号", "scope": "case", "reason": "复议。"})
    assert wrong.status_code == 422
    assert "复议。" in wrong.content.decode()  # what was typed stays
    entry = {"number": walk.number, "scope": "person", "reason": "行政诉讼（示例）。"}
    assert supervisor.post("/desk/holds/", entry).status_code == 302
    assert supervisor.post("/desk/holds/", entry).status_code == 409
    (hold,) = queries.holds(walk.hall.officer("supervisor", NOW))
    assert "行政诉讼" in page(supervisor, "/desk/holds/")
    address = f"/desk/holds/{hold.id}/release/"
    assert supervisor.post(address, {"reason": " "}).status_code == 422
    assert signed_in(walk.hall.ids["window"]).post(address, {"reason": "x"}).status_code == 403
    assert supervisor.post(address, {"reason": "诉讼终结。"}).status_code == 302
    assert "已解除" in page(supervisor, "/desk/holds/")
    assert supervisor.post(address, {"reason": "再次。"}).status_code == 404


def test_the_person_reads_how_long_each_kind_is_kept(walk: Walk) -> None:
    shown = page(signed_in(walk.applicant.id), "/account/data/")
    assert "各类信息的保存期限" in shown
    assert "180日" in shown
