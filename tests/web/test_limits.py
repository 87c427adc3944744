"""How often somebody may try: per name, per address, per account; the refusal names the wait and keeps the entries."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import hashers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories
from tests.apps.cases_help import begin, own_folders  # noqa: F401 - the second is a fixture of every test
from tests.web.public_help import Application, Browser, hall, seen, upload, yesterday
from tongban.accounts import sign_ins
from tongban.web.public import uploading
from tongban.web.public.views import accounts as account_views
from tongban.web.public.views import progress, verify

pytestmark = pytest.mark.django_db
WAIT = re.compile(r"请?等?[^。]*(\d+)分钟")


def _elsewhere(number: int) -> Client:
    return Client(REMOTE_ADDR=f"10.1.{number // 250}.{number % 250 + 1}")


@pytest.mark.parametrize("address", ["/sign-in/", "/desk/sign-in/"])
def test_many_names_from_one_address_are_stopped_and_other_addresses_are_not(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_ins, "SIGN_IN_TRIES_OF_ADDRESS", 6)
    factories.world(timezone.now())
    factories.officer("window", "approval_bureau", ["window"])
    for number in range(6):
        sent = {"handle": f"nobody-{number}", "password": "Wrong-pass-1"}
        assert Client().post(address, sent).status_code == 422
    page = seen(Client().post(address, {"handle": "window", "password": factories.PASSWORD}), 429)
    assert WAIT.search(page.words())
    assert page.all("input", value="window"), "the name stays"
    assert _elsewhere(1).post(address, {"handle": "window", "password": factories.PASSWORD}).status_code == 302


def test_an_unknown_name_and_a_wrong_password_cost_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.enterprise(timezone.now())
    work = []
    hasher = type(hashers.get_hasher())
    verify_password = hasher.verify
    monkeypatch.setattr(hasher, "verify", lambda self, *a: work.append(1) or verify_password(self, *a))
    counts = []
    for handle in (factories.uscc(1), factories.uscc(2)):
        with CaptureQueriesContext(connection) as queries:
            page = seen(Client().post("/sign-in/", {"handle": handle, "password": "Wrong-pass-1"}), 422)
        counts.append((len(queries), len(work), page.words().replace(handle, "")))
        work.clear()
    assert counts[0] == counts[1]


def test_an_unknown_number_and_a_wrong_code_cost_the_same() -> None:
    walk = begin(hall(), yesterday(), premises="own")
    counts = []
    for number in (walk.number, walk.number[:-1] + "9"):
        with CaptureQueriesContext(connection) as queries:
            page = seen(Client().post("/progress/", {"number": number, "code": "AAAAAA"}), 422)
        counts.append((len(queries), page.words().replace(number, "")))
    assert counts[0] == counts[1]


def test_one_number_cannot_be_tried_from_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "MOST_OF_NUMBER", 4)
    walk = begin(hall(), yesterday(), premises="own")
    for real in (walk.number, walk.number[:-1] + "9"):
        for number in range(4):
            answer = _elsewhere(number).post("/progress/", {"number": real, "code": f"AAAA{number}A"})
            assert answer.status_code == 422
        page = seen(_elsewhere(9).post("/progress/", {"number": real, "code": walk.code}), 429)
        assert WAIT.search(page.words())
        assert page.all("input", value=real)


def test_registrations_from_one_address_are_limited_and_the_entries_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_views, "MOST", 2)
    factories.person(timezone.now(), 3)
    entries = {
        "name": "王示例",
        "id_number": factories.resident_id(3),
        "phone": "13900000003",
        "password": factories.PASSWORD,
    }
    for _ in range(2):
        page = seen(Client().post("/register/person/", entries), 422)
        assert "王示例" not in page.words(), "nothing is said about whose number it is"
    page = seen(Client().post("/register/person/", entries), 429)
    assert WAIT.search(page.words())
    assert page.all("input", value="王示例")


def test_uploads_of_one_account_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    hall()
    enterprise = Browser(factories.enterprise(timezone.now()))
    application = Application(enterprise)
    enterprise.goes(f"{application.base}situation/", application.answers)
    monkeypatch.setattr(uploading, "MOST_OF_ACCOUNT", 2)
    address = f"{application.base}materials/plan/"
    for _ in range(2):
        enterprise.goes(address, {"file": upload()})
    page = enterprise.refused(address, {"file": upload("第三张.png")})
    assert WAIT.search(page.words())
    assert "第三张.png" in page.words()
    assert len(application.draft.materials[1].files) == 2


def test_verifications_from_one_address_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "MOST", 2)
    hall()
    for _ in range(2):
        Client().get("/verify/nonsense")
    page = seen(Client().get("/verify/nonsense"), 429)
    assert WAIT.search(page.words())
    assert Client().post("/verify/", {"file": upload("a.pdf", b"%PDF-1.7")}).status_code in (422, 429)
    assert _elsewhere(1).get("/verify/nonsense").status_code == 200
