"""A past application as the beginning of a new one: what still fits is entered, nothing counts as done.

The new draft follows the version in force today. Files are not copied: a scan of then says nothing about now. A licence
on file that is still valid stands for its material by itself, as in every draft.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from tongban.accounts import queries as accounts
from tongban.cases.access import acts_on, find_case, find_draft
from tongban.cases.models import Case, Draft
from tongban.cases.privacy import open_form, seal_form
from tongban.cases.services.drafts import reduced, set_situation, start_draft, strangers
from tongban.catalogue import queries as catalogue
from tongban.core.actors import Actor
from tongban.core.dates import legal_date
from tongban.core.errors import Forbidden, gettext_noop
from tongban.core.forms import fields_of, validate
from tongban.core.items import FieldKind, FormField
from tongban.core.materials import check_answers, find_variant


@dataclass(frozen=True)
class Copied:
    """The new draft, and the names of what was left out: questions and entries that do not fit any more, materials."""

    draft_id: str
    questions: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()


def copy_case(*, number: str, actor: Actor, now: datetime) -> Copied:
    """Begin a new application with what a past one of the same applicant says.

    Raises NotFound for somebody else's case, and whatever :func:`start_draft` refuses: a ban, an item that cannot be
    applied for any more.
    """
    with transaction.atomic():
        case = find_case(number, actor)
        if not acts_on(actor, case.applicant_id, case.item_key):
            raise Forbidden(
                gettext_noop("Only the applicant can apply again."),
                remedy=gettext_noop("Sign in as the person or enterprise that applied."),
            )
        draft_id = start_draft(actor=actor, applicant_id=case.applicant_id, item_key=case.item_key, now=now)
        questions = _situation(case, draft_id, actor, now)
        draft = find_draft(draft_id, actor, lock=True)
        entries = _entries(case, draft, now)
        draft.save(update_fields=["form", "updated_at"])
        files = case.materials.filter(source="upload").order_by("position", "pk")
        return Copied(draft_id, questions, entries, tuple(files.values_list("name", flat=True)))


def _situation(case: Case, draft_id: str, actor: Actor, now: datetime) -> tuple[str, ...]:
    """Take over variant and answers where today's version still asks them; returns the questions to answer anew."""
    spec = catalogue.version(find_draft(draft_id, actor).item_version_id).spec
    if find_variant(spec, case.variant) is None:
        return tuple(question.text for question in spec.questions)
    kept, errors = check_answers(spec, case.variant, case.answers)
    if not errors:
        set_situation(draft_id=draft_id, actor=actor, variant=case.variant, answers=kept, now=now)
        return ()
    Draft.objects.filter(pk=draft_id).update(variant=case.variant, answers=kept)
    wrong = {error.field for error in errors}
    return tuple(question.text for question in spec.questions if question.key in wrong)


def _entries(case: Case, draft: Draft, now: datetime) -> tuple[str, ...]:
    """Enter what still passes today's checks; returns the labels of entries that do not.

    What the account knows today (name, phone, address) stands already and is not overwritten with what it was then.
    """
    old, today = catalogue.version(case.item_version_id).spec, legal_date(now)
    past, pages = open_form(old.form, case.form), catalogue.version(draft.item_version_id).spec.form
    known = open_form(pages, draft.form)
    item = reduced(draft)
    wanted = [field for field in fields_of(item.form_pages) if _fits(field, fields_of(old.form), past)]
    clean, errors = validate(wanted, past, today=today, partial=True, rules=item.form_rules)
    errors += strangers(wanted, clean, accounts.applicant(draft.applicant_id))
    wrong = {error.field.partition(".")[0] for error in errors}
    usable = {key: value for key, value in clean.items() if key not in wrong}
    draft.form, draft.updated_at = seal_form(pages, {**usable, **known}), now
    entered = {**usable, **known}
    return tuple(field.label for field in fields_of(old.form) if _said(past, field) and field.key not in entered)


def _fits(field: FormField, before: tuple[FormField, ...], past: Mapping[str, Any]) -> bool:
    """Whether today's field asks for what a field of then asked for, and it was answered."""
    same = next((item for item in before if item.key == field.key), None)
    return same is not None and same.kind is field.kind and field.kind is not FieldKind.FILE and _said(past, field)


def _said(past: Mapping[str, Any], field: FormField) -> bool:
    return field.kind is not FieldKind.FILE and past.get(field.key) not in (None, "", [], {})
