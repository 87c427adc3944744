"""Nothing of a person reaches the log: forms are filled with marked values, and the log is searched for them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.apps.cases_help import own_folders  # noqa: F401 - a fixture of every test
from tests.web.public_help import ITEM, Application, Browser, hall, upload
from tongban.config import logs
from tongban.web import observing

pytestmark = pytest.mark.django_db

NAME = "标记甲乙丙"
MARK = "MARKED-VALUE-7731"
PHONE = "13900007731"
MAIL = "marked7731@example.com"


class Log(io.StringIO):
    """What would stand in the journal."""

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    """Everything from INFO on, as production writes it."""
    out = Log()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.JsonLine())
    handler.addFilter(logs.NoPersonalData())
    watched = [logging.getLogger(), logging.getLogger("django"), logging.getLogger("django.request")]
    levels = [logger.level for logger in watched]
    for logger in watched:
        logger.setLevel(logging.INFO)
    for logger in watched[:2]:
        logger.addHandler(handler)
    yield out
    for logger, level in zip(watched, levels, strict=True):
        logger.setLevel(level)
        logger.removeHandler(handler)


def assert_clean(log: Log, *values: str) -> None:
    text = log.getvalue()
    for value in values:
        assert value not in text
        assert json.dumps(value)[1:-1] not in text


def test_forms_full_of_marked_values_leave_none_in_the_log(log: Log) -> None:
    hall()
    number = factories.resident_id(31)
    visitor = Browser()
    visitor.send(
        "/register/person/",
        {"name": NAME, "id_number": number, "phone": PHONE, "email": MAIL, "password": MARK, "password_again": MARK},
    )
    visitor.send("/sign-in/", {"id_number": number, "password": MARK})
    visitor.client.get("/search/", {"q": NAME + MARK})
    visitor.client.get(f"/no/such/{NAME}/{number}/?q={MARK}")
    enterprise = Browser(factories.enterprise(timezone.now(), 5, f"津滨{NAME}有限公司"))
    application = Application(enterprise)
    enterprise.send(f"{application.base}pages/basics/", {"shop": f"{NAME}{MARK}", "about": PHONE})
    application.fill()
    first = application.draft.materials[0].spec.key
    enterprise.send(f"{application.base}materials/{first}/", {"file": upload(f"{NAME}.exe", MARK.encode())})
    enterprise.goes(f"{application.base}check/", application.signature())
    factories.run_tasks()
    assert len(log.lines) > 20
    assert_clean(log, NAME, MARK, number, PHONE, MAIL, factories.uscc(5), f"/items/{ITEM}/")
    views = {line["view"] for line in log.lines if line["message"] == "request"}
    assert {"public:draft_page", "public:draft_check"} <= views


def test_an_exception_is_told_by_kind_and_place_only(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(request: object) -> None:
        try:
            int(f"{NAME}{PHONE}")
        except ValueError as error:
            raise RuntimeError(f"{NAME} {MARK}") from error

    monkeypatch.setattr("tongban.web.health.probes.health", fault)
    client = Client(raise_request_exception=False)
    answer = client.get(f"/health/ready?name={NAME}", headers={"x-request-id": "abcdef123456"})
    assert answer.status_code == 500
    assert "abcdef123456" in answer.content.decode()
    assert answer["X-Request-ID"] == "abcdef123456"
    told = next(line for line in log.lines if line.get("exception"))
    assert told["request"] == "abcdef123456"
    assert "builtins.RuntimeError" in told["exception"]
    assert "builtins.ValueError" in told["exception"]
    assert any("health.py" in place for place in told["exception"])
    assert_clean(log, NAME, MARK, PHONE)


def test_our_own_messages_are_blotted_too(log: Log) -> None:
    logger = logging.getLogger("tongban.sample")
    logger.error("task %s: %s", "a1b2", f"{factories.resident_id()} {factories.uscc()} {PHONE} {MAIL} 20261122000001")
    assert log.lines[-1]["message"] == "task a1b2: ▇ ▇ ▇ ▇ 20261122000001"


def test_the_arguments_of_foreign_messages_are_left_out(log: Log) -> None:
    foreign = logging.getLogger("somebody.else")
    foreign.warning("refused %s after %d tries: %(odd", NAME, 3)
    foreign.warning("%d of %d", 3, 4)
    foreign.warning("no arguments, 100%")
    assert [line["message"] for line in log.lines[-2:]] == ["3 of 4", "no arguments, 100%"]
    assert_clean(log, NAME)


@pytest.mark.parametrize("given", ["", "short", "a b c d e f g h", "x" * 65, "标记甲乙丙标记甲乙丙", "a\r\nb: c123456"])
def test_a_request_number_is_taken_over_only_when_it_is_one(client: Client, given: str) -> None:
    number = client.get("/health/live", headers={"x-request-id": given})["X-Request-ID"]
    assert len(number) == 32
    assert number != given


def test_probes_are_counted_but_not_written_down(client: Client, log: Log) -> None:
    client.get("/health/live")
    client.get("/healthz")
    assert [line for line in log.lines if line["logger"] == observing.__name__] == []
