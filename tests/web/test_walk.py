"""Every address for every role, with their own things and with somebody else's: what opens and what is not there.

The addresses come from Django's resolver, the answers from walk_table.py. Every answer on the way is also looked at for
the headers and the content policy that each page has to carry.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from tests.apps.cases_help import own_folders  # noqa: F401 - a fixture of every test
from tests.web.page_help import Page
from tests.web.walk_table import TABLE, For, expected
from tests.web.walk_world import ADMINS, DUTIES, ROLES, Route, World, ask, build_world, routes

METHODS = ("GET", "POST")
#: Parts that name the thing itself; the others name something within it.
OUTER = frozenset({"number", "draft_id"})


def test_every_address_has_a_line_and_every_line_an_address() -> None:
    known = {route.name for route in routes()}
    assert known - TABLE.keys() == set(), "say in walk_table.py who may open these"
    assert TABLE.keys() - known == set(), "these addresses are gone"


@pytest.mark.long
@pytest.mark.django_db
def test_every_address_for_every_role() -> None:
    world = build_world()
    wrong = [fault for route in routes() for fault in _walk(world, route)]
    assert not wrong, "\n" + "\n".join(dict.fromkeys(wrong))


def _walk(world: World, route: Route) -> Iterator[str]:
    line = TABLE[route.name]
    looked: set[int] = set()
    for own in (True, False) if line.owned else (True,):
        address = reverse(route.name, kwargs=world.parts(route, world.own if own else world.foreign))
        for role in _walkers(line.who, own=own):
            for method in METHODS:
                answer = ask(world.clients[role], method, address)
                wanted = expected(line, role, method, own=own)
                if answer.status_code not in wanted:
                    yield f"{method} {address} ({role}): {answer.status_code}, not {sorted(wanted)}"
                for fault in headers_missing(answer, page=answer.status_code not in looked):
                    yield f"{route.name}: {fault}"
                looked.add(answer.status_code)
    yield from _mixed(world, route)


def _walkers(who: For, *, own: bool) -> tuple[str, ...]:
    """Of an applicant's things three officers are enough: none is let in; of a case's pages one administrator."""
    if not own:
        return ("owner",) if who.public else DUTIES
    if who.public:
        return ("anonymous", "owner", "other", "window", "supervisor", "operator", "admin-security")
    if who.administered:
        return ("anonymous", "owner", "window", "agency_head", "supervisor", "operator", *ADMINS)
    return (*(role for role in ROLES if role not in ADMINS), "admin-security")


def _mixed(world: World, route: Route) -> Iterator[str]:
    """Somebody else's file, document or licence is not found under one's own case or draft either."""
    inner = (route.parts - OUTER) & {"file_id", "document_id", "licence_id"}
    if not (inner and route.parts & OUTER):
        return
    own, foreign = world.parts(route, world.own), world.parts(route, world.foreign)
    address = reverse(route.name, kwargs={**own, **{name: foreign[name] for name in inner}})
    line = TABLE[route.name]
    role = "owner" if line.who.public else "supervisor"
    method = "POST" if line.get == {405} else "GET"
    answer = ask(world.clients[role], method, address)
    if answer.status_code != 404:
        yield f"{method} {address} ({role}) with somebody else's {sorted(inner)}: {answer.status_code}, not 404"


@pytest.mark.django_db
def test_a_file_of_somebody_else_is_not_taken_back_under_ones_own_draft() -> None:
    world = build_world()
    client = world.clients["owner"]
    address = reverse("public:draft_remove_file", args=[world.own["draft_id"], "plan", world.foreign["row_id"]])
    assert client.post(address).status_code == 302, "taking back twice is no error"
    there = reverse("public:draft_file", args=[world.foreign["draft_id"], world.foreign["draft_file"]])
    assert world.clients["other"].get(there).status_code == 200


def headers_missing(answer: HttpResponseBase, *, page: bool = True) -> Iterator[str]:
    """What an answer lacks of the headers that every answer carries, and what its page holds against the policy.

    Reading every page for every role would take as long as asking for it: ``page`` says whether this one is read.
    """
    if answer.status_code >= 500:
        return
    policy = answer.get("Content-Security-Policy", "")
    if not policy or "'unsafe-eval'" in policy or "'unsafe-inline'" in policy.partition("style-src")[0]:
        yield f"content policy {policy!r}"
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Frame-Options": "SAMEORIGIN",
    }
    yield from (f"{name} is {answer.get(name)}" for name, value in wanted.items() if answer.get(name) != value)
    if "camera=()" not in answer.get("Permissions-Policy", ""):
        yield "no Permissions-Policy"
    if page and answer.get("Content-Type", "").startswith("text/html") and not answer.streaming:
        yield from Page(answer.content.decode()).refused_by_policy()  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_nothing_is_taken_from_a_form_that_another_site_sent() -> None:
    world = build_world()
    wrong = []
    for route in routes():
        if TABLE[route.name].post == {405}:
            continue
        role = "window" if route.name.startswith("desk:") else "owner"
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = world.clients[role].cookies
        address = reverse(route.name, kwargs=world.parts(route, world.own))
        answer: Any = ask(strict, "POST", address)
        if answer.status_code != 403 or not Page(answer.content.decode()).all("main"):
            wrong.append(f"POST {address} without a token: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_other_methods_change_nothing_and_break_nothing(method: str) -> None:
    client = Client()
    for route in routes():
        if route.parts:
            continue
        status = ask(client, method, reverse(route.name)).status_code
        assert status < 500, (method, route.name)
        if method not in ("HEAD", "OPTIONS"):
            assert status in (302, 404, 405), (method, route.name, status)
