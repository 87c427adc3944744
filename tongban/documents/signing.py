"""PAdES signatures (ETSI EN 319 142-1, baseline B) over finished documents, and their verification.

Production names its own key and certificate chain (``SIGNING_KEY_FILE``, ``SIGNING_CERT_FILE``, PEM; or one PKCS #12
file as ``SIGNING_KEY_FILE`` with ``SIGNING_KEY_PASSWORD``). Without them only the demonstration signs, with a test
authority that marks everything 测试. Seals with SM2 (GB/T 38540) come from the seal gateway.
"""

from __future__ import annotations

import datetime as dt
import io
import logging
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from asn1crypto import keys, pem, x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tongban.documents import trial_authority

FIELD_NAME = "Tongban"
logger = logging.getLogger(__name__)


class SigningNotConfigured(RuntimeError):
    """No signing key is configured, and this is not a demonstration."""


@dataclass(frozen=True)
class SignatureReport:
    """What a file's signature proves.

    ``intact``: the signed bytes are unchanged. ``covers_whole``: nothing was appended after them. ``trusted``: the
    signer is this installation's. ``problem`` is a stable word when something is wrong: unsigned, unreadable,
    altered, appended, foreign.
    """

    signed: bool
    intact: bool = False
    covers_whole: bool = False
    signer: str = ""
    trusted: bool = False
    signing_time: dt.datetime | None = None
    problem: str = ""

    @property
    def good(self) -> bool:
        """Whether the file is exactly what this installation signed."""
        return self.signed and self.intact and self.covers_whole and self.trusted


@dataclass(frozen=True)
class _Identity:
    """Who signs: ``others`` is the chain from the signer's certificate to the root."""

    signer: signers.SimpleSigner
    roots: tuple[x509.Certificate, ...]
    others: tuple[x509.Certificate, ...]
    test: bool


def is_test_authority() -> bool:
    """Whether documents are signed by the test authority and must say so."""
    return not _setting("SIGNING_KEY_FILE")


def sign_pdf(content: bytes, *, reason: str, signed_at: dt.datetime, location: str = "") -> bytes:
    """``content`` with a signature over all of it that permits no later change.

    ``signed_at`` is the instant the signature states (aware). Raises :class:`SigningNotConfigured`, also when the
    certificate is not valid at that instant: such a signature would prove nothing.
    """
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD_NAME,
        reason=reason,
        location=location or None,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    own = identity()
    _check_validity(own, signed_at)
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    signer = _DatedSigner(metadata, own.signer, new_field_spec=fields.SigFieldSpec(FIELD_NAME))
    signer.signed_at = signed_at
    out = io.BytesIO()
    signer.sign_pdf(writer, output=out)
    return out.getvalue()


def _check_validity(own: _Identity, signed_at: dt.datetime) -> None:
    validity = own.others[0]["tbs_certificate"]["validity"]
    start, end = validity["not_before"].native, validity["not_after"].native
    if not start <= signed_at <= end:
        raise SigningNotConfigured(
            f"the signing certificate is valid from {start:%Y-%m-%d} to {end:%Y-%m-%d}, not on {signed_at:%Y-%m-%d}. "
            "Have it renewed and name the new one in SIGNING_KEY_FILE and SIGNING_CERT_FILE"
        )


class _DatedSigner(signers.PdfSigner):
    """Signs at the instant of the verb rather than at whatever time the library reads."""

    signed_at: dt.datetime

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.signed_at
        return session


def verify_pdf(content: bytes) -> SignatureReport:
    """What the signature of ``content`` proves. Never raises: garbage is reported as unreadable."""
    try:
        return _verify(content)
    except Exception as error:  # a hostile file may break the parser anywhere; the page must still answer
        logger.info("an uploaded file could not be parsed as a signed PDF: %s", type(error).__name__)
        return SignatureReport(signed=b"/ByteRange" in content, problem="unreadable")


def _verify(content: bytes) -> SignatureReport:
    found = PdfFileReader(io.BytesIO(content), strict=False).embedded_regular_signatures
    if not found:
        return SignatureReport(signed=False, problem="unsigned")
    last = found[-1]
    status = validate_pdf_signature(
        last, _trust(last.self_reported_timestamp), key_usage_settings=KeyUsageConstraints()
    )
    intact = bool(status.intact and status.valid)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    trusted = bool(status.trusted)
    return SignatureReport(
        signed=True,
        intact=intact,
        covers_whole=whole,
        signer=str(status.signing_cert.subject.native.get("common_name", "")),
        trusted=trusted,
        signing_time=status.signer_reported_dt,
        problem=_problem(intact, whole, trusted),
    )


def _trust(stated: dt.datetime | None) -> ValidationContext:
    """Our own roots only, as of the stated time of signing.

    A signature outlives its certificate; that a file was really issued then is proven by its registered hash.
    """
    own = identity()
    return ValidationContext(
        trust_roots=list(own.roots),
        other_certs=list(own.others),
        moment=stated,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


def _problem(intact: bool, whole: bool, trusted: bool) -> str:
    if not intact:
        return "altered"
    if not whole:
        return "appended"
    return "" if trusted else "foreign"


def _setting(name: str) -> str:
    return str(getattr(settings, name, "") or "")


def identity() -> _Identity:
    """The signing identity of this installation, read once a process.

    Raises :class:`SigningNotConfigured` in production without keys.
    """
    key_file = _setting("SIGNING_KEY_FILE")
    if key_file:
        return _production(key_file, _setting("SIGNING_CERT_FILE"), _setting("SIGNING_KEY_PASSWORD"))
    folder = _setting("TEST_CA_DIR")
    if not folder:
        raise SigningNotConfigured(
            "documents cannot be signed: name the key and certificate in SIGNING_KEY_FILE and SIGNING_CERT_FILE "
            "(PEM), or a PKCS #12 file in SIGNING_KEY_FILE with SIGNING_KEY_PASSWORD"
        )
    return _test(folder)


@lru_cache(maxsize=4)
def _test(folder: str) -> _Identity:
    place = trial_authority.ensure(Path(folder))
    key = (place / trial_authority.KEY).read_bytes()
    chain = [*_certificates(place / trial_authority.CERTIFICATE), *_certificates(place / trial_authority.ROOT)]
    return _identity(key, chain, test=True)


@lru_cache(maxsize=4)
def _production(key_file: str, certificate_file: str, password: str) -> _Identity:
    key, chain = Path(key_file).read_bytes(), []
    secret = password.encode() or None
    if key.lstrip().startswith(b"-----BEGIN"):
        private = load_pem_private_key(key, secret)
        chain = _certificates(Path(certificate_file))
    else:
        bundle = pkcs12.load_pkcs12(key, secret)
        if bundle.key is None or bundle.cert is None:
            raise SigningNotConfigured(f"{key_file} holds no key with its certificate")
        private = bundle.key
        found = [bundle.cert, *bundle.additional_certs]
        chain = [x509.Certificate.load(item.certificate.public_bytes(Encoding.DER)) for item in found]
    plain = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return _identity(plain, chain, test=False)


def _certificates(path: Path) -> list[x509.Certificate]:
    """Signer first, issuers after it."""
    return [x509.Certificate.load(der) for _, _, der in pem.unarmor(path.read_bytes(), multiple=True)]


def _identity(key: bytes, chain: list[x509.Certificate], *, test: bool) -> _Identity:
    _, _, der = pem.unarmor(key)
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(chain)
    signer = signers.SimpleSigner(signing_cert=chain[0], signing_key=keys.PrivateKeyInfo.load(der), cert_registry=store)
    return _Identity(signer=signer, roots=(chain[-1],), others=tuple(chain), test=test)
