"""Figures for Prometheus: what requests cost, and what waits.

Requests are counted in the process that answers them. With several server processes their counts are kept in files of
``PROMETHEUS_MULTIPROC_DIR`` (``tongban serve`` makes that directory) and added up when they are read. What waits is
read from the database when it is asked for, so every process tells the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from tongban.cases.queries import figures as cases
from tongban.core.dates import legal_date
from tongban.operations import probes
from tongban.outbox import queries as outbox
from tongban.records import queries as records

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_own = CollectorRegistry()
_requests = Counter(
    "tongban_requests", "Requests answered, by view, method and status", ("view", "method", "status"), registry=_own
)
_seconds = Histogram(
    "tongban_request_seconds", "Time to answer a request, by view", ("view",), buckets=_BUCKETS, registry=_own
)
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


def count_request(view: str, method: str, status: int, seconds: float) -> None:
    """One request answered. ``view`` is the name of the address, never the address: names are few and tell nobody."""
    _requests.labels(view, method if method in _METHODS else "other", str(status)).inc()
    _seconds.labels(view).observe(seconds)


def exposition(now: datetime | None = None) -> bytes:
    """Everything in Prometheus' text format."""
    registry = _own
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    waiting = CollectorRegistry(auto_describe=False)
    waiting.register(_Waiting(now or timezone.now()))
    return generate_latest(registry) + generate_latest(waiting)


class _Waiting(Collector):
    """What the database says, at one moment."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def describe(self) -> Iterable[Metric]:
        """Nothing: names are not needed before the values."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Tasks, workers, cases, seals, and the health of the installation."""
        yield from self._health()
        yield from self._tasks()
        yield from self._cases()
        yield _gauge("seal_lag_seconds", "Age of the earliest event that no seal covers", self._age(self._unsealed()))

    def _health(self) -> Iterator[Metric]:
        found = GaugeMetricFamily("tongban_probe", "1 ok, 0.5 poor, 0 down", labels=["probe"])
        for probe in probes.health(self.now).probes:
            found.add_metric([probe.name], {"ok": 1.0, "poor": 0.5, "down": 0.0}[probe.state])
        yield found
        release = GaugeMetricFamily("tongban_release", "The program that answers", labels=["release"])
        release.add_metric([settings.RELEASE], 1)
        yield release

    def _tasks(self) -> Iterator[Metric]:
        summary = outbox.summary(self.now)
        found = GaugeMetricFamily("tongban_tasks", "Background tasks, by state", labels=["state"])
        for state, count in (("ready", summary.ready), ("running", summary.running), ("dead", summary.dead)):
            found.add_metric([state], count)
        yield found
        yield _gauge("tasks_late", "Tasks due for more than a minute and not taken", summary.late)
        yield _gauge("task_wait_seconds", "How long the oldest due task has waited", self._age(summary.oldest_due))
        alive = [worker for worker in outbox.workers(self.now) if worker.alive]
        yield _gauge("workers_alive", "Workers that report", len(alive))

    def _cases(self) -> Iterator[Metric]:
        load = cases.load(legal_date(self.now))
        found = GaugeMetricFamily("tongban_cases", "Open cases, by condition", labels=["condition"])
        conditions = (("open", load.open), ("paused", load.paused), ("late", load.late), ("overdue", load.overdue))
        for condition, count in conditions:
            found.add_metric([condition], count)
        yield found

    def _age(self, since: datetime | None) -> float:
        return max(0.0, (self.now - since) / timedelta(seconds=1)) if since else 0.0

    def _unsealed(self) -> datetime | None:
        return records.unsealed_since()


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"tongban_{name}", meaning, value=value)
