"""Lists and pages take the same few queries whatever hangs on them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.apps.cases_help import at, begin, open_hall, own_folders  # noqa: F401
from tongban.calendars import queries as calendars
from tongban.calendars import services as calendar_services
from tongban.cases import facts, queries, services, snapshot
from tongban.cases.models import Case
from tongban.cases.queries.lists import loaded_many

pytestmark = pytest.mark.django_db

WORK_LIST, MY_CASES, DESK, PORTAL, PROGRESS, REFRESH = 12, 10, 36, 30, 18, 8


def count(read) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        read()
    return len(caught)


def test_lists_of_forty_cases_and_pages_stay_within_their_budget():
    hall = open_hall()
    walks = []
    for serial in range(40):
        walk = begin(hall, "2026-03-02", variant="new", premises="rented")
        if serial % 4:
            walk.accept()
        if serial % 4 == 2:
            walk.special(5)
        if serial % 4 == 3:
            walk.opinion("construction", "housing")
        walks.append(walk)
    walk = walks[0]
    for post in ("window", "fire", "decider", "supervisor"):
        actor = walk.by(post)
        for lane in queries.LANES:
            assert count(lambda actor=actor, lane=lane: queries.work_list(actor, walk.now, lane=lane)) <= WORK_LIST
    applicant = walk.by("applicant")
    assert queries.my_cases(applicant, walk.now).total == 40
    assert count(lambda: queries.my_cases(applicant, walk.now)) <= MY_CASES
    assert count(lambda: services.refresh_open_cases(now=walk.now)) <= REFRESH, "no case is locked that does not move"


def test_a_new_year_moves_the_cases_that_reach_into_it_and_locks_no_other():
    hall = open_hall()
    for _ in range(3):
        begin(hall, "2026-12-01", variant="change")
    paused = begin(hall, "2026-12-01", variant="new", premises="rented").accept().special(5)
    late = [begin(hall, "2026-12-30", variant="change").accept() for _ in range(2)]
    now = at("2026-12-30")
    assert services.refresh_open_cases(now=now) == 1, "the notified time of the special procedure is over"
    before = {case.pk: snapshot.index_columns(case) for case in Case.objects.all()}
    moved = [paused, *late]
    assert all(walk.row.due_provisional for walk in late)
    assert services.refresh_open_cases(now=now) == 0
    calendar_services.load_demo_year(now=now)
    assert services.refresh_open_cases(now=now) == len(moved)
    assert services.refresh_open_cases(now=now) == 0
    after = {case.pk: snapshot.index_columns(case) for case in Case.objects.all()}
    assert {key for key in after if after[key] != before[key]} == {walk.row.pk for walk in moved}
    assert not any(walk.row.due_provisional for walk in moved)
    calendar, today = calendars.current(), now.date()
    for loaded in loaded_many(list(Case.objects.all())):
        assert facts.due_dates(loaded, calendar, today) == after[loaded.case.pk][:3]
        for row in loaded.reviews:
            assert row.due_on == facts.review_due(loaded, row, calendar, today)


def test_a_case_page_costs_the_same_with_much_on_it():
    hall = open_hall()
    small = begin(hall, "2026-03-02", variant="change").accept()
    large = begin(hall, "2026-03-02", variant="new", premises="rented", sublet="yes").check()
    for number in range(12):
        large.annotate(["plan", "lease", "consent"][number % 3], f"第{number}处不清楚。")
    large.do(services.request_correction, "window")
    for _ in range(4):
        large.upload("plan").upload("lease").upload("consent")
    large.correct("plan", "lease", "consent").judge().accept()
    for number in range(10):
        large.do(services.add_note, "window", note=f"第{number}条")
    large.special(5).result().reviews()

    def costs(walk) -> tuple[int, int, int]:
        desk, applicant = walk.by("supervisor"), walk.by("applicant")
        return (
            count(lambda: queries.case_for_desk(walk.number, desk, walk.now)),
            count(lambda: queries.case_for_applicant(walk.number, applicant, walk.now)),
            count(lambda: queries.progress(walk.number, walk.code, walk.now)),
        )

    few, many = costs(small), costs(large)
    assert all(cost <= most for cost, most in zip(many, (DESK, PORTAL, PROGRESS), strict=True)), many
    assert many == few, "what hangs on a case must not cost queries"
