"""The public register of decisions at the browser: what is found, what is hidden, what is taken along."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client, TestCase
from django.utils import timezone

from tests.apps.cases_help import Hall, Walk, begin, own_folders  # noqa: F401 - the last is a fixture of every test
from tests.web.public_help import Browser, hall, yesterday
from tongban.accounts.models import Applicant
from tongban.cases import audit, queries, services
from tongban.cases.models import Case, WithheldDecision
from tongban.cases.queries import Wanted, register
from tongban.core.errors import Forbidden, Invalid, Refused
from tongban.documents import services as documents
from tongban.licences import services as licences

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def granted(django_db_setup: None, django_db_blocker: Any) -> Iterator[Walk]:
    """One licensed case for the whole file; each test rolls back what it does to it."""
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()
        yield begin(hall(), yesterday(), premises="own").accept().reviews().grant().certificate()
        TestCase._rollback_atomics(atomics)


@pytest.fixture
def walk(granted: Walk, db: None) -> Walk:
    return replace(granted, hall=Hall(dict(granted.hall.ids)))


@pytest.fixture
def visitor() -> Browser:
    return Browser()


def number_of(walk: Walk) -> str:
    return next(item.number for item in walk.portal().documents if item.kind == "decision_grant")


def person(walk: Walk) -> None:
    """Turn the party into a natural person."""
    Applicant.objects.filter(pk=walk.row.applicant_id).update(kind="person")
    Case.objects.filter(pk=walk.row.pk).update(applicant_name="欧阳示例")


def table(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_a_decision_is_found_and_read_without_signing_in(walk: Walk, visitor: Browser) -> None:
    page = visitor.open("/decisions/")
    assert walk.row.applicant_name in page.words()
    assert number_of(walk) in page.words()
    found = queries.decisions(Wanted(), timezone.localdate()).rows[0]
    page = visitor.open(f"/decisions/{found.id}/")
    licence = walk.portal().licence
    assert licence is not None
    for words in (number_of(walk), licence.number, "现行有效", "《行政许可法》第四十条"):
        assert words in page.words()
    applicant = Applicant.objects.get(pk=walk.row.applicant_id)
    for secret in (applicant.phone, applicant.email, applicant.legal_representative, walk.number, walk.code):
        assert secret
        assert secret not in page.words()
    assert applicant.id_number in page.words(), "the credit code of a body is published"


def test_the_register_is_on_every_page_of_the_portal(visitor: Browser) -> None:
    page = visitor.open("/")
    assert len(page.all("a", href="/decisions/")) >= 4, "menu, its phone form, start page and foot"


def test_looking_by_name_number_item_and_day(walk: Walk, visitor: Browser) -> None:
    today = timezone.localdate()
    licence = walk.portal().licence
    assert licence is not None
    number = number_of(walk)
    there = [
        {"words": walk.row.applicant_name[2:6]},
        {"words": number},
        {"words": number.replace("〔", "[").replace("〕", "]")},
        {"words": licence.number},
        {"item": walk.row.item_name[2:5]},
        {"since": walk.row.decided_on.isoformat(), "until": today.isoformat()},
        {"track": "licence"},
    ]
    for asked in there:
        assert number in Client().get("/decisions/", asked).content.decode(), asked
    gone = [{"words": number[:-1]}, {"words": "无此名称"}, {"item": "无此事项"}, {"until": "2000-01-01"}]
    for asked in [*gone, {"track": "filing"}]:
        assert number not in Client().get("/decisions/", asked).content.decode(), asked
    page = Browser().open("/decisions/?words=x&since=" + "2026-13-45", 422)
    assert page.all("input", name="words", value="x"), "nothing entered is lost"
    Browser().open("/decisions/?since=2026-10-16&until=2026-10-15", 422)


def test_a_persons_name_is_masked_and_finds_nothing(walk: Walk, visitor: Browser) -> None:
    person(walk)
    page = visitor.open("/decisions/")
    assert "欧＊＊＊" in page.words()
    assert "欧阳示例" not in page.words()
    assert number_of(walk) not in visitor.open("/decisions/?words=欧阳示例").words()
    assert number_of(walk) in visitor.open(f"/decisions/?words={number_of(walk)}").words()
    found = queries.decisions(Wanted(), timezone.localdate()).rows[0]
    assert "party_code" not in found.values
    assert "content" not in found.values, "a certificate may print where a person lives"
    shown = visitor.open(f"/decisions/{found.id}/").words()
    assert "欧阳" not in shown
    assert Applicant.objects.get(pk=walk.row.applicant_id).id_number not in shown


def test_what_is_revoked_afterwards_is_shown_as_that(walk: Walk, visitor: Browser) -> None:
    licence = walk.portal().licence
    assert licence is not None
    actor = walk.hall.officer("head", timezone.now())
    reason = {"reason": "以欺骗手段取得，王某某举报。", "actor": actor, "now": timezone.now()}
    licences.revoke(licence_id=licence.id, kind="annulled", **reason)
    found = queries.decisions(Wanted(), timezone.localdate()).rows[0]
    assert (found.state, found.in_force, found.state_since) == ("annulled", False, timezone.localdate())
    page = visitor.open(f"/decisions/{found.id}/")
    assert "已撤销" in page.words()
    assert "王某某" not in page.words(), "the reason may name people"
    entry = json.loads(b"".join(Client().get("/decisions/all.json").streaming_content))["decisions"][0]
    assert (entry["state"], entry["effective"]) == ("annulled", False)
    licences.cancel(licence_id=licence.id, ground="revoked", actor=actor, now=timezone.now())
    assert "已注销" in visitor.open("/decisions/").words()


def test_a_void_document_is_shown_as_void(walk: Walk, visitor: Browser) -> None:
    found = queries.decisions(Wanted(), timezone.localdate()).rows[0]
    actor = walk.hall.officer("head", timezone.now())
    documents.void(document_id=found.id, reason="文号有误", actor=actor, now=timezone.now())
    assert "已作废" in visitor.open(f"/decisions/{found.id}/").words()


def test_nothing_but_granted_decisions_is_published(walk: Walk, visitor: Browser) -> None:
    other = begin(walk.hall, yesterday(), serial=2, premises="own").accept().reviews()
    assert queries.decisions(Wanted(), timezone.localdate()).total == 1
    other.do(services.refuse, "decider", reasons="场所不符合条件。", basis="示例条例第五条")
    assert queries.decisions(Wanted(), timezone.localdate()).total == 1
    refusal = next(item.id for item in other.portal().documents if item.kind == "decision_refuse")
    visitor.open(f"/decisions/{refusal}/", 404)
    visitor.open("/decisions/00000000-0000-4000-8000-000000000000/", 404)


def test_withholding_is_a_named_verb_and_leaves_no_trace_in_public(walk: Walk, visitor: Browser) -> None:
    now, found = timezone.now(), queries.decisions(Wanted(), timezone.localdate()).rows[0]
    values = {"number": walk.number, "ground": "trade_secret", "reason": "含配方", "now": now}
    with pytest.raises(Forbidden):
        services.withhold(**values, actor=walk.hall.officer("certificates", now))
    head = walk.hall.officer("head", now)
    with pytest.raises(Invalid):
        services.withhold(**{**values, "ground": "dislike"}, actor=head)
    with pytest.raises(Invalid):
        services.withhold(**{**values, "reason": " "}, actor=head)
    services.withhold(**values, actor=head)
    with pytest.raises(Refused):
        services.withhold(**values, actor=head)
    visitor.open(f"/decisions/{found.id}/", 404)
    assert number_of(walk) not in visitor.open("/decisions/").words()
    assert number_of(walk) not in visitor.open(f"/decisions/?words={number_of(walk)}").words()
    assert len(table(Client().get("/decisions/all.csv"))) == 1
    assert list(audit.verify()) == []
    WithheldDecision.objects.all().delete()
    assert [finding.problem for finding in audit.verify()] == ["register"]
    WithheldDecision.objects.create(case=walk.row, ground="trade_secret", reason="含配方", by=head.id, at=now)
    services.publish_again(number=walk.number, actor=head, now=now)
    with pytest.raises(Refused):
        services.publish_again(number=walk.number, actor=head, now=now)
    visitor.open(f"/decisions/{found.id}/")
    assert list(audit.verify()) == []


def test_the_table_is_no_formula_and_the_data_name_their_source(walk: Walk) -> None:
    Case.objects.filter(pk=walk.row.pk).update(applicant_name='=HYPERLINK("http://elsewhere.example")')
    answer = Client().get("/decisions/all.csv")
    assert answer["Content-Type"].startswith("text/csv")
    head, row = table(answer)
    assert head[0] == "行政相对人名称"
    assert row[0] == '\'=HYPERLINK("http://elsewhere.example")'
    assert row[head.index("许可决定日期")] == walk.row.decided_on.isoformat()
    data = json.loads(b"".join(Client().get("/decisions/all.json").streaming_content))
    assert {"key": "party", "kind": "licence", "label": "行政相对人名称", "source": "双公示"} in data["fields"]
    assert set(data["decisions"][0]) <= register.register.KEYS | {"kind", "effective", "state_since", "page"}
    assert Client().get("/decisions/all.csv?since=tomorrow").status_code == 422


def test_a_page_costs_the_same_however_many_it_shows_and_an_export_misses_nobody(
    walk: Walk, monkeypatch, django_assert_num_queries
) -> None:
    today = timezone.localdate()
    with django_assert_num_queries(7):
        assert len(queries.decisions(Wanted(), today).rows) == 1
    others = [begin(walk.hall, yesterday(), serial=serial, premises="own") for serial in (2, 3)]
    for other in others:
        other.accept().reviews().grant()
    with django_assert_num_queries(7):
        assert len(queries.decisions(Wanted(), today).rows) == 3
    monkeypatch.setattr(register, "PART", 1)
    rows = [found.values["document_number"] for found in queries.every_decision(Wanted(), today)]
    assert sorted(map(str, rows)) == sorted(number_of(one) for one in (walk, *others))


def test_looking_is_limited_and_says_so(walk: Walk, visitor: Browser, monkeypatch) -> None:
    from tongban.web.public.views import decisions

    monkeypatch.setattr(decisions, "MOST", 1)
    monkeypatch.setattr(decisions, "MOST_EXPORTS", 1)
    visitor.open("/decisions/?words=a")
    page = visitor.open("/decisions/?words=b", 429)
    assert page.all("input", name="words", value="b")
    visitor.open("/decisions/")  # the first page is not counted
    assert Client().get("/decisions/all.csv").status_code == 200
    assert Client().get("/decisions/all.json").status_code == 429


def test_the_districts_own_list_of_fields_counts_at_once(walk: Walk, visitor: Browser, settings, tmp_path) -> None:
    fields = ["document_number", "decided_on", "authority", "state"]
    rows = "".join(f"      - {{key: {key}, label: 名, label_en: name, source: 本系统}}\n" for key in fields)
    own = tmp_path / "register.yaml"
    own.write_text(
        f"kinds:\n  licence:\n    title: 决定\n    title_en: Decisions\n    basis: 《行政许可法》第四十条\n"
        f"    documents: [decision_grant]\n    fields:\n{rows}",
        "utf-8",
    )
    settings.REGISTER_FILE = str(own)
    found = queries.decisions(Wanted(), timezone.localdate()).rows[0]
    assert list(found.values) == fields
    assert walk.row.applicant_name not in visitor.open(f"/decisions/{found.id}/").words()
    settings.REGISTER_FILE = str(tmp_path / "absent.yaml")
    visitor.open("/decisions/", 422)
