"""征求意见: another department is asked and answers; no clock, no status and no applicant learns of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import TestCase

from tests import factories
from tests.apps.cases_help import Hall, Walk, begin, open_hall, own_folders, refusal, sound, verbs  # noqa: F401
from tongban.accounts import services as people
from tongban.calendars import queries as calendars
from tongban.cases import facts, queries, services, store
from tongban.cases.access import handled_by, sees, visible_to
from tongban.cases.models import Case, Consultation, InternalNote, Mention
from tongban.cases.queries.files import case_document, case_file
from tongban.catalogue import queries as catalogue
from tongban.core.errors import Forbidden, Invalid, NotFound, Refused, Stale
from tongban.documents import queries as documents
from tongban.records import queries as records

pytestmark = pytest.mark.django_db
QUESTION = "改建后的排水是否影响河道？"


@pytest.fixture(scope="module")
def accepted(django_db_setup: None, django_db_blocker: Any) -> Iterator[Walk]:
    """A hall with one accepted case, made once for the file; each test rolls back what it adds."""
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()
        yield begin(open_hall(), "2026-03-02", variant="new", premises="own").go("2026-03-03").accept()
        TestCase._rollback_atomics(atomics)


@pytest.fixture
def walk(accepted: Walk) -> Walk:
    return replace(accepted, hall=Hall(dict(accepted.hall.ids)))


def ask(walk, by: str = "decider", **values) -> int:
    return walk.do(services.consult, by, **{"organisation": "culture", "question": QUESTION, **values})


def question(walk, reader: str = "decider", number: int = 1):
    return next(item for item in walk.desk(reader).consultations if item.number == number)


def lane(walk, reader: str, key: str = "consulted") -> list[str]:
    found = queries.work_list(walk.by(reader), walk.now, lane=key)
    assert found.counts.get(key, len(found.rows)) == len(found.rows)
    return [row.number for row in found.rows]


def readings(walk) -> dict[str, object]:
    """Every clock of the case with its ledger on each of sixty days, and the index columns that follow from them."""
    case = walk.row
    loaded = facts.load(case, catalogue.version(case.item_version_id))
    calendar = calendars.current()
    days = [dt.date(2026, 3, 3) + dt.timedelta(n) for n in range(60)]
    columns = ("next_due_on", "statutory_due_on", "paused", "waiting_for_applicant", "status", "holder_organisation")
    clocks = {day: facts.summaries(loaded, calendar, day) for day in days}
    post = walk.by("decider")
    ledgers = {
        key: queries.ledger(walk.number, post, key, walk.now).reading.ledger for key in walk.desk("decider").clocks
    }
    return {"clocks": clocks, "ledgers": ledgers} | {name: getattr(case, name) for name in columns}


def test_a_question_is_asked_found_answered_and_told(walk):
    assert lane(walk, "stranger") == []
    refusal(lambda: walk.desk("stranger"), NotFound)
    assert ask(walk, material_key="plan", wish_on=dt.date(2026, 3, 9)) == 1
    assert lane(walk, "stranger") == [walk.number]
    assert lane(walk, "supervisor") == []
    seen = question(walk, "stranger")
    assert (seen.state, seen.question, seen.material_key) == ("open", QUESTION, "plan")
    assert (seen.wish_on, seen.asked_by_name, seen.mine) == (dt.date(2026, 3, 9), "示例decider", True)
    walk.go("2026-03-04").do(services.answer_consultation, "stranger", consultation=1, answer="不影响。")
    told = question(walk)
    assert (told.state, told.answer.text, told.answer.by_name) == ("answered", "不影响。", "示例stranger")
    assert lane(walk, "stranger") == []
    row = next(row for row in queries.work_list(walk.by("decider"), walk.now, lane="department").rows)
    assert "advised" in row.tags
    assert verbs(walk.number)[-2:] == ["consult", "answer_consultation"]
    texts = {entry.verb: entry for entry in walk.desk("decider").story}
    assert texts["consult"].detail == QUESTION
    assert texts["answer_consultation"].params["organisation"]
    sound()


def test_no_clock_reads_differently_whatever_departments_say(walk):
    walk.special(5).go("2026-03-06").result()
    before = readings(walk)
    ask(walk, wish_on=dt.date(2026, 3, 6))
    assert readings(walk) == before
    walk.do(services.answer_consultation, "stranger", consultation=1, answer="不影响。")
    assert readings(walk) == before
    walk.do(services.take_back_answer, "stranger", consultation=1)
    assert readings(walk) == before
    walk.do(services.withdraw_consultation, "decider", consultation=1)
    assert readings(walk) == before


def test_the_applicant_learns_nothing(walk):
    before = walk.portal()
    ask(walk)
    walk.do(services.answer_consultation, "stranger", consultation=1, answer="不影响。")
    after = walk.portal()
    assert after.story == before.story
    assert "consult" not in str(after.documents)
    assert (after.clarifications, after.clocks, after.steps) == (before.clarifications, before.clocks, before.steps)
    assert QUESTION not in repr(after)
    assert "不影响" not in repr(after)
    assert not hasattr(after, "consultations")
    for verb in (services.consult, services.answer_consultation):
        values = (
            {"organisation": "culture", "question": "？"}
            if verb is services.consult
            else {"consultation": 1, "answer": "。"}
        )
        refusal(lambda verb=verb, values=values: walk.do(verb, "applicant", **values))


def test_the_asked_department_sees_what_the_question_is_about_and_does_nothing_else(walk):
    walk.do(services.add_note, "window", note="内部。")
    ask(walk, material_key="plan")
    ask(walk, organisation="construction", question="另一个问题？")
    view = walk.desk("stranger")
    assert [item.key for item in view.materials] == ["plan"]
    assert [item.number for item in view.consultations] == [1]
    assert (view.notes, view.documents, view.points, view.can_see_all) == ((), (), (), False)
    assert {entry.verb for entry in view.story if not entry.public} == {"consult"}
    assert all(not row.personal or "*" in row.value for row in view.display if row.value)
    may = {key for key, error in view.actions.items() if error is None}
    assert may == {"answer_consultation:1"}
    files = {item.key: item.files[0].file_id for item in walk.desk().materials if item.files}
    assert case_file(walk.number, walk.by("stranger"), files.pop("plan"))
    for file_id in files.values():
        refusal(lambda file_id=file_id: case_file(walk.number, walk.by("stranger"), file_id), NotFound)
    document = next(item.id for item in documents.for_owner(f"case:{walk.number}"))
    refusal(lambda: case_document(walk.number, walk.by("stranger"), document), NotFound)
    field = "applicant.id_number"
    refusal(
        lambda: services.reveal(number=walk.number, actor=walk.by("stranger"), field=field, now=walk.now), Forbidden
    )
    refusal(lambda: walk.do(services.add_note, "stranger", note="我也说一句。"), Forbidden)
    ask(walk, question="整件如何？")
    assert len(walk.desk("stranger").materials) == len(walk.desk().materials)


def test_seeing_by_question_is_one_rule_for_lists_and_for_one_case(walk):
    def agree(expected: bool) -> None:
        case = Case.objects.get(number=walk.number)
        beside = store.beside(case)
        for post in ("stranger", "construction", "decider", "supervisor"):
            actor = walk.by(post)
            listed = Case.objects.filter(visible_to(actor), pk=case.pk).exists()
            assert sees(actor, case, beside.reviews, beside.consultations) is listed
        assert Case.objects.filter(visible_to(walk.by("stranger")), pk=case.pk).exists() is expected
        assert not Case.objects.filter(handled_by(walk.by("stranger")), pk=case.pk).exists()

    agree(False)
    ask(walk)
    agree(True)
    walk.do(services.answer_consultation, "stranger", consultation=1, answer="不影响。")
    agree(True)
    walk.do(services.take_back_answer, "stranger", consultation=1)
    walk.do(services.withdraw_consultation, "decider", consultation=1)
    agree(False)
    ask(walk)
    agree(True)
    walk.go("2026-03-05").reviews().grant()
    agree(False)
    assert question(walk, number=2).state == "lapsed"
    assert lane(walk, "stranger") == []


def test_one_answer_taken_back_by_its_author_while_undecided_and_never_lost(walk):
    ask(walk)
    answer = {"consultation": 1, "answer": "不影响。"}
    refusal(lambda: walk.do(services.take_back_answer, "stranger", consultation=1), Refused)
    refusal(lambda: walk.do(services.answer_consultation, "construction", **answer), NotFound)
    refusal(lambda: walk.do(services.answer_consultation, "decider", **answer), Forbidden)
    walk.do(services.answer_consultation, "stranger", **answer)
    refusal(lambda: walk.do(services.answer_consultation, "stranger", **answer), Refused)
    refusal(lambda: walk.do(services.withdraw_consultation, "decider", consultation=1), Refused)
    walk.go("2026-03-05").do(services.take_back_answer, "stranger", consultation=1)
    found = question(walk)
    assert (found.state, found.answer) == ("open", None)
    assert [(said.text, said.by_name) for said in found.taken_back] == [("不影响。", "示例stranger")]
    walk.do(services.answer_consultation, "stranger", consultation=1, answer="再看，有影响。")
    walk.reviews().grant()
    refusal(lambda: walk.do(services.take_back_answer, "stranger", consultation=1))
    sound()


def test_only_the_asker_withdraws_and_a_wrong_question_is_named(walk):
    ask(walk)
    assert (
        refusal(lambda: walk.do(services.withdraw_consultation, "decider-2", consultation=1)).code
        == "not_your_question"
    )
    assert refusal(lambda: walk.do(services.withdraw_consultation, "decider", consultation=9)).code == "no_consultation"
    walk.do(services.withdraw_consultation, "decider", consultation=1)
    refusal(lambda: walk.do(services.withdraw_consultation, "decider", consultation=1), Refused)
    refusal(lambda: walk.desk("stranger"), NotFound)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"question": "  "}, "question"),
        ({"question": "问" * 4001}, "question"),
        ({"organisation": "approval_bureau"}, "organisation"),
        ({"organisation": "nowhere"}, "organisation"),
        ({"organisation": ""}, "organisation"),
        ({"material_key": "nothing"}, "material_key"),
        ({"wish_on": dt.date(2026, 3, 2)}, "wish_on"),
    ],
)
def test_wrong_entries_are_named(walk, values, field):
    error = refusal(lambda: ask(walk, **values), Invalid)
    assert [fault.field for fault in error.errors] == [field]


def test_who_asks_and_when(walk):
    refusal(lambda: ask(walk, "certificates"), Forbidden)
    refusal(lambda: ask(walk, "window"), Forbidden)  # accepted: the case is not the window's any more
    refusal(lambda: ask(walk, expected_seq=1), Stale)
    assert ask(walk, "fire") == 1
    fresh = begin(walk.hall, "2026-03-03", variant="change", serial=2)
    assert ask(fresh, "window") == 1
    walk.go("2026-03-05").reviews().grant()
    assert refusal(lambda: ask(walk), Refused).code == "wrong_status"


def test_a_deputy_answers_in_place_of_the_absent_officer(walk):
    walk.hall.ids["stand-in"] = factories.officer("stand-in", "culture", ["catalogue_manager"])
    walk.hall.ids["culture-head"] = factories.officer("culture-head", "culture", ["agency_head"])
    ask(walk)
    refusal(lambda: walk.desk("stand-in"), NotFound)
    head, now = walk.by("culture-head"), walk.now
    people.appoint_deputy(officer=walk.hall.ids["stranger"], deputy=walk.hall.ids["stand-in"], actor=head, now=now)
    people.report_leave(
        officer=walk.hall.ids["stranger"], first=now.date(), last=now.date() + dt.timedelta(3), actor=head, now=now
    )
    assert lane(walk, "stand-in") == [walk.number]
    refusal(lambda: walk.do(services.answer_consultation, "stranger", consultation=1, answer="。"), Forbidden)
    walk.do(services.answer_consultation, "stand-in", consultation=1, answer="不影响。")
    said = question(walk).answer
    assert (said.by_name, said.for_name) == ("示例stand-in", "示例stranger")
    last = records.events(f"case:{walk.number}")[-1]
    assert (last.facts["for"], last.facts["as"]) == (walk.hall.ids["stranger"], "deputy")
    sound()


def test_audit_names_a_question_that_changed_came_or_went(walk):
    ask(walk)
    walk.do(services.answer_consultation, "stranger", consultation=1, answer="不影响。")
    sound()

    def problems() -> set[str]:
        return {item.problem for item in records.verify() if item.chain == f"case:{walk.number}"}

    for changes in ({"answer": "有影响。"}, {"question": "没问。"}, {"asked_by": "1"}, {"organisation": "fire"}):
        kept = Consultation.objects.values(*changes).get()
        Consultation.objects.update(**changes)
        assert problems() == {"consultation"}, changes
        Consultation.objects.update(**kept)
    row = Consultation.objects.get()
    row.pk, row.number = None, 2
    row.save()
    assert problems() == {"consultation"}
    Consultation.objects.all().delete()
    assert problems() == {"consultation"}


# Notes that call somebody.


def unread(walk, post: str) -> int:
    return queries.work_counts(walk.by(post), walk.now)[0]["mentions"]


def note(walk, text: str, by: str = "decider", call: tuple[str, ...] = ()):
    return walk.do(services.add_note, by, note=text, call=call)


def test_a_note_calls_who_may_read_it_and_reading_marks_it(walk):
    told = note(walk, "请@示例window-2看附图；@示例fire 也看。", call=(walk.hall.ids["supervisor"],))
    assert set(told) == {"示例window-2", "示例fire", "示例supervisor"}
    called = {call.name for call in walk.desk("decider").notes[0].calls}
    assert called == {"示例window-2", "示例fire", "示例supervisor"}
    assert [unread(walk, post) for post in ("window-2", "fire", "supervisor", "window", "fire-2")] == [1, 1, 1, 0, 0]
    found = queries.mentions(walk.by("fire"))
    assert [(row.number, row.by_name, row.read_at) for row in found.rows] == [(walk.number, "示例decider", None)]
    assert walk.desk("fire").notes[0].unread
    walk.do(services.read_note, "window", note=found.rows[0].note)  # whom it does not call marks nothing
    assert unread(walk, "fire") == 1
    walk.do(services.read_note, "fire", note=found.rows[0].note)
    assert (unread(walk, "fire"), unread(walk, "window-2")) == (0, 1)
    assert queries.mentions(walk.by("fire")).rows[0].read_at == walk.now
    assert not walk.desk("fire").notes[0].unread
    sound()


@pytest.mark.parametrize("text", ["请@示例stranger看。", "请@nobody 看。"])
def test_who_may_not_see_the_case_cannot_be_called(walk, text):
    error = refusal(lambda: note(walk, text), Invalid)
    assert error.errors[0].field == "note"
    assert refusal(lambda: note(walk, "看。", call=(walk.hall.ids["stranger"],)), Invalid).errors[0].field == "call"
    ask(walk)  # a department that was only asked reads no notes
    refusal(lambda: note(walk, text), Invalid)
    assert note(walk, "写信到 office@example.com。") == ()


def test_everybody_offered_reads_the_notes_and_nobody_else(walk):
    ask(walk)
    offered = {item.id for item in queries.people_to_call(walk.number, walk.by("decider"), walk.now)}
    case = walk.row
    for post, account in walk.hall.ids.items():
        if post.startswith(("enterprise", "person")) or post == "decider":
            continue
        reads = Case.objects.filter(handled_by(walk.by(post)), pk=case.pk).exists()
        assert (account in offered) is reads, post


def test_a_deputy_reads_for_the_absent_officer(walk):
    note(walk, "@示例window-2 请看。")
    now, head = walk.now, walk.by("head")
    people.appoint_deputy(officer=walk.hall.ids["window-2"], deputy=walk.hall.ids["window"], actor=head, now=now)
    assert unread(walk, "window") == 0
    people.report_leave(officer=walk.hall.ids["window-2"], first=now.date(), last=now.date(), actor=head, now=now)
    rows = queries.mentions(walk.by("window")).rows
    assert [row.for_name for row in rows] == ["示例window-2"]
    walk.do(services.read_note, "window", note=rows[0].note)
    assert Mention.objects.get().read_by == walk.hall.ids["window"]
    assert unread(walk, "window") == 0


def test_audit_names_a_call_that_was_put_in_or_taken_out(walk):
    note(walk, "@示例window-2 请看。")
    sound()
    Mention.objects.update(officer="1")
    assert {item.problem for item in records.verify()} == {"note"}
    Mention.objects.all().delete()
    assert {item.problem for item in records.verify()} == {"note"}
    assert InternalNote.objects.count() == 1
