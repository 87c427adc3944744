"""From receipt to acceptance: 行政许可法 art. 32. One correction notice, silence that counts, named refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext, override

from tongban.cases import facts, notices, snapshot
from tongban.cases.models import Annotation, CheckFinding, CorrectionNotice, Review
from tongban.cases.work import Work, text, working
from tongban.core.actors import SYSTEM, Actor
from tongban.core.case_facts import Status
from tongban.core.clock import ClockFacts, Limit, StartEvent, due_date
from tongban.core.errors import Refused, gettext_noop
from tongban.core.forms import label_path
from tongban.core.law import Citation
from tongban.core.lifecycle import Transition, Verb
from tongban.records.rows import fresh
from tongban.records.services import JSON


def accept(*, number: str, actor: Actor, now: datetime, expected_seq: int | None = None) -> None:
    """受理: complete, or all corrections handed in (art. 32(1)(5)). Opens every department's review at once."""
    with working(number, actor, now, expected_seq) as work:
        _accept(work, work.check(Verb.ACCEPT), work.today, deemed=False)


def deem_accepted(*, number: str, now: datetime) -> bool:
    """视为受理: five working days of silence; effective from the date of receipt (art. 32(1)(4)).

    Returns False where it does not apply (yet), so that running it twice or late changes nothing it should not.
    """
    with working(number, SYSTEM, now) as work:
        try:
            transition = work.check(Verb.DEEM_ACCEPTED)
        except Refused:
            return False
        _accept(work, transition, work.case.received_on, deemed=True)
    return True


def _accept(work: Work, transition: Transition, effective: date, *, deemed: bool) -> None:
    case = work.case
    work.move(transition)
    case.accepted_on, case.deemed = effective, deemed
    case.accepted_by = "" if deemed else work.actor.id
    case.completeness_stopped_on = work.today
    open_reviews(work)
    documents = notices.deadlines(work)
    document = notices.issue(
        work,
        "acceptance",
        {
            "accepted_on": effective.isoformat(),
            "deemed": deemed,
            "instant": work.version.spec.instant,
            "departments": _departments(work),
            "statutory_due": documents["statutory_due"],
            "promised_due": documents["promised_due"],
        },
        issued_on=work.today,
    )
    verb = Verb.DEEM_ACCEPTED if deemed else Verb.ACCEPT
    details: dict[str, JSON] = {
        "accepted_on": effective.isoformat(),
        "document": document,
        "reviews": _reviews(work),
        "findings": snapshot.findings_digest(work.loaded.findings("completeness")),
    }
    work.record(verb, details, effective=effective, known=True)


def _departments(work: Work) -> str:
    """Who reviews, as a document names them: the organisation, and what it looks at."""
    reviews = work.loaded.reviews
    return "、".join(f"{work.reference.organisation(row.organisation).name}（{row.name}）" for row in reviews)


def open_reviews(work: Work) -> None:
    """Open the reviews of the tailored procedure, all at once (A13). Each clock starts today."""
    spec = work.version.spec
    there = {row.key for row in work.loaded.reviews}
    opened = [
        fresh(
            Review,
            case=work.case,
            key=item.key,
            name=item.name,
            organisation=facts.organisation_of(spec, item.organisation),
            duty=item.duty.value,
            officers=item.officers,
            opened_on=work.today,
        )
        for item in work.loaded.tailored.reviews
        if item.key not in there
    ]
    work.loaded = replace(work.loaded, reviews=(*work.loaded.reviews, *opened))


def _reviews(work: Work) -> list[str]:
    return [row.key for row in work.loaded.reviews]


def file_record(*, number: str, actor: Actor, now: datetime, expected_seq: int | None = None) -> None:
    """备案: complete information received = filed. There is no acceptance and no grant."""
    with working(number, actor, now, expected_seq) as work:
        transition = work.check(Verb.FILE)
        case = work.case
        work.move(transition)
        case.decided_on, case.granted = work.today, True
        case.decided_by = actor.id
        case.completeness_stopped_on = work.today
        document = notices.issue(
            work, "filing", {"filed_on": work.today.isoformat(), "received_on": case.received_on.isoformat()}
        )
        details: dict[str, JSON] = {
            "decided_on": work.today.isoformat(),
            "document": document,
            "findings": snapshot.findings_digest(work.loaded.findings("completeness")),
        }
        work.record(Verb.FILE, details)


def not_required(
    *, number: str, actor: Actor, reason: str, now: datetime, expected_seq: int | None = None, next_step: str = ""
) -> None:
    """不受理: no licence is needed for this (art. 32(1)(1))."""
    reason = text(reason, "reason")
    with working(number, actor, now, expected_seq) as work:
        extra = {"next_step": text(next_step, "next_step", required=False), "basis": ""}
        _close_at_intake(work, Verb.NOT_REQUIRED, "not_required", reason, extra)


def refuse_acceptance(
    *, number: str, actor: Actor, reason: str, competent_body: str, now: datetime, expected_seq: int | None = None
) -> None:
    """不予受理: not this authority's power; names the competent body (art. 32(1)(2))."""
    reason, body = text(reason, "reason"), text(competent_body, "competent_body", most=200)
    with working(number, actor, now, expected_seq) as work:
        _close_at_intake(work, Verb.REFUSE_ACCEPTANCE, "refuse_acceptance", reason, {"competent_body": body})


def _close_at_intake(work: Work, verb: Verb, kind: str, reason: str, extra: dict[str, str]) -> None:
    work.move(work.check(verb))
    work.case.outcome_text = reason
    work.case.completeness_stopped_on = work.today
    document = notices.issue(work, kind, {"reason": reason, **extra})
    work.record(verb, {"document": document, "reason": snapshot.digest(reason)})


def request_correction(*, number: str, actor: Actor, now: datetime, expected_seq: int | None = None) -> None:
    """补正: the one notice that lists everything (art. 32(1)(4)).

    A second notice may only repeat points still unmet, or name points on material that came in with a correction.
    New points on material already held are refused, and the attempt is recorded.
    """
    refused: Refused | None = None
    with working(number, actor, now, expected_seq) as work:
        transition = work.check(Verb.REQUEST_CORRECTION)
        points = [row for row in work.case.annotations.order_by("number") if row.state in ("open", "unmet")]
        late = _new_on_old_material(work, points)
        if late:
            refused = _second_round(late)
            work.record("correction_refused", {"points": [row.number for row in late]})
        else:
            _send_correction(work, transition, points)
    if refused is not None:
        raise refused


def _new_on_old_material(work: Work, points: Sequence[Annotation]) -> list[Annotation]:
    if work.loaded.correction is None:
        return []
    rounds = work.case.materials.values_list("key", "received_round")
    came = {key for key, received in rounds if received == work.case.round}
    asked = work.case.annotations.filter(number__in=work.loaded.correction.points).values_list("field_path", flat=True)
    fields = {path.split(".")[0] for path in asked if path}
    return [
        row
        for row in points
        if row.state == Annotation.OPEN and row.material_key not in came and row.field_path.split(".")[0] not in fields
    ]


def _second_round(points: Sequence[Annotation]) -> Refused:
    return Refused(
        gettext_noop("Points %(numbers)s are new and concern material that was held when the notice was given."),
        remedy=gettext_noop("Drop these points: the one notice had to list everything. The attempt has been recorded."),
        rule=Citation("licensing", 32, 1, 4),
        params={"numbers": "、".join(str(row.number) for row in points)},
        code="second_notice",
    )


def correction_due(work: Work, served: date) -> date:
    """The day by which a correction notice served on ``served`` is to be answered, as the item says."""
    rule = work.version.spec.correction
    limit = Limit(rule.days, rule.unit, StartEvent.CORRECTION, rule.basis)
    return due_date(limit, ClockFacts(served), work.calendar) or served


def _send_correction(work: Work, transition: Transition, points: Sequence[Annotation]) -> None:
    case, served = work.case, work.today
    respond_by = correction_due(work, served)
    provisional = not work.calendar.is_firm(respond_by)
    notice_number = (work.loaded.correction.number if work.loaded.correction else 0) + 1
    work.move(transition)
    for row in points:
        row.state = Annotation.SENT
        row.notice_number = row.notice_number or notice_number
        row.save(update_fields=["state", "notice_number"])
    case.completeness_stopped_on = served
    document = notices.issue(work, "correction", _correction_data(work, points, respond_by, provisional))
    CorrectionNotice.objects.create(
        case=case,
        number=notice_number,
        served_on=served,
        respond_by=respond_by,
        provisional=provisional,
        points=[row.number for row in points],
        document_id=document,
    )
    numbers = [row.number for row in points]
    details: dict[str, JSON] = {
        "document": document,
        "points": numbers,
        "text": snapshot.points_digest(points),
        "notice": notice_number,
        "respond_by": "" if provisional else respond_by.isoformat(),
    }
    work.record(Verb.REQUEST_CORRECTION, details)


def _correction_data(
    work: Work, points: Sequence[Annotation], respond_by: date, provisional: bool
) -> dict[str, object]:
    rule = work.version.spec.correction
    due = {
        "date": respond_by.isoformat(),
        "provisional": provisional,
        "start": work.today.isoformat(),
        "value": rule.days,
        "unit": rule.unit.value,
    }
    places = _places(work, points)
    defects = [
        {"text": f"{place}：{row.wrong}", "notes": [f"怎样改：{row.remedy}"]}
        for place, row in zip(places, points, strict=True)
    ]
    return {"defects": defects, "due": due, "closing_basis": rule.basis if rule.closes else ""}


def _places(work: Work, points: Sequence[Annotation]) -> list[str]:
    """Where each point is to be mended, in the words of the form: 现场平面图, or 申请表·单面面积."""
    names = dict(work.case.materials.values_list("key", "name"))
    pages = work.loaded.tailored.form_pages
    with override("zh-hans"):  # notices are written in Chinese, whoever serves them
        return [
            "·".join((names.get(row.material_key, "申请表"), *label_path(pages, row.field_path, gettext)))
            for row in points
        ]


def close_uncorrected(*, number: str, now: datetime) -> bool:
    """Close a case whose correction date passed, only where the item's own source says so; False otherwise."""
    with working(number, SYSTEM, now) as work:
        try:
            transition = work.check(Verb.CLOSE_UNCORRECTED)
        except Refused:
            return False
        work.move(transition)
        rule = work.version.spec.correction
        reason = "逾期没有补正"
        work.case.outcome_text = reason
        extra = {"terminated_on": work.today.isoformat(), "reason": reason, "basis": rule.basis}
        document = notices.issue(work, "termination", extra)
        work.record(Verb.CLOSE_UNCORRECTED, {"document": document, "basis": rule.basis})
    return True


def record_finding(
    *, number: str, actor: Actor, step: str, point: str, met: bool, now: datetime, remark: str = ""
) -> None:
    """Note an officer's finding on one check point of a step: ``completeness`` or a review's key.

    A finding is working material: the latest counts, and the opinion or acceptance that rests on it is the event.
    Once that is given its findings stay as they are.
    """
    remark = text(remark, "remark", required=False, most=1000)
    with working(number, actor, now) as work:
        work.check(Verb.CHECK)
        early = work.case.status == Status.RECEIVED
        if not early:
            work.check(Verb.OPINION, review_key=step)
        if early != (step == "completeness") or point not in _points(work, step):
            raise Refused(gettext_noop("This check point does not belong to the step."), remedy=gettext_noop("Reload."))
        CheckFinding.objects.update_or_create(
            case=work.case,
            step=step,
            point=point,
            defaults={"met": met, "remark": remark, "by": actor.id, "at": now},
        )


def _points(work: Work, step: str) -> set[str]:
    return {point.key for point in facts.step_points(work.loaded, step)}
