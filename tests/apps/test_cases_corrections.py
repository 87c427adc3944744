"""补正 and silence: 行政许可法 art. 32(1)(4), read line by line."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from tests.apps.cases_help import (
    SHANGHAI,
    at,
    begin,
    nothing_changes,
    open_hall,
    own_folders,  # noqa: F401
    picture,
    publish,
    refusal,
    sound,
    spec,
    verbs,
)
from tongban.calendars import queries as calendars
from tongban.calendars import services as calendar_services
from tongban.cases import queries, services
from tongban.cases.models import Annotation, Case, CorrectionNotice
from tongban.core.errors import Invalid, NotFound, Refused
from tongban.documents import queries as documents
from tongban.documents.models import Document
from tongban.records import queries as records

pytestmark = pytest.mark.django_db

day = dt.date.fromisoformat


def start(received: str = "2026-03-02", time: str = "09:30", **changes: object):
    hall = open_hall(spec(**changes))
    return begin(hall, received, time, variant="new", premises="rented")


def document(walk, kind: str):
    rows = [item for item in documents.for_owner(f"case:{walk.number}") if item.kind == kind]
    return documents.content(documents.row(rows[-1].id))[0]


# The one notice.


def test_one_notice_lists_everything_and_prints_the_date_of_every_screen():
    walk = start().go("2026-03-04").ask_correction("plan", "lease")
    notice = walk.portal().correction
    assert [point.material_key for point in notice.points] == ["plan", "lease"]
    assert notice.respond_by == calendars.current().add_working(day("2026-03-04"), 10)
    printed = document(walk, "correction")
    assert printed["due"]["date"] == notice.respond_by.isoformat()
    assert len(printed["defects"]) == 2
    assert walk.portal().clocks["completeness"].state == "met"
    assert Case.objects.get(number=walk.number).waiting_for_applicant
    error = refusal(lambda: walk.do(services.request_correction, "window"), Refused)
    assert error.code == "correction_open"
    sound()


def test_the_notice_waits_until_every_material_was_looked_at():
    walk = start()
    walk.annotate("plan")
    error = refusal(lambda: walk.do(services.request_correction, "window"), Refused)
    assert error.code == "materials_unseen"
    assert error.rule.zh == "《行政许可法》第三十二条第一款第四项"


def test_a_notice_needs_a_point():
    walk = start().check()
    assert refusal(lambda: walk.do(services.request_correction, "window"), Refused).code == "no_points"
    number = walk.annotate()
    walk.do(services.drop_annotation, "window", annotation=number)
    assert refusal(lambda: walk.do(services.request_correction, "window"), Refused).code == "no_points"


def test_new_points_on_old_material_are_refused_and_the_attempt_is_recorded():
    walk = start().go("2026-03-03").ask_correction("plan").go("2026-03-05").correct().judge()
    walk.check()
    walk.annotate("lease", "租期不明。")
    before = {"documents": len(documents.for_owner(f"case:{walk.number}")), "seq": walk.row.seq}
    with pytest.raises(Refused) as caught:
        walk.do(services.request_correction, "window")
    assert caught.value.code == "second_notice"
    assert caught.value.rule.zh == "《行政许可法》第三十二条第一款第四项"
    assert caught.value.remedy
    assert records.events(f"case:{walk.number}")[-1].facts["points"] == [2]
    assert verbs(walk.number)[-1] == "correction_refused"
    assert walk.row.seq == before["seq"] + 1
    assert len(documents.for_owner(f"case:{walk.number}")) == before["documents"]
    assert CorrectionNotice.objects.count() == 1
    assert walk.row.completeness_stopped_on is None, "the five days of the fresh check run on"
    assert not any(entry.verb == "correction_refused" for entry in walk.portal().story)
    walk.do(services.drop_annotation, "window", annotation=2)
    walk.check().do(services.accept, "window")
    sound()


def test_points_on_corrected_material_may_be_named():
    walk = start().ask_correction("plan").go("2026-03-05").correct().judge()
    walk.check().annotate("plan", "新图缺指北针。")
    walk.do(services.request_correction, "window")
    assert [point.wrong for point in walk.portal().correction.points] == ["新图缺指北针。"]
    assert walk.portal().correction.number == 2
    walk.go("2026-03-06").correct().judge().check()
    walk.annotate("lease", "租期不明。")
    with pytest.raises(Refused, match="new and concern material"):
        walk.do(services.request_correction, "window")


def test_what_is_still_unmet_is_repeated_and_nothing_else():
    walk = start().ask_correction("plan", "lease").go("2026-03-05").correct("plan", "lease")
    error = refusal(lambda: walk.do(services.request_correction, "window"), Refused)
    assert error.code == "points_unjudged"
    walk.do(services.mark_point, "window", annotation=1, met=True)
    walk.do(services.mark_point, "window", annotation=2, met=False)
    walk.check().do(services.request_correction, "window")
    assert [(point.number, point.notice_number) for point in walk.portal().correction.points] == [(2, 1)]
    walk.go("2026-03-09").correct("lease").judge().check().do(services.accept, "window")
    assert Annotation.objects.exclude(state="met").count() == 0
    sound()


def test_a_corrected_field_may_be_wrong_again():
    walk = start().check()
    walk.do(services.annotate, "window", field_path="area", wrong="面积不对。", remedy="按产权证填写。")
    walk.do(services.request_correction, "window")
    walk.go("2026-03-05").do(services.save_correction, "applicant", form={"area": "66.5"})
    walk.do(services.submit_correction, "applicant")
    assert ("店铺面积", "66.5") in {(row.label, row.value[:4]) for row in walk.portal().display}
    walk.judge().check().do(services.annotate, "window", field_path="area", wrong="仍不对。", remedy="改为80。")
    walk.do(services.request_correction, "window")
    assert walk.portal().correction.number == 2


# The answer.


def test_a_field_left_as_it_is_needs_the_reason_why():
    walk = start().check()
    walk.do(services.annotate, "window", field_path="area", wrong="面积不对。", remedy="按产权证填写。")
    walk.do(services.request_correction, "window")
    notice = next(item for item in documents.for_owner(f"case:{walk.number}") if item.kind == "correction")
    written = json.dumps(json.loads(Document.objects.get(pk=notice.id).data), ensure_ascii=False)
    assert "申请表·店铺面积：面积不对。" in written, "the notice names the field"
    before = {row.path: row.value for row in walk.portal().display}
    same = {"area": walk.row.form["area"]}
    walk.go("2026-03-05").do(services.save_correction, "applicant", form=same)
    error = refusal(lambda: walk.do(services.submit_correction, "applicant"), Invalid)
    assert [item.field for item in error.errors] == ["area"]
    assert error.errors[0].params["label"] == "店铺面积"
    walk.do(services.save_correction, "applicant", form=same, left={"area": "产权证上就是这个数。", "other": "x"})
    assert walk.desk().points[0].answer == "", "nothing is said before it is handed in"
    walk.do(services.submit_correction, "applicant")
    assert walk.desk().points[0].answer == "产权证上就是这个数。"
    assert walk.desk().points[0].field_name == "店铺面积"
    assert {row.path: row.value for row in walk.portal().display} == before
    sound()


def test_a_changed_field_needs_no_reason():
    walk = start().check()
    walk.do(services.annotate, "window", field_path="area", wrong="面积不对。", remedy="按产权证填写。")
    walk.do(services.request_correction, "window")
    walk.do(services.save_correction, "applicant", form={"area": "66.5"}, left={"area": "没有错。"})
    walk.do(services.submit_correction, "applicant")
    assert walk.desk().points[0].answer == ""


def test_only_what_was_asked_can_be_corrected_and_all_of_it_must_be():
    walk = start().ask_correction("plan", "lease").go("2026-03-05")
    wrong = {"material_key": "application", "name": "x.png", "content": picture()}
    refusal(lambda: walk.do(services.add_correction_file, "applicant", **wrong), NotFound)
    walk.upload("plan")
    error = refusal(lambda: walk.do(services.submit_correction, "applicant"), Invalid)
    assert [item.field for item in error.errors] == ["material.lease"]
    walk.upload("lease").do(services.submit_correction, "applicant")
    plan = next(item for item in walk.portal().materials if item.key == "plan")
    assert [file.superseded for file in plan.files] == [False, True]
    assert not next(item for item in walk.desk().materials if item.key == "plan").seen
    sound()


def test_a_wrong_entry_is_kept_and_told():
    walk = start().check()
    walk.do(services.annotate, "window", field_path="area", wrong="面积不对。", remedy="按产权证填写。")
    walk.do(services.request_correction, "window")
    with pytest.raises(Invalid) as caught:
        walk.do(services.save_correction, "applicant", form={"area": "很大"})
    assert caught.value.errors[0].field == "area"
    assert CorrectionNotice.objects.get().answer_draft["area"] == "很大"
    refusal(lambda: walk.do(services.submit_correction, "applicant"), Invalid)


def test_a_correction_is_a_new_receipt_with_a_fresh_check():
    walk = start("2026-03-02").go("2026-03-06").ask_correction().go("2026-03-14", "22:10").correct()
    row = walk.row
    assert (row.first_received_on, row.received_on, row.round) == (day("2026-03-02"), day("2026-03-14"), 2)
    reading = walk.portal().clocks["completeness"]
    assert (reading.start, reading.due) == (day("2026-03-14"), day("2026-03-20"))


def test_silence_after_a_correction_accepts_from_the_corrections_receipt():
    walk = start("2026-03-02").ask_correction().go("2026-03-09").correct()
    assert services.sweep(now=at("2026-03-16", "23:59")).deemed == 0
    assert services.sweep(now=at("2026-03-17", "00:05")).deemed == 1
    row = walk.row
    assert (row.accepted_on, row.deemed, row.status) == (day("2026-03-09"), True, "accepted")
    event = records.events(f"case:{walk.number}")[-1]
    assert (event.verb, event.legal_date, event.at) == ("deem_accepted", day("2026-03-09"), at("2026-03-17", "00:05"))
    sound()


# Reminders and closing.


def test_reminders_go_out_once_each_and_not_to_who_answered():
    walk = start().ask_correction()
    respond_by = walk.portal().correction.respond_by

    def sweep(before: int, hour: str = "08:00") -> int:
        moment = at((respond_by - dt.timedelta(days=before)).isoformat(), hour)
        return services.sweep(now=moment).reminded

    assert [sweep(5), sweep(4)] == [0, 0]
    assert [sweep(3), sweep(3, "08:05"), sweep(2)] == [1, 0, 0]
    assert [sweep(1), sweep(1, "20:00"), sweep(0), sweep(-1)] == [1, 0, 0, 0]
    assert verbs(walk.number).count("remind") == 2
    sound()


def test_a_reminder_missed_by_a_stopped_worker_is_made_up_once():
    walk = start().ask_correction()
    respond_by = walk.portal().correction.respond_by
    late = at((respond_by - dt.timedelta(days=2)).isoformat())
    assert services.sweep(now=late).reminded == 1
    assert services.sweep(now=late + dt.timedelta(hours=5)).reminded == 0
    walk.now = late + dt.timedelta(hours=6)
    walk.correct()
    assert services.sweep(now=late + dt.timedelta(days=1)).reminded == 0


def test_a_case_without_a_correction_stays_open_unless_the_item_closes_it():
    walk = start().ask_correction()
    with nothing_changes():
        report = services.sweep(now=at("2026-06-01"))
    assert (report.closed, report.deemed, report.failed) == (0, 0, 0)
    assert walk.row.status == "received"


def test_an_item_with_its_own_rule_closes_after_the_date():
    basis = "示例条例第十二条"
    walk = start(correction={"days": 10, "unit": "working_day", "closes": True, "basis": basis}).ask_correction()
    respond_by = walk.portal().correction.respond_by
    assert walk.portal().correction.closes
    assert document(walk, "correction")["closing_basis"] == basis
    assert services.sweep(now=at(respond_by.isoformat(), "23:50")).closed == 0
    after = at((respond_by + dt.timedelta(days=1)).isoformat(), "00:10")
    assert services.sweep(now=after).closed == 1
    assert (walk.row.status, walk.row.is_open) == ("lapsed", False)
    assert document(walk, "termination")["basis"] == basis
    with nothing_changes():
        assert services.sweep(now=after + dt.timedelta(days=9)).closed == 0
    sound()


# Silence of the authority.


@pytest.mark.parametrize(
    ("received", "time", "due"),
    [
        ("2026-03-02", "09:30", "2026-03-09"),  # Monday
        ("2026-03-07", "11:00", "2026-03-13"),  # Saturday
        ("2026-03-06", "23:59", "2026-03-13"),  # Friday night
        ("2026-10-01", "08:00", None),  # National Day
        ("2026-02-17", "00:00", None),  # Spring Festival, midnight
    ],
)
def test_five_silent_working_days_accept_from_the_day_of_receipt(received, time, due):
    walk = start(received, time)
    limit = day(due) if due else calendars.current().add_working(day(received), 5)
    assert walk.portal().clocks["completeness"].due == limit
    last = dt.datetime.combine(limit, dt.time(23, 59), SHANGHAI)
    with nothing_changes():
        assert services.sweep(now=last).deemed == 0
    late = last + dt.timedelta(minutes=2)
    assert services.sweep(now=late).deemed == 1
    with nothing_changes():
        assert services.sweep(now=late + dt.timedelta(days=1)).deemed == 0
    row = walk.row
    assert (row.accepted_on, row.deemed, row.accepted_by) == (day(received), True, "")
    event = records.events(f"case:{walk.number}")[-1]
    assert (event.legal_date, event.at, event.actor_id) == (day(received), late, "system")
    walk.now = late
    view = walk.portal()
    assert view.clocks["statutory"].start == day(received)
    assert {item.opened_on for item in walk.desk().reviews} == {late.date()}
    assert document(walk, "acceptance")["deemed"] is True
    assert document(walk, "acceptance")["statutory_due"]["date"] == view.clocks["statutory"].due.isoformat()
    sound()


def test_a_sweep_months_late_says_the_same_law():
    walk = start("2026-03-02")
    assert services.sweep(now=at("2026-07-01")).deemed == 1
    assert walk.row.accepted_on == day("2026-03-02")
    walk.go("2026-07-01")
    assert walk.portal().clocks["statutory"].state == "overdue"


def test_once_the_five_days_passed_nothing_but_the_acceptance_is_left():
    walk = start("2026-03-02").go("2026-03-10").check()
    walk.annotate()
    for verb, values in (
        (services.request_correction, {}),
        (services.accept, {}),
        (services.not_required, {"reason": "不需要。"}),
        (services.refuse_acceptance, {"reason": "不归我们管。", "competent_body": "市局"}),
    ):
        error = refusal(lambda verb=verb, values=values: walk.do(verb, "window", **values), Refused)
        assert error.code == "deemed_accepted"
        assert error.params["on"] == day("2026-03-02")
    assert services.sweep(now=walk.now).deemed == 1


def test_nothing_automatic_rests_on_a_calendar_that_is_not_published():
    walk = start("2026-12-29")
    assert walk.portal().clocks["completeness"].provisional
    with nothing_changes():
        assert services.sweep(now=at("2027-02-01")).deemed == 0
    assert walk.row.due_provisional
    walk.go("2027-02-01").check().do(services.accept, "window")
    assert walk.row.accepted_on == day("2027-02-01")
    acceptance = document(walk, "acceptance")["statutory_due"]
    assert (acceptance["provisional"], acceptance["value"]) == (True, 20)
    row = next(item for item in documents.for_owner(f"case:{walk.number}") if item.kind == "acceptance")
    words = documents.text_of(row.id).plain_text()
    assert "2027年2月1日" in words
    assert "2027年3月1日" not in words, "a date that is only provisional is never printed as a date"


def test_a_provisional_correction_date_closes_nothing():
    rule = {"days": 10, "unit": "working_day", "closes": True, "basis": "示例条例第十二条"}
    walk = start("2026-12-22", correction=rule).go("2026-12-24").ask_correction()
    assert walk.portal().correction.provisional
    with nothing_changes():
        assert services.sweep(now=at("2027-03-01")).closed == 0


def test_a_published_calendar_makes_the_date_firm_and_says_so():
    walk = start("2026-12-22").go("2026-12-24").ask_correction()
    calendar_services.load_demo_year(now=walk.now)
    services.refresh_open_cases(now=walk.now)
    notice = walk.portal().correction
    assert not notice.provisional
    told = next(entry for entry in walk.portal().story if entry.verb == "firm_correction")
    assert told.params["by"] == notice.respond_by
    sound()
    with nothing_changes():
        services.refresh_open_cases(now=walk.now)
    CorrectionNotice.objects.update(respond_by=day("2027-06-01"))
    with pytest.raises(AssertionError, match="notice"):
        sound()


def test_the_other_tracks_know_no_deemed_acceptance():
    none = {"extension": None, "special_procedures": []}
    hall = open_hall(spec(track="filing", **none))
    publish(spec(track="other", base_code="120123001001", **none), key="second")
    begin(hall, "2026-03-02", variant="change")
    begin(hall, "2026-03-02", variant="change", item="second")
    with nothing_changes():
        assert services.sweep(now=at("2026-07-01")).deemed == 0


def test_the_work_list_knows_who_waits_for_whom():
    walk = start().ask_correction()
    window = walk.by("window")
    assert [row.stage for row in queries.work_list(window, walk.now, lane="waiting").rows] == ["correction"]
    assert queries.work_list(window, walk.now, lane="mine").rows == ()
    walk.go("2026-03-04").correct()
    assert "corrected" in queries.work_list(window, walk.now, lane="mine").rows[0].tags
