"""Signing in at the desk, step by step: forced change, second factor, idle time-out, one session a person."""

from __future__ import annotations

import base64
import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password
from django.core import signing
from django.test import Client
from django.utils import timezone

from tests import factories
from tongban.accounts import queries, services
from tongban.accounts.models import Safeguard, SignIn, User
from tongban.core import totp
from tongban.core.errors import Invalid
from tongban.records import queries as records
from tongban.records.secrets import decrypt
from tongban.retention.services import run
from tongban.web import entering
from tongban.web.idle import COOKIE

pytestmark = pytest.mark.django_db
NEW = "Abend-Wolke-7"


@pytest.fixture
def officer() -> str:
    services.ensure_organisations()
    return factories.officer("lin.yue", "approval_bureau", ["window"])


def sign_in(client: Client, password: str = factories.PASSWORD, name: str = "lin.yue", at: str = "/desk/") -> str:
    answer = client.post(f"{at}sign-in/", {"handle": name, "password": password})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    return str(answer["Location"])


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def enrol(account: str, now: dt.datetime | None = None) -> tuple[str, tuple[str, ...]]:
    """Enrol an app some minutes ago, so that its next code was not used."""
    now = (now or timezone.now()) - dt.timedelta(minutes=10)
    secret = services.new_secret()
    codes = services.confirm(user_id=int(account), secret=secret, code=code(secret, now), now=now)
    return secret, codes


def code(secret: str, now: dt.datetime | None = None) -> str:
    return totp.code_at(base64.b32decode(secret), totp.step_of(now or timezone.now()))


def outcomes(account: str) -> list[str]:
    return list(SignIn.objects.filter(user_id=account).order_by("pk").values_list("outcome", flat=True))


# The password.


def test_a_first_password_is_changed_before_anything_opens(officer: str) -> None:
    Safeguard.objects.create(user_id=officer, must_change=True)
    client = Client()
    assert sign_in(client) == "/desk/sign-in/next/"
    assert not signed_in(client)
    assert client.get("/desk/").status_code == 302
    page = client.get("/desk/sign-in/next/").content.decode()
    assert "10" in page
    refused = client.post("/desk/sign-in/next/", {"password": "lin.yue-2026-Ab", "again": "lin.yue-2026-Ab"})
    assert refused.status_code == 422
    assert not signed_in(client)
    assert client.post("/desk/sign-in/next/", {"password": NEW, "again": NEW})["Location"] == "/desk/"
    assert signed_in(client)
    assert check_password(NEW, get_user_model().objects.get(pk=officer).password)
    assert [event.verb for event in records.events(f"account:{officer}")] == ["change_password"]


def test_an_old_password_is_changed_and_its_age_told(officer: str, settings: Any) -> None:
    settings.PASSWORD_DAYS = 90
    User.objects.filter(pk=officer).update(created_at=timezone.now() - dt.timedelta(days=89))
    assert services.next_step(user_id=int(officer), passed=(), now=timezone.now()) == ""
    User.objects.filter(pk=officer).update(created_at=timezone.now() - dt.timedelta(days=91))
    client = Client()
    assert sign_in(client) == "/desk/sign-in/next/"
    assert "90" in client.get("/desk/sign-in/next/").content.decode()
    client.post("/desk/sign-in/next/", {"password": NEW, "again": NEW})
    assert signed_in(client)


def test_former_passwords_do_not_come_again(officer: str, settings: Any) -> None:
    settings.PASSWORD_HISTORY = 2
    now = timezone.now()

    def change(new: str) -> list[str]:
        try:
            services.change_password(user_id=int(officer), old=None, new=new, again=new, now=now)
        except Invalid as error:
            return [item.message for item in error.errors]
        return []

    assert change(factories.PASSWORD) == ["This password was used before."]
    assert change("Erste-Wolke-1") == []
    assert change(factories.PASSWORD) == ["This password was used before."]
    assert change("Zweite-Wolke-2") == []
    assert change("Dritte-Wolke-3") == []
    assert change(factories.PASSWORD) == [], "older than the history"
    assert change("Passw0rd-2026-lin.yue") == ["Your name or user name stands in the password."]


def test_a_password_changed_inside_ends_the_other_windows(officer: str) -> None:
    here, there = Client(), Client()
    sign_in(here)
    sign_in(there)
    sent = {"old": "Wrong-pass-1", "password": NEW, "again": NEW + "x"}
    page = here.post("/desk/me/password/", sent)
    assert page.status_code == 422
    assert re.findall(r'href="#id_(\w+)"', page.content.decode()) == ["old", "again"]
    sent = {"old": factories.PASSWORD, "password": NEW, "again": NEW}
    assert here.post("/desk/me/password/", sent).status_code == 302
    assert here.get("/desk/me/sign-in/").status_code == 200
    assert there.get("/desk/me/sign-in/").status_code == 302


# The second factor.


def test_the_code_of_the_app_is_asked_and_works_once(officer: str) -> None:
    secret, _codes = enrol(officer)
    client = Client()
    assert sign_in(client) == "/desk/sign-in/next/"
    assert not signed_in(client)
    assert client.post("/desk/sign-in/next/", {"code": "000000"}).status_code == 422
    now = code(secret)
    assert client.post("/desk/sign-in/next/", {"code": now})["Location"] == "/desk/"
    assert signed_in(client)
    second = Client()
    sign_in(second)
    assert second.post("/desk/sign-in/next/", {"code": now}).status_code == 422, "somebody saw it being typed"
    assert not signed_in(second)
    assert outcomes(officer) == ["wrong_code", "ok", "wrong_code"]


def test_the_portals_sign_in_is_no_way_around_it(officer: str) -> None:
    enrol(officer)
    client = Client()
    assert sign_in(client, at="/") == "/desk/sign-in/next/"
    assert not signed_in(client)


def test_ten_recovery_codes_work_once_each(officer: str) -> None:
    _secret, codes = enrol(officer)
    assert len(set(codes)) == 10
    stored = Safeguard.objects.get(pk=officer).recovery
    assert not set(codes) & set(stored)
    client = Client()
    sign_in(client)
    assert client.post("/desk/sign-in/next/", {"code": codes[3].lower().replace("-", " ")}).status_code == 302
    assert signed_in(client)
    with pytest.raises(Invalid):
        services.check_code(user_id=int(officer), code=codes[3], now=timezone.now())
    assert queries.factor(queries.actor_for(officer, timezone.now())).recovery_left == 9


def test_wrong_codes_close_the_account_like_wrong_passwords(officer: str) -> None:
    secret, _codes = enrol(officer)
    client = Client()
    sign_in(client)
    for _ in range(5):
        assert client.post("/desk/sign-in/next/", {"code": "000000"}).status_code == 422
    closed = client.post("/desk/sign-in/next/", {"code": code(secret)})
    assert closed.status_code == 429
    assert not signed_in(client)
    assert outcomes(officer) == ["wrong_code"] * 4 + ["locked"]


def test_a_role_that_needs_it_enrols_on_the_way_in(officer: str, settings: Any) -> None:
    settings.SECOND_FACTOR_FOR = frozenset({"window"})
    client = Client()
    assert sign_in(client) == "/desk/sign-in/next/"
    page = client.get("/desk/sign-in/next/").content.decode()
    secret = decrypt(client.session["enrolling"])
    assert "data:image/svg+xml" in page
    assert queries.written(secret) in page
    assert client.post("/desk/sign-in/next/", {"code": "12345"}).status_code == 422
    assert decrypt(client.session["enrolling"]) == secret, "a slip does not make the app's key worthless"
    assert client.post("/desk/sign-in/next/", {"code": code(secret)})["Location"] == "/desk/me/recovery-codes/"
    assert signed_in(client)
    shown = client.get("/desk/me/recovery-codes/").content.decode()
    assert len(re.findall(r"<code[^>]*>\w{5}-\w{5}</code>", shown)) == 10
    client.post("/desk/me/recovery-codes/")
    assert client.get("/desk/me/recovery-codes/").status_code == 302
    row = Safeguard.objects.raw("select user_id, totp_secret as raw_secret from accounts_safeguard")[0]
    assert secret not in row.raw_secret


def test_who_is_not_asked_may_enrol_all_the_same_with_the_password(officer: str) -> None:
    client = Client()
    assert sign_in(client) == "/desk/"
    client.get("/desk/me/second-factor/")
    secret = decrypt(client.session["enrolling"])
    sent = {"old": "Wrong-pass-1", "code": code(secret)}
    assert client.post("/desk/me/second-factor/", sent).status_code == 422
    assert Safeguard.objects.filter(pk=officer, totp_since__isnull=False).count() == 0
    sent = {"old": factories.PASSWORD, "code": code(secret)}
    assert client.post("/desk/me/second-factor/", sent)["Location"] == "/desk/me/recovery-codes/"
    client.post("/desk/sign-out/")
    assert sign_in(client) == "/desk/sign-in/next/"


def test_the_steps_do_not_wait_for_ever(officer: str) -> None:
    enrol(officer)
    client = Client()
    sign_in(client)
    session = client.session
    session[entering.PENDING] = {**session[entering.PENDING], "at": session[entering.PENDING]["at"] - 601}
    session.save()
    assert client.get("/desk/sign-in/next/")["Location"] == "/desk/sign-in/"


# The session.


def idle(client: Client, minutes: int) -> None:
    """Let the desk lie for some minutes."""
    session, then = client.session, int(timezone.now().timestamp()) - minutes * 60
    session[entering.SIGNED_IN_AT] = then - 3600
    session.save()
    signer = signing.get_cookie_signer(salt=f"{COOKIE}{session.session_key}")
    client.cookies[COOKIE] = signer.sign(str(then))


def test_a_desk_that_nobody_uses_is_closed_and_says_why(officer: str) -> None:
    client = Client()
    sign_in(client)
    idle(client, 29)
    assert client.get("/desk/").status_code == 200
    idle(client, 29)
    before = client.cookies[COOKIE].value
    assert client.get("/desk/counts/").status_code == 200
    assert client.cookies[COOKIE].value == before, "a page that asks by itself keeps nothing open"
    idle(client, 31)
    answer = client.get("/desk/")
    assert answer["Location"] == "/desk/sign-in/?next=/desk/"
    assert not signed_in(client)
    assert "30" in client.get("/desk/sign-in/").content.decode()
    sign_in(client)
    assert entering.ENDED not in client.session


def test_a_cookie_that_is_lost_or_from_elsewhere_gains_no_time(officer: str) -> None:
    first, second = Client(), Client()
    sign_in(first)
    sign_in(second)
    for stolen in ("", "9999999999", signing.get_cookie_signer(salt=COOKIE + "x").sign("9999999999")):
        idle(first, 31)
        first.cookies[COOKIE] = stolen
        assert first.get("/desk/").status_code == 302
        sign_in(first)
    assert second.get("/desk/").status_code == 200


def test_what_was_sent_too_late_waits_for_its_officer_and_for_nobody_else(officer: str) -> None:
    factories.officer("xu.fang", "approval_bureau", ["window"])
    address = "/desk/cases/12345/do/accept/"
    for name, waits in (("lin.yue", True), ("xu.fang", False)):
        client = Client()
        sign_in(client)
        idle(client, 31)
        assert client.post(address, {"opinion": "写在这里的话"}).status_code == 302
        sign_in(client, name=name)
        assert (address in client.session.get("kept-entries", {})) is waits


def test_a_second_session_ends_the_first_which_is_told(officer: str, settings: Any) -> None:
    settings.ONE_SESSION = True
    first, second = Client(), Client()
    sign_in(first)
    assert first.get("/desk/").status_code == 200
    sign_in(second)
    assert second.get("/desk/").status_code == 200
    assert first.get("/desk/").status_code == 302
    page = first.get("/desk/sign-in/").content.decode()
    assert "另一处" in page
    sign_in(first)
    assert first.get("/desk/").status_code == 200
    assert second.get("/desk/").status_code == 302


def test_a_request_on_its_way_does_not_bring_the_ended_session_back(officer: str, settings: Any) -> None:
    settings.ONE_SESSION = True
    first, second = Client(), Client()
    sign_in(first)
    late = dict(first.session)
    sign_in(second)
    session = first.session
    session.clear()
    session.update(late)
    session.save()
    assert first.get("/desk/").status_code == 302, "its epoch is over"
    assert second.get("/desk/").status_code == 200


def test_without_the_setting_an_account_may_have_two(officer: str) -> None:
    first, second = Client(), Client()
    sign_in(first)
    sign_in(second)
    assert first.get("/desk/").status_code == second.get("/desk/").status_code == 200


def test_signing_in_costs_few_queries(officer: str, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(22):  # type: ignore[operator]
        sign_in(Client())


def test_old_lines_of_the_log_are_deleted_in_time(officer: str, settings: Any) -> None:
    now = timezone.now()
    sign_in(Client())
    run(now=now + dt.timedelta(days=settings.ACCESS_LOG_DAYS - 1))
    assert outcomes(officer) == ["ok"]
    run(now=now + dt.timedelta(days=settings.ACCESS_LOG_DAYS + 2))
    assert outcomes(officer) == []


def test_an_unknown_name_leaves_a_line_without_a_name() -> None:
    with pytest.raises(Invalid):
        services.check_sign_in(handle="nobody", password="Wrong-pass-1", now=timezone.now(), address="10.0.0.9")
    row = SignIn.objects.get()
    assert (row.user_id, row.outcome, row.address) == (None, "wrong", "10.0.0.9")
