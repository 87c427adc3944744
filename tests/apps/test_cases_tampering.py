"""Whoever owns the database can change any row; after a seal the audit says which."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from tests.apps.cases_help import at, begin, open_hall, own_folders, sound, verbs  # noqa: F401
from tests.apps.records_help import as_owner
from tongban.cases import queries, services
from tongban.cases.models import (
    Annotation,
    Case,
    CaseMaterial,
    CheckFinding,
    Clarification,
    CorrectionNotice,
    Inspection,
    InternalNote,
    MaterialFile,
    Review,
    SpecialProcedure,
)
from tongban.records import queries as records
from tongban.records.models import Counter, Event, StoredFile
from tongban.records.services import take_seal
from tongban.records.services.seals import export_missing

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk():
    """A case with everything on it: correction, pause, question, opinion, inspection, decision; sealed."""
    story = begin(open_hall(), "2026-03-02", variant="new", premises="own").go("2026-03-03").ask_correction()
    story.go("2026-03-05").correct().judge().accept()
    story.go("2026-03-06").special(5).go("2026-03-09").result()
    story.do(services.request_clarification, "fire", question="哪一年建成？")
    story.do(services.answer_clarification, "applicant", answer="2019年。")
    second = {"second_officer": story.by("fire-2").id, "findings": {}, "conclusion": "与申请一致。"}
    story.do(services.record_inspection, "fire", **second)
    story.do(services.add_note, "fire", note="与图纸核对过。")
    story.go("2026-03-10").reviews().grant()
    begin(story.hall, "2026-03-10", variant="change")
    sound()
    assert take_seal(at("2026-03-10", "18:00"))
    export_missing()
    sound()
    return story


def found(number: str) -> set[str]:
    return {item.problem for item in records.verify() if item.chain in (f"case:{number}", f"numbers:{scope(number)}")}


@contextmanager
def attempt(what: str, number: str, *expected: str) -> Iterator[None]:
    """An attack that is taken back afterwards; at least the ``expected`` problems are found."""
    with transaction.atomic():
        yield
        problems = found(number)
        transaction.set_rollback(True)
    assert problems >= set(expected), f"{what}: found {problems}"


def scope(number: str) -> str:
    region, day, _ = number.rsplit("-", 2)
    return f"case:{region}:{day}"


CASE_COLUMNS = {
    "status": ("completed", "status"),
    "accepted_on": (dt.date(2026, 3, 4), "row"),
    "received_on": (dt.date(2026, 3, 6), "row"),
    "first_received_on": (dt.date(2026, 3, 1), "row"),
    "decided_by": ("999", "row"),
    "applicant_name": ("津滨冒名有限公司", "row"),
    "granted": (False, "row"),
    "extended_by": (10, "row"),
    "outcome_text": ("另有原因。", "row"),
    "form": ({"area": "9999"}, "row"),
    "answers": ({"premises": "rented"}, "row"),
    "not_after": (dt.date(2030, 1, 1), "row"),
    "authority": ("market", "row"),
    "seq": (3, "head"),
}


def test_a_changed_column_of_the_case(walk):
    for column, (value, problem) in CASE_COLUMNS.items():
        with attempt(column, walk.number, problem):
            assert Case.objects.filter(number=walk.number).update(**{column: value})


#: what → (rows, column, value, problem)
ROWS = {
    "opinion": (Review, "opinion", "不同意。", "opinion"),
    "outcome": (Review, "outcome", "object", "opinion"),
    "signer": (Review, "second_by", "999", "opinion"),
    "review day": (Review, "done_on", dt.date(2026, 3, 4), "opinion"),
    "material's source": (CaseMaterial, "source", "missing", "material"),
    "material's name": (CaseMaterial, "name", "另一份材料", "material"),
    "file's hash": (MaterialFile, "sha256", "0" * 64, "file"),
    "file's round": (MaterialFile, "round", 7, "material"),
    "file's name": (MaterialFile, "name", "别的.png", "material"),
    "point": (Annotation, "wrong", "没有问题。", "points"),
    "point's remedy": (Annotation, "remedy", "不用改。", "points"),
    "point's state": (Annotation, "state", "unmet", "points"),
    "notice's date": (CorrectionNotice, "respond_by", dt.date(2026, 3, 4), "notice"),
    "notice's service": (CorrectionNotice, "served_on", dt.date(2026, 3, 2), "notice"),
    "notice's answer": (CorrectionNotice, "answered_on", None, "notice"),
    "pause's end": (SpecialProcedure, "ended_on", dt.date(2026, 3, 30), "pause"),
    "pause's notice": (SpecialProcedure, "notified_until", dt.date(2026, 3, 30), "pause"),
    "question": (Clarification, "question", "没问。", "clarification"),
    "answer": (Clarification, "answer", "2020年。", "clarification"),
    "finding": (CheckFinding, "met", False, "finding"),
    "finding's remark": (CheckFinding, "remark", "看过了。", "finding"),
    "note": (InternalNote, "text", "没有疑问。", "note"),
    "note's author": (InternalNote, "by", "1", "note"),
    "inspection": (Inspection, "conclusion", "不符合。", "inspection"),
    "inspector": (Inspection, "officers", ["1", "2"], "inspection"),
}


DELETED = {
    Review: "opinion",
    CaseMaterial: "material",
    MaterialFile: "file",
    Annotation: "points",
    CorrectionNotice: "points",
    SpecialProcedure: "pause",
    Clarification: "clarification",
    Inspection: "inspection",
    CheckFinding: "finding",
    InternalNote: "note",
}


def rows_of(model, walk):
    lookup = "material__case__number" if model is MaterialFile else "case__number"
    return model.objects.filter(**{lookup: walk.number})


def test_a_changed_row_beside_the_case(walk):
    for what, (model, column, value, problem) in ROWS.items():
        with attempt(what, walk.number, problem):
            assert rows_of(model, walk).update(**{column: value})


def test_a_deleted_row_beside_the_case(walk):
    for model, problem in DELETED.items():
        with attempt(model.__name__, walk.number, problem):
            assert rows_of(model, walk).delete()[0]


def test_rows_that_nobody_recorded(walk):
    case = walk.row
    day = dt.date(2026, 3, 6)
    SpecialProcedure.objects.create(case=case, ground="testing", started_on=day, expected_days=9, notified_until=day)
    Review.objects.create(case=case, key="housing", opened_on=day, opinion="同意。", first_by="1", officers=1)
    Inspection.objects.create(case=case, done_on=day, conclusion="属实。")
    InternalNote.objects.create(case=case, text="补记。", by="1", at=walk.now)
    assert {"pause", "opinion", "inspection", "note"} <= found(walk.number)


def test_a_stored_file_changed_on_the_disk(walk):
    file_id = MaterialFile.objects.filter(material__case__number=walk.number).first().file_id
    path = Path(settings.MEDIA_ROOT) / StoredFile.objects.get(pk=file_id).path
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"\0")
    assert any(str(file_id) in item.message or str(file_id) in item.chain for item in records.verify())


def test_a_stored_files_row_and_content_changed_together(walk):
    row = MaterialFile.objects.filter(material__case__number=walk.number).first()
    StoredFile.objects.filter(pk=row.file_id).update(sha256="1" * 64)
    MaterialFile.objects.filter(pk=row.pk).update(sha256="1" * 64)
    assert "file" in found(walk.number)


def test_the_database_itself_refuses_to_touch_evidence(walk):
    for sql in ("update records_event set verb = 'x'", "delete from records_event"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert len(verbs(walk.number)) > 10


def test_a_deleted_event(walk):
    for seq, problem in ((1, "deleted"), (5, "deleted"), (walk.row.seq, "truncated")):
        with attempt(f"event {seq}", walk.number, problem):
            as_owner(f"delete from records_event where chain = 'case:{walk.number}' and seq = {seq}")


def test_an_event_rewritten_with_its_columns(walk):
    event = Event.objects.get(chain=f"case:{walk.number}", verb="grant")
    as_owner(f"update records_event set actor_id = '999' where id = {event.pk}")
    assert "altered" in found(walk.number)


def test_a_deleted_chain(walk):
    as_owner(f"delete from records_event where chain = 'case:{walk.number}'")
    assert {"missing_chain", "no_events"} <= found(walk.number)


def test_a_deleted_case_shows_as_a_gap_in_the_numbers(walk):
    Case.objects.filter(number=walk.number).delete()
    assert "missing_number" in found(walk.number)


def test_a_case_deleted_with_chain_and_counter_is_missed_by_the_seal(walk):
    Case.objects.filter(number=walk.number).delete()
    as_owner(f"delete from records_event where chain = 'case:{walk.number}'")
    Counter.objects.filter(scope=scope(walk.number)).delete()
    assert "missing_chain" in found(walk.number)


def test_the_officer_sees_it_on_the_case_itself(walk):
    assert queries.chain_check(walk.number, walk.by("supervisor"))[1] == []
    Review.objects.filter(case__number=walk.number).update(opinion="不同意。")
    assert [item.problem for item in queries.chain_check(walk.number, walk.by("supervisor"))[1]] == ["opinion"]
