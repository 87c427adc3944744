"""The pages for machines: probes say what is wrong and to whom, figures count and are not for everybody."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tongban.core.actors import SYSTEM
from tongban.operations import figures, probes
from tongban.outbox import services as outbox
from tongban.records import services as records

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


def states(client: Client) -> dict[str, str]:
    return {probe["name"]: probe["state"] for probe in client.get("/health/ready").json()["probes"]}


def test_live_asks_no_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/health/live")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]


def test_ready_tells_everything_here_and_little_elsewhere(client: Client, now: dt.datetime, settings: Any) -> None:
    outbox.report("w1", now, now)
    body = client.get("/health/ready").json()
    assert body["state"] == "ok", body["probes"]
    assert body["release"] == settings.RELEASE
    assert [probe["name"] for probe in body["probes"]] == [
        "database",
        "migrations",
        "worker",
        "seals",
        "files",
        "disk",
    ]
    outside = client.get("/health/ready", REMOTE_ADDR="203.0.113.9")
    assert (outside.status_code, outside.content) == (200, b"ok\n")


def test_ready_costs_few_statements(client: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(8):
        client.get("/health/ready")


def test_without_a_worker_the_hall_stays_open_but_it_is_said(client: Client, now: dt.datetime) -> None:
    outbox.report("w1", now, now - dt.timedelta(minutes=2))
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["state"]) == (200, "poor")
    assert states(client)["worker"] == "poor"


def test_a_worker_of_another_release_is_named(client: Client, now: dt.datetime, settings: Any) -> None:
    settings.RELEASE = "0.0.9+old"
    outbox.report("w1", now, now)
    settings.RELEASE = "0.1.0+new"
    worker = next(probe for probe in client.get("/health/ready").json()["probes"] if probe["name"] == "worker")
    assert worker == {"name": "worker", "state": "poor", "detail": "another release: 0.0.9+old"}


def test_a_worker_that_stops_signs_off(client: Client, now: dt.datetime) -> None:
    outbox.report("w1", now, now)
    outbox.sign_off("w1")
    assert states(client)["worker"] == "poor"


def test_events_that_wait_for_a_seal_are_noticed(
    client: Client, now: dt.datetime, settings: Any, tmp_path: Path
) -> None:
    settings.SEAL_EXPORT_DIR = str(tmp_path)
    late = now - dt.timedelta(minutes=30)
    records.append_to_chain(chain="t:1", verb="v", actor=SYSTEM, at=late, legal_date=late.date(), facts={})
    assert states(client)["seals"] == "poor"
    assert b"tongban_seal_lag_seconds 1" in figures.exposition(now)  # 1800 and a little
    records.take_seal(now)
    assert states(client)["seals"] == "ok"


def test_a_missing_migration_takes_the_machine_out(client: Client, now: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'outbox' AND name = '0001_initial'")
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["state"]) == (503, "down")
    assert {"name": "migrations", "state": "down", "detail": "outbox.0001_initial"} in answer.json()["probes"]
    outside = client.get("/health/ready", REMOTE_ADDR="203.0.113.9")
    assert (outside.status_code, outside.content) == (503, b"not ready\n")


def test_a_media_directory_that_is_gone_takes_the_machine_out(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "gone")
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert states(client)["files"] == "down"


def test_a_full_disk(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes.shutil, "disk_usage", lambda path: type("U", (), {"free": 2**20, "total": 2**40})())
    assert states(client)["disk"] == "down"
    monkeypatch.setattr(probes.shutil, "disk_usage", lambda path: type("U", (), {"free": 2**35, "total": 2**40})())
    assert states(client)["disk"] == "poor"


def test_a_database_that_is_gone_is_a_503_of_both_kinds(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: object) -> None:
        raise ConnectionError("10.0.0.7 refused")

    monkeypatch.setattr(probes.connection, "cursor", gone, raising=False)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["probes"][0] == {"name": "database", "state": "down", "detail": "ConnectionError"}
    assert client.get("/health/live").status_code == 200


def test_figures_are_off_unless_somebody_is_allowed(client: Client, settings: Any) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "t" * 24
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    assert client.get("/metrics", headers={"authorization": f"Bearer {'t' * 24}"}).status_code == 200
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404
    settings.METRICS_ALLOWED = settings.HEALTH_ALLOWED
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 404


def test_figures_count_requests_and_what_waits(client: Client, settings: Any, now: dt.datetime) -> None:
    settings.METRICS_ALLOWED = settings.HEALTH_ALLOWED
    outbox.report("w1", now, now)
    outbox.run_cron.enqueue("alerts")
    client.get("/no-such-page-张三/")
    client.get("/health/live")
    text = client.get("/metrics").content.decode()
    assert 'tongban_requests_total{method="GET",status="200",view="health_live"}' in text
    assert 'tongban_requests_total{method="GET",status="404",view="unknown"}' in text
    assert 'tongban_request_seconds_bucket{le="0.01",view="health_live"}' in text
    assert 'tongban_tasks{state="ready"} 1.0' in text
    assert "tongban_workers_alive 1.0" in text
    assert 'tongban_cases{condition="overdue"} 0.0' in text
    assert 'tongban_probe{probe="database"} 1.0' in text
    assert "张三" not in text
    assert "no-such-page" not in text


def test_a_task_that_waits_is_timed(now: dt.datetime) -> None:
    outbox.run_cron.enqueue("alerts")
    text = figures.exposition(now + dt.timedelta(minutes=5)).decode()
    seconds = float(text.split("\ntongban_task_wait_seconds ")[1].split("\n")[0])
    assert 299 < seconds < 302
    assert "tongban_tasks_late 1.0" in text
