"""One case walks over the desk, page by page, as the officers would do it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from tests import factories as made
from tests.web.desk_help import ITEM, Desk, new_case, status_of
from tongban.accounts import queries as accounts
from tongban.cases import queries, services
from tongban.core.actors import SYSTEM, Actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_world")]


@pytest.fixture
def applicant(people: dict[str, str], now: dt.datetime) -> Actor:
    return accounts.actor_for(made.enterprise(now), now)


@pytest.fixture
def number(applicant: Actor, now: dt.datetime) -> str:
    return made.submitted(applicant, next(iter(applicant.applicant_ids)), ITEM, now).number


def check_everything(desk: Desk) -> None:
    case = queries.case_for_desk(desk.number, SYSTEM, timezone.now())
    for material in case.materials:
        desk.open(f"?m={material.key}")
    for finding in case.completeness:
        if finding.met is None:
            desk.post("finding/", step="completeness", point=finding.point.key, met="yes")


def reviewers(organisation: str, number: str) -> tuple[Desk, Desk]:
    one, two = (made.officer(f"{organisation}-{n}", organisation, ["reviewer"]) for n in (1, 2))
    return Desk(one, number), Desk(two, number)


def test_from_receipt_to_delivery(people: dict[str, str], applicant: Actor, number: str, now: dt.datetime) -> None:
    window = Desk(people["window"], number)
    case = queries.case_for_desk(number, SYSTEM, now)
    material = next(item for item in case.materials if item.spec and item.spec.check_points and item.files)
    point = material.spec.check_points[0]
    window.open(f"?m={material.key}&point=completeness-{point.key}")
    window.post(
        "points/",
        target=f"material:{material.key}",
        wrong="平面图没有标人流方向。",
        remedy="标出人流方向。",
        check_point=point.key,
        file_id=material.files[0].file_id,
        page=1,
        x=300,
        y=400,
        expected_seq=window.seq,
    )
    for other in case.materials:
        window.open(f"?m={other.key}")
    assert "既没有标为符合，也没有写明问题" in window.open()
    for finding in case.completeness:
        if finding.point.key != point.key:
            window.post("finding/", step="completeness", point=finding.point.key, met="yes")
    preview = window.do("request_correction")
    assert "平面图没有标人流方向。" in preview
    assert status_of(number) == "received"
    services.add_correction_file(
        number=number, actor=applicant, material_key=material.key, name="b.png", content=made.png((9, 9, 9)), now=now
    )
    services.submit_correction(
        number=number,
        actor=applicant,
        expected_seq=queries.case_for_applicant(number, applicant, now).seq,
        now=now,
    )
    page = window.open(f"?m={material.key}")
    assert "m.png" in page
    assert "b.png" in page
    window.post("points/1/judge/", met="yes")
    check_everything(window)
    window.do("accept")
    assert status_of(number) == "accepted"
    review_all(number)
    for each in (people["decision_maker"],):
        Desk(each, number).open()
    finish(people, number)


def review_all(number: str) -> None:
    for review in queries.case_for_desk(number, SYSTEM, timezone.now()).reviews:
        one, two = reviewers(review.organisation, number)
        one.open()
        for finding in review.findings:
            one.post("finding/", step=review.key, point=finding.point.key, met="yes")
        one.do("opinion", review=review.key, outcome="agree", opinion="符合条件。")
        if review.officers > 1:
            two.do("countersign", review=review.key, agree="yes", remark="")


def finish(people: dict[str, str], number: str) -> None:
    now = timezone.now()
    case = queries.case_for_desk(number, SYSTEM, now)
    if case.inspection_needed:
        key = case.version.spec.procedure.inspection.organisation
        one, _two = reviewers(key, number)
        second = made.officer(f"{key}-2", key, ["reviewer"])
        answers = {f"point-{point.key}": "yes" for point in case.inspection_points}
        one.do("inspect", second_officer=second, conclusion="现场与申请一致。", **answers)
    decider = Desk(people["decision_maker"], number)
    decider.open()
    preview = decider.do("grant", reasons="")
    assert "准予" in preview
    clerk = Desk(people["certificate_clerk"], number)
    clerk.do("make_certificate")
    made.run_tasks()
    page = clerk.open()
    licence = queries.case_for_desk(number, SYSTEM, now).licence
    assert licence is not None
    assert licence.number in page
    signed = clerk.client.get(f"/desk/cases/{number}/licences/{licence.id}/")
    assert signed["Content-Type"] == "application/pdf"
    clerk.do("deliver", method="electronic", recipient="")
    assert status_of(number) == "completed"
    for page in ("", "print/", "ledger/", "ledger/?clock=statutory", "chain/"):
        Desk(people["supervisor"], number).open(page)


def test_special_procedure_question_extension_and_refusal(
    people: dict[str, str], applicant: Actor, number: str, now: dt.datetime
) -> None:
    window = Desk(people["window"], number)
    check_everything(window)
    window.do("accept")
    decider, head = Desk(people["decision_maker"], number), Desk(people["agency_head"], number)
    ground = queries.case_for_desk(number, SYSTEM, now).special_grounds[0][0]
    preview = decider.do("start_special", ground=ground, expected_days=5, reason="送检。", performed_by="示例检测中心")
    assert "送检。" in preview
    decider.do("supplement_special", extra_days=3, reason="样品多。")
    decider.do("end_special", result="合格。")
    decider.do("request_clarification", question="仓库面积是多少?")
    services.answer_clarification(number=number, actor=applicant, expected_seq=window.seq, answer="200平方米", now=now)
    assert "200平方米" in decider.open()
    if queries.case_for_desk(number, SYSTEM, now).version.spec.extension:
        head.do("extend", reason="案情复杂。")
    decider.do("note", note="等检测报告原件。")
    assert "等检测报告原件。" in decider.open()
    review_all(number)
    case = queries.case_for_desk(number, SYSTEM, now)
    if case.inspection_needed:
        made.inspect(number, now)
    preview = decider.do(
        "refuse", reasons="车间布局不符合规范。", basis="《消毒管理办法》第二十二条", next_step="", falsehood=""
    )
    assert "车间布局不符合规范。" in preview
    assert status_of(number) == "refused"


@pytest.mark.parametrize(
    ("verb", "data", "status"),
    [
        ("not_required", {"reason": "这项活动不需要许可。", "next_step": ""}, "not_required"),
        ("refuse_acceptance", {"reason": "不属于本机关职权。", "competent_body": "示例市卫生健康委"}, "not_accepted"),
    ],
)
def test_intake_can_end_the_case(
    people: dict[str, str], number: str, verb: str, data: dict[str, str], status: str
) -> None:
    preview = Desk(people["window"], number).do(verb, **data)
    assert data["reason"] in preview
    assert status_of(number) == status


def test_preview_changes_nothing(people: dict[str, str], number: str) -> None:
    desk = Desk(people["window"], number)
    check_everything(desk)
    before = queries.case_for_desk(number, SYSTEM, timezone.now())
    panel = desk.client.get(f"/desk/cases/{number}/do/accept/").content.decode()
    assert "受理" in panel
    after = queries.case_for_desk(number, SYSTEM, timezone.now())
    assert (after.seq, after.status, after.documents) == (before.seq, before.status, before.documents)


def test_stale_form_is_answered_with_what_happened_and_keeps_the_text(
    people: dict[str, str], number: str, now: dt.datetime
) -> None:
    desk = Desk(people["window"], number)
    seq = desk.seq
    colleague = accounts.actor_for(made.officer("window-2", "approval_bureau", ["window"]), now)
    services.add_note(number=number, actor=colleague, note="我先看了。", now=now)
    answer = desk.client.post(
        f"/desk/cases/{number}/do/refuse_acceptance/",
        {"expected_seq": seq, "reason": "这段话要保留。", "competent_body": "示例机关", "step": "do"},
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "这段话要保留。" in page
    assert colleague.name in page
    assert status_of(number) == "received"


def test_stale_annotation_keeps_the_text(people: dict[str, str], number: str, now: dt.datetime) -> None:
    desk = Desk(people["window"], number)
    material = queries.case_for_desk(number, SYSTEM, now).materials[1]
    answer = desk.client.post(
        f"/desk/cases/{number}/points/",
        {"target": f"material:{material.key}", "wrong": "缺页。", "remedy": "补全。", "expected_seq": 0},
    )
    assert answer.status_code == 409
    assert "缺页。" in answer.content.decode()


def test_empty_annotation_names_each_field(people: dict[str, str], number: str) -> None:
    desk = Desk(people["window"], number)
    answer = desk.client.post(
        f"/desk/cases/{number}/points/", {"target": "", "wrong": "", "remedy": "只写了怎样改", "expected_seq": desk.seq}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "只写了怎样改" in page
    assert 'id="wrong-error"' in page


def test_a_filing_is_filed_without_acceptance_or_decision(people: dict[str, str], now: dt.datetime) -> None:
    number = new_case(now, 31, "invest_record")
    window = Desk(people["window"], number)
    check_everything(window)
    page = window.open()
    assert "/do/accept/" not in page
    assert "/do/grant/" not in page
    preview = window.do("file")
    assert "备案" in preview
    case = queries.case_for_desk(number, SYSTEM, now)
    clerk = Desk(people["certificate_clerk"], number)
    if case.version.spec.result.licence_type is not None:
        clerk.do("make_certificate")
        made.run_tasks()
    clerk.do("deliver", method="electronic", recipient="")
    assert status_of(number) == "completed"


def test_a_termination_names_its_ground_and_source(people: dict[str, str], number: str) -> None:
    window = Desk(people["window"], number)
    check_everything(window)
    window.do("accept")
    decider = Desk(people["decision_maker"], number)
    page = decider.client.post(
        f"/desk/cases/{number}/do/terminate/",
        {"ground": "transition", "reason": "规则变了", "basis": "某规定", "expected_seq": decider.seq, "step": "do"},
    )
    assert page.status_code == 409
    preview = decider.do("terminate", ground="applicant_ended", reason="申请人已注销。", basis="《行政许可法》第七十条")
    assert "申请人已注销。" in preview
    assert status_of(number) == "terminated"


def test_an_inspection_that_the_item_leaves_open_is_ordered_and_then_needed(
    people: dict[str, str], now: dt.datetime
) -> None:
    number = new_case(now, 41, "outdoor_ad")
    window = Desk(people["window"], number)
    check_everything(window)
    window.do("accept")
    review = queries.case_for_desk(number, SYSTEM, now).reviews[0]
    one, _two = reviewers(review.organisation, number)
    one.do("order_inspection", reason="需要到现场看。")
    after = queries.case_for_desk(number, SYSTEM, now)
    assert after.inspection_needed
    assert "需要到现场看。" in one.open()
