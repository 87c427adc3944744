"""Every verb in every wrong status, and every wrong person: refused with a reason, and nothing at all changes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from tests import factories
from tests.apps.cases_help import Walk, begin, nothing_changes, open_hall, own_folders, refusal, spec, verbs  # noqa: F401
from tongban.cases import queries, services
from tongban.core.errors import Forbidden, Invalid, NotFound, Refused, Stale

pytestmark = pytest.mark.django_db

#: verb → (service, post that would do it, values)
VERBS: dict[str, tuple[Callable[..., Any], str, dict[str, Any]]] = {
    "annotate": (services.annotate, "window", {"material_key": "plan", "wrong": "没有比例。", "remedy": "补上。"}),
    "record_finding": (services.record_finding, "window", {"step": "completeness", "point": "scale", "met": True}),
    "accept": (services.accept, "window", {}),
    "request_correction": (services.request_correction, "window", {}),
    "not_required": (services.not_required, "window", {"reason": "不需要许可。"}),
    "refuse_acceptance": (services.refuse_acceptance, "window", {"reason": "不归我们管。", "competent_body": "市局"}),
    "file_record": (services.file_record, "window", {}),
    "submit_correction": (services.submit_correction, "applicant", {}),
    "save_correction": (services.save_correction, "applicant", {"form": {}}),
    "answer_clarification": (services.answer_clarification, "applicant", {"answer": "是。"}),
    "withdraw": (services.withdraw, "applicant", {}),
    "start_special": (
        *(services.start_special, "decider"),
        {"ground": "testing", "expected_days": 5, "reason": "送检。"},
    ),
    "supplement_special": (services.supplement_special, "decider", {"extra_days": 3, "reason": "还要时间。"}),
    "end_special": (services.end_special, "decider", {"result": "合格。"}),
    "extend": (services.extend, "head", {"reason": "情况复杂。"}),
    "give_opinion": (services.give_opinion, "fire", {"review_key": "fire", "outcome": "agree", "opinion": "同意。"}),
    "countersign": (services.countersign, "fire-2", {"review_key": "fire", "agree": True}),
    "order_inspection": (services.order_inspection, "fire", {"reason": "看现场。"}),
    "record_inspection": (
        *(services.record_inspection, "fire"),
        {"second_officer": "0", "findings": {}, "conclusion": "属实。"},
    ),
    "request_clarification": (services.request_clarification, "fire", {"question": "何时建成？"}),
    "grant": (services.grant, "decider", {}),
    "refuse": (services.refuse, "decider", {"reasons": "不符合。", "basis": "第六条"}),
    "make_certificate": (services.make_certificate, "certificates", {}),
    "void_certificate": (services.void_certificate, "certificates", {"reason": "印错一行。"}),
    "deliver": (services.deliver, "certificates", {"method": "electronic", "recipient": ""}),
    "terminate": (
        *(services.terminate, "decider"),
        {"ground": "transition", "reason": "新规则。", "basis": "新条例"},
    ),
    "convert": (services.convert, "decider", {}),
    "assign": (services.assign, "window", {"assignee": "0"}),
    "put_back": (services.put_back, "window", {}),
    "put_back_review": (services.put_back, "fire", {"review_key": "fire"}),
}
EARLY = "give_opinion countersign order_inspection record_inspection request_clarification"
LATE = "start_special supplement_special end_special extend grant refuse make_certificate void_certificate deliver"
TAKING = "accept request_correction not_required refuse_acceptance annotate"
CORRECTING = "submit_correction save_correction"
ALWAYS = "file_record convert terminate"


def reach(walk: Walk, status: str) -> Walk:
    """Take a fresh case to ``status``."""
    if status == "received":
        return walk
    ends = {
        "withdrawn": lambda: walk.do(services.withdraw, "applicant"),
        "not_required": lambda: walk.do(services.not_required, "window", reason="不需要许可。"),
        "not_accepted": lambda: walk.do(
            services.refuse_acceptance, "window", reason="不归我们管。", competent_body="市局"
        ),
    }
    if status in ends:
        ends[status]()
        return walk
    walk.accept()
    if status == "terminated":
        walk.do(services.terminate, "decider", ground="object_gone", reason="场所已拆除。", basis="示例条例第二十条")
    elif status != "accepted":
        walk.reviews()
        if status == "refused":
            return walk.refuse()
        walk.grant()
        if status in ("certified", "completed"):
            walk.certificate()
        if status == "completed":
            walk.deliver()
    return walk


#: status → verbs that must be refused there.
WRONG = {
    "received": f"{EARLY} {LATE} {CORRECTING} answer_clarification {ALWAYS} put_back",
    "accepted": f"{TAKING} {CORRECTING} answer_clarification make_certificate void_certificate deliver "
    f"supplement_special end_special "
    f"{ALWAYS} put_back put_back_review grant refuse countersign",
    "granted": f"{EARLY} {TAKING} {CORRECTING} answer_clarification withdraw start_special supplement_special "
    f"end_special extend grant refuse void_certificate deliver {ALWAYS} put_back",
    "certified": f"{EARLY} {TAKING} {CORRECTING} answer_clarification withdraw start_special supplement_special "
    f"end_special extend grant refuse make_certificate {ALWAYS} put_back",
}
CLOSED = ("completed", "refused", "withdrawn", "not_required", "not_accepted", "terminated")


@pytest.mark.parametrize("status", [*WRONG, *CLOSED])
def test_every_verb_in_every_wrong_status_is_refused_and_changes_nothing(status):
    walk = reach(begin(open_hall(), "2026-03-02", variant="change"), status)
    assert walk.row.status == status
    reviewed = bool(walk.desk("decider").reviews)
    for name in WRONG.get(status, " ".join(VERBS)).split():
        verb, post, values = VERBS[name]
        if post.startswith("fire") and not reviewed:
            post = "decider"  # without a review of its own that department does not find the case
        error = refusal(lambda verb=verb, post=post, values=values: walk.do(verb, post, **values), Refused)
        assert error.status == 409, name
        if status in CLOSED:
            assert error.code == "wrong_status", name


def test_a_closed_case_still_takes_a_note():
    walk = reach(begin(open_hall(), "2026-03-02", variant="change"), "withdrawn")
    walk.do(services.add_note, "window", note="申请人来电说明原因。")
    assert walk.desk().notes[0].text == "申请人来电说明原因。"


def test_strangers_find_no_case_at_all():
    walk = begin(open_hall(), "2026-03-02", variant="change")
    other = begin(walk.hall, "2026-03-02", serial=2, variant="change")
    said = set()
    for verb, _, values in VERBS.values():
        strangers = (walk.by("stranger"), other.by("applicant"))
        for number in (walk.number, "120116-20260302-999999"):
            for actor in strangers:
                with nothing_changes() if actor.is_staff else nullcontext(), pytest.raises(NotFound) as caught:
                    verb(number=number, actor=actor, now=walk.now, **values)
                said.add(str(caught.value))
    assert len(said) == 1, "what does not exist and what is not yours must not be told apart"
    assert verbs(walk.number) == ["submit"]


@pytest.mark.parametrize(
    ("name", "post"),
    [
        ("accept", "decider"),
        ("accept", "applicant"),
        ("request_correction", "head"),
        ("withdraw", "window"),
        ("annotate", "supervisor"),
    ],
)
def test_at_intake_the_wrong_post_is_forbidden(name, post):
    walk = begin(open_hall(), "2026-03-02", variant="change").check()
    verb, _, values = VERBS[name]
    assert refusal(lambda: walk.do(verb, post, **values), Forbidden).code == "not_your_post"


@pytest.mark.parametrize(
    ("name", "post"),
    [
        ("grant", "window"),
        ("grant", "fire"),
        ("grant", "applicant"),
        ("refuse", "head"),
        ("extend", "decider"),
        ("give_opinion", "decider"),
        ("start_special", "window"),
        ("terminate", "fire"),
    ],
)
def test_under_review_the_wrong_post_is_forbidden(name, post):
    walk = begin(open_hall(), "2026-03-02", variant="change").accept()
    verb, _, values = VERBS[name]
    assert refusal(lambda: walk.do(verb, post, **values), Forbidden).code == "not_your_post"


def test_a_department_gives_no_opinion_for_another():
    walk = begin(open_hall(), "2026-03-02", variant="new", premises="rented").accept()
    values = {"review_key": "housing", "outcome": "agree", "opinion": "同意。"}
    assert refusal(lambda: walk.do(services.give_opinion, "fire", **values), Forbidden).code == "not_your_review"
    found = {"step": "housing", "point": "x", "met": True}
    assert refusal(lambda: walk.do(services.record_finding, "fire", **found), Forbidden).code == "not_your_review"


def test_findings_stay_as_the_opinion_and_the_acceptance_found_them():
    walk = begin(open_hall(), "2026-03-02", variant="change").accept()
    late = {"step": "completeness", "point": "scale", "met": False}
    refusal(lambda: walk.do(services.record_finding, "window", **late), Forbidden)
    refusal(lambda: walk.do(services.record_finding, "fire", **late), Forbidden)
    walk.opinion()
    changed = {"step": "fire", "point": "exits", "met": False}
    assert refusal(lambda: walk.do(services.record_finding, "fire", **changed), Refused).code == "opinion_given"


def test_a_decision_maker_with_the_case_does_not_stop_the_departments():
    walk = begin(open_hall(), "2026-03-02", variant="change").accept()
    walk.do(services.assign, "decider", assignee=walk.by("decider").id)
    walk.reviews().grant()
    assert walk.row.status == "granted"


def test_an_assigned_case_or_review_is_done_by_its_officer():
    walk = begin(open_hall(), "2026-03-02", variant="change").check()
    walk.do(services.assign, "window", assignee=walk.by("window-2").id)
    error = refusal(lambda: walk.do(services.accept, "window"), Refused)
    assert error.code == "assigned_elsewhere"
    walk.do(services.put_back, "window-2", reason="请假。")
    walk.do(services.accept, "window")
    walk.do(services.assign, "fire", assignee=walk.by("fire-2").id, review_key="fire")
    values = {"review_key": "fire", "outcome": "agree", "opinion": "同意。"}
    error = refusal(lambda: walk.do(services.give_opinion, "fire", **values), Refused)
    assert error.code == "review_assigned_elsewhere"
    walk.do(services.put_back, "fire-2", review_key="fire")
    walk.opinion()


def test_a_case_is_handed_only_to_who_holds_the_post_and_only_by_it():
    walk = begin(open_hall(), "2026-03-02", variant="change").accept()
    fire = walk.by("fire").id
    refusal(lambda: walk.do(services.assign, "decider", assignee=fire), Invalid)
    mine = walk.by("decider").id
    refusal(lambda: walk.do(services.assign, "fire", assignee=mine), Forbidden)


def test_whoever_looked_at_an_older_state_is_told_what_happened_since():
    walk = begin(open_hall(), "2026-03-02", variant="change").check()
    seen = walk.row.seq
    walk.do(services.add_note, "window-2", note="电话核实过。")
    error = refusal(lambda: walk.do(services.accept, "window", expected_seq=seen), Stale)
    assert [event.verb for event in error.since] == ["note"]
    walk.do(services.accept, "window", expected_seq=walk.row.seq)


def test_acceptance_waits_for_every_check_point():
    walk = begin(open_hall(), "2026-03-02", variant="change")
    assert refusal(lambda: walk.do(services.accept, "window"), Refused).code == "points_unchecked"
    walk.check()
    walk.do(services.record_finding, "window", step="completeness", point="scale", met=False)
    error = refusal(lambda: walk.do(services.accept, "window"), Refused)
    assert (error.code, error.rule.zh) == ("points_open", "《行政许可法》第三十二条第一款第四项")


def test_an_opinion_needs_its_findings_and_an_objection_its_reasons():
    walk = begin(open_hall(), "2026-03-02", variant="change").accept()
    values = {"review_key": "fire", "outcome": "agree", "opinion": ""}
    assert refusal(lambda: walk.do(services.give_opinion, "fire", **values), Invalid).errors[0].field == "findings"
    objection = {**values, "outcome": "object"}
    assert refusal(lambda: walk.do(services.give_opinion, "fire", **objection), Invalid).errors[0].field == "opinion"
    nonsense = {**values, "outcome": "maybe"}
    assert refusal(lambda: walk.do(services.give_opinion, "fire", **nonsense), Invalid).errors[0].field == "outcome"


def test_the_button_and_the_verb_give_the_same_answer():
    walk = begin(open_hall(), "2026-03-02", variant="change")
    posts = ("window", "decider", "fire", "head", "certificates", "applicant")
    same = {
        "accept": "accept",
        "grant": "grant",
        "withdraw": "withdraw",
        "extend": "extend",
        "make_certificate": "make_certificate",
        "deliver": "deliver",
        "end_special": "end_special",
    }
    for post in posts:
        actor = walk.by(post)
        if post in ("fire",):
            continue
        read = queries.case_for_applicant if post == "applicant" else queries.case_for_desk
        for name, verb in same.items():
            why = read(walk.number, actor, walk.now).actions[verb]
            if why is None:
                continue
            service, _, values = VERBS[name]
            error = refusal(lambda s=service, p=post, v=values: walk.do(s, p, **v))
            assert (type(error), str(error)) == (type(why), str(why))


def test_delivery_waits_for_the_signed_file():
    walk = reach(begin(open_hall(), "2026-03-02", variant="change"), "granted")
    walk.do(services.make_certificate, "certificates")
    values = {"method": "electronic", "recipient": ""}
    assert refusal(lambda: walk.do(services.deliver, "certificates", **values), Refused).code == "not_signed"
    factories.run_tasks()
    assert refusal(lambda: walk.do(services.deliver, "certificates", method="pigeon", recipient="x"), Invalid)
    walk.deliver()


def test_an_item_without_extension_or_special_procedures_has_none():
    walk = begin(open_hall(spec(extension=None, special_procedures=[])), "2026-03-02", variant="change").accept()
    head = walk.by("head")
    refusal(lambda: services.extend(number=walk.number, actor=head, reason="复杂。", now=walk.now), Forbidden)
    values = {"ground": "testing", "expected_days": 5, "reason": "送检。"}
    assert refusal(lambda: walk.do(services.start_special, "decider", **values), Refused).code == "ground_not_listed"
