"""Taking a list out: what the workbook says, what is masked, what is recorded, who gets a long one."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest

from tests import factories as made
from tests.web.desk_help import actor, new_case, signed_in
from tongban.cases.models import Case, ListExport
from tongban.cases.services import exporting
from tongban.records import queries as records
from tongban.retention.services import run

pytestmark = pytest.mark.django_db


def sheet(answer) -> list[tuple]:
    content = answer.getvalue() if hasattr(answer, "getvalue") else b"".join(answer)
    return list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


def persons_case(now: dt.datetime) -> str:
    """A case of a person (the item of the other tests is for enterprises: the row is turned)."""
    number = new_case(now, 5)
    case = Case.objects.select_related("applicant").get(number=number)
    type(case.applicant).objects.filter(pk=case.applicant_id).update(kind="person")
    Case.objects.filter(pk=case.pk).update(applicant_name="陈示例")
    return number


def test_the_workbook_has_the_columns_the_rows_and_who_took_it_out(people, now):
    numbers = {new_case(now, 1), new_case(now, 2), persons_case(now)}
    client = signed_in(people["window"])
    client.post("/desk/columns/", {"deed": "show:received"})
    answer = client.post("/desk/export/", {"query": "lane=department"})
    assert answer["Content-Type"] == exporting.XLSX
    assert "no-store" in answer["Cache-Control"]
    mark, heads, *rows = sheet(answer)
    assert "示例window" in mark[0]
    assert "窗口" in mark[0]
    assert "脱敏" in mark[0]
    assert heads[:3] == ("办件编号", "事项", "申请人")
    assert {row[0] for row in rows} == numbers
    assert "陈＊＊" in {row[2] for row in rows}
    assert "陈示例" not in {row[2] for row in rows}
    assert "津滨示例1号企业" in {row[2] for row in rows}
    assert any(isinstance(value, dt.datetime) for value in rows[0])
    events = records.events(next(name for name in _chains() if name.startswith("exports:")))
    assert [(event.verb, event.facts["rows"], event.facts["masked"]) for event in events] == [("export_list", 3, True)]
    assert ListExport.objects.count() == 0, "a short list leaves no copy behind"


def _chains() -> set[str]:
    from tongban.records.models import Event

    return set(Event.objects.values_list("chain", flat=True))


def test_names_in_full_need_a_reason_that_is_kept_in_the_form(people, now):
    persons_case(now)
    client = signed_in(people["window"])
    refused = client.post("/desk/export/", {"query": "lane=department", "full": "1", "reason": " "})
    assert refused.status_code == 422
    assert 'name="full" value="1" checked' in refused.content.decode()
    assert not [name for name in _chains() if name.startswith("exports:")]
    rows = sheet(client.post("/desk/export/", {"query": "lane=department", "full": "1", "reason": "逐件电话回访"}))
    assert "陈示例" in {row[2] for row in rows}


def test_what_an_applicant_wrote_is_no_formula(people, now):
    number = new_case(now)
    Case.objects.filter(number=number).update(applicant_name='=HYPERLINK("http://elsewhere.example")\x07')
    answer = signed_in(people["window"]).post("/desk/export/", {"query": "lane=department"})
    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    cell = book.active["C3"]
    assert cell.value == '=HYPERLINK("http://elsewhere.example")'
    assert cell.data_type == "s"


def test_a_list_without_rows_is_not_exported(people):
    answer = signed_in(people["window"]).post("/desk/export/", {"query": "lane=paused"})
    assert answer.status_code == 422
    assert "导出" in answer.content.decode()


def test_a_long_list_is_written_by_the_worker_for_who_asked(people, now, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    numbers = {new_case(now, 1), new_case(now, 2)}
    client = signed_in(people["window"])
    assert client.post("/desk/export/", {"query": "lane=department&sort=-number"})["Location"] == "/desk/exports/"
    export = ListExport.objects.get()
    assert client.get(f"/desk/exports/{export.pk}/").status_code == 404
    made.run_tasks()
    shown = client.get("/desk/exports/").content.decode()
    assert f"/desk/exports/{export.pk}/" in shown
    _mark, _heads, *rows = sheet(client.get(f"/desk/exports/{export.pk}/"))
    assert [row[0] for row in rows] == sorted(numbers, reverse=True)
    other = signed_in(people["decision_maker"])
    assert other.get(f"/desk/exports/{export.pk}/").status_code == 404
    assert run(now=now).deleted == 0
    assert run(now=now + dt.timedelta(days=8)).deleted
    assert signed_in(people["window"]).get(f"/desk/exports/{export.pk}/").status_code == 404


def test_the_worker_writes_once_whatever_it_is_told(people, now, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 0)
    new_case(now)
    signed_in(people["window"]).post("/desk/export/", {"query": "lane=department"})
    export = ListExport.objects.get()
    exporting.finish_export(export_id=str(export.pk), now=now)
    first = ListExport.objects.get().file_id
    exporting.finish_export(export_id=str(export.pk), now=now)
    assert ListExport.objects.get().file_id == first
    assert actor(people["window"]).id == str(export.user_id)
