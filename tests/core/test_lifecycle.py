"""The lifecycle table: every track × status × verb × capacity is allowed or refused, on purpose."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.core.case_facts import CaseState, Relation, ReviewState, Status, Who
from tongban.core.errors import DomainError, Forbidden, Refused
from tongban.core.items import Track
from tongban.core.lifecycle import CLOSED, TABLE, Verb, check, converted_status, refusal

TODAY = dt.date(2026, 10, 13)
#: Facts under which every guard passes for somebody; single facts are then turned.
READY = CaseState(
    track=Track.LICENCE,
    status=Status.RECEIVED,
    as_of=TODAY,
    special_listed=True,
    extension_allowed=True,
    has_certificate=True,
    licence_signed=True,
)

#: The verbs of a consultation, wherever nothing is decided.
TALK = "consult answer_consultation take_back_answer withdraw_consultation"
#: track → status → verbs that the law (or the house) knows there. Written by hand, not derived from the table.
KNOWN: dict[Track, dict[Status, str]] = {
    Track.LICENCE: {
        Status.RECEIVED: "assign put_back note remind annotate check accept request_correction submit_correction "
        "close_uncorrected not_required refuse_acceptance deem_accepted withdraw terminate convert "
        f"{TALK}",
        Status.ACCEPTED: "assign put_back note remind check start_special supplement_special end_special extend "
        "opinion countersign order_inspection inspect request_clarification answer_clarification grant refuse "
        f"deem_granted withdraw terminate convert {TALK}",
        Status.GRANTED: "assign put_back note make_certificate deliver",
        Status.CERTIFIED: "assign put_back note void_certificate deliver",
    },
    Track.FILING: {
        Status.RECEIVED: "assign put_back note remind annotate check request_correction submit_correction "
        f"close_uncorrected file withdraw terminate convert {TALK}",
        Status.ACCEPTED: "assign put_back note check withdraw terminate convert",
        Status.GRANTED: "assign put_back note make_certificate deliver",
        Status.CERTIFIED: "assign put_back note void_certificate deliver",
    },
    Track.OTHER: {
        Status.RECEIVED: "assign put_back note remind annotate check accept request_correction submit_correction "
        f"close_uncorrected not_required refuse_acceptance withdraw terminate convert {TALK}",
        Status.ACCEPTED: "assign put_back note remind check opinion countersign order_inspection inspect "
        f"request_clarification answer_clarification grant refuse withdraw terminate convert {TALK}",
        Status.GRANTED: "assign put_back note make_certificate deliver",
        Status.CERTIFIED: "assign put_back note void_certificate deliver",
    },
}


@pytest.mark.parametrize(("track", "status"), list(product(Track, Status)))
def test_every_verb_is_known_or_refused(track: Track, status: Status) -> None:
    allowed = {verb.value for (row_track, row_status, verb) in TABLE if (row_track, row_status) == (track, status)}
    assert allowed == set(KNOWN[track].get(status, "note").split())


@pytest.mark.parametrize(("track", "status", "verb", "who"), list(product(Track, Status, Verb, Who)))
def test_wrong_status_and_wrong_post_are_refused_with_words(track: Track, status: Status, verb: Verb, who: Who) -> None:
    state = replace(READY, track=track, status=status)
    error = refusal(state, verb, Relation("7", frozenset({who}), frozenset({"health"})))
    row = TABLE.get((track, status, verb))
    if row is None:
        assert isinstance(error, Refused)
        assert error.code == "wrong_status"
    elif who not in row.who:
        assert isinstance(error, Forbidden)
        assert error.code == "not_your_post"
    if error is not None:
        assert str(error)
        assert error.remedy


def test_every_open_status_has_an_owner_and_a_way_on() -> None:
    for track, status in product(Track, (Status.RECEIVED, Status.GRANTED, Status.CERTIFIED)):
        moves = [row for row in TABLE.values() if (row.track, row.status) == (track, status) and row.next_status]
        assert any(row.who - {Who.APPLICANT, Who.SYSTEM} for row in moves)
    accepted = [row for row in TABLE.values() if row.status is Status.ACCEPTED and row.next_status is Status.GRANTED]
    assert {row.track for row in accepted} == {Track.LICENCE, Track.OTHER}


def test_closed_cases_take_notes_only() -> None:
    assert {verb for (_, status, verb) in TABLE if status in CLOSED} == {Verb.NOTE}


def test_after_acceptance_there_is_no_return() -> None:
    for row in TABLE.values():
        if row.status is Status.ACCEPTED:
            assert row.next_status is not Status.RECEIVED
            assert row.verb not in (Verb.REQUEST_CORRECTION, Verb.CLOSE_UNCORRECTED)


def test_a_filing_knows_no_acceptance_grant_or_deemed_acceptance() -> None:
    verbs = {verb for (track, _, verb) in TABLE if track is Track.FILING}
    assert not verbs & {Verb.ACCEPT, Verb.DEEM_ACCEPTED, Verb.GRANT, Verb.REFUSE, Verb.NOT_REQUIRED}


def clerk(**facts: object) -> DomainError | None:
    return refusal(replace(READY, **facts), Verb.ACCEPT, Relation("7", frozenset({Who.COMPLETENESS})))


def test_acceptance_needs_completeness() -> None:
    assert clerk() is None
    for fact in ("unchecked_points", "failed_points", "open_points"):
        assert isinstance(clerk(**{fact: 1}), Refused)
    assert clerk(correction_open=True, correction_respond_by=TODAY).code == "correction_open"
    assert clerk(assignee="8").code == "assigned_elsewhere"
    assert clerk(assignee="7") is None


def test_after_five_silent_days_nothing_but_acceptance_is_left() -> None:
    late = {"completeness_overdue": True, "received_on": TODAY}
    assert clerk(**late).code == "deemed_accepted"
    relation = Relation("system", frozenset({Who.SYSTEM}))
    assert refusal(replace(READY, **late), Verb.DEEM_ACCEPTED, relation) is None
    assert refusal(READY, Verb.DEEM_ACCEPTED, relation).code == "no_silence"
    provisional = replace(READY, **late, completeness_provisional=True)
    assert refusal(provisional, Verb.DEEM_ACCEPTED, relation).code == "no_silence"
    assert refusal(replace(READY, **late, correction_open=True), Verb.DEEM_ACCEPTED, relation).code == "no_silence"


def test_the_one_notice_needs_points_and_everything_seen() -> None:
    def ask(**facts: object) -> DomainError | None:
        state = replace(READY, **{"open_points": 1, "sendable_points": 1, **facts})
        return refusal(state, Verb.REQUEST_CORRECTION, Relation("7", frozenset({Who.COMPLETENESS})))

    assert ask() is None
    assert ask(open_points=0, sendable_points=0).code == "no_points"
    assert ask(unseen_materials=2).code == "materials_unseen"
    assert ask(unjudged_points=1).code == "points_unjudged"


def decide(verb: Verb = Verb.GRANT, **facts: object) -> DomainError | None:
    state = replace(READY, status=Status.ACCEPTED, **facts)
    return refusal(state, verb, Relation("9", frozenset({Who.DECISION})))


@pytest.mark.parametrize("verb", [Verb.GRANT, Verb.REFUSE])
def test_the_decision_waits_for_what_it_rests_on(verb: Verb) -> None:
    assert decide(verb) is None
    assert decide(verb, reviews=(ReviewState("health", "卫生"),)).code == "reviews_open"
    assert decide(verb, reviews=(ReviewState("health", "卫生", 2, "1"),)).code == "reviews_open"
    assert decide(verb, reviews=(ReviewState("health", "卫生", 2, "1", "2"),)) is None
    assert decide(verb, inspection_needed=True).code == "inspection_open"
    assert decide(verb, pause_open=True).code == "pause_open"
    assert decide(verb, pending_rule="missing").code == "transition_missing"
    assert decide(verb, pending_rule="convert").code == "transition_convert"
    assert decide(verb, pending_rule="terminate").code == "transition_terminate"
    assert decide(verb, pending_rule="continue") is None


def test_accepter_and_decider_are_two_persons_unless_one_is_delegated() -> None:
    assert isinstance(decide(accepted_by="9"), Forbidden)
    state = replace(READY, status=Status.ACCEPTED, accepted_by="9")
    assert refusal(state, Verb.GRANT, Relation("9", frozenset({Who.DECISION}), delegated=True)) is None
    assert decide(accepted_by="8") is None


def test_second_officer_is_somebody_else_of_the_same_department() -> None:
    review = ReviewState("health", "卫生", 2, first_by="1")
    state = replace(READY, status=Status.ACCEPTED, reviews=(review,), review_key="health")

    def sign(person: str, keys: frozenset[str] = frozenset({"health"})) -> DomainError | None:
        return refusal(state, Verb.COUNTERSIGN, Relation(person, frozenset({Who.REVIEWER}), keys))

    assert sign("1").code == "same_officer"
    assert sign("2") is None
    assert sign("2", frozenset({"market"})).code == "not_your_review"


def test_special_procedure_only_where_listed_and_not_once_overdue() -> None:
    def start(**facts: object) -> DomainError | None:
        return decide(Verb.START_SPECIAL, **facts)

    assert start() is None
    assert start(special_listed=False).code == "ground_not_listed"
    assert start(overdue=True).code == "overdue"
    assert start(pause_open=True).code == "pause_open"


def test_extension_once_before_the_due_date_by_the_head() -> None:
    def extend(who: Who = Who.EXTENSION, **facts: object) -> DomainError | None:
        state = replace(READY, status=Status.ACCEPTED, **facts)
        return refusal(state, Verb.EXTEND, Relation("9", frozenset({who})))

    assert extend() is None
    assert extend(Who.DECISION).code == "not_your_post"
    assert extend(extension_allowed=False).code == "no_extension"
    assert extend(extended=True).code == "extended_already"
    assert extend(overdue=True).code == "overdue"
    assert extend(clock_paused=True, pause_open=True).code == "clock_paused"
    assert extend(pause_open=True) is None, "once the notified time has run out the clock counts again"


def test_silence_grants_a_renewal_only_after_expiry() -> None:
    relation = Relation("system", frozenset({Who.SYSTEM}))
    base = replace(READY, status=Status.ACCEPTED, silence_granted=True, not_after=TODAY)
    assert refusal(base, Verb.DEEM_GRANTED, relation).code == "no_rule_of_silence"
    after = replace(base, as_of=TODAY + dt.timedelta(days=1))
    assert refusal(after, Verb.DEEM_GRANTED, relation) is None
    assert refusal(replace(after, silence_granted=False), Verb.DEEM_GRANTED, relation) is not None


def test_delivery_waits_for_the_signed_file() -> None:
    relation = Relation("9", frozenset({Who.CERTIFICATE}))
    state = replace(READY, status=Status.CERTIFIED)
    assert refusal(state, Verb.DELIVER, relation) is None
    assert refusal(replace(state, licence_signed=False), Verb.DELIVER, relation).code == "not_signed"
    granted = replace(READY, status=Status.GRANTED)
    assert refusal(granted, Verb.DELIVER, relation).code == "certificate_first"
    assert refusal(replace(granted, has_certificate=False), Verb.DELIVER, relation) is None


def test_closing_for_silence_of_the_applicant_needs_the_items_own_rule() -> None:
    relation = Relation("system", frozenset({Who.SYSTEM}))
    base = replace(READY, correction_open=True, correction_respond_by=TODAY - dt.timedelta(days=1))
    assert refusal(base, Verb.CLOSE_UNCORRECTED, relation).code == "does_not_close"
    closes = replace(base, correction_closes=True)
    assert refusal(closes, Verb.CLOSE_UNCORRECTED, relation) is None
    assert refusal(replace(closes, correction_provisional=True), Verb.CLOSE_UNCORRECTED, relation) is not None
    today = replace(closes, correction_respond_by=TODAY)
    assert refusal(today, Verb.CLOSE_UNCORRECTED, relation).code == "not_yet_past"


def test_findings_are_the_windows_until_acceptance_and_the_departments_after_it() -> None:
    def note(status: Status, who: Who, **facts: object) -> DomainError | None:
        return refusal(replace(READY, status=status, **facts), Verb.CHECK, Relation("7", frozenset({who})))

    assert note(Status.RECEIVED, Who.COMPLETENESS) is None
    assert note(Status.RECEIVED, Who.REVIEWER).code == "not_your_post"
    assert note(Status.ACCEPTED, Who.REVIEWER) is None
    assert note(Status.ACCEPTED, Who.COMPLETENESS).code == "not_your_post"
    assert note(Status.RECEIVED, Who.COMPLETENESS, assignee="8").code == "assigned_elsewhere"
    assert note(Status.ACCEPTED, Who.REVIEWER, assignee="8") is None, "the decision maker has it, not the department"


def test_conversion_keeps_the_place_on_the_same_track() -> None:
    assert converted_status(Status.ACCEPTED, Track.LICENCE, Track.LICENCE) is Status.ACCEPTED
    assert converted_status(Status.ACCEPTED, Track.LICENCE, Track.FILING) is Status.RECEIVED


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(list(Track)),
    st.lists(st.tuples(st.sampled_from(list(Verb)), st.sampled_from(list(Who))), max_size=40),
)
def test_any_sequence_of_verbs_stays_in_the_table_and_ends_once(track: Track, steps: list[tuple[Verb, Who]]) -> None:
    status, ended = Status.RECEIVED, False
    for verb, who in steps:
        state = replace(READY, track=track, status=status, termination_ground="object_gone")
        try:
            row = check(state, verb, Relation("7", frozenset({who}), frozenset()))
        except DomainError:
            continue
        assert not ended or verb is Verb.NOTE
        status = row.next_status or status
        ended = status in CLOSED
        assert status in set(Status)


@pytest.mark.parametrize(
    ("status", "who", "asked"),
    [
        (Status.RECEIVED, Who.COMPLETENESS, {"correction_open": True}),
        (Status.ACCEPTED, Who.REVIEWER, {"clarification_open": True}),
        (Status.ACCEPTED, Who.DECISION, {"clarification_open": True}),
    ],
)
def test_a_reminder_needs_something_asked(status: Status, who: Who, asked: dict[str, bool]) -> None:
    by = Relation("7", frozenset({who}))
    refused = refusal(replace(READY, status=status), Verb.REMIND, by)
    assert refused is not None
    assert refused.code == "nothing_asked"
    assert refusal(replace(READY, status=status, **asked), Verb.REMIND, by) is None
