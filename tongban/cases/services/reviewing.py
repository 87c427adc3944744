"""After acceptance: opinions by departments in parallel, special procedures, extension, questions, inspection."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from tongban.accounts import queries as accounts
from tongban.cases import facts, notices, snapshot
from tongban.cases.models import Clarification, Inspection, Review, SpecialProcedure
from tongban.cases.work import Work, invalid, text, working
from tongban.core.actors import Actor
from tongban.core.clock import Ground, Unit
from tongban.core.errors import Forbidden, gettext_noop
from tongban.core.lifecycle import Verb
from tongban.records.services import JSON

OUTCOMES = ("agree", "object")
MAX_EXPECTED_DAYS = 250


def give_opinion(
    *,
    number: str,
    actor: Actor,
    review_key: str,
    outcome: str,
    opinion: str,
    now: datetime,
    expected_seq: int | None = None,
) -> None:
    """审查意见 of one department. Where two officers are needed it waits for the second (art. 34(3))."""
    if outcome not in OUTCOMES:
        raise invalid("outcome", gettext_noop("Choose agree or object."), gettext_noop("Choose one."))
    opinion = text(opinion, "opinion", required=outcome == "object")
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.OPINION, review_key=review_key)
        _needs_findings(work, review_key)
        row = _review(work, review_key)
        row.outcome, row.opinion = outcome, opinion
        row.first_by, row.first_for = actor.id, work.acting_for
        if row.officers < 2:
            row.done_on = work.today
        details: dict[str, JSON] = {
            "review": review_key,
            "opinion": snapshot.review_digest(row),
            "findings": snapshot.findings_digest(work.loaded.findings(review_key)),
        }
        work.record(Verb.OPINION, details, known=True)


def _review(work: Work, key: str) -> Review:
    return next(row for row in work.loaded.reviews if row.key == key)


def _needs_findings(work: Work, review_key: str) -> None:
    wanted = {point.key for point in facts.step_points(work.loaded, review_key)}
    found = {row.point for row in work.loaded.findings(review_key)}
    if wanted - found:
        raise invalid(
            "findings",
            gettext_noop("%(count)s check points have no finding yet."),
            gettext_noop("Mark each as met or not met, then give the opinion."),
            count=len(wanted - found),
        )


def countersign(
    *,
    number: str,
    actor: Actor,
    review_key: str,
    agree: bool,
    now: datetime,
    remark: str = "",
    expected_seq: int | None = None,
) -> None:
    """The second officer signs the opinion, or sends it back to the first with a remark."""
    remark = text(remark, "remark", required=not agree, most=1000)
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.COUNTERSIGN, review_key=review_key)
        row = _review(work, review_key)
        if agree:
            row.second_by, row.second_for, row.done_on = actor.id, work.acting_for, work.today
        else:
            row.outcome, row.first_by, row.first_for = "", "", ""
            work.case.notes.create(text=remark, by=actor.id, at=now)
        row.save()
        details: dict[str, JSON] = {"review": review_key, "agree": agree, "opinion": snapshot.review_digest(row)}
        if not agree:
            details["note"] = snapshot.digest(remark)
        work.record(Verb.COUNTERSIGN, details)


def start_special(
    *,
    number: str,
    actor: Actor,
    ground: str,
    expected_days: int,
    reason: str,
    now: datetime,
    performed_by: str = "",
    expected_seq: int | None = None,
) -> None:
    """特别程序 under art. 45, with the written notice of the expected working days that stops the clock."""
    reason = text(reason, "reason")
    _check_days(expected_days)
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.START_SPECIAL, ground=ground or "none")
        spec = next(item for item in work.version.spec.special_procedures if item.ground == ground)
        until = work.calendar.add_working(work.today, expected_days)
        SpecialProcedure.objects.create(
            case=work.case,
            ground=ground,
            basis=spec.basis,
            reason=reason,
            started_on=work.today,
            expected_days=expected_days,
            notified_until=until,
        )
        document = notices.issue(
            work,
            "special_procedure",
            {
                "ground": Ground(ground).zh,
                "started_on": work.today.isoformat(),
                "expected_days": expected_days,
                "expected_end": _expected_end(work, work.today, until, expected_days),
                "performed_by": text(performed_by, "performed_by", required=False, most=200),
                "basis": spec.basis,
                "reason": reason,
            },
        )
        details: dict[str, JSON] = {
            "ground": ground,
            "until": until.isoformat(),
            "days": expected_days,
            "document": document,
        }
        work.record(Verb.START_SPECIAL, details)


def _check_days(days: int) -> None:
    if not 1 <= days <= MAX_EXPECTED_DAYS:
        raise invalid(
            "expected_days",
            gettext_noop("The expected days must be between 1 and %(most)s."),
            gettext_noop("Write the working days the procedure is expected to take, for example 5."),
            most=MAX_EXPECTED_DAYS,
        )


def _expected_end(work: Work, start: date, until: date, days: int) -> dict[str, object]:
    return {
        "date": until.isoformat(),
        "provisional": not work.calendar.is_firm(until),
        "start": start.isoformat(),
        "value": days,
        "unit": Unit.WORKING_DAY.value,
    }


def _running(work: Work) -> SpecialProcedure:
    return next(row for row in work.loaded.specials if row.ended_on is None)


def supplement_special(
    *, number: str, actor: Actor, extra_days: int, reason: str, now: datetime, expected_seq: int | None = None
) -> None:
    """A supplementary notice: time beyond the notified days counts again unless this is served.

    The days between the end of the old notice and the service of this one stay counted: a notice works forward.
    """
    reason = text(reason, "reason")
    _check_days(extra_days)
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.SUPPLEMENT_SPECIAL)
        row = _running(work)
        old = row.notified_until
        start = max(old, work.today)
        until = work.calendar.add_working(start, extra_days)
        if work.today > old:
            row.ended_on, row.result = old, ""
            row.save()
            row = SpecialProcedure(case=work.case, ground=row.ground, basis=row.basis, started_on=work.today)
        row.reason = row.reason or reason
        row.notified_until = until
        row.supplements = [*row.supplements, {"on": work.today.isoformat(), "days": extra_days, "reason": reason}]
        row.expected_days = (row.expected_days or 0) + extra_days
        row.save()
        document = notices.issue(
            work,
            "special_procedure_supplement",
            {
                "ground": Ground(row.ground).zh,
                "started_on": row.started_on.isoformat(),
                "notified_until": old.isoformat(),
                "expected_days": extra_days,
                "expected_end": _expected_end(work, start, until, extra_days),
                "reason": reason,
            },
        )
        details: dict[str, JSON] = {"until": until.isoformat(), "days": extra_days, "document": document}
        work.record(Verb.SUPPLEMENT_SPECIAL, details)


def end_special(*, number: str, actor: Actor, result: str, now: datetime, expected_seq: int | None = None) -> None:
    """The result came in today; the clock runs on from tomorrow."""
    result = text(result, "result")
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.END_SPECIAL)
        row = _running(work)
        row.ended_on, row.result = work.today, result
        row.save()
        due = notices.deadlines(work)
        document = notices.issue(
            work,
            "special_procedure_end",
            {
                "ground": Ground(row.ground).zh,
                "started_on": row.started_on.isoformat(),
                "ended_on": work.today.isoformat(),
                "outcome": result,
                "statutory_due": due["statutory_due"],
                "promised_due": due["promised_due"],
            },
        )
        work.record(Verb.END_SPECIAL, {"ended_on": work.today.isoformat(), "document": document})


def extend(*, number: str, actor: Actor, reason: str, now: datetime, expected_seq: int | None = None) -> None:
    """延期, once, before the due date, by whoever the item names (art. 42); the promised date does not move."""
    reason = text(reason, "reason")
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.EXTEND)
        rule = work.version.spec.extension
        assert rule is not None
        old = notices.deadlines(work)["statutory_due"]
        work.case.extended_by = rule.value
        document = notices.issue(
            work,
            "extension",
            {
                "reason": reason,
                "extended_days": rule.value,
                "extended_unit": facts.limits_in_law(work.loaded)[0].unit.value,
                "approver": f"{accounts.organisation(actor.organisation).name}负责人",
                "basis": rule.basis,
                "old_due": old,
                "new_due": notices.deadlines(work)["statutory_due"],
                "approved_on": work.today.isoformat(),
            },
        )
        details: dict[str, JSON] = {"days": rule.value, "reason": snapshot.digest(reason), "document": document}
        work.record(Verb.EXTEND, details)


def request_clarification(
    *, number: str, actor: Actor, question: str, now: datetime, expected_seq: int | None = None
) -> None:
    """A question to the applicant; there is no return after acceptance: the clock runs, silence closes nothing."""
    question = text(question, "question")
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.REQUEST_CLARIFICATION)
        count = work.case.clarifications.count()
        row = Clarification.objects.create(
            case=work.case, number=count + 1, question=question, asked_by=actor.id, asked_on=work.today
        )
        document = notices.issue(work, "clarification", {"questions": [question]})
        details: dict[str, JSON] = {"number": row.number, "question": snapshot.digest(question), "document": document}
        work.record(Verb.REQUEST_CLARIFICATION, details)


def order_inspection(*, number: str, actor: Actor, reason: str, now: datetime, expected_seq: int | None = None) -> None:
    """A reviewer asks for a site inspection that the item leaves open. It runs inside the clock."""
    reason = text(reason, "reason", most=1000)
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.ORDER_INSPECTION)
        work.case.inspection_ordered = True
        work.case.notes.create(text=reason, by=actor.id, at=now)
        work.record(Verb.ORDER_INSPECTION, {"reason": snapshot.digest(reason)})


def record_inspection(
    *,
    number: str,
    actor: Actor,
    second_officer: str,
    findings: Mapping[str, bool],
    conclusion: str,
    now: datetime,
    expected_seq: int | None = None,
) -> None:
    """现场核查 by two officers (art. 34(3)), with a finding on every check point."""
    conclusion = text(conclusion, "conclusion")
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.INSPECT)
        known = {item.id for item in _inspectors(work)}
        if second_officer in work.relation.persons - {actor.id}:
            raise Forbidden(
                gettext_noop("A deputy and the one deputised are not two officers."),
                remedy=gettext_noop("Name a second officer for whom you do not stand in."),
            )
        if second_officer == actor.id or second_officer not in known:
            raise Forbidden(
                gettext_noop("A site inspection needs two officers of the department."),
                remedy=gettext_noop("Name a second officer."),
            )
        missing = {point.key for point in facts.step_points(work.loaded, "inspection")} - set(findings)
        if missing:
            raise invalid(
                "findings",
                gettext_noop("%(count)s check points have no finding yet."),
                gettext_noop("Mark each as met or not met."),
                count=len(missing),
            )
        row = Inspection.objects.create(
            case=work.case,
            done_on=work.today,
            officers=[actor.id, second_officer],
            findings={key: bool(met) for key, met in findings.items()},
            conclusion=conclusion,
        )
        details: dict[str, JSON] = {
            "officers": row.officers,
            "findings": snapshot.digest(row.findings),
            "conclusion": snapshot.digest(conclusion),
        }
        work.record(Verb.INSPECT, details)


def _inspectors(work: Work) -> list[accounts.OfficerView]:
    key = work.actor.organisation
    people = accounts.officers(key, "reviewer", work.today) + accounts.officers(key, "inspector", work.today)
    away = accounts.absences(key, work.today)
    return [item for item in people if away.away_until(item.id) is None]
