"""Random verbs by random posts over time on one case: whatever is tried, the record stays whole."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests import factories
from tests.apps.cases_help import SHANGHAI, Walk, at, begin, open_hall, own_folders, picture, spec, verbs  # noqa: F401
from tests.apps.test_cases_refusals import VERBS
from tongban.calendars import queries as calendars
from tongban.cases import audit, facts, services
from tongban.cases.models import Review
from tongban.catalogue import queries as catalogue
from tongban.core.case_facts import Status
from tongban.core.errors import DomainError
from tongban.core.items import Track
from tongban.core.lifecycle import CLOSED, TABLE
from tongban.documents.models import Document
from tongban.records import queries as records

pytestmark = pytest.mark.django_db

POSTS = ("window", "window-2", "decider", "decider-2", "head", "certificates", "fire", "fire-2", "construction")
WHO = st.sampled_from([*POSTS, "supervisor", "stranger", "applicant"])
MOVES = {(row.track, row.status, row.next_status) for row in TABLE.values() if row.next_status}
ENDING = {"not_required", "refuse_acceptance", "withdraw", "terminate", "refuse", "record_finding", "save_correction"}
CLOSING = {"correction": {"days": 10, "unit": "working_day", "closes": True, "basis": "示例条例第十二条"}}


class Life(RuleBasedStateMachine):
    """One case; each rule tries something, and refusals are as good as deeds."""

    hall = None  # set by the test: the world is built once, every run is taken back

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.walk: Walk = begin(self.hall, "2026-03-02", variant="new", premises="rented")
        self.status = Status.RECEIVED
        self.documents = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def attempt(self, act) -> bool:
        """Try; a refusal must leave no trace but the recorded attempt of a second notice."""
        before, refused = self.walk.row.seq, None
        try:
            with transaction.atomic():
                act()
        except DomainError as error:
            refused = error
        if refused is not None:
            assert str(refused)
            assert self.walk.row.seq == before
        return refused is None

    @initialize(stage=st.sampled_from(["received", "asked", "corrected", "accepted", "accepted", "reviewed"]))
    def it_has_come_some_way(self, stage: str) -> None:
        if stage in ("asked", "corrected"):
            self.walk.ask_correction("plan", "lease")
        if stage == "corrected":
            self.walk.correct("plan", "lease")
        if stage in ("accepted", "reviewed"):
            self.walk.accept()
            self.status = Status.ACCEPTED
        if stage == "reviewed":
            self.walk.reviews()

    @rule(order=st.integers(0, 2**32))
    def somebody_does_something_possible(self, order: int) -> None:
        names = sorted(set(VERBS) - ENDING)
        random.Random(order).shuffle(names)
        for name in names:
            verb, post, values = VERBS[name]
            if name == "record_inspection":
                values = {**values, "second_officer": self.walk.by("fire-2").id}
            if self.attempt(lambda v=verb, p=post, x=values: self.walk.do(v, p, **x)):
                return

    @rule(days=st.integers(0, 6), hour=st.integers(0, 23))
    def time_passes(self, days: int, hour: int) -> None:
        moment = dt.datetime.combine(self.walk.now.date() + dt.timedelta(days=days), dt.time(hour), SHANGHAI)
        self.walk.now = max(self.walk.now, moment)

    @rule(name=st.sampled_from(sorted(VERBS)), post=WHO, stale=st.booleans())
    def anybody_tries_anything(self, name: str, post: str, stale: bool) -> None:
        verb, _, values = VERBS[name]
        seen = self.walk.row.seq - (1 if stale else 0)
        extra = {"expected_seq": seen} if name not in ("record_finding", "save_correction") else {}
        self.attempt(lambda: self.walk.do(verb, post, **values, **extra))

    @rule()
    def the_window_checks(self) -> None:
        self.attempt(self.walk.check)

    @rule(material=st.sampled_from(["plan", "lease", "nothing"]))
    def the_window_annotates(self, material: str) -> None:
        self.attempt(lambda: self.walk.annotate(material))

    @rule(met=st.booleans())
    def the_window_judges(self, met: bool) -> None:
        self.attempt(lambda: self.walk.judge(met))

    @rule(material=st.sampled_from(["plan", "lease"]))
    def the_applicant_uploads(self, material: str) -> None:
        values = {"material_key": material, "name": "改.png", "content": picture(90)}
        self.attempt(lambda: self.walk.do(services.add_correction_file, "applicant", **values))

    @rule()
    def the_case_is_accepted(self) -> None:
        self.attempt(self.walk.accept)

    @rule()
    def all_departments_agree(self) -> None:
        if self.walk.row.status == "accepted":
            self.attempt(self.walk.reviews)

    @rule(to=st.sampled_from(POSTS), by=WHO)
    def somebody_hands_on(self, to: str, by: str) -> None:
        self.attempt(lambda: self.walk.do(services.assign, by, assignee=self.walk.by(to).id))

    @rule()
    def the_sweep_runs(self) -> None:
        services.sweep(now=self.walk.now)
        seq = self.walk.row.seq
        services.sweep(now=self.walk.now)
        assert self.walk.row.seq == seq, "a second sweep changes nothing"

    @invariant()
    def the_record_is_whole(self) -> None:
        row = self.walk.row
        names = verbs(self.walk.number)
        assert len(names) == row.seq
        assert sum(name in ("grant", "refuse", "deem_granted") for name in names) <= 1
        assert sum(name in ("accept", "deem_accepted") for name in names) <= 1
        assert records.verify_chain(f"case:{row.number}") is None
        assert list(audit.findings(row)) == []

    @invariant()
    def the_status_is_the_tables(self) -> None:
        status = Status(self.walk.row.status)
        if status is not self.status:
            assert any((Track.LICENCE, self.status, status) == move for move in MOVES) or self.passed_through(
                self.status, status
            )
        assert (status in CLOSED) is not self.walk.row.is_open
        self.status = status

    def passed_through(self, old: Status, new: Status) -> bool:
        """One rule may make two steps (accepted by silence, then by the next sweep …)."""
        return any((Track.LICENCE, old, mid) in MOVES and (Track.LICENCE, mid, new) in MOVES for mid in Status)

    @invariant()
    def the_index_is_what_the_clocks_say(self) -> None:
        row, today = self.walk.row, self.walk.now.date()
        loaded = facts.load(row, catalogue.version(row.item_version_id))
        if facts.pause_is_open(loaded) and not facts.clock_is_paused(loaded, today):
            services.refresh_open_cases(now=self.walk.now)  # as the sweep does within minutes
            row = self.walk.row
            loaded = facts.load(row, catalogue.version(row.item_version_id))
        calendar = calendars.current()
        assert (row.next_due_on, row.statutory_due_on, row.due_provisional) == facts.due_dates(loaded, calendar, today)
        for review in Review.objects.filter(case=row):
            assert review.due_on == facts.review_due(loaded, review, calendar, today)

    @invariant()
    def documents_are_numbered_without_a_gap_and_never_taken_back(self) -> None:
        rows = Document.objects.filter(owner=f"case:{self.walk.number}")
        for kind in set(rows.values_list("kind", flat=True)):
            serials = list(rows.filter(kind=kind).order_by("serial").values_list("serial", flat=True))
            assert serials == list(range(1, len(serials) + 1))
        assert rows.count() >= self.documents
        self.documents = rows.count()


@pytest.fixture
def life() -> Iterator[type[Life]]:
    Life.hall = open_hall(spec(**CLOSING))
    Life.hall.ids["enterprise-1"] = factories.enterprise(at("2019-01-02"), 1)
    yield Life
    Life.hall = None


def test_no_sequence_of_verbs_breaks_a_case(life):
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=8 if connection.vendor == "postgresql" else 15,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
