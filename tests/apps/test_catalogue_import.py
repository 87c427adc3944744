"""Importing published item lists: warnings, refusals, and a second run that changes nothing."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import threading
from pathlib import Path

import openpyxl
import pytest
from django.db import connection

from tongban.catalogue import queries, services
from tongban.catalogue.services.tables import CHAIN
from tongban.catalogue.tables import NATIONAL
from tongban.catalogue.views import Filters
from tongban.core.actors import SYSTEM, Actor, Duty
from tongban.core.errors import Forbidden, Refused
from tongban.records.queries import events

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 10, 13, 9, 0, tzinfo=dt.UTC)
DATA = Path(__file__).resolve().parents[1] / "data"
FAULTY = DATA / "items_with_faults.csv"
REFERENCE = os.environ.get("TONGBAN_REFERENCE_DATA", "")


def run(source, *, name="", dry_run=False, actor=SYSTEM):
    content = source if isinstance(source, bytes) else source.read_bytes()
    return services.import_table(
        content=content, name=name or getattr(source, "name", "list.csv"), actor=actor, now=NOW, dry_run=dry_run
    )


def rows():
    with FAULTY.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written(records, columns=None):
    out = io.StringIO()
    writer = csv.DictWriter(out, columns or list(NATIONAL))
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue().encode()


def test_faults_warn_with_row_field_and_remedy_and_everything_is_taken_in():
    report = run(FAULTY)
    assert (report.rows, report.created, report.changed, report.unchanged) == (16, 16, 0, 0)
    assert report.errors == []
    assert [(note.row, note.field) for note in report.warnings] == [
        (5, "task_code"),
        (6, "task_code"),
        (7, "task_code"),
        (8, "promised"),
        (10, "promised"),
        (11, "task_code"),
        (12, "catalog_code"),
        (13, "visits"),
        (15, "task_code"),
    ]
    for note in report.warnings:
        assert note.remedy
        assert note.rule
        assert note.message % note.params if note.params else note.message


def test_the_second_run_changes_nothing():
    run(FAULTY)
    again = run(FAULTY)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 16)
    assert len(events(CHAIN)) == 1
    assert events(CHAIN)[0].facts["created"] == 16


def test_a_dry_run_prints_the_same_report_and_writes_nothing():
    trial = run(FAULTY, dry_run=True)
    assert queries.items_list().total == 0
    assert events(CHAIN) == []
    real = run(FAULTY)
    assert {**trial.as_dict(), "dry_run": False} == real.as_dict()


def test_a_changed_row_is_the_only_one_that_changes():
    run(FAULTY)
    records = rows()
    records[0]["task_name"] = "示例旅馆经营许可（修改）"
    report = run(written(records))
    assert (report.created, report.changed, report.unchanged) == (0, 1, 15)
    assert queries.search("旅馆经营许可（修改）").items[0].key == records[0]["task_code"]
    assert run(written(records)).changes == 0


def test_imported_items_are_listed_and_found_but_not_appliable_and_say_why():
    run(FAULTY)
    item = queries.search("施工许可").items[0]
    assert not item.appliable
    assert "the application form" in item.why_not_appliable
    assert item.visits == 1
    assert item.promised == "10个工作日"
    details = queries.published_details(item.key)
    assert details.materials == ("施工图", "施工合同", "“引号”与,逗号")
    assert details.facts["dept_name"] == "示例省示例厅"
    assert queries.items_list(Filters(appliable=True)).total == 0


def test_guangdongs_own_kinds_become_the_national_ones():
    run(FAULTY)
    assert queries.search("示例公共服务查询").items[0].task_type == "20"
    assert queries.search("示例其他权力事项").items[0].task_type == "10"
    assert queries.search("示例其他权力事项").items[0].task_type_name == "其他行政权力"


@pytest.mark.parametrize(
    ("file", "row", "field"),
    [
        ("items_duplicate_code.csv", 4, "task_code"),
        ("items_empty_code.csv", 3, "task_code"),
        ("items_missing_column.csv", 1, "promised"),
    ],
)
def test_an_unusable_list_is_refused_whole(file, row, field):
    report = run(DATA / file)
    assert [(note.row, note.field) for note in report.errors] == [(row, field)]
    assert report.errors[0].remedy
    assert report.changes == 0
    assert queries.items_list().total == 0


@pytest.mark.parametrize("column", list(NATIONAL))
def test_each_column_is_needed(column):
    kept = [name for name in NATIONAL if name != column]
    report = run(written([{name: row[name] for name in kept} for row in rows()], kept))
    assert [note.field for note in report.errors] == [column]
    assert queries.items_list().total == 0


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (b"\x00\x01\x02\x03" * 100, "binary.csv"),
        (b"\xff\xfe\xfd not text", "broken.csv"),
        (b"PK\x03\x04 not really a workbook", "fake.xlsx"),
        (b"task_code", "fake.xlsx"),
        ("随便写的一段话\n没有列名".encode(), "prose.csv"),
        (b'task_code,"unclosed\n', "open.csv"),
    ],
)
def test_unreadable_files_are_refused_with_a_remedy(content, name):
    report = run(content, name=name)
    assert len(report.errors) == 1
    assert report.errors[0].field == "(file)"
    assert report.errors[0].remedy
    assert queries.items_list().total == 0


def test_a_header_alone_and_a_shifted_row_are_refused():
    assert run(written([])).errors[0].field == "(file)"
    shifted = FAULTY.read_bytes() + b"a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p\n"
    assert [(note.row, note.field) for note in run(shifted).errors] == [(18, "(row)")]


def test_other_spellings_of_the_file():
    text = FAULTY.read_text(encoding="utf-8")
    for content in (text.encode("utf-8-sig"), text.encode("gb18030"), text.replace("\n", "\r\n").encode()):
        assert run(content, dry_run=True).created == 16
    chinese = text.replace("task_code,", "实施编码,", 1).replace("dept_name", "实施主体", 1)
    assert run(chinese.encode(), dry_run=True).created == 16


def test_a_workbook_gives_what_the_csv_gives():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(NATIONAL))
    for row in rows():
        sheet.append([int(row[name]) if name == "visits" and row[name].isdecimal() else row[name] for name in NATIONAL])
    buffer = io.BytesIO()
    book.save(buffer)
    run(FAULTY)
    report = run(buffer.getvalue(), name="list.xlsx")
    assert (report.changed, report.unchanged) == (0, 16)


def test_a_local_scheme_is_kept_as_free_text():
    report = run(DATA / "items_local_scheme.csv")
    assert (report.created, report.warnings) == (2, [])
    item = queries.search("示例确认").items[0]
    assert (item.region_code, item.task_type) == ("511602", "07")
    assert item.code == "511A0002000000-511602000000-000-X-1-00"


def test_html_and_rare_characters_come_through_as_written():
    run(FAULTY)
    assert queries.search("𠮷字").items[0].name == "𠮷字与<b>标签</b>的事项"


def test_only_catalogue_managers_import():
    clerk = Actor(kind="staff", id="7", duties=frozenset({Duty.WINDOW}))
    with pytest.raises(Forbidden):
        run(FAULTY, actor=clerk)
    manager = Actor(kind="staff", id="8", duties=frozenset({Duty.CATALOGUE_MANAGER}))
    assert run(FAULTY, actor=manager).created == 16


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_load_every_item_once():
    """Whoever comes second is told so, or finds everything loaded; nothing is doubled and nothing half done."""
    together = threading.Barrier(2)
    outcomes = []

    def load():
        together.wait()
        try:
            outcomes.append(run(FAULTY).created)
        except Refused as refused:
            outcomes.append(str(refused))
        finally:
            connection.close()

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 16 in outcomes
    assert queries.items_list().total == 16
    assert len(events(CHAIN)) == 1


def test_the_check_of_the_whole_catalogue_reads_imported_rows_again():
    run(FAULTY)
    found = queries.check_catalogue()
    assert sum(1 for each in found if each.field == "task_code") == 5
    assert {each.level for each in found} == {"warning"}


# Public government data that is not ours to ship: the test exists where a machine has it.
if REFERENCE:

    def test_the_real_list_of_guangdong_loads_in_one_run():
        source = Path(REFERENCE) / "guangdong_items_2262.csv"
        report = run(source)
        assert (report.rows, report.created, report.errors) == (2262, 2262, [])
        assert [note.row for note in report.warnings] == [1835, 1933, 1934, 1935, 1959, 1995]
        assert run(source).changes == 0
        kinds = {facet.value: facet.count for facet in queries.facets("task_type")}
        assert kinds == {"20": 1586, "01": 510, "10": 77, "08": 52, "07": 26, "05": 8, "09": 3}
        assert queries.search("护照").total > 40
        local = run(Path(REFERENCE) / "guangan_items_1135.csv")
        assert (local.created, local.warnings, local.errors) == (1135, [], [])
