"""Decision, certificate, delivery, and the ends that are not decisions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tongban.cases import certificate, facts, notices, snapshot
from tongban.cases.models import CaseMaterial
from tongban.cases.privacy import open_form, seal_form
from tongban.cases.services.serving import record_handed_over
from tongban.cases.work import Work, invalid, text, working
from tongban.catalogue import queries as catalogue
from tongban.core.actors import SYSTEM, Actor
from tongban.core.case_facts import Status
from tongban.core.clock import Unit, validity_end
from tongban.core.errors import Refused, gettext_noop
from tongban.core.forms import fields_of
from tongban.core.items import ItemSpec, Track
from tongban.core.lifecycle import Transition, Verb, converted_status
from tongban.core.materials import applies, check_answers, tailored
from tongban.documents import queries as documents
from tongban.licences import queries as licences
from tongban.licences import services as licence_services
from tongban.records.services import JSON

#: Grounds of a termination that are not the applicant's withdrawal. 行政许可法 names none for the application stage:
#: which a district uses, and its source, is entered with each termination.
TERMINATION_GROUNDS = ("transition", "applicant_ended", "object_gone", "other_law")


def grant(*, number: str, actor: Actor, now: datetime, reasons: str = "", expected_seq: int | None = None) -> None:
    """准予 (art. 38(1)). The certificate's own clock starts."""
    reasons = text(reasons, "reasons", required=False)
    with working(number, actor, now, expected_seq) as work:
        _grant(work, work.check(Verb.GRANT), reasons, by_silence="")


def deem_granted(*, number: str, now: datetime) -> bool:
    """视为准予延续: no decision before the old licence expired (art. 50(2)). False where it does not apply."""
    with working(number, SYSTEM, now) as work:
        try:
            transition = work.check(Verb.DEEM_GRANTED)
        except Refused:
            return False
        case = work.case
        rule = next(row for row in work.version.spec.silence if applies(row.when, case.answers, case.variant))
        _grant(work, transition, "", by_silence=rule.basis)
    return True


def _grant(work: Work, transition: Transition, reasons: str, *, by_silence: str) -> None:
    case = work.case
    work.move(transition)
    case.decided_on, case.granted, case.outcome_text = work.today, True, reasons
    case.decided_by = "" if by_silence else work.actor.id
    certificate.cancel_old(work)
    if by_silence and case.not_after is not None:
        case.decided_on = case.not_after
    document = notices.issue(work, "decision_grant", _grant_data(work, by_silence))
    details: dict[str, JSON] = {
        "decided_on": case.decided_on.isoformat(),
        "reasons": snapshot.digest(reasons),
        "document": document,
        "basis": by_silence,
    }
    verb = Verb.DEEM_GRANTED if by_silence else Verb.GRANT
    work.record(verb, details, effective=case.decided_on, known=True)


def _grant_data(work: Work, by_silence: str) -> dict[str, Any]:
    case, spec = work.case, work.version.spec
    has_certificate = facts.has_certificate(spec, case.variant)
    return {
        "decided_on": case.decided_on.isoformat() if case.decided_on else "",
        "result_name": spec.result.name if has_certificate else "",
        "certificate_due": notices.deadlines(work)["certificate_due"] if has_certificate else "",
        "by_silence": bool(by_silence),
        "silence_basis": by_silence,
        "conditions": list(spec.obligations),
    }


def refuse(
    *,
    number: str,
    actor: Actor,
    reasons: str,
    basis: str,
    now: datetime,
    falsehood: str = "",
    next_step: str = "",
    expected_seq: int | None = None,
) -> None:
    """不予: with reasons and remedies (art. 38(2)).

    ``falsehood`` says what was concealed or false: then a warning under art. 78 is served with it, and, only for
    items of public safety or health, a new application is barred for a year.
    """
    reasons, basis = text(reasons, "reasons"), text(basis, "basis", most=500)
    falsehood = text(falsehood, "falsehood", required=False, most=1000)
    with working(number, actor, now, expected_seq) as work:
        transition = work.check(Verb.REFUSE)
        case = work.case
        case.decided_on, case.granted, case.outcome_text = work.today, False, reasons
        case.decided_by = actor.id
        if falsehood and work.version.spec.safety_or_health and work.loaded.track is Track.LICENCE:
            case.ban_until = validity_end(work.today, 1, Unit.YEAR)
            if next_step.strip():
                raise invalid(
                    "next_step",
                    gettext_noop("A new application is barred for a year, so the decision cannot invite one."),
                    gettext_noop("Leave the next step empty; the warning names the date."),
                )
        work.move(transition)
        data = {
            "decided_on": work.today.isoformat(),
            "reasons": [line for line in reasons.splitlines() if line.strip()],
            "basis": basis,
            "next_step": text(next_step, "next_step", required=False, most=1000),
        }
        documents = [notices.issue(work, "decision_refuse", data)]
        if falsehood and work.loaded.track is Track.LICENCE:
            documents.append(notices.issue(work, "warning", _warning(work, falsehood)))
        details: dict[str, JSON] = {
            "decided_on": work.today.isoformat(),
            "reasons": snapshot.digest(reasons),
            "documents": documents,
            "falsehood": bool(falsehood),
            "ban_until": case.ban_until.isoformat() if case.ban_until else "",
        }
        work.record(Verb.REFUSE, details)


def _warning(work: Work, falsehood: str) -> dict[str, Any]:
    """The first line says what was false, the lines after it by what that was found."""
    lines = [line for line in falsehood.splitlines() if line.strip()]
    return {
        "falsehood": lines[0].rstrip("。．.;；"),
        "facts_found": lines[1:] or lines,
        "decided_on": work.today.isoformat(),
        "banned_until": work.case.ban_until.isoformat() if work.case.ban_until else "",
    }


def make_certificate(*, number: str, actor: Actor, now: datetime, expected_seq: int | None = None) -> None:
    """制证: reserve number and identifier, or change, renew, replace the old licence; the file is signed by a task."""
    with working(number, actor, now, expected_seq) as work:
        transition = work.check(Verb.MAKE_CERTIFICATE)
        work.case.licence_id = certificate.make(work)
        work.case.certificate_on = work.today
        work.move(transition)
        work.record(Verb.MAKE_CERTIFICATE, {"licence": work.case.licence_id}, known=True)


def void_certificate(*, number: str, actor: Actor, reason: str, now: datetime, expected_seq: int | None = None) -> None:
    """作废 a certificate that was made in error and is still in the house: the case waits for the right one.

    Its number is recorded and never used again; the ten working days of art. 44 run on. A new version of an older
    licence has that licence's number and is not voided: Refused, for it is delivered and then corrected or replaced.
    """
    reason = text(reason, "reason", most=500)
    with working(number, actor, now, expected_seq) as work:
        transition = work.check(Verb.VOID_CERTIFICATE)
        made = work.case.licence_id
        if licences.get(made).version > 1:
            raise Refused(
                gettext_noop("This certificate is a new version of an older licence, whose number stays in use."),
                remedy=gettext_noop("Deliver it and correct the entry that is wrong on the licence's page."),
            )
        licence_services.void(licence_id=made, reason=reason, actor=work.office, now=now, undelivered=True)
        work.case.licence_id, work.case.certificate_on = "", None
        work.move(transition)
        work.record(Verb.VOID_CERTIFICATE, {"licence": made, "reason": snapshot.digest(reason)})


def deliver(
    *,
    number: str,
    actor: Actor,
    method: str,
    recipient: str,
    now: datetime,
    expected_seq: int | None = None,
) -> None:
    """送达: the case is completed. Opens only once the signed file's hash is recorded.

    Nobody signs for what the system delivers; its time is the system's own.
    """
    if method not in METHODS:
        raise invalid("method", gettext_noop("Choose how it was delivered."), gettext_noop("Choose one."))
    recipient = text(recipient, "recipient", required=method != "electronic", most=100)
    with working(number, actor, now, expected_seq) as work:
        transition = work.check(Verb.DELIVER)
        work.case.delivered_on = work.today
        work.move(transition)
        data = {
            "delivered_at": now.isoformat(),
            "method": METHODS[method],
            "recipient": "" if method == "electronic" else recipient,
            "documents": _delivered(work),
        }
        document = notices.issue(work, "delivery", data)
        work.record(Verb.DELIVER, {"method": method, "document": document}, known=True)
        if method in SERVED_AT_ONCE:
            record_handed_over(work.case, method, recipient, actor, now)


def _delivered(work: Work) -> list[str]:
    """What is handed over: the decision by title and number, and the result where there is one."""
    decisions = [row for row in documents.for_owner(work.chain) if row.kind in ("decision_grant", "filing")]
    result = work.version.spec.result.name
    return [f"《{row.title}》{row.number}" for row in decisions] + ([result] if result and work.case.licence_id else [])


#: By these the decision is served the same moment; what is posted is served when its receipt comes back, and what goes
#: to a confirmed electronic address when it arrives there.
SERVED_AT_ONCE = frozenset({"window", "hand"})

#: 送达方式 as documents print them.
METHODS = {"electronic": "电子送达", "window": "窗口领取", "courier": "邮寄送达", "hand": "直接送达"}


def terminate(
    *,
    number: str,
    actor: Actor,
    ground: str,
    reason: str,
    basis: str,
    now: datetime,
    expected_seq: int | None = None,
) -> None:
    """终止办理 on a named ground with its source. The applicant's silence after acceptance is no ground."""
    reason, basis = text(reason, "reason"), text(basis, "basis", most=500)
    if ground not in TERMINATION_GROUNDS:
        raise invalid("ground", gettext_noop("Choose the ground."), gettext_noop("Choose one."))
    with working(number, actor, now, expected_seq) as work:
        work.move(work.check(Verb.TERMINATE, termination_ground=ground))
        work.case.outcome_text = reason
        data = {"terminated_on": work.today.isoformat(), "reason": reason, "basis": basis}
        document = notices.issue(work, "termination", data)
        work.record(Verb.TERMINATE, {"ground": ground, "basis": basis, "document": document})


def convert(*, number: str, actor: Actor, now: datetime, expected_seq: int | None = None) -> None:
    """Move a pending case to the version in force, as the new version's sourced transition rule says.

    On the same track the case stands where it stood; on another it is received anew today.
    """
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.CONVERT)
        case = work.case
        old, new = work.version, catalogue.version_in_force(case.item_key, work.today)
        old_track = work.loaded.track
        case.item_version_id, case.track, case.item_name = new.id, new.spec.track.value, new.spec.name
        case.answers = check_answers(new.spec, case.variant, case.answers, partial=True)[0]
        work.set_status(converted_status(Status(case.status), old_track, new.spec.track))
        case.form = _moved_form(case.form, old.spec, new.spec)
        anew = old_track is not new.spec.track
        if anew:
            _receive_anew(work)
        _add_materials(work, new.spec)
        details: dict[str, JSON] = {
            "anew": anew,
            "materials": snapshot.materials_digest(case),
            "from_version": old.id,
            "to_version": new.id,
            "source": new.transition.source if new.transition else "",
        }
        work.record(Verb.CONVERT, details)


def _moved_form(form: Mapping[str, Any], old: ItemSpec, new: ItemSpec) -> dict[str, Any]:
    """The stored form under the new version's fields; what these no longer ask for stays as it was sealed."""
    keys = {field.key for field in fields_of(new.form)}
    opened = {key: value for key, value in open_form(old.form, form).items() if key in keys}
    return {**form, **seal_form(new.form, opened)}


def _receive_anew(work: Work) -> None:
    """Another track follows another law: the case starts at its receipt; an open correction stays to be answered."""
    case = work.case
    case.accepted_on, case.accepted_by, case.deemed, case.extended_by = None, "", False, 0
    if not work.loaded.correction_open:
        case.completeness_stopped_on = None
    case.received_on = work.today
    case.round += 1
    case.reviews.all().delete()
    case.findings.all().delete()
    case.special_procedures.filter(ended_on=None).update(ended_on=work.today)


def _add_materials(work: Work, spec: ItemSpec) -> None:
    """Materials that only the new version asks for join the list, so that they can be asked for."""
    case = work.case
    known = set(case.materials.values_list("key", flat=True))
    for material in tailored(spec, case.variant, case.answers).materials:
        if material.key not in known:
            source = "form" if material.provider == "generated" else "missing"
            CaseMaterial.objects.create(
                case=case, key=material.key, name=material.name, source=source, position=len(known)
            )
            known.add(material.key)
