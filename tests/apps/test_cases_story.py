"""The whole way of a case, for every track and kind of applicant, through the services a screen calls."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import factories
from tests.apps.cases_help import at, begin, open_hall, own_folders, refusal, sound, spec, verbs  # noqa: F401
from tongban.cases import queries, services
from tongban.core.errors import Forbidden, Refused
from tongban.core.items import ItemSpec
from tongban.core.specs import plain
from tongban.documents import queries as documents
from tongban.licences import queries as licences

pytestmark = pytest.mark.django_db


def kinds(number: str) -> list[str]:
    return [item.kind for item in documents.for_owner(f"case:{number}")]


@pytest.mark.parametrize("who", ["enterprise", "person"])
def test_from_the_form_to_the_signed_licence(who):
    walk = begin(open_hall(), "2026-03-02", who=who, variant="new", premises="rented")
    assert walk.row.status == "received"
    walk.go("2026-03-03").accept()
    assert walk.row.accepted_on == dt.date(2026, 3, 3)
    assert {item.key for item in walk.desk().reviews} == {"fire", "housing"}
    assert {item.opened_on for item in walk.desk().reviews} == {dt.date(2026, 3, 3)}
    walk.go("2026-03-05").reviews().go("2026-03-09").grant()
    assert walk.row.status == "granted"
    assert walk.portal().clocks["certificate"].due == dt.date(2026, 3, 23)
    walk.go("2026-03-10").certificate()
    assert walk.portal().licence.open
    walk.go("2026-03-11").deliver()
    view = walk.portal()
    assert (view.status, view.closed_on) == ("completed", dt.date(2026, 3, 11))
    assert view.clocks["certificate"].state == "met"
    assert view.clocks["statutory"].counted == 4
    assert verbs(walk.number) == [
        *("submit", "accept", "opinion", "countersign", "opinion", "grant", "make_certificate", "deliver")
    ]
    assert kinds(walk.number) == ["receipt", "acceptance", "decision_grant", "delivery"]
    assert all(item.ready for item in documents.for_owner(f"case:{walk.number}")[:3])
    licence = licences.get(view.licence.id)
    assert licence.is_open
    sound()


def test_the_answers_choose_the_departments():
    hall = open_hall()
    own = begin(hall, "2026-03-02", variant="new", premises="own").accept()
    changed = begin(hall, "2026-03-02", variant="change").accept()
    rented = begin(hall, "2026-03-02", variant="new", premises="rented").accept()
    assert [item.key for item in own.desk().reviews] == ["fire"]
    assert [item.key for item in changed.desk().reviews] == ["fire"]
    assert [item.key for item in rented.desk().reviews] == ["fire", "housing"]
    assert "lease" in {item.key for item in rented.desk().materials}
    assert "lease" not in {item.key for item in own.desk().materials}


def test_each_post_sees_the_case_in_its_list_at_its_turn():
    walk = begin(open_hall(), "2026-03-02", variant="new", premises="own")

    def mine(post: str) -> list[str]:
        return [row.number for row in queries.work_list(walk.by(post), walk.now).rows]

    posts = ("window", "fire", "decider", "certificates", "stranger")

    def turns() -> list[str]:
        return [post for post in posts if walk.number in mine(post)]

    assert turns() == ["window"]
    walk.accept()
    assert turns() == ["fire"]
    walk.reviews()
    assert turns() == ["decider"]
    walk.grant()
    assert turns() == ["certificates"]
    walk.certificate()
    assert turns() == ["certificates"]
    walk.deliver()
    assert turns() == []


def delegated(**changes: object):
    limit = {"value": 0, "unit": "on_the_spot", "start": "acceptance", "source": "本机关承诺"}
    values = {"instant": True, "delegated_officer": "approval_bureau.window", "promised_limit": limit}
    return spec(**{"procedure": procedure(reviews=[]), **values, **changes})


def test_an_instant_item_may_name_one_officer_who_accepts_and_decides():
    walk = begin(open_hall(delegated()), "2026-03-02", variant="change")
    walk.accept("window").grant("window")
    assert (walk.row.accepted_by, walk.row.decided_by) == (walk.by("window").id,) * 2
    assert walk.row.decided_on == walk.row.first_received_on
    sound()


def test_the_authorisation_is_of_that_officer_alone():
    hall = open_hall(delegated())
    walk = begin(hall, "2026-03-02", variant="change")
    both = factories.officer("both", "approval_bureau", ["window", "decision_maker"])
    hall.ids["both"] = both
    walk.accept("both")
    with pytest.raises(Forbidden) as caught:
        walk.grant("both")
    assert caught.value.code == "accepter_decides"
    with pytest.raises(Forbidden):
        walk.grant("window-2")
    walk.grant("decider")


def test_without_an_authorisation_acceptance_and_decision_are_by_two():
    hall = open_hall(delegated(delegated_officer=""))
    hall.ids["both"] = factories.officer("both", "approval_bureau", ["window", "decision_maker"])
    walk = begin(hall, "2026-03-02", variant="change").accept("both")
    with pytest.raises(Forbidden) as caught:
        walk.grant("both")
    assert caught.value.code == "accepter_decides"


def test_a_filing_is_filed_when_it_is_complete():
    walk = begin(open_hall(spec(track="filing", extension=None, special_procedures=[])), "2026-03-02", variant="change")
    view = walk.portal()
    assert [step.key for step in view.steps] == ["submit", "decide", "certificate", "deliver"]
    assert "completeness" not in view.clocks
    walk.go("2026-03-20")
    assert services.sweep(now=walk.now).deemed == 0
    walk.check().do(services.file_record, "window")
    assert (walk.row.status, walk.row.accepted_on, walk.row.decided_on) == ("granted", None, dt.date(2026, 3, 20))
    walk.go("2026-03-23").certificate().deliver()
    assert verbs(walk.number) == ["submit", "file", "make_certificate", "deliver"]
    assert kinds(walk.number) == ["receipt", "filing", "delivery"]
    sound()


def test_the_other_track_follows_only_what_it_cites():
    walk = begin(open_hall(spec(track="other", extension=None, special_procedures=[])), "2026-03-02", variant="change")
    assert "completeness" not in walk.portal().clocks
    assert services.sweep(now=at("2026-04-20")).deemed == 0
    walk.go("2026-04-20").accept().reviews().grant()
    assert "certificate" not in walk.portal().clocks
    walk.certificate().deliver()
    sound()


def test_a_result_without_a_certificate_is_delivered_at_once():
    walk = begin(open_hall(spec(result={"kind": "none"})), "2026-03-02", variant="change").accept().reviews().grant()
    walk.deliver()
    assert walk.row.status == "completed"
    assert "certificate" not in {step.key for step in walk.portal().steps}


def test_a_refusal_says_why_and_bans_only_where_safety_or_health_is_at_stake():
    hall = open_hall(spec(safety_or_health=True))
    false = begin(hall, "2026-03-02", variant="change").accept().reviews().refuse(falsehood="平面图系伪造。")
    assert false.row.ban_until == dt.date(2027, 3, 2)
    assert set(kinds(false.number)) == {"receipt", "acceptance", "decision_refuse", "warning"}
    honest = begin(hall, "2026-03-02", serial=2, variant="change").accept().reviews().refuse()
    assert honest.row.ban_until is None
    assert set(kinds(honest.number)) == {"receipt", "acceptance", "decision_refuse"}
    sound()


def test_an_ordinary_item_warns_without_a_ban():
    walk = begin(open_hall(), "2026-03-02", variant="change").accept().reviews().refuse(falsehood="平面图系伪造。")
    assert walk.row.ban_until is None
    assert "warning" in kinds(walk.number)


def test_the_second_officer_may_send_the_opinion_back():
    walk = begin(open_hall(), "2026-03-02", variant="change").accept().opinion()
    with pytest.raises(Forbidden) as caught:
        walk.do(services.countersign, "fire", review_key="fire", agree=True)
    assert caught.value.code == "same_officer"
    walk.do(services.countersign, "fire-2", review_key="fire", agree=False, remark="请写明依据。")
    review = walk.desk("fire").reviews[0]
    assert (review.outcome, review.done_on) == ("", None)
    walk.opinion().do(services.countersign, "fire-2", review_key="fire", agree=True)
    walk.grant()
    sound()


def test_a_question_runs_on_the_clock_and_closes_nothing():
    walk = begin(open_hall(), "2026-03-02", variant="change").accept()
    before = walk.portal().clocks["statutory"].due
    walk.go("2026-03-04").do(services.request_clarification, "fire", question="设备是哪一年的？")
    assert walk.portal().clarification.question == "设备是哪一年的？"
    services.sweep(now=at("2026-06-01"))
    assert walk.row.status == "accepted"
    assert walk.portal().clocks["statutory"].due == before
    upload = {"material_key": "clarification", "name": "答.png", "content": factories.png()}
    walk.go("2026-03-06").do(services.add_correction_file, "applicant", **upload)
    walk.do(services.answer_clarification, "applicant", answer="2024年。")
    answered = walk.portal()
    assert answered.clarification is None
    assert len(answered.clarifications[0].files) == 1
    sound()


def test_an_inspection_needs_two_officers_and_every_point():
    inspected = procedure(inspection={"organisation": "fire", "check_points": [POINT]})
    walk = begin(open_hall(spec(procedure=inspected)), "2026-03-02", variant="change").accept()
    walk.do(services.order_inspection, "fire", reason="现场情况不明。")
    walk.reviews()
    with pytest.raises(Exception, match="inspection has not been recorded"):
        walk.grant()
    visit = {"findings": {"on_site": True}, "conclusion": "与申请一致。"}
    me, other = walk.by("fire").id, walk.by("fire-2").id
    with pytest.raises(Forbidden):
        walk.do(services.record_inspection, "fire", second_officer=me, **visit)
    with pytest.raises(Forbidden):
        walk.do(services.record_inspection, "fire", second_officer=walk.by("stranger").id, **visit)
    with pytest.raises(Exception, match="no finding"):
        walk.do(services.record_inspection, "fire", second_officer=other, **{**visit, "findings": {}})
    walk.do(services.record_inspection, "fire", second_officer=other, **visit)
    walk.grant()
    sound()


def inspected_spec(**changes: object) -> ItemSpec:
    """An item whose law gives thirty days where the site is inspected, and five otherwise."""
    limit = {"unit": "working_day", "start": "acceptance", "source": "示例条例第十二条"}
    return spec(
        procedure=procedure(inspection={"organisation": "fire", "check_points": [POINT]}),
        statutory_limit={"value": 5, **limit},
        promised_limit={"value": 5, **limit},
        limit_classes=[{"name": "现场核查", "after_inspection": True, "statutory": {"value": 30, **limit}}],
        **changes,
    )


def test_an_inspection_brings_its_own_limit_everywhere_and_the_promise_stays():
    walk = begin(open_hall(inspected_spec()), "2026-03-02", variant="change").accept()
    before = walk.portal().clocks
    assert (before["statutory"].due, before["promised"].due) == (dt.date(2026, 3, 9), dt.date(2026, 3, 9))
    walk.do(services.order_inspection, "fire", reason="现场情况不明。")
    after = walk.portal().clocks
    assert (after["statutory"].due, after["promised"].due) == (dt.date(2026, 4, 14), dt.date(2026, 3, 9))
    assert walk.row.statutory_due_on == walk.desk("fire").clocks["statutory"].due == dt.date(2026, 4, 14)
    sound()


def test_an_inspection_makes_nothing_timely_that_was_late():
    walk = begin(open_hall(inspected_spec()), "2026-03-02", variant="change").accept()
    walk.go("2026-03-10")
    refused = refusal(lambda: walk.do(services.order_inspection, "fire", reason="现场情况不明。"), Refused)
    assert refused.code == "overdue"


POINT = {"key": "on_site", "text": "安全出口畅通", "source": "示例条例第六条"}


def procedure(**changes: object) -> dict[str, object]:
    return {**plain(spec().procedure), **changes}
