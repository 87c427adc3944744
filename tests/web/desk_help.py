"""Officers at the browser, for tests of the desk."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from tests import factories as made
from tongban.accounts import queries as accounts
from tongban.cases import queries
from tongban.core.actors import SYSTEM, Actor

ITEM = "disinfect_producer"


def signed_in(account: str) -> Client:
    """A browser in which ``account`` is signed in."""
    client = Client()
    client.force_login(get_user_model().objects.get(pk=account))
    return client


def actor(account: str, now: dt.datetime | None = None) -> Actor:
    """The officer behind an account."""
    return accounts.actor_for(account, now or timezone.now())


def new_case(now: dt.datetime, serial: int = 1, item: str = ITEM, **choices: str) -> str:
    """A case of an enterprise of its own, handed in at ``now``."""
    person = accounts.actor_for(made.enterprise(now, serial, f"津滨示例{serial}号企业"), now)
    return made.submitted(person, next(iter(person.applicant_ids)), item, now, **choices).number


def status_of(number: str) -> str:
    """The status of a case."""
    return str(queries.case_for_desk(number, SYSTEM, timezone.now()).status)


class Desk:
    """An officer at one case."""

    def __init__(self, account: str, number: str) -> None:
        self.account, self.number, self.client = account, number, signed_in(account)

    @property
    def seq(self) -> int:
        """The number of the case's last event."""
        return queries.case_for_desk(self.number, SYSTEM, timezone.now()).seq

    def open(self, rest: str = "") -> str:
        """A page of the case."""
        answer = self.client.get(f"/desk/cases/{self.number}/{rest}")
        assert answer.status_code == 200
        return answer.content.decode()

    def post(self, rest: str, **data: object) -> None:
        """A small step that has to work."""
        answer = self.client.post(f"/desk/cases/{self.number}/{rest}", data)
        assert answer.status_code == 302, answer.content.decode()[-3000:]

    def do(self, verb: str, **data: object) -> str:
        """Preview a verb, then confirm it; returns the preview."""
        address = f"/desk/cases/{self.number}/do/{verb}/"
        data = {"expected_seq": self.seq, **data}
        panel = self.client.get(address, {"review": str(data["review"])} if "review" in data else {})
        assert panel.status_code == 200
        preview = self.client.post(address, {**data, "step": "preview"})
        if preview.status_code == 302:
            return ""
        assert preview.status_code == 200, preview.content.decode()[-3000:]
        answer = self.client.post(address, {**data, "step": "do"})
        assert answer.status_code == 302, answer.content.decode()[-3000:]
        return preview.content.decode()
