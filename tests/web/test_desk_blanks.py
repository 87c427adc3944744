"""Blank certificates at the desk: a delivery comes, licences are printed, one sheet is spoiled, the month is closed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, TestCase
from openpyxl import load_workbook

from tests import factories
from tests.apps.cases_help import Walk, begin, open_hall
from tests.web.desk_help import signed_in
from tests.web.page_help import Page
from tongban.licences import audit
from tongban.licences import queries as licences
from tongban.licences.models import BlankSheet

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def walk(django_db_setup: None, django_db_blocker: Any) -> Iterator[Walk]:
    """A case with its signed certificate; each test rolls back what it does to it."""
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()
        made = begin(open_hall(), "2026-03-02", premises="own").accept().reviews().grant().certificate()
        factories.run_tasks()
        yield made
        TestCase._rollback_atomics(atomics)


def send(client: Client, base: str, deed: str, status: int = 302, **data: str) -> str:
    answer = client.post(f"{base}do/{deed}/", data)
    assert answer.status_code == status, answer.content.decode()[:600]
    return "" if status == 302 else Page(answer.content.decode()).words()


def test_every_sheet_is_accounted_for_and_none_is_used_twice(walk: Walk) -> None:
    seen = licences.get(walk.row.licence_id)
    clerk = signed_in(walk.hall.ids["certificates"])
    base = f"/desk/blanks/{seen.type_key}/"
    assert "还没有空白证照" in Page(clerk.get("/desk/blanks/").content.decode()).words()
    send(clerk, base, "receive", first="501", last="510", source="印刷厂送货单（示例）12号")
    assert "已经入库" in send(clerk, base, "receive", 422, first="505", last="520", source="重复")
    printed = {"licence": seen.number}
    assert "应先用" in send(clerk, base, "use", 409, number="502", **printed)
    assert "没有入库" in send(clerk, base, "use", 422, number="999", **printed)
    send(clerk, base, "aside", number="501", what="spoiled", reason="打印机卡纸")
    send(clerk, base, "use", number="502", **printed)
    assert "不在库" in send(clerk, base, "aside", 409, number="502", what="spoiled", reason="再报废")
    assert "已登记空白证" in send(clerk, base, "use", 409, number="503", **printed)
    assert "没有这样的" in send(clerk, base, "use", 422, number="503", licence="没有这个号")
    send(clerk, base, "aside", number="510", what="returned", reason="退回印刷厂")
    told = clerk.post(f"{base}do/count/", {"counted": "6"}, follow=True)
    assert "-1" in told.content.decode()
    (stock,) = licences.blank_stocks(walk.hall.officer("certificates", walk.now))
    assert (stock.received, stock.stock, stock.used, stock.spoiled, stock.returned) == (10, 7, 1, 1, 1)
    assert stock.following == 503
    assert "502" in Page(clerk.get(f"/desk/licences/{seen.id}/").content.decode()).words()
    shown = Page(clerk.get(base).content.decode()).words()
    assert "打印机卡纸" in shown
    assert seen.number in shown
    out = clerk.get(f"{base}export/")
    sheet = load_workbook(io.BytesIO(b"".join(out.streaming_content))).active  # type: ignore[attr-defined]
    assert "期末7" in str(sheet["A1"].value)
    assert "期初库存7" in Page(clerk.get(f"{base}?month=2099-01").content.decode()).words().replace(" ", "")
    assert list(audit.verify()) == []
    BlankSheet.objects.filter(number=502).update(state="stock")
    assert [finding.problem for finding in audit.verify()] == ["blank_sheet"]
    assert signed_in(walk.hall.ids["window"]).get(base).status_code == 403
    assert clerk.get("/desk/blanks/unknown/").status_code == 404
