"""What officers say to each other about a case: questions to other departments, notes, and whom notes call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q

from tongban.accounts import queries as accounts
from tongban.cases.access import find_case, handled_by, handles
from tongban.cases.models import Case, Consultation, InternalNote, Mention
from tongban.cases.queries.cases import Sheet
from tongban.cases.queries.lists import PAGE, paging
from tongban.cases.queries.views import (
    CallView,
    ConsultationView,
    DeskCaseView,
    MentionPage,
    MentionRow,
    NoteView,
    SaidView,
)
from tongban.core.actors import Actor, Duty, MandateKind
from tongban.core.consulting import ANSWERING, UNDECIDED
from tongban.core.dates import legal_date
from tongban.core.mentions import Person

# Questions to other departments.


def departments(case_number: str, actor: Actor, now: datetime) -> dict[str, str]:
    """Whom the reader can ask about a case: departments of its region with somebody who answers, not the own one."""
    case = find_case(case_number, actor)
    found = accounts.staffed(case.region_code, ANSWERING, legal_date(now))
    return {key: name for key, name in found.items() if key != actor.organisation}


def consultations(sheet: Sheet, organisations: Mapping[str, str]) -> tuple[ConsultationView, ...]:
    """The questions that the reader may read: all, or those to the reader's department where it sees no more."""
    rows = sheet.loaded.consultations
    if not handles(sheet.actor, sheet.case, sheet.loaded.reviews):
        rows = tuple(row for row in rows if row.organisation == sheet.actor.organisation)
    return tuple(_consultation(sheet, row, organisations) for row in rows)


def _consultation(sheet: Sheet, row: Consultation, organisations: Mapping[str, str]) -> ConsultationView:
    materials = {item.key: item.name for item in sheet.material_rows}
    standing = _said(sheet, row.answer, row.answered_by, row.answered_for, row.answered_on) if row.answered_on else None
    return ConsultationView(
        number=row.number,
        state=_state(sheet.case, row),
        organisation_name=organisations.get(row.organisation, ""),
        question=row.question,
        material_key=row.material_key,
        material_name=materials.get(row.material_key, ""),
        wish_on=row.wish_on,
        asked_on=row.asked_on,
        asked_from_name=organisations.get(row.asked_from, ""),
        asked_by_name=sheet.names.get(row.asked_by, ""),
        asked_for_name=sheet.names.get(row.asked_for, ""),
        answer=standing,
        taken_back=tuple(
            _said(sheet, each["answer"], each["by"], each["for"], date.fromisoformat(each["on"]))
            for each in row.taken_back
        ),
        mine=row.number in sheet.loaded.consulted(sheet.actor.organisation),
    )


def _said(sheet: Sheet, text: str, by: str, in_place_of: str, on: date | None) -> SaidView:
    return SaidView(text, sheet.names.get(by, ""), sheet.names.get(in_place_of, ""), on)


def _state(case: Case, row: Consultation) -> str:
    if row.withdrawn_on:
        return "withdrawn"
    if row.answered_on:
        return "answered"
    return "open" if case.status in UNDECIDED else "lapsed"


def as_far_as_needed(sheet: Sheet, view: DeskCaseView) -> DeskCaseView:
    """What a department sees that was only asked about something: the form with masked values, the questions to it,
    and of the materials those that the questions are about (个人信息保护法 art. 6: what the purpose needs, no more)."""
    if handles(sheet.actor, sheet.case, sheet.loaded.reviews):
        return view
    keys = materials_asked_about(sheet.loaded.consultations, sheet.actor)
    own = {item.number for item in view.consultations}
    return replace(
        view,
        can_see_all=False,
        materials=tuple(item for item in view.materials if keys is None or item.key in keys),
        story=tuple(entry for entry in view.story if entry.public or _about(sheet, entry.seq) in own),
        documents=(),
        licence=None,
        clarifications=(),
        clarification=None,
        points=(),
        notes=(),
        looks=(),
        twins=(),
    )


def _about(sheet: Sheet, seq: int) -> object:
    """The number of the question that an event is about; 0 for other events."""
    event = next((event for event in sheet.events if event.seq == seq), None)
    return event.facts["number"] if event and "consultation" in event.facts else 0


def materials_asked_about(rows: Any, actor: Actor) -> frozenset[str] | None:
    """The materials that the standing questions to the actor's department are about; None: one is about the whole."""
    asked = [row.material_key for row in rows if row.organisation == actor.organisation and row.withdrawn_on is None]
    return None if "" in asked else frozenset(asked)


# Notes and whom they call.


def persons(actor: Actor) -> tuple[str, ...]:
    """Whose notes the actor reads: the own, and those of officers on leave for whom the actor is deputy."""
    deputised = [item.officer for item in actor.mandates if item.kind is MandateKind.DEPUTY]
    return (actor.id, *dict.fromkeys(deputised))


def callable_on(case: Case, organisations: tuple[str, ...], day: date) -> list[Person]:
    """Officers whom a note on ``case`` can call: those who may read it. Who was only asked something reads no notes."""
    home = {case.authority, case.intake, case.holder_organisation, *organisations} - {""}
    watching = (Duty.SUPERVISOR, Duty.GOVERNMENT_HEAD)
    found = accounts.seated(case.region_code, home, watching, day)
    return [Person(item.id, item.name, "、".join(item.posts)) for item in found]


def people_to_call(number: str, actor: Actor, now: datetime) -> list[Person]:
    """Whom the actor can call in a note on case ``number``: everybody who may read it, but oneself."""
    case = find_case(number, actor)
    reviewing = tuple(case.reviews.values_list("organisation", flat=True))
    return [item for item in callable_on(case, reviewing, legal_date(now)) if item.id != actor.id]


def note_view(row: InternalNote, calls: Sequence[Mention], names: Mapping[str, str], reader: Actor) -> NoteView:
    """A note as ``reader`` sees it, with those of ``calls`` that are in it."""
    mine = persons(reader)
    own = tuple(
        CallView(names.get(item.officer, ""), item.read_at, item.officer in mine)
        for item in calls
        if item.note_id == row.pk
    )
    return NoteView(row.text, names.get(row.by, ""), row.at, row.pk, own)


def calling(actor: Actor) -> Q:
    """The mentions of the actor (or of whom the actor is deputy of) on cases that the actor may read notes of."""
    cases = Case.objects.filter(handled_by(actor))
    return Q(officer__in=persons(actor), note__case__in=cases.values("pk"))


def mentions(actor: Actor, *, page: int = 1) -> MentionPage:
    """Notes that call the actor: unread first, newest first (four queries)."""
    rows = Mention.objects.filter(calling(actor)).order_by(F("read_at").desc(nulls_first=True), "-note_id")
    total, unread = rows.count(), rows.filter(read_at__isnull=True).count()
    page, pages = paging(page, total)
    found = list(rows.select_related("note__case")[(page - 1) * PAGE : page * PAGE])
    names = accounts.user_names([row.note.by for row in found] + [row.officer for row in found])
    listed = (
        MentionRow(
            note=row.note_id,
            number=row.note.case.number,
            item_name=row.note.case.item_name,
            text=row.note.text,
            by_name=names.get(row.note.by, ""),
            at=row.note.at,
            read_at=row.read_at,
            for_name=names.get(row.officer, "") if row.officer != actor.id else "",
        )
        for row in found
    )
    return MentionPage(tuple(listed), total, unread, page, pages)
