"""Signatures: what is proven, and that every later change is seen."""

from __future__ import annotations

import datetime as dt
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509 import load_pem_x509_certificate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tongban.documents import signing
from tongban.documents.kinds import IssuingAuthority
from tongban.documents.rendering import render
from tongban.gateways import seal as seals
from tongban.gateways.seal import own
from tongban.gateways.seal import trial as trial_authority

AT = dt.datetime(2026, 10, 19, 1, 12, tzinfo=dt.UTC)
AUTHORITY = IssuingAuthority(key="a", name="示例局", word="示")
DATA = {"applicant": "示例公司", "item": "示例事项", "case_number": "1", "withdrawn_on": "2026-10-19"}


@pytest.fixture(autouse=True)
def own_keys() -> Iterator[None]:
    """Identities are cached per process; tests that change them start and end clean."""
    own.read.cache_clear()
    yield
    own.read.cache_clear()


@pytest.fixture(scope="module")
def plain() -> bytes:
    """An unsigned document."""
    return render("withdrawal", DATA, authority=AUTHORITY, number="一号", issued_on=AT.date())


@pytest.fixture(scope="module")
def signed(plain: bytes) -> bytes:
    """The same, signed."""
    return signing.sign_pdf(plain, reason="签发", signed_at=AT, location="示例局")


def test_a_signed_document_proves_itself(signed: bytes) -> None:
    report = signing.verify_pdf(signed)
    assert report.good
    assert (report.problem, report.signing_time) == ("", AT)
    assert "测试" in report.signer


def test_unsigned_and_unreadable_are_told_apart(plain: bytes) -> None:
    assert signing.verify_pdf(plain).problem == "unsigned"
    for garbage in (b"", b"%PDF-1.7", b"PK\x03\x04", b"\x00" * 2000, "不是文件".encode()):
        report = signing.verify_pdf(garbage)
        assert (report.signed, report.good, report.problem) == (False, False, "unreadable")


def test_appended_bytes_are_seen(signed: bytes) -> None:
    report = signing.verify_pdf(signed + b"\n% added later\n")
    assert not report.good
    assert report.problem == "appended"


def test_an_incremental_update_is_seen(signed: bytes) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.root["/Lang"] = pdf_name("/Changed")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(signed)
    report = signing.verify_pdf(out.getvalue())
    assert not report.good
    assert report.problem == "appended"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_byte_is_seen(signed: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(signed) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda x: x != signed[place]))
    changed = signed[:place] + bytes([value]) + signed[place + 1 :]
    hex_start = signed.index(b"/Contents <") + len(b"/Contents <")
    hex_end = signed.index(b">", hex_start)
    padding_or_case = hex_start <= place < hex_end
    if not padding_or_case:
        assert not signing.verify_pdf(changed).good


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=400).map(lambda tail: b"%PDF-1.7\n" + tail))
def test_no_input_makes_verification_fail_with_an_error(content: bytes) -> None:
    assert not signing.verify_pdf(content).good


def test_a_foreign_signature_is_not_ours(signed: bytes, tmp_path: Path, settings: Any) -> None:
    settings.TEST_CA_DIR = str(tmp_path / "other-ca")
    report = signing.verify_pdf(signed)
    assert (report.signed, report.intact, report.trusted, report.problem) == (True, True, False, "foreign")
    again = signing.verify_pdf(signing.sign_pdf(signed_plain(), reason="签发", signed_at=AT))
    assert again.good


def signed_plain() -> bytes:
    """Another unsigned document."""
    return render("withdrawal", {**DATA, "case_number": "2"}, authority=AUTHORITY)


def test_production_without_keys_refuses_and_names_the_settings(settings: Any, plain: bytes, signed: bytes) -> None:
    settings.TEST_CA_DIR = ""
    settings.SIGNING_KEY_FILE = ""
    with pytest.raises(seals.SealUnusable, match="SIGNING_KEY_FILE and SIGNING_CERT_FILE"):
        signing.sign_pdf(plain, reason="签发", signed_at=AT)
    assert not signing.verify_pdf(signed).good


def test_production_signs_with_its_own_pem_and_draws_no_test_seal(settings: Any, tmp_path: Path, plain: bytes) -> None:
    place = trial_authority.ensure(tmp_path / "ca")
    chain = (place / trial_authority.CERTIFICATE).read_bytes() + (place / trial_authority.ROOT).read_bytes()
    (tmp_path / "chain.pem").write_bytes(chain)
    settings.TEST_CA_DIR = ""
    settings.SIGNING_KEY_FILE = str(place / trial_authority.KEY)
    settings.SIGNING_CERT_FILE = str(tmp_path / "chain.pem")
    assert not seals.is_trial()
    assert signing.verify_pdf(signing.sign_pdf(plain, reason="签发", signed_at=AT)).good
    assert "测试" not in text(render("withdrawal", DATA, authority=AUTHORITY, number="一号", issued_on=AT.date()))


def test_production_signs_with_pkcs12(settings: Any, tmp_path: Path, plain: bytes) -> None:
    place = trial_authority.ensure(tmp_path / "ca")
    key = load_pem_private_key((place / trial_authority.KEY).read_bytes(), None)
    certificate, root = (
        load_pem_x509_certificate((place / name).read_bytes())
        for name in (trial_authority.CERTIFICATE, trial_authority.ROOT)
    )
    assert key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    bundle = pkcs12.serialize_key_and_certificates(
        b"signer",
        key,  # type: ignore[arg-type]
        certificate,
        [root],
        BestAvailableEncryption(b"correct horse"),
    )
    (tmp_path / "signer.p12").write_bytes(bundle)
    settings.TEST_CA_DIR = ""
    settings.SIGNING_KEY_FILE = str(tmp_path / "signer.p12")
    settings.SIGNING_KEY_PASSWORD = "correct horse"
    assert signing.verify_pdf(signing.sign_pdf(plain, reason="签发", signed_at=AT)).good


def text(content: bytes) -> str:
    """Text of the first page."""
    from pypdf import PdfReader

    return PdfReader(io.BytesIO(content)).pages[0].extract_text()


def test_the_test_key_is_readable_by_its_owner_only_and_kept(tmp_path: Path) -> None:
    place = trial_authority.ensure(tmp_path / "ca")
    key = place / trial_authority.KEY
    before = key.read_bytes()
    assert key.stat().st_mode & 0o077 == 0
    assert trial_authority.ensure(place) == place
    assert key.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["ca"]


def test_processes_that_start_at_once_share_one_authority(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tongban.gateways.seal import trial as t;"
        "print((t.ensure(Path(sys.argv[1])) / t.KEY).read_text())"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "ca")]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    outputs = {process.communicate(timeout=60)[0] for process in started}
    assert len(outputs) == 1
    assert outputs.pop().startswith("-----BEGIN PRIVATE KEY")


def test_a_signature_outlives_its_certificate_and_an_expired_one_signs_nothing(
    settings: Any, tmp_path: Path, plain: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_authority, "VALID_TO", dt.datetime(2021, 12, 31, tzinfo=dt.UTC))
    settings.TEST_CA_DIR = str(tmp_path / "short-lived")
    signed = signing.sign_pdf(plain, reason="签发", signed_at=dt.datetime(2020, 6, 1, tzinfo=dt.UTC))
    assert signing.verify_pdf(signed).good
    with pytest.raises(seals.SealUnusable, match="2020-01-01 to 2021-12-31, not on 2026-10-19"):
        signing.sign_pdf(plain, reason="签发", signed_at=AT)
