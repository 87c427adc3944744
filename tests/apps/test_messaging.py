"""Messages: told once on every channel, tried again, given up, sent once more, read."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests import factories
from tests.apps.cases_help import at, begin, open_hall, own_folders, refusal, sound  # noqa: F401
from tongban.accounts import queries as accounts
from tongban.accounts import services as account_services
from tongban.cases import queries, services
from tongban.core.errors import Invalid, NotFound
from tongban.gateways import mail, sms
from tongban.messaging import queries as messages
from tongban.messaging import services as messaging
from tongban.messaging.models import Message

pytestmark = pytest.mark.django_db


def log(walk: Any) -> list[tuple[str, str, str]]:
    return [(row.kind, row.channel, row.state) for row in messages.of_case(walk.number)]


def test_a_notice_goes_out_on_every_channel_once(settings, tmp_path):
    settings.SMS_FILE_DIR = str(tmp_path / "sms")
    walk = begin(open_hall(), "2026-03-02", variant="change")
    factories.run_tasks()
    factories.run_tasks()
    told = log(walk)
    assert {(channel, state) for _, channel, state in told} == {("inapp", "sent"), ("mail", "sent"), ("sms", "sent")}
    assert len(told) == 3 * len(walk.portal().documents), "each document once on each channel"
    short = "".join(path.read_text("utf-8") for path in (tmp_path / "sms").iterdir())
    applicant = accounts.applicant(walk.row.applicant_id)
    assert walk.number in short
    assert applicant.name not in short
    assert applicant.id_number not in short
    letters = messages.inbox(int(walk.applicant.id))
    assert (letters.unread, letters.rows[0].reference) == (len(walk.portal().documents), walk.number)
    row = Message.objects.filter(channel="mail").latest("created_at")
    assert (row.to_masked, applicant.email in row.to_masked) == ("a***@example.com", False)
    stranger = accounts.actor_for(walk.hall.ids["window"], walk.now)
    refusal(lambda: messaging.read(message_id=letters.rows[0].id, actor=stranger, now=walk.now), NotFound)
    messaging.read(message_id=letters.rows[0].id, actor=walk.applicant, now=walk.now)
    assert messages.unread(int(walk.applicant.id)) == letters.unread - 1
    messaging.read_all(actor=walk.applicant, now=walk.now)
    assert messages.unread(int(walk.applicant.id)) == 0
    sound()


def test_what_cannot_go_out_is_tried_again_and_then_told(settings, monkeypatch):
    walk = begin(open_hall(), "2026-03-02", variant="change")
    down = mail.MailDeferred("the mail server did not take the message")

    def fail(**message: Any) -> None:
        raise down

    monkeypatch.setattr(mail, "send", fail)
    factories.run_tasks()
    row = Message.objects.filter(channel="mail").earliest("created_at")
    assert (row.state, row.tries, row.last_error) == ("queued", 1, str(down))
    again = {"message_id": str(row.pk), "reason": "电话告知没有收到", "actor": walk.by("window"), "now": walk.now}
    refusal(lambda: services.resend_message(**again), Invalid)  # it still waits
    for _ in range(9):
        with pytest.raises(mail.MailDeferred):
            messaging.attempt(str(row.pk), walk.now)
    assert Message.objects.get(pk=row.pk).state == "failed"
    refusal(lambda: services.resend_message(**{**again, "reason": " "}), Invalid)
    refusal(lambda: services.resend_message(**{**again, "actor": walk.by("stranger")}), NotFound)
    services.resend_message(**again)
    sent: list[str] = []
    monkeypatch.setattr(mail, "send", lambda **message: sent.append(message["message_id"]))
    factories.run_tasks()
    row.refresh_from_db()
    assert (row.state, row.resent, f"{row.key}-1" in sent) == ("sent", 1, True), "a repetition is meant to be seen"
    sound()


def test_a_number_gets_no_more_than_the_hall_allows_and_an_unknown_one_is_given_up(settings, monkeypatch, tmp_path):
    settings.SMS_FILE_DIR, settings.SMS_MOST_A_DAY = str(tmp_path), 1
    walk = begin(open_hall(), "2026-03-02", variant="change").ask_correction()
    factories.run_tasks()
    states = [row.state for row in Message.objects.filter(channel="sms").order_by("created_at")]
    assert sorted(states) == ["failed", "sent"]
    held = Message.objects.get(channel="sms", state="failed")
    assert held.last_error == messaging.LIMIT_REACHED

    def refuse(message: sms.ShortMessage) -> str:
        raise sms.SmsRefused("空号")

    settings.SMS_MOST_A_DAY = 10
    monkeypatch.setattr(sms, "send", refuse)
    messaging.attempt(str(held.pk), walk.now)
    held.refresh_from_db()
    assert (held.state, held.last_error) == ("failed", "空号")


def test_officers_read_the_log_of_their_own_cases_in_few_queries(django_assert_max_num_queries):
    walk = begin(open_hall(), "2026-03-02", variant="change")
    factories.run_tasks()
    window = walk.by("window")
    with django_assert_max_num_queries(2):
        found = queries.message_log(messages.Asked(channel="mail", who=walk.number[-6:]), window, 1)
    assert {row.reference for row in found.rows} == {walk.number}
    assert queries.message_log(messages.Asked(), walk.by("stranger"), 1).total == 0
    later = messages.Asked(first=dt.date(2199, 1, 1))
    assert queries.message_log(later, walk.by("window"), 1).total == 0


def test_messages_are_written_in_the_language_that_was_chosen():
    hall = open_hall()
    walk = begin(hall, "2026-03-02", variant="change")
    account_services.choose_message_language(int(walk.applicant.id), "en")
    factories.run_tasks()
    assert "There is a new document" in messages.inbox(int(walk.applicant.id)).rows[0].text


def test_a_copy_for_another_address_is_no_repetition_to_the_gateway(monkeypatch):
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(mail, "send", lambda **message: sent.append((message["to"], message["message_id"])))
    values = {"item": "示例", "case_number": "1"}
    about = messaging.About("remind-1", "question_reminder", "other:1", values)
    for address in ("a@example.com", "b@example.com", "a@example.com"):
        messaging.tell(about, messaging.Recipient(1, email=address), at("2026-03-02"))
    factories.run_tasks()
    assert sorted(to for to, _ in sent) == ["a@example.com", "b@example.com"]
    assert len({key for _, key in sent}) == 2
    assert "remind-1" in {key for _, key in sent}, "one of them keeps the plain key"
