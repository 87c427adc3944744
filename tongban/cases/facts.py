"""From rows to the plain facts that core reasons about. Services and queries both come through here.

One function makes the clocks' facts and one the guards' facts, so portal, desk, notices, alerts and command cannot
differ in a date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from tongban.cases import store
from tongban.cases.models import (
    Annotation,
    Case,
    CaseMaterial,
    CheckFinding,
    Consultation,
    CorrectionNotice,
    Review,
    SpecialProcedure,
)
from tongban.cases.reference import Reference
from tongban.cases.store import Beside
from tongban.catalogue.views import VersionView
from tongban.core.calendar import WorkCalendar
from tongban.core.case_facts import CaseState, ConsultationState, ReviewState, Status
from tongban.core.clock import (
    CERTIFICATE,
    COMPLETENESS,
    CaseFacts,
    CaseLimits,
    ClockFacts,
    Ground,
    Limit,
    Pause,
    Reading,
    ReviewFacts,
    Unit,
    at_least_before,
    case_clock,
    case_summaries,
    clocks_of,
    due_date,
    many_due_dates,
    many_summaries,
    summary,
)
from tongban.core.consulting import UNDECIDED
from tongban.core.items import CheckPoint, ItemSpec, LimitSpec, ReviewSpec, Track, VariantKind
from tongban.core.materials import Tailored, applies, tailored
from tongban.core.materials import limits_in_law as class_limits

#: Calendar days before the expiry by which a renewal is to be applied for, unless the item says otherwise.
RENEW_BEFORE = 30
#: Next due day, statutory due day, whether the next is provisional: what the index columns hold.
IndexDates = tuple[date | None, date | None, bool]
#: Statuses in which the case is still with the authority or the applicant.
OPEN = (Status.RECEIVED, Status.ACCEPTED, Status.GRANTED, Status.CERTIFIED)


@dataclass(frozen=True)
class Loaded:
    """A case with the rows that its clocks and guards need, read once."""

    case: Case
    version: VersionView
    tailored: Tailored
    reviews: tuple[Review, ...]
    specials: tuple[SpecialProcedure, ...]
    correction: CorrectionNotice | None  # the latest notice
    beside: Beside = field(default_factory=Beside)  # rows read beforehand; the others are read when asked for

    @property
    def spec(self) -> ItemSpec:
        """The frozen item."""
        return self.version.spec

    @property
    def track(self) -> Track:
        """The case's track."""
        return Track(self.case.track)

    @cached_property
    def absent(self) -> frozenset[str]:
        """Optional materials that were not handed in: there is nothing to check on them."""
        return frozenset(row.key for row in self.materials if row.source == "missing")

    @cached_property
    def materials(self) -> tuple[CaseMaterial, ...]:
        """The materials, in the order of the list."""
        rows = self.beside.materials if "materials" in self.beside.read else self.case.materials.all()
        return tuple(sorted(rows, key=lambda row: (row.position, row.key)))

    @cached_property
    def annotations(self) -> tuple[Annotation, ...]:
        """What was written at materials and fields."""
        return self.beside.annotations if "annotations" in self.beside.read else tuple(self.case.annotations.all())

    def findings(self, step: str) -> tuple[CheckFinding, ...]:
        """What was found on the check points of a step, by point."""
        if "findings" not in self.beside.read:
            return tuple(self.case.findings.filter(step=step).order_by("point"))
        return tuple(sorted((row for row in self.beside.findings if row.step == step), key=lambda row: row.point))

    @cached_property
    def is_asked(self) -> bool:
        """Whether a question to the applicant is open."""
        if "questions" in self.beside.read:
            return any(row.answered_on is None for row in self.beside.questions)
        return bool(self.case.clarifications.filter(answered_on=None).exists())

    @cached_property
    def is_inspected(self) -> bool:
        """Whether a site inspection is recorded."""
        return bool(self.beside.inspections) if "inspections" in self.beside.read else self.case.inspections.exists()

    @cached_property
    def consultations(self) -> tuple[Consultation, ...]:
        """The questions to other departments, in the order they were asked."""
        if "consultations" in self.beside.read:
            return self.beside.consultations
        return tuple(self.case.consultations.order_by("number"))

    def consulted(self, organisation: str) -> frozenset[int]:
        """The numbers of the questions that stand to ``organisation``; none once the case is decided."""
        if self.case.status not in UNDECIDED:
            return frozenset()
        rows = (row for row in self.consultations if row.withdrawn_on is None)
        return frozenset(row.number for row in rows if row.organisation == organisation)

    @property
    def correction_open(self) -> bool:
        """Whether the applicant has a notice to answer."""
        return self.correction is not None and self.correction.answered_on is None


def load(case: Case, version: VersionView, reference: Reference | None = None) -> Loaded:
    """Read what hangs on ``case`` (one query)."""
    return loaded(case, version, store.beside(case), reference)


def loaded(case: Case, version: VersionView, beside: Beside, reference: Reference | None = None) -> Loaded:
    """``case`` with the rows that were read ``beside`` it."""
    reduced = reference.tailored if reference else _tailored
    return Loaded(
        case=case,
        version=version,
        tailored=reduced(version, case.variant, case.answers),
        reviews=beside.reviews,
        specials=beside.specials,
        correction=max(beside.corrections, key=lambda row: row.number, default=None),
        beside=beside,
    )


def _tailored(version: VersionView, variant: str, answers: Mapping[str, str]) -> Tailored:
    return tailored(version.spec, variant, answers)


def limit_of(spec: LimitSpec) -> Limit:
    """The clock's limit of an item's limit."""
    return Limit(spec.value, spec.unit, spec.start, spec.source)


def limits_in_law(loaded: Loaded) -> tuple[LimitSpec, LimitSpec]:
    """(statutory, promised) limit of the case, with their sources."""
    case = loaded.case
    return class_limits(loaded.spec, case.variant, case.answers, inspected=inspection_needed(loaded))


def limits(loaded: Loaded) -> CaseLimits:
    """The limits frozen with the version. Only the licence track has the general law's clocks of its own."""
    spec = loaded.spec
    statutory, promised = limits_in_law(loaded)
    completeness = spec.procedure.completeness.limit
    certificate = spec.procedure.certificate.limit if spec.procedure.certificate else None
    own_completeness = limit_of(completeness) if completeness else None
    own_certificate = limit_of(certificate) if certificate else None
    licence = loaded.track is Track.LICENCE
    return CaseLimits(
        completeness=COMPLETENESS if licence else own_completeness,
        statutory=limit_of(statutory),
        promised=limit_of(promised),
        certificate=own_certificate or (CERTIFICATE if licence and spec.procedure.certificate else None),
    )


def review_spec(spec: ItemSpec, key: str) -> ReviewSpec | None:
    """The review called ``key`` in the procedure."""
    return next((item for item in spec.procedure.reviews if item.key == key), None)


def step_points(loaded: Loaded, step: str) -> tuple[CheckPoint, ...]:
    """The check points of ``completeness``, ``decision``, ``inspection`` or a review, with those of the materials.

    The points of a material are looked at in the completeness check.
    """
    procedure = loaded.spec.procedure
    if step == "completeness":
        own = procedure.completeness.check_points
        present = [item for item in loaded.tailored.materials if item.key not in loaded.absent]
        return own + tuple(point for item in present for point in item.check_points)
    if step == "decision":
        return procedure.decision.check_points
    if step == "inspection":
        return loaded.tailored.inspection.check_points if loaded.tailored.inspection else ()
    found = review_spec(loaded.spec, step)
    return found.check_points if found else ()


def case_facts(loaded: Loaded) -> CaseFacts:
    """The dated facts that every clock of the case is computed from."""
    case = loaded.case
    corrected = case.received_on if case.round > 1 else None
    return CaseFacts(
        received=case.first_received_on,
        corrected=corrected,
        completeness_stopped=case.completeness_stopped_on,
        accepted=case.accepted_on,
        decided=case.decided_on,
        granted=bool(case.granted),
        pauses=pauses(loaded.specials),
        extended_by=case.extended_by,
        not_after=case.not_after,
        reviews=tuple(_review_facts(loaded.spec, row) for row in loaded.reviews),
        certificate_made=case.delivered_on,
        closed=case.closed_on if case.decided_on is None else None,
    )


def pauses(rows: Iterable[SpecialProcedure]) -> tuple[Pause, ...]:
    """The pauses of art. 45."""
    return tuple(Pause(row.started_on, row.ended_on, Ground(row.ground), row.notified_until) for row in rows)


def _review_facts(spec: ItemSpec, row: Review) -> ReviewFacts:
    found = review_spec(spec, row.key)
    return ReviewFacts(row.key, row.opened_on, row.done_on, limit_of(found.limit) if found else None)


def summaries(loaded: Loaded, calendar: WorkCalendar, as_of: date) -> dict[str, Reading]:
    """All clocks that have started, without ledgers."""
    return case_summaries(case_facts(loaded), limits(loaded), calendar, as_of)


def with_ledger(loaded: Loaded, key: str, calendar: WorkCalendar, as_of: date) -> Reading:
    """One clock with its ledger. Raises ``KeyError`` for a clock the case does not have."""
    return case_clock(case_facts(loaded), limits(loaded), key, calendar, as_of)


def summaries_of_many(
    many: Sequence[Loaded], calendar: WorkCalendar, as_of: date
) -> Iterator[tuple[Loaded, dict[str, Reading]]]:
    """Each case with what :func:`summaries` says of it, all their clocks read together: for pages of cases."""
    pairs = [(case_facts(loaded), limits(loaded)) for loaded in many]
    return zip(many, many_summaries(pairs, calendar, as_of), strict=True)


def _guarded_clocks(loaded: Loaded, calendar: WorkCalendar, as_of: date) -> tuple[Reading | None, Reading | None]:
    """The completeness and the statutory clock, where they have started: the two that guards ask about."""
    found = {
        key: summary(limit, clock, calendar, as_of)
        for key, limit, clock in clocks_of(case_facts(loaded), limits(loaded))
        if key in ("completeness", "statutory") and clock.start is not None and clock.start <= as_of
    }
    return found.get("completeness"), found.get("statutory")


def clock_is_stopped(loaded: Loaded, key: str) -> bool:
    """Whether the clock ``key`` has ended: notice given, opinion given, decision made."""
    if key == "completeness":
        return loaded.case.completeness_stopped_on is not None
    if key.startswith("review:"):
        return any(row.key == key[7:] and row.done_on is not None for row in loaded.reviews)
    return key in ("statutory", "promised") and loaded.case.decided_on is not None


def nearest_clock(loaded: Loaded, clocks: Mapping[str, Reading], keys: Sequence[str]) -> str:
    """Of ``keys`` the running clock with the earliest due day, else one whose due day cannot be told; "" if none."""
    live = [key for key in keys if key in clocks and not clock_is_stopped(loaded, key)]
    dues = {key: due for key in live if (due := clocks[key].due) is not None}
    return min(dues, key=lambda key: dues[key]) if dues else next(iter(live), "")


def main_clock(loaded: Loaded, clocks: Mapping[str, Reading]) -> str:
    """The clock that counts now for the whole case: before acceptance a limit for deciding may run beside the check."""
    case = loaded.case
    wanted = {
        Status.RECEIVED.value: ("completeness", "promised", "statutory"),
        Status.ACCEPTED.value: ("promised", "statutory"),
        Status.GRANTED.value: ("certificate", "promised", "statutory"),
        Status.CERTIFIED.value: ("certificate", "promised", "statutory"),
    }.get(case.status, ("promised", "statutory", "completeness"))
    return nearest_clock(loaded, clocks, wanted) or next((key for key in wanted if key in clocks), "")


def pause_is_open(loaded: Loaded) -> bool:
    """Whether a special procedure has not had its result yet."""
    return any(row.ended_on is None for row in loaded.specials)


def clock_is_paused(loaded: Loaded, today: date) -> bool:
    """Whether a special procedure stops the clock today: days beyond the notified ones count again."""
    return any(row.ended_on is None and row.notified_until >= today for row in loaded.specials)


def due_dates(loaded: Loaded, calendar: WorkCalendar, today: date) -> IndexDates:
    """(next due, statutory due, provisional) for the index columns, as known today; empty during an open pause."""
    dues = {key: due_date(limit, clock, calendar, today) for key, limit, clock in _indexed_clocks(loaded)}
    return _index_columns(dues, calendar)


def due_dates_of_many(many: Sequence[Loaded], calendar: WorkCalendar, today: date) -> list[IndexDates]:
    """What :func:`due_dates` says of each case, all their clocks computed together."""
    clocks = [_indexed_clocks(loaded) for loaded in many]
    rows = [(limit, facts) for own in clocks for _, limit, facts in own]
    dues = iter(many_due_dates(rows, calendar, today))
    return [_index_columns({key: next(dues) for key, _, _ in own}, calendar) for own in clocks]


def _indexed_clocks(loaded: Loaded) -> list[tuple[str, Limit, ClockFacts]]:
    """The clocks that run; none while the applicant corrects."""
    if loaded.case.status not in OPEN or loaded.correction_open:
        return []
    clocks = clocks_of(case_facts(loaded), limits(loaded))
    return [entry for entry in clocks if entry[2].start is not None and entry[2].stopped is None]


def _index_columns(dues: Mapping[str, date | None], calendar: WorkCalendar) -> IndexDates:
    nearest = min((due for due in dues.values() if due is not None), default=None)
    provisional = nearest is not None and not calendar.is_firm(nearest)
    return nearest, dues.get("statutory"), provisional


def review_due(loaded: Loaded, review: Review, calendar: WorkCalendar, today: date) -> date | None:
    """The due day of one department's review for its index column: empty once done or during an open pause."""
    if review.done_on is not None or loaded.case.status != Status.ACCEPTED:
        return None
    own = _review_facts(loaded.spec, review)
    if own.limit is None:
        return None
    return due_date(own.limit, ClockFacts(own.opened, pauses(loaded.specials)), calendar, today)


def holder(loaded: Loaded) -> tuple[str, str]:
    """(organisation key, duty) of who has the case as a whole; reviews have their own rows."""
    case, procedure = loaded.case, loaded.spec.procedure
    step = {
        Status.RECEIVED.value: procedure.completeness,
        Status.ACCEPTED.value: procedure.decision,
        Status.GRANTED.value: procedure.certificate or procedure.delivery or procedure.decision,
        Status.CERTIFIED.value: procedure.delivery or procedure.certificate or procedure.decision,
    }.get(case.status)
    return (organisation_of(loaded.spec, step.organisation), step.duty.value) if step else ("", "")


def organisation_of(spec: ItemSpec, key: str) -> str:
    """``authority`` in a procedure stands for the item's own authority."""
    return spec.authority.organisation if key == "authority" else key


def renewed_in_time(loaded: Loaded) -> bool:
    """Whether the renewal was applied for as long before the expiry as the item says, else 30 days (art. 50(1)).

    Nobody can rely on silence who left the authority less time than the law gives it.
    """
    case, spec = loaded.case, loaded.spec
    if case.not_after is None:
        return False
    variant = next((item for item in spec.variants if item.key == case.variant), None)
    validity = (variant.validity if variant else None) or spec.result.validity
    latest = at_least_before(case.not_after, validity.renew_before or RENEW_BEFORE, Unit.CALENDAR_DAY)
    return case.first_received_on <= latest


@dataclass(frozen=True)
class Extras:
    """Facts that only some guards need, under their names in CaseState; read when there is use for them."""

    unchecked_points: int = 0
    failed_points: int = 0
    unlisted_points: int = 0
    unseen_materials: int = 0
    open_points: int = 0
    sendable_points: int = 0
    unjudged_points: int = 0
    inspection_done: bool = False
    clarification_open: bool = False
    pending_rule: str = ""
    licence_signed: bool = False


def state(
    loaded: Loaded,
    calendar: WorkCalendar,
    as_of: date,
    extras: Extras,
    *,
    review_key: str = "",
    ground: str = "",
    termination_ground: str = "",
    consultation: int = 0,
) -> CaseState:
    """The facts the lifecycle's guards look at."""
    case, spec = loaded.case, loaded.spec
    completeness, statutory = _guarded_clocks(loaded, calendar, as_of)
    correction = loaded.correction if loaded.correction_open else None
    return CaseState(
        track=loaded.track,
        status=Status(case.status),
        as_of=as_of,
        assignee=case.assignee,
        assigned_for=case.assigned_for,
        accepted_by=case.accepted_by,
        completeness_overdue=case.status == Status.RECEIVED and completeness is not None and completeness.is_late,
        completeness_provisional=completeness is not None and completeness.provisional,
        received_on=case.received_on,
        overdue=statutory is not None and statutory.is_late,
        provisional=statutory is not None and statutory.provisional,
        pause_open=pause_is_open(loaded),
        clock_paused=clock_is_paused(loaded, as_of),
        special_listed=any(item.ground == ground for item in spec.special_procedures)
        if ground
        else bool(spec.special_procedures),
        extension_allowed=spec.extension is not None,
        extended=case.extended_by > 0,
        reviews=tuple(_review_state(row) for row in loaded.reviews),
        review_key=review_key,
        inspection_possible=loaded.tailored.inspection is not None,
        inspection_needed=inspection_needed(loaded),
        inspection_lengthens=any(item.after_inspection for item in spec.limit_classes),
        silence_granted=any(applies(rule.when, case.answers, case.variant) for rule in spec.silence)
        and renewed_in_time(loaded),
        not_after=case.not_after,
        termination_ground=termination_ground,
        has_certificate=has_certificate(spec, case.variant),
        correction_open=correction is not None,
        correction_respond_by=correction.respond_by if correction else None,
        correction_provisional=bool(correction and correction.provisional),
        correction_closes=spec.correction.closes,
        consultation=_consultation_state(loaded, consultation) if consultation else None,
        **vars(extras),
    )


def has_certificate(spec: ItemSpec, variant: str = "") -> bool:
    """Whether the result is a thing to be made: a licence, an approval or a filing proof. A cancellation makes none."""
    kind = next((item.kind for item in spec.variants if item.key == variant), None)
    return spec.result.licence_type is not None and kind is not VariantKind.CANCELLATION


def inspection_needed(loaded: Loaded) -> bool:
    """Whether a site inspection must be recorded before the decision."""
    inspection = loaded.tailored.inspection
    return inspection is not None and (inspection.required or loaded.case.inspection_ordered)


def _review_state(row: Review) -> ReviewState:
    return ReviewState(
        row.key,
        row.name,
        row.officers,
        row.first_by,
        row.second_by,
        row.assignee,
        row.assigned_for,
        row.first_for,
        row.second_for,
    )


def _consultation_state(loaded: Loaded, number: int) -> ConsultationState | None:
    row = next((row for row in loaded.consultations if row.number == number), None)
    if row is None:
        return None
    withdrawn = row.withdrawn_on is not None
    return ConsultationState(row.number, row.asked_by, row.asked_for, row.answered_by, row.answered_for, withdrawn)


def unlisted_points(loaded: Loaded, annotations: Sequence[Annotation], findings: Mapping[str, bool]) -> int:
    """Check points of completeness that are neither met nor covered by an annotation that a notice would carry.

    An annotation on a material covers all of its points: what was sent in wrong cannot be judged in detail.
    """
    listed = [row for row in annotations if row.state in ("open", "unmet")]
    materials = {row.material_key for row in listed if row.material_key}
    points = {row.check_point for row in listed}
    covered = {point.key for item in loaded.tailored.materials if item.key in materials for point in item.check_points}
    wanted = {point.key for point in step_points(loaded, "completeness")} - covered - points
    return sum(1 for key in wanted if not findings.get(key))


def count_points(annotations: Sequence[Annotation], *states: str) -> int:
    """How many annotations are in one of ``states``."""
    return sum(1 for row in annotations if row.state in states)


def unseen(materials: Sequence[CaseMaterial]) -> int:
    """Materials with files that nobody has opened."""
    return sum(1 for row in materials if row.source in ("upload", "licence") and not row.seen_by)


def unit_is_firm(limit: Limit, calendar: WorkCalendar, due: date | None) -> bool:
    """Whether a date may be printed: limits in calendar days need no calendar unless they move off a day of rest."""
    return due is not None and (limit.unit is Unit.HOUR or calendar.is_firm(due))
