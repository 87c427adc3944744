"""Filling in an application: kept at every step, nothing lost, nothing binding until it is signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tongban.accounts import queries as accounts
from tongban.cases import store
from tongban.cases.access import find_draft, under_power
from tongban.cases.models import Draft, DraftFile
from tongban.cases.privacy import open_form, seal_form
from tongban.cases.receiving import receive
from tongban.cases.work import invalid
from tongban.catalogue import queries as catalogue
from tongban.core import merging
from tongban.core.actors import Actor
from tongban.core.agency import Act
from tongban.core.dates import legal_date
from tongban.core.errors import FieldError, Invalid, NotFound, Refused, Stale, gettext_noop
from tongban.core.form_rules import not_the_applicant
from tongban.core.forms import fields_of, prefill, validate
from tongban.core.items import NATURAL_PERSON, FormField, ItemSpec, VariantKind
from tongban.core.law import Citation
from tongban.core.materials import Tailored, check_answers, known_applicant, tailored
from tongban.licences import queries as licences
from tongban.licences.values import LicenceView
from tongban.records.services import discard_file

#: Most files of one material.
MAX_FILES = 20
#: In place of a licence's id: it was issued on paper or elsewhere and is not in the folder.
ON_PAPER = "paper"
OLD_LICENCE_KINDS = (VariantKind.CHANGE, VariantKind.RENEWAL, VariantKind.REPLACEMENT, VariantKind.CANCELLATION)


def start_draft(*, actor: Actor, applicant_id: int, item_key: str, now: datetime) -> str:
    """Begin an application for ``applicant_id`` under the version in force today; return the draft's id.

    Raises ``Forbidden`` for somebody else's applicant and for an agent whose authority does not cover the item,
    :class:`Refused` for an item that cannot be applied
    for online and for the wrong kind of applicant.
    """
    under_power(actor, applicant_id, item_key, Act.FILL)
    version = catalogue.version_in_force(item_key, legal_date(now))
    check_ban(applicant_id, item_key, legal_date(now))
    applicant = accounts.applicant(applicant_id)
    check_service_object(version.spec, applicant.kind)
    variants = version.spec.variants
    with transaction.atomic():
        draft = Draft.objects.create(
            user_id=int(actor.id),
            applicant_id=applicant_id,
            item_version_id=version.id,
            variant=variants[0].key if len(variants) == 1 else "",
            answers=known_applicant({}, applicant.kind),
            created_at=now,
            updated_at=now,
        )
        pages = version.spec.form
        draft.form = seal_form(pages, prefill(pages, {"applicant": _known(applicant)}))
        if draft.variant:
            _fill_in_old_licence(draft, version.spec, legal_date(now))
        draft.save(update_fields=["form"])
    return str(draft.pk)


def _fill_in_old_licence(draft: Draft, spec: ItemSpec, today: date) -> None:
    """Fill what is still empty with the values of the licence on file, where the application is about that licence.

    A new application starts empty: the old licence is about another project, place or trip.
    """
    kind = next((item.kind for item in spec.variants if item.key == draft.variant), None)
    if kind is VariantKind.NEW:
        return
    opened = open_form(spec.form, draft.form)
    first = prefill(reduced(draft).form_pages, {"licence": _held(draft.applicant_id, today)})
    draft.form = seal_form(spec.form, {**first, **opened})


def _held(applicant_id: int, today: date) -> dict[str, Any]:
    """The printed values of the valid licences on file, by type: what we know is not asked for again."""
    out: dict[str, Any] = {}
    for item in licences.folder([applicant_id]):
        if item.standing(today) == "valid" and item.type_key not in out:
            until = item.valid_to.isoformat() if item.valid_to else ""
            out[item.type_key] = {**item.fields, "number": item.number, "valid_until": until}
    return out


def _known(applicant: accounts.ApplicantView) -> dict[str, Any]:
    number = {"uscc" if applicant.kind == "enterprise" else "id_number": applicant.id_number}
    return {
        "name": applicant.name,
        "phone": applicant.phone,
        "email": applicant.email,
        "address": applicant.address,
        "legal_representative": applicant.legal_representative,
        **number,
    }


def check_ban(applicant_id: int, item_key: str, today: date) -> None:
    """行政许可法 art. 78: who hid or falsified something may not apply for the same licence again within a year.

    Only items of public safety or health carry such a ban; it is set with the refusal.
    """
    until = store.banned_until(applicant_id, item_key, today)
    if until is not None:
        raise Refused(
            gettext_noop(
                "An application for this licence was refused for false statements; until %(until)s no new one."
            ),
            remedy=gettext_noop(
                "You may apply again from the day after. If you contest the decision, see its remedies."
            ),
            rule=Citation("licensing", 78),
            params={"until": until},
            code="banned",
        )


def check_service_object(spec: ItemSpec, kind: str) -> None:
    """Whether a person or an enterprise may apply (服务对象: 1 is a natural person)."""
    persons = NATURAL_PERSON in spec.service_objects
    others = any(code != NATURAL_PERSON for code in spec.service_objects)
    if kind == "person" and not persons:
        raise Refused(
            gettext_noop("This item is for enterprises and other bodies."),
            remedy=gettext_noop("Sign in with the enterprise's account."),
        )
    if kind == "enterprise" and not others:
        raise Refused(
            gettext_noop("This item is for natural persons."),
            remedy=gettext_noop("Sign in as the person who applies."),
        )


def _mine(draft_id: str, actor: Actor) -> Draft:
    draft = find_draft(draft_id, actor, lock=True)
    under_power(actor, draft.applicant_id, draft.item_version.item.key, Act.FILL)
    if draft.case_id is not None:
        raise Refused(
            gettext_noop("This application has been submitted already."),
            remedy=gettext_noop("You find it under “my cases”."),
            code="submitted",
        )
    return draft


def set_situation(*, draft_id: str, actor: Actor, variant: str, answers: Mapping[str, str], now: datetime) -> None:
    """Store the handling variant and the answers that tailor materials, form and departments.

    Raises :class:`Invalid` for a missing or unknown answer.
    """
    with transaction.atomic():
        draft = _mine(draft_id, actor)
        spec = catalogue.version(draft.item_version_id).spec
        kind = accounts.applicant(draft.applicant_id).kind
        kept, errors = check_answers(spec, variant, known_applicant(answers, kind))
        if errors:
            raise Invalid(gettext_noop("Some questions are not answered."), errors=errors)
        draft.variant, draft.answers = variant, kept
        draft.pages_done = []
        _fill_in_old_licence(draft, spec, legal_date(now))
        _save(draft, now)


def _save(draft: Draft, now: datetime) -> None:
    draft.updated_at = now
    draft.save()


def reduced(draft: Draft) -> Tailored:
    """The item of ``draft`` reduced by its answers."""
    return tailored(catalogue.version(draft.item_version_id).spec, draft.variant, draft.answers)


def save_page(
    *,
    draft_id: str,
    actor: Actor,
    page_key: str,
    data: Mapping[str, Any],
    now: datetime,
    partial: bool = False,
    seen: Mapping[str, str] | None = None,
) -> None:
    """Store one page of the form.

    What was entered is kept even when it is wrong, so that nothing is lost; then, unless ``partial`` (automatic
    saving), :class:`Invalid` lists every error and the page stays undone.

    ``seen``: the marks (:mod:`tongban.core.merging`) of the page as this window showed it. What the window left alone
    stays as another one has stored it; what both changed stays as it is stored and is named: by :class:`Invalid`, of
    automatic saving by :class:`Stale`.
    """
    with transaction.atomic():
        draft = _mine(draft_id, actor)
        item = reduced(draft)
        page = next((each for each in item.form_pages if each.key == page_key), None)
        if page is None:
            raise NotFound(
                gettext_noop("This page does not belong to the application."),
                remedy=gettext_noop("Go back to the list of tasks."),
            )
        opened = open_form(catalogue.version(draft.item_version_id).spec.form, draft.form)
        done = fields_of(each for each in item.form_pages if each.key in draft.pages_done)
        known = {field.key: opened[field.key] for field in done if field.key in opened}
        fields = list(fields_of([page]))

        def checked(entered: Mapping[str, Any]) -> tuple[dict[str, Any], list[FieldError]]:
            clean, found = validate([page], entered, today=legal_date(now), rules=item.form_rules, known=known)
            return as_entered(fields, clean, entered, found), list(found)

        kept, errors = checked(data)
        both = merging.disputed(seen or {}, kept, opened)
        theirs = merging.untouched(seen or {}, kept) | set(both)
        if theirs:
            kept, errors = checked({**data, **{key: opened.get(key) for key in theirs}})
        disputes = [_disputed(field, opened.get(field.key)) for field in fields if field.key in both]
        errors += disputes
        opened.update({key: value for key, value in kept.items() if value is not None})
        for field in fields:
            if kept[field.key] is None:
                opened.pop(field.key, None)
        draft.form = seal_form(catalogue.version(draft.item_version_id).spec.form, opened)
        others = [key for key in draft.pages_done if key != page_key]
        draft.pages_done = others if errors else [*others, page_key]
        _save(draft, now)
    if errors and not partial:
        raise Invalid(gettext_noop("Some entries need another look."), errors=errors)
    if disputes:
        raise Stale(
            gettext_noop("This page was changed in another window meanwhile."),
            remedy=gettext_noop("Choose “save and continue”: it shows both entries where they differ."),
        )


def _disputed(field: FormField, other: object) -> FieldError:
    remedy = gettext_noop("Check what stands here; sending it once more keeps it.")
    if isinstance(other, str) and other:
        message = gettext_noop("%(label)s: another window has meanwhile stored “%(other)s”.")
        return FieldError(field.key, message, remedy, {"label": field.label, "other": other})
    return FieldError(
        field.key, gettext_noop("%(label)s: changed in another window meanwhile."), remedy, {"label": field.label}
    )


def as_entered(
    fields: Iterable[FormField], clean: Mapping[str, Any], data: Mapping[str, Any], errors: Iterable[FieldError]
) -> dict[str, Any]:
    """What is kept of a page: a field without an error as it was understood, one with an error as it was typed."""
    wrong = {error.field.partition(".")[0] for error in errors}
    return {field.key: (data if field.key in wrong else clean).get(field.key) for field in fields}


def add_draft_file(
    *, draft_id: str, actor: Actor, material_key: str, name: str, content: bytes, now: datetime
) -> DraftFile:
    """Check, clean, scan and keep one uploaded file of a material (or file field).

    Raises :class:`Invalid` for unusable files, ``NotScanned`` when the virus scanner does not answer.
    """
    mine = reduced(find_draft(draft_id, actor))  # somebody else's draft is not there, whatever is sent
    received = receive(content, name, next((item for item in mine.materials if item.key == material_key), None))
    with transaction.atomic():
        draft = _mine(draft_id, actor)
        check_material_key(reduced(draft), material_key)
        if draft.files.filter(material_key=material_key).count() >= MAX_FILES:
            raise too_many_files()
        stored = received.store("draft")
        row = DraftFile.objects.create(
            draft=draft,
            material_key=material_key,
            file_id=stored.id,
            name=stored.name,
            mime=stored.mime,
            size=stored.size,
            pages=received.pages,
            sha256=stored.sha256,
            created_at=now,
        )
        row.removed = received.removed
        draft.reused.pop(material_key, None)
        _save(draft, now)
        return row


def check_material_key(item: Tailored, key: str) -> None:
    """Whether ``key`` is a material or a file field of the application."""
    files = {field.key for field in fields_of(item.form_pages) if field.kind == "file"}
    if key not in {material.key for material in item.materials} | files:
        raise NotFound(
            gettext_noop("This material does not belong to the application."),
            remedy=gettext_noop("Go back to the list of materials."),
        )


def too_many_files() -> Invalid:
    """More files than one material can have."""
    return invalid(
        "file",
        gettext_noop("One material can have at most %(most)s files."),
        gettext_noop("Put several pages into one PDF."),
        most=MAX_FILES,
    )


def remove_draft_file(*, draft_id: str, actor: Actor, row_id: int, now: datetime) -> None:
    """Take an uploaded file off the draft and delete it. Removing twice is no error."""
    with transaction.atomic():
        draft = _mine(draft_id, actor)
        for row in draft.files.filter(pk=row_id):
            discard_file(str(row.file_id))
            row.delete()
        _save(draft, now)


def use_licence(*, draft_id: str, actor: Actor, material_key: str, licence_id: str, now: datetime) -> None:
    """Let a licence on file stand for a material, or (empty ``licence_id``) no longer."""
    with transaction.atomic():
        draft = _mine(draft_id, actor)
        material = next((item for item in reduced(draft).materials if item.key == material_key), None)
        if material is None or not material.licence_type:
            check_material_key(reduced(draft), material_key)
            raise Refused(
                gettext_noop("No licence can stand for this material."), remedy=gettext_noop("Upload the material.")
            )
        if not licence_id:
            draft.reused[material_key] = ""
        else:
            usable = licences.on_file(draft.applicant_id, material.licence_type, legal_date(now))
            if licence_id not in {item.id for item in usable}:
                raise NotFound(
                    gettext_noop("This licence is not on file for the applicant, or no longer valid."),
                    remedy=gettext_noop("Upload the material."),
                )
            draft.reused[material_key] = licence_id
        _save(draft, now)


def choose_old_licence(*, draft_id: str, actor: Actor, licence_id: str, now: datetime) -> None:
    """Name the licence that a change, renewal or replacement is about, or say that it is ``ON_PAPER``."""
    with transaction.atomic():
        draft = _mine(draft_id, actor)
        spec = catalogue.version(draft.item_version_id).spec
        usable = old_licences(draft.applicant_id, spec)
        if licence_id != ON_PAPER and licence_id not in {item.id for item in usable}:
            raise invalid("old_licence", gettext_noop("Choose one of your licences."), gettext_noop("Choose one."))
        draft.old_licence = licence_id
        _save(draft, now)


def old_licences(applicant_id: int, spec: ItemSpec) -> list[LicenceView]:
    """The holder's licences of the item's own type, whatever their dates."""
    if spec.result.licence_type is None:
        return []
    key = spec.result.licence_type.key
    return [item for item in licences.folder([applicant_id]) if item.type_key == key and item.state == "valid"]


def needs_old_licence(spec: ItemSpec, variant: str) -> bool:
    """Whether the variant works on a licence that exists."""
    kind = next((item.kind for item in spec.variants if item.key == variant), None)
    return kind in OLD_LICENCE_KINDS and spec.result.licence_type is not None


def strangers(
    fields: Iterable[FormField], clean: Mapping[str, Any], applicant: accounts.ApplicantView
) -> list[FieldError]:
    """Errors of the fields that must name the applicant but carry somebody else's number."""
    return not_the_applicant(fields, clean, number=applicant.id_number, is_person=applicant.kind == "person")


def discard_draft(*, draft_id: str, actor: Actor) -> None:
    """Throw a draft away with its files. A submitted one is a case and stays.

    An agent that may only fill in discards only what it began itself.
    """
    with transaction.atomic():
        draft = _mine(draft_id, actor)
        if str(draft.user_id) != actor.id:
            under_power(actor, draft.applicant_id, draft.item_version.item.key, Act.SUBMIT)
        for file_id in draft.files.values_list("file_id", flat=True):
            discard_file(str(file_id))
        draft.delete()
