"""The applicant's answers: correcting in place exactly what was asked, answering a question, withdrawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tongban.accounts import queries as accounts
from tongban.cases import notices, snapshot
from tongban.cases.access import find_case
from tongban.cases.models import Annotation, Clarification, CorrectionFile, CorrectionNotice, MaterialFile
from tongban.cases.privacy import open_form, seal_form
from tongban.cases.receiving import receive
from tongban.cases.services.drafts import MAX_FILES, as_entered, strangers, too_many_files
from tongban.cases.services.submitting import copy_file
from tongban.cases.work import Work, text, working
from tongban.catalogue import queries as catalogue
from tongban.core.actors import Actor
from tongban.core.agency import Act
from tongban.core.errors import FieldError, Invalid, NotFound, gettext_noop
from tongban.core.forms import fields_of, validate
from tongban.core.items import FormField
from tongban.core.lifecycle import Verb
from tongban.records.services import JSON, discard_file

#: Before a field's key: the entry that says why the field stays as it is.
LEFT = "left"


def open_points(notice: CorrectionNotice) -> list[Annotation]:
    """The points of a notice that the applicant has to mend."""
    return list(notice.case.annotations.filter(number__in=notice.points).order_by("number"))


def asked_fields(work: Work) -> tuple[FormField, ...]:
    """The form fields that the open notice asks to mend."""
    notice = work.loaded.correction
    if notice is None:
        return ()
    keys = {row.field_path.split(".")[0] for row in open_points(notice) if row.field_path}
    return tuple(field for field in fields_of(work.loaded.tailored.form_pages) if field.key in keys)


def _agreements(work: Work) -> dict[str, Any]:
    """The rules between entries, and the entries that stand, for ``validate``."""
    return {"rules": work.loaded.tailored.form_rules, "known": open_form(work.version.spec.form, work.case.form)}


def asked_materials(work: Work) -> set[str]:
    """The materials that the open notice asks to mend."""
    notice = work.loaded.correction
    return {row.material_key for row in open_points(notice) if row.material_key} if notice else set()


def save_correction(
    *,
    number: str,
    actor: Actor,
    form: Mapping[str, Any],
    now: datetime,
    partial: bool = False,
    left: Mapping[str, str] | None = None,
) -> None:
    """Keep what the applicant entered for the asked fields, right or wrong; then report what is wrong.

    ``left``: field → why it is right as it stands (``None``: nothing new is said about that).
    """
    with working(number, actor, now) as work:
        work.check(Verb.SUBMIT_CORRECTION, act=Act.FILL)
        fields = asked_fields(work)
        clean, errors = validate(fields, form, today=work.today, partial=partial, **_agreements(work))
        notice = _notice(work)
        kept = as_entered(fields, clean, form, errors)
        notice.answer_draft = seal_form(fields, {key: value for key, value in kept.items() if value is not None})
        if left is not None:
            notice.left = {field.key: said for field in fields if (said := _reason(left, field.key))}
        notice.save(update_fields=["answer_draft", "left"])
    if errors and not partial:
        raise Invalid(gettext_noop("Some entries need another look."), errors=errors)


def _reason(left: Mapping[str, str], key: str) -> str:
    return text(left.get(key, ""), f"{LEFT}.{key}", required=False, most=500)


def _notice(work: Work) -> CorrectionNotice:
    assert work.loaded.correction is not None
    return work.loaded.correction


def add_correction_file(
    *, number: str, actor: Actor, material_key: str, name: str, content: bytes, now: datetime
) -> CorrectionFile:
    """Upload a file for a material that the open notice (or question) asks about; not handed in yet."""
    case = find_case(number, actor)  # somebody else's case is not there, whatever is sent
    spec = catalogue.version(case.item_version_id).spec
    received = receive(content, name, next((item for item in spec.materials if item.key == material_key), None))
    with working(number, actor, now) as work:
        work.agency(Act.FILL)
        asking = work.case.clarifications.filter(answered_on=None).exists()
        if not (asking and material_key == "clarification"):
            work.check(Verb.SUBMIT_CORRECTION, act=Act.FILL)
            if material_key not in asked_materials(work):
                raise NotFound(
                    gettext_noop("The notice does not ask for this material."),
                    remedy=gettext_noop("Correct only what the notice lists."),
                )
        if work.case.correction_files.filter(material_key=material_key).count() >= MAX_FILES:
            raise too_many_files()
        stored = received.store("correction")
        row = CorrectionFile.objects.create(
            case=work.case,
            material_key=material_key,
            file_id=stored.id,
            name=stored.name,
            mime=stored.mime,
            size=stored.size,
            pages=received.pages,
            sha256=stored.sha256,
        )
        row.removed = received.removed
        return row


def remove_correction_file(*, number: str, actor: Actor, row_id: int, now: datetime) -> None:
    """Take a file back that has not been handed in."""
    with working(number, actor, now) as work:
        work.agency(Act.FILL)
        for row in work.case.correction_files.filter(pk=row_id):
            discard_file(str(row.file_id))
            row.delete()


def submit_correction(*, number: str, actor: Actor, now: datetime, expected_seq: int | None = None) -> None:
    """Hand in the correction: a new receipt with a fresh five-day check (art. 32(1)(4)).

    Raises :class:`Invalid` naming each asked point that has not been touched: a field is to be changed, or to be
    left with the reason why it is right; a material is to be handed in again.
    """
    with working(number, actor, now, expected_seq) as work:
        transition = work.check(Verb.SUBMIT_CORRECTION)
        notice, fields, materials = _notice(work), asked_fields(work), asked_materials(work)
        entered = open_form(fields, notice.answer_draft)
        clean, errors = validate(fields, entered, today=work.today, **_agreements(work))
        errors += strangers(fields, clean, accounts.applicant(work.case.applicant_id))
        pending = list(work.case.correction_files.filter(material_key__in=materials))
        errors += _untouched(work, materials, {row.material_key for row in pending})
        same = _unchanged(work, fields, clean)
        errors += _unanswered(fields, same, notice.left, {error.field.split(".")[0] for error in errors})
        if errors:
            raise Invalid(gettext_noop("The correction is not complete yet."), errors=errors)
        left = {key: notice.left[key] for key in sorted(same)}
        _answer_points(notice, left)
        _take(work, notice, [field for field in fields if field.key not in same], clean, pending)
        work.move(transition)
        document = notices.issue(work, "receipt", _receipt(work, fields, left, pending))
        added = list(
            MaterialFile.objects.filter(material__case=work.case, round=work.case.round).select_related("material")
        )
        details: dict[str, JSON] = {
            "notice": notice.number,
            "round": work.case.round,
            "form": snapshot.digest(work.case.form),
            "files": snapshot.files_of(added),
            "materials": snapshot.materials_digest(work.case),
            "left": snapshot.digest(left) if left else "",
            "former": snapshot.digest(notice.former) if notice.former else "",
            "document": document,
        }
        work.record(Verb.SUBMIT_CORRECTION, details)


def _untouched(work: Work, materials: set[str], given: set[str]) -> list[FieldError]:
    names = dict(work.case.materials.values_list("key", "name"))
    sources = dict(work.case.materials.values_list("key", "source"))
    return [
        FieldError(
            f"material.{key}",
            gettext_noop("%(name)s has not been corrected."),
            gettext_noop("Upload the corrected file."),
            {"name": names.get(key, key)},
        )
        for key in sorted(materials - given)
        if sources.get(key) != "form"
    ]


def _receipt(
    work: Work, fields: tuple[FormField, ...], left: Mapping[str, str], pending: list[CorrectionFile]
) -> dict[str, Any]:
    """收件凭证 of what came in with the correction, with the day until which it is checked anew."""
    names = dict(work.case.materials.values_list("key", "name"))
    came = list(dict.fromkeys(row.material_key for row in pending))
    entries = [
        {"text": f"申请表·{field.label}", "notes": ["未改，已写明理由" if field.key in left else "在线改正"]}
        for field in fields
    ]
    due = notices.deadlines(work)["completeness_due"]
    firm = work.case.track == "licence" and work.calendar.is_firm(work.today)
    return {
        "received_at": work.now.isoformat(),
        "channel": "网上补正",
        "agent": notices.agent_words(work.actor.name, work.power),
        "materials": [*entries, *({"text": names.get(key, key), "notes": ["补正材料"]} for key in came)],
        "completeness_due": due if firm else "",
    }


def _unchanged(work: Work, fields: tuple[FormField, ...], clean: Mapping[str, Any]) -> set[str]:
    """The asked fields whose value is the one that was found wrong."""
    before, _errors = validate(fields, open_form(work.version.spec.form, work.case.form), today=work.today)
    return {field.key for field in fields if clean.get(field.key) == before.get(field.key)}


def _unanswered(
    fields: tuple[FormField, ...], same: set[str], left: Mapping[str, str], wrong: set[str]
) -> list[FieldError]:
    """Unchanged fields without a reason; what is wrong in itself has been named already."""
    return [
        FieldError(
            field.key,
            gettext_noop("%(label)s has not been changed."),
            gettext_noop("Correct it, or say why it is right as it stands."),
            {"label": field.label},
        )
        for field in fields
        if field.key in same and field.key not in wrong and not left.get(field.key)
    ]


def _answer_points(notice: CorrectionNotice, left: Mapping[str, str]) -> None:
    """Write beside each point on a form field why the field stays as it is; a changed field needs no word."""
    for row in open_points(notice):
        if row.field_path:
            row.answer = left.get(row.field_path.split(".")[0], "")
            row.save(update_fields=["answer"])


def _take(
    work: Work,
    notice: CorrectionNotice,
    changed: Sequence[FormField],
    clean: Mapping[str, Any],
    pending: list[CorrectionFile],
) -> None:
    """Put what was handed in into the case; the notice keeps the entries that it replaces."""
    case, spec = work.case, work.version.spec
    case.round += 1
    case.received_on = work.today
    case.completeness_stopped_on = None
    opened = open_form(spec.form, case.form)
    notice.former = seal_form(changed, {field.key: opened.get(field.key) for field in changed})
    for field in changed:
        opened.pop(field.key, None)
    opened.update({key: value for key, value in clean.items() if key in {field.key for field in changed}})
    case.form = seal_form(spec.form, opened)
    for key in {row.material_key for row in pending}:
        material = case.materials.get(key=key)
        material.files.filter(superseded_round=None).update(superseded_round=case.round)
        material.received_round, material.source, material.seen_by = case.round, "upload", []
        material.licence_id = ""
        material.save()
        for row in pending:
            if row.material_key == key:
                copy_file(material, row, case.round)
    case.correction_files.filter(pk__in=[row.pk for row in pending]).delete()
    notice.answered_on = work.today
    notice.save(update_fields=["answered_on", "former"])


def answer_clarification(
    *, number: str, actor: Actor, answer: str, now: datetime, expected_seq: int | None = None
) -> None:
    """Answer the authority's question; the clock has been running all the time."""
    answer = text(answer, "answer")
    with working(number, actor, now, expected_seq) as work:
        transition = work.check(Verb.ANSWER_CLARIFICATION)
        row = Clarification.objects.filter(case=work.case, answered_on=None).order_by("number")[0]
        files = work.case.correction_files.filter(material_key="clarification")
        row.answer, row.answered_on = answer, work.today
        row.files = [
            {
                "file_id": str(item.file_id),
                "name": item.name,
                "mime": item.mime,
                "size": item.size,
                "sha256": item.sha256,
            }
            for item in files
        ]
        row.save()
        files.delete()
        work.move(transition)
        details: dict[str, JSON] = {
            "number": row.number,
            "answer": snapshot.digest(answer),
            "files": [{"file": item["file_id"], "sha256": item["sha256"]} for item in row.files],
        }
        work.record(Verb.ANSWER_CLARIFICATION, details)


def withdraw(*, number: str, actor: Actor, now: datetime, reason: str = "", expected_seq: int | None = None) -> None:
    """撤回: the applicant takes the application back, any time before the decision."""
    reason = text(reason, "reason", required=False, most=500)
    with working(number, actor, now, expected_seq) as work:
        work.move(work.check(Verb.WITHDRAW))
        work.case.outcome_text = reason
        document = notices.issue(work, "withdrawal", {"withdrawn_on": work.today.isoformat(), "reason": reason})
        work.record(Verb.WITHDRAW, {"document": document})
