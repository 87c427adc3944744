"""Work at the desk that changes no status: assigning, notes, looking at materials, annotating them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from tongban.accounts import queries as accounts
from tongban.cases import capacities, snapshot
from tongban.cases.access import find_case
from tongban.cases.handing import holds_whole, opinion_is_given, with_another_post
from tongban.cases.models import Annotation, CaseMaterial, CheckFinding, MaterialFile, Mention, Review
from tongban.cases.queries import talking
from tongban.cases.work import Work, invalid, text, working
from tongban.core import mentions
from tongban.core.actors import Actor
from tongban.core.errors import Forbidden, NotFound, Refused, gettext_noop
from tongban.core.forms import fields_of
from tongban.core.items import FieldKind
from tongban.core.lifecycle import Verb
from tongban.records.services import JSON


def assign(
    *,
    number: str,
    actor: Actor,
    assignee: str,
    now: datetime,
    review_key: str = "",
    expected_seq: int | None = None,
) -> None:
    """Hand the case (or one department's review of it) to an officer of the post that has it, or to a deputy."""
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.ASSIGN)
        if review_key:
            row = _own_review(work, review_key, Verb.ASSIGN)
            if row.done_on is not None:
                raise opinion_is_given()
            if row.assignee == assignee:
                return  # pressed twice: nothing happened, so nothing is recorded
            in_place_of = _taker(work, assignee, row.organisation, row.duty)
            row.assignee, row.assigned_for = assignee, in_place_of
            row.save(update_fields=["assignee", "assigned_for"])
        else:
            _check_holds(work, Verb.ASSIGN)
            if work.case.assignee == assignee:
                return
            in_place_of = _taker(work, assignee, work.case.holder_organisation, work.case.holder_duty)
            work.case.assignee, work.case.assigned_for = assignee, in_place_of
        work.record(Verb.ASSIGN, {"to": assignee, "review": review_key, "in_place_of": in_place_of})


def _check_holds(work: Work, verb: Verb) -> None:
    """A case is handed on by the post that has it, not by a department that reviews it."""
    if not holds_whole(work, verb) and not (work.acting and work.acting.delegated):
        raise with_another_post()


def _own_review(work: Work, key: str, verb: Verb) -> Review:
    if key not in work.relation.reviews_for(verb):
        raise Forbidden(
            gettext_noop("This review is with another department."),
            remedy=gettext_noop("Open the review of your own department."),
        )
    return next(row for row in work.loaded.reviews if row.key == key)


def _taker(work: Work, assignee: str, organisation: str, duty: str) -> str:
    """In whose place ``assignee`` gets the step; empty: by the own post. Nobody on leave gets one."""
    known = capacities.takers(organisation, duty, work.case.item_key, work.today)
    if assignee in known:
        return known[assignee]
    until = accounts.absences(organisation, work.today).away_until(assignee)
    if until is not None:
        raise invalid(
            "assignee",
            gettext_noop("This officer is on leave until %(until)s."),
            gettext_noop("Choose one from the list; the deputy is among them."),
            until=until,
        )
    raise invalid(
        "assignee",
        gettext_noop("This officer does not hold the post that has the case."),
        gettext_noop("Choose one from the list."),
    )


def put_back(
    *,
    number: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
    review_key: str = "",
    expected_seq: int | None = None,
) -> None:
    """Put an assigned case (or review) back into the list of its post."""
    reason = text(reason, "reason", required=False, most=500)
    with working(number, actor, now, expected_seq) as work:
        if review_key:
            work.check(Verb.ASSIGN)
            row = _own_review(work, review_key, Verb.ASSIGN)
            if not row.assignee:
                raise Refused(
                    gettext_noop("The review is assigned to nobody."),
                    remedy=gettext_noop("It is in your department's list already."),
                )
            row.assignee = row.assigned_for = ""
            row.save(update_fields=["assignee", "assigned_for"])
        else:
            work.check(Verb.PUT_BACK)
            _check_holds(work, Verb.PUT_BACK)
            work.case.assignee = work.case.assigned_for = ""
        work.record(Verb.PUT_BACK, {"review": review_key, "reason": snapshot.digest(reason)})


def add_note(*, number: str, actor: Actor, note: str, now: datetime, call: Collection[str] = ()) -> tuple[str, ...]:
    """An internal note; the applicant never sees it. Returns the names of the officers it calls.

    They are those called in it with ``@`` and the ids in ``call``; only who may read the note can be called.
    """
    note = text(note, "note", most=2000)
    with working(number, actor, now) as work:
        work.check(Verb.NOTE)
        called = _called(work, note, call)
        row = work.case.notes.create(text=note, by=actor.id, at=now)
        Mention.objects.bulk_create(Mention(note=row, officer=officer) for officer in called)
        details: dict[str, JSON] = {"note": snapshot.digest(note)}
        work.record(Verb.NOTE, {**details, "mentions": sorted(called)} if called else details)
        return tuple(called.values())


def _called(work: Work, note: str, call: Collection[str]) -> dict[str, str]:
    """Account id → name of whom the note calls. A name that nobody who may read it has is an error, not a guess."""
    if not call and not ("@" in note or "＠" in note):
        return {}
    reviewing = tuple(row.organisation for row in work.loaded.reviews)
    everybody = talking.callable_on(work.case, reviewing, work.today)
    people = {item.id: item for item in everybody if item.id != work.actor.id}
    if set(call) - set(people):
        raise invalid(
            "call",
            gettext_noop("This person may not see the case and cannot be mentioned."),
            gettext_noop("Choose one from the list."),
        )
    found = mentions.called(note, list(people.values()), call)
    if found.unknown:
        raise invalid(
            "note",
            gettext_noop("@%(names)s: nobody of this name may see the case."),
            gettext_noop("Choose from the list, or write the name without @."),
            names="、@".join(found.unknown),
        )
    if found.shared:
        raise invalid(
            "note",
            gettext_noop("@%(names)s: several officers have this name."),
            gettext_noop("Choose the one you mean from the list; the post stands behind the name."),
            names="、@".join(found.shared),
        )
    return {officer: people[officer].name for officer in sorted(found.ids)}


def read_note(*, number: str, actor: Actor, note: int, now: datetime) -> None:
    """Mark a note as read by the officer it calls, or by the deputy. Not an event of the chain: it decides nothing."""
    case = find_case(number, actor)
    rows = Mention.objects.filter(note=note, note__case=case, officer__in=talking.persons(actor), read_at__isnull=True)
    rows.update(read_at=now, read_by=actor.id)


@dataclass(frozen=True)
class Spot:
    """Where on a page: ``x`` and ``y`` per mille of width and height."""

    file_id: str = ""
    page: int | None = None
    x: int | None = None
    y: int | None = None


def annotate(
    *,
    number: str,
    actor: Actor,
    wrong: str,
    remedy: str,
    now: datetime,
    material_key: str = "",
    field_path: str = "",
    spot: Spot | None = None,
    check_point: str = "",
    expected_seq: int | None = None,
) -> int:
    """Write at a material (or form field) what is wrong and how to mend it; returns the point's number."""
    wrong, remedy = text(wrong, "wrong", most=1000), text(remedy, "remedy", most=1000)
    spot = spot or Spot()
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.ANNOTATE)
        _check_target(work, material_key, field_path, spot)
        last = work.case.annotations.aggregate(last=Max("number"))["last"] or 0
        row = Annotation.objects.create(
            case=work.case,
            number=last + 1,
            material_key=material_key,
            field_path=field_path,
            file_id=spot.file_id or None,
            page=spot.page,
            x=_per_mille(spot.x),
            y=_per_mille(spot.y),
            wrong=wrong,
            remedy=remedy,
            check_point=check_point,
            by=actor.id,
            at=now,
        )
        if check_point:
            _set_finding(work, check_point, met=False, remark=wrong)
        details: dict[str, JSON] = {
            "number": row.number,
            "material": material_key,
            "text": snapshot.points_digest([row]),
        }
        work.record(Verb.ANNOTATE, details)
        return row.number


def _per_mille(value: int | None) -> int | None:
    return None if value is None else min(max(value, 0), 1000)


def _check_target(work: Work, material_key: str, field_path: str, spot: Spot) -> None:
    if not material_key and not field_path:
        raise invalid(
            "material_key", gettext_noop("Choose what is wrong."), gettext_noop("Choose a material or field.")
        )
    if material_key and not work.case.materials.filter(key=material_key).exists():
        raise NotFound(gettext_noop("There is no such material."), remedy=gettext_noop("Reload the page."))
    if field_path:
        keys = {field.key: field.kind for field in fields_of(work.loaded.tailored.form_pages)}
        kind = keys.get(field_path.split(".")[0])
        if kind is None:
            raise NotFound(gettext_noop("There is no such form field."), remedy=gettext_noop("Reload the page."))
        if kind is FieldKind.FILE:
            raise invalid(
                "field_path",
                gettext_noop("What is uploaded is corrected among the materials."),
                gettext_noop("Write the point at the material of the same name."),
            )
    if spot.file_id:
        known = MaterialFile.objects.filter(material__case=work.case, material__key=material_key)
        if str(spot.file_id) not in {str(item) for item in known.values_list("file_id", flat=True)}:
            raise NotFound(gettext_noop("There is no such file."), remedy=gettext_noop("Reload the page."))


def _set_finding(work: Work, point: str, *, met: bool, remark: str) -> None:
    CheckFinding.objects.update_or_create(
        case=work.case,
        step="completeness",
        point=point,
        defaults={"met": met, "remark": remark, "by": work.actor.id, "at": work.now},
    )


def drop_annotation(
    *, number: str, actor: Actor, annotation: int, now: datetime, expected_seq: int | None = None
) -> None:
    """Take back a point that has not been sent."""
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.ANNOTATE)
        row = _annotation(work, annotation)
        if row.state != Annotation.OPEN:
            raise Refused(
                gettext_noop("This point has been sent to the applicant."),
                remedy=gettext_noop("Mark it as met once it is mended."),
            )
        row.state = Annotation.DROPPED
        row.save(update_fields=["state"])
        if row.check_point:
            work.case.findings.filter(step="completeness", point=row.check_point).delete()
        work.record("drop_annotation", {"number": annotation})


def _annotation(work: Work, number: int) -> Annotation:
    row = work.case.annotations.filter(number=number).first()
    if row is None:
        raise NotFound(gettext_noop("There is no such point."), remedy=gettext_noop("Reload the page."))
    return row


def mark_point(
    *, number: str, actor: Actor, annotation: int, met: bool, now: datetime, expected_seq: int | None = None
) -> None:
    """After a correction: is the point mended now?"""
    with working(number, actor, now, expected_seq) as work:
        work.check(Verb.ANNOTATE)
        row = _annotation(work, annotation)
        if row.state not in (Annotation.SENT, Annotation.MET, Annotation.UNMET) or work.loaded.correction_open:
            raise Refused(
                gettext_noop("There is no correction of this point to judge."),
                remedy=gettext_noop("Wait for the applicant's correction."),
            )
        row.state = Annotation.MET if met else Annotation.UNMET
        row.save(update_fields=["state"])
        if row.check_point:
            _set_finding(work, row.check_point, met=met, remark="" if met else row.wrong)
        work.record("mark_point", {"number": annotation, "met": met})


def mark_seen(*, number: str, actor: Actor, material_key: str, now: datetime) -> None:
    """Remember that an officer opened a material; the one notice may only go out when all were looked at.

    Not an event of the case's chain: it decides nothing. Only officers who check completeness or review count.
    """
    with working(number, actor, now) as work:
        row = CaseMaterial.objects.filter(case=work.case, key=material_key).first()
        if row is None:
            raise NotFound(gettext_noop("There is no such material."), remedy=gettext_noop("Reload the page."))
        if actor.id not in row.seen_by and actor.is_staff and work.relation.any_who:
            row.seen_by = [*row.seen_by, actor.id]
            row.save(update_fields=["seen_by"])
