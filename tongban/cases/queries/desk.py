"""The officer's page of one case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from tongban.accounts import queries as accounts
from tongban.cases import capacities, facts, snapshot
from tongban.cases.access import find_case, visible_to
from tongban.cases.handing import holds_whole, missing_findings, with_another_post
from tongban.cases.models import Case, Mention, Review
from tongban.cases.queries import talking
from tongban.cases.queries.cases import Sheet, base_fields, point_view
from tongban.cases.queries.story import looks
from tongban.cases.queries.views import AssignedView, DeskCaseView, FindingView, ReviewView, TwinView
from tongban.core.actors import Actor
from tongban.core.errors import DomainError
from tongban.core.items import CheckPoint
from tongban.core.lifecycle import Verb
from tongban.core.posts import SKIPPED, Skip
from tongban.records import queries as records


def case_for_desk(number: str, actor: Actor, now: datetime) -> DeskCaseView:
    """A case with what officers see. Raises NotFound for a case of another authority."""
    sheet = Sheet(find_case(number, actor), actor, now)
    case, spec = sheet.case, sheet.version.spec
    findings = {(row.step, row.point): row for row in case.findings.all()}
    seen = records.events(snapshot.access_chain(number))
    calls = list(Mention.objects.filter(note__case=case).order_by("pk"))
    notes = list(case.notes.order_by("-pk"))
    names = accounts.user_names(
        [row.by for row in findings.values()]
        + [event.actor_id for event in seen]
        + [row.by for row in sheet.annotations]
        + [row.by for row in notes]
        + [row.officer for row in calls]
    )
    sheet.names = {**sheet.names, **names}
    inspection = sheet.loaded.tailored.inspection
    organisations = accounts.organisation_names(
        [row.organisation for row in sheet.loaded.reviews]
        + [key for row in sheet.loaded.consultations for key in (row.organisation, row.asked_from)]
    )
    reviews = tuple(_review(sheet, row, findings, organisations) for row in sheet.loaded.reviews)
    fields = base_fields(sheet, public=False)
    fields["actions"] = {**fields["actions"], **_off_at_the_desk(sheet, fields["actions"], reviews)}
    view = DeskCaseView(
        **fields,
        completeness=_findings(sheet, "completeness", facts.step_points(sheet.loaded, "completeness"), findings),
        completeness_sop=spec.procedure.completeness.sop,
        points=tuple(point_view(sheet, row) for row in sheet.annotations if row.state != "dropped"),
        reviews=reviews,
        inspection_needed=facts.inspection_needed(sheet.loaded),
        inspection_points=inspection.check_points if inspection else (),
        inspections=tuple(
            {
                "done_on": row.done_on,
                "officers": [accounts.user_names(row.officers).get(item, item) for item in row.officers],
                "findings": row.findings,
                "conclusion": row.conclusion,
            }
            for row in case.inspections.order_by("pk")
        ),
        decision_points=spec.procedure.decision.check_points,
        decision_sop=spec.procedure.decision.sop,
        notes=tuple(talking.note_view(row, calls, sheet.names, actor) for row in notes),
        consultations=talking.consultations(sheet, organisations),
        looks=looks(sheet.loaded, seen, sheet.names),
        colleagues=_colleagues(sheet),
        assigned=_assigned(sheet, "", case.assignee),
        assignee_away=_away(sheet),
        standing_in=tuple(
            (mandate.name, mandate.kind.value)
            for mandate in sheet.actor.mandates
            if mandate.officer in {item.officer for item in sheet.relation.stand_ins if item.who}
        ),
        twins=_twins(sheet),
        special_grounds=tuple((item.ground, item.ground.zh, item.expected_days) for item in spec.special_procedures),
    )
    return talking.as_far_as_needed(sheet, view)


def may_see(number: str, actor: Actor) -> bool:
    """Whether the officer's page of the case opens for ``actor`` (one query)."""
    return Case.objects.filter(visible_to(actor), number=number).exists()


#: Most other applications that are named; who sends more is found by the applicant's name.
MOST_TWINS = 5


def _twins(sheet: Sheet) -> tuple[TwinView, ...]:
    """Other open cases of the same applicant and item: perhaps the same thing twice, so look before both are worked on.

    None of a closed case: nothing can be done twice any more.
    """
    case = sheet.case
    if not case.is_open:
        return ()
    names = {item.key: item.name for item in sheet.version.spec.variants}
    others = Case.objects.filter(
        visible_to(sheet.actor), applicant_id=case.applicant_id, item_key=case.item_key, is_open=True
    ).exclude(pk=case.pk)
    found = others.order_by("pk").values_list("number", "variant", "first_received_on")[:MOST_TWINS]
    return tuple(TwinView(number, names.get(key, key), on, key == case.variant) for number, key, on in found)


def _off_at_the_desk(
    sheet: Sheet, actions: Mapping[str, DomainError | None], reviews: tuple[ReviewView, ...]
) -> dict[str, DomainError | None]:
    """What the services would refuse for the rows that hang on the case, said before the button is pressed."""
    off: dict[str, DomainError | None] = {}
    for row in reviews:
        missing = sum(1 for finding in row.findings if finding.met is None)
        if missing and actions.get(f"opinion:{row.key}", off) is None:
            off[f"opinion:{row.key}"] = missing_findings(missing)
    own = sheet.relation.reviews_for(Verb.ASSIGN)
    open_here = any(row.key in own and row.done_on is None for row in reviews)
    if actions.get(Verb.ASSIGN.value, off) is None and not open_here and not holds_whole(sheet, Verb.ASSIGN):
        off[Verb.ASSIGN.value] = with_another_post()
    return off


def _findings(
    sheet: Sheet, step: str, points: tuple[CheckPoint, ...], rows: Mapping[tuple[str, str], object]
) -> tuple[FindingView, ...]:
    out = []
    acts = Counter((getattr(row, "by", ""), getattr(row, "at", None)) for row in rows.values())
    for point in points:
        row = rows.get((step, point.key))
        if row is None:
            out.append(FindingView(point, None))
        else:
            name = sheet.names.get(getattr(row, "by", ""), "")
            by, met = getattr(row, "by", ""), bool(getattr(row, "met", False))
            together = met and by == sheet.actor.id and acts[by, getattr(row, "at", None)] > 1
            out.append(FindingView(point, met, getattr(row, "remark", ""), name, together))
    return tuple(out)


def _review(
    sheet: Sheet,
    row: Review,
    findings: Mapping[tuple[str, str], object],
    organisations: Mapping[str, str],
) -> ReviewView:
    spec = facts.review_spec(sheet.version.spec, row.key)
    return ReviewView(
        key=row.key,
        name=row.name,
        organisation=row.organisation,
        organisation_name=organisations.get(row.organisation, ""),
        officers=row.officers,
        opened_on=row.opened_on,
        done_on=row.done_on,
        outcome=row.outcome,
        opinion=row.opinion,
        first_name=sheet.names.get(row.first_by, ""),
        second_name=sheet.names.get(row.second_by, ""),
        assignee=row.assignee,
        assignee_name=sheet.names.get(row.assignee, ""),
        reading=sheet.clocks.get(f"review:{row.key}"),
        findings=_findings(sheet, row.key, spec.check_points if spec else (), findings),
        mine=row.key in sheet.relation.reviews_for(Verb.OPINION),
        sop=spec.sop if spec else "",
        first_for=sheet.names.get(row.first_for, ""),
        second_for=sheet.names.get(row.second_for, ""),
        assigned=_assigned(sheet, row.key, row.assignee),
    )


def _assigned(sheet: Sheet, review: str, assignee: str) -> AssignedView | None:
    """How a rule gave the case (or review) to whom it is with now; None: a person did, or nobody has it."""
    about = [event for event in sheet.events if event.facts.get("review") == review and event.facts.get("to")]
    if not assignee or not about or about[-1].verb != "assign_by_rule" or about[-1].facts["to"] != assignee:
        return None
    said: dict[str, Any] = dict(about[-1].facts)
    return AssignedView(
        name=sheet.names.get(assignee, ""),
        in_place_of=sheet.names.get(said["in_place_of"], ""),
        rule=said["rule"],
        method=said["method"],
        load=said["load"],
        skipped=tuple((sheet.names.get(who, ""), SKIPPED[Skip(why)]) for who, why in said["skipped"]),
    )


def _away(sheet: Sheet) -> tuple[date, str] | None:
    """The assignee's leave and who stands in, where the case is with somebody who is away today."""
    case = sheet.case
    if not case.assignee:
        return None
    absences = accounts.absences(case.holder_organisation, sheet.today)
    until = absences.away_until(case.assignee)
    if until is None:
        return None
    deputy = absences.deputy(case.assignee)
    return until, accounts.user_names([deputy]).get(deputy, "") if deputy else ""


def _colleagues(sheet: Sheet) -> tuple[tuple[str, str], ...]:
    """Whom the case can be handed to: officers of the post that has it, or of the reader's own review."""
    case = sheet.case
    organisation, duty = case.holder_organisation, case.holder_duty
    own = next((row for row in sheet.loaded.reviews if row.key in sheet.relation.reviews_for(Verb.ASSIGN)), None)
    if own is not None and sheet.actor.organisation != organisation:
        organisation, duty = own.organisation, own.duty
    if not organisation:
        return ()
    ids = capacities.takers(organisation, duty, case.item_key, sheet.today)
    return tuple(sorted(accounts.user_names(list(ids)).items(), key=lambda item: item[1]))
