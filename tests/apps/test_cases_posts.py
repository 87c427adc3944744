"""Leave, deputies, delegation and assignment rules in the middle of a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests import factories
from tests.apps.cases_help import Hall, Walk, at, begin, open_hall, refusal, sound, spec, verbs
from tests.apps.cases_help import own_folders as own_folders
from tongban.accounts import queries as accounts
from tongban.accounts import services as people
from tongban.accounts.models import Leave, Post
from tongban.accounts.services import RuleEntry
from tongban.cases import queries, services
from tongban.cases.models import Case, Review
from tongban.core.errors import Forbidden, Invalid, NotFound, Refused
from tongban.core.posts import Arrival
from tongban.records import queries as records

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall() -> Hall:
    """The sample hall with heads and third officers where a rule needs them."""
    made = open_hall(spec())
    for name, place, duties in (
        ("fire-3", "fire", ["reviewer"]),
        ("fire-head", "fire", ["agency_head"]),
        ("construction-2", "construction", ["reviewer"]),
        ("construction-head", "construction", ["agency_head"]),
    ):
        made.ids[name] = factories.officer(name, place, duties)
    return made


def away(
    hall: Hall, who: str, deputy: str = "", first: str = "2026-03-10", last: str = "2026-03-13", **more: Any
) -> int:
    """``who`` reports leave on the first day."""
    now = more.pop("now", at(first, "08:00"))
    return people.report_leave(
        officer=hall.ids[who],
        first=dt.date.fromisoformat(first),
        last=dt.date.fromisoformat(last),
        deputy=hall.ids[deputy] if deputy else "",
        actor=hall.officer(more.pop("by", who), now),
        now=now,
        **more,
    )


def rule(hall: Hall, head: str, duty: str, method: str, *officers: str, **more: Any) -> int:
    """A rule of the head's department."""
    entry = RuleEntry(duty, method, officers=tuple(hall.ids[name] for name in officers), **more)
    now = at("2026-03-02")
    return people.save_rule(entry=entry, actor=hall.officer(head, now), now=now)


def accepted(hall: Hall, serial: int = 1) -> Walk:
    """A case in review since 9 March."""
    return begin(hall, "2026-03-06", serial=serial, variant="new", premises="rented").go("2026-03-09").accept()


def story(walk: Walk, post: str = "window") -> list[str]:
    """What happened, newest first, as the page says it in English."""
    return [entry.text % entry.params for entry in walk.desk(post).story]


def test_a_deputy_finishes_the_absent_reviewers_case_mid_clock(hall: Hall) -> None:
    rule(hall, "construction-head", "reviewer", "named", "construction")
    walk = accepted(hall)
    review = Review.objects.get(case__number=walk.number, key="housing")
    assert review.assignee == hall.ids["construction"]
    due = walk.desk("construction").clocks["review:housing"].due
    walk.go("2026-03-10")
    error = refusal(lambda: walk.opinion("construction-2", "housing"), Refused)
    assert error.code == "review_assigned_elsewhere"
    away(hall, "construction", "construction-2")
    refused = refusal(lambda: walk.opinion("construction", "housing"), Forbidden)
    assert refused.code == "on_leave"
    rows = queries.work_list(walk.by("construction-2"), walk.now).rows
    assert [row.tags[0] for row in rows] == ["deputy:示例construction"]
    walk.opinion("construction-2", "housing")
    review.refresh_from_db()
    assert (review.first_by, review.first_for) == (hall.ids["construction-2"], hall.ids["construction"])
    entry = walk.desk("construction-2").story[0]
    assert (entry.verb, entry.actor_name, entry.for_name, entry.acting_as) == (
        "opinion",
        "示例construction-2",
        "示例construction",
        "deputy",
    )
    event = records.events(f"case:{walk.number}")[-1]
    assert (event.facts["for"], event.facts["as"]) == (hall.ids["construction"], "deputy")
    assert walk.desk("construction").clocks["review:housing"].due == due
    sound()


def test_a_case_arriving_during_the_leave_goes_to_the_deputy_and_says_why(hall: Hall) -> None:
    rule(hall, "construction-head", "reviewer", "named", "construction")
    away(hall, "construction", "construction-2", "2026-03-09")
    walk = accepted(hall)
    review = Review.objects.get(case__number=walk.number, key="housing")
    assert (review.assignee, review.assigned_for) == (hall.ids["construction-2"], hall.ids["construction"])
    assert verbs(walk.number)[-2:] == ["accept", "assign_by_rule"]
    assert story(walk)[0] == ("Assigned to 示例construction-2 by rule 1, in place of 示例construction who is on leave")
    shown = next(item for item in walk.desk("construction-2").reviews if item.key == "housing").assigned
    assert shown is not None
    assert (shown.name, shown.in_place_of, shown.rule) == ("示例construction-2", "示例construction", 1)
    assert shown.skipped == (("示例construction", "on leave"),)
    walk.opinion("construction-2", "housing")
    assert records.events(f"case:{walk.number}")[-1].facts["for"] == hall.ids["construction"]
    sound()


def test_back_early_the_officer_goes_on_and_the_deputy_has_no_say_left(hall: Hall) -> None:
    rule(hall, "fire-head", "reviewer", "named", "fire")
    leave = away(hall, "fire", "fire-3", "2026-03-09")
    walk = accepted(hall)
    assert Review.objects.get(case__number=walk.number, key="fire").assigned_for == hall.ids["fire"]
    walk.go("2026-03-11")
    people.end_leave(leave=leave, actor=walk.by("fire"), now=walk.now)
    assert walk.by("fire-3").mandates == ()
    walk.opinion("fire", "fire")
    assert "for" not in records.events(f"case:{walk.number}")[-1].facts
    assert Leave.objects.get(pk=leave).last == dt.date(2026, 3, 10)
    sound()


def test_deputy_and_deputised_are_never_the_two_officers(hall: Hall) -> None:
    walk = accepted(hall)
    walk.go("2026-03-10").opinion("fire", "fire")
    away(hall, "fire", "fire-2")
    sign = {"review_key": "fire", "agree": True}
    error = refusal(lambda: walk.do(services.countersign, "fire-2", **sign), Forbidden)
    assert error.code == "deputy_beside_deputised"
    walk.do(services.countersign, "fire-3", **sign)
    sound()


def test_the_deputised_does_not_sign_beside_the_deputy_after_the_leave(hall: Hall) -> None:
    rule(hall, "fire-head", "reviewer", "named", "fire")
    walk = accepted(hall)
    away(hall, "fire", "fire-2")
    walk.go("2026-03-10").opinion("fire-2", "fire")
    walk.go("2026-03-16")
    sign = {"review_key": "fire", "agree": True}
    assert refusal(lambda: walk.do(services.countersign, "fire", **sign)).code == "deputy_beside_deputised"
    assert refusal(lambda: walk.do(services.countersign, "fire-2", **sign)).code == "same_officer"
    walk.do(services.countersign, "fire-3", **sign)
    sound()


def test_a_window_clerk_decides_as_deputy_but_never_what_the_clerk_accepted(hall: Hall) -> None:
    one, other = accepted(hall), begin(hall, "2026-03-06", serial=2, variant="new", premises="rented")
    other.go("2026-03-09").accept("window-2")
    away(hall, "decider", "window")
    for walk in (one, other):
        walk.go("2026-03-10")
        for post, key in (("fire", "fire"), ("construction", "housing")):
            walk.opinion(post, key)
        walk.do(services.countersign, "fire-2", review_key="fire", agree=True)
    assert refusal(lambda: one.do(services.grant, "window"), Forbidden).code == "accepter_decides"
    other.do(services.grant, "window")
    row = other.row
    assert row.decided_by == hall.ids["window"]
    assert other.desk().story[0].for_name == "示例decider"
    assert refusal(lambda: one.go("2026-03-16").do(services.grant, "window"), Forbidden).code == "not_your_post"
    sound()


def test_a_rule_for_decisions_passes_over_who_accepted(hall: Hall) -> None:
    hall.ids["both"] = factories.officer("both", "approval_bureau", ["window", "decision_maker"])
    rule(hall, "head", "decision_maker", "named", "both", "decider-2")
    walk = begin(hall, "2026-03-06").go("2026-03-09").accept("both").reviews()
    assert walk.row.assignee == hall.ids["decider-2"]
    assert walk.desk().assigned is not None
    assert walk.desk().assigned.skipped == (("示例both", "accepted this case and cannot decide it"),)  # type: ignore[union-attr]


def test_fewest_open_cases_and_turns(hall: Hall) -> None:
    rule(hall, "head", "window", "fewest")
    first, second, third = (begin(hall, "2026-03-06", serial=serial).row for serial in (1, 2, 3))
    assert {first.assignee, second.assignee} == {hall.ids["window"], hall.ids["window-2"]}
    assert third.assignee == first.assignee
    walk = Walk(hall, at("2026-03-06"), third.number)
    assert story(walk)[0].endswith("by rule 1: fewest open cases (1)")
    sound()


def test_place_situation_and_load_are_conditions(hall: Hall) -> None:
    rule(hall, "head", "window", "named", "window-2", items=("another",))
    rule(hall, "head", "window", "named", "window-2", most=1)
    rule(hall, "head", "window", "nobody")
    first, second = (begin(hall, "2026-03-06", serial=serial).row for serial in (1, 2))
    assert (first.assignee, second.assignee) == (hall.ids["window-2"], "")
    now = at("2026-03-06")
    answer = queries.would_get(hall.officer("head", now), "window", Arrival("another"), now)
    assert (answer.name, answer.rules) == ("示例window-2", ((1, True), (2, True), (3, True)))
    answer = queries.would_get(hall.officer("head", now), "window", Arrival("sample"), now)
    assert (answer.name, answer.found is not None and answer.found.rule) == ("", 3)
    case, barred = queries.waiting_case(hall.officer("head", now), second.number, "window")
    assert (case.item, case.situation["variant"], barred) == ("sample", second.variant, ())


def test_delegation_reaches_its_verbs_items_and_dates_and_no_further(hall: Hall) -> None:
    hall.ids["chief"] = factories.officer("chief", "approval_bureau", ["agency_head", "decision_maker"])
    hall.ids["representative"] = factories.officer("representative", "approval_bureau", ["certificate_clerk"])
    now = at("2026-03-02")
    given = {
        "delegate": hall.ids["representative"],
        "verbs": ["grant"],
        "first": dt.date(2026, 3, 9),
        "last": dt.date(2026, 3, 31),
        "basis": "审批授〔2026〕1号",
    }
    other = people.delegate(items=["another"], actor=hall.officer("chief", now), now=now, **given)
    walk = accepted(hall).reviews()
    assert refusal(lambda: walk.do(services.grant, "representative"), Forbidden).code == "not_your_post"
    people.revoke(delegation=other, actor=hall.officer("chief", now), now=now)
    mine = people.delegate(items=["sample"], actor=hall.officer("chief", now), now=now, **given)
    refused = {"reasons": "不符合条件。", "basis": "示例条例第六条"}
    assert refusal(lambda: walk.do(services.refuse, "representative", **refused), Forbidden).code == "not_your_post"
    walk.do(services.grant, "representative")
    event = records.events(f"case:{walk.number}")[-1]
    assert (event.facts["for"], event.facts["as"]) == (hall.ids["chief"], "delegation")
    late = accepted(hall, 2).reviews()
    people.revoke(delegation=mine, actor=hall.officer("chief", late.now), now=late.now)
    assert refusal(lambda: late.do(services.grant, "representative"), Forbidden).code == "not_your_post"
    assert [event.verb for event in records.events(f"account:{hall.ids['chief']}")] == [
        "delegate",
        "revoke_delegation",
        "delegate",
        "revoke_delegation",
    ]
    sound()


def test_who_moves_to_another_post_hands_the_work_over(hall: Hall) -> None:
    rule(hall, "head", "window", "named", "window", "window-2")
    walk = begin(hall, "2026-03-06")
    assert walk.row.assignee == hall.ids["window"]
    now = at("2026-03-09")
    people.reassign(
        officer=hall.ids["window"],
        post="approval_bureau.window",
        to="approval_bureau.certificates",
        first=dt.date(2026, 3, 9),
        actor=hall.officer("head", now),
        now=now,
    )
    assert services.hand_over(officer=hall.ids["window"], actor=hall.officer("head", now), now=now) == 1
    assert walk.row.assignee == hall.ids["window-2"]
    assert verbs(walk.number)[-2:] == ["hand_over", "assign_by_rule"]
    assert refusal(lambda: walk.go("2026-03-09").do(services.accept, "window"), Forbidden).code == "not_your_post"
    sound()


def test_an_absent_officers_work_goes_by_hand_to_the_deputy_never_to_the_absent(hall: Hall) -> None:
    walk = begin(hall, "2026-03-06").go("2026-03-10")
    away(hall, "window", "certificates")
    error = refusal(lambda: walk.do(services.assign, "window-2", assignee=hall.ids["window"]), Invalid)
    assert "on leave" in error.message
    assert hall.ids["certificates"] in dict(walk.desk("window-2").colleagues)
    walk.do(services.assign, "window-2", assignee=hall.ids["certificates"])
    assert (walk.row.assignee, walk.row.assigned_for) == (hall.ids["certificates"], hall.ids["window"])
    walk.accept("certificates")
    assert walk.desk().story[0].for_name == "示例window"
    sound()


def test_a_post_for_some_items_acts_on_no_other(hall: Hall) -> None:
    walk = begin(hall, "2026-03-06")
    now = at("2026-03-06")
    people.set_scope(post="approval_bureau.window", items=["another"], actor=hall.officer("head", now), now=now)
    assert Post.objects.get(key="approval_bureau.window").items == ["another"]
    assert refusal(lambda: walk.do(services.accept, "window"), Forbidden).code == "not_your_post"
    walk.accept("window-2")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"first": "2026-03-09"}, "first"),
        ({"last": "2026-03-08"}, "last"),
        ({"last": "2027-05-08"}, "last"),
        ({"deputy": "window"}, "deputy"),
        ({"deputy": "fire"}, "deputy"),
        ({"kind": "moon"}, "kind"),
    ],
)
def test_a_faulty_leave_is_refused_at_its_entry(hall: Hall, change: dict[str, str], field: str) -> None:
    values = {"who": "window", "deputy": "window-2", "now": at("2026-03-10"), **change}
    error = refusal(lambda: away(hall, **values), Invalid)
    assert [item.field for item in error.errors] == [field]


def test_nobody_is_deputy_while_on_leave_and_leaves_do_not_overlap(hall: Hall) -> None:
    away(hall, "window-2")
    error = refusal(lambda: away(hall, "window", "window-2"), Invalid)
    assert error.errors[0].field == "deputy"
    assert (
        refusal(lambda: away(hall, "window-2", first="2026-03-12", last="2026-03-20"), Invalid).errors[0].field
        == "first"
    )


def test_only_the_head_arranges_others(hall: Hall) -> None:
    calls: list[Callable[[], object]] = [
        lambda: away(hall, "window", by="window-2"),
        lambda: rule(hall, "window", "window", "fewest"),
        lambda: people.set_scope(
            post="x", items=[], actor=hall.officer("window", at("2026-03-02")), now=at("2026-03-02")
        ),
        lambda: services.hand_over(
            officer=hall.ids["window"], actor=hall.officer("window-2", at("2026-03-02")), now=at("2026-03-02")
        ),
    ]
    for call in calls:
        refusal(call, Forbidden)
    leave = away(hall, "window")
    now = at("2026-03-10")
    refusal(lambda: people.end_leave(leave=leave, actor=hall.officer("window-2", now), now=now), NotFound)
    refusal(lambda: people.end_leave(leave=leave, actor=hall.officer("fire-head", now), now=now), NotFound)
    away(hall, "window-2", by="head", kind="sick")


def test_the_heads_deputy_keeps_the_department_running_but_delegates_nothing(hall: Hall) -> None:
    away(hall, "head", "decider")
    now = at("2026-03-10")
    acting = hall.officer("decider", now)
    assert accounts.heads(acting)
    people.save_rule(entry=RuleEntry("window", "fewest"), actor=acting, now=now)
    refusal(
        lambda: people.delegate(
            delegate=hall.ids["window"],
            verbs=["grant"],
            items=[],
            first=dt.date(2026, 3, 10),
            last=dt.date(2026, 3, 20),
            basis="无",
            actor=acting,
            now=now,
        ),
        Forbidden,
    )


def test_rows_changed_behind_the_events_are_found(hall: Hall) -> None:
    rule(hall, "head", "window", "fewest")
    away(hall, "window", "window-2")
    sound()
    Leave.objects.update(last=dt.date(2026, 4, 30))
    assert [item.problem for item in records.verify()] == ["leave"]


def test_without_rules_nothing_is_asked_and_nothing_assigned(hall: Hall) -> None:
    walk = accepted(hall)
    assert "assign_by_rule" not in verbs(walk.number)
    assert not Case.objects.exclude(assignee="").exists()
