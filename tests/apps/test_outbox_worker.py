"""Real worker processes: stopped gently, killed without warning, several at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from tests.apps import outbox_tasks as sample
from tests.apps.records_help import in_thread
from tongban.outbox import claims, queries, services
from tongban.outbox import worker as worker_module
from tongban.outbox.models import Task
from tongban.outbox.worker import Worker

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.django_db(transaction=True)


def _database_url() -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}?synchronous=off"
    place = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/".format(**place) + str(name)


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    """Workers started by a test; what still runs afterwards is killed."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(20)


def _start(processes: list[subprocess.Popen[str]], *options: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "DATABASE_URL": _database_url(), "PYTHONPATH": str(ROOT)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "tongban", "work", *options],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    processes.append(process)
    return process


def _mine() -> QuerySet[Task]:
    """The test's own tasks, without those of the product's cron entries."""
    return Task.objects.exclude(path=services.run_cron.module_path)


def _wait_for(condition: object, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def _lines(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


def test_a_task_whose_worker_was_killed_runs_again(processes: list[subprocess.Popen[str]], tmp_path: Path) -> None:
    path = tmp_path / "out"
    sample.append_then_sleep.enqueue(str(path), 3)
    first = _start(processes)
    _wait_for(lambda: _lines(path) == ["begin"])
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    row = _mine().get()
    assert row.status == "RUNNING"
    assert row.due_at - timezone.now() <= claims.LEASE <= timedelta(seconds=30)
    _start(processes)
    time.sleep(1)
    assert _lines(path) == ["begin"], "the lease of the dead worker still holds"
    _mine().update(due_at=timezone.now())  # thirty seconds later
    _wait_for(lambda: _lines(path) == ["begin", "begin", "end"])
    _wait_for(lambda: _mine().get().status == "SUCCESSFUL")
    assert _mine().get().attempts == 2


def test_a_worker_told_to_stop_finishes_what_it_began(processes: list[subprocess.Popen[str]], tmp_path: Path) -> None:
    path = tmp_path / "out"
    sample.append_then_sleep.enqueue(str(path), 1.5)
    process = _start(processes)
    _wait_for(lambda: _lines(path) == ["begin"])
    sample.append_line.enqueue(str(path), "next")
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert _lines(path) == ["begin", "end"]
    assert sorted(_mine().values_list("status", flat=True)) == ["READY", "SUCCESSFUL"]


def test_several_workers_share_the_work_and_do_nothing_twice(
    processes: list[subprocess.Popen[str]], tmp_path: Path
) -> None:
    path = tmp_path / "out"
    expected = [str(number) for number in range(60)]
    for line in expected:
        sample.append_line.enqueue(str(path), line)
    for _ in range(2):
        _start(processes, "--concurrency", "3")
    _wait_for(lambda: _mine().filter(status="SUCCESSFUL").count() == 60, 60)
    assert sorted(_lines(path), key=int) == expected
    assert set(_mine().values_list("attempts", flat=True)) == {1}


def test_once_runs_what_is_due_and_leaves(processes: list[subprocess.Popen[str]], tmp_path: Path) -> None:
    path = tmp_path / "out"
    sample.append_line.enqueue(str(path), "one")
    process = _start(processes, "--once")
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "tasks run" in said
    assert _lines(path) == ["one"]


class TestInThisProcess:
    """The same worker in a thread, where the moments can be steered."""

    @pytest.fixture(autouse=True)
    def _steer(self, settings: object) -> None:
        settings.OUTBOX_CRON = {}  # type: ignore[attr-defined]
        sample.started.clear()
        sample.release.clear()

    def _run(self, worker: Worker) -> tuple[threading.Thread, list[bool]]:
        outcome: list[bool] = []
        thread = threading.Thread(target=in_thread(lambda: outcome.append(worker.run())))
        thread.start()
        return thread, outcome

    def test_heartbeats_keep_a_long_task(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(worker_module, "HEARTBEAT_SECONDS", 0.1)
        sample.wait_then_check.enqueue(str(tmp_path / "out"))
        worker = Worker()
        thread, outcome = self._run(worker)
        assert sample.started.wait(20)
        before = _mine().get().due_at
        _wait_for(lambda: _mine().get().due_at > before)
        worker.stop()
        after = _mine().get().due_at
        _wait_for(lambda: _mine().get().due_at > after)  # still kept while it finishes
        sample.release.set()
        thread.join(20)
        assert outcome == [True]
        assert (_mine().get().status, _lines(tmp_path / "out")) == ("SUCCESSFUL", ["acted"])

    def test_a_task_taken_over_stops_before_it_acts(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        sample.wait_then_check.enqueue(str(tmp_path / "out"))
        worker = Worker()
        thread, _ = self._run(worker)
        assert sample.started.wait(20)
        taken = claims.claim("another", timezone.now() + timedelta(seconds=31))
        assert taken is not None
        sample.release.set()
        worker.stop()
        thread.join(20)
        assert _lines(tmp_path / "out") == []
        assert (_mine().get().status, _mine().get().worker) == ("RUNNING", "another")

    def test_a_task_that_outlives_the_grace_time_is_given_back(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(worker_module, "GRACE_SECONDS", 0.3)
        sample.wait_then_check.enqueue(str(tmp_path / "out"))
        worker = Worker()
        thread, outcome = self._run(worker)
        assert sample.started.wait(20)
        worker.stop()
        thread.join(20)
        assert outcome == [False]
        row = _mine().get()
        assert (row.status, row.attempts) == ("READY", 0)
        sample.release.set()
        _wait_for(lambda: not worker.running())
        assert _lines(tmp_path / "out") == []

    @pytest.mark.postgres
    def test_a_database_that_restarts_does_not_stop_the_worker(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(worker_module, "HEARTBEAT_SECONDS", 0.1)
        worker = Worker(concurrency=2)
        thread, outcome = self._run(worker)
        sample.append_line.enqueue(str(tmp_path / "out"), "before")
        _wait_for(lambda: _lines(tmp_path / "out") == ["before"])
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
            assert cursor.fetchone()[0] >= 2
        sample.append_line.enqueue(str(tmp_path / "out"), "after")
        _wait_for(lambda: _lines(tmp_path / "out") == ["before", "after"])
        worker.stop()
        thread.join(20)
        assert outcome == [True]

    def test_late_tasks_are_counted(self) -> None:
        sample.once.enqueue()
        assert queries.summary().late == 0
        found = queries.summary(timezone.now() + timedelta(minutes=2))
        assert (found.late, found.ready, found.running, found.dead) == (1, 1, 0, 0)
        assert found.oldest_due is not None
