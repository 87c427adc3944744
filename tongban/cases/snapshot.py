"""What a case's events say about its rows: digests that audit compares, and the index columns that follow."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from tongban.cases import facts
from tongban.cases.models import (
    Annotation,
    Case,
    CaseMaterial,
    CheckFinding,
    Consultation,
    MaterialFile,
    Review,
    SpecialProcedure,
)
from tongban.cases.reference import Reference
from tongban.catalogue import queries as catalogue
from tongban.core.calendar import WorkCalendar
from tongban.core.items import Transition
from tongban.licences import queries as licences
from tongban.records.secrets import fingerprinted

#: Columns of a case that follow from its dated facts and the calendar.
INDEX_COLUMNS = ("next_due_on", "statutory_due_on", "due_provisional", "paused")
#: Columns of a case that its last event vouches for. The index columns are recomputed and not among them.
EVIDENCE = (
    "number",
    "lookup_code",
    "submission_key",
    "region_code",
    "authority",
    "intake",
    "item_key",
    "item_version_id",
    "track",
    "variant",
    "status",
    "applicant_id",
    "applicant_name",
    "submitted_by_id",
    "channel",
    "signature",
    "answers",
    "form",
    "old_licence",
    "submitted_at",
    "received_on",
    "first_received_on",
    "round",
    "completeness_stopped_on",
    "accepted_on",
    "deemed",
    "decided_on",
    "granted",
    "certificate_on",
    "delivered_on",
    "closed_on",
    "not_after",
    "extended_by",
    "ban_until",
    "outcome_text",
    "accepted_by",
    "decided_by",
    "licence_id",
    "inspection_ordered",
    "assignee",
)


def chain(case: Case) -> str:
    """The name of the case's event chain. The number is unique, gap-free and never reused."""
    return f"case:{case.number}"


def access_chain(number: str) -> str:
    """Who looked at what of a case: a chain beside the case's own, so that a look makes nobody's form stale."""
    return f"access:case:{number}"


def digest(value: Any) -> str:
    """SHA-256 of ``value`` in one canonical spelling; an encrypted text counts by what it says, whatever the key."""
    return hashlib.sha256(_encode(fingerprinted(value)).encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, (date, UUID)):
        return str(value)
    raise TypeError(f"cannot digest {type(value).__name__}")


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain).encode


#: Columns added later: they count where they say something, so that older events stay true.
_LATER, _LATER_OF_REVIEWS = ("assigned_for", "agent", "power", "erased_on"), ("first_for", "second_for")


def row_digest(case: Case) -> str:
    """The digest of the case's evidence columns."""
    return digest({name: getattr(case, name) for name in EVIDENCE} | _said(case, _LATER))


def _said(row: Case | Review, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names if getattr(row, name)}


def review_digest(review: Review) -> str:
    """The digest of what a department said."""
    columns = ("key", "organisation", "outcome", "opinion", "first_by", "second_by", "opened_on", "done_on", "officers")
    return digest({name: getattr(review, name) for name in columns} | _said(review, _LATER_OF_REVIEWS))


def findings_digest(rows: Iterable[CheckFinding]) -> str:
    """The digest of what was found on the check points of one step; what rests on them vouches for it."""
    return digest([[row.point, row.met, row.remark, row.by, row.at] for row in rows])


def files_of(rows: Sequence[MaterialFile]) -> list[dict[str, Any]]:
    """Files as events name them: material, stored file and its hash."""
    return [{"material": row.material.key, "file": str(row.file_id), "sha256": row.sha256} for row in rows]


def materials_digest(case: Case) -> str:
    """The digest of the case's materials and of every file handed in for them, replaced ones included."""
    files = MaterialFile.objects.filter(material__case=case).order_by("pk").select_related("material")
    return digest_of_materials(case.materials.order_by("position", "key"), files)


def digest_of_materials(rows: Iterable[CaseMaterial], files: Iterable[MaterialFile]) -> str:
    """As :func:`materials_digest`: materials by position and key, files in the order they came."""
    listed = [[row.key, row.name, row.source, row.licence_id, row.received_round, row.position] for row in rows]
    columns = ("file_id", "name", "mime", "size", "pages", "sha256", "round", "superseded_round")
    return digest([listed, [[row.material.key, *(getattr(row, name) for name in columns)] for row in files]])


def pauses_digest(rows: Sequence[SpecialProcedure]) -> str:
    """The digest of the special procedures, whose days move every deadline; empty where there is none."""
    dates = ("started_on", "expected_days", "notified_until", "ended_on")
    columns = ("ground", "basis", "reason", *dates, "result", "supplements")
    return digest([[getattr(row, name) for name in columns] for row in rows]) if rows else ""


def consultation_digest(row: Consultation) -> str:
    """The digest of a question to a department: what was asked of whom, every answer, taken back or standing."""
    names = [each.attname for each in Consultation._meta.concrete_fields if each.attname not in ("id", "case_id")]
    return digest({name: getattr(row, name) for name in names})


def points_digest(points: Sequence[Annotation]) -> str:
    """The digest of what a correction notice told the applicant."""
    return digest([[row.number, row.material_key, row.field_path, row.wrong, row.remedy] for row in points])


def index_columns(case: Case) -> tuple[object, ...]:
    """The case's values of :data:`INDEX_COLUMNS`."""
    return tuple(getattr(case, name) for name in INDEX_COLUMNS)


def refresh(loaded: facts.Loaded, calendar: WorkCalendar, today: date) -> None:
    """Recompute the index columns of the case and its reviews' due dates; the caller saves case and reviews."""
    case = loaded.case
    case.holder_organisation, case.holder_duty = facts.holder(loaded)
    case.paused = case.is_open and facts.clock_is_paused(loaded, today)
    asked = case.status == "accepted" and loaded.is_asked
    case.waiting_for_applicant = case.is_open and (loaded.correction_open or asked)
    case.next_due_on, case.statutory_due_on, case.due_provisional = facts.due_dates(loaded, calendar, today)
    for review in loaded.reviews:
        review.due_on = facts.review_due(loaded, review, calendar, today)


def pending_rule(case: Case, on: date, reference: Reference | None = None) -> str:
    """What the transition rules say about a case pending on ``on``: "", continue, convert, terminate or missing."""
    if not case.is_open:
        return ""
    rule = (reference.transition if reference else catalogue.transition_for)(case.item_version_id, on)
    if rule is None:
        return ""
    return rule.rule if isinstance(rule, Transition) else str(rule)


def extras(loaded: facts.Loaded, on: date, reference: Reference | None = None) -> facts.Extras:
    """The facts only some guards need."""
    case = loaded.case
    received = case.status == "received"
    wanted = facts.step_points(loaded, "completeness") if received else ()
    points = loaded.annotations if received else ()
    findings = {row.point: row.met for row in loaded.findings("completeness")} if received else {}
    return facts.Extras(
        unchecked_points=sum(1 for point in wanted if point.key not in findings) if received else 0,
        failed_points=sum(1 for met in findings.values() if not met) if received else 0,
        unlisted_points=facts.unlisted_points(loaded, points, findings) if received else 0,
        unseen_materials=facts.unseen(loaded.materials) if received else 0,
        open_points=facts.count_points(points, "open", "sent", "unmet"),
        sendable_points=facts.count_points(points, "open", "unmet"),
        unjudged_points=0 if loaded.correction_open else facts.count_points(points, "sent"),
        inspection_done=facts.inspection_needed(loaded) and loaded.is_inspected,
        clarification_open=case.status == "accepted" and loaded.is_asked,
        pending_rule=pending_rule(case, on, reference),
        licence_signed=_signed(case),
    )


def _signed(case: Case) -> bool:
    """Whether the version that this case made has its signed file on record."""
    if not case.licence_id:
        return False
    return licences.is_signed(case.licence_id, chain(case))
