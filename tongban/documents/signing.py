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
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tongban.documents import trial_authority
from tongban.documents.pdf_signatures import SignatureReport, certificates, check_pdf

FIELD_NAME = "Tongban"
logger = logging.getLogger(__name__)


class SigningNotConfigured(RuntimeError):
    """No signing key is configured, and this is not a demonstration."""


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
    """What the signature of ``content`` proves to this installation. Never raises: without keys it believes nobody."""
    try:
        own = identity()
    except SigningNotConfigured as error:
        logger.warning("a signature could not be checked: %s", error)
        return SignatureReport(signed=b"/ByteRange" in content, problem="unreadable")
    return check_pdf(content, own.roots, own.others)


def certificate_chain() -> str:
    """The signer's certificate and its issuers up to the root, as PEM: what checks our signatures elsewhere."""
    return b"".join(pem.armor("CERTIFICATE", one.dump()) for one in identity().others).decode()


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
    return certificates(path.read_bytes())


def _identity(key: bytes, chain: list[x509.Certificate], *, test: bool) -> _Identity:
    _, _, der = pem.unarmor(key)
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(chain)
    signer = signers.SimpleSigner(signing_cert=chain[0], signing_key=keys.PrivateKeyInfo.load(der), cert_registry=store)
    return _Identity(signer=signer, roots=(chain[-1],), others=tuple(chain), test=test)
