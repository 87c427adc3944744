"""Five hundred random cases: command, portal, desk, lists, notices and alerts give the same dates, and so does a clock
written the long way round."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection

from tests import factories
from tests.apps.cases_help import POSTS, at, open_hall, own_folders, publish, spec  # noqa: F401
from tests.core.clock_oracle import tell
from tongban.accounts import queries as accounts
from tongban.calendars import queries as calendars
from tongban.cases import facts, notices, queries, snapshot, store
from tongban.cases.models import Case, CorrectionNotice, Review, SpecialProcedure
from tongban.cases.queries import Filters
from tongban.cases.work import Work
from tongban.catalogue import queries as catalogue
from tongban.commands import clock as command
from tongban.core.actors import SYSTEM, Actor
from tongban.core.clock import Limit, Reading, Unit, clocks_of
from tongban.oversight import services as oversight
from tongban.oversight.models import Alert

pytestmark = pytest.mark.django_db

SEED = 20200123
#: The dates come out of Python: five hundred cases on one database, and enough on the other to see that rows are read
#: back the same.
CASES = 100 if connection.vendor == "postgresql" else 500
#: Days on which cases are read: around holidays, at a year's end, on days off.
READ_ON = [
    *("2019-10-09", "2020-02-03", "2020-05-06", "2021-02-20", "2021-10-08"),
    *("2022-01-04", "2023-01-29", "2024-10-12", "2025-12-31", "2026-10-10"),
]
WORKING = {"value": 20, "unit": "working_day", "start": "acceptance", "source": "《行政许可法》第四十二条"}
PROMISE = {**WORKING, "value": 12, "source": "本机关承诺"}
CALENDAR = {**WORKING, "value": 45, "unit": "calendar_day"}
CALENDAR_PROMISE = {**PROMISE, "value": 30, "unit": "calendar_day"}


@dataclass
class History:
    """What happened to one case until the day it is read; nothing later is known."""

    as_of: dt.date
    received: dt.date
    values: dict[str, Any] = field(default_factory=dict)
    notice: tuple[dt.date, dt.date | None] | None = None
    specials: list[dict[str, Any]] = field(default_factory=list)
    review_days: list[dt.date | None] = field(default_factory=list)


def happen(rng: random.Random, as_of: dt.date, calendar: Any) -> History:
    """A random course of events up to ``as_of``."""

    def later(day: dt.date, most: int) -> dt.date:
        return day + dt.timedelta(days=rng.randint(0, most))

    received = as_of - dt.timedelta(days=rng.randint(0, 110))
    story = History(as_of, received, {"status": "received", "received_on": received})
    checked = received
    if rng.random() < 0.3:
        served = calendar.add_working(received, rng.randint(0, 5))
        answered = later(served, 25)
        if served > as_of:
            return story
        story.values["completeness_stopped_on"] = served
        if answered > as_of:
            story.notice = (served, None)
            return story
        story.notice = (served, answered)
        story.values |= {"received_on": answered, "round": 2, "completeness_stopped_on": None}
        checked = answered
    accepted = calendar.add_working(checked, rng.randint(0, 5))
    if accepted > as_of:
        return story
    if rng.random() < 0.1:
        return closed(story, accepted, rng.choice(["not_required", "not_accepted", "withdrawn"]))
    deemed = rng.random() < 0.15
    opened = calendar.add_working(checked, 6) if deemed else accepted
    if opened > as_of:
        return story
    story.values |= {"status": "accepted", "deemed": deemed, "accepted_on": checked if deemed else accepted}
    story.values["completeness_stopped_on"] = opened
    story.values["opened"] = opened
    pausing(rng, story, opened, calendar)
    story.review_days = [day if (day := later(opened, 20)) <= as_of else None for _ in range(2)]
    story.values["extended_by"] = 10 if rng.random() < 0.2 else 0
    decided = later(opened, 70)
    open_pause = any(row["ended_on"] is None for row in story.specials)
    if decided > as_of or open_pause or any(row["started_on"] > decided for row in story.specials):
        return story
    return deciding(rng, story, decided)


def pausing(rng: random.Random, story: History, opened: dt.date, calendar: Any) -> None:
    """Up to three special procedures, some of them longer than was notified."""
    start = opened
    for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
        start += dt.timedelta(days=rng.randint(0, 9))
        if start > story.as_of:
            return
        days = rng.randint(1, 12)
        ended: dt.date | None = start + dt.timedelta(days=rng.randint(0, 22))
        if ended and ended > story.as_of:
            ended = None
        row = {"started_on": start, "expected_days": days, "ended_on": ended}
        story.specials.append({**row, "notified_until": calendar.add_working(start, days)})
        if ended is None:
            return
        start = ended


def closed(story: History, day: dt.date, status: str) -> History:
    story.values |= {"status": status, "is_open": False, "closed_on": day, "completeness_stopped_on": day}
    return story


def deciding(rng: random.Random, story: History, decided: dt.date) -> History:
    ended = [row["ended_on"] for row in story.specials if row["ended_on"]]
    if any(day > decided for day in ended):
        return story
    story.review_days = [min(day, decided) if day else decided for day in story.review_days]
    story.values |= {"decided_on": decided, "granted": rng.random() < 0.8}
    if not story.values["granted"]:
        story.values |= {"status": "refused", "is_open": False, "closed_on": decided}
        return story
    delivered = decided + dt.timedelta(days=rng.randint(0, 30))
    story.values["status"] = "granted"
    if delivered <= story.as_of:
        story.values |= {"status": "completed", "is_open": False, "delivered_on": delivered, "closed_on": delivered}
    return story


def write(story: History, serial: int, version: Any, applicant: Actor) -> Case:
    """The rows of a case, as the verbs leave them."""
    values = dict(story.values)
    opened = values.pop("opened", None)
    case = Case.objects.create(
        number=f"120116-{story.received:%Y%m%d}-{serial:06d}",
        lookup_code="ABC234",
        submission_key=uuid.uuid4(),
        region_code="120116",
        authority="approval_bureau",
        intake="approval_bureau",
        item_key=version.item_key,
        item_name=version.spec.name,
        item_version_id=version.id,
        track="licence",
        variant="new",
        applicant_id=next(iter(applicant.applicant_ids)),
        applicant_name="津滨示例环保科技有限公司",
        submitted_by_id=int(applicant.id),
        signature="津滨示例环保科技有限公司",
        answers={"premises": "rented"},
        submitted_at=at(story.received.isoformat()),
        first_received_on=story.received,
        **values,
    )
    if story.notice:
        served, answered = story.notice
        by = served + dt.timedelta(days=14)
        CorrectionNotice.objects.create(case=case, number=1, served_on=served, respond_by=by, answered_on=answered)
    for row in story.specials:
        SpecialProcedure.objects.create(case=case, ground="testing", basis="示例条例第九条", **row)
    for review, done in zip(version.spec.procedure.reviews, story.review_days, strict=False):
        Review.objects.create(
            case=case,
            key=review.key,
            name=review.name,
            organisation=review.organisation,
            duty="reviewer",
            officers=1,
            opened_on=opened,
            done_on=done,
            first_by="1" if done else "",
        )
    loaded = facts.load(case, version)
    snapshot.refresh(loaded, calendars.current(), story.as_of)
    case.save()
    for review in loaded.reviews:
        review.save()
    return case


class Command:
    """``tongban clock``, without a process for each of two thousand readings."""

    def __init__(self, capsys: Any) -> None:
        self.capsys = capsys
        self.parser = argparse.ArgumentParser()
        command.add_arguments(self.parser)

    def read(self, case: Case, key: str, limit: Limit, as_of: dt.date) -> dict[str, Any]:
        words = ["--json", "--as-of", str(as_of)]
        specials = list(case.special_procedures.order_by("pk"))
        if key == "completeness":
            words += ["--clock", key, "--received", str(case.received_on)]
            words += self.stop("--accepted", case.completeness_stopped_on)
        elif key == "certificate":
            words += ["--clock", key, "--decided", str(case.decided_on), *self.stop("--made", case.delivered_on)]
        else:
            start, stop = case.accepted_on, case.decided_on
            if key.startswith("review:"):
                review = case.reviews.get(key=key[7:])
                start, stop = review.opened_on, review.done_on
            unit = "working" if limit.unit is Unit.WORKING_DAY else "calendar"
            words += ["--accepted", str(start), "--limit", str(limit.value), "--unit", unit]
            words += self.stop("--decided", stop)
            words += ["--clock", key.split(":")[0], "--extend", str(case.extended_by)]
            for row in specials:
                words += ["--pause", self.pause(row, min(as_of, stop or as_of))]
        self.capsys.readouterr()
        assert command.run(self.parser.parse_args(words)) == 0, words
        return json.loads(self.capsys.readouterr().out)

    def stop(self, option: str, day: dt.date | None) -> list[str]:
        return [option, str(day)] if day else []

    def pause(self, row: SpecialProcedure, day: dt.date) -> str:
        """The command knows no notified time: a pause ends for the law with it. ``day``: up to when is counted."""
        if row.ended_on is None and row.notified_until >= day:
            return f"{row.started_on}::{row.ground}"
        end = min(row.ended_on or row.notified_until, row.notified_until)
        return f"{row.started_on}:{end}:{row.ground}"


def shown(reading: Reading) -> dict[str, Any]:
    return {
        "due": reading.due.isoformat() if reading.due else None,
        **{name: getattr(reading, name) for name in ("provisional", "counted", "paused", "left", "state")},
    }


@pytest.fixture
def hall():
    """Two items, one in working and one in calendar days, and one enterprise."""
    made = open_hall(spec(statutory_limit=WORKING, promised_limit=PROMISE))
    by_calendar = {"statutory_limit": CALENDAR, "promised_limit": CALENDAR_PROMISE, "base_code": "120123001001"}
    publish(spec(**by_calendar), key="second")
    made.ids["applicant"] = factories.enterprise(at("2019-01-02"))
    return made


def test_random_cases_have_one_set_of_dates(hall, capsys):
    rng, calendar = random.Random(SEED), calendars.current()
    said, now = Command(capsys), at("2019-01-03")
    applicant = accounts.actor_for(hall.ids["applicant"], now)
    versions = [catalogue.version_in_force(key, now.date()) for key in ("sample", "second")]
    posts = {name: hall.officer(name, now) for name in POSTS}
    groups: dict[dt.date, list[Case]] = {}
    seen: set[tuple[str, str]] = set()
    for serial in range(1, CASES + 1):
        as_of = dt.date.fromisoformat(READ_ON[serial % len(READ_ON)])
        case = write(happen(rng, as_of, calendar), serial, versions[serial % 2], applicant)
        groups.setdefault(as_of, []).append(case)
        seen |= one_case(case, as_of, said, applicant, posts)
    keys = ("completeness", "statutory", "promised", "certificate", "review:fire", "review:housing")
    wanted = {(key, state) for key in keys for state in ("running", "overdue", "met")}
    wanted |= {(key, "paused") for key in ("statutory", "promised", "review:fire")}
    assert wanted <= seen, f"the random cases never showed {wanted - seen}"
    for as_of, cases in groups.items():
        alerts_agree(cases, as_of, calendar)


def one_case(
    case: Case, as_of: dt.date, said: Command, applicant: Actor, posts: dict[str, Actor]
) -> set[tuple[str, str]]:
    """Compare every reading of one case; returns (clock, state) pairs that were met on the way."""
    now = at(as_of.isoformat())
    portal = queries.case_for_applicant(case.number, applicant, now)
    desk = queries.case_for_desk(case.number, posts["supervisor"], now)
    public = queries.progress(case.number, case.lookup_code, now)
    loaded = facts.load(case, desk.version)
    whole = {key: (limit, clock) for key, limit, clock in clocks_of(facts.case_facts(loaded), facts.limits(loaded))}
    assert set(portal.clocks) == set(desk.clocks) == set(public.clocks)
    for key, reading in portal.clocks.items():
        answer = said.read(case, key, portal.limits[key], as_of)
        assert shown(reading) == {name: answer[name] for name in shown(reading)}, (case.number, key)
        told = facts.with_ledger(loaded, key, calendars.current(), as_of)
        assert [item.date.isoformat() for item in told.ledger] == [item["date"] for item in answer["ledger"]]
        assert shown(told) == shown(reading)
        assert shown(desk.clocks[key]) == shown(public.clocks[key]) == shown(reading)
        oracle = tell(*whole[key], calendars.current(), as_of)
        assert (oracle.due, oracle.counted, oracle.paused, oracle.state) == (
            *(reading.due, reading.counted, reading.paused),
            reading.state,
        ), (case.number, key)
    lists_agree(case, portal, now, applicant, posts)
    notices_agree(case, portal, now)
    return {(key, reading.state) for key, reading in portal.clocks.items()}


def lists_agree(case: Case, portal: Any, now: dt.datetime, applicant: Actor, posts: dict[str, Actor]) -> None:
    narrowed = Filters(search=case.number)
    lane = "department" if case.is_open else "closed"
    # One post for each case: every list is read for more than a hundred cases of the five hundred.
    reader = posts[("window", "decider", "fire")[case.pk % 3]]
    for row in queries.work_list(reader, now, lane=lane, filters=narrowed).rows:
        assert shown(row.reading) == shown(portal.clocks[row.clock])
    (row,) = queries.my_cases(applicant, now, search=case.number).rows
    assert row.main_clock == portal.main_clock
    assert shown(row.reading) == shown(portal.clocks[row.main_clock])
    running = [
        reading.due
        for key, reading in portal.clocks.items()
        if reading.due and not facts.clock_is_stopped(facts.load(case, portal.version), key)
    ]
    if case.is_open and not case.waiting_for_applicant and portal.status in ("received", "accepted", "granted"):
        assert case.next_due_on == min(running, default=None)
    if portal.status == "accepted":
        assert case.statutory_due_on == portal.clocks["statutory"].due
        for review in case.reviews.order_by("pk"):
            assert review.due_on == (None if review.done_on else portal.clocks[f"review:{review.key}"].due)


def notices_agree(case: Case, portal: Any, now: dt.datetime) -> None:
    """What a notice written now would print."""
    locked = store.lock(case.number)
    assert locked is not None
    printed = notices.deadlines(Work(locked, store.beside(locked.case), SYSTEM, now))
    for name in ("statutory", "promised", "completeness", "certificate"):
        reading = portal.clocks.get(name)
        due = reading.due.isoformat() if reading and reading.due else ""
        assert (printed[f"{name}_due"] or {"date": ""})["date"] == due, (case.number, name)


def alerts_agree(cases: list[Case], as_of: dt.date, calendar: Any) -> None:
    """Every open case that is late on a clock has its alert with the same due date, and no other case has one.

    Where the law's limit has passed as well, the broken promise adds no alert of its own.
    """
    now = at(as_of.isoformat())
    oversight.raise_alerts(now)
    expected = set()
    for case in cases:
        loaded = facts.load(case, catalogue.version(case.item_version_id))
        if case.is_open:
            readings = facts.summaries(loaded, calendar, as_of)
            late = {
                key: reading.due
                for key, reading in readings.items()
                if reading.state == "overdue" and not facts.clock_is_stopped(loaded, key)
            }
            if "statutory" in late:
                late.pop("promised", None)
            expected |= {(case.number, key, due) for key, due in late.items()}
    raised = Alert.objects.filter(settled_on=None, case_number__in=[case.number for case in cases]).exclude(clock="")
    assert set(raised.values_list("case_number", "clock", "due_on")) == expected
