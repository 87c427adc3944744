"""Alerts and operations at the desk: the same dates as the case page, recorded once, acknowledged with words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from tests import factories as made
from tests.web.desk_help import Desk, actor, new_case, signed_in
from tongban.calendars import queries as calendars
from tongban.cases import queries, services
from tongban.core.actors import SYSTEM
from tongban.core.dates import legal_date
from tongban.core.errors import Forbidden, NotFound
from tongban.outbox import queries as outbox
from tongban.oversight import queries as oversight
from tongban.oversight import services as oversight_services
from tongban.oversight.conditions import Kind
from tongban.oversight.models import Alert
from tongban.web.components import clocks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_world")]


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


@pytest.fixture
def ago(now: dt.datetime) -> Callable[[int], dt.datetime]:
    """An instant some working days before today, at half past ten in Shanghai."""
    calendar = calendars.current()

    def back(days: int) -> dt.datetime:
        day = calendar.add_working(legal_date(now), -days)
        return dt.datetime.combine(day, dt.time(2, 30), tzinfo=dt.UTC)

    return back


@pytest.fixture
def people(ago: Callable[[int], dt.datetime]) -> dict[str, str]:
    made.world(ago(60))
    return made.staff()


def accepted(people: dict[str, str], serial: int, when: dt.datetime) -> str:
    number = new_case(when, serial)
    made.check_all(number, actor(people["window"], when), when)
    services.accept(number=number, actor=actor(people["window"], when), now=when)
    return number


def keys(now: dt.datetime) -> set[tuple[str, str, str]]:
    rows = Alert.objects.filter(settled_on=None)
    return {(row.case_number, row.kind, row.clock) for row in rows}


def test_each_kind_is_raised_once_with_the_case_pages_dates(
    people: dict[str, str], ago: Callable[[int], dt.datetime], now: dt.datetime
) -> None:
    late = accepted(people, 1, ago(25))
    promise = accepted(people, 2, ago(12))
    silent = new_case(ago(8), 3)
    services.sweep(now=now)
    first = oversight_services.raise_alerts(now)
    assert first.raised == len(keys(now))
    assert {("statutory_late", late), ("promise_late", promise), ("deemed_accepted", silent)} <= {
        (kind, number) for number, kind, _clock in keys(now)
    }
    before = list(Alert.objects.order_by("pk").values())
    again = oversight_services.raise_alerts(now + dt.timedelta(minutes=5))
    assert (again.raised, again.settled, again.reopened) == (0, 0, 0)
    assert list(Alert.objects.order_by("pk").values()) == before
    for row in Alert.objects.exclude(clock=""):
        reading = queries.case_for_desk(row.case_number, SYSTEM, now).clocks[row.clock]
        assert row.due_on == reading.due
        assert row.since == reading.due + dt.timedelta(days=1)


def test_a_late_run_writes_the_same_dates(
    people: dict[str, str], ago: Callable[[int], dt.datetime], now: dt.datetime
) -> None:
    number = accepted(people, 1, ago(12))
    oversight_services.raise_alerts(now)
    row = Alert.objects.get(case_number=number, kind="promise_late")
    due = queries.case_for_desk(number, SYSTEM, now).clocks["promised"].due
    assert due is not None
    assert row.since == due + dt.timedelta(days=1)
    assert row.recorded_at == now


def test_alerts_settle_when_the_reason_is_gone_and_open_again(
    people: dict[str, str], ago: Callable[[int], dt.datetime], now: dt.datetime
) -> None:
    number = accepted(people, 1, ago(12))
    oversight_services.raise_alerts(now)
    row = Alert.objects.get(case_number=number, kind="promise_late")
    supervisor = actor(people["supervisor"])
    oversight_services.acknowledge(alert_id=row.pk, actor=supervisor, note="已约谈科室。", now=now)
    Alert.objects.create(
        case_number="120116-20000101-000001",
        kind="promise_late",
        clock="promised",
        region_code=supervisor.region_code,
        authority="approval_bureau",
        since=legal_date(now),
        recorded_at=now,
    )
    report = oversight_services.raise_alerts(now)
    assert report.settled == 1
    Alert.objects.filter(pk=row.pk).update(settled_on=legal_date(now))
    report = oversight_services.raise_alerts(now)
    assert report.reopened == 1
    row.refresh_from_db()
    assert (row.settled_on, row.acknowledged_at, row.note) == (None, None, "")


def test_the_page_shows_what_the_case_page_shows(
    people: dict[str, str], ago: Callable[[int], dt.datetime], now: dt.datetime
) -> None:
    number = accepted(people, 1, ago(12))
    oversight_services.raise_alerts(now)
    page = signed_in(people["supervisor"]).get("/desk/alerts/").content.decode()
    case = Desk(people["supervisor"], number).open()
    promised = queries.case_for_desk(number, SYSTEM, now).clocks["promised"]
    chip = clocks.chip(promised, with_date=True).text
    assert chip in page
    assert chip in case
    narrowed = signed_in(people["supervisor"]).get("/desk/alerts/?kind=statutory_late").content.decode()
    assert chip not in narrowed


def test_acknowledging_needs_words_and_a_supervisor(
    people: dict[str, str], ago: Callable[[int], dt.datetime], now: dt.datetime
) -> None:
    number = accepted(people, 1, ago(12))
    oversight_services.raise_alerts(now)
    row = Alert.objects.get(case_number=number, kind="promise_late")
    client = signed_in(people["supervisor"])
    empty = client.post(f"/desk/alerts/{row.pk}/acknowledge/", {"note": "  "})
    assert empty.status_code == 422
    head = signed_in(people["agency_head"]).post(f"/desk/alerts/{row.pk}/acknowledge/", {"note": "看过了"})
    assert head.status_code == 403
    assert client.post(f"/desk/alerts/{row.pk}/acknowledge/", {"note": "已督促三个部门。"}).status_code == 302
    assert "已督促三个部门。" in client.get("/desk/alerts/").content.decode()
    assert client.post("/desk/alerts/999999/acknowledge/", {"note": "没有这条"}).status_code == 404
    supervisor = actor(people["supervisor"])
    with pytest.raises(NotFound):
        oversight_services.acknowledge(alert_id=0, actor=supervisor, note="没有", now=now)
    with pytest.raises(Forbidden):
        oversight_services.acknowledge(alert_id=row.pk, actor=actor(people["window"]), note="不行", now=now)


def test_a_paused_case_raises_nothing_on_the_clocks_it_pauses(
    people: dict[str, str], ago: Callable[[int], dt.datetime], now: dt.datetime
) -> None:
    number = accepted(people, 1, ago(3))
    services.start_special(
        number=number, actor=actor(people["decision_maker"]), ground="testing", expected_days=5, reason="送检", now=now
    )
    found = oversight.alerts(actor(people["supervisor"]), now)
    kinds = {view.kind for view in found.present if view.number == number}
    assert Kind.DUE_SOON not in kinds
    assert Kind.PROMISE_LATE not in kinds


def test_number_of_queries_does_not_grow_with_the_cases(
    people: dict[str, str], ago: Callable[[int], dt.datetime], django_assert_max_num_queries: Any
) -> None:
    for serial in range(1, 4):
        accepted(people, serial, ago(12))
    oversight_services.raise_alerts(timezone.now())
    client = signed_in(people["supervisor"])
    with django_assert_max_num_queries(16):
        assert client.get("/desk/alerts/").status_code == 200


def test_operations_show_dead_tasks_and_restart_them(people: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    from tongban.documents import rendering
    from tongban.outbox.models import Task

    def broken(*_args: object, **_kwargs: object) -> bytes:
        raise RuntimeError("typesetting is broken")

    monkeypatch.setattr(rendering, "render", broken)
    new_case(timezone.now())
    made.run_tasks()
    Task.objects.filter(path__endswith="render_document").update(
        status="FAILED", attempts=10, finished_at=timezone.now(), reason="typesetting is broken"
    )
    dead = outbox.dead()
    assert dead
    client = signed_in(people["operator"])
    page = client.get("/desk/operations/").content.decode()
    assert "typesetting is broken" in page
    assert "文书排版签章" in page
    assert client.get(f"/desk/operations/tasks/{dead[0].id}/").status_code == 200
    assert client.get("/desk/operations/tasks/none/").status_code == 404
    assert client.post(f"/desk/operations/tasks/{dead[0].id}/retry/").status_code == 302
    assert not outbox.dead()
    monkeypatch.undo()
    again = client.post(f"/desk/operations/tasks/{dead[0].id}/retry/", follow=True)
    assert again.status_code == 200
    window = signed_in(people["window"])
    assert window.post(f"/desk/operations/tasks/{dead[0].id}/retry/").status_code == 403
