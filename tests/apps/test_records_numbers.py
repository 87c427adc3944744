"""Numbers: gap-free, unique under concurrency, voided ones recorded."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction

from tests.apps.records_help import AT, CLERK, in_thread
from tongban.core.errors import Refused
from tongban.records import queries, services


def _take(scope: str) -> int:
    with transaction.atomic():
        return services.next_number(scope)


@pytest.mark.django_db
def test_numbers_count_up_per_scope(django_assert_num_queries: object) -> None:
    assert [_take("case:1:2026") for _ in range(3)] == [1, 2, 3]
    assert _take("case:2:2026") == 1
    assert (queries.counter("case:1:2026"), queries.counter("case:9")) == (3, 0)
    assert queries.scopes("case:") == ["case:1:2026", "case:2:2026"]
    with transaction.atomic(), django_assert_num_queries(1):  # type: ignore[operator]
        services.next_number("case:1:2026")


@pytest.mark.django_db(transaction=True)
def test_a_number_returns_with_a_transaction_that_failed() -> None:
    _take("n")
    with transaction.atomic():
        assert services.next_number("n") == 2
        transaction.set_rollback(True)
    assert _take("n") == 2


@pytest.mark.django_db(transaction=True)
def test_a_number_outside_a_transaction_is_a_mistake() -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        services.next_number("n")


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_different_numbers_without_a_gap() -> None:
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(in_thread(lambda: [_take("n") for _ in range(10)])) for _ in range(8)]
        taken = [number for future in futures for number in future.result()]  # type: ignore[attr-defined]
    assert sorted(taken) == list(range(1, 81))


@pytest.mark.django_db
def test_a_voided_number_is_recorded_once_and_only_if_it_was_taken() -> None:
    _take("licence")
    for value in (0, 2, -1):
        with pytest.raises(Refused, match="never handed out"):
            services.void_number("licence", value, "misprint", CLERK, AT)
    with pytest.raises(Refused):
        services.void_number("unknown", 1, "misprint", CLERK, AT)
    services.void_number("licence", 1, "misprint", CLERK, AT)
    with pytest.raises(Refused, match="void already"):
        services.void_number("licence", 1, "again", CLERK, AT)
    (void,) = queries.voided("licence")
    assert (void.value, void.reason, void.actor_id, void.at) == (1, "misprint", "7", AT)
    assert [event.facts for event in queries.events("numbers:licence")] == [{"value": 1, "reason": "misprint"}]
    assert _take("licence") == 2


@pytest.mark.django_db
def test_used_numbers_are_compared_with_those_handed_out() -> None:
    for _ in range(5):
        _take("n")
    services.void_number("n", 4, "misprint", CLERK, AT)
    assert list(queries.check_numbers("n", [1, 2, 3, 5])) == []
    found = [(finding.seq, finding.problem) for finding in queries.check_numbers("n", [1, 4, 5, 6])]
    assert found == [(4, "void_number_used"), (6, "unknown_number"), (2, "missing_number"), (3, "missing_number")]
