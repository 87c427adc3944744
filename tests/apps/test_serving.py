"""Proof of service: to a confirmed address on its arrival, on paper from a signed receipt, corrected with a reason."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests import factories
from tests.apps.cases_help import Walk, at, begin, open_hall, own_folders, picture, refusal, sound  # noqa: F401
from tongban.accounts import services as account_services
from tongban.cases import queries, services
from tongban.cases.models import ServiceRecord
from tongban.cases.service_rules import service_chain
from tongban.cases.services import Receipt, Scan
from tongban.core.dates import legal_date
from tongban.core.errors import Forbidden, Invalid, NotFound, Refused
from tongban.messaging import queries as messages
from tongban.messaging import services as messaging
from tongban.records import queries as records

pytestmark = pytest.mark.django_db
HAND = Receipt("hand", dt.date(2026, 3, 4), receiver="示例甲", server="示例乙")


def refused_case() -> Walk:
    """A decision that can be contested."""
    walk = begin(open_hall(), "2026-03-02", variant="new", premises="own").accept().reviews().refuse()
    factories.run_tasks()
    return walk.go("2026-03-05")


def row(walk: Walk, kind: str = "decision_refuse", post: str = "decider") -> queries.DocumentService:
    view = queries.serving(walk.number, walk.by(post))
    return next(item for item in view.rows if item.document.kind == kind)


def record(walk: Walk, post: str = "decider", receipt: Receipt = HAND, **values: Any) -> None:
    document = row(walk, post=post).document.id
    walk.do(services.record_service, post, document_id=document, receipt=receipt, **values)


def agree(walk: Walk, means: str = "mail") -> None:
    account_services.confirm_service_address(
        applicant_id=walk.row.applicant_id, means=means, agreed=True, actor=walk.applicant, now=walk.now
    )


def test_on_paper_from_receipt_to_the_last_day_of_the_remedies():
    walk = refused_case()
    assert row(walk).state == "paper"
    assert row(walk, "receipt").state == "none"
    assert row(walk).remedies == (), "nothing runs before service"
    record(walk, scan=Scan("回证.png", picture()))
    found = row(walk)
    assert found.record is not None
    assert (found.state, found.record.served_on, found.record.receiver) == ("served", dt.date(2026, 3, 4), "示例甲")
    assert [way.last for way in found.remedies] == [dt.date(2026, 5, 6), dt.date(2026, 9, 4)]
    assert "serve" in [entry.verb for entry in walk.portal().story]
    info, content = queries.receipt_scan(walk.number, found.record.id, walk.by("decider"))
    assert (info.mime, content.read()[:4]) == ("image/png", b"\x89PNG")
    said = records.texts(service_chain(walk.number))[-1][0]
    assert "示例甲" not in said, "no name stands in an event"
    assert refusal(lambda: record(walk), Refused).message.endswith("recorded already.")
    sound()


def test_what_is_wrong_or_not_ones_own_is_refused_and_changes_nothing():
    walk = refused_case()
    for day, field in ((dt.date(2026, 3, 1), "served_on"), (dt.date(2026, 3, 6), "served_on"), (None, "served_on")):
        error = refusal(lambda day=day: record(walk, receipt=Receipt("hand", day, "甲", "乙")), Invalid)
        assert [item.field for item in error.errors] == [field]
    refusal(lambda: record(walk, scan=Scan("回证.pdf", b"nothing of the kind")), Invalid)
    refusal(lambda: record(walk, post="fire"), Forbidden)
    refusal(lambda: record(walk, post="supervisor"), Forbidden)
    refusal(
        lambda: walk.do(services.record_service, "decider", document_id=row(walk, "receipt").document.id, receipt=HAND),
        Refused,
    )
    other = begin(walk.hall, "2026-03-02", who="person", serial=7, variant="change")
    foreign = queries.serving(other.number, other.by("window")).rows[0].document.id
    refusal(lambda: walk.do(services.record_service, "decider", document_id=foreign, receipt=HAND), NotFound)
    refusal(
        lambda: walk.do(
            services.correct_service, "decider", document_id=row(walk).document.id, receipt=HAND, reason="没有登记过"
        ),
        Refused,
    )


def test_a_correction_keeps_the_wrong_record_and_moves_the_periods():
    walk = refused_case()
    record(walk, scan=Scan("回证.png", picture()))
    document = row(walk).document.id
    right = Receipt("retention", dt.date(2026, 3, 5), server="示例乙", witness="示例丙", note="当场拒收")
    correct = {"document_id": document, "receipt": right}
    refusal(lambda: walk.do(services.correct_service, "decider", reason=" ", **correct), Invalid)
    walk.do(services.correct_service, "decider", reason="日期抄错一天", **correct)
    found = row(walk)
    assert found.record is not None
    assert (found.record.means, found.record.served_on) == ("retention", dt.date(2026, 3, 5))
    assert found.record.scan_id, "the scan stands until another comes"
    assert [(old.served_on, old.reason) for old in found.former] == [(dt.date(2026, 3, 4), "日期抄错一天")]
    assert found.remedies[1].last == dt.date(2026, 9, 7), "5 September is a Saturday"
    sound()
    ServiceRecord.objects.filter(replaced_at=None).update(served_on=dt.date(2026, 3, 2))
    assert "service" in {finding.problem for finding in records.verify()}


def test_arrival_at_the_confirmed_address_is_service_and_nothing_else_is():
    walk = begin(open_hall(), "2026-03-02", variant="new", premises="own")
    walk.accept()
    factories.run_tasks()
    assert row(walk, "acceptance", "window").state == "paper", "told by mail, but nobody agreed to be served there"
    agree(walk)
    refusal(lambda: agree(walk), Refused)
    seq = walk.row.seq
    walk.reviews().refuse()
    factories.run_tasks()
    found = row(walk)
    assert found.record is not None
    assert (found.state, found.record.means, found.record.address) == ("served", "mail", "a***@example.com")
    sent = next(item for item in messages.of_case(walk.number) if item.document_id == found.document.id)
    assert sent.sent_at is not None
    assert found.record.served_on == legal_date(sent.sent_at)
    assert walk.row.seq > seq
    assert records.events(f"case:{walk.number}")[-1].verb == "refuse", "an arrival makes nobody's form stale"
    account_services.withdraw_service_address(applicant_id=walk.row.applicant_id, actor=walk.applicant, now=walk.now)
    assert row(walk).state == "served", "what was served stays served"
    sound()


def test_where_reading_counts_the_inbox_serves_when_it_is_opened(settings, tmp_path):
    rules = "kinds: [receipt]\nelectronic: {counts: reading}\nmeans: {inapp: {}, hand: {}}\n"
    (tmp_path / "rules.yaml").write_text(rules, "utf-8")
    settings.SERVING_FILE = str(tmp_path / "rules.yaml")
    walk = begin(open_hall(), "2026-03-02", variant="change")
    agree(walk, "inapp")
    factories.run_tasks()
    assert row(walk, "receipt", "window").state == "paper"
    receipt = row(walk, "receipt", "window").document.id
    letter = next(item for item in messages.inbox(int(walk.applicant.id)).rows if item.document_id == receipt)
    messaging.read(message_id=letter.id, actor=walk.applicant, now=at("2026-03-04"))
    factories.run_tasks()
    found = row(walk, "receipt", "window").record
    assert found is not None
    assert (found.means, found.served_on) == ("inapp", dt.date(2026, 3, 4))


def test_what_is_collected_at_the_window_is_served_with_the_licence():
    walk = begin(open_hall(), "2026-03-02", variant="new", premises="own").accept().reviews().grant().certificate()
    walk.do(services.deliver, "certificates", method="window", recipient="示例甲")
    found = row(walk, "decision_grant", "certificates").record
    assert found is not None
    assert (found.means, found.served_on, found.receiver) == ("window", dt.date(2026, 3, 2), "示例甲")
    sound()
