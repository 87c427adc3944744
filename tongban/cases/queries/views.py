"""What screens get to see of a case: frozen values, worked out once, the same for portal, desk, notices and command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from tongban.accounts.queries import PowerView
from tongban.cases.queries.changed import EntryChange
from tongban.catalogue.views import VersionView
from tongban.core.case_facts import Status
from tongban.core.clock import Limit, Reading
from tongban.core.errors import DomainError
from tongban.core.forms import DisplayRow
from tongban.core.items import CheckPoint, FormField, FormPage, Material, Variant
from tongban.core.law import Citation
from tongban.core.materials import Tailored
from tongban.documents.queries import ReadingCopyView


@dataclass(frozen=True)
class FileRow:
    """One file of a material. ``row_id`` identifies the row for removal, ``file_id`` the stored bytes.

    ``copy`` is the copy for reading of an office file, the only kind that a browser cannot show.
    """

    row_id: int
    file_id: str
    name: str
    mime: str
    size: int
    pages: int
    sha256: str
    round: int = 1
    superseded: bool = False
    copy: ReadingCopyView | None = None


@dataclass(frozen=True)
class OnFile:
    """A licence on file that can stand for a material."""

    licence_id: str
    name: str
    number: str
    valid_to: date | None


@dataclass(frozen=True)
class DraftMaterial:
    """A material of a draft. ``state``: generated, on_file, ready, missing or optional."""

    spec: Material
    state: str
    files: tuple[FileRow, ...] = ()
    candidates: tuple[OnFile, ...] = ()
    licence_id: str = ""


@dataclass(frozen=True)
class DraftPage:
    """One page of the form and whether it was filled in without an error."""

    spec: FormPage
    done: bool


@dataclass(frozen=True)
class DraftView:
    """An application being filled in."""

    id: str
    version: VersionView
    applicant_id: int
    applicant_name: str
    applicant_kind: str
    variant: str
    answers: Mapping[str, str]
    form: Mapping[str, object]
    tailored: Tailored
    situation_done: bool
    pages: tuple[DraftPage, ...]
    materials: tuple[DraftMaterial, ...]
    needs_old_licence: bool
    old_licence: str
    old_licences: tuple[OnFile, ...]
    complete: bool
    submission_key: str
    updated_at: datetime
    display: tuple[DisplayRow, ...] = ()
    field_files: Mapping[str, tuple[FileRow, ...]] = field(default_factory=dict)  # files of the form's file fields
    case_number: str = ""  # once it has been handed in


@dataclass(frozen=True)
class DraftRow:
    """A line of "my drafts"."""

    id: str
    item_name: str
    applicant_name: str
    updated_at: datetime


@dataclass(frozen=True)
class Point:
    """One annotation: where it is wrong and how to mend it. ``state`` as in ``models.Annotation``."""

    number: int
    material_key: str
    material_name: str
    field_path: str
    file_id: str
    page: int | None
    x: int | None
    y: int | None
    wrong: str
    remedy: str
    check_point: str
    state: str
    notice_number: int | None
    by_name: str = ""
    field_name: str = ""  # the labels on the way to the form field
    answer: str = ""  # why the applicant left it as it is


@dataclass(frozen=True)
class CorrectionView:
    """A correction notice. ``respond_by`` is provisional when the calendar does not reach it."""

    number: int
    served_on: date
    respond_by: date
    provisional: bool
    points: tuple[Point, ...]
    document_id: str
    answered_on: date | None
    closes: bool


@dataclass(frozen=True)
class ClarificationView:
    """A question after acceptance and its answer."""

    number: int
    question: str
    asked_on: date
    answer: str
    answered_on: date | None
    files: tuple[FileRow, ...] = ()


@dataclass(frozen=True)
class CaseMaterialView:
    """A material of a case with its files, newest round first. ``annotations`` is how many points hang on it."""

    key: str
    name: str
    source: str
    spec: Material | None
    files: tuple[FileRow, ...]
    licence_id: str = ""
    seen: bool = False
    annotations: int = 0
    to_correct: bool = False
    pending_files: tuple[FileRow, ...] = ()


@dataclass(frozen=True)
class FindingView:
    """An officer's finding on a check point; ``met`` None: not looked at."""

    point: CheckPoint
    met: bool | None
    remark: str = ""
    by_name: str = ""
    together: bool = False  # found met by the reader in one act with others


@dataclass(frozen=True)
class AssignedView:
    """How a rule found the officer who has the case (or review). ``skipped``: (name, why) of who was passed over."""

    name: str
    in_place_of: str
    rule: int
    method: str
    load: int
    skipped: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ReviewView:
    """One department's review. ``mine`` says that the reader's post does it."""

    key: str
    name: str
    organisation: str
    organisation_name: str
    officers: int
    opened_on: date
    done_on: date | None
    outcome: str
    opinion: str
    first_name: str
    second_name: str
    assignee: str
    assignee_name: str
    reading: Reading | None
    findings: tuple[FindingView, ...] = ()
    mine: bool = False
    sop: str = ""
    first_for: str = ""  # names of the officers whom the signatories stood in for
    second_for: str = ""
    assigned: AssignedView | None = None


@dataclass(frozen=True)
class SupplementView:
    """A supplementary notice: served on ``on``, ``days`` more working days, and why."""

    on: date
    days: int
    reason: str


@dataclass(frozen=True)
class SpecialView:
    """A special procedure of art. 45. ``ground`` is the enum value, ``ground_zh`` its Chinese name."""

    ground: str
    ground_zh: str
    basis: str
    reason: str
    started_on: date
    expected_days: int
    notified_until: date
    ended_on: date | None
    result: str
    supplements: tuple[SupplementView, ...] = ()


@dataclass(frozen=True)
class StoryEntry:
    """One event in words. ``text`` is an English source string, filled with ``params`` after translation."""

    seq: int
    at: datetime
    legal_date: date
    verb: str
    text: str
    params: Mapping[str, object]
    actor_name: str
    hash: str
    rule: Citation | None = None
    detail: str = ""
    document_id: str = ""
    public: bool = True
    for_name: str = ""  # in whose place the actor acted
    acting_as: str = ""  # deputy or delegation
    actor_id: str = ""
    power: str = ""  # the written authority under which an agent acted


@dataclass(frozen=True)
class DocumentRow:
    """A notice of the case. ``ready`` once its PDF is made."""

    id: str
    kind: str
    title: str
    number: str
    on: date
    ready: bool
    size: int = 0


@dataclass(frozen=True)
class LicenceRow:
    """The licence that came of the case. ``open`` once its signed file's hash is recorded."""

    id: str
    name: str
    number: str
    state: str
    valid_from: date | None
    valid_to: date | None
    open: bool
    version: int = 1


@dataclass(frozen=True)
class StepView:
    """One stop of the stepper. ``state``: done, current or todo."""

    key: str
    state: str
    on: date | None = None
    note: str = ""
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class CorrectionPlace:
    """One place to mend: a form field (``kind`` field) or a material, with every point that hangs on it."""

    kind: str
    key: str
    name: str
    points: tuple[Point, ...]
    material: CaseMaterialView | None = None


@dataclass(frozen=True)
class CallView:
    """An officer whom a note calls. ``mine``: it is the reader, or somebody the reader stands in for."""

    name: str
    read_at: datetime | None
    mine: bool = False


@dataclass(frozen=True)
class NoteView:
    """An internal note."""

    text: str
    by_name: str
    at: datetime
    id: int = 0
    calls: tuple[CallView, ...] = ()

    @property
    def unread(self) -> bool:
        """Whether it calls the reader, who has not read it yet."""
        return any(item.mine and item.read_at is None for item in self.calls)


@dataclass(frozen=True)
class MentionRow:
    """A note that calls the reader, in the list of them. ``for_name``: the absent officer whom it calls."""

    note: int
    number: str
    item_name: str
    text: str
    by_name: str
    at: datetime
    read_at: datetime | None
    for_name: str = ""


@dataclass(frozen=True)
class MentionPage:
    """A page of notes that call the reader, unread ones first."""

    rows: tuple[MentionRow, ...]
    total: int
    unread: int
    page: int
    pages: int


@dataclass(frozen=True)
class SaidView:
    """An answer of a department: what, who, in whose place, when."""

    text: str
    by_name: str
    for_name: str
    on: date | None


@dataclass(frozen=True)
class ConsultationView:
    """A question to another department. ``state``: open, answered, withdrawn, or lapsed with the decision."""

    number: int
    state: str
    organisation_name: str
    question: str
    material_key: str
    material_name: str
    wish_on: date | None
    asked_on: date
    asked_from_name: str
    asked_by_name: str
    asked_for_name: str
    answer: SaidView | None
    taken_back: tuple[SaidView, ...]
    mine: bool  # the reader may answer it


@dataclass(frozen=True)
class CaseView:
    """A case as one reader may see it. ``actions`` holds every verb: None = may act, else why not."""

    number: str
    lookup_code: str
    seq: int
    status: Status
    track: str
    item_key: str
    item_name: str
    variant: Variant | None
    version: VersionView
    authority_name: str
    applicant_id: int
    applicant_name: str
    applicant_id_masked: str
    applicant_phone_masked: str
    submitted_at: datetime
    received_on: date
    accepted_on: date | None
    deemed: bool
    decided_on: date | None
    granted: bool | None
    outcome_text: str
    closed_on: date | None
    holder_organisation_name: str
    holder_post: str
    assignee: str
    assignee_name: str
    waiting_for_applicant: bool
    clocks: Mapping[str, Reading]
    main_clock: str
    limits: Mapping[str, Limit]
    steps: tuple[StepView, ...]
    correction: CorrectionView | None
    corrections: tuple[CorrectionView, ...]
    clarification: ClarificationView | None
    clarifications: tuple[ClarificationView, ...]
    special: tuple[SpecialView, ...]
    materials: tuple[CaseMaterialView, ...]
    display: tuple[DisplayRow, ...]
    changes: Mapping[str, tuple[EntryChange, ...]]  # by the path of the line that stands, newest first
    documents: tuple[DocumentRow, ...]
    licence: LicenceRow | None
    story: tuple[StoryEntry, ...]
    actions: Mapping[str, DomainError | None]
    pending_rule: str = ""
    sealed: bool = False
    open_reviews: tuple[str, ...] = ()  # names of the reviews that are still to be given
    reviewing_organisations: tuple[str, ...] = ()  # names of the departments that give them
    agent_name: str = ""  # who looks after it for the enterprise; empty: the applicant's own account
    power: PowerView | None = None  # the written authority of that agent


@dataclass(frozen=True)
class CorrectionForm:
    """What the applicant fills in to answer the open notice: the asked fields with what is entered so far."""

    case: CaseView
    fields: tuple[FormField, ...]
    data: Mapping[str, object]
    places: tuple[CorrectionPlace, ...]
    left: Mapping[str, str] = field(default_factory=dict)  # field → why it stays as it is


@dataclass(frozen=True)
class TwinView:
    """Another open case of the same applicant for the same item."""

    number: str
    variant: str  # its name
    received_on: date
    same_variant: bool


@dataclass(frozen=True)
class DeskCaseView(CaseView):
    """What officers see besides."""

    completeness: tuple[FindingView, ...] = ()
    completeness_sop: str = ""
    points: tuple[Point, ...] = ()
    reviews: tuple[ReviewView, ...] = ()
    inspection_needed: bool = False
    inspection_points: tuple[CheckPoint, ...] = ()
    inspections: tuple[Mapping[str, object], ...] = ()
    decision_points: tuple[CheckPoint, ...] = ()
    decision_sop: str = ""
    notes: tuple[NoteView, ...] = ()
    colleagues: tuple[tuple[str, str], ...] = ()  # (account id, name) whom it can be handed to
    special_grounds: tuple[tuple[str, str, int], ...] = ()  # (ground, Chinese name, expected days)
    looks: tuple[StoryEntry, ...] = ()  # who had a masked value shown in full, newest first
    can_see_all: bool = True  # False: the reader's department was only asked about something
    consultations: tuple[ConsultationView, ...] = ()
    twins: tuple[TwinView, ...] = ()  # other open cases of the same applicant and item that the reader may see
    assigned: AssignedView | None = None
    assignee_away: tuple[date, str] | None = None  # the assignee's last day of leave, and the deputy's name
    standing_in: tuple[tuple[str, str], ...] = ()  # (name, deputy or delegation) of whom the reader may act for here


@dataclass(frozen=True)
class WorkRow:
    """One row of the work list. ``reading`` is the clock that matters to the reader."""

    number: str
    item_name: str
    applicant_name: str
    status: Status
    stage: str  # completeness, review, decision, certificate, delivery, correction
    clock: str
    reading: Reading | None
    assignee: str
    assignee_name: str
    tags: tuple[str, ...]
    received_on: date
    seq: int
    applicant_id: int = 0
    applicant_kind: str = ""


@dataclass(frozen=True)
class WorkList:
    """A page of work. ``counts`` are of the lanes by key, and ``mentions``: unread notes that call the reader."""

    rows: tuple[WorkRow, ...]
    total: int
    page: int
    pages: int
    lane: str
    counts: Mapping[str, int]
    saved: Mapping[int, int] = field(default_factory=dict)  # of the reader's saved views, by their ids
    more: bool = False  # there are more than ``total``, which is how far such a list is counted and shown


@dataclass(frozen=True)
class Standing:
    """An open case with its running clocks, for oversight."""

    number: str
    item_name: str
    applicant_name: str
    region_code: str
    authority: str
    holder_organisation: str
    status: Status
    deemed: bool
    accepted_on: date | None
    running: Mapping[str, Reading]
    review_names: Mapping[str, str]  # review:<key> → department's name


@dataclass(frozen=True)
class CaseRow:
    """A line of "my cases" in the portal."""

    number: str
    item_name: str
    applicant_name: str
    status: Status
    submitted_at: datetime
    reading: Reading | None
    main_clock: str
    owes: str  # "", correction or clarification
    licence_id: str = ""


@dataclass(frozen=True)
class CasePage:
    """A page of "my cases"."""

    rows: tuple[CaseRow, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class ProgressView:
    """What anyone with number and look-up code may see: no personal data."""

    number: str
    item_name: str
    status: Status
    submitted_at: datetime
    holder_organisation_name: str
    clocks: Mapping[str, Reading]
    main_clock: str
    steps: tuple[StepView, ...]
    owes: str


@dataclass(frozen=True)
class LedgerView:
    """Every clock of a case with its ledger, and which one is looked at."""

    number: str
    item_name: str
    key: str
    reading: Reading
    limit: Limit
    clocks: Mapping[str, Reading]
    limits: Mapping[str, Limit]
    names: Mapping[str, str]  # review:<key> → department's name
    events: Mapping[date, tuple[str, ...]]  # facts to print into the cells: accepted, correction handed in …
