"""Tasks: enqueued with the transaction, claimed once, retried, dead in the open."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist

from tests.apps import outbox_tasks as sample
from tests.apps.records_help import in_thread
from tongban.commands import main
from tongban.core.errors import NotFound
from tongban.outbox import claims, queries, services
from tongban.outbox.lease import LeaseLost, current, ensure_lease
from tongban.outbox.models import Task
from tongban.outbox.worker import Worker, run_claim


@pytest.fixture(autouse=True)
def _no_cron(settings: object) -> None:
    settings.OUTBOX_CRON = {}  # type: ignore[attr-defined]


def _run_due(now: datetime | None = None) -> int:
    """Run everything due at ``now`` with a worker of this process."""
    count = 0
    while held := claims.claim("test", now or timezone.now()):
        run_claim(held)
        count += 1
    return count


@pytest.mark.django_db(transaction=True)
def test_a_task_exists_only_if_its_transaction_commits(tmp_path: Path) -> None:
    path = str(tmp_path / "out")
    with transaction.atomic():
        sample.append_line.enqueue(path, line="lost")
        transaction.set_rollback(True)
    with transaction.atomic():
        kept = sample.append_line.enqueue(path, line="kept 𠮷")
    assert Worker().run_due() == 1
    assert Path(path).read_text() == "kept 𠮷\n"
    kept.refresh()
    assert (kept.status, kept.return_value, kept.attempts) == (TaskResultStatus.SUCCESSFUL, "kept 𠮷", 1)
    assert Worker().run_due() == 0


@pytest.mark.django_db
def test_an_open_task_is_not_due_before_its_time_and_priority_goes_first(tmp_path: Path) -> None:
    path = str(tmp_path / "out")
    later = timezone.now() + timedelta(hours=1)
    sample.append_line.using(run_after=later).enqueue(path, "later")
    sample.append_line.enqueue(path, "first in")
    sample.append_line.using(priority=50).enqueue(path, "urgent")
    _run_due()
    assert Path(path).read_text().split("\n") == ["urgent", "first in", ""]
    assert queries.summary().ready == 1
    _run_due(later + timedelta(seconds=1))
    assert queries.summary().ready == 0


@pytest.mark.django_db
def test_the_same_key_enqueues_once(tmp_path: Path) -> None:
    path = str(tmp_path / "out")
    first = services.enqueue_once(sample.append_line, "notice:1", path, "one")
    assert services.enqueue_once(sample.append_line, "notice:1", path, "two").id == first.id
    _run_due()
    assert services.enqueue_once(sample.append_line, "notice:1", path, "three").status == TaskResultStatus.SUCCESSFUL
    services.enqueue_once(sample.append_line, "notice:2", path, "other")
    _run_due()
    assert Path(path).read_text() == "one\nother\n"


@pytest.mark.django_db(transaction=True)
def test_the_same_key_from_many_at_once_enqueues_once(tmp_path: Path) -> None:
    def enqueue() -> str:
        return services.enqueue_once(sample.append_line, "notice:1", str(tmp_path / "out"), "one").id

    with ThreadPoolExecutor(6) as pool:
        ids = {future.result() for future in [pool.submit(in_thread(enqueue)) for _ in range(6)]}
    assert len(ids) == 1
    assert Task.objects.count() == 1


@pytest.mark.django_db
def test_a_failure_is_tried_again_later_each_time_and_then_dead() -> None:
    task = sample.fail.enqueue("the server is away")
    now = timezone.now()
    waits = []
    for _ in range(2):
        _run_due(now)
        row = Task.objects.get()
        waits.append((row.due_at - timezone.now()).total_seconds())
        assert (row.status, row.reason) == ("READY", "the server is away")
        assert _run_due(timezone.now()) == 0
        now = row.due_at
    assert 3 < waits[0] < 6.5 < 10 < waits[1] < 19
    _run_due(now)
    (dead,) = queries.dead()
    assert (dead.id, dead.attempts, dead.reason) == (task.id, 3, "the server is away")
    assert "raise RuntimeError(words)" in dead.trace
    task.refresh()
    assert task.status == TaskResultStatus.FAILED
    assert task.errors[-1].exception_class is RuntimeError
    assert _run_due(now + timedelta(days=30)) == 0


def test_waits_grow_threefold_up_to_an_hour() -> None:
    for attempts, seconds in ((1, 5), (2, 15), (3, 45), (6, 1215), (7, 3600), (50, 3600)):
        for _ in range(20):
            assert 0.75 * seconds <= claims.delay(attempts).total_seconds() <= 1.25 * seconds


@pytest.mark.django_db
def test_giving_up_is_dead_at_once() -> None:
    sample.give_up.enqueue()
    _run_due()
    (dead,) = queries.dead()
    assert (dead.attempts, dead.reason) == (1, "this address does not exist")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("tests.apps.outbox_tasks.gone", "does not exist any more"),
        ("no.such.module.task", "does not exist any more"),
        ("tests.apps.outbox_tasks.not_a_task", "is not a task"),
        ("tests.apps.outbox_tasks.note_tick", "is not a task"),
    ],
)
def test_a_function_that_is_gone_says_so(path: str, reason: str) -> None:
    task = sample.once.enqueue()
    Task.objects.update(path=path)
    _run_due()
    (dead,) = queries.dead()
    assert reason in dead.reason
    assert path in dead.reason
    if "any more" in reason:
        with pytest.raises(TaskResultDoesNotExist):
            task.refresh()


@pytest.mark.django_db
def test_the_context_tells_the_attempt() -> None:
    task = sample.attempt.enqueue()
    _run_due()
    task.refresh()
    assert task.return_value == 1


@pytest.mark.django_db
def test_what_json_cannot_carry_is_refused_when_enqueued() -> None:
    with pytest.raises(TypeError):
        sample.append_line.enqueue(Path("x"), "y")  # type: ignore[arg-type]
    assert Task.objects.count() == 0


@pytest.mark.django_db
def test_dead_tasks_are_listed_restarted_and_discarded(capsys: pytest.CaptureFixture[str]) -> None:
    one, two = sample.give_up.enqueue(), sample.give_up.enqueue()
    alive = sample.once.using(run_after=timezone.now() + timedelta(days=1)).enqueue()
    _run_due()
    assert main(["tasks", "dead"]) == 0
    said = capsys.readouterr().out
    assert one.id in said
    assert "this address does not exist" in said
    assert main(["tasks", "dead", "--json"]) == 0
    assert {row["id"] for row in json.loads(capsys.readouterr().out)} == {one.id, two.id}
    assert main(["tasks", "retry", one.id]) == 0
    assert queries.task(one.id) is not None
    assert (Task.objects.get(pk=one.id).status, Task.objects.get(pk=one.id).attempts) == ("READY", 0)
    with pytest.raises(NotFound):
        services.retry(one.id)
    with pytest.raises(NotFound):
        services.discard(alive.id)
    assert main(["tasks", "retry", "--all"]) == 0
    assert "1 tasks put back" in capsys.readouterr().out
    _run_due()
    assert main(["tasks", "discard", two.id]) == 0
    assert main(["tasks", "retry", "unknown"]) == 2
    assert "no dead task" in capsys.readouterr().err
    assert [row.id for row in queries.dead()] == [one.id]
    assert [row.id for row in queries.unfinished()] == [alive.id]
    assert main(["tasks"]) == 0
    assert "this address does not exist" in capsys.readouterr().out
    assert main(["tasks", "summary"]) == 0
    assert "dead         1" in capsys.readouterr().out


@pytest.mark.django_db
def test_done_tasks_are_pruned_after_a_week_and_dead_ones_after_half_a_year() -> None:
    sample.once.enqueue()
    sample.give_up.enqueue()
    _run_due()
    sample.once.enqueue()
    now = timezone.now()
    assert services.prune(now + timedelta(days=6)) == 0
    assert services.prune(now + timedelta(days=8)) == 1
    assert services.prune(now + timedelta(days=179)) == 0
    assert services.prune(now + timedelta(days=181)) == 1
    assert Task.objects.get().status == "READY"


@pytest.mark.django_db(transaction=True)
def test_many_claims_at_once_never_take_the_same_task() -> None:
    with transaction.atomic():
        for _ in range(40):
            sample.once.enqueue()

    def take() -> list[str]:
        found = []
        for _ in range(60):
            held = claims.claim("w", timezone.now())
            if held:
                found.append(held.task_id)
        return found

    with ThreadPoolExecutor(6) as pool:
        taken = [one for future in [pool.submit(in_thread(take)) for _ in range(6)] for one in future.result()]  # type: ignore[attr-defined]
    assert len(taken) == len(set(taken)) == 40


@pytest.mark.django_db
def test_a_lease_is_kept_by_heartbeats_and_ends_without() -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    sample.once.enqueue()
    Task.objects.update(due_at=start)
    first = claims.claim("a", start)
    assert first is not None
    assert claims.claim("b", start + timedelta(seconds=29)) is None
    assert claims.extend(first, start + timedelta(seconds=25))
    assert claims.claim("b", start + timedelta(seconds=50)) is None
    second = claims.claim("b", start + timedelta(seconds=56))
    assert second is not None
    assert (second.task_id, second.fence, second.attempt) == (first.task_id, 2, 2)


@pytest.mark.django_db
def test_whoever_lost_the_lease_changes_nothing() -> None:
    sample.once.enqueue()
    now = timezone.now()
    first = claims.claim("a", now)
    second = claims.claim("b", now + timedelta(seconds=31))
    assert first is not None
    assert second is not None
    assert not claims.extend(first, now)
    assert not claims.succeed(first, "1", now)
    assert not claims.fail(first, "E", "", "late", now)
    assert not claims.release(first, now)
    row = Task.objects.get()
    assert (row.status, row.worker, row.errors, row.fence) == ("RUNNING", "b", "[]", 2)
    assert claims.succeed(second, "2", now)
    assert not claims.extend(second, now)
    assert Task.objects.get().return_value == "2"


@pytest.mark.django_db
def test_a_task_can_ask_whether_it_is_still_its_turn() -> None:
    ensure_lease()
    sample.once.enqueue()
    now = timezone.now()
    first = claims.claim("a", now)
    token = current.set(first)
    ensure_lease()
    claims.claim("b", now + timedelta(seconds=31))
    with pytest.raises(LeaseLost):
        ensure_lease()
    current.reset(token)


@pytest.mark.django_db
def test_a_task_that_kills_its_workers_ends_with_the_dead() -> None:
    sample.once.enqueue()
    now = timezone.now()
    for number in range(claims.DEATHS_ALLOWED):
        assert claims.claim("w", now + timedelta(minutes=number)) is not None
    assert claims.claim("w", now + timedelta(minutes=9)) is None
    (dead,) = queries.dead()
    assert "died or lost it 3 times" in dead.reason


@pytest.mark.django_db
def test_a_task_given_back_has_lost_no_attempt() -> None:
    sample.once.enqueue()
    held = claims.claim("a", timezone.now())
    assert held is not None
    assert claims.release(held, timezone.now())
    again = claims.claim("b", timezone.now())
    assert again is not None
    assert (again.attempt, again.fence) == (1, 2)


@pytest.mark.postgres
@pytest.mark.django_db
def test_due_tasks_are_found_through_the_partial_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
    found = Task.objects.filter(finished_at__isnull=True, due_at__lte=timezone.now()).order_by("-priority", "due_at")
    assert "outbox_task_due" in found.explain()


def test_only_outbox_tasks_can_be_enqueued_once() -> None:
    from django_tasks.base import Task as PlainTask

    with pytest.raises(TypeError, match="outbox"):
        services.enqueue_once(PlainTask(func=sample.note_tick), "key")


def test_a_wrong_number_of_threads_is_refused() -> None:
    with pytest.raises(SystemExit):
        main(["work", "--concurrency", "0"])
