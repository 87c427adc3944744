"""Deleting what is over: rows and files go, the proof stays, a hold prevents it, and the audit finds what came back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as installed
from django.test import TestCase
from django.utils import timezone

from tests import factories
from tests.apps.cases_help import Walk, begin, open_hall
from tests.web.desk_help import signed_in
from tongban.accounts.models import SignIn
from tongban.cases import audit as cases_audit
from tongban.cases import services as case_services
from tongban.cases.models import Case, Draft, DraftFile, MaterialFile
from tongban.commands import main
from tongban.core.errors import Forbidden, Invalid, Refused
from tongban.documents import audit as documents_audit
from tongban.documents.models import Document
from tongban.records import queries as records
from tongban.records.models import StoredFile
from tongban.retention import audit, queries, services
from tongban.retention.models import DeletionRecord

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + dt.timedelta(days=1500)


@pytest.fixture(scope="module")
def walk(django_db_setup: None, django_db_blocker: Any) -> Iterator[Walk]:
    """A withdrawn case with files and notices, and a draft with a file; each test rolls back what it does to them."""
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()
        made = begin(open_hall(), "2026-03-02", premises="own").ask_correction()
        made.do(case_services.add_note, "window", note="来电询问过。")
        made.upload()
        made.do(case_services.withdraw, "applicant", reason="不办了")
        factories.run_tasks()
        draft = begin_draft(made)
        case_services.add_draft_file(
            draft_id=draft,
            actor=made.by("applicant"),
            material_key="plan",
            name="图.png",
            content=factories.png(),
            now=NOW,
        )
        yield made
        TestCase._rollback_atomics(atomics)


def begin_draft(walk: Walk) -> str:
    actor = walk.by("applicant")
    applicant = next(iter(actor.applicant_ids))
    draft = str(case_services.start_draft(actor=actor, applicant_id=applicant, item_key="sample", now=NOW))
    case_services.set_situation(draft_id=draft, actor=actor, variant="new", answers={"premises": "own"}, now=NOW)
    return draft


def on_disk(file: StoredFile) -> Path:
    return Path(installed.MEDIA_ROOT) / file.path


def test_the_plan_says_what_would_go_and_changes_nothing(walk: Walk) -> None:
    before = DeletionRecord.objects.count()
    plan = {line.rule.kind: line for line in queries.plan(LATER)}
    assert (plan["drafts"].due.due, plan["undecided_cases"].due.due) == (1, 1)  # type: ignore[union-attr]
    assert plan["decided_cases"].due is None
    assert all(line.due is None or line.due.due == 0 for line in queries.plan(walk.now) if line.rule.kind == "drafts")
    assert Draft.objects.filter(case=None).exists()
    assert DeletionRecord.objects.count() == before


def test_a_draft_goes_with_its_files_and_leaves_a_proof(walk: Walk, django_capture_on_commit_callbacks: Any) -> None:
    row = DraftFile.objects.get(draft__case=None)
    file = StoredFile.objects.get(pk=row.file_id)
    path = on_disk(file)
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        done = services.run(now=NOW + dt.timedelta(days=200))
    assert done.finished_at
    assert not path.exists()
    assert not StoredFile.objects.filter(pk=file.pk).exists()
    assert not Draft.objects.filter(case=None).exists()
    record = DeletionRecord.objects.get(kind="drafts")
    assert (record.count, record.files, record.rule) == (1, 1, "180 days")
    assert json.loads(record.items)[0][2] == [[str(file.pk), file.sha256]]
    assert walk.by("applicant").name not in record.items
    assert list(audit.verify()) == []
    assert services.run(now=NOW + dt.timedelta(days=200)).deleted == 0  # nothing twice


def test_an_undecided_case_is_erased_and_its_chain_still_proves_what_happened(
    walk: Walk, django_capture_on_commit_callbacks: Any
) -> None:
    files = [StoredFile.objects.get(pk=row.file_id) for row in MaterialFile.objects.all()]
    papers = [StoredFile.objects.get(pk=row.file_id) for row in Document.objects.exclude(file_id=None)]
    paths = [on_disk(each) for each in [*files, *papers]]
    name = Case.objects.get(number=walk.number).applicant_name
    assert all(path.exists() for path in paths)
    with django_capture_on_commit_callbacks(execute=True):
        services.run(now=LATER)
    case = Case.objects.get(number=walk.number)
    assert (case.form, case.answers, case.applicant_name, case.status) == ({}, {}, "", "withdrawn")
    assert not any(path.exists() for path in paths)
    assert not MaterialFile.objects.exists()
    assert not case.notes.exists()
    assert list(cases_audit.verify()) == []
    assert list(documents_audit.verify()) == []
    assert list(audit.verify()) == []
    assert records.verify_chain(f"case:{walk.number}") is None
    told = records.events(f"case:{walk.number}")
    assert [event.verb for event in told][-2:] == ["withdraw", "erase"]
    desk = signed_in(walk.hall.ids["window"]).get(f"/desk/cases/{walk.number}/")
    assert desk.status_code == 200
    assert name not in desk.content.decode()
    assert "已按保存期限删除" in desk.content.decode()
    mine = signed_in(walk.applicant.id)
    assert mine.get(f"/cases/{walk.number}/").status_code == 200
    assert signed_in(walk.hall.ids["window"]).get(f"/desk/cases/{walk.number}/papers/").status_code == 200
    Case.objects.filter(pk=case.pk).update(applicant_name=name)  # somebody puts it back
    assert {finding.problem for finding in cases_audit.verify()} >= {"erased"}


def test_a_hold_on_the_case_or_the_person_keeps_it(walk: Walk) -> None:
    supervisor = walk.hall.officer("supervisor", NOW)
    hold = services.place_hold(
        number=walk.number, whole_person=False, reason="行政复议案件在审。", actor=supervisor, now=NOW
    )
    with pytest.raises(Refused):
        services.place_hold(number=walk.number, whole_person=False, reason="再次。", actor=supervisor, now=NOW)
    services.run(now=LATER)
    assert Case.objects.get(number=walk.number).erased_on is None
    assert not Draft.objects.filter(case=None).exists()  # the person is not held
    services.release_hold(hold_id=hold, reason="复议已终结。", actor=supervisor, now=NOW)
    person = services.place_hold(number=walk.number, whole_person=True, reason="诉讼。", actor=supervisor, now=NOW)
    draft = begin_draft(walk)
    plan = {line.rule.kind: line.due for line in queries.plan(LATER)}
    assert (plan["drafts"].due, plan["drafts"].held) == (0, 1)  # type: ignore[union-attr]
    services.run(now=LATER)
    assert Draft.objects.filter(pk=draft).exists()
    services.release_hold(hold_id=person, reason="终结。", actor=supervisor, now=NOW)
    services.run(now=LATER)
    assert not Draft.objects.filter(pk=draft).exists()
    assert list(audit.verify()) == []
    with pytest.raises(Forbidden):
        services.place_hold(
            number=walk.number, whole_person=False, reason="无权。", actor=walk.hall.officer("window", NOW), now=NOW
        )
    with pytest.raises(Invalid) as caught:
        services.place_hold(number="nothing", whole_person=False, reason="有误。", actor=supervisor, now=NOW)
    assert [error.field for error in caught.value.errors] == ["number"]


def test_an_interrupted_run_is_taken_up_again(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 2)
    for minute in range(5):
        SignIn.objects.create(at=NOW + dt.timedelta(minutes=minute), outcome=SignIn.WRONG, address="203.0.113.9")
    first = services.run(now=LATER, most=1)
    assert first.finished_at is None
    again = services.run(now=LATER)
    assert again.id == first.id
    assert again.finished_at
    assert not SignIn.objects.exists()
    listed = DeletionRecord.objects.filter(kind="sign_ins").values_list("count", flat=True)
    assert (sum(listed), max(listed)) == (5, 2)
    assert list(audit.verify()) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"count": 99}, "deletion_altered"),
        ({"items": "[]"}, "deletion_altered"),
        ({"source": "《示例法》"}, "deletion_altered"),
    ],
)
def test_a_changed_proof_is_found(walk: Walk, change: dict[str, Any], problem: str) -> None:
    services.run(now=LATER)
    DeletionRecord.objects.filter(kind="drafts").update(**change)
    assert [finding.problem for finding in audit.verify()] == [problem]
    DeletionRecord.objects.filter(kind="drafts").delete()
    assert [finding.problem for finding in audit.verify()] == ["deletion_missing"]


def test_what_comes_back_after_its_deletion_is_found(walk: Walk) -> None:
    row = Draft.objects.get(case=None)
    services.run(now=LATER)
    row.save(force_insert=True)
    assert [finding.problem for finding in audit.verify()] == ["deleted_and_there"]


def test_the_command_plans_and_runs(walk: Walk, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retention", "plan", "--json"]) == 0
    listed = {line["kind"]: line for line in json.loads(capsys.readouterr().out)}
    assert listed["drafts"]["due"] == 0
    assert "due" not in listed["decided_cases"]
    assert main(["retention", "plan"]) == 0
    assert main(["retention", "run"]) == 0
    assert "each batch has its record" in capsys.readouterr().out


def test_a_hall_has_rules_of_its_own(walk: Walk, settings: Any, tmp_path: Path) -> None:
    own = json.loads((Path(services.__file__).parent / "data" / "rules.json").read_text(encoding="utf-8"))
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(own | {"drafts": {"days": 3}}))
    settings.RETENTION_RULES = str(path)
    assert next(line.due.due for line in queries.plan(NOW + dt.timedelta(days=5)) if line.rule.kind == "drafts") == 1  # type: ignore[union-attr]
    settings.RETENTION_RULES = str(tmp_path / "missing.json")
    with pytest.raises(Invalid):
        services.run(now=LATER)
