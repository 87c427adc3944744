"""The workload through our own services: eight durable steps a case, in processes of their own.

What is not part of a step is not timed: filling in the draft before it is signed, and the certificate's file, which
the background worker makes between ``issue`` and ``close``. So every worker first takes all its cases through steps
one to seven, all workers wait for one another, the files are recorded, and then comes step eight.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from statistics import median
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.utils import timezone

from tongban.accounts import queries as accounts
from tongban.cases import services as cases
from tongban.commands.bench import item, world
from tongban.core.actors import Actor
from tongban.licences import queries as licence_queries
from tongban.licences import services as licences

WARM_UP = 5
START_SECONDS = 120
OPINION = "经审查，该工程符合有关规划、消防、环保要求，材料齐全，" * 2 + "同意按申请内容办理。"
STEPS = ("submit", "accept", "planning", "fire", "environment", "decide", "issue", "close")


@dataclass
class Timed:
    """What one worker measured. Seconds; ``busy`` is CPU time, ``spans`` are the timed stretches (start, end)."""

    steps: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in STEPS})
    spans: list[tuple[float, float]] = field(default_factory=list)
    busy: float = 0.0
    statements: float = 0.0


@dataclass(frozen=True)
class Result:
    """The figures of one run."""

    lifecycles_per_s: float
    step_p50_ms: float
    step_p95_ms: float
    sql_per_lifecycle: float
    cpu_share: float

    def figures(self) -> dict[str, float]:
        """As the command prints them."""
        return {
            "lifecycles_per_s": round(self.lifecycles_per_s, 1),
            "step_p50_ms": round(self.step_p50_ms, 3),
            "step_p95_ms": round(self.step_p95_ms, 3),
            "sql_per_lifecycle": round(self.sql_per_lifecycle, 1),
            "cpu_share": round(self.cpu_share, 2),
        }


class Counter:
    """Counts SQL statements. The database layer sends transaction control by another way: it is not counted."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT"))
        return execute(sql, params, many, context)


class Desk:
    """The people of the bench, signed in once: each officer acts on every case."""

    def __init__(self, officers: dict[str, int], now: datetime) -> None:
        self._officers = {name: accounts.actor_for(pk, now) for name, pk in officers.items()}
        self._applicants: dict[int, Actor] = {}
        self._now = now

    def applicant(self, user_id: int) -> Actor:
        """The agent of an applicant."""
        if user_id not in self._applicants:
            self._applicants[user_id] = accounts.actor_for(user_id, self._now)
        return self._applicants[user_id]

    def submit(self, draft: world.Prepared) -> str:
        """Step one; returns the number."""
        return cases.submit(
            draft_id=draft.draft_id,
            actor=self.applicant(draft.user_id),
            signature=draft.name,
            declared=True,
            submission_key=draft.submission_key,
            now=timezone.now(),
        ).number

    def steps(self, number: str) -> list[tuple[str, Callable[[], object]]]:
        """Steps two to seven."""
        by = self._officers

        def opinion(key: str) -> Callable[[], object]:
            return lambda: cases.give_opinion(
                number=number,
                actor=by[f"review-{key}"],
                review_key=key,
                outcome="agree",
                opinion=OPINION,
                now=timezone.now(),
            )

        return [
            ("accept", lambda: cases.accept(number=number, actor=by["window"], now=timezone.now())),
            *((key, opinion(key)) for key in item.REVIEWS),
            ("decide", lambda: cases.grant(number=number, actor=by["decider"], now=timezone.now())),
            ("issue", lambda: cases.make_certificate(number=number, actor=by["certificates"], now=timezone.now())),
        ]

    def close(self, number: str) -> None:
        """Step eight."""
        cases.deliver(
            number=number,
            actor=self._officers["certificates"],
            method="electronic",
            recipient="",
            now=timezone.now(),
        )


def measured(act: Callable[[], Any], into: list[float]) -> Any:
    """Do ``act`` and note how long it took."""
    start = time.perf_counter()
    value = act()
    into.append(time.perf_counter() - start)
    return value


def until_issue(desk: Desk, drafts: Sequence[world.Prepared], timed: Timed) -> list[str]:
    """Steps one to seven of every draft; returns the numbers."""
    numbers = []
    for draft in drafts:
        number = measured(partial(desk.submit, draft), timed.steps["submit"])
        for name, act in desk.steps(number):
            measured(act, timed.steps[name])
        numbers.append(number)
    return numbers


def record_files(numbers: Sequence[str]) -> None:
    """What the background worker does between issue and close. One sheet stands for all: its look is not measured."""
    sheet = "tongban.licences.services.files"
    with patch(f"{sheet}.typeset", return_value=b""), patch(f"{sheet}.signing.sign_pdf", return_value=b"%PDF-1.7"):
        for number in numbers:
            for made in licence_queries.for_case(f"case:{number}"):
                licences.make_file(licence_id=made.id, now=timezone.now(), version=made.version)


def close_all(desk: Desk, numbers: Sequence[str], timed: Timed) -> None:
    """Step eight of every case."""
    for number in numbers:
        measured(partial(desk.close, number), timed.steps["close"])


def _warm(desk: Desk, drafts: Sequence[world.Prepared]) -> float:
    """Five cases untimed; the later four count the statements, once caches and prepared statements exist.

    Whoever acts is signed in before: reading who somebody is belongs to a request, not to a verb.
    """
    counter, thrown_away = Counter(), Timed()
    for draft in drafts:
        desk.applicant(draft.user_id)
    close_after: list[str] = until_issue(desk, drafts[:1], thrown_away)
    with connection.execute_wrapper(counter):
        close_after += until_issue(desk, drafts[1:], thrown_away)
    record_files(close_after)
    close_all(desk, close_after[:1], thrown_away)
    with connection.execute_wrapper(counter):
        close_all(desk, close_after[1:], thrown_away)
    return counter.count / (len(drafts) - 1)


def _worker(officers: dict[str, int], drafts: list[world.Prepared], barrier: Any, results: Any) -> None:
    desk, timed = Desk(officers, timezone.now()), Timed()
    timed.statements = _warm(desk, drafts[:WARM_UP])
    rest = drafts[WARM_UP:]
    numbers: list[str] = []

    def stretch(act: Callable[[], object]) -> None:
        barrier.wait(START_SECONDS)
        busy, start = time.process_time(), time.perf_counter()
        act()
        timed.spans.append((start, time.perf_counter()))
        timed.busy += time.process_time() - busy

    stretch(lambda: numbers.extend(until_issue(desk, rest, timed)))
    barrier.wait(3600)
    record_files(numbers)
    stretch(lambda: close_all(desk, numbers, timed))
    results.put(timed)


def run(made: world.World, cases_wanted: int, workers: int) -> Result:
    """Take ``cases_wanted`` cases through the workload with ``workers`` processes."""
    drafts = world.drafts(made.models, cases_wanted + WARM_UP * workers)
    hands = list(world.batches(drafts, workers))
    parts = together(_worker, [(made.officers, hand) for hand in hands])
    return summarise(parts, cases_wanted)


def together(work: Callable[..., None], arguments: Sequence[tuple[Any, ...]]) -> list[Timed]:
    """Run ``work(*arguments, barrier, results)`` in one forked process for each entry; their measurements."""
    connection.close()
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(len(arguments)), context.Queue()
    processes = [context.Process(target=work, args=(*each, barrier, results)) for each in arguments]
    for process in processes:
        process.start()
    parts: list[Timed] = []
    while len(parts) < len(processes):
        if any(process.exitcode for process in processes):
            for process in processes:
                process.kill()
            raise RuntimeError("a worker of the benchmark failed; its error stands above")
        if not results.empty():
            parts.append(results.get())
        time.sleep(0.02)
    for process in processes:
        process.join()
    return parts


def summarise(parts: Sequence[Timed], count: int) -> Result:
    """One figure from every worker's measurements; a stretch lasts from the first start to the last end."""
    stretches = zip(*(part.spans for part in parts), strict=True)
    elapsed = sum(max(end for _, end in each) - min(start for start, _ in each) for each in stretches)
    steps = sorted(value * 1000 for part in parts for values in part.steps.values() for value in values)
    return Result(
        lifecycles_per_s=count / elapsed,
        step_p50_ms=median(steps),
        step_p95_ms=steps[min(len(steps) - 1, int(len(steps) * 0.95))],
        sql_per_lifecycle=median(part.statements for part in parts),
        cpu_share=sum(part.busy for part in parts) / (elapsed * len(parts)),
    )
