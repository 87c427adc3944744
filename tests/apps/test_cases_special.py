"""Special procedures, extension and the clocks of a case: the same days as the command counts."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from tests.apps.cases_help import at, begin, nothing_changes, open_hall, own_folders, refusal, sound, spec  # noqa: F401
from tongban.calendars import queries as calendars
from tongban.cases import queries, services
from tongban.cases.models import Review, SpecialProcedure
from tongban.commands import main
from tongban.core.errors import Refused
from tongban.documents import queries as documents

pytestmark = pytest.mark.django_db

day = dt.date.fromisoformat


def accepted(on: str = "2026-03-02", **changes: object):
    return begin(open_hall(spec(**changes)), on, variant="change").accept()


def command(capsys, walk, clock: str = "statutory", limit: int = 20) -> dict[str, object]:
    """What ``tongban clock`` says about the case's facts; a pause ends for the law when its notified time does."""
    row = walk.row
    words = ["clock", "--accepted", str(row.accepted_on), "--limit", str(limit), "--clock", clock, "--json"]
    words += ["--as-of", walk.now.date().isoformat(), "--extend", str(row.extended_by)]
    for special in SpecialProcedure.objects.filter(case=row):
        end = min(special.ended_on or special.notified_until, special.notified_until)
        still_open = special.ended_on is None and special.notified_until >= walk.now.date()
        words += ["--pause", f"{special.started_on}:{'' if still_open else end}:{special.ground}"]
    if row.decided_on:
        words += ["--decided", str(row.decided_on)]
    capsys.readouterr()
    assert main(words) == 0
    return json.loads(capsys.readouterr().out)


def agree(capsys, walk) -> None:
    """Portal, desk and command read the same clocks off the same facts."""
    for clock, limit in (("statutory", 20), ("promised", 10)):
        said = command(capsys, walk, clock, limit)
        told = queries.ledger(walk.number, walk.by("decider"), clock, walk.now).reading
        assert [item.date.isoformat() for item in told.ledger] == [item["date"] for item in said["ledger"]]
        for reading in (walk.portal().clocks[clock], walk.desk("decider").clocks[clock], told):
            shown = {
                "due": reading.due.isoformat() if reading.due else None,
                **{name: getattr(reading, name) for name in ("provisional", "counted", "paused", "left", "state")},
            }
            assert shown == {name: said[name] for name in shown}


def document(walk, kind: str) -> dict[str, object]:
    rows = [item for item in documents.for_owner(f"case:{walk.number}") if item.kind == kind]
    return documents.content(documents.row(rows[-1].id))[0]


def test_a_pause_excludes_notice_and_result_days_and_agrees_with_the_command(capsys):
    walk = accepted().go("2026-03-06").special(5)
    agree(capsys, walk)
    assert walk.portal().clocks["statutory"].due is None
    assert (walk.row.next_due_on, walk.row.statutory_due_on, walk.row.paused) == (None, None, True)
    assert Review.objects.get(case=walk.row).due_on is None
    walk.go("2026-03-11", "16:00").result()
    agree(capsys, walk)
    reading = walk.portal().clocks["statutory"]
    assert reading.paused == 4
    assert reading.due == calendars.current().add_working(day("2026-03-02"), 24)
    assert walk.row.statutory_due_on == reading.due
    assert Review.objects.get(case=walk.row).due_on == walk.desk("fire").reviews[0].reading.due
    assert document(walk, "special_procedure_end")["statutory_due"]["date"] == reading.due.isoformat()
    sound()


def test_days_beyond_the_notified_ones_count_again(capsys):
    walk = accepted().go("2026-03-04").special(3)
    until = SpecialProcedure.objects.get().notified_until
    assert until == day("2026-03-09")
    walk.go("2026-03-20")
    agree(capsys, walk)
    reading = walk.portal().clocks["statutory"]
    assert reading.state == "running"
    assert reading.due == calendars.current().add_working(day("2026-03-02"), 24)
    walk.result()
    agree(capsys, walk)
    assert walk.portal().clocks["statutory"].due == reading.due


def test_lists_show_the_due_date_again_when_the_notified_time_has_run_out():
    walk = accepted().go("2026-03-04").special(3)
    decider = walk.by("decider")
    assert [row.number for row in queries.work_list(decider, walk.now, lane="paused").rows] == [walk.number]
    with nothing_changes():
        services.sweep(now=at("2026-03-09", "23:30"))
    services.sweep(now=at("2026-03-10", "00:05"))
    walk.go("2026-03-10")
    assert walk.row.statutory_due_on == walk.portal().clocks["statutory"].due
    assert walk.row.paused is False
    walk.go("2026-04-20")
    late = queries.work_list(decider, walk.now, lane="overdue").rows
    assert [(row.number, row.reading.state) for row in late] == [(walk.number, "overdue")]
    assert queries.work_list(decider, walk.now, lane="paused").rows == ()
    sound()


def test_a_supplementary_notice_works_forward(capsys):
    walk = accepted().go("2026-03-04").special(3).go("2026-03-06")
    walk.do(services.supplement_special, "decider", extra_days=2, reason="样品需要复测。")
    assert SpecialProcedure.objects.get().notified_until == day("2026-03-11")
    walk.go("2026-03-16").do(services.supplement_special, "decider", extra_days=2, reason="仪器故障。")
    rows = list(SpecialProcedure.objects.order_by("pk"))
    assert [(row.started_on, row.ended_on, row.notified_until) for row in rows] == [
        (day("2026-03-04"), day("2026-03-11"), day("2026-03-11")),
        (day("2026-03-16"), None, day("2026-03-18")),
    ]
    agree(capsys, walk)
    walk.go("2026-03-17").result()
    agree(capsys, walk)
    assert walk.portal().clocks["statutory"].paused == 8
    kinds = [item.kind for item in documents.for_owner(f"case:{walk.number}")]
    assert kinds.count("special_procedure_supplement") == 2
    sound()


def test_only_one_special_procedure_at_a_time_and_only_those_the_item_lists():
    walk = accepted()
    values = {"expected_days": 5, "reason": "需要。"}

    def start(ground: str, days: int = 5) -> Refused:
        return refusal(
            lambda: walk.do(services.start_special, "decider", **{**values, "ground": ground, "expected_days": days})
        )

    assert start("hearing").code == "ground_not_listed"
    assert start("weather").code == "ground_not_listed"
    assert start("testing", 0).errors[0].field == "expected_days"
    walk.special()
    assert start("expert_review").code == "pause_open"
    assert refusal(walk.grant, Refused).code in ("reviews_open", "pause_open")
    walk.reviews()
    error = refusal(walk.grant, Refused)
    assert (error.code, error.rule.zh) == ("pause_open", "《行政许可法》第四十五条")


def test_what_is_late_is_neither_paused_nor_extended():
    walk = accepted().go("2026-04-01")
    values = {"ground": "testing", "expected_days": 5, "reason": "送检。"}
    assert refusal(lambda: walk.do(services.start_special, "decider", **values), Refused).code == "overdue"
    assert refusal(lambda: walk.do(services.extend, "head", reason="复杂。"), Refused).code == "overdue"
    walk.reviews().grant()
    assert walk.portal().clocks["statutory"].state == "overdue"


def test_an_extension_is_given_once_by_the_head_and_moves_no_promise(capsys):
    walk = accepted()
    promised = walk.portal().clocks["promised"].due
    walk.go("2026-03-12").do(services.extend, "head", reason="情况复杂。")
    agree(capsys, walk)
    clocks = walk.portal().clocks
    assert clocks["promised"].due == promised
    assert clocks["statutory"].due == calendars.current().add_working(day("2026-03-02"), 30)
    printed = document(walk, "extension")
    assert printed["old_due"]["date"] == calendars.current().add_working(day("2026-03-02"), 20).isoformat()
    assert printed["new_due"]["date"] == clocks["statutory"].due.isoformat()
    assert refusal(lambda: walk.do(services.extend, "head", reason="再延。"), Refused).code == "extended_already"
    walk.go("2026-04-02").reviews().grant()
    agree(capsys, walk)
    assert walk.portal().clocks["statutory"].state == "met"
    assert walk.portal().clocks["promised"].state == "overdue"
    sound()


def test_a_paused_clock_is_not_extended_one_that_counts_again_is(capsys):
    walk = accepted().go("2026-03-04").special(3)
    assert refusal(lambda: walk.do(services.extend, "head", reason="复杂。"), Refused).code == "clock_paused"
    walk.go("2026-03-12").do(services.extend, "head", reason="复杂。")
    agree(capsys, walk)
    assert document(walk, "extension")["new_due"]["date"] == walk.portal().clocks["statutory"].due.isoformat()
    sound()


def test_each_department_has_its_own_clock_and_a_pause_stops_it():
    walk = begin(open_hall(), "2026-03-02", variant="new", premises="rented").accept()
    readings = {item.key: item.reading for item in walk.desk().reviews}
    assert readings["fire"].due == day("2026-03-09")
    assert readings["housing"].due == day("2026-03-05")
    walk.go("2026-03-04").special(5).go("2026-03-06").result().opinion("construction", "housing")
    readings = {item.key: item.reading for item in walk.desk().reviews}
    assert (readings["housing"].due, readings["housing"].state) == (day("2026-03-10"), "met")
    assert readings["fire"].due == day("2026-03-12")
    walk.go("2026-03-13")
    rows = queries.work_list(walk.by("fire"), walk.now).rows
    assert [(row.clock, row.reading.state) for row in rows] == [("review:fire", "overdue")]
    reviews = {row.key: row.due_on for row in Review.objects.filter(case=walk.row)}
    assert reviews == {"fire": day("2026-03-12"), "housing": None}


def test_the_certificates_clock_is_not_stopped_by_any_pause():
    walk = accepted().special(5).go("2026-03-04").result().reviews().grant()
    assert walk.portal().clocks["certificate"].due == calendars.current().add_working(day("2026-03-04"), 10)
    walk.go("2026-03-25")
    assert walk.portal().clocks["certificate"].state == "overdue"
    rows = queries.work_list(walk.by("certificates"), walk.now, lane="overdue").rows
    assert [(row.clock, row.reading.state) for row in rows] == [("certificate", "overdue")]


def test_every_clock_has_its_ledger_for_who_may_see_the_case():
    walk = accepted().go("2026-03-04").special(5).go("2026-03-06").result()
    for key in ("completeness", "statutory", "promised", "review:fire"):
        view = queries.ledger(walk.number, walk.by("decider"), key, walk.now)
        assert view.reading.ledger
        assert view.reading == queries.public_ledger(walk.number, walk.code, key, walk.now).reading
    ledger = queries.ledger(walk.number, walk.by("decider"), "", walk.now).reading.ledger
    assert [item.date.day for item in ledger if item.kind == "paused"] == [4, 5, 6]
    assert (
        queries.progress(walk.number, walk.code, walk.now).clocks["promised"].due
        == walk.portal().clocks["promised"].due
    )
