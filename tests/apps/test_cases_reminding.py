"""Reminders an officer sends: only of what is asked, once a day, and never to nobody."""

from __future__ import annotations

import pytest

from tests import factories
from tests.apps.cases_help import begin, open_hall, own_folders, refusal, sound, verbs  # noqa: F401
from tongban.accounts.models import Applicant, ApplicantAccess
from tongban.cases import services
from tongban.core.errors import Forbidden, Refused
from tongban.gateways import mail

pytestmark = pytest.mark.django_db


def letters(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sent: list[str] = []
    monkeypatch.setattr(mail, "send", lambda **message: sent.append(message["message_id"]))
    return sent


def test_an_open_correction_is_reminded_of_once_a_day(monkeypatch):
    walk = begin(open_hall(), "2026-03-02", variant="change").ask_correction()
    factories.run_tasks()
    sent = letters(monkeypatch)
    walk.go("2026-03-03").do(services.remind, "window")
    assert refusal(lambda: walk.do(services.remind, "window"), Refused).code == "reminded"
    walk.go("2026-03-04").do(services.remind, "window")
    factories.run_tasks()
    assert sent == [f"remind-{walk.number}-1-2026-03-03", f"remind-{walk.number}-1-2026-03-04"]
    assert verbs(walk.number).count("remind") == 2
    sound()


def test_an_open_question_is_reminded_of_by_who_may_ask_it(monkeypatch):
    walk = begin(open_hall(), "2026-03-02", variant="new", premises="own").accept()
    walk.do(services.request_clarification, "decider", question="营业面积含不含仓库？")
    factories.run_tasks()
    sent = letters(monkeypatch)
    assert refusal(lambda: walk.do(services.remind, "window"), Forbidden).code == "not_your_post"
    walk.go("2026-03-03").do(services.remind, "decider")
    factories.run_tasks()
    assert sent == [f"remind-question-{walk.number}-1-2026-03-03"]
    assert any(entry.verb == "remind_question" for entry in walk.portal().story)
    sound()


def test_where_nothing_is_asked_or_nobody_would_get_it_there_is_no_reminder():
    walk = begin(open_hall(), "2026-03-02", variant="change")
    assert refusal(lambda: walk.do(services.remind, "window"), Refused).code == "nothing_asked"
    walk.ask_correction()
    Applicant.objects.update(email="", phone="")
    ApplicantAccess.objects.all().delete()
    assert refusal(lambda: walk.go("2026-03-03").do(services.remind, "window"), Refused).code == "no_address"


def test_an_answer_that_comes_first_leaves_the_letter_unsent(monkeypatch):
    walk = begin(open_hall(), "2026-03-02", variant="change").ask_correction()
    factories.run_tasks()
    walk.go("2026-03-03").do(services.remind, "window")
    walk.correct()
    sent = letters(monkeypatch)
    factories.run_tasks()
    assert not [item for item in sent if item.startswith("remind-")]
