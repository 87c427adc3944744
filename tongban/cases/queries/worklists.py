"""The desk's work list: which cases are in which lane, how many, in what order. The same few queries at any length.

A case reaches an officer's desk in two ways: its post holds it, or the department's review of it is open. Both are
looked up by index and put together as ids, so that a lane costs what is in it and not what the hall holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Case as When
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value
from django.db.models import When as WhenClause
from django.db.models.expressions import Combinable

from tongban.accounts import queries as accounts
from tongban.calendars import queries as calendars
from tongban.cases import facts, finding
from tongban.cases.access import consulted_now, visible_to
from tongban.cases.models import Case, Consultation, Mention, Review
from tongban.cases.queries.lists import PAGE, loaded_many, paging
from tongban.cases.queries.talking import calling
from tongban.cases.queries.views import WorkList, WorkRow
from tongban.core.actors import Actor, Mandate
from tongban.core.calendar import WorkCalendar
from tongban.core.case_facts import Status
from tongban.core.clock import Reading
from tongban.core.consulting import UNDECIDED
from tongban.core.dates import legal_date
from tongban.core.worklists import ME, NOBODY, Filters, Order

LANES = ("mine", "overdue", "today", "waiting", "paused", "consulted", "unassigned", "department", "closed")
#: Lanes whose number is shown beside them; closed cases only grow.
COUNTED = LANES[:-1]
#: Closed cases and finds are counted up to here, and shown no further: whoever looks for one narrows the list.
MOST_COUNTED = 5000
#: Working days up to which a clock is due soon.
SOON = 3


@dataclass(frozen=True)
class Listing:
    """What a list shows: the lane, what narrows it, the order."""

    lane: str = "mine"
    filters: Filters = field(default_factory=Filters)
    order: Order = field(default_factory=Order)

    @property
    def known_lane(self) -> str:
        """The lane, or the reader's own work for one that does not exist."""
        return self.lane if self.lane in LANES else "mine"


@dataclass(frozen=True)
class _Day:
    """Who reads, and what day it is by the calendar in force."""

    actor: Actor
    today: date
    calendar: WorkCalendar

    @classmethod
    def of(cls, actor: Actor, now: datetime) -> _Day:
        return cls(actor, legal_date(now), calendars.current())


def work_list(
    actor: Actor,
    now: datetime,
    *,
    lane: str = "mine",
    filters: Filters | None = None,
    order: Order | None = None,
    page: int = 1,
    saved: Mapping[int, Listing] | None = None,
    or_lane: str = "",
) -> WorkList:
    """The work of the actor's posts: most urgent first unless ``order`` says otherwise.

    ``saved`` are the officer's saved views by their ids; they are counted along with the lanes. ``or_lane`` is shown
    where ``lane`` has nothing.
    """
    shown = Listing(lane, filters or Filters(), order or Order())
    day = _Day.of(actor, now)
    counts, numbers, total = _counted(day, saved or {}, shown)
    if not total and or_lane:
        shown = Listing(or_lane, shown.filters, shown.order)
        counts, numbers, total = _counted(day, saved or {}, shown)
    page, pages = paging(page, total)
    found = _page_of(day, shown, page) if total else []
    return WorkList(
        rows=tuple(_work_rows(found, day)),
        total=total,
        more=total >= MOST_COUNTED and _is_capped(shown),
        page=page,
        pages=pages,
        lane=shown.known_lane,
        counts=counts,
        saved=numbers,
    )


def _page_of(day: _Day, shown: Listing, page: int) -> list[Case]:
    """The rows of one page. Its keys are found first, in an index: whatever is read beside a row, is read of these."""
    order = _order(shown)
    rows = _matching(day, shown)
    keys = (_named(rows) if shown.order.by == "assignee" else rows).order_by(*order)
    part = keys.values("pk")[(page - 1) * PAGE : page * PAGE]
    return list(_read(Case.objects.filter(pk__in=part)).order_by(*order))


def work_counts(
    actor: Actor, now: datetime, saved: Mapping[int, Listing] | None = None
) -> tuple[Mapping[str, int], Mapping[int, int]]:
    """How many cases each lane and each saved view has now (two queries)."""
    counts, numbers, _total = _counted(_Day.of(actor, now), saved or {}, None)
    return counts, numbers


def items_in_hand(actor: Actor) -> list[tuple[str, str]]:
    """(key, name) of the items with open cases that the actor may see, by name: what a list can be narrowed to."""
    rows = Case.objects.filter(visible_to(actor), is_open=True).order_by().values_list("item_key", "item_name")
    return sorted(dict(rows.distinct()).items(), key=lambda item: item[1])


def list_size(actor: Actor, now: datetime, listing: Listing) -> int:
    """How many cases a list has."""
    return _matching(_Day.of(actor, now), listing).count()


def list_rows(actor: Actor, now: datetime, listing: Listing, *, batch: int = 200) -> Iterator[WorkRow]:
    """Every row of a list in its order, read ``batch`` at a time: for export and print."""
    day = _Day.of(actor, now)
    ids = list(_rows(day, listing).values_list("pk", flat=True))
    for start in range(0, len(ids), batch):
        part = ids[start : start + batch]
        rows = {row.pk: row for row in _read(Case.objects.filter(pk__in=part))}
        yield from _work_rows([rows[pk] for pk in part if pk in rows], day)


def next_in_hand(actor: Actor, now: datetime, *, besides: str) -> tuple[str, str] | None:
    """(number, item) of the most urgent case of the actor's own list, other than ``besides``: what to go on with."""
    shown = Listing("mine")
    rows = _matching(_Day.of(actor, now), shown).exclude(number=besides).order_by(*_order(shown))
    return rows.values_list("number", "item_name").first()


def _rows(day: _Day, listing: Listing) -> QuerySet[Case]:
    return _read(_matching(day, listing)).order_by(*_order(listing))


def _read(rows: QuerySet[Case]) -> QuerySet[Case]:
    """With the officer's name and whether the applicant has another open case of the item; without the long texts."""
    twin = Case.objects.filter(
        ~Q(pk=OuterRef("pk")), applicant_id=OuterRef("applicant_id"), item_key=OuterRef("item_key"), is_open=True
    )
    asked = Consultation.objects.filter(case_id=OuterRef("pk"), withdrawn_on__isnull=True)
    shown = _named(rows.defer("form", "outcome_text", "signature"))
    return shown.annotate(
        has_twin=Exists(twin),
        applicant_kind=F("applicant__kind"),
        asks=Exists(asked.filter(answered_on__isnull=True)),
        asked=Exists(asked),
    )


def _named(rows: QuerySet[Case]) -> QuerySet[Case]:
    return rows.annotate(assignee_name=accounts.name_of("assignee"))


def _order(listing: Listing) -> list[str | Combinable]:
    """What is due first stands first; what has no due day (paused, waiting for the applicant) after it.

    ``next_due_on`` is empty during a pause and an open correction, so that one index gives the order of urgency.
    """
    by, down = listing.order.by, listing.order.descending
    if by == "clock":
        if listing.known_lane == "closed":
            return ["closed_on", "pk"] if down else ["-closed_on", "-pk"]
        if down:
            return [F("next_due_on").desc(nulls_last=True), "-pk"]
        without = When(
            WhenClause(paused=True, then=Value(1)),
            WhenClause(waiting_for_applicant=True, status="received", then=Value(2)),
            default=Value(3),
            output_field=IntegerField(),
        )
        return [F("next_due_on").asc(nulls_last=True), without, "pk"]
    sign = "-" if down else ""
    columns = {"number": "pk", "item": "item_name", "applicant": "applicant_name", "received": "first_received_on"}
    if by == "assignee":
        name = F("assignee_name")
        return [name.desc(nulls_last=True) if down else name.asc(nulls_last=True), sign + "pk"]
    return list(dict.fromkeys([sign + columns[by], sign + "pk"]))


# Lanes.


def _duties(actor: Actor) -> list[str]:
    return sorted(str(duty) for duty in actor.duties)


def _held(actor: Actor) -> Q:
    """Cases whose step is with a post of the actor's, or with one that another officer lends."""
    held = Q(holder_organisation=actor.organisation, holder_duty__in=_duties(actor))
    for mandate in actor.mandates:
        held |= _lent(mandate, actor.organisation)
    return held


def _lent(mandate: Mandate, organisation: str) -> Q:
    lent = Q(holder_organisation=organisation, holder_duty__in=[str(duty) for duty in mandate.duties])
    return lent & Q(item_key__in=mandate.items) if mandate.items else lent


def _persons(actor: Actor) -> list[str]:
    """Whose cases are the actor's to do: none's yet, the own, and those of officers it acts for."""
    return ["", actor.id, *actor.lent()]


def _reviewing(actor: Actor) -> Q:
    """Cases in which a review of the actor's department is open for it, or for whom it acts for."""
    lent = {str(duty) for duties in actor.lent().values() for duty in duties}
    rows = Review.objects.filter(
        assignee__in=_persons(actor),
        organisation=actor.organisation,
        duty__in=sorted({*_duties(actor)} | lent),
        done_on=None,
    )
    return Q(pk__in=rows.values("case_id"), status="accepted")


def _lane(day: _Day, lane: str) -> Q:
    """The cases of a lane, as a filter on open cases (on closed ones for ``closed``)."""
    actor, today = day.actor, day.today
    if lane in ("department", "closed"):
        return visible_to(actor)
    if lane == "consulted":
        return consulted_now(actor)
    held, reviewing = _held(actor), _reviewing(actor)
    ready = ~Q(status="received", waiting_for_applicant=True)
    if lane == "mine":
        # The whole case waits for the decision only when no department's review is open.
        return reviewing | (
            held & Q(assignee__in=_persons(actor)) & ready & ~(Q(_review_open()) & Q(status="accepted"))
        )
    narrowed = {
        "overdue": Q(next_due_on__lt=today),
        "today": Q(next_due_on=today),
        "waiting": Q(waiting_for_applicant=True),
        "paused": Q(paused=True),
        "unassigned": Q(assignee="") & ready,
    }
    return (held | reviewing) & narrowed[lane]


def _review_open() -> Exists:
    return Exists(Review.objects.filter(case_id=OuterRef("pk"), done_on=None))


def _matching(day: _Day, listing: Listing) -> QuerySet[Case]:
    lane = listing.known_lane
    closed = lane == "closed"
    return _narrow(Case.objects.filter(_lane(day, lane), is_open=not closed), listing.filters, day, closed=closed)


def _counted(
    day: _Day, saved: Mapping[int, Listing], shown: Listing | None
) -> tuple[dict[str, int], dict[int, int], int]:
    """(lanes and unread mentions, saved views, the list shown) counted in one statement.

    The lanes in one pass over the index of open cases, every other list in a line of its own with its own plan.
    """
    lists = {f"saved:{key}": listing for key, listing in saved.items()}
    if shown is not None and (shown.filters != Filters() or shown.known_lane not in COUNTED):
        lists["shown"] = shown
    lanes = {lane: Count("pk", filter=_lane(day, lane)) for lane in COUNTED}
    first = Case.objects.filter(is_open=True).order_by().values(line=Value("lanes")).annotate(**lanes)
    nothing = {lane: Value(0) for lane in COUNTED[1:]}
    rest: list[QuerySet[Any, Any]] = [
        _counted_rows(day, listing)
        .order_by()
        .values(line=Value(line))
        .annotate(mine=Count("pk"), **nothing)
        .values_list("line", *COUNTED)
        for line, listing in lists.items()
    ]
    unread = Mention.objects.filter(calling(day.actor), read_at__isnull=True).order_by().values(line=Value("mentions"))
    rest.append(unread.annotate(mine=Count("pk"), **nothing).values_list("line", *COUNTED))
    found = {line: numbers for line, *numbers in first.values_list("line", *COUNTED).union(*rest, all=True)}
    counts = dict(zip(COUNTED, found["lanes"], strict=True))
    counts["mentions"] = found["mentions"][0] if "mentions" in found else 0
    numbers = {key: found[f"saved:{key}"][0] for key in saved}
    if shown is None:
        return counts, numbers, 0
    return counts, numbers, found["shown"][0] if "shown" in found else counts[shown.known_lane]


def _is_capped(listing: Listing) -> bool:
    """Whether a list is counted only so far: closed cases grow for ever, and words are looked for in all of them."""
    return listing.known_lane == "closed" or bool(listing.filters.search)


def _counted_rows(day: _Day, listing: Listing) -> QuerySet[Case]:
    rows = _matching(day, listing)
    if not _is_capped(listing):
        return rows
    return Case.objects.filter(pk__in=rows.order_by().values("pk")[:MOST_COUNTED])


# Filters.


def _words(search: str, *, closed: bool) -> Q:
    """Every word must be found: in number, applicant's name or item, or be the applicant's whole identity number."""
    found = Q()
    for word in search.split()[:5]:
        here = Q(number__icontains=word) | Q(applicant_name__icontains=word) | Q(item_name__icontains=word)
        ids = accounts.applicants_by_number(word)
        if closed:
            here &= finding.holds(word)
        found &= here | Q(applicant_id__in=ids) if ids else here
    return found


def _narrow(rows: QuerySet[Case], filters: Filters, day: _Day, *, closed: bool) -> QuerySet[Case]:
    if filters.search:
        rows = rows.filter(_words(filters.search, closed=closed))
    if filters.item:
        rows = rows.filter(item_key=filters.item)
    if filters.assignee:
        rows = rows.filter(_with(filters.assignee, day.actor))
    if filters.since:
        rows = rows.filter(first_received_on__gte=filters.since)
    if filters.until:
        rows = rows.filter(first_received_on__lte=filters.until)
    for known, key in ((_stages(), filters.stage), (_marks(), filters.mark), (_colours(day), filters.colour)):
        if key in known:
            rows = rows.filter(known[key])
    return rows


def _with(assignee: str, actor: Actor) -> Q:
    """Cases (or open reviews of the reader's department) that are with an officer; ``NOBODY``: with none yet."""
    person = {ME: actor.id, NOBODY: ""}.get(assignee, assignee)
    reviews = Review.objects.filter(assignee=person, done_on=None, organisation=actor.organisation)
    return Q(assignee=person) if assignee == NOBODY else Q(assignee=person) | Q(pk__in=reviews.values("case_id"))


def _stages() -> dict[str, Q]:
    waiting = _review_open()
    return {
        "completeness": Q(status="received"),
        "review": Q(waiting, status="accepted"),
        "decision": Q(~waiting, status="accepted"),
        "certificate": Q(status="granted"),
        "delivery": Q(status="certified"),
    }


def _marks() -> dict[str, Q]:
    received = Q(status="received")
    return {
        "deemed": Q(deemed=True),
        "correcting": received & Q(waiting_for_applicant=True),
        "corrected": received & Q(round__gt=1, waiting_for_applicant=False),
        "clarifying": Q(status="accepted", waiting_for_applicant=True),
        "extended": Q(extended_by__gt=0),
        "renewal": Q(not_after__isnull=False),
    }


def _colours(day: _Day) -> dict[str, Q]:
    soon = day.calendar.add_working(day.today, SOON)
    return {
        "late": Q(next_due_on__lt=day.today),
        "soon": Q(next_due_on__gte=day.today, next_due_on__lte=soon),
        "normal": Q(next_due_on__gt=soon),
        "paused": Q(paused=True),
    }


# Rows.


def _work_rows(cases: Sequence[Case], day: _Day) -> Iterable[WorkRow]:
    many = loaded_many(cases) if cases else ()
    for loaded, clocks in facts.summaries_of_many(many, day.calendar, day.today):
        case = loaded.case
        key = _reader_clock(loaded, clocks, day.actor)
        twin = ("twin",) if getattr(case, "has_twin", False) and case.is_open else ()
        yield WorkRow(
            number=case.number,
            item_name=case.item_name,
            applicant_name=case.applicant_name,
            status=Status(case.status),
            stage=stage(loaded),
            clock=key,
            reading=clocks.get(key),
            assignee=case.assignee,
            assignee_name=getattr(case, "assignee_name", None) or "",
            tags=(*_stood_in(loaded, day.actor), *_tags(loaded), *_asked(case), *twin),
            received_on=case.first_received_on,
            seq=case.seq,
            applicant_id=case.applicant_id,
            applicant_kind=getattr(case, "applicant_kind", ""),
        )


def _stood_in(loaded: facts.Loaded, actor: Actor) -> tuple[str, ...]:
    """The mark of a case that the reader has in hand for another officer: ``deputy:`` and the name."""
    names = {mandate.officer: mandate.name for mandate in actor.mandates}
    rows: list[Case | Review] = [loaded.case]
    rows += [row for row in loaded.reviews if row.organisation == actor.organisation and row.done_on is None]
    found = (row.assigned_for if row.assignee == actor.id else row.assignee for row in rows)
    return tuple(dict.fromkeys(f"deputy:{names[officer]}" for officer in found if officer in names))


def stage(loaded: facts.Loaded) -> str:
    """Where the case is, in the words of the desk."""
    case = loaded.case
    if case.status == "received":
        return "correction" if loaded.correction_open else "completeness"
    if case.status == "accepted":
        return "review" if any(row.done_on is None for row in loaded.reviews) else "decision"
    return {"granted": "certificate", "certified": "delivery"}.get(case.status, case.status)


def _reader_clock(loaded: facts.Loaded, clocks: Mapping[str, Reading], actor: Actor) -> str:
    """The own department's clock where it has an open review, else the running one that is due first."""
    for row in loaded.reviews:
        if row.organisation == actor.organisation and row.done_on is None and actor.has(row.duty):
            return f"review:{row.key}"
    main = facts.main_clock(loaded, clocks)
    if loaded.case.status not in facts.OPEN:
        return main
    return facts.nearest_clock(loaded, clocks, [main, *clocks]) or main


def _asked(case: Case) -> tuple[str, ...]:
    """Whether another department was asked about an undecided case: an answer is missing, or all are there."""
    if case.status not in UNDECIDED or not getattr(case, "asked", False):
        return ()
    return ("consulting",) if getattr(case, "asks", False) else ("advised",)


def _tags(loaded: facts.Loaded) -> tuple[str, ...]:
    case, tags = loaded.case, []
    if loaded.spec.instant:
        tags.append("instant")
    if case.deemed:
        tags.append("deemed")
    if loaded.correction_open:
        tags.append("correcting")
    elif case.round > 1 and case.status == "received":
        tags.append("corrected")
    if case.waiting_for_applicant and case.status == "accepted":
        tags.append("clarifying")
    if case.extended_by:
        tags.append("extended")
    if case.not_after:
        tags.append("renewal")
    waiting = sum(1 for row in loaded.reviews if row.done_on is None)
    if waiting and case.status == "accepted":
        tags.append(f"reviews:{waiting}")
    return tuple(tags)
