"""Many people at one moment, on real connections: nothing is lost, nothing happens twice (PostgreSQL)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tests import factories
from tests.apps.cases_help import begin, open_hall, own_folders, sound, verbs  # noqa: F401
from tests.apps.records_help import in_thread
from tongban.accounts import queries as accounts
from tongban.accounts import services as account_services
from tongban.cases import queries, services
from tongban.cases.models import Case
from tongban.core.errors import Refused, Stale
from tongban.documents.models import Document

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run every work in a thread of its own, all starting at one moment; results or the errors they raised."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        connection.ensure_connection()
        barrier.wait(20)
        try:
            return work()
        except Exception as error:  # handed back to be judged by the test
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        futures = [pool.submit(in_thread(lambda work=work: run(work))) for work in works]
        return [future.result(60) for future in futures]


def split(results: Sequence[object]) -> tuple[list[object], list[Exception]]:
    errors = [item for item in results if isinstance(item, Exception)]
    return [item for item in results if not isinstance(item, Exception)], errors


def test_two_clerks_accept_the_same_case():
    walk = begin(open_hall(), "2026-03-02", variant="change").check()
    seen = walk.row.seq
    works = [lambda post=post: walk.do(services.accept, post, expected_seq=seen) for post in ("window", "window-2")]
    done, errors = split(at_once(*works))
    assert len(done) == 1
    (error,) = errors
    assert isinstance(error, Stale)
    assert [event.verb for event in error.since] == ["accept"]
    assert verbs(walk.number) == ["submit", "accept"]
    assert walk.row.reviews.count() == 1
    sound()


def test_without_a_number_seen_the_second_is_refused_by_the_status():
    walk = begin(open_hall(), "2026-03-02", variant="change").check()
    works = [lambda post=post: walk.do(services.accept, post) for post in ("window", "window-2") * 3]
    done, errors = split(at_once(*works))
    assert len(done) == 1
    assert {type(error) for error in errors} == {Refused}
    assert verbs(walk.number).count("accept") == 1


def test_one_draft_handed_in_from_six_tabs_is_one_case():
    hall = open_hall()
    walk = begin(hall, "2026-03-02", variant="change")
    actor = walk.by("applicant")
    draft = factories.filled_draft(actor, walk.row.applicant_id, "sample", walk.now, variant="change")
    view = queries.draft(draft, actor, walk.now)
    values = {"draft_id": draft, "actor": actor, "signature": view.applicant_name, "declared": True}
    values |= {"submission_key": view.submission_key, "now": walk.now}
    done, errors = split(at_once(*[lambda: services.submit(**values)] * 6))
    assert errors == []
    assert len({item.number for item in done}) == 1
    assert len({item.lookup_code for item in done}) == 1
    assert Case.objects.count() == 2
    sound()


def test_twenty_submissions_at_once_have_numbers_without_a_gap():
    hall = open_hall()
    now = begin(hall, "2026-03-02", variant="change").now
    works = []
    for serial in range(2, 22):
        actor = accounts.actor_for(factories.enterprise(now, serial), now)
        draft = factories.filled_draft(actor, next(iter(actor.applicant_ids)), "sample", now, variant="change")
        view = queries.draft(draft, actor, now)
        values = {"draft_id": draft, "actor": actor, "signature": view.applicant_name, "declared": True}
        values |= {"submission_key": view.submission_key, "now": now}
        works.append(lambda values=values: services.submit(**values))
    done, errors = split(at_once(*works))
    assert errors == []
    assert len(done) == 20
    numbers = sorted(Case.objects.values_list("number", flat=True))
    assert [int(number[-6:]) for number in numbers] == list(range(1, 22))
    serials = Document.objects.filter(kind="receipt").order_by("serial").values_list("serial", flat=True)
    assert list(serials) == list(range(1, 22))
    sound()


def test_two_departments_give_their_opinions_at_the_same_moment():
    walk = begin(open_hall(), "2026-03-02", variant="new", premises="rented").accept()
    walk.do(services.record_finding, "fire", step="fire", point="exits", met=True)

    def opinion(post: str, key: str) -> Callable[[], object]:
        return lambda: walk.do(services.give_opinion, post, review_key=key, outcome="agree", opinion=f"{key}同意。")

    _, errors = split(at_once(opinion("fire", "fire"), opinion("construction", "housing")))
    assert errors == []
    assert {row.key: row.opinion for row in walk.row.reviews.all()} == {
        "fire": "fire同意。",
        "housing": "housing同意。",
    }
    assert verbs(walk.number).count("opinion") == 2
    sound()


def test_two_officers_of_one_department_do_not_overwrite_each_other():
    walk = begin(open_hall(), "2026-03-02", variant="change").accept()
    walk.do(services.record_finding, "fire", step="fire", point="exits", met=True)
    works = [
        lambda post=post: walk.do(
            services.give_opinion, post, review_key="fire", outcome="agree", opinion=f"{post}的意见。"
        )
        for post in ("fire", "fire-2")
    ]
    done, errors = split(at_once(*works))
    assert (len(done), [error.code for error in errors]) == (1, ["opinion_given"])
    review = walk.row.reviews.get()
    assert review.opinion == f"{'fire' if review.first_by == walk.by('fire').id else 'fire-2'}的意见。"


def test_a_decision_and_a_withdrawal_at_once_give_one_outcome():
    outcomes = set()
    hall = open_hall()
    for _ in range(4):
        walk = begin(hall, "2026-03-02", variant="change").accept().reviews()
        works = [lambda walk=walk: walk.grant(), lambda walk=walk: walk.do(services.withdraw, "applicant")]
        done, errors = split(at_once(*works))
        assert (len(done), [type(error) for error in errors]) == (1, [Refused])
        ends = [verb for verb in verbs(walk.number) if verb in ("grant", "withdraw")]
        assert len(ends) == 1
        outcomes.add(walk.row.status)
    assert outcomes <= {"granted", "withdrawn"}
    sound()


def test_two_sweeps_at_once_record_one_acceptance():
    walk = begin(open_hall(), "2026-03-02", variant="change").go("2026-03-10")
    done, errors = split(at_once(*[lambda: services.sweep(now=walk.now)] * 4))
    assert errors == []
    assert sum(report.deemed for report in done) == 1
    assert verbs(walk.number) == ["submit", "deem_accepted"]


def test_wrong_passwords_tried_in_parallel_are_all_counted():
    now = begin(open_hall(), "2026-03-02", variant="change").now

    def guess(number: int) -> Callable[[], object]:
        values = {"handle": "agent1@example.com", "password": f"Guess-{number}-xyz", "now": now}
        return lambda: account_services.check_sign_in(**values)

    _, errors = split(at_once(*[guess(number) for number in range(12)]))
    assert len(errors) == 12
    last = at_once(
        lambda: account_services.check_sign_in(handle="agent1@example.com", password=factories.PASSWORD, now=now)
    )
    assert isinstance(last[0], account_services.TooMany)
