"""Official documents: numbers, text, files, voiding and the comparison with their events."""

from __future__ import annotations

import datetime as dt
import io
import threading
from typing import Any

import pytest
from django.db import close_old_connections, connection, connections, transaction
from pypdf import PdfReader

from tongban.core.actors import Actor
from tongban.core.errors import Invalid, NotFound, Refused
from tongban.documents import audit, queries, services, signing, typesetting
from tongban.documents.composing import compose, deadline_text
from tongban.documents.effects import render_document
from tongban.documents.kinds import IssuingAuthority, kinds
from tongban.documents.models import Document
from tongban.documents.rendering import lookup_url, render
from tongban.outbox.worker import Worker
from tongban.records import queries as records
from tongban.records.models import Event

NOW = dt.datetime(2026, 10, 19, 1, 12, tzinfo=dt.UTC)
CLERK = Actor(kind="staff", id="7", name="王示例", posts=frozenset({"window"}))
AUTHORITY = IssuingAuthority(
    key="approval_bureau", name="滨海新区（示例）行政审批局", word="津滨审批", region_code="120116"
)
DUE = {"date": "2026-11-20", "provisional": False, "start": "2026-10-19", "value": 20, "unit": "working_day"}
COMMON: dict[str, Any] = {
    "applicant": "津滨示例环保科技有限公司",
    "item": "消毒产品生产企业卫生许可",
    "case_number": "120116202610160000017",
    "lookup_code": "K7M2QX",
    "lookup_url": "https://tongban.example/progress/K7M2QX",
    "received_on": dt.date(2026, 10, 16),
    "received_at": "2026-10-16T09:12:00+08:00",
    "accepted_on": "2026-10-19",
    "materials": ["生产车间平面图（电子件）"],
    "completeness_due": {"date": "2026-10-23"},
    "defects": [{"text": "平面图没有标人流方向", "notes": ["用箭头标出后重新上传"]}],
    "due": DUE,
    "reason": "该产品不按消毒产品管理",
    "basis": "《消毒管理办法》第二十条",
    "competent_body": "滨海新区（示例）市场监督管理局",
    "ground": "检测",
    "started_on": "2026-10-20",
    "expected_days": 5,
    "expected_end": "2026-10-27",
    "notified_until": "2026-10-27",
    "ended_on": "2026-10-26",
    "extended_days": 10,
    "approver": "本机关负责人",
    "new_due": "2026-12-04",
    "decided_on": "2026-11-10",
    "reasons": ["生产车间净化级别没有达到要求"],
    "questions": ["生产用水的处理方式"],
    "filed_on": "2026-10-16",
    "withdrawn_on": "2026-10-20",
    "terminated_on": "2026-10-20",
    "falsehood": "提供虚假材料",
    "facts_found": ["检测报告编号经核实不存在"],
    "delivered_at": "2026-11-12T02:00:00+00:00",
    "documents": ["准予行政许可决定书"],
}


def text_of(content: bytes) -> str:
    """All text of a PDF without its line breaks."""
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).replace("\n", "")


def issue(kind: str = "acceptance", owner: str = "case:1", **changes: Any) -> queries.DocumentView:
    """Issue a document in a transaction of its own."""
    with transaction.atomic():
        return services.issue(
            kind=kind, owner=owner, data={**COMMON, **changes}, authority=AUTHORITY, actor=CLERK, now=NOW
        )


def signed_file(document_id: str) -> bytes:
    """The stored file of a document."""
    with records.open_file(queries.get(document_id).file_id) as handle:
        return handle.read()


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_kind_prints_title_number_and_authority(kind: str) -> None:
    number = kinds()[kind].number(AUTHORITY, 2026, 12)
    content = render(kind, COMMON, authority=AUTHORITY, number=number, issued_on=NOW.date())
    text = text_of(content)
    assert kinds()[kind].title in text
    assert number in text.replace(" ", "")
    assert AUTHORITY.name in text
    assert COMMON["case_number"] in text.replace(" ", "")
    assert len(PdfReader(io.BytesIO(content)).pages) == 1


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_every_entry_a_kind_needs_is_asked_for(kind: str) -> None:
    for name in kinds()[kind].needs:
        with pytest.raises(Invalid) as refusal:
            compose(kind, {key: value for key, value in COMMON.items() if key != name}, AUTHORITY)
        assert name in [error.field for error in refusal.value.errors]


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_document_that_refuses_says_where_to_turn(kind: str) -> None:
    text = compose(kind, COMMON, AUTHORITY).plain_text()
    refuses = kind in {"refuse_acceptance", "decision_refuse", "termination", "warning"}
    assert ("《中华人民共和国行政复议法》第二十条" in text) is refuses
    assert ("六个月内" in text) is refuses
    assert ("本级人民政府" in text) is refuses


def test_named_bodies_replace_the_general_words() -> None:
    authority = IssuingAuthority(
        key="a", name="甲局", word="甲", reconsideration_body="甲区人民政府", court="甲区人民法院"
    )
    text = compose("decision_refuse", COMMON, authority).plain_text()
    assert "向甲区人民政府申请行政复议" in text
    assert "向甲区人民法院提起行政诉讼" in text


@pytest.mark.parametrize(
    "name", ["𠮷野家（示例）", "#set page(fill: red)", "$x^2$", "a\\b\\n", "<b>粗</b>", "*_`@[]{applicant.__class__}"]
)
def test_what_people_write_is_printed_as_it_is(name: str) -> None:
    content = render(
        "acceptance", {**COMMON, "applicant": name}, authority=AUTHORITY, number="一号", issued_on=NOW.date()
    )
    assert name.replace(" ", "") in text_of(content).replace(" ", "")


def test_a_character_no_font_has_does_not_stop_a_document() -> None:
    content = render("acceptance", {**COMMON, "applicant": "张\ue000三"}, authority=AUTHORITY)
    assert "提出的" in text_of(content)


def test_the_code_opens_the_progress_page(settings: Any) -> None:
    settings.PUBLIC_BASE_URL = "https://tongban.example"
    url = lookup_url({"case_number": "12 01", "lookup_code": "K7M2QX"})
    assert url == "https://tongban.example/progress/?number=12+01&code=K7M2QX"
    assert lookup_url(COMMON) == COMMON["lookup_url"]
    assert lookup_url({"case_number": "1201"}) == ""


def test_documents_are_made_for_the_archive() -> None:
    content = render("receipt", COMMON, authority=AUTHORITY)
    assert b"pdfaid:part" in content
    assert "/OutputIntents" in PdfReader(io.BytesIO(content)).trailer["/Root"]  # type: ignore[operator]


def test_long_documents_run_over_pages_and_keep_every_entry() -> None:
    defects = [{"text": f"第{n}处缺陷" + "说明" * 40, "notes": ["请改正" * 20]} for n in range(1, 41)]
    content = render("correction", {**COMMON, "defects": defects}, authority=AUTHORITY, number="一号")
    text = text_of(content)
    assert len(PdfReader(io.BytesIO(content)).pages) > 2
    assert all(f"第{n}处缺陷" in text for n in range(1, 41))


def test_missing_fonts_are_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "REQUIRED_FONTS", ("Noto Serif CJK SC", "No Such Font"))
    typesetting._fonts.cache_clear()
    try:
        with pytest.raises(typesetting.FontMissing, match=r"No Such Font.*fonts-noto-cjk"):
            typesetting.check_fonts()
    finally:
        typesetting._fonts.cache_clear()


def test_a_provisional_deadline_prints_days_and_why() -> None:
    text = compose("acceptance", {**COMMON, "statutory_due": {**DUE, "provisional": True}}, AUTHORITY).plain_text()
    assert "自2026年10月19日起20个工作日" in text
    assert "2026年11月20日" not in text
    assert "放假安排尚未公布" in text
    assert "放假安排" not in compose("acceptance", {**COMMON, "statutory_due": DUE}, AUTHORITY).plain_text()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-10-16", "2026年10月16日"),
        (dt.date(2026, 1, 2), "2026年1月2日"),
        ({"date": dt.date(2026, 1, 2)}, "2026年1月2日"),
        ({"provisional": True, "start": "2026-10-16", "value": 48, "unit": "hour"}, "自2026年10月16日起48小时"),
    ],
)
def test_deadlines(value: object, expected: str) -> None:
    assert deadline_text(value) == expected


@pytest.mark.parametrize("wrong", ["soon", {"provisional": True}, {"date": "2026-13-01"}, 7, {"value": 3}])
def test_an_impossible_deadline_is_refused_in_words(wrong: object) -> None:
    with pytest.raises(Invalid, match="wrong form"):
        compose("acceptance", {**COMMON, "statutory_due": wrong}, AUTHORITY)


def test_a_last_day_is_said_to_be_included() -> None:
    due = {"date": "2026-12-07", "provisional": False, "start": "2026-11-23", "value": 10, "unit": "working_day"}
    words = compose("receipt", {**COMMON, "completeness_due": due}, AUTHORITY).plain_text()
    assert "2026年12月7日前（含当日）" in words
    assert (
        "10个工作日内，"
        in compose("receipt", {**COMMON, "completeness_due": {**due, "provisional": True}}, AUTHORITY).plain_text()
    )


def test_tracks_change_the_words() -> None:
    granted = compose("decision_grant", {**COMMON, "track": "other"}, AUTHORITY)
    assert granted.title == "准予决定书"
    assert "行政许可" not in granted.plain_text()
    receipt = compose("receipt", {**COMMON, "track": "filing", "completeness_due": None}, AUTHORITY).plain_text()
    assert "收到即予备案" in receipt
    with pytest.raises(Invalid) as refusal:
        compose("receipt", {**COMMON, "track": "guess"}, AUTHORITY)
    assert "track" in [error.field for error in refusal.value.errors]


def test_deemed_acceptance_names_the_article() -> None:
    text = compose("acceptance", {**COMMON, "deemed": True}, AUTHORITY).plain_text()
    assert "第四项" in text
    assert "视为受理" in text
    assert "第五项" not in text


@pytest.mark.django_db
def test_numbers_run_by_kind_authority_and_year() -> None:
    first, second = issue(), issue()
    other = issue("correction")
    assert [first.number, second.number] == ["津滨审批受〔2026〕1号", "津滨审批受〔2026〕2号"]
    assert other.number == "津滨审批补〔2026〕1号"


@pytest.mark.django_db
def test_nothing_is_numbered_when_data_is_missing() -> None:
    with pytest.raises(Invalid):
        issue(applicant="")
    assert issue().number.endswith("〕1号")


@pytest.mark.django_db
def test_the_file_is_signed_stored_and_made_once() -> None:
    document = issue()
    first = services.make_file(document_id=document.id, now=NOW)
    content = signed_file(document.id)
    report = signing.verify_pdf(content)
    assert report.good
    assert report.signing_time == NOW
    assert "测试" in report.signer
    assert first.number in text_of(content).replace(" ", "")
    again = services.make_file(document_id=document.id, now=NOW + dt.timedelta(days=1))
    assert again == first
    render_document.func(document.id)
    assert queries.get(document.id) == first
    assert list(audit.verify()) == []


@pytest.mark.django_db
def test_a_ready_document_is_announced_once(settings: Any) -> None:
    heard.clear()
    settings.DOCUMENT_READY_HOOKS = [f"{__name__}.hear"]
    document = issue(owner="case:9")
    services.make_file(document_id=document.id, now=NOW)
    services.make_file(document_id=document.id, now=NOW)
    assert heard == [(document.id, "case:9", "acceptance")]


heard: list[tuple[str, str, str]] = []


def hear(document_id: str, owner: str, kind: str) -> None:
    """A hook as an upper room would name it."""
    heard.append((document_id, owner, kind))


@pytest.mark.django_db
def test_data_is_encrypted_and_read_back() -> None:
    document = issue()
    with connection.cursor() as cursor:
        cursor.execute("select data from documents_document")
        (raw,) = cursor.fetchone()
    assert COMMON["applicant"] not in raw
    assert COMMON["applicant"] in queries.text_of(document.id).plain_text()


@pytest.mark.django_db
def test_void_keeps_number_and_file_and_happens_once() -> None:
    document = issue()
    services.make_file(document_id=document.id, now=NOW)
    void = services.void(document_id=document.id, reason="发给了别的申请人", actor=CLERK, now=NOW)
    assert (void.status, void.void_reason, bool(void.file_id)) == ("void", "发给了别的申请人", True)
    with pytest.raises(Refused):
        services.void(document_id=document.id, reason="再次", actor=CLERK, now=NOW)
    assert issue().number.endswith("〕2号")
    assert list(audit.verify()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["", "1", "../../etc", "3f2b8c1e-0000-4000-8000-000000000001"])
def test_unknown_ids_are_not_found(wrong: str) -> None:
    with pytest.raises(NotFound):
        queries.get(wrong)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"number": "津滨审批受〔2026〕99号"}, "document_altered"),
        ({"file_sha256": "0" * 64}, "document_altered"),
        ({"issued_on": dt.date(2020, 1, 1)}, "document_altered"),
        ({"status": Document.PENDING}, "document_status"),
        ({"status": Document.VOID}, "document_status"),
        ({"serial": 99}, "missing_number"),
    ],
)
def test_a_changed_row_is_found(change: dict[str, Any], problem: str) -> None:
    document = issue()
    services.make_file(document_id=document.id, now=NOW)
    Document.objects.filter(pk=document.id).update(**change)
    assert problem in [finding.problem for finding in audit.verify()]


@pytest.mark.django_db
def test_a_deleted_row_is_found() -> None:
    kept, gone = issue(), issue()
    for document in (kept, gone):
        services.make_file(document_id=document.id, now=NOW)
    Document.objects.filter(pk=gone.id).delete()
    assert {finding.problem for finding in audit.verify()} == {"document_missing", "missing_number"}


@pytest.mark.django_db
def test_evidence_holds_no_name_of_the_applicant() -> None:
    document = issue()
    services.make_file(document_id=document.id, now=NOW)
    bodies = Event.objects.filter(chain="documents:case:1").values_list("body", flat=True)
    assert bodies
    assert not any(COMMON["applicant"] in body for body in bodies)


@pytest.mark.django_db(transaction=True)
def test_numbers_are_gap_free_under_concurrency() -> None:
    workers, each = 6, 5
    numbers: list[str] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(each):
                numbers.append(issue().number)
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    assert failures == []
    assert sorted(numbers) == sorted(f"津滨审批受〔2026〕{n}号" for n in range(1, workers * each + 1))


def issue_and_fail() -> None:
    """A verb that issues a document and then does not come to its end."""
    with transaction.atomic():
        services.issue(kind="acceptance", owner="case:1", data=COMMON, authority=AUTHORITY, actor=CLERK, now=NOW)
        raise RuntimeError("the verb changed its mind")


@pytest.mark.django_db(transaction=True)
def test_the_worker_makes_the_file_of_what_was_committed_only() -> None:
    document = issue()
    with pytest.raises(RuntimeError, match="changed its mind"):
        issue_and_fail()
    Worker().run_due()
    assert [item.number for item in queries.for_owner("case:1") if item.ready] == [document.number]
    assert issue().number.endswith("〕2号")
    assert signing.verify_pdf(signed_file(document.id)).good


@pytest.mark.django_db
def test_a_document_is_issued_inside_its_verbs_transaction_only() -> None:
    rows = Document.objects.count()
    with pytest.raises(Invalid):
        services.issue(kind="receipt", owner="case:1", data={}, authority=AUTHORITY, actor=CLERK, now=NOW)
    assert Document.objects.count() == rows
