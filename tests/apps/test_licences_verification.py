"""Public verification: by code, by identifier, by file; and what the public does not see."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pypdf import PdfReader, PdfWriter

from tests.apps.licence_help import CLERK, DECIDER, FIELDS, NOW, SPEC, TODAY, file_of, opened, reserve
from tongban.documents import signing
from tongban.documents.kinds import IssuingAuthority
from tongban.documents.rendering import render
from tongban.documents.typesetting import typeset
from tongban.gateways.seal import seal_for
from tongban.licences import content, queries, services
from tongban.licences.effects import make_licence_file
from tongban.licences.values import Holder

pytestmark = pytest.mark.django_db


def by_file(file: bytes, on: dt.date = TODAY) -> queries.Verification:
    """Verify an uploaded file."""
    return queries.verify_public(file=file, on=on)


def test_code_identifier_and_file_lead_to_the_same_licence() -> None:
    licence = opened()
    answers = [
        queries.verify_public(token=licence.token, on=TODAY),
        queries.verify_public(identifier=licence.identifier, on=TODAY),
        queries.verify_public(identifier=f" {licence.identifier.lower()}\n", on=TODAY),
        by_file(file_of(licence)),
    ]
    assert [answer.result for answer in answers] == ["genuine"] * 4
    assert {answer.licence.identifier for answer in answers if answer.licence} == {licence.identifier}
    assert answers[3].signature is not None
    assert answers[3].signature.good


def test_the_code_leads_to_the_verification_page(settings: Any) -> None:
    settings.PUBLIC_BASE_URL = "https://tongban.example/"
    licence = opened()
    assert content.verify_url(licence.token) == f"https://tongban.example/verify/{licence.token}"
    assert len(licence.token) >= 20


@pytest.mark.parametrize("token", ["", "x", "' or 1=1 --", "𠮷", "a" * 5000, "\x00", "../../etc/passwd"])
def test_unknown_codes_are_unknown(token: str) -> None:
    opened()
    assert queries.verify_public(token=token, on=TODAY).result == "unknown"
    if token:
        assert queries.verify_public(identifier=token, on=TODAY).result == "unknown"


def test_a_mistyped_identifier_is_unknown() -> None:
    licence = opened()
    wrong = licence.identifier.replace("2026000000000001", "2026000000000002")
    assert queries.verify_public(identifier=wrong, on=TODAY).result == "unknown"


def test_nothing_is_verified_before_the_file_is_on_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_licence_file.__class__, "enqueue", lambda *args: None)
    licence = reserve()
    for answer in (
        queries.verify_public(token=licence.token, on=TODAY),
        queries.verify_public(identifier=licence.identifier, on=TODAY),
    ):
        assert (answer.result, answer.licence) == ("unknown", None)


@pytest.mark.parametrize(("verb", "result"), [("suspend", "suspended"), ("revoke", "revoked"), ("cancel", "cancelled")])
def test_the_state_counts_for_every_way_of_asking(verb: str, result: str) -> None:
    licence = opened()
    file = file_of(licence)
    more: dict[str, Any] = {"revoke": {"kind": "annulled"}, "cancel": {"ground": "entity_ended"}}.get(verb, {})
    getattr(services, verb)(licence_id=licence.id, reason="依据与事实", actor=DECIDER, now=NOW, **more)
    assert queries.verify_public(token=licence.token, on=TODAY).result == result
    assert queries.verify_public(identifier=licence.identifier, on=TODAY).result == result
    assert by_file(file).result == result


def test_expiry_counts_from_the_day_after() -> None:
    licence = opened()
    assert queries.verify_public(token=licence.token, on=dt.date(2030, 10, 15)).result == "genuine"
    answer = queries.verify_public(token=licence.token, on=dt.date(2030, 10, 16))
    assert answer.result == "expired"
    assert answer.licence is not None
    assert answer.licence.state == "expired"


def test_an_older_version_is_superseded_and_the_code_leads_to_the_new_one() -> None:
    old = opened()
    old_file = file_of(old)
    services.replace(licence_id=old.id, case_chain="case:2", actor=CLERK, now=NOW)
    new = services.make_file(licence_id=old.id, now=NOW)
    assert by_file(old_file).result == "superseded"
    assert queries.verify_public(identifier=old.identifier, on=TODAY).result == "superseded"
    assert by_file(file_of(new)).result == "genuine"
    answer = queries.verify_public(token=old.token, on=TODAY)
    assert answer.licence is not None
    assert (answer.result, answer.licence.version) == ("genuine", 2)


def test_appended_bytes_are_altered() -> None:
    answer = by_file(file_of(opened()) + b"\n")
    assert answer.result == "altered"
    assert answer.licence is not None
    assert answer.signature is not None
    assert answer.signature.problem == "appended"


def test_an_incremental_update_is_altered() -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(file_of(opened())))
    writer.root["/Lang"] = pdf_name("/Changed")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    assert by_file(out.getvalue()).result == "altered"


def test_a_file_saved_anew_is_altered() -> None:
    licence = opened()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(file_of(licence))))
    writer.add_metadata({"/Title": "改过"})
    out = io.BytesIO()
    writer.write(out)
    answer = by_file(out.getvalue())
    assert answer.result == "altered"
    assert answer.licence is not None
    assert answer.licence.identifier == licence.identifier


def test_a_forgery_that_bears_a_registered_identifier_is_altered(settings: Any, tmp_path: Path) -> None:
    licence = opened()
    page = {**content.page(licence, seal_for("", "licence")), "rows": [["单位名称", "冒名公司"]], "title": "伪造证"}
    settings.TEST_CA_DIR = str(tmp_path / "foreign")
    forged = signing.sign_pdf(typeset("licence.typ", page), reason="x", signed_at=NOW)
    settings.TEST_CA_DIR = str(tmp_path / "own")
    answer = by_file(forged)
    assert answer.result == "altered"
    assert answer.signature is not None
    assert answer.signature.problem == "foreign"


def test_other_documents_and_garbage_are_unknown() -> None:
    opened()
    notice = render(
        "withdrawal",
        {"applicant": "示例", "item": "示例", "case_number": "1", "withdrawn_on": "2026-10-19"},
        authority=IssuingAuthority(key="a", name="示例局", word="示"),
    )
    signed = signing.sign_pdf(notice, reason="x", signed_at=NOW)
    for file in (notice, signed, b"", b"%PDF-1.7", b"\xff\xd8\xff\xe0 JFIF", b"PK\x03\x04", b"\x00" * 100_000):
        assert by_file(file).result == "unknown"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_changed_byte_verifies_as_genuine(shared: list[bytes], data: st.DataObject) -> None:
    if not shared:
        shared.append(file_of(opened()))
    file = shared[0]
    place = data.draw(st.integers(0, len(file) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda x: x != file[place]))
    assert by_file(file[:place] + bytes([value]) + file[place + 1 :]).result in {"altered", "unknown"}


@pytest.fixture
def shared() -> list[bytes]:
    """One file for all examples of a property test."""
    return []


def test_the_public_sees_public_lines_and_masked_persons() -> None:
    licence = opened(Holder("person", "陈示例", "11010519491231002X"), fields={**FIELDS, "address": "收件13800000000"})
    facts = queries.verify_public(token=licence.token, on=TODAY).licence
    assert facts is not None
    shown = dict(facts.rows)
    assert facts.holder == "陈＊＊"
    assert shown["法定代表人"] == "陈＊＊"
    assert shown["生产地址"] == "收件138****0000"
    assert "联系电话" not in shown
    assert shown["单位名称"] == FIELDS["unit"]
    assert "11010519491231002X" not in repr(facts)


def test_identity_numbers_inside_printed_text_are_masked() -> None:
    licence = opened(fields={"unit": "示例", "address": "持证人11010519491231002X住所"})
    facts = queries.verify_public(token=licence.token, on=TODAY).licence
    assert facts is not None
    assert dict(facts.rows)["生产地址"] == "持证人110105********002X住所"


def test_credit_codes_are_public() -> None:
    licence = opened(fields={"unit": "91120116MA06X0TT1X"})
    facts = queries.verify_public(token=licence.token, on=TODAY).licence
    assert facts is not None
    assert dict(facts.rows)["单位名称"] == "91120116MA06X0TT1X"
    assert facts.name == SPEC.name


def test_verification_takes_few_queries(django_assert_max_num_queries: Any) -> None:
    licence = opened()
    file = file_of(licence)
    with django_assert_max_num_queries(1):
        queries.verify_public(token=licence.token, on=TODAY)
    with django_assert_max_num_queries(1):
        by_file(file)
    with django_assert_max_num_queries(3):
        by_file(file + b"x")
