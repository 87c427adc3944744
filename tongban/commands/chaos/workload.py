"""The people who work meanwhile: they hand in applications and take them to the licence, over HTTP.

Whatever they are told has been done is written down (acknowledged). When an answer is lost they look whether it was
done, as a person would, and send it again if not.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.http import HttpRequest
from django.utils import timezone

from tongban.accounts import services as account_services
from tongban.calendars import services as calendar_services
from tongban.cases import queries, services
from tongban.cases.queries.views import ReviewView
from tongban.catalogue import services as catalogue_services
from tongban.commands import demo_data
from tongban.commands.chaos.scene import HOST, Scene, token
from tongban.commands.demo_data import hall
from tongban.commands.demo_data.applications import Application, load
from tongban.core.actors import SYSTEM, Actor
from tongban.records import queries as records

T = TypeVar("T")

#: A licence with reviews, and a filing.
ITEMS = (("firework_transport", "trip"), ("precursor3_buy", ""))
PATIENCE_SECONDS = 300
LOST = (OSError, http.client.HTTPException)


class Unexpected(Exception):
    """The site said something that no kill explains."""


@dataclass(frozen=True)
class Acknowledged:
    """The site said that ``verb`` was done on case ``number``; ``review`` for a department's."""

    number: str
    verb: str
    review: str = ""


@dataclass
class Tally:
    """What happened. ``lost``: requests whose answer never came; ``lost_done``: of these, done all the same."""

    cases: int = 0
    acknowledged: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    lost_done: int = 0
    unavailable: int = 0


class Crowd:
    """Everybody at work."""

    def __init__(self, scene: Scene, clients: int) -> None:
        self.scene = scene
        self.tally = Tally()
        self.done: list[Acknowledged] = []
        self.faults: list[str] = []
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._work, args=(place,), daemon=True) for place in range(clients)]
        self.register: demo_data.Register | None = None

    def prepare(self) -> None:
        """Calendar, organisations, items and officers in an empty database."""
        now = timezone.now()
        call_command("migrate", interactive=False, verbosity=0)
        calendar_services.ensure_seed(now=now)
        calendar_services.load_demo_year(now=now)
        account_services.ensure_organisations()
        catalogue_services.ensure_bundled(actor=SYSTEM, now=now)
        hall.staff()
        self.register = demo_data.Register(now)
        for item_key, variant in ITEMS:
            for application in _applications(item_key, variant):
                self.register.account(application.name, application.kind)
        connections.close_all()

    def start(self) -> None:
        """Begin to work."""
        for thread in self.threads:
            thread.start()

    def finish(self, seconds: float) -> None:
        """Let everybody finish the case in hand."""
        self.stopping.set()
        deadline = time.monotonic() + seconds
        while any(thread.is_alive() for thread in self.threads) and time.monotonic() < deadline:
            self.scene.revive()
            time.sleep(0.2)
        if any(thread.is_alive() for thread in self.threads):
            self.faults.append("somebody could not finish a case in time")

    def note(self, number: str, verb: str, review: str = "") -> None:
        """Write down what the site acknowledged."""
        with self.lock:
            self.done.append(Acknowledged(number, verb, review))
            self.tally.acknowledged[verb] = self.tally.acknowledged.get(verb, 0) + 1
            self.tally.cases += verb == "submit"

    def count(self, what: str) -> None:
        """Count a lost or refused answer."""
        with self.lock:
            setattr(self.tally, what, getattr(self.tally, what) + 1)

    def _work(self, place: int) -> None:
        errand = 0
        try:
            while not self.stopping.is_set():
                item_key, variant = ITEMS[errand % len(ITEMS)]
                found = _applications(item_key, variant)
                Errand(self, item_key, found[place % len(found)]).run()
                errand += 1
        except Exception as error:  # the verdict names it; the others go on
            self.faults.append(f"{type(error).__name__}: {error}"[:2000])
        finally:
            connection.close()


def _applications(item_key: str, variant: str) -> list[Application]:
    return [item for item in load(item_key) if not variant or item.variant == variant]


def patient(read: Callable[[], T]) -> T:
    """What ``read`` returns; while the database is dead, again and again."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return read()
        except (DatabaseError, UpdateError):  # the second is how a session says that the database is away
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


class Errand:
    """One application from the form to the delivery."""

    def __init__(self, crowd: Crowd, item_key: str, application: Application) -> None:
        self.crowd, self.item_key, self.application = crowd, item_key, application
        self.number = ""

    def run(self) -> None:
        """Everything, in order."""
        self._submit()
        story = hall.Story(self.number, self.applicant, timezone.now())
        patient(lambda: story.step(timezone.now()).check())
        intake = patient(story._intake)
        if patient(lambda: story.view).track == "filing":
            self._act("file", intake)
        else:
            self._act("accept", intake)
            self._reviews(story)
            self._act("grant", patient(story._decider), reasons="")
        step = patient(lambda: story.view).version.spec.procedure
        maker = step.certificate or step.decision
        clerk = patient(lambda: story.officer(story._organisation(maker.organisation), maker.duty.value))
        if patient(lambda: story.view).version.spec.result.licence_type is not None:
            self._act("make_certificate", clerk)
            self._await_licence()
        last = step.delivery or maker
        hand = patient(lambda: story.officer(story._organisation(last.organisation), last.duty.value))
        self._act("deliver", hand, method="window", recipient="经办人本人")

    def _submit(self) -> None:
        """Fill in through the services, hand in over HTTP until the site says the number."""
        register = self.crowd.register
        assert register is not None
        account = patient(lambda: register.account(self.application.name, self.application.kind))
        draft_id, self.applicant = patient(lambda: hall.fill(self.application, self.item_key, account, timezone.now()))
        view = patient(lambda: queries.draft(draft_id, self.applicant, timezone.now()))
        browser = Browser(self.crowd.scene.port, account)
        data = {"declared": "on", "signature": view.applicant_name, "submission_key": view.submission_key}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.number:
            answer = self._send(browser, f"/apply/{draft_id}/check/", data, deadline)
            if answer is not None and answer.status == 302:
                self.number = answer.location.strip("/").split("/")[1]
                self.crowd.note(self.number, "submit")
            elif answer is not None:
                raise Unexpected(f"submit {self.item_key}: {answer}")

    def _reviews(self, story: hall.Story) -> None:
        for row in patient(lambda: story.view).reviews:
            self._review(story, row)

    def _review(self, story: hall.Story, row: ReviewView) -> None:
        steps = patient(lambda: story.view).version.spec.procedure.reviews
        duty = next(item.duty.value for item in steps if item.key == row.key)
        first, second = patient(lambda: [story.officer(row.organisation, duty, place) for place in (0, 1)])
        patient(lambda: self._find_all(row, first))
        self._act("opinion", first, review=row.key, outcome="agree", opinion="符合条件，同意。")
        if row.officers > 1:
            self._act("countersign", second, review=row.key, agree="yes", remark="")

    def _find_all(self, row: ReviewView, officer: Actor) -> None:
        for finding in row.findings:
            services.record_finding(
                number=self.number,
                actor=officer,
                step=row.key,
                point=finding.point.key,
                met=True,
                now=timezone.now(),
            )

    def _act(self, verb: str, officer: Actor, **data: str) -> None:
        """Do ``verb`` at the desk until the site says it is done, or the case says so after a lost answer."""
        browser = Browser(self.crowd.scene.port, officer.id)
        review = data.get("review", "")
        asked = False
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            seq = patient(lambda: queries.case_for_desk(self.number, SYSTEM, timezone.now()).seq)
            if asked and self._happened(verb, review):
                self.crowd.count("lost_done")
                return
            body = {**data, "expected_seq": str(seq), "step": "do"}
            answer = self._send(browser, f"/desk/cases/{self.number}/do/{verb}/", body, deadline)
            if answer is None:
                asked = True
            elif answer.status == 302:
                self.crowd.note(self.number, verb, review)
                return
            elif answer.status != 409 or not asked:
                raise Unexpected(f"{verb} on {self.number}: {answer}")

    def _send(self, browser: Browser, path: str, data: dict[str, str], deadline: float) -> Answer | None:
        """One request; None when its answer was lost or the site could not say (503)."""
        if time.monotonic() > deadline:
            raise Unexpected(f"{path}: no answer for {PATIENCE_SECONDS} seconds")
        try:
            answer = browser.post(path, data)
        except LOST:
            self.crowd.count("lost")
            time.sleep(0.2)
            return None
        if answer.status == 503 and self.crowd.scene.database_may_be_down():
            self.crowd.count("unavailable")
            time.sleep(0.2)
            return None
        return answer

    def _happened(self, verb: str, review: str) -> bool:
        events = patient(lambda: records.events(f"case:{self.number}"))
        return any(item.verb == verb and (not review or item.facts.get("review") == review) for item in events)

    def _await_licence(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            row = patient(lambda: queries.case_for_desk(self.number, SYSTEM, timezone.now()).licence)
            if row is not None and row.open:
                return
            time.sleep(0.3)
        raise Unexpected(f"the licence of {self.number} was not made within {PATIENCE_SECONDS} seconds")


@dataclass(frozen=True)
class Answer:
    """What the site answered."""

    status: int
    location: str
    text: str

    def __str__(self) -> str:
        start = self.text.find("<h1")
        return f"{self.status} {' '.join(self.text[start : start + 600].split())}"


class Browser:
    """Somebody who is signed in; each request is a connection of its own."""

    def __init__(self, port: int, account: str) -> None:
        self.port = port
        self.csrf = token()
        self.session = patient(lambda: signed_in(account))

    def post(self, path: str, data: dict[str, Any]) -> Answer:
        """Send a form. Raises OSError or HTTPException when no answer comes."""
        cookies = {settings.SESSION_COOKIE_NAME: self.session, settings.CSRF_COOKIE_NAME: self.csrf}
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
            "X-CSRFToken": self.csrf,
        }
        link = http.client.HTTPConnection(HOST, self.port, timeout=40)
        try:
            link.request("POST", path, urlencode(data), headers)
            answer = link.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            link.close()
        return Answer(answer.status, urlsplit(answer.headers.get("Location", "")).path, text)


def signed_in(account: str) -> str:
    """The key of a fresh session of ``account``, as its sign-in makes it."""
    request = HttpRequest()
    request.session = SessionStore()
    login(request, get_user_model().objects.get(pk=account))
    request.session.save()
    return str(request.session.session_key)
