"""Hash chains: canonical text, one chain per owner, append-only."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.apps.records_help import AT, CLERK, DAY, chain_of, in_thread
from tongban.core.actors import Actor
from tongban.core.errors import Stale
from tongban.records import queries, services
from tongban.records.canonical import canonical, digest
from tongban.records.values import Head

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=("Cs",))), inner)
    ),
    max_leaves=12,
)


@given(_VALUES)
def test_canonical_text_reads_back_and_is_stable(value: object) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


def test_canonical_text_ignores_the_order_of_keys() -> None:
    assert canonical({"b": 1, "a": {"d": "𠮷", "c": 2}}) == canonical({"a": {"c": 2, "d": "𠮷"}, "b": 1})
    assert canonical({"a": "𠮷"}) == '{"a":"𠮷"}'


@pytest.mark.parametrize("value", [1.5, Decimal("1.5"), DAY, {1: "x"}, b"x", {"a": [{"b": 0.1}]}, {"a": {1, 2}}])
def test_what_has_no_exact_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_half_a_character_is_refused() -> None:
    with pytest.raises(ValueError, match="half a character"):
        canonical({"name": "\ud842"})


@pytest.mark.django_db
def test_events_link_and_store_what_was_hashed() -> None:
    head = chain_of("case:1", 3)
    rows = queries.events("case:1")
    assert [row.seq for row in rows] == [1, 2, 3]
    assert (head.seq, head.hash) == (3, rows[-1].hash)
    assert queries.head("case:1") == head
    assert [row.prev_hash for row in rows] == [Head.ZERO.hash, rows[0].hash, rows[1].hash]
    assert rows[0].facts == {"number": 1, "text": "内容", "list": [1, None, True], "round": 0}
    assert rows[0].posts == ("window-1", "window-2")
    assert (rows[0].actor_name, rows[0].actor_kind, rows[0].at, rows[0].legal_date) == ("周试", "staff", AT, DAY)
    with connection.cursor() as cursor:
        cursor.execute("select body, hash from records_event where chain = 'case:1' and seq = 2")
        body, hash_ = cursor.fetchone()
    assert hashlib.sha256(body.encode()).hexdigest() == hash_
    assert json.loads(body)["prev"] == rows[0].hash


@pytest.mark.django_db
def test_events_since_gives_what_somebody_missed() -> None:
    chain_of("case:1", 3)
    assert [row.seq for row in queries.events_since("case:1", 1)] == [2, 3]
    assert queries.events_since("case:1", 3) == []
    assert queries.head("case:none") == Head.ZERO


@pytest.mark.django_db
def test_one_event_is_one_statement(django_assert_num_queries: object) -> None:
    with transaction.atomic(), django_assert_num_queries(1):  # type: ignore[operator]
        services.append_event(chain="case:1", head=Head.ZERO, verb="v", actor=CLERK, at=AT, legal_date=DAY, facts={})


@pytest.mark.django_db
def test_an_applicants_name_is_masked() -> None:
    person = Actor(kind="applicant", id="9", name="林样本")
    services.append_to_chain(chain="case:1", verb="submit", actor=person, at=AT, legal_date=DAY, facts={})
    assert queries.events("case:1")[0].actor_name == "林＊＊"
    with connection.cursor() as cursor:
        cursor.execute("select body from records_event")
        assert "林样本" not in cursor.fetchone()[0]


@pytest.mark.django_db
def test_a_head_that_moved_is_stale() -> None:
    chain_of("case:1", 2)
    with pytest.raises(Stale), transaction.atomic():
        chain_of("case:1", 1, Head(1, queries.events("case:1")[0].hash))
    assert queries.head("case:1").seq == 2


@pytest.mark.django_db(transaction=True)
def test_an_event_needs_a_transaction_and_a_time_zone() -> None:
    with pytest.raises(RuntimeError, match="inside its verb's transaction"):
        services.append_event(chain="c", head=Head.ZERO, verb="v", actor=CLERK, at=AT, legal_date=DAY, facts={})
    with pytest.raises(ValueError, match="time zone"), transaction.atomic():
        services.append_event(
            chain="c", head=Head.ZERO, verb="v", actor=CLERK, at=datetime(2026, 1, 1), legal_date=DAY, facts={}
        )


@pytest.mark.django_db(transaction=True)
def test_an_event_disappears_with_its_transaction() -> None:
    with transaction.atomic():
        chain_of("case:1", 1)
        transaction.set_rollback(True)
    assert queries.head("case:1") == Head.ZERO


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "update records_event set verb = 'other'",
        "delete from records_event",
        "update records_seal set payload = '{}'",
        "delete from records_seal",
        "delete from records_voidednumber",
    ],
)
def test_the_database_refuses_to_change_evidence(statement: str) -> None:
    chain_of("case:1", 1)
    services.take_seal(AT)
    with transaction.atomic():
        services.next_number("n")
    services.void_number("n", 1, "misprint", CLERK, AT)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_many_writers_of_one_chain_take_turns() -> None:
    def write() -> None:
        for _ in range(5):
            services.append_to_chain(chain="shared", verb="v", actor=CLERK, at=AT, legal_date=DAY, facts={})

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(in_thread(write)) for _ in range(4)]:
            future.result()
    rows = queries.events("shared")
    assert [row.seq for row in rows] == list(range(1, 21))
    assert all(after.prev_hash == before.hash for before, after in pairwise(rows))


def test_digest_is_sha256() -> None:
    assert digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
