"""Periodic entries: when they are due, one task a tick, none stacked up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apps import outbox_tasks as sample
from tests.apps.records_help import in_thread
from tongban.outbox import claims, queries, services
from tongban.outbox.cron import Schedule
from tongban.outbox.models import Task
from tongban.outbox.worker import run_claim

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 9, 7, 30, tzinfo=SHANGHAI)  # a Monday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("* * * * *", "2026-03-02 09:07"),
        ("*/5 * * * *", "2026-03-02 09:05"),
        ("10 * * * *", "2026-03-02 08:10"),
        ("20 3 * * *", "2026-03-02 03:20"),
        ("30 9 * * *", "2026-03-01 09:30"),
        ("0 8-10/2 * * *", "2026-03-02 08:00"),
        ("0 6,18 * * *", "2026-03-02 06:00"),
        ("0 2 * * 0", "2026-03-01 02:00"),
        ("0 2 * * 7", "2026-03-01 02:00"),
        ("0 2 * * 5", "2026-02-27 02:00"),
        ("0 0 1 1 *", "2026-01-01 00:00"),
        ("0 0 29 2 *", "2024-02-29 00:00"),
        ("0 0 15 * 6", "2026-02-28 00:00"),
        ("3/20 * * * *", "2026-03-02 09:03"),
    ],
)
def test_the_last_tick_of_a_cron_entry(text: str, expected: str) -> None:
    found = Schedule.parse(text).latest(NOW)
    assert found.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") == expected
    assert found.tzinfo is UTC


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.sampled_from(["*/7 * * * *", "5 4 * * 1", 300, 7]))
def test_the_last_tick_is_stable_and_not_in_the_future(naive: datetime, text: str | int) -> None:
    now = naive.replace(tzinfo=SHANGHAI)
    schedule = Schedule.parse(text)
    tick = schedule.latest(now)
    assert tick <= now
    assert schedule.latest(tick.astimezone(SHANGHAI)) == tick
    assert schedule.latest(now + timedelta(days=8)) > tick


@pytest.mark.parametrize(
    "text", ["", "* * * *", "60 * * * *", "* 24 * * *", "a * * * *", "5-3 * * * *", "*/0 * * * *", "* * 0 * *", 0]
)
def test_unreadable_entries_are_refused(text: str | int) -> None:
    with pytest.raises(ValueError):
        Schedule.parse(text)


def test_an_entry_that_never_comes_due_says_so() -> None:
    with pytest.raises(ValueError, match="never comes due"):
        Schedule.parse("0 0 30 2 *").latest(NOW)


def _run_all() -> None:
    """Run what is queued, without ticking."""
    while held := claims.claim("test", datetime.now(UTC)):
        run_claim(held)


@pytest.mark.django_db
def test_one_task_a_tick_and_missed_ticks_are_made_up_once(settings: object) -> None:
    settings.OUTBOX_CRON = {"note": (300, "tests.apps.outbox_tasks.note_tick")}  # type: ignore[attr-defined]
    sample.ticks.clear()
    assert services.tick(NOW) == ["note"]
    assert services.tick(NOW) == []
    _run_all()
    assert services.tick(NOW + timedelta(minutes=1)) == []
    assert services.tick(NOW + timedelta(days=3)) == ["note"]
    _run_all()
    assert len(sample.ticks) == 2


@pytest.mark.django_db
def test_an_entry_is_not_queued_twice_while_its_last_run_is_still_to_do(settings: object) -> None:
    settings.OUTBOX_CRON = {"note": (60, "tests.apps.outbox_tasks.note_tick")}  # type: ignore[attr-defined]
    assert services.tick(NOW) == ["note"]
    assert services.tick(NOW + timedelta(minutes=2)) == []
    assert Task.objects.count() == 1
    assert queries.cron_ticks()["note"] == NOW.replace(minute=9, second=0)


@pytest.mark.django_db
def test_a_new_run_replaces_the_dead_one(settings: object) -> None:
    settings.OUTBOX_CRON = {"bad": (60, "tests.apps.outbox_tasks.broken_tick")}  # type: ignore[attr-defined]
    services.tick(NOW)
    Task.objects.update(attempts=2)
    _run_all()
    assert [row.reason[:9] for row in queries.dead()] == ["broken at"]
    assert services.tick(NOW + timedelta(minutes=5)) == ["bad"]
    assert queries.dead() == []
    assert queries.summary().ready == 1


@pytest.mark.django_db(transaction=True)
def test_many_workers_make_one_task_of_a_tick(settings: object) -> None:
    settings.OUTBOX_CRON = {"note": (60, "tests.apps.outbox_tasks.note_tick")}  # type: ignore[attr-defined]
    for minutes in range(3):
        now = NOW + timedelta(minutes=minutes)
        with ThreadPoolExecutor(5) as pool:
            futures = [pool.submit(in_thread(partial(services.tick, now))) for _ in range(5)]
        assert sorted(future.result() for future in futures) == [[], [], [], [], ["note"]]
        Task.objects.all().delete()


@pytest.mark.django_db
def test_the_products_own_entries_can_be_loaded(settings: object) -> None:
    from django.utils.module_loading import import_string

    for schedule, name in settings.OUTBOX_CRON.values():  # type: ignore[attr-defined]
        assert Schedule.parse(schedule).latest(NOW) <= NOW
        assert callable(import_string(name))
