"""The rows of a case on the hot path: lock, read what hangs on it, write. Constant SQL, explicit columns.

With numbers and search the only hand-written SQL of the house; measured, it is what keeps a verb's cost near that of
its rows (docs/decisions/0007-store-by-constant-sql.md). What is not on the hot path goes through the ORM.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models

from tongban.cases import reference
from tongban.cases.models import (
    Annotation,
    Case,
    CaseMaterial,
    CheckFinding,
    Clarification,
    Consultation,
    CorrectionNotice,
    Draft,
    DraftFile,
    Inspection,
    Review,
    SpecialProcedure,
)
from tongban.cases.reference import Reference
from tongban.records.rows import Rows, columns, listed, made, unpacked
from tongban.records.watching import mark_of


@dataclass(frozen=True)
class Locked:
    """A case locked for this transaction, with what its verb looks up."""

    case: Case
    applicant_kind: str
    reference: Reference


@dataclass(frozen=True)
class Beside:
    """The rows that hang on a case and that its clocks and guards look at, each list in the order of its keys.

    What cannot matter in the case's status is not read and stays empty.
    """

    reviews: tuple[Review, ...] = ()
    specials: tuple[SpecialProcedure, ...] = ()
    corrections: tuple[CorrectionNotice, ...] = ()
    findings: tuple[CheckFinding, ...] = ()
    materials: tuple[CaseMaterial, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    questions: tuple[Clarification, ...] = ()
    inspections: tuple[Inspection, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    read: frozenset[str] = field(default_factory=frozenset)


#: name in Beside → model
_LISTS: dict[str, type[models.Model]] = {
    "reviews": Review,
    "specials": SpecialProcedure,
    "corrections": CorrectionNotice,
    "findings": CheckFinding,
    "materials": CaseMaterial,
    "annotations": Annotation,
    "questions": Clarification,
    "inspections": Inspection,
    "consultations": Consultation,
}
_ALWAYS = ("reviews", "specials", "corrections")
_WANTED = {
    "received": (*_ALWAYS, "findings", "materials", "annotations", "questions", "consultations"),
    "accepted": (*_ALWAYS, "findings", "questions", "inspections", "consultations"),
}
#: What is read beside a case that was received.
RECEIVED = frozenset(_WANTED["received"])


def lock(number: str) -> Locked | None:
    """Lock case ``number`` for this transaction; None where there is none.

    What hangs on the case is read afterwards (:func:`beside`), in a statement of its own: the lock may have been waited
    for, and only a later statement sees what was committed meanwhile.
    """
    db = connections[DEFAULT_DB_ALIAS]
    with db.cursor() as cursor:
        cursor.execute(_lock_text(db.vendor), (number,))
        row = cursor.fetchone()
    if row is None:
        return None
    case = made(Case, row[:-2])
    remember(case)
    return Locked(case, row[-2], reference.under(row[-1]))


@cache
def _lock_text(vendor: str) -> str:
    locking = " for update of c" if vendor == "postgresql" else ""
    return (
        f"select {columns(Case, 'c.')}, a.kind, {mark_of(reference.NAME)} from cases_case c"
        f" join accounts_applicant a on a.id = c.applicant_id where c.number = %s{locking}"
    )


def beside(case: Case) -> Beside:
    """What hangs on ``case`` and matters in its status, in one statement."""
    names = _WANTED.get(case.status, _ALWAYS)
    db = connections[DEFAULT_DB_ALIAS]
    with db.cursor() as cursor:
        cursor.execute(_beside_text(names, db.vendor), {"case": case.pk})
        row = cursor.fetchone()
    found = {name: unpacked(_LISTS[name], value) for name, value in zip(names, row, strict=True)}
    for rows in found.values():
        for each in rows:
            each.case = case  # type: ignore[attr-defined]
    for review in found["reviews"]:
        remember(review)
    return Beside(**found, read=frozenset(names))  # type: ignore[arg-type]


@cache
def _beside_text(names: tuple[str, ...], vendor: str) -> str:
    return "select " + ", ".join(listed(_LISTS[name], "case_id = %(case)s") for name in names)


@dataclass(frozen=True)
class LockedDraft:
    """A draft locked for this transaction, with its files and what its verb looks up."""

    draft: Draft
    files: tuple[DraftFile, ...]
    reference: Reference


def lock_draft(draft_id: str) -> LockedDraft | None:
    """Lock a draft for this transaction and read its files, in the order they came; None where there is none."""
    try:
        key = UUID(str(draft_id))
    except ValueError:
        return None
    db = connections[DEFAULT_DB_ALIAS]
    stored = Draft._meta.pk.get_db_prep_value(key, db)
    with db.cursor() as cursor:
        cursor.execute(_draft_text(db.vendor), (stored,))
        row = cursor.fetchone()
        if row is None:
            return None
        draft = made(Draft, row)
        remember(draft)
        cursor.execute(_files_text(db.vendor), {"draft": stored})
        files, mark = cursor.fetchone()
    return LockedDraft(draft, unpacked(DraftFile, files), reference.under(mark))


@cache
def _draft_text(vendor: str) -> str:
    locking = " for update" if vendor == "postgresql" else ""
    return f"select {columns(Draft)} from cases_draft where id = %s{locking}"


@cache
def _files_text(vendor: str) -> str:
    return f"select {listed(DraftFile, 'draft_id = %(draft)s')}, {mark_of(reference.NAME)}"


def banned_until(applicant_id: int, item_key: str, today: date) -> date | None:
    """Until when the applicant may not apply for the item again, None where nothing bars it."""
    db = connections[DEFAULT_DB_ALIAS]
    with db.cursor() as cursor:
        cursor.execute(_BAN, (applicant_id, item_key, db.ops.adapt_datefield_value(today)))
        (until,) = cursor.fetchone()
    return date.fromisoformat(until) if isinstance(until, str) else until


_BAN = "select max(ban_until) from cases_case where applicant_id = %s and item_key = %s and ban_until >= %s"


# --- writing ---------------------------------------------------------------------------------------------------


def remember(row: models.Model) -> None:
    """Note the columns as they are in the database, so that only what changes is written."""
    row._as_read = _copy(row)  # type: ignore[attr-defined]


def changed(row: models.Model) -> tuple[str, ...]:
    """The columns of a row that differ from what was read; all of them where nothing was remembered."""
    before: dict[str, Any] | None = getattr(row, "_as_read", None)
    now = row.__dict__
    if before is None:
        return tuple(name for name in _names(type(row)) if name != row._meta.pk.attname)
    return tuple(name for name in _names(type(row)) if now[name] != before[name])


def save(row: models.Model, rows: Rows) -> None:
    """Have what changed of a row that was read here written with the verb's other rows."""
    rows.update(row, changed(row))
    remember(row)


def _copy(row: models.Model) -> dict[str, Any]:
    """The columns now; containers are copied, so that a change in place does not reach the copy."""
    values = dict(row.__dict__)
    for name in _containers(type(row)):
        values[name] = _json_copy(values[name])
    return values


def _json_copy(value: Any) -> Any:
    """What ``deepcopy`` makes of JSON, at a tenth of its price."""
    if type(value) is dict:
        return {key: _json_copy(each) for key, each in value.items()}
    if type(value) is list:
        return [_json_copy(each) for each in value]
    return value


@cache
def _names(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(each.attname for each in model._meta.concrete_fields)


@cache
def _containers(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(each.attname for each in model._meta.concrete_fields if isinstance(each, models.JSONField))
