"""Submission: a draft becomes a case, once, with number, look-up code, receipt and a fresh clock."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from tongban.accounts import queries as accounts
from tongban.cases import facts, notices, snapshot, store
from tongban.cases.access import (
    acts_on,
    check_was_agent,
    find_draft,
    no_such_draft,
    own_or_acted_for,
    under_power,
)
from tongban.cases.models import Case, CaseMaterial, Draft, DraftFile, MaterialFile
from tongban.cases.privacy import open_form, seal_form
from tongban.cases.services.drafts import (
    ON_PAPER,
    check_ban,
    check_service_object,
    needs_old_licence,
    old_licences,
    strangers,
)
from tongban.cases.store import RECEIVED, Beside, Locked, LockedDraft
from tongban.cases.work import Work
from tongban.catalogue import queries as catalogue
from tongban.core.actors import Actor
from tongban.core.agency import Act
from tongban.core.case_facts import Status
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError, Invalid, Refused, gettext_noop
from tongban.core.forms import fields_of, validate
from tongban.core.items import ItemSpec, Material, VariantKind
from tongban.core.lifecycle import Verb
from tongban.core.materials import Tailored, check_answers, known_applicant
from tongban.licences import queries as licences
from tongban.records.rows import fresh, insert_now
from tongban.records.services import JSON, next_number

#: Without the characters that are mistaken for one another on paper or on the telephone.
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 6


@dataclass(frozen=True)
class CaseRef:
    """What the applicant takes away."""

    number: str
    lookup_code: str


def submit(
    *,
    draft_id: str,
    actor: Actor,
    signature: str,
    declared: bool,
    submission_key: str,
    now: datetime,
    channel: str = "web",
) -> CaseRef:
    """Sign and hand in an application.

    Handing in twice (double click, two tabs, a repeated request) gives the one case. Raises :class:`Invalid` listing
    everything that is still missing or wrong; the draft keeps all entries.
    """
    try:
        with transaction.atomic():
            return _submit(draft_id, actor, signature, declared, submission_key, now, channel)
    except IntegrityError:
        existing = Case.objects.filter(own_or_acted_for(actor, "item_key"), submission_key=submission_key).first()
        if existing is None:
            raise
        return CaseRef(existing.number, existing.lookup_code)


def _submit(
    draft_id: str, actor: Actor, signature: str, declared: bool, submission_key: str, now: datetime, channel: str
) -> CaseRef:
    locked = store.lock_draft(draft_id)
    if locked is None:
        raise no_such_draft()
    draft = locked.draft
    version = locked.reference.version(draft.item_version_id)
    power = _check_power(draft, version.item_key, actor)
    if draft.case_id is not None:
        existing = Case.objects.get(pk=draft.case_id)
        return CaseRef(existing.number, existing.lookup_code)
    if submission_key != str(draft.submission_key):
        raise Refused(
            gettext_noop("This page belongs to an older state of the application."),
            remedy=gettext_noop("Look at your answers once more, then sign."),
        )
    today = legal_date(now)
    current = locked.reference.version_in_force(version.item_key, today)
    if current.id != version.id:
        raise Refused(
            gettext_noop("The rules of this item changed while you were filling in the form."),
            remedy=gettext_noop("Move your entries to the new form; what still applies is kept."),
            code="version_changed",
        )
    applicant = accounts.applicant(draft.applicant_id)
    check_service_object(version.spec, applicant.kind)
    check_ban(draft.applicant_id, version.item_key, today)
    draft.answers = known_applicant(draft.answers, applicant.kind)  # a draft of an earlier release does not say
    item = locked.reference.tailored(version, draft.variant, draft.answers)
    form = _complete(locked, item, applicant, signature, declared, today)
    case = _create(locked, item, form, applicant, signature, actor, now, channel, power)
    return CaseRef(case.number, case.lookup_code)


def _check_power(draft: Draft, item_key: str, actor: Actor) -> str:
    """The number of the authority under which an agent signs; empty for the applicant itself. Strangers find nothing.

    Whoever may fill in and not sign is told so; the draft stays as it is.
    """
    if not acts_on(actor, draft.applicant_id, item_key):
        check_was_agent(actor, draft.applicant_id, item_key)
        raise no_such_draft()
    return under_power(actor, draft.applicant_id, item_key, Act.SUBMIT)


def move_to_current_version(*, draft_id: str, actor: Actor, now: datetime) -> None:
    """Give a draft the version in force today; answers and entries that still exist are kept."""
    with transaction.atomic():
        draft = find_draft(draft_id, actor, lock=True)
        under_power(actor, draft.applicant_id, draft.item_version.item.key, Act.FILL)
        old = catalogue.version(draft.item_version_id)
        new = catalogue.version_in_force(old.item_key, legal_date(now))
        opened = open_form(old.spec.form, draft.form)
        draft.item_version_id = new.id
        if draft.variant not in {item.key for item in new.spec.variants}:
            draft.variant = ""
        draft.answers = check_answers(new.spec, draft.variant, draft.answers, partial=True)[0]
        keys = {field.key for page in new.spec.form for field in page.fields}
        draft.form = seal_form(new.spec.form, {key: value for key, value in opened.items() if key in keys})
        draft.pages_done = []
        draft.updated_at = now
        draft.save()


def _complete(
    locked: LockedDraft,
    item: Tailored,
    applicant: accounts.ApplicantView,
    signature: str,
    declared: bool,
    today: date,
) -> dict[str, Any]:
    """The form's final values; raises :class:`Invalid` with everything that is missing."""
    draft, spec = locked.draft, locked.reference.version(locked.draft.item_version_id).spec
    errors: list[FieldError] = list(check_answers(spec, draft.variant, draft.answers)[1])
    opened = open_form(spec.form, draft.form)
    files = _file_keys(locked.files)
    opened.update({key: names for key, names in files.items() if key in _file_fields(item)})
    clean, wrong = validate(item.form_pages, opened, today=today, rules=item.form_rules)
    errors += wrong
    errors += strangers(fields_of(item.form_pages), clean, applicant)
    errors += [_missing(material) for material in item.materials if not _provided(draft, material, files, today)]
    if needs_old_licence(spec, draft.variant) and not draft.old_licence and old_licences(draft.applicant_id, spec):
        errors.append(
            FieldError(
                "old_licence",
                gettext_noop("Choose the licence that this is about."),
                gettext_noop("You find your licences in the list of tasks."),
            )
        )
    if not declared:
        errors.append(
            FieldError(
                "declared",
                gettext_noop("The truthfulness statement is not confirmed."),
                gettext_noop("Read it and tick the box."),
            )
        )
    if "".join(signature.split()) != "".join(applicant.name.split()):
        errors.append(
            FieldError(
                "signature",
                gettext_noop("The signature is not the applicant's name."),
                gettext_noop("Write %(name)s."),
                {"name": applicant.name},
            )
        )
    if errors:
        raise Invalid(gettext_noop("The application is not complete yet."), errors=errors)
    return clean


def _file_fields(item: Tailored) -> set[str]:
    return {field.key for page in item.form_pages for field in page.fields if field.kind == "file"}


def _file_keys(files: Iterable[DraftFile]) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    for row in files:
        keys.setdefault(row.material_key, []).append(str(row.file_id))
    return keys


def _missing(material: Material) -> FieldError:
    return FieldError(
        f"material.{material.key}",
        gettext_noop("%(name)s has not been handed in."),
        gettext_noop("Upload it."),
        {"name": material.name},
    )


def _provided(draft: Draft, material: Material, files: Mapping[str, list[str]], today: date) -> bool:
    if not material.required or material.provider == "generated" or files.get(material.key):
        return True
    return bool(licence_for(draft, material, today))


def licence_for(draft: Draft, material: Material, today: date) -> str:
    """The newest valid licence on file that stands for ``material``, or none.

    What can be had from a licence on file is not asked for again (国务院令第716号 art. 7). An empty choice means the
    applicant prefers to upload.
    """
    if not material.licence_type:
        return ""
    if draft.reused.get(material.key) == "":
        return ""
    usable = licences.on_file(draft.applicant_id, material.licence_type, today)
    return usable[0].id if usable else ""


def _create(
    locked: LockedDraft,
    item: Tailored,
    form: Mapping[str, Any],
    applicant: accounts.ApplicantView,
    signature: str,
    actor: Actor,
    now: datetime,
    channel: str,
    power: str,
) -> Case:
    draft, reference = locked.draft, locked.reference
    version = reference.version(draft.item_version_id)
    spec, today = version.spec, legal_date(now)
    region = reference.organisation(spec.authority.organisation).region_code
    intake = facts.organisation_of(spec, spec.procedure.completeness.organisation)
    case = fresh(
        Case,
        lookup_code="".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)),
        submission_key=draft.submission_key,
        region_code=region,
        authority=spec.authority.organisation,
        intake=intake,
        item_key=version.item_key,
        item_name=spec.name,
        item_version_id=version.id,
        track=spec.track.value,
        variant=draft.variant,
        status=Status.RECEIVED.value,
        applicant_id=draft.applicant_id,
        applicant_name=applicant.name,
        submitted_by_id=int(actor.id),
        channel=channel,
        agent=actor.id if power else "",
        power=power,
        signature=signature.strip(),
        answers=dict(item.answers),
        form=seal_form(spec.form, form),
        old_licence="" if draft.old_licence == ON_PAPER else draft.old_licence,
        submitted_at=now,
        received_on=today,
        first_received_on=today,
        not_after=_renewal_expiry(draft, spec, form, today),
    )
    materials = _materials(case, locked, item, today)
    case.number = f"{region}-{today:%Y%m%d}-{next_number(f'case:{region}:{today:%Y%m%d}'):06d}"
    beside = Beside(materials=tuple(row for row, _ in materials), read=RECEIVED)
    work = Work(Locked(case, applicant.kind, reference), beside, actor, now)
    work.power = power
    files = [file for _, attached in materials for file in attached]
    details: dict[str, JSON] = {
        "item_version": version.id,
        "form": snapshot.digest(case.form),
        "files": snapshot.files_of(files),
        "licences": {row.key: row.licence_id for row in beside.materials if row.licence_id},
        "materials": snapshot.digest_of_materials(beside.materials, files),
    }
    document = notices.issue(work, "receipt", _receipt(work))
    work.record(Verb.SUBMIT, {**details, "document": document}, known=True)
    _write(work, files, draft)
    return case


def _write(work: Work, files: Sequence[MaterialFile], draft: Draft) -> None:
    """Write case, materials and files in turn (each knows the one before by its key), and the rest with the files."""
    case, materials = work.case, work.loaded.beside.materials
    insert_now([case])
    for row in materials:
        row.case = case
    if materials:
        insert_now(materials)
    for file in files:
        file.material = file.material
        work.rows.insert(file)
    draft.case, draft.updated_at = case, work.now
    store.save(draft, work.rows)
    work.rows.write()


def _renewal_expiry(draft: Draft, spec: ItemSpec, form: Mapping[str, Any], today: date) -> date | None:
    """A renewal is due by the expiry of the old licence as well (行政许可法 art. 50(2)).

    Of a licence that is not in the folder the form states the expiry, where the item names that field. A licence that
    has lapsed already sets no date: there is nothing left to be decided before.
    """
    kind = next((item.kind for item in spec.variants if item.key == draft.variant), None)
    if kind is not VariantKind.RENEWAL:
        return None
    if draft.old_licence and draft.old_licence != ON_PAPER:
        expiry = licences.get(draft.old_licence).valid_to
    else:
        stated = form.get(spec.old_expiry_field) if spec.old_expiry_field else None
        expiry = date.fromisoformat(stated) if isinstance(stated, str) and stated else None
    return expiry if expiry is not None and expiry >= today else None


def _materials(
    case: Case, locked: LockedDraft, item: Tailored, today: date
) -> list[tuple[CaseMaterial, list[MaterialFile]]]:
    """The rows of the tailored list of materials with their files, not written yet."""
    files: dict[str, list[DraftFile]] = {}
    for file in locked.files:
        files.setdefault(file.material_key, []).append(file)
    entries: list[tuple[str, str, Material | None]] = [(row.key, row.name, row) for row in item.materials]
    known = {row.key for row in item.materials}
    labels = {field.key: field.label for page in item.form_pages for field in page.fields}
    entries += [(key, labels[key], None) for key in sorted(_file_fields(item)) if key in files and key not in known]
    out: list[tuple[CaseMaterial, list[MaterialFile]]] = []
    for position, (key, name, material) in enumerate(entries):
        licence_id = licence_for(locked.draft, material, today) if material and key not in files else ""
        generated = material is not None and material.provider == "generated" and key not in files
        source = "upload" if key in files else "licence" if licence_id else "form" if generated else "missing"
        given = {"key": key, "name": name, "source": source, "licence_id": licence_id, "position": position}
        row = fresh(CaseMaterial, case=case, **given)
        out.append((row, [file_row(row, file, 1) for file in files.get(key, ())]))
    return out


def file_row(material: CaseMaterial, file: Any, round_number: int) -> MaterialFile:
    """An uploaded file as a file of a material of the case, not written yet."""
    return fresh(
        MaterialFile,
        material=material,
        file_id=file.file_id,
        name=file.name,
        mime=file.mime,
        size=file.size,
        pages=file.pages,
        sha256=file.sha256,
        round=round_number,
    )


def copy_file(material: CaseMaterial, file: Any, round_number: int) -> None:
    """Attach an uploaded file to a material of the case."""
    file_row(material, file, round_number).save(force_insert=True)


def _receipt(work: Work) -> dict[str, Any]:
    rows = [row for row in work.loaded.materials if row.source != "missing"]
    words = {"upload": "电子材料", "licence": "电子证照，已由系统调取", "form": "在线填写"}
    clocks = notices.deadlines(work)
    firm = work.calendar.is_firm(work.today)
    return {
        "received_at": work.now.isoformat(),
        "channel": {"web": "网上申请", "window": "窗口申请"}.get(work.case.channel, work.case.channel),
        "agent": notices.agent_words(work.actor.name, work.power),
        "materials": [{"text": row.name, "notes": [words[row.source]]} for row in rows],
        "completeness_due": clocks["completeness_due"] if work.case.track == "licence" and firm else "",
    }
