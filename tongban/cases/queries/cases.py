"""One case as its reader may see it: the applicant's page and the officer's page from the same facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext

from tongban.accounts import queries as accounts
from tongban.cases import capacities, facts, reference, snapshot
from tongban.cases.access import find_case, no_such_case, under_power
from tongban.cases.models import (
    Annotation,
    Case,
    CaseMaterial,
    CorrectionFile,
    CorrectionNotice,
    DraftFile,
    MaterialFile,
    Review,
)
from tongban.cases.privacy import mask_form, open_form
from tongban.cases.queries.changed import EntryChange
from tongban.cases.queries.changes import changes
from tongban.cases.queries.copies import copies_of
from tongban.cases.queries.serving import service_story
from tongban.cases.queries.story import story
from tongban.cases.queries.views import (
    CaseMaterialView,
    CaseView,
    ClarificationView,
    CorrectionView,
    DocumentRow,
    FileRow,
    LicenceRow,
    Point,
    ProgressView,
    SpecialView,
    StepView,
    StoryEntry,
    SupplementView,
)
from tongban.core import codes
from tongban.core.actors import Actor
from tongban.core.agency import Act
from tongban.core.calendar import WorkCalendar
from tongban.core.case_facts import Status
from tongban.core.clock import Ground, Reading, clocks_of
from tongban.core.consulting import UNDECIDED
from tongban.core.dates import legal_date
from tongban.core.errors import DomainError, Forbidden, gettext_noop
from tongban.core.forms import flatten_for_display, label_path
from tongban.core.items import Track
from tongban.core.lifecycle import Verb, refusal
from tongban.documents import queries as documents
from tongban.licences import queries as licences
from tongban.records import queries as records
from tongban.records.values import EventView

#: Verbs that are about one question to a department.
ABOUT_QUESTION = (Verb.ANSWER_CONSULTATION, Verb.TAKE_BACK_ANSWER, Verb.WITHDRAW_CONSULTATION)
#: What applicants do with a case: under an authority only with the right to sign and hand in.
APPLICANTS_VERBS = (Verb.SUBMIT_CORRECTION, Verb.ANSWER_CLARIFICATION, Verb.WITHDRAW)
STEPS = ("submit", "accept", "review", "decide", "certificate", "deliver")


class Sheet:
    """Everything read about one case, once; the views are cut from it."""

    def __init__(self, case: Case, actor: Actor, now: datetime) -> None:
        self.case, self.actor, self.now = case, actor, now
        self.today: date = legal_date(now)
        self.reference = reference.now()
        self.calendar: WorkCalendar = self.reference.calendar
        self.version = self.reference.version(case.item_version_id)
        self.loaded = facts.load(case, self.version)
        self.relation = capacities.relation(self.loaded, actor)
        limits = facts.limits(self.loaded)
        self.limits = {key: limit for key, limit, _ in clocks_of(facts.case_facts(self.loaded), limits)}
        self.clocks = facts.summaries(self.loaded, self.calendar, self.today)
        self.annotations = list(case.annotations.order_by("number"))
        self.material_rows = list(case.materials.order_by("position").prefetch_related("files"))
        self.pending = list(case.correction_files.order_by("pk"))
        files = (file for row in self.material_rows for file in row.files.all())
        self.copies = copies_of([*files, *self.pending])
        self.events = records.events(snapshot.chain(case))
        self.names = accounts.user_names(
            [event.actor_id for event in self.events]
            + [who for event in self.events for who in _named_in(event)]
            + [who for row in self.loaded.reviews for who in _officers_of(row)]
            + [case.assignee, case.assigned_for, case.agent]
        )

    def actions(self) -> dict[str, DomainError | None]:
        """Every verb and why it is off, for this reader."""
        extras = snapshot.extras(self.loaded, self.today, self.reference)
        state = facts.state(self.loaded, self.calendar, self.today, extras, termination_ground="asked")
        out = {verb.value: refusal(state, verb, self.relation) for verb in Verb if verb is not Verb.SUBMIT}
        out |= {verb: why for verb, why in self._beyond_authority().items() if out[verb] is None}
        for review in self.loaded.reviews:
            about = facts.state(self.loaded, self.calendar, self.today, extras, review_key=review.key)
            for verb in (Verb.OPINION, Verb.COUNTERSIGN):
                out[f"{verb.value}:{review.key}"] = refusal(about, verb, self.relation)
        asked = self.loaded.consultations if self.case.status in UNDECIDED and self.actor.is_staff else ()
        for row in asked:
            about = facts.state(self.loaded, self.calendar, self.today, extras, consultation=row.number)
            for verb in ABOUT_QUESTION:
                out[f"{verb.value}:{row.number}"] = refusal(about, verb, self.relation)
        return out

    def asked(self) -> list[str]:
        """Keys of the departments that were asked something, or asked."""
        said = (str(event.facts.get("organisation", "")) for event in self.events if "consultation" in event.facts)
        return list(dict.fromkeys(said))

    def _beyond_authority(self) -> dict[str, DomainError]:
        """What an agent may not do for the applicant although the case allows it."""
        try:
            under_power(self.actor, self.case.applicant_id, self.case.item_key, Act.SUBMIT)
        except Forbidden as error:
            return {verb.value: error for verb in APPLICANTS_VERBS}
        return {}


def _named_in(event: EventView) -> list[str]:
    """Officers whom an event names beside its actor."""
    skipped = event.facts.get("skipped")
    passed = [str(item[0]) for item in skipped] if isinstance(skipped, list) else []
    return [*(str(event.facts.get(key, "")) for key in ("to", "from", "for", "in_place_of")), *passed]


def _officers_of(row: Review) -> list[str]:
    """Everybody who has to do with a review."""
    return [row.first_by, row.second_by, row.first_for, row.second_for, row.assignee, row.assigned_for]


def case_for_applicant(number: str, actor: Actor, now: datetime) -> CaseView:
    """The applicant's own case. Raises NotFound for anybody else's."""
    return CaseView(**base_fields(Sheet(find_case(number, actor), actor, now), public=True))


def base_fields(sheet: Sheet, *, public: bool) -> dict[str, Any]:
    """The fields that both pages have."""
    case, spec = sheet.case, sheet.version.spec
    shown, changed = display(sheet, masked=not public), _changes(sheet, masked=not public)
    applicant = accounts.applicant(case.applicant_id)
    reviewing = [row for row in sheet.loaded.reviews if row.done_on is None and case.status == Status.ACCEPTED]
    reviewers = [row.organisation for row in reviewing]
    organisations = accounts.organisation_names(
        [case.authority, case.holder_organisation, *reviewers, *([] if public else sheet.asked())]
    )
    corrections = tuple(_correction(sheet, row) for row in case.corrections.order_by("number"))
    asked = tuple(_clarification(row) for row in case.clarifications.order_by("number"))
    return {
        "number": case.number,
        "lookup_code": case.lookup_code,
        "seq": case.seq,
        "status": Status(case.status),
        "track": case.track,
        "item_key": case.item_key,
        "item_name": case.item_name,
        "variant": next((item for item in spec.variants if item.key == case.variant), None),
        "version": sheet.version,
        "authority_name": organisations.get(case.authority, ""),
        "applicant_id": case.applicant_id,
        "applicant_name": case.applicant_name,
        "applicant_id_masked": codes.mask_id(applicant.id_number),
        "applicant_phone_masked": codes.mask_phone(applicant.phone),
        "submitted_at": case.submitted_at,
        "received_on": case.received_on,
        "accepted_on": case.accepted_on,
        "deemed": case.deemed,
        "decided_on": case.decided_on,
        "granted": case.granted,
        "outcome_text": case.outcome_text,
        "closed_on": case.closed_on,
        "holder_organisation_name": organisations.get(case.holder_organisation, ""),
        "holder_post": case.holder_duty,
        "assignee": case.assignee,
        "assignee_name": sheet.names.get(case.assignee, ""),
        "waiting_for_applicant": case.waiting_for_applicant,
        "clocks": sheet.clocks,
        "main_clock": facts.main_clock(sheet.loaded, sheet.clocks),
        "limits": sheet.limits,
        "steps": steps(sheet),
        "correction": next((item for item in corrections if item.answered_on is None), None),
        "corrections": corrections,
        "clarification": next((item for item in asked if item.answered_on is None), None),
        "clarifications": asked,
        "special": tuple(_special(row) for row in sheet.loaded.specials),
        "materials": materials(sheet),
        "display": shown,
        "changes": _by_line(shown, changed),
        "documents": case_documents(case),
        "licence": licence_row(case),
        "story": _with_service(
            sheet,
            story(
                sheet.loaded,
                sheet.events,
                sheet.names,
                public_only=public,
                organisations=organisations,
                changed=changed,
            ),
        ),
        "actions": sheet.actions(),
        "pending_rule": snapshot.pending_rule(case, sheet.today, sheet.reference),
        "open_reviews": tuple(row.name for row in reviewing),
        "agent_name": sheet.names.get(case.agent, ""),
        "power": accounts.power_by_number(case.power, sheet.now),
        "reviewing_organisations": tuple(dict.fromkeys(organisations.get(key, "") for key in reviewers)),
    }


def _with_service(sheet: Sheet, entries: tuple[StoryEntry, ...]) -> tuple[StoryEntry, ...]:
    """The story with the service of documents, newest first: it stands in a chain of its own."""
    served = service_story(sheet.case)
    return tuple(sorted([*served, *entries], key=lambda entry: entry.at, reverse=True)) if served else entries


def display(sheet: Sheet, *, masked: bool) -> tuple[Any, ...]:
    """The form as label and value. The applicant reads everything, officers see personal values masked."""
    pages = sheet.loaded.tailored.form_pages
    opened = open_form(sheet.version.spec.form, sheet.case.form)
    return flatten_for_display(pages, mask_form(pages, opened) if masked else opened)


def _changes(sheet: Sheet, *, masked: bool) -> tuple[EntryChange, ...]:
    """What corrections changed in the form."""
    opened = open_form(sheet.version.spec.form, sheet.case.form)
    notices = [row for row in sheet.case.corrections.all() if row.former]
    return changes(sheet.loaded.tailored.form_pages, opened, notices, sheet.events, sheet.names, masked=masked)


def _by_line(shown: tuple[Any, ...], changed: tuple[EntryChange, ...]) -> dict[str, tuple[EntryChange, ...]]:
    """Changes by the line that stands; of a line that is gone, by the first one of the same field."""
    paths = [row.path for row in shown]
    out: dict[str, tuple[EntryChange, ...]] = {}
    for change in changed:
        key = change.path.split(".")[0]
        same = (path for path in paths if path.split(".")[0] == key)
        place = change.path if change.path in paths else next(same, change.path)
        out[place] = (*out.get(place, ()), change)
    return out


def materials(sheet: Sheet) -> tuple[CaseMaterialView, ...]:
    """Materials with files, newest first, and what hangs on them."""
    specs = {item.key: item for item in sheet.loaded.tailored.materials}
    asked = _asked_keys(sheet)
    out = []
    for row in sheet.material_rows:
        points = [point for point in sheet.annotations if point.material_key == row.key and point.state != "dropped"]
        out.append(
            CaseMaterialView(
                key=row.key,
                name=row.name,
                source=row.source,
                spec=specs.get(row.key),
                files=tuple(file_row(item, sheet.copies) for item in _newest(row)),
                licence_id=row.licence_id,
                seen=sheet.actor.id in row.seen_by,
                annotations=len(points),
                to_correct=row.key in asked,
                pending_files=tuple(
                    pending_row(item, sheet.copies) for item in sheet.pending if item.material_key == row.key
                ),
            )
        )
    return tuple(out)


def _newest(row: CaseMaterial) -> list[MaterialFile]:
    return sorted(row.files.all(), key=lambda item: (item.superseded_round is not None, -item.round, item.pk))


def file_row(item: MaterialFile, copies: Mapping[str, documents.ReadingCopyView]) -> FileRow:
    """A file of a material."""
    copy = copies.get(str(item.file_id))
    return FileRow(
        item.pk,
        str(item.file_id),
        item.name,
        item.mime,
        item.size,
        copy.pages if copy else item.pages,
        item.sha256,
        item.round,
        item.superseded_round is not None,
        copy,
    )


def pending_row(item: CorrectionFile | DraftFile, copies: Mapping[str, documents.ReadingCopyView]) -> FileRow:
    """A file that is uploaded and not handed in."""
    copy = copies.get(str(item.file_id))
    pages = copy.pages if copy else item.pages
    return FileRow(item.pk, str(item.file_id), item.name, item.mime, item.size, pages, item.sha256, copy=copy)


def _asked_keys(sheet: Sheet) -> set[str]:
    if not sheet.loaded.correction_open or sheet.loaded.correction is None:
        return set()
    numbers = set(sheet.loaded.correction.points)
    return {point.material_key for point in sheet.annotations if point.number in numbers and point.material_key}


def point_view(sheet: Sheet, row: Annotation) -> Point:
    """One annotation with the name of its material."""
    names = {item.key: item.name for item in sheet.material_rows}
    return Point(
        number=row.number,
        material_key=row.material_key,
        material_name=names.get(row.material_key, ""),
        field_path=row.field_path,
        file_id=str(row.file_id or ""),
        page=row.page,
        x=row.x,
        y=row.y,
        wrong=row.wrong,
        remedy=row.remedy,
        check_point=row.check_point,
        state=row.state,
        notice_number=row.notice_number,
        by_name=sheet.names.get(row.by, ""),
        field_name="·".join(label_path(sheet.loaded.tailored.form_pages, row.field_path, gettext)),
        answer=row.answer,
    )


def _correction(sheet: Sheet, row: CorrectionNotice) -> CorrectionView:
    wanted = set(row.points)
    return CorrectionView(
        number=row.number,
        served_on=row.served_on,
        respond_by=row.respond_by,
        provisional=not sheet.calendar.is_firm(row.respond_by),
        points=tuple(point_view(sheet, item) for item in sheet.annotations if item.number in wanted),
        document_id=row.document_id,
        answered_on=row.answered_on,
        closes=sheet.version.spec.correction.closes,
    )


def _clarification(row: Any) -> ClarificationView:
    files = tuple(
        FileRow(index, item["file_id"], item["name"], item["mime"], item["size"], 1, item["sha256"])
        for index, item in enumerate(row.files)
    )
    return ClarificationView(row.number, row.question, row.asked_on, row.answer, row.answered_on, files)


def _special(row: Any) -> SpecialView:
    return SpecialView(
        row.ground,
        Ground(row.ground).zh,
        row.basis,
        row.reason,
        row.started_on,
        row.expected_days,
        row.notified_until,
        row.ended_on,
        row.result,
        tuple(SupplementView(date.fromisoformat(item["on"]), item["days"], item["reason"]) for item in row.supplements),
    )


def case_documents(case: Case) -> tuple[DocumentRow, ...]:
    """The notices, newest first."""
    rows = documents.for_owner(snapshot.chain(case))
    return tuple(
        DocumentRow(item.id, item.kind, item.title, item.number, item.issued_on, item.ready)
        for item in reversed(rows)
        if item.status != "void"
    )


def licence_row(case: Case) -> LicenceRow | None:
    """The licence that came of the case."""
    if not case.licence_id:
        return None
    made = [item for item in licences.for_case(snapshot.chain(case)) if item.id == case.licence_id]
    item = made[-1] if made else licences.get(case.licence_id)
    return LicenceRow(
        item.id, item.name, item.number, item.state, item.valid_from, item.valid_to, item.is_open, item.version
    )


_REACHED: Mapping[Status, int] = {
    Status.RECEIVED: 1,
    Status.ACCEPTED: 2,
    Status.GRANTED: 4,
    Status.CERTIFIED: 5,
    Status.COMPLETED: 6,
}


def steps(sheet: Sheet) -> tuple[StepView, ...]:
    """The stepper: which steps this item has, how far the case is, and when."""
    case = sheet.case
    wanted = [key for key in STEPS if _has_step(sheet, key)]
    status = Status(case.status)
    if status in _REACHED:
        reached = _REACHED[status]
        if status is Status.ACCEPTED and all(row.done_on for row in sheet.loaded.reviews):
            reached = 3
    else:
        reached = {Status.REFUSED: 4}.get(status, 2 if case.accepted_on else 1)
    on: dict[str, date | None] = {
        "submit": case.first_received_on,
        "accept": case.accepted_on,
        "decide": case.decided_on,
        "certificate": case.certificate_on,
        "deliver": case.delivered_on,
    }
    given = [row.done_on for row in sheet.loaded.reviews if row.done_on]
    if given and len(given) == len(sheet.loaded.reviews):
        on["review"] = max(given)
    ended = status not in facts.OPEN
    out = []
    for key in wanted:
        place = STEPS.index(key)
        state = "done" if place < reached else "current" if place == reached and not ended else "todo"
        note, params = _step_note(sheet, key) if state == "current" else ("", {})
        out.append(StepView(key, state, on.get(key), note, params))
    return tuple(out)


def _has_step(sheet: Sheet, key: str) -> bool:
    filing = sheet.loaded.track is Track.FILING
    if key == "accept":
        return not filing
    if key == "review":
        return not filing and bool(sheet.loaded.tailored.reviews)
    if key == "certificate":
        return facts.has_certificate(sheet.version.spec, sheet.case.variant)
    return True


def _step_note(sheet: Sheet, key: str) -> tuple[str, dict[str, object]]:
    if key == "review":
        rows = sheet.loaded.reviews
        done = sum(1 for row in rows if row.done_on)
        return gettext_noop("%(done)s of %(all)s done"), {"done": done, "all": len(rows)}
    return "", {}


def progress(number: str, code: str, now: datetime) -> ProgressView:
    """Public look-up by number and code, without personal data. NotFound does not tell which of them is wrong."""
    case = Case.objects.filter(number=number.strip(), lookup_code=code.strip().upper()).first()
    if case is None:
        raise no_such_case()
    actor = Actor(kind="applicant", id="look-up", applicant_ids=frozenset({case.applicant_id}))
    sheet = Sheet(case, actor, now)
    clocks: dict[str, Reading] = sheet.clocks
    return ProgressView(
        number=case.number,
        item_name=case.item_name,
        status=Status(case.status),
        submitted_at=case.submitted_at,
        holder_organisation_name=accounts.organisation_names([case.holder_organisation]).get(
            case.holder_organisation, ""
        ),
        clocks=clocks,
        main_clock=facts.main_clock(sheet.loaded, clocks),
        steps=steps(sheet),
        owes=owes(sheet.loaded),
    )


def owes(loaded: facts.Loaded) -> str:
    """What the applicant owes: "", correction or clarification."""
    if loaded.correction_open:
        return "correction"
    return "clarification" if loaded.case.waiting_for_applicant and loaded.case.status == "accepted" else ""
