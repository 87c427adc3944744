"""Do the rows still say what the events vouch for? Called by ``tongban audit verify`` (setting AUDIT_FOLDERS)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from tongban.cases import snapshot
from tongban.cases.erasing import remains
from tongban.cases.models import Annotation, Case, CorrectionNotice, MaterialFile, ServiceRecord, WithheldDecision
from tongban.cases.service_rules import service_chain
from tongban.cases.services.serving import facts as service_facts
from tongban.records import queries as records
from tongban.records.values import EventView, Finding


def verify() -> Iterator[Finding]:
    """Compare every case with its chain, and the numbers used with the numbers handed out."""
    used: dict[str, list[int]] = defaultdict(list)
    for case in Case.objects.order_by("pk").iterator(chunk_size=200):
        yield from findings(case)
        region, day, serial = case.number.rsplit("-", 2)
        used[f"case:{region}:{day}"].append(int(serial))
    for scope in records.scopes("case:"):
        yield from records.check_numbers(scope, used.get(scope, ()))
    yield from _withheld()
    yield from _served()


def _served() -> Iterator[Finding]:
    """Every record of service as its event wrote it, the corrected ones too: none changed, gone or put in."""
    vouched: dict[int, tuple[EventView, str]] = {}
    replaced: set[int] = set()
    for name in records.chains("service:case:"):
        for event in records.events(name):
            vouched[int(str(event.facts["service"]))] = (event, name)
            if "replaces" in event.facts:
                replaced.add(int(str(event.facts["replaces"])))
    for row in ServiceRecord.objects.select_related("case").order_by("pk").iterator(chunk_size=200):
        found = vouched.pop(row.pk, None)
        name = service_chain(row.case.number)
        if found is None:
            yield Finding(name, 0, "service", f"a record of service of case {row.case.number} has no event")
        elif any(found[0].facts.get(key) != value for key, value in service_facts(row).items()):
            yield Finding(name, found[0].seq, "service", f"a record of service of case {row.case.number} was changed")
        elif (row.pk in replaced) != (row.replaced_at is not None):
            yield Finding(name, found[0].seq, "service", f"which record of case {row.case.number} stands was changed")
    for event, name in vouched.values():
        yield Finding(name, event.seq, "service", "a record of service is gone")


def _withheld() -> Iterator[Finding]:
    """What is kept out of the register, and what the events say is kept out of it."""
    rows = dict(WithheldDecision.objects.values_list("case__number", "ground"))
    for name in records.chains("register:case:"):
        last = records.events(name)[-1]
        number = name.removeprefix("register:case:")
        said = str(last.facts["ground"]) if last.verb == "withhold" else ""
        if rows.pop(number, "") != said:
            yield Finding(name, last.seq, "register", f"the publication of case {number} is not what its events say")
    for number in sorted(rows):
        yield Finding(f"register:case:{number}", 0, "register", f"case {number} is withheld without an event")


def findings(case: Case) -> Iterator[Finding]:
    """What of one case's rows its events do not vouch for."""
    name = snapshot.chain(case)
    events = records.events(name)
    if not events:
        yield Finding(name, 0, "no_events", f"case {case.number} has no events")
        return
    last = events[-1]
    if (last.seq, last.hash) != (case.seq, case.head_hash):
        yield Finding(name, last.seq, "head", f"case {case.number} ends at event {case.seq}, its chain at {last.seq}")
    if last.facts.get("status") != case.status:
        yield Finding(
            name, last.seq, "status", f"case {case.number} is {case.status}, its events say {last.facts.get('status')}"
        )
    elif last.facts.get("row") != snapshot.row_digest(case):
        yield Finding(name, last.seq, "row", f"the row of case {case.number} was changed without an event")
    if last.verb == "erase":
        yield from remains(case, name, last.seq)
        return
    yield from _reviews(case, name, events)
    yield from _findings(case, name, events)
    yield from _notes(case, name, events)
    yield from _files(case, name, events)
    yield from _points(case, name, events)
    yield from _materials_and_pauses(case, name, events)
    yield from _answers(case, name, events)
    yield from _inspections(case, name, events)
    yield from _consultations(case, name, events)


def _reviews(case: Case, name: str, events: list[EventView]) -> Iterator[Finding]:
    vouched: dict[str, EventView] = {}
    for item in events:
        if item.verb in ("opinion", "countersign"):
            vouched[str(item.facts["review"])] = item
        elif item.verb == "convert" and item.facts.get("anew"):
            vouched.clear()
    for review in case.reviews.order_by("pk"):
        event = vouched.pop(review.key, None)
        if event is None:
            if review.first_by or review.opinion or review.done_on:
                yield Finding(name, 0, "opinion", f"the opinion of {review.key} has no event")
        elif event.facts.get("opinion") != snapshot.review_digest(review):
            yield Finding(name, event.seq, "opinion", f"the opinion of {review.key} was changed")
    for key, event in vouched.items():
        yield Finding(name, event.seq, "opinion", f"the opinion of {key} is gone")


def _findings(case: Case, name: str, events: list[EventView]) -> Iterator[Finding]:
    """What was found on the check points, as it stood when an acceptance, a filing or an opinion rested on it."""
    vouched: dict[str, EventView] = {}
    for event in events:
        if event.verb in ("accept", "deem_accepted", "file"):
            vouched["completeness"] = event
        elif event.verb == "opinion":
            vouched[str(event.facts["review"])] = event
        elif event.verb == "countersign" and not event.facts.get("agree"):
            vouched.pop(str(event.facts["review"]), None)  # the first officer looks again
        elif event.verb == "convert" and event.facts.get("anew"):
            vouched.clear()
    for step, event in vouched.items():
        if event.facts.get("findings") != snapshot.findings_digest(case.findings.filter(step=step).order_by("point")):
            yield Finding(name, event.seq, "finding", f"a finding of the step {step} changed after what rests on it")


def _notes(case: Case, name: str, events: list[EventView]) -> Iterator[Finding]:
    """Every internal note as its author wrote it: none changed, gone or put in."""
    noted = [event for event in events if event.facts.get(_NOTED.get(event.verb, "")) is not None]
    said = Counter((event.actor_id, event.facts[_NOTED[event.verb]], _called(event)) for event in noted)
    there = Counter(
        (row.by, snapshot.digest(row.text), tuple(sorted(item.officer for item in row.mentions.all())))
        for row in case.notes.prefetch_related("mentions")
    )
    if said != there:
        yield Finding(name, 0, "note", f"an internal note of case {case.number} changed, came or went without an event")


def _called(event: EventView) -> tuple[str, ...]:
    """The officers whom a note called, by their ids."""
    called = event.facts.get("mentions")
    return tuple(sorted(str(officer) for officer in called)) if isinstance(called, list) else ()


#: Verb → the entry of its event that vouches for the note it leaves.
_NOTED = {"note": "note", "countersign": "note", "order_inspection": "reason"}


def _files(case: Case, name: str, events: list[EventView]) -> Iterator[Finding]:
    vouched: dict[str, tuple[str, int]] = {}
    for event in events:
        listed = event.facts.get("files")
        for item in listed if isinstance(listed, list) else ():
            vouched[str(item["file"])] = (str(item["sha256"]), event.seq)
    rows = {str(row.file_id): row for row in MaterialFile.objects.filter(material__case=case)}
    answered = {item["file_id"]: item for row in case.clarifications.all() for item in row.files}
    for file_id, row in rows.items():
        sha256, seq = vouched.get(file_id, ("", 0))
        if sha256 != row.sha256 or records.file_info(file_id).sha256 != row.sha256:
            yield Finding(name, seq, "file", f"file {file_id} is not the one that was handed in")
    for file_id, (_, seq) in vouched.items():
        if file_id not in rows and file_id not in answered:
            yield Finding(name, seq, "file", f"file {file_id} is gone from the case")


def _points(case: Case, name: str, events: list[EventView]) -> Iterator[Finding]:
    """Every point as it was written and judged, every notice as it was served and answered."""
    rows = {row.number: row for row in Annotation.objects.filter(case=case)}
    states = _states(events)
    for event in events:
        if event.verb == "annotate":
            row = rows.get(_number(event))
            if row is None or snapshot.points_digest([row]) != event.facts.get("text"):
                yield Finding(name, event.seq, "points", f"point {_number(event)} of case {case.number} changed")
            elif row.state != states[row.number]:
                yield Finding(name, event.seq, "points", f"point {row.number} is {row.state}, not {states[row.number]}")
    yield from _notices(case, name, events, rows)


def _states(events: list[EventView]) -> dict[int, str]:
    """Point → the state that its events led to."""
    out: dict[int, str] = {}
    for event in events:
        if event.verb == "annotate":
            out[_number(event)] = Annotation.OPEN
        elif event.verb == "drop_annotation":
            out[_number(event)] = Annotation.DROPPED
        elif event.verb == "mark_point":
            out[_number(event)] = Annotation.MET if event.facts.get("met") else Annotation.UNMET
        elif event.verb == "request_correction":
            listed = event.facts.get("points")
            out |= {int(str(number)): Annotation.SENT for number in (listed if isinstance(listed, list) else ())}
    return out


def _number(event: EventView) -> int:
    return int(str(event.facts.get("number", 0)))


def _notices(case: Case, name: str, events: list[EventView], rows: dict[int, Annotation]) -> Iterator[Finding]:
    answered = {event.facts.get("notice"): event.legal_date for event in events if event.verb == "submit_correction"}
    notices = {row.number: row for row in CorrectionNotice.objects.filter(case=case)}
    firm = {event.facts.get("notice"): event.facts["respond_by"] for event in events if event.verb == "firm_correction"}
    for event in events:
        if event.verb == "submit_correction":
            answered_notice = notices.get(int(str(event.facts.get("notice", 0))))
            former = answered_notice.former if answered_notice else {}
            if event.facts.get("former", "") != (snapshot.digest(former) if former else ""):
                yield Finding(name, event.seq, "notice", f"former entries of case {case.number} changed")
        if event.verb != "request_correction":
            continue
        notice = notices.get(int(str(event.facts.get("notice", 0))))
        points = [rows[number] for number in sorted(notice.points) if number in rows] if notice else []
        if notice is None or snapshot.points_digest(points) != event.facts.get("text"):
            yield Finding(name, event.seq, "points", f"the points of a correction notice of case {case.number} changed")
            continue
        said = str(event.facts.get("respond_by", "") or firm.get(event.facts.get("notice"), ""))
        same = notice.served_on == event.legal_date and notice.answered_on == answered.get(notice.number)
        if not same or (said and said != notice.respond_by.isoformat()):
            yield Finding(name, event.seq, "notice", f"the dates of a correction notice of case {case.number} changed")


def _materials_and_pauses(case: Case, name: str, events: list[EventView]) -> Iterator[Finding]:
    listed = next((event for event in reversed(events) if "materials" in event.facts), None)
    if listed is not None and listed.facts["materials"] != snapshot.materials_digest(case):
        yield Finding(name, listed.seq, "material", f"the materials of case {case.number} changed without an event")
    last = events[-1]
    if last.facts.get("pauses", "") != snapshot.pauses_digest(list(case.special_procedures.order_by("pk"))):
        yield Finding(name, last.seq, "pause", f"a special procedure of case {case.number} changed without an event")


def _answers(case: Case, name: str, events: list[EventView]) -> Iterator[Finding]:
    rows = {row.number: row for row in case.clarifications.all()}
    for event in events:
        asked = event.verb == "request_clarification"
        if not asked and event.verb != "answer_clarification":
            continue
        row = rows.get(_number(event))
        said = (row.question if asked else row.answer) if row else None
        if said is None or snapshot.digest(said) != event.facts.get("question" if asked else "answer"):
            yield Finding(name, event.seq, "clarification", f"a question or answer of case {case.number} changed")


def _inspections(case: Case, name: str, events: list[EventView]) -> Iterator[Finding]:
    rows = list(case.inspections.order_by("pk"))
    visits = [event for event in events if event.verb == "inspect"]
    if len(rows) != len(visits):
        yield Finding(name, 0, "inspection", f"{len(visits)} inspections are recorded, {len(rows)} are on file")
    for row, event in zip(rows, visits, strict=False):
        said = (event.facts.get("officers"), event.facts.get("findings"), event.facts.get("conclusion"))
        now = (row.officers, snapshot.digest(row.findings), snapshot.digest(row.conclusion))
        if said != now or row.done_on != event.legal_date:
            yield Finding(name, event.seq, "inspection", f"an inspection of case {case.number} was changed")


def _consultations(case: Case, name: str, events: list[EventView]) -> Iterator[Finding]:
    """Every question to a department as its last event left it: none changed, gone or put in."""
    vouched = {_number(event): event for event in events if "consultation" in event.facts}
    for row in case.consultations.order_by("number"):
        event = vouched.pop(row.number, None)
        if event is None:
            yield Finding(name, 0, "consultation", f"question {row.number} to {row.organisation} has no event")
        elif event.facts["consultation"] != snapshot.consultation_digest(row):
            yield Finding(name, event.seq, "consultation", f"question {row.number} to {row.organisation} was changed")
    for number, event in vouched.items():
        yield Finding(name, event.seq, "consultation", f"question {number} of case {case.number} is gone")
