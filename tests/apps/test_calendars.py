"""Loading the yearly notice: what is refused and why, what changes, who is told, and which calendar is in force."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import translation
from openpyxl import Workbook

from tongban.calendars import files, queries, reports, services
from tongban.calendars.models import CalendarDay, CalendarVersion
from tongban.calendars.rules import FileRow
from tongban.commands import main
from tongban.core.actors import SYSTEM
from tongban.core.calendar import CalendarRow, weekday_kind
from tongban.core.clock import ClockFacts, Limit, StartEvent, Unit, summary
from tongban.core.errors import DomainError, Invalid, Refused

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ONE = timedelta(days=1)
NOTICE = "国务院办公厅关于2027年部分节假日安排的通知（样本）"
TWENTY = Limit(20, Unit.WORKING_DAY, StartEvent.ACCEPTANCE)
told: list[tuple[str, datetime]] = []


def forget_everything() -> None:
    """As a new installation is: the days that every test database has from the start are not there."""
    CalendarDay.objects.all().delete()
    CalendarVersion.objects.all().delete()


def note_load(*, version: str, now: datetime) -> None:
    """A hook as a room above would subscribe."""
    told.append((version, now))


def year_rows(year: int, source: str = NOTICE) -> list[FileRow]:
    """A complete year whose holidays are the first 13 days of October, for the tests."""
    rows = []
    day, number = date(year, 1, 1), 2
    while day.year == year:
        holiday = day.month == 10 and day.day <= 13
        kind = "holiday" if holiday else weekday_kind(day)
        rows.append(FileRow(number, CalendarRow(day, kind, "国庆节" if holiday else "", source if holiday else "")))
        day, number = day + ONE, number + 1
    return rows


def load(rows: list[FileRow], **more: object) -> services.LoadResult:
    return services.load(rows=rows, source_file="t.csv", actor=SYSTEM, now=NOW, **more)  # type: ignore[arg-type]


def swap(rows: list[FileRow], place: int, **changes: str) -> list[FileRow]:
    old = rows[place].row
    values = {"kind": old.kind, "name": old.name, "source": old.source, **changes}
    rows[place] = FileRow(rows[place].number, CalendarRow(old.date, **values))  # type: ignore[arg-type]
    return rows


def problems(call: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        call()
    assert all(error.remedy for error in caught.value.errors)
    return {error.field: str(error.message % error.params) for error in caught.value.errors}


def test_before_anything_is_loaded_the_bundled_calendar_is_in_force() -> None:
    calendar = queries.current()
    assert (calendar.first, calendar.last) == (date(2004, 1, 1), date(2026, 12, 31))
    assert calendar.is_working(date(2020, 1, 19))


def test_seed_is_written_once() -> None:
    forget_everything()
    before = queries.current()
    assert services.ensure_seed(now=NOW) == 8401
    assert services.ensure_seed(now=NOW) == 0
    after = queries.current()
    assert after.version.startswith("CN-1-")
    assert after.rows(after.first, after.last) == before.rows(before.first, before.last)
    assert [version.added for version in queries.versions()] == [8401]


def test_a_loaded_year_makes_dates_firm_and_tells_the_hooks(settings: object) -> None:
    settings.CALENDAR_LOADED_HOOKS = [f"{__name__}.note_load"]  # type: ignore[attr-defined]
    told.clear()
    facts, as_of = ClockFacts(date(2026, 12, 10)), date(2026, 12, 11)
    assert summary(TWENTY, facts, queries.current(), as_of).provisional
    result = load(year_rows(2027))
    assert (result.added, result.changed, result.unchanged) == (365, 0, 0)
    assert told == [(result.version, NOW)]
    calendar = queries.current()
    assert calendar.version == result.version
    assert not summary(TWENTY, facts, calendar, as_of).provisional
    assert calendar.day(date(2027, 10, 1)).source == NOTICE


def test_loading_the_same_again_changes_nothing(settings: object) -> None:
    load(year_rows(2027))
    settings.CALENDAR_LOADED_HOOKS = [f"{__name__}.note_load"]  # type: ignore[attr-defined]
    told.clear()
    before = queries.current()
    result = load(year_rows(2027))
    assert (result.version, result.added, result.changed, result.unchanged) == ("", 0, 0, 365)
    assert told == []
    assert queries.current() is before


def test_a_corrected_year_is_a_new_version() -> None:
    first = load(year_rows(2027))
    rows = year_rows(2027)
    saturday = next(place for place, item in enumerate(rows) if item.row.date == date(2027, 9, 25))
    result = load(swap(rows, saturday, kind="makeup", source=NOTICE))
    assert (result.added, result.changed) == (0, 1)
    assert result.version != first.version
    assert queries.current().is_working(date(2027, 9, 25))


def test_a_trial_run_writes_nothing() -> None:
    forget_everything()
    result = load(year_rows(2027), trial=True)
    assert (result.version, result.added) == ("", 365)
    assert queries.versions() == []
    assert queries.current().last == date(2026, 12, 31)


def test_gaps_inside_a_year_are_named() -> None:
    rows = [item for item in year_rows(2027) if item.row.date.month != 5 or item.row.date.day > 3]
    assert problems(lambda: load(rows)) == {"date": "2027 is not complete: 2027-05-01 to 2027-05-03 is missing."}


def test_a_year_may_not_be_passed_over() -> None:
    assert problems(lambda: load(year_rows(2028))) == {"date": "2028 cannot be loaded: 2027 is not loaded yet."}
    assert "begins with 2004" in problems(lambda: load(year_rows(2003)))["date"]
    assert load([*year_rows(2027), *year_rows(2028)]).added == 731


def test_a_template_nobody_filled_in_is_refused() -> None:
    rows = [FileRow(item.number, replace_kind(item.row)) for item in year_rows(2027)]
    assert problems(lambda: load(rows)) == {"kind": "2027 has only 0 holidays; the law gives at least 13."}


def replace_kind(row: CalendarRow) -> CalendarRow:
    return CalendarRow(row.date, weekday_kind(row.date))


def test_wrong_rows_are_named_with_their_numbers() -> None:
    rows = year_rows(2027)
    swap(rows, 1, kind="feast")  # Saturday 2 January, row 3
    swap(rows, 2, kind="workday")  # Sunday 3 January, row 4
    swap(rows, 8, kind="makeup", source="")  # Saturday 9 January, row 10
    rows.append(FileRow(367, rows[20].row))
    found = problems(lambda: load(rows))
    assert set(found) == {"rows.3.kind", "rows.4.kind", "rows.10.source", "rows.367.date"}
    assert "row 22" in found["rows.367.date"]


def test_invented_days_are_for_the_demonstration_only(settings: object) -> None:
    assert services.load_demo_year(now=NOW).added == 365
    assert queries.current().last == date(2027, 12, 31)
    assert queries.coverage().fictitious_from == date(2027, 1, 1)
    settings.ALLOW_FICTITIOUS_CALENDAR = False  # type: ignore[attr-defined]
    assert queries.current().last == date(2026, 12, 31)
    assert queries.coverage().fictitious_from is None
    with pytest.raises(Refused) as caught:
        services.load_demo_year(now=NOW)
    assert "演示" in str(caught.value)


def test_the_published_year_takes_the_place_of_the_invented_one(settings: object) -> None:
    services.load_demo_year(now=NOW)
    settings.ALLOW_FICTITIOUS_CALENDAR = False  # type: ignore[attr-defined]
    result = load(year_rows(2027))
    assert result.changed == 365
    assert queries.current().last == date(2027, 12, 31)
    settings.ALLOW_FICTITIOUS_CALENDAR = True  # type: ignore[attr-defined]
    assert "published already" in next(iter(problems(lambda: services.load_demo_year(now=NOW)).values()))


def test_a_district_overrides_single_days() -> None:
    override = [FileRow(2, CalendarRow(date(2020, 2, 3), "holiday", "推迟返岗", "区通知（样本）"))]
    load(override, region="120116")
    assert not queries.current("120116").is_working(date(2020, 2, 3))
    assert queries.current().is_working(date(2020, 2, 3))
    assert queries.current("110118").is_working(date(2020, 2, 3))
    ahead = [FileRow(2, CalendarRow(date(2027, 2, 3), "holiday", "推迟返岗", "区通知（样本）"))]
    assert "not loaded yet" in problems(lambda: load(ahead, region="120116"))["date"]


def written(path: Path, encoding: str) -> Path:
    lines = ["日期,类别,名称,来源文件"]
    zh = {"workday": "工作日", "weekend": "公休日", "holiday": "节假日", "makeup": "调休上班"}
    lines += [f"{r.row.date:%Y/%m/%d},{zh[r.row.kind]},{r.row.name},{r.row.source}" for r in year_rows(2027)]
    path.write_text("\n".join(lines), encoding=encoding)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_with_chinese_headings_in_either_encoding(tmp_path: Path, encoding: str) -> None:
    assert files.read_file(written(tmp_path / "a.csv", encoding)) == year_rows(2027)


def test_workbook(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["date", "kind", "name", "source"])
    for item in year_rows(2027):
        sheet.append([item.row.date, item.row.kind, item.row.name, item.row.source])
    book.save(tmp_path / "a.xlsx")
    assert files.read_file(tmp_path / "a.xlsx") == year_rows(2027)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"date,kind\n2027-01-01,holiday\n", "source"),
        ("a.csv", b"\x00\x01\x02\xff\xfe", "not text"),
        ("a.xlsx", b"PK\x03\x04 cut short", "not a workbook"),
        ("a.xlsx", b"plainly no workbook", "not a workbook"),
        ("a.csv", b"x" * (5 * 1024 * 1024 + 1), "too large"),
    ],
)
def test_unreadable_files(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Invalid) as caught:
        files.read_file(tmp_path / name)
    assert said in str(caught.value)
    assert caught.value.remedy
    with pytest.raises(Invalid):
        files.read_file(tmp_path / "nothing.csv")


def test_rows_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("date,kind,source\n2027-02-30,holiday,x\n\n20270101,feast,x\n2027年1月2日,周末,\n", "utf-8")
    found = problems(lambda: files.read_file(path))
    assert found == {
        "rows.2.date": "Row 2: “2027-02-30” is not a date.",
        "rows.4.kind": "Row 4: “feast” is not a kind of day.",
    }


def test_template_filled_in_loads(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    text = files.template(2027, queries.current())
    for day in range(1, 14):
        old = next(line for line in text.splitlines() if line.startswith(f"2027-10-{day:02d}"))
        text = text.replace(old, f"2027-10-{day:02d},holiday,国庆节,{NOTICE}")
    path.write_text(text, encoding="utf-8-sig")
    assert services.load_file(path=path, actor=SYSTEM, now=NOW).added == 365
    loaded = files.template(2027, queries.current())
    assert f"2027-10-01,holiday,国庆节,{NOTICE}" in loaded


def test_current_costs_one_query(django_assert_num_queries: Callable[[int], object]) -> None:
    services.ensure_seed(now=NOW)
    queries.current()
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        queries.current()


def test_command_loads_reports_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calendar", "--lang", "en", "load", str(services.DEMO_FILE), "--dry-run"]) == 0
    assert "nothing was written" in capsys.readouterr().out
    assert main(["calendar", "--lang", "en", "load", str(services.DEMO_FILE)]) == 0
    assert "365 days new" in capsys.readouterr().out
    assert main(["calendar", "--lang", "en", "load", str(services.DEMO_FILE)]) == 0
    assert "as it was" in capsys.readouterr().out
    assert main(["calendar", "--lang", "en", "status"]) == 0
    assert "2004-01-01 to 2027-12-31" in capsys.readouterr().out
    bad = tmp_path / "bad.csv"
    bad.write_text("date,kind,source\n2028-01-01,feast,x\n", "utf-8")
    assert main(["calendar", "--lang", "en", "load", str(bad)]) == 2
    assert "Row 2" in capsys.readouterr().err
    assert main(["calendar", "template", "2028", "-o", str(tmp_path / "2028.csv")]) == 0
    assert (tmp_path / "2028.csv").read_text("utf-8-sig").count("\n") == 367


@pytest.mark.parametrize("year", ["1999", "x"])
def test_command_refuses_an_odd_year(year: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["calendar", "template", year])
    assert caught.value.code == 2


def test_refusals_are_told_in_chinese() -> None:
    with pytest.raises(DomainError) as caught:
        load(swap(year_rows(2027), 1, kind="makeup", source=""))
    with translation.override("zh-hans"):
        lines = reports.error_lines(caught.value)
    assert lines == [
        "日历文件没有载入。",
        "- 第3行：没有写明2027-01-02为调休上班日的依据文件。把放假通知的标题和文号填入来源一栏。",
    ]


def _load_in_a_thread() -> str:
    try:
        return load(year_rows(2027)).version or "unchanged"
    except Refused:
        return "refused"
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_make_one_version() -> None:
    services.ensure_seed(now=NOW)
    with ThreadPoolExecutor(2) as pool:
        said = sorted(future.result() for future in [pool.submit(_load_in_a_thread) for _ in range(2)])
    assert said[0].startswith("CN-2-")
    assert said[1] in ("refused", "unchanged")
    assert [version.added for version in queries.versions()] == [365, 8401]
    assert queries.current().last == date(2027, 12, 31)
