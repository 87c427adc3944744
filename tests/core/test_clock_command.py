"""``tongban clock``: the issue's example, every clock, the table, and what it answers to slips."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from tongban.calendars import seed
from tongban.commands import clock

EXAMPLE = (
    "--received 2020-01-16 --accepted 2020-01-20 --limit 20 --pause 2020-02-10:2020-02-14:expert_review --extend 10"
)


def run(words: str) -> int:
    parser = argparse.ArgumentParser(prog="tongban clock")
    clock.add_arguments(parser)
    return clock.run(parser.parse_args(words.split()))


def told(words: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert run(f"{words} --json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert isinstance(answer, dict)
    return answer


def test_the_issue_s_example(capsys: pytest.CaptureFixture[str]) -> None:
    answer = told(f"{EXAMPLE} --as-of 2020-03-05", capsys)
    ledger = answer.pop("ledger")
    assert answer == {
        "due": "2020-03-17",
        "provisional": False,
        "counted": 22,
        "paused": 5,
        "left": 8,
        "state": "running",
    }
    assert isinstance(ledger, list)
    assert {frozenset(day) for day in ledger} == {frozenset({"date", "counted", "why", "rule"})}
    assert sum(day["counted"] for day in ledger) == 22
    assert (ledger[0]["date"], ledger[-1]["date"]) == ("2020-01-20", "2020-03-17")
    assert ledger[21] == {
        "date": "2020-02-10",
        "counted": False,
        "why": "暂停：专家评审",
        "rule": "《行政许可法》第四十五条",
    }


def test_english_ledger(capsys: pytest.CaptureFixture[str]) -> None:
    ledger = told(f"{EXAMPLE} --as-of 2020-03-05 --lang en", capsys)["ledger"]
    assert isinstance(ledger, list)
    assert ledger[4]["why"] == "Not counted: holiday (Spring Festival)"
    assert ledger[4]["rule"] == "Administrative Licensing Law, art. 82"


@pytest.mark.parametrize(
    ("words", "due", "state", "left"),
    [
        ("--clock promised --as-of 2020-03-05", "2020-03-03", "overdue", -2),
        ("--clock review --as-of 2020-03-03", "2020-03-03", "running", 0),
        ("--clock completeness --as-of 2020-03-05", "2020-01-22", "met", 2),
        ("--decided 2020-03-17 --as-of 2020-06-01", "2020-03-17", "met", 0),
        ("--decided 2020-03-18 --as-of 2020-06-01", "2020-03-17", "overdue", -1),
        ("--clock certificate --decided 2020-03-17 --as-of 2020-03-18", "2020-03-31", "running", 9),
        ("--clock certificate --decided 2020-03-17 --made 2020-03-31 --as-of 2020-05-01", "2020-03-31", "met", 0),
        ("--pause 2020-03-02::testing --as-of 2020-03-05", None, "paused", 12),
        ("--unit calendar --as-of 2020-02-20", "2020-02-24", "running", 4),
    ],
)
def test_clocks(words: str, due: str | None, state: str, left: int, capsys: pytest.CaptureFixture[str]) -> None:
    answer = told(f"{EXAMPLE} {words}", capsys)
    assert (answer["due"], answer["state"], answer["left"]) == (due, state, left)


def test_provisional_past_the_bundled_calendar(capsys: pytest.CaptureFixture[str]) -> None:
    words = "--accepted 2026-12-10 --limit 20 --as-of 2026-12-10"
    assert told(words, capsys)["provisional"] is True
    assert run(words) == 0
    assert "暂定：2026-12-31以后的放假安排尚未公布" in capsys.readouterr().out


def test_a_file_of_days_reaches_further(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGBAN_MODE", "demo")
    words = "--accepted 2026-12-10 --limit 20 --as-of 2026-12-10"
    year = Path(seed.__file__).parent / "data" / "2027-demo.csv"
    answer = told(f"{words} --calendar {year}", capsys)
    assert (answer["provisional"], answer["due"]) == (False, "2027-01-08")
    gap = tmp_path / "gap.csv"
    gap.write_text(year.read_text("utf-8").replace("2027-05-03", "2028-05-03"), "utf-8")
    for file in (gap, tmp_path / "none.csv"):
        assert run(f"{words} --calendar {file}") == 2
        assert "--dry-run" in capsys.readouterr().err
    monkeypatch.setenv("TONGBAN_MODE", "production")
    assert run(f"{words} --calendar {year}") == 2
    assert "演示" in capsys.readouterr().err


def test_without_a_day_of_reading_it_is_read_today(capsys: pytest.CaptureFixture[str]) -> None:
    assert told("--accepted 2020-01-20 --limit 20", capsys)["state"] == "overdue"


def wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_table_is_aligned(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(f"{EXAMPLE} --as-of 2020-03-05 --lang {language}") == 0
    lines = capsys.readouterr().out.splitlines()
    heading = next(number for number, text in enumerate(lines) if text.startswith(("日期", "Date")))
    rule = "依据" if language == "zh" else "Rule"
    place = wide(lines[heading][: lines[heading].index(rule)])
    laws = ("《", "Civil", "Administrative", "State")
    for text in lines[heading + 1 :]:
        start = min(text.index(law) for law in laws if law in text)
        assert wide(text[:start]) == place
    assert len(lines) == heading + 1 + 18
    assert "国务院办公厅关于延长2020年春节假期的通知" in "\n".join(lines), "the decree that prolonged the festival"
    assert any(("第19至22日" in text) or ("days 19 to 22" in text) for text in lines)


@pytest.mark.parametrize(
    ("words", "option", "remedy"),
    [
        ("--accepted 2020-02-30 --limit 20", "--accepted", "2020-01-16"),
        ("--accepted 昨天 --limit 20", "--accepted", "2020-01-16"),
        ("--accepted 2020-01-20", "--limit", "--limit 20"),
        ("--limit 20", "--accepted", "--accepted 2020-01-20"),
        ("--accepted 2020-01-20 --limit x", "--limit", "36500"),
        ("--accepted 2020-01-20 --limit=-3", "--limit", "36500"),
        ("--accepted 2020-01-20 --limit 20 --extend 1.5", "--extend", "36500"),
        ("--accepted 2020-01-20 --limit 20 --pause 2020-02-10:2020-02-14:lunch", "--pause", "quarantine"),
        ("--accepted 2020-01-20 --limit 20 --pause 2020-02-10", "--pause", "START:END:GROUND"),
        ("--accepted 2020-01-20 --limit 20 --pause ::hearing", "--pause", "START:END:GROUND"),
        ("--accepted 2020-01-20 --limit 20 --pause 2020-02-14:2020-02-10:hearing", "--pause", "first"),
        ("--accepted 2020-01-20 --limit 20 --pause 2020-01-14:2020-02-10:hearing", "--pause", "acceptance"),
        ("--accepted 2020-01-20 --limit 20 --as-of 2020-01-19", "--as-of", "two dates"),
        ("--received 2020-01-21 --accepted 2020-01-20 --limit 20", "--accepted", "two dates"),
        ("--accepted 2020-01-20 --limit 20 --decided 2020-01-19", "--decided", "two dates"),
        ("--clock certificate --accepted 2020-01-20", "--decided", "--decided 2020-01-20"),
        ("--clock completeness", "--received", "--received 2020-01-20"),
        ("--accepted 9999-12-01 --limit 30000 --as-of 9999-12-02", "--limit", "shorter"),
    ],
)
def test_slips_name_the_option_and_the_remedy(
    words: str, option: str, remedy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(f"{words} --lang en") == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"{option}: ")
    assert remedy in captured.err
    assert run(words) == 2
    assert capsys.readouterr().err.startswith(f"参数{option}：")


def test_needs_neither_settings_nor_database() -> None:
    code = (
        "import sys; from tongban.commands import main; "
        "code = main(sys.argv[1:]); sys.exit(code or ('django' in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "clock", *EXAMPLE.split(), "--as-of", "2020-03-05", "--json"],
        capture_output=True,
        text=True,
        env={"PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["due"] == "2020-03-17"
