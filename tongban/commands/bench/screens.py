"""The workload through the screens: signed-in people, forms read from their pages, the production server.

A step is the form sent and the page that follows it. The form itself is opened before (a document of legal effect is
previewed before, too): that is timed apart, and ``with_forms_per_s`` has both. An answer other than the expected one
ends the run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Any

from django.db import connection
from django.utils import timezone

from tongban.commands.bench import item, lifecycle, server, world
from tongban.commands.bench.browser import Browser, Form, Unexpected

WARM_UP = 3
#: Clients that submit at one place at once, and submissions of each run.
CROWDS = (2, 8)
#: Seconds that a stretch of all clients may take.
STRETCH_SECONDS = 600


@dataclass(frozen=True)
class Step:
    """One step: whose it is, the address under the case, what is written into the form."""

    name: str
    officer: str
    verb: str
    review: str = ""
    entries: dict[str, str] = field(default_factory=dict)


_AGREE = {"outcome": "agree", "opinion": lifecycle.OPINION}
STEPS = (
    Step("accept", "window", "accept"),
    *(Step(key, f"review-{key}", "opinion", key, _AGREE) for key in item.REVIEWS),
    Step("decide", "decider", "grant"),
    Step("issue", "certificates", "make_certificate"),
    Step("close", "certificates", "deliver", entries={"method": "electronic"}),
)


@dataclass
class Case:
    """A case on its way: its draft, then its number; and the form that is open for it."""

    draft: world.Prepared
    number: str = ""
    action: str = ""
    form: Form | None = None


class People:
    """Everybody of the bench, each signed in with a browser of their own."""

    def __init__(self, port: int, officers: Iterable[str], drafts: Sequence[world.Prepared]) -> None:
        self._officers = {name: Browser(port) for name in officers}
        for name, browser in self._officers.items():
            browser.sign_in("/desk/sign-in/", f"bench-{name}", world.PASSWORD)
        self._applicants: dict[int, Browser] = {}
        for draft in drafts:
            if draft.user_id not in self._applicants:
                self._applicants[draft.user_id] = Browser(port)
                self._applicants[draft.user_id].sign_in("/sign-in/", draft.handle, world.PASSWORD)

    def open_submission(self, case: Case) -> None:
        """The page on which an applicant checks everything and signs."""
        case.action = f"/apply/{case.draft.draft_id}/check/"
        case.form = self._applicants[case.draft.user_id].get(case.action).form(case.action, case.action)

    def send_submission(self, case: Case) -> None:
        """Sign and hand in."""
        assert case.form is not None
        entries = {**case.form.entries, "declared": "on", "signature": case.draft.name}
        answer = self._applicants[case.draft.user_id].post(case.action, entries)
        _cases, _slash, rest = answer.location.partition("/cases/")
        case.number = rest.partition("/")[0]
        if not answer.location.endswith("/receipt/"):
            raise Unexpected(f"{case.action} led to {answer.location}")

    def submit(self, case: Case) -> None:
        """Sign, hand in, and read the receipt."""
        self.send_submission(case)
        self._read(self._applicants[case.draft.user_id], f"/cases/{case.number}/receipt/", case.number)

    def open(self, step: Step, case: Case) -> None:
        """Open an officer's panel; fill it in, and preview where the verb has a document."""
        case.action = f"/desk/cases/{case.number}/do/{step.verb}/"
        there = f"{case.action}?review={step.review}" if step.review else case.action
        browser = self._officers[step.officer]
        form = browser.get(there).form(case.action, there)
        form.entries |= step.entries
        if ("step", "do") not in form.buttons:
            shown = browser.post(case.action, {**form.entries, "step": "preview"}, status=200)
            form = shown.form(case.action, case.action)
        case.form = form

    def do(self, step: Step, case: Case) -> None:
        """Send the panel and read the page of the case."""
        assert case.form is not None
        browser = self._officers[step.officer]
        answer = browser.post(case.action, {**case.form.entries, "step": "do"})
        if answer.location != f"/desk/cases/{case.number}/":
            raise Unexpected(f"{case.action} led to {answer.location}")
        self._read(browser, answer.location, case.number)

    @staticmethod
    def _read(browser: Browser, address: str, number: str) -> None:
        if number.encode() not in browser.get(address).body:
            raise Unexpected(f"{address} is not about {number}")


class Rounds:
    """The stretches of one client: every client begins each of them together."""

    def __init__(self, barrier: Any) -> None:
        self._barrier = barrier
        self.timed = lifecycle.Timed()
        self.opening: list[tuple[float, float]] = []

    def open(self, act: Callable[[Case], None], cases: Sequence[Case]) -> None:
        """Open the forms of all cases."""
        self.opening.append(self._stretch(act, cases, []))

    def send(self, name: str, act: Callable[[Case], None], cases: Sequence[Case]) -> None:
        """Send the forms of all cases, each timed."""
        self.timed.spans.append(self._stretch(act, cases, self.timed.steps[name]))

    def _stretch(self, act: Callable[[Case], None], cases: Sequence[Case], into: list[float]) -> tuple[float, float]:
        self._barrier.wait(STRETCH_SECONDS)
        start, busy = time.perf_counter(), time.process_time()
        for case in cases:
            lifecycle.measured(partial(act, case), into)
        self.timed.busy += time.process_time() - busy
        return start, time.perf_counter()


class _Alone:
    """A barrier for the warm-up, in which nobody waits."""

    def wait(self, _seconds: float) -> None:
        """Go on."""


def _walk(people: People, cases: Sequence[Case], barrier: Any) -> Rounds:
    """All steps of all cases, step by step."""
    rounds = Rounds(barrier)
    rounds.open(people.open_submission, cases)
    rounds.send("submit", people.submit, cases)
    for step in STEPS:
        if step.name == "close":
            lifecycle.record_files([case.number for case in cases])
            connection.close()
        rounds.open(partial(people.open, step), cases)
        rounds.send(step.name, partial(people.do, step), cases)
    return rounds


def _client(port: int, drafts: list[world.Prepared], barrier: Any, results: Any) -> None:
    people = People(port, world.OFFICERS, drafts)
    cases = [Case(draft) for draft in drafts]
    _walk(people, cases[:WARM_UP], _Alone())
    rounds = _walk(people, cases[WARM_UP:], barrier)
    rounds.timed.spans += rounds.opening
    results.put(rounds.timed)


def _submitter(port: int, drafts: list[world.Prepared], barrier: Any, results: Any) -> None:
    people = People(port, (), drafts)
    cases = [Case(draft) for draft in drafts]
    rounds = Rounds(barrier)
    for case in cases:
        people.open_submission(case)
    for case in cases[:WARM_UP]:
        people.send_submission(case)
    rounds.send("submit", people.send_submission, cases[WARM_UP:])
    results.put(rounds.timed)


def _dealt(made: world.World, count: int, clients: int) -> list[list[world.Prepared]]:
    return list(world.batches(world.drafts(made.models, count + WARM_UP * clients), clients))


def _elapsed(spans: Iterable[Sequence[tuple[float, float]]]) -> float:
    """Seconds of all stretches, each from the first client's start to the last one's end."""
    return sum(max(end for _, end in each) - min(start for start, _ in each) for each in spans)


def _lifecycles(port: int, made: world.World, count: int, clients: int = 2) -> dict[str, float]:
    hands = _dealt(made, count, clients)
    parts = lifecycle.together(_client, [(port, hand) for hand in hands])
    stretches = list(zip(*(part.spans for part in parts), strict=True))
    sending, opening = stretches[: len(lifecycle.STEPS)], stretches[len(lifecycle.STEPS) :]
    times = sorted(value * 1000 for part in parts for values in part.steps.values() for value in values)
    return {
        "lifecycles_per_s": count / _elapsed(sending),
        "with_forms_per_s": count / (_elapsed(sending) + _elapsed(opening)),
        "step_p50_ms": median(times),
        "step_p95_ms": percentile(times, 0.95),
        "client_cpu_share": sum(part.busy for part in parts) / ((_elapsed(sending) + _elapsed(opening)) * clients),
    }


def _submissions(port: int, made: world.World, count: int, clients: int) -> dict[str, float]:
    hands = _dealt(made, count, clients)
    parts = lifecycle.together(_submitter, [(port, hand) for hand in hands])
    times = sorted(value * 1000 for part in parts for value in part.steps["submit"])
    return {
        "submissions_per_s": count / _elapsed(zip(*(part.spans for part in parts), strict=True)),
        "p50_ms": median(times),
        "p95_ms": percentile(times, 0.95),
    }


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the ``ordered`` ones lie."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def run(cases: int, rounds: int) -> dict[str, object]:
    """``rounds`` times: ``cases`` lifecycles by two clients, then four times as many submissions by each crowd."""
    world.check_empty()
    made = world.build(timezone.now())
    whole: list[dict[str, float]] = []
    crowds: dict[int, list[dict[str, float]]] = {clients: [] for clients in CROWDS}
    with server.running() as port:
        for _ in range(rounds):
            whole.append(_lifecycles(port, made, cases))
            for clients, results in crowds.items():
                results.append(_submissions(port, made, cases * 4, clients))
    return {
        "screens": medians(whole),
        **{f"submitting_{clients}_clients": medians(results) for clients, results in crowds.items()},
    }


def medians(results: Sequence[dict[str, float]]) -> dict[str, float]:
    """Each figure's median over the rounds."""
    return {name: round(median(each[name] for each in results), 2) for name in results[0]}
