"""Every form of the site with hostile entries: no 500, and what was typed comes back on the page that refuses it.

The forms are found on the pages themselves, so that a new one is tried without a word here. The suite tries a small
number; ``TONGBAN_FUZZ=10000 pytest tests/web/test_fuzz.py`` tries as many as it says.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.apps.cases_help import Hall, begin, own_folders  # noqa: F401 - the last is a fixture of every test
from tests.web.form_finder import Forms, FoundForm
from tests.web.public_help import upload, yesterday
from tests.web.walk_table import TABLE
from tests.web.walk_world import World, ask, build_world, routes, send
from tongban.cases import services
from tongban.web.desk.acts import ACTS

EXAMPLES = int(os.environ.get("TONGBAN_FUZZ", "80"))
#: Of the roles that an address lets in, the first of these tries it.
SENDERS = (
    "owner",
    "window",
    "supervisor",
    "agency_head",
    "catalogue_manager",
    "admin-system",
    "admin-audit",
)
MARK = "写在这里的话"
BIG = 10 * 1024 * 1024

#: Values that broke some program somewhere, as the bytes of a form's body.
EVIL = [
    b"",
    b"\0",
    b"a\0b",
    b"\xed\xa0\x80",  # a lone surrogate
    b"\xff\xfe",
    "\u202eabc\u202c".encode(),  # right to left
    "\ufeff\u200b\u2028\u2029".encode(),
    "ＡＢ１２".encode(),
    "①²³".encode(),  # digits to isdigit(), not to int()
    "٣".encode(),
    b"-1",
    b"0",
    b"1e309",
    b"NaN",
    b"Infinity",
    b"9" * 40,
    b"9" * 5000,  # more digits than int() reads
    b"-9223372036854775809",
    b"2147483648",
    b"0000-00-00",
    b"9999-12-31",
    b"10000-01-01",
    b"2024-02-30",
    b"<script>alert(1)</script>",
    b"{{7*7}}{% debug %}",
    b"%s%d%(x)s%",
    b"{0}{x}",
    b"' OR 1=1 --",
    b"../../../../etc/passwd",
    b"[]",
    b'{"a":1}',
    b"null",
    b"\r\nSet-Cookie: a=b",
    b"javascript:alert(1)",
    b"//evil.example/",
    b"material:",
    b"field:",
    b"material:\0",
    b"c1",
    "长".encode() * 4000,
    b"x" * 20000,
    "👩‍👩‍👧‍👦𠮷".encode() * 30,
    " \t\r\n　".encode(),
    b"00000000-0000-0000-0000-000000000000",
]
VALUES = st.one_of(st.sampled_from(EVIL), st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
NAMES = st.sampled_from(
    [
        b"",
        b"\x00",
        b"next",
        b"seq",
        b"expected_seq",
        b"step",
        b"review",
        b"case",
        b"number",
        b"m",
        b"q",
        b"page",
        b"do",
        b"workers.1.name",
        b"workers.99999999999999999999.name",
        b"workers.-1.name",
        b"area.0",
        b"place.",
        b"__present",
    ]
)


@dataclass(frozen=True)
class Target:
    """A form and who sends it."""

    role: str
    form: FoundForm

    @property
    def label(self) -> str:
        return f"{self.form.method} {self.form.address} ({self.role})"


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def _pages(world: World) -> Iterator[tuple[str, str]]:
    """(role, address) of the pages on which forms stand."""
    for route in routes():
        line = TABLE[route.name]
        if 200 not in line.get and 302 not in line.get:
            continue
        address = reverse(route.name, kwargs=world.parts(route, world.own))
        for role in ("anonymous", *SENDERS):
            if line.who.admits(role):
                yield role, address


def _at_work(place: Hall) -> Iterator[tuple[str, str]]:
    """Pages of cases in the middle of their way, where most forms are open."""
    received = begin(place, yesterday(), premises="own").number
    asked = begin(place, yesterday(), premises="own").ask_correction().number
    questioned = begin(place, yesterday(), premises="own").accept()
    questioned.do(services.request_clarification, "fire", question="二层做什么用？")
    yield "owner", f"/cases/{asked}/correction/"
    yield "owner", f"/cases/{questioned.number}/answer/"
    yield "owner", f"/cases/{received}/withdraw/"
    for number, role in ((received, "window"), (questioned.number, "decision_maker"), (asked, "window")):
        yield role, f"/desk/cases/{number}/?m=form"
        for verb in ACTS:
            yield role, f"/desk/cases/{number}/do/{verb}/"


def targets(world: World) -> list[Target]:
    """Every form of every page, each once for a role."""
    found: dict[tuple[str, str, str, tuple[str, ...]], Target] = {}
    for role, address in [*_pages(world), *_at_work(world.hall)]:
        answer: Any = ask(world.clients[role], "GET", address)
        if answer.status_code != 200 or not answer.get("Content-Type", "").startswith("text/html"):
            continue
        for form in Forms(answer.content.decode(), address).found:
            found.setdefault((role, form.address, form.method, tuple(form.fields)), Target(role, form))
    return list(found.values())


#: What one input does to a form: (which field, which value) pairs, fields of its own, how often each is sent.
INPUTS = st.tuples(
    st.integers(0, 10_000),
    st.lists(st.tuples(st.integers(0, 200), VALUES), max_size=6),
    st.lists(st.tuples(NAMES, VALUES), max_size=2),
    st.booleans(),
    st.sampled_from([{}, {}, {}, {"HX-Request": "true"}, {"X-Requested-With": "XMLHttpRequest"}]),
)


@pytest.mark.long
def test_hostile_entries_break_nothing_and_stay_on_the_page(world: World) -> None:
    forms = targets(world)
    assert len(forms) > 40, [form.label for form in forms]

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(INPUTS)
    def attack(values: Any) -> None:
        which, changes, more, twice, headers = values
        target = forms[which % len(forms)]
        pairs = [(name.encode(), value.encode()) for name, value in target.form.fields.items()]
        for index, value in changes:
            if pairs:
                name, _old = pairs[index % len(pairs)]
                pairs[index % len(pairs)] = (name, value)
        kept = _marked(target.form, pairs, changes)
        pairs += more + (pairs if twice else [])
        answer = _send(world.clients[target.role], target.form, pairs, headers)
        assert answer.status_code < 500, (target.label, pairs, headers)
        if kept and not (headers or twice or more) and answer.status_code in (409, 422, 429):
            assert MARK in answer.content.decode(), (target.label, answer.status_code, kept, pairs)  # type: ignore[attr-defined]

    attack()


def _marked(form: FoundForm, pairs: list[tuple[bytes, bytes]], changes: Sequence[object]) -> str:
    """Write a sentence into the first written field that was left alone; its name, or nothing."""
    for index, (name, _value) in enumerate(pairs):
        if (
            name.decode() in form.texts
            and form.method == "POST"
            and pairs[index][1] == form.fields[name.decode()].encode()
        ):
            pairs[index] = (name, MARK.encode())
            return name.decode()
    return ""


def _send(
    client: Client, form: FoundForm, pairs: Sequence[tuple[bytes, bytes]], headers: dict[str, str]
) -> HttpResponseBase:
    body = "&".join(f"{quote_from_bytes(name)}={quote_from_bytes(value)}" for name, value in pairs)
    if form.method == "GET":
        return send(client, "GET", form.address, query=body[:8000], headers=headers)
    kind = "application/x-www-form-urlencoded"
    return send(client, "POST", form.address, body=body.encode(), kind=kind, headers=headers)


BOUNDARY = "multipart/form-data; boundary=x"
BODIES = [
    (b"a=" + b"x" * BIG, "application/x-www-form-urlencoded"),
    (b"&".join(b"a%d=1" % n for n in range(6000)), "application/x-www-form-urlencoded"),
    (b"\xff\xfe=\0", "application/x-www-form-urlencoded"),
    (b"a=1", "application/x-www-form-urlencoded; charset=utf-99"),
    (b"a=1", "application/x-www-form-urlencoded; charset=utf-16"),
    (b"a=1", "text/plain"),
    (b'{"handle": ["a"], "password": {"b": 1}}', "application/json"),
    (b"", "multipart/form-data"),
    (b"", "multipart/form-data; boundary="),
    (b"nonsense", BOUNDARY),
    (b'--x\r\nContent-Disposition: form-data; name="file"; filename="../../a.pdf"\r\n\r\n%PDF-\r\n', BOUNDARY),
    (b'--x\r\nContent-Disposition: form-data; name=file; filename="\0.pdf"\r\n\r\n%PDF-\r\n--x--\r\n', BOUNDARY),
    (
        b"".join(
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="%d.pdf"\r\n\r\na\r\n' % n for n in range(60)
        )
        + b"--x--\r\n",
        BOUNDARY,
    ),
    (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--x--\r\n',
        BOUNDARY,
    ),
    (b"--x\r\n" + b"A: b\r\n" * 5000 + b"\r\n--x--\r\n", BOUNDARY),
]


def test_bodies_that_are_no_form_are_answered_everywhere(world: World) -> None:
    wrong = []
    for route in routes():
        line = TABLE[route.name]
        if line.post == {405}:
            continue
        address = reverse(route.name, kwargs=world.parts(route, world.own))
        role = next(role for role in SENDERS if line.who.admits(role))
        for body, kind in BODIES if route.name in _THOROUGH else _few(route.name):
            answer = send(world.clients[role], "POST", address, body=body, kind=kind)
            if answer.status_code >= 500:
                wrong.append(f"{address} ({role}) {kind} {body[:60]!r}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


_THOROUGH = {"public:sign_in", "public:register_kind", "public:draft_page", "public:draft_material", "desk:act"}


@cache
def _few(name: str) -> list[tuple[bytes, str]]:
    """Three bodies for each of the other addresses, not the same for all."""
    start = sum(name.encode()) % len(BODIES)
    return (BODIES * 2)[start : start + 3]


PARTS: list[Any] = [
    "%00",
    "%ED%A0%80",
    "%E2%80%AE",
    "..%2f..",
    "0",
    "-1",
    "9" * 30,
    "%25s",
    "a" * 3000,
    "<b>",
    "1e9",
    "。",
]


@pytest.mark.long
def test_tampered_parts_of_addresses_break_nothing(world: World) -> None:
    wrong = []
    for route in routes():
        line = TABLE[route.name]
        if not route.parts:
            continue
        own = world.parts(route, world.own)
        whole = reverse(route.name, kwargs=own)
        role = next(role for role in SENDERS if line.who.admits(role))
        for value in {str(value) for value in own.values()}:
            for part in PARTS:
                address = whole.replace(value, part, 1)
                for method in ("GET", "POST"):
                    status = send(world.clients[role], method, address).status_code
                    if status >= 500:
                        wrong.append(f"{method} {address[:120]} ({role}): {status}")
    assert not wrong, "\n".join(wrong)


HEADERS = [
    {"Cookie": "sessionid=\x01; csrftoken=%00; language=../../x; theme=<b>"},
    {"Cookie": "sessionid=" + "a" * 5000},
    {"Accept-Language": "zh-hans" + ",x" * 3000},
    {"Accept-Language": "\x7f;q=nan"},
    {"Host": "evil.example"},
    {"Host": "a b\\c"},
    {"X-Forwarded-For": "1.2.3.4, <script>"},
    {"Referer": "javascript:alert(1)"},
    {"HX-Request": "true", "HX-Current-URL": "%ff", "HX-Current-URL-URI-AutoEncoded": "true", "HX-Target": "\x01"},
    {"If-Modified-Since": "nonsense", "If-None-Match": '"', "Range": "bytes=9-1"},
]


@pytest.mark.parametrize("number", range(len(HEADERS)))
def test_hostile_headers_break_nothing(db: None, number: int) -> None:
    for address in ("/", "/progress/", "/sign-in/", "/desk/", "/no-such-page/", "/healthz", "/static/none.css"):
        for method in ("GET", "POST"):
            answer = send(Client(), method, address, headers=HEADERS[number])
            assert answer.status_code < 500, (address, HEADERS[number])
            assert b"evil.example" not in getattr(answer, "content", b"")


def test_many_files_of_one_name_and_names_that_no_disk_takes(world: World) -> None:
    route = next(route for route in routes() if route.name == "public:draft_material")
    address = reverse(route.name, kwargs=world.parts(route, world.own))
    for name in ("长" * 300 + ".png", "a/../../b.png", "\u202egnp.exe.png", "con.png", ".png", "a\r\nb.png", "%00.png"):
        answer = ask(world.clients["owner"], "POST", address, {"file": [upload(name), upload(name)]})
        assert answer.status_code in (302, 422), name
