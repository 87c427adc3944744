"""The case's events as sentences: English source strings that the screens translate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext

from tongban.cases.facts import Loaded
from tongban.cases.queries.changed import EntryChange
from tongban.cases.queries.views import StoryEntry
from tongban.core.clock import Ground
from tongban.core.errors import gettext_noop
from tongban.core.forms import DisplayRow, label_path
from tongban.core.items import FormPage
from tongban.core.law import Citation
from tongban.records.values import EventView


def _law(article: int, paragraph: int = 0, item: int = 0) -> Citation:
    return Citation("licensing", article, paragraph, item)


#: verb → (sentence, provision, shown to the applicant).
SENTENCES: Mapping[str, tuple[str, Citation | None, bool]] = {
    "submit": (gettext_noop("Application submitted"), None, True),
    "accept": (gettext_noop("Accepted"), _law(32, 1, 5), True),
    "deem_accepted": (gettext_noop("Counts as accepted: no notice within five working days"), _law(32, 1, 4), True),
    "request_correction": (gettext_noop("Correction notice: %(count)s points"), _law(32, 1, 4), True),
    "submit_correction": (gettext_noop("Correction handed in"), None, True),
    "correction_refused": (gettext_noop("A second notice with new points was refused"), _law(32, 1, 4), False),
    "firm_correction": (gettext_noop("The calendar is published: the correction is due on %(by)s"), None, True),
    "remind": (gettext_noop("Reminder of the correction sent"), None, True),
    "remind_question": (gettext_noop("Reminder of the question sent"), None, True),
    "close_uncorrected": (gettext_noop("Closed: not corrected in time"), None, True),
    "not_required": (gettext_noop("Not accepted: no licence is needed"), _law(32, 1, 1), True),
    "refuse_acceptance": (gettext_noop("Acceptance refused: another authority is competent"), _law(32, 1, 2), True),
    "file": (gettext_noop("Filed"), None, True),
    "start_special": (gettext_noop("Special procedure begun, clock paused: %(ground)s"), _law(45), True),
    "supplement_special": (gettext_noop("Supplementary notice: %(days)s more working days"), _law(45), True),
    "end_special": (gettext_noop("Result received, clock running again"), _law(45), True),
    "extend": (gettext_noop("Limit extended by %(days)s"), _law(42), True),
    "opinion": (gettext_noop("%(review)s gave its opinion"), None, True),
    "countersign": (gettext_noop("%(review)s: second officer signed"), _law(34, 3), True),
    "countersign_back": (gettext_noop("%(review)s: second officer sent the opinion back"), _law(34, 3), False),
    "order_inspection": (gettext_noop("Site inspection ordered"), None, True),
    "inspect": (gettext_noop("Site inspected by two officers"), _law(34, 3), True),
    "request_clarification": (gettext_noop("The authority has a question"), None, True),
    "answer_clarification": (gettext_noop("Question answered"), None, True),
    "grant": (gettext_noop("Granted"), _law(38, 1), True),
    "deem_granted": (gettext_noop("Counts as granted: no decision before the old licence expired"), _law(50, 2), True),
    "refuse": (gettext_noop("Refused"), _law(38, 2), True),
    "make_certificate": (gettext_noop("Certificate was made"), _law(44), True),
    "void_certificate": (gettext_noop("The certificate was declared void before delivery"), None, True),
    "deliver": (gettext_noop("Delivered"), _law(44), True),
    "withdraw": (gettext_noop("Withdrawn by the applicant"), None, True),
    "terminate": (gettext_noop("Case was terminated"), None, True),
    "erase": (
        gettext_noop("Deleted, the time to keep it being over: files, form, documents and notes"),
        Citation("pipl", 47),
        True,
    ),
    "convert": (gettext_noop("Moved to the new version of the item"), None, True),
    "consult": (gettext_noop("Question %(number)s to %(organisation)s"), None, False),
    "answer_consultation": (gettext_noop("%(organisation)s answered question %(number)s"), None, False),
    "take_back_answer": (gettext_noop("%(organisation)s took back its answer to question %(number)s"), None, False),
    "withdraw_consultation": (gettext_noop("Question %(number)s to %(organisation)s withdrawn"), None, False),
    "assign": (gettext_noop("Assigned to %(to)s"), None, False),
    "assign_by_rule": (gettext_noop("Left in the list by rule %(rule)s"), None, False),
    "fewest": (gettext_noop("Assigned to %(to)s by rule %(rule)s: fewest open cases (%(load)s)"), None, False),
    "turn": (gettext_noop("Assigned to %(to)s by rule %(rule)s: in turn"), None, False),
    "named": (gettext_noop("Assigned to %(to)s by rule %(rule)s: the named officer"), None, False),
    "in_place": (
        gettext_noop("Assigned to %(to)s by rule %(rule)s, in place of %(absent)s who is on leave"),
        None,
        False,
    ),
    "hand_over": (gettext_noop("Taken from %(absent)s to be handed over"), None, False),
    "change_agent": (gettext_noop("Handed on from agent %(absent)s to %(to)s"), None, True),
    "end_agent": (gettext_noop("Agent %(absent)s is relieved; the enterprise looks after it itself"), None, True),
    "put_back": (gettext_noop("Put back into the list"), None, False),
    "note": (gettext_noop("Note written"), None, False),
    "annotate": (gettext_noop("Point %(number)s written at %(material)s"), None, False),
    "drop_annotation": (gettext_noop("Point %(number)s dropped"), None, False),
    "mark_point": (gettext_noop("Point %(number)s judged after the correction"), None, False),
}


def story(
    loaded: Loaded,
    events: Sequence[EventView],
    names: Mapping[str, str],
    *,
    public_only: bool,
    organisations: Mapping[str, str] | None = None,
    changed: Sequence[EntryChange] = (),
) -> tuple[StoryEntry, ...]:
    """Newest first. Applicants read only what is theirs to read; officers' names are theirs to see.

    ``names`` are of accounts, ``organisations`` of the departments that were asked something, ``changed`` the entries
    that corrections changed.
    """
    entries = [_entry(loaded, event, {**names, **(organisations or {})}, changed) for event in events]
    shown = [entry for entry in entries if entry.public or not public_only]
    return tuple(reversed(shown))


def _entry(loaded: Loaded, event: EventView, names: Mapping[str, str], changed: Sequence[EntryChange]) -> StoryEntry:
    verb = event.verb
    if verb == "countersign" and event.facts.get("agree") is False:
        verb = "countersign_back"
    if verb == "change_agent" and not event.facts.get("to"):
        verb = "end_agent"
    if verb == "assign_by_rule":
        verb = "in_place" if event.facts.get("in_place_of") else str(event.facts.get("method"))
    text, rule, public = SENTENCES.get(verb, (verb, None, False))
    return StoryEntry(
        seq=event.seq,
        at=event.at,
        legal_date=event.legal_date,
        verb=event.verb,
        text=text,
        params=_params(loaded, event, names),
        actor_name=names.get(event.actor_id, ""),
        for_name=names.get(str(event.facts.get("for", "")), ""),
        acting_as=str(event.facts.get("as", "")),
        power=str(event.facts.get("power", "")),
        hash=event.hash,
        rule=rule,
        detail=_detail(loaded, event) or _changed(event, changed),
        document_id=_document(event),
        public=public,
        actor_id=event.actor_id,
    )


def looks(loaded: Loaded, events: Sequence[EventView], names: Mapping[str, str]) -> tuple[StoryEntry, ...]:
    """Who had which masked value shown in full, newest first: the events of the chain beside the case's own."""
    pages = loaded.tailored.form_pages
    entries = (
        StoryEntry(
            seq=event.seq,
            at=event.at,
            legal_date=event.legal_date,
            verb=event.verb,
            text=gettext_noop("Saw in full: %(field)s"),
            params={"field": _entry_name(pages, str(event.facts.get("field", "")))},
            actor_name=names.get(event.actor_id, ""),
            hash=event.hash,
            public=False,
            actor_id=event.actor_id,
        )
        for event in events
    )
    return tuple(reversed(tuple(entries)))


def _entry_name(pages: tuple[FormPage, ...], path: str) -> str:
    """What an entry is called on the page."""
    known = {"applicant.id_number": gettext("Number of identity"), "applicant.phone": gettext("Phone")}
    return known.get(path) or "·".join(label_path(pages, path, gettext)) or path


def _document(event: EventView) -> str:
    listed: Any = event.facts.get("documents")
    return str(event.facts.get("document") or (listed[0] if listed else ""))


def _params(loaded: Loaded, event: EventView, names: Mapping[str, str]) -> dict[str, object]:
    facts: dict[str, Any] = dict(event.facts)
    reviews = {row.key: row.name for row in loaded.reviews}
    materials = {item.key: item.name for item in loaded.tailored.materials}
    ground = facts.get("ground")
    return {
        "by": date.fromisoformat(facts["respond_by"]) if facts.get("respond_by") else "",
        "count": len(facts.get("points") or ()),
        "ground": Ground(ground).zh if event.verb == "start_special" and ground else "",
        "days": facts.get("days", ""),
        "review": reviews.get(str(facts.get("review", "")), ""),
        "to": names.get(str(facts.get("to", "")), ""),
        "absent": names.get(str(facts.get("in_place_of") or facts.get("from", "")), ""),
        "rule": facts.get("rule", ""),
        "load": facts.get("load", ""),
        "number": facts.get("number", ""),
        "organisation": names.get(str(facts.get("organisation", "")), ""),
        "material": materials.get(str(facts.get("material", "")), "申请表"),
    }


def _changed(event: EventView, changed: Sequence[EntryChange]) -> str:
    """What a correction changed in the form, entry by entry."""
    if event.verb != "submit_correction":
        return ""
    return "；".join(_change(item) for item in changed if item.notice == event.facts.get("notice"))


def _change(item: EntryChange) -> str:
    row = item.new or item.old
    label = "·".join(part for part in (row.label, gettext(row.part) if row.part else "") if part) if row else ""
    if item.hidden or (row and (row.rows or row.head or row.files)):
        return gettext("%(label)s changed") % {"label": label}
    old, new = (_value(each) for each in (item.old, item.new))
    return gettext("%(label)s: %(old)s → %(new)s") % {"label": label, "old": old, "new": new}


def _value(row: DisplayRow | None) -> str:
    value = (gettext(row.value) if row.translate else row.value) if row is not None and row.value else ""
    return value or gettext("nothing entered")


def _detail(loaded: Loaded, event: EventView) -> str:
    """What the rows say beside the event: an opinion, a reason, a question. Free text, as written."""
    if event.verb in ("opinion", "countersign"):
        row = next((item for item in loaded.reviews if item.key == event.facts.get("review")), None)
        return row.opinion if row and row.done_on else ""
    if event.verb in ("not_required", "refuse_acceptance", "refuse", "terminate", "grant", "withdraw"):
        return loaded.case.outcome_text
    if event.verb in ("request_clarification", "answer_clarification"):
        found = loaded.case.clarifications.filter(number=int(str(event.facts.get("number", 0)))).first()
        if found:
            return found.question if event.verb == "request_clarification" else found.answer
    if event.verb in ("consult", "answer_consultation"):
        asked = next((row for row in loaded.consultations if row.number == event.facts.get("number")), None)
        if asked:
            return asked.question if event.verb == "consult" else asked.answer
    if event.verb == "start_special":
        special = next((item for item in loaded.specials if item.started_on == event.legal_date), None)
        return special.reason if special else ""
    if event.verb == "supplement_special":
        day = event.legal_date.isoformat()
        told = [entry["reason"] for row in loaded.specials for entry in row.supplements if entry["on"] == day]
        return str(told[-1]) if told else ""
    return ""
