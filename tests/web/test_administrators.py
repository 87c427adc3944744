"""三员: an account comes to life through two of them, the third reads it all, and none touches a case."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories
from tests.web import test_sign_in as steps
from tongban.accounts import queries, services
from tongban.accounts.models import Administrator, PostHolding, User
from tongban.core.actors import SYSTEM
from tongban.core.administrators import AdminRole
from tongban.core.dates import legal_date
from tongban.core.errors import Forbidden, Refused
from tongban.records import queries as records

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def admins() -> dict[str, Client]:
    """A browser for each of the three, and one for an officer."""
    services.ensure_organisations()
    found = {}
    for role in AdminRole:
        install(str(role), str(role))
        found[str(role)] = browser(str(role))
    factories.officer("window", "approval_bureau", ["window"])
    found["window"] = browser("window")
    return found


def install(username: str, role: str) -> None:
    services.install_administrator(username=username, name=f"示例{username}", role=role, actor=SYSTEM, now=NOW)


def browser(username: str) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(username=username))
    return client


def account(username: str) -> int:
    return int(User.objects.get(username=username).pk)


def actor(username: str) -> Any:
    return queries.actor_for(account(username), timezone.now())


def do(client: Client, username: str, deed: str, status: int = 302, **data: str) -> Any:
    answer = client.post(f"/desk/admin/accounts/{account(username)}/{deed}/", {"reason": "示例理由", **data})
    assert answer.status_code == status, answer.content.decode()[-3000:]
    return answer


def test_two_administrators_bring_an_account_to_life_and_the_third_reads_it(admins: dict[str, Client]) -> None:
    sent = {"username": "New.Clerk", "name": "新岗示例"}
    assert admins["system"].post("/desk/admin/accounts/new/", sent).status_code == 302
    do(admins["system"], "new.clerk", "password", 403)
    do(admins["system"], "new.clerk", "grant-post", 403)
    today = legal_date(timezone.now()).isoformat()
    post = {"post": "approval_bureau.window", "first": today}
    do(admins["security"], "new.clerk", "grant-post", **post)
    do(admins["security"], "new.clerk", "password")
    address = f"/desk/admin/accounts/{account('new.clerk')}/"
    shown = re.search(r"desk-once\">([^<]+)<", admins["security"].get(address).content.decode())
    assert shown
    assert "desk-once" not in admins["security"].get(address).content.decode(), "shown once"
    fresh = Client()
    entered = fresh.post("/desk/sign-in/", {"handle": "new.clerk", "password": shown[1]})
    assert entered["Location"] == "/desk/sign-in/next/"
    new = {"password": "Morgen-Wolke-1", "again": "Morgen-Wolke-1"}
    assert fresh.post("/desk/sign-in/next/", new)["Location"] == "/desk/"
    assert actor("new.clerk").has("window")
    events = admins["audit"].get("/desk/admin/events/").content.decode()
    for name in ("新岗示例", "示例system", "示例security", "示例理由"):
        assert name in events
    chain = records.events(f"account:{account('new.clerk')}")
    assert [event.verb for event in chain] == ["create_account", "grant_post", "first_password", "change_password"]
    assert shown[1] not in str(chain)


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"username": "window", "name": "示例"}, ["username"]),
        ({"username": "1x", "name": ""}, ["name"]),
        ({"username": "有字", "name": "示例"}, ["username"]),
    ],
)
def test_a_wrong_entry_is_named_and_kept(admins: dict[str, Client], sent: dict[str, str], fields: list[str]) -> None:
    page = admins["system"].post("/desk/admin/accounts/new/", sent)
    assert page.status_code == 422
    assert re.findall(r'href="#id_(\w+)"', page.content.decode()) == fields
    assert f'value="{sent["username"]}"' in page.content.decode()


def test_a_disabled_account_is_out_at_once_and_can_come_back(admins: dict[str, Client]) -> None:
    assert admins["window"].get("/desk/").status_code == 200
    do(admins["system"], "window", "disable", 422, reason="")
    do(admins["system"], "window", "disable")
    assert admins["window"].get("/desk/").status_code == 302
    sent = {"handle": "window", "password": factories.PASSWORD}
    assert Client().post("/desk/sign-in/", sent).status_code == 422
    do(admins["system"], "window", "enable")
    assert Client().post("/desk/sign-in/", sent).status_code == 302


def test_a_closed_name_is_opened_by_the_security_administrator(admins: dict[str, Client]) -> None:
    for _ in range(5):
        Client().post("/desk/sign-in/", {"handle": "window", "password": "Wrong-pass-1"})
    sent = {"handle": "window", "password": factories.PASSWORD}
    assert Client().post("/desk/sign-in/", sent).status_code == 429
    listed = admins["security"].get("/desk/admin/accounts/?state=locked").content.decode()
    assert "示例window" in listed
    assert "示例audit" not in listed
    do(admins["security"], "window", "unlock")
    assert Client().post("/desk/sign-in/", sent).status_code == 302


def test_a_lost_phone_is_reset_with_a_reason(admins: dict[str, Client]) -> None:
    steps.enrol(str(account("window")))
    assert steps.sign_in(Client(), name="window") == "/desk/sign-in/next/"
    do(admins["security"], "window", "second-factor", reason="手机遗失，本人到场")
    assert steps.sign_in(Client(), name="window") == "/desk/"
    event = records.events(f"account:{account('window')}")[-1]
    assert (event.verb, event.facts["reason"]) == ("reset_second_factor", "手机遗失，本人到场")
    do(admins["security"], "window", "second-factor", 409)


def test_nobody_holds_two_roles_or_a_role_and_a_post(admins: dict[str, Client]) -> None:
    for username in ("system", "window"):
        do(admins["security"], username, "grant-role", 409, role="audit")
    do(admins["security"], "system", "grant-post", 409, post="approval_bureau.window", first="2030-01-01")
    with pytest.raises(Refused):
        install("window", "system")
    with pytest.raises(Refused):
        factories.officer("system", "approval_bureau", ["window"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Administrator.objects.create(user_id=account("system"), role="audit", since=NOW, granted_by="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Administrator.objects.create(user_id=account("window"), role="all", since=NOW, granted_by="x")
    PostHolding.objects.create(
        user_id=account("system"), post_id=PostHolding.objects.values_list("post", flat=True)[0], valid_from=NOW.date()
    )
    assert not actor("system").duties, "even a row put there by hand gives an administrator no power"
    assert not actor("system").is_staff


def test_nobody_administers_the_own_account_and_the_last_one_stays(admins: dict[str, Client]) -> None:
    do(admins["system"], "system", "disable", 409)
    do(admins["security"], "security", "end-role", 409)
    do(admins["security"], "audit", "end-role", 409)
    install("audit2", "audit")
    do(admins["security"], "audit", "end-role")
    assert User.objects.get(username="audit").kind == User.STAFF
    assert admins["audit"].get("/desk/admin/events/").status_code == 302, "the sessions end with the role"


def test_a_post_ends_today_and_may_be_given_again(admins: dict[str, Client]) -> None:
    do(admins["security"], "window", "end-post", post="approval_bureau.window")
    assert not actor("window").duties
    first = (legal_date(timezone.now()) + dt.timedelta(days=1)).isoformat()
    do(admins["security"], "window", "grant-post", post="approval_bureau.window", first=first)
    do(admins["security"], "window", "grant-post", 422, post="approval_bureau.window", first=first)
    assert not actor("window").duties


def test_a_new_post_is_made_by_one_and_given_by_the_other(admins: dict[str, Client]) -> None:
    sent: dict[str, Any] = {"key": "night-desk", "name": "夜间受理岗", "organisation": "approval_bureau", "level": "4"}
    page = admins["system"].post("/desk/admin/posts/new/", sent)
    assert page.status_code == 422
    assert admins["system"].post("/desk/admin/posts/new/", {**sent, "duties": ["window"]}).status_code == 302
    assert admins["system"].post("/desk/admin/posts/new/", {**sent, "duties": ["window"]}).status_code == 422
    assert "夜间受理岗" in admins["system"].get("/desk/admin/posts/").content.decode()
    first = legal_date(timezone.now()).isoformat()
    do(admins["security"], "window", "grant-post", post="night-desk", first=first)
    assert len(actor("window").posts) == 2


@pytest.mark.parametrize("role", AdminRole)
def test_no_administrator_opens_a_page_of_cases(admins: dict[str, Client], role: AdminRole) -> None:
    client = admins[role]
    for address in ("/desk/", "/desk/cases/", "/desk/people/", "/desk/operations/"):
        assert client.get(address).status_code == 403
    assert client.get("/cases/").status_code == 403
    start = client.get("/desk/admin/")["Location"]
    assert client.get(start).status_code == 200


def test_a_service_refuses_what_the_screen_would_not_show(admins: dict[str, Client]) -> None:
    for username in ("system", "audit", "window"):
        with pytest.raises(Forbidden):
            services.unlock(account=account("window"), reason="x", actor=actor(username), now=NOW)


def test_lists_are_filtered_and_paged_with_a_constant_number_of_queries(admins: dict[str, Client]) -> None:
    counts = []
    admins["system"].get("/desk/admin/accounts/")
    admins["audit"].get("/desk/admin/events/")
    for number in (3, 60):
        for serial in range(number):
            row, _made = User.objects.get_or_create(
                username=f"clerk{serial:02}", defaults={"name": "示例员", "kind": "staff"}
            )
            services.note_account(actor=actor("system"), what=services.What.ACCOUNT, account=row.pk, now=NOW)
        Client().post("/desk/sign-in/", {"handle": "window", "password": factories.PASSWORD})
        for name, address in (
            ("system", "accounts/"),
            ("audit", "sign-ins/"),
            ("audit", "looks/"),
            ("audit", "events/"),
        ):
            admins[name].get(f"/desk/admin/{address}")
            with CaptureQueriesContext(
                connection,
            ) as seen:
                assert admins[name].get(f"/desk/admin/{address}").status_code == 200
            counts.append(len(seen))
    assert counts[:4] == counts[4:], counts
    assert max(counts) <= 10
    second = admins["system"].get("/desk/admin/accounts/?q=clerk&page=2").content.decode()
    assert "clerk25" in second
    assert "clerk24" not in second
    assert "window" in admins["audit"].get("/desk/admin/sign-ins/?outcome=ok&kind=staff").content.decode()
    wrong = admins["audit"].get("/desk/admin/sign-ins/?from=gestern").content.decode()
    assert 'href="#id_from"' in wrong
