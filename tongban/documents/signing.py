"""PAdES signatures (ETSI EN 319 142-1, baseline B) over finished documents, and their verification.

Whose key signs is the seal gateway's matter (:mod:`tongban.gateways.seal`): the seal of the authority for the kind of
document. A seal whose certificate is not valid at the instant signs nothing.
"""

from __future__ import annotations

import datetime as dt
import io
import logging
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tongban.documents.pdf_signatures import SignatureReport, certificates, check_pdf, roots_of
from tongban.gateways import seal as seals
from tongban.gateways.seal import Seal, SealUnusable

FIELD_NAME = "Tongban"
logger = logging.getLogger(__name__)


def sign_pdf(
    content: bytes, *, reason: str, signed_at: dt.datetime, location: str = "", seal: Seal | None = None
) -> bytes:
    """``content`` with a signature over all of it that permits no later change.

    ``signed_at`` is the instant the signature states (aware); without a ``seal`` the installation's general one signs.
    Raises :class:`~tongban.gateways.seal.SealUnusable`, also when the certificate is not valid at that instant: such
    a signature would prove nothing.
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
    own = _SealSigner(seal or seals.seal_for("", ""))
    _check_validity(own.chain[0], signed_at)
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    signer = _DatedSigner(metadata, own, new_field_spec=fields.SigFieldSpec(FIELD_NAME))
    signer.signed_at = signed_at
    out = io.BytesIO()
    signer.sign_pdf(writer, output=out)
    return out.getvalue()


def _check_validity(certificate: x509.Certificate, signed_at: dt.datetime) -> None:
    validity = certificate["tbs_certificate"]["validity"]
    start, end = validity["not_before"].native, validity["not_after"].native
    if not start <= signed_at <= end:
        raise SealUnusable(
            f"the signing certificate is valid from {start:%Y-%m-%d} to {end:%Y-%m-%d}, not on {signed_at:%Y-%m-%d}. "
            "Have it renewed and put the new one in its place"
        )


class _SealSigner(signers.Signer):
    """Lets the seal's keeper make the raw signature."""

    def __init__(self, seal: Seal) -> None:
        self.seal, self.chain = seal, certificates(seal.chain)
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(self.chain)
        super().__init__(signing_cert=self.chain[0], cert_registry=store)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """The signature; for a dry run as many bytes as it can have."""
        if digest_algorithm != "sha256":
            raise SealUnusable(f"seals sign with SHA-256, not with {digest_algorithm}")
        if dry_run:
            return bytes(2 * self.chain[0].public_key.byte_size + 16)
        return self.seal.raw(data)


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
        chains = [certificates(chain) for chain in seals.trusted()]
    except SealUnusable as error:
        logger.warning("a signature could not be checked: %s", error)
        return SignatureReport(signed=b"/ByteRange" in content, problem="unreadable")
    others = [each for chain in chains for each in chain]
    return check_pdf(content, [root for chain in chains for root in roots_of(chain)], others)


def certificate_chains() -> str:
    """The seals' certificates and their issuers up to the roots, as PEM: what checks our signatures elsewhere."""
    return b"".join(dict.fromkeys(seals.trusted())).decode()
