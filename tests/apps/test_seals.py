"""The seal gateway: who seals what, keys in a folder, a platform that signs digests, and what is refused."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from asn1crypto import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from PIL import Image
from pypdf import PdfReader

from tongban.documents import signing
from tongban.documents.kinds import IssuingAuthority
from tongban.documents.rendering import render
from tongban.gateways import seal as seals
from tongban.gateways.seal import platform, trial
from tongban.gateways.seal.values import MOST_PICTURE, picture_of, with_key

AT = dt.datetime(2026, 10, 19, 1, 12, tzinfo=dt.UTC)
AUTHORITY = IssuingAuthority(key="a", name="示例局", word="示")
DATA = {"applicant": "示例公司", "item": "示例事项", "case_number": "1", "withdrawn_on": "2026-10-19"}
SECRET = "示例密钥"


def png(size: int = 60) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (size, size), (192, 38, 31, 120)).save(out, "PNG")
    return out.getvalue()


def sealed(kind: str = "withdrawal", authority: IssuingAuthority = AUTHORITY) -> bytes:
    """A document as ``make_file`` makes it."""
    seal = seals.seal_for(authority.key, kind, authority.name)
    content = render(kind, DATA, authority=authority, number="一号", issued_on=AT.date(), seal=seal)
    return signing.sign_pdf(content, reason="签发", signed_at=AT, location=authority.name, seal=seal)


def images(content: bytes) -> int:
    return len(PdfReader(io.BytesIO(content)).pages[0].images)


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Keys with certificates and roots, as two certificate authorities would hand them out."""
    return {name: trial.ensure(tmp_path_factory.mktemp(name) / "ca", name) for name in ("甲", "乙")}


@pytest.fixture
def folder(settings: Any, tmp_path: Path, authorities: dict[str, Path]) -> Path:
    """A folder of seals: 甲 for everything of authority a, 乙 for its licences."""
    rows = [{"authority": "a", "key": "甲.key", "certificate": "甲.pem", "picture": "a.png"}]
    rows.append({"authority": "a", "kinds": ["licence"], "key": "乙.key", "certificate": "乙.pem"})
    for name, place in authorities.items():
        (tmp_path / f"{name}.key").write_bytes((place / trial.KEY).read_bytes())
        chain = (place / trial.CERTIFICATE).read_bytes() + (place / trial.ROOT).read_bytes()
        (tmp_path / f"{name}.pem").write_bytes(chain)
    (tmp_path / "a.png").write_bytes(png())
    (tmp_path / "seals.yaml").write_text(yaml.safe_dump(rows, allow_unicode=True), encoding="utf-8")
    settings.SEALS_URL = f"file://{tmp_path}"
    return tmp_path


def test_in_a_trial_every_authority_has_a_seal_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.TEST_CA_DIR = str(tmp_path / "ca")
    names = {name: IssuingAuthority(key=name, name=name, word="示") for name in ("示例区市场监督管理局", "示" * 40)}
    signers = {signing.verify_pdf(sealed(authority=one)).signer for one in names.values()}
    assert signers == {"示例区市场监督管理局测试签名证书", "示" * 15 + "测试签名证书"}
    assert seals.is_trial()
    assert len(seals.trusted()) == 3
    assert signing.verify_pdf(sealed(authority=next(iter(names.values())))).good


def test_a_seal_of_the_kind_comes_before_the_authoritys_own(folder: Path) -> None:
    assert not seals.is_trial()
    content = sealed()
    assert signing.verify_pdf(content).good
    assert signing.verify_pdf(content).signer.startswith("甲")
    first = seals.certificates(seals.seal_for("a", "licence").chain)[0]
    assert "乙" in first.subject.rfc4514_string()
    with pytest.raises(seals.SealUnusable, match=r"seals\.yaml names no seal of 'b' for 'withdrawal'"):
        seals.seal_for("b", "withdrawal")


def test_the_picture_is_printed_on_what_is_numbered_only(folder: Path) -> None:
    assert images(sealed()) == 1
    seal = seals.seal_for("a", "withdrawal")
    assert images(render("withdrawal", DATA, authority=AUTHORITY, issued_on=AT.date(), seal=seal)) == 0
    assert "测试" not in PdfReader(io.BytesIO(sealed())).pages[0].extract_text()


def test_what_an_earlier_seal_signed_still_verifies(folder: Path, authorities: dict[str, Path]) -> None:
    content = sealed()
    rows = [{"authority": "a", "key": "乙.key", "certificate": "乙.pem"}]
    (folder / "seals.yaml").write_text(yaml.safe_dump(rows, allow_unicode=True) + "\n", encoding="utf-8")
    assert signing.verify_pdf(content).problem == "foreign"
    (folder / "trusted").mkdir()
    (folder / "trusted" / "甲.pem").write_bytes((authorities["甲"] / trial.ROOT).read_bytes())
    assert signing.verify_pdf(content).good


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no YAML"),
        ("[]", "holds a list of seals"),
        ("- {authority: a}", "entry 1: needs authority and key"),
        ("- {authority: a, key: k, colour: red}", "entry 1: needs authority and key"),
        ("- {authority: a, key: 7}", "every value is text"),
        ("- {authority: a, key: k, kinds: licence}", "every value is text"),
        ("- {authority: a, key: missing.pem, certificate: 甲.pem}", "cannot be read: .*missing.pem"),
        ("- {authority: a, key: 甲.key, certificate: missing.pem}", "cannot be read: .*missing.pem"),
        ("- {authority: a, key: 甲.pem, certificate: 甲.pem}", "is no key"),
        ("- {authority: a, key: 甲.key, certificate: 甲.pem, picture: 甲.pem}", "is a PNG"),
    ],
)
def test_a_wrong_list_says_which_entry_and_what_it_needs(folder: Path, text: str, said: str) -> None:
    (folder / "seals.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(seals.SealUnusable, match=said):
        seals.seal_for("a", "withdrawal")


def test_keys_that_a_pdf_cannot_carry_and_pictures_that_are_none_are_refused() -> None:
    with pytest.raises(seals.SealUnusable, match="RSA or ECDSA"):
        with_key(ed25519.Ed25519PrivateKey.generate())
    with pytest.raises(seals.SealUnusable, match="PNG"):
        picture_of(png() + bytes(MOST_PICTURE))
    with pytest.raises(seals.SealUnusable, match="SM2"):
        seals.certificates(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")


@pytest.mark.parametrize("url", ["http://seals.example", "ftp://x", "file://host/x", "seals", "https://"])
def test_addresses_that_cannot_be_meant(url: str) -> None:
    with pytest.raises(ValueError, match="neither a folder"):
        seals.check_address(url)


# --- a platform --------------------------------------------------------------------------------------------------


class Platform(BaseHTTPRequestHandler):
    """What docs say a platform answers; ``server.fault`` makes it answer something else."""

    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        head = f"{self.headers['X-Timestamp']}\n{self.headers['X-Nonce']}\n".encode()
        mac = hmac.new(SECRET.encode(), head + body, hashlib.sha256).hexdigest()
        asked = json.loads(body)
        server.asked.append((self.path, asked))
        if mac != self.headers["X-Signature"] or self.headers["X-Key-Id"] != "hall":
            return self._say(401, b"{}")
        if server.fault == "redirect":
            return self._say(302, b"", "http://127.0.0.1:1/")
        if server.fault in ("500", "list", "garbage"):
            return self._say(500 if server.fault == "500" else 200, b"[]" if server.fault == "list" else b"\xff{")
        place = server.place
        if self.path == "/v1/seals":
            chain = (place / trial.CERTIFICATE).read_text() + (place / trial.ROOT).read_text()
            picture = base64.b64encode(png()).decode()
            return self._say(200, json.dumps({"seal": "s1", "certificates": chain, "picture": picture}).encode())
        key: Any = serialization.load_pem_private_key((place / trial.KEY).read_bytes(), None)
        digest = base64.b64decode(asked["digest"])
        if server.fault == "other digest":
            digest = bytes(32)
        signature = key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        return self._say(200, json.dumps({"signature": base64.b64encode(signature).decode()}).encode())

    def _say(self, status: int, content: bytes, to: str = "") -> None:
        self.send_response(status)
        if to:
            self.send_header("Location", to)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def served(settings: Any, tmp_path: Path, authorities: dict[str, Path]) -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
    server.place, server.fault, server.asked = authorities["甲"], "", []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SEALS_URL = f"http://127.0.0.1:{server.server_port}/v1/"
    settings.SEALS_KEY_ID, settings.SEALS_SECRET = "hall", SECRET
    settings.SEALS_ROOTS_FILE = str(authorities["甲"] / trial.ROOT)
    platform._seal.cache_clear()
    yield server
    server.shutdown()
    server.server_close()


def test_a_platform_signs_digests_and_its_picture_is_printed(served: Any) -> None:
    seals.check_address(f"http://127.0.0.1:{served.server_port}/v1/")
    content = sealed()
    report = signing.verify_pdf(content)
    assert report.good
    assert report.signer.startswith("甲")
    assert images(content) == 1
    assert [path for path, _ in served.asked] == ["/v1/seals", "/v1/signatures"]
    asked = served.asked[1][1]
    assert (asked["seal"], asked["algorithm"], len(base64.b64decode(asked["digest"]))) == ("s1", "sha256", 32)
    sealed()
    assert [path for path, _ in served.asked[2:]] == ["/v1/signatures"]  # the seal is known for a while


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("other digest", "does not fit the seal's certificate"),
        ("500", "answered 500 to seals"),
        ("redirect", "answered 302 to seals"),
        ("list", "no answer that could be read"),
        ("garbage", "did not answer seals"),
    ],
)
def test_what_a_platform_says_is_not_believed_unseen(served: Any, fault: str, said: str) -> None:
    served.fault = fault
    with pytest.raises(seals.SealUnusable, match=said):
        sealed()


def test_a_foreign_root_a_wrong_secret_and_a_platform_that_is_gone(
    served: Any, settings: Any, authorities: dict[str, Path]
) -> None:
    settings.SEALS_SECRET = "falsch"
    with pytest.raises(seals.SealUnusable, match="answered 401"):
        sealed()
    settings.SEALS_SECRET = SECRET
    settings.SEALS_ROOTS_FILE = str(authorities["乙"] / trial.ROOT)
    with pytest.raises(seals.SealUnusable, match="end in no root"):
        sealed()
    settings.SEALS_URL = "http://127.0.0.1:1/"
    with pytest.raises(seals.SealUnusable, match="did not answer"):
        sealed()


def test_the_archive_checks_by_the_roots_of_every_seal(folder: Path) -> None:
    from tongban.documents.pdf_signatures import certificates, check_pdf, roots_of

    chain = certificates(signing.certificate_chains().encode())
    roots = roots_of(chain)
    assert {root.subject.native["common_name"][:1] for root in roots} == {"甲", "乙"}
    assert all(isinstance(root, x509.Certificate) for root in roots)
    assert check_pdf(sealed(), roots, chain).good
