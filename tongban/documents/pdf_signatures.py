"""What the signature of a PDF proves, given the roots one believes. Needs no settings: archives are checked with it."""

from __future__ import annotations

import datetime as dt
import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

logger = logging.getLogger(__name__)


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


def certificates(content: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM text, in its order. Raises ValueError for what is none."""
    return [x509.Certificate.load(der) for _, _, der in pem.unarmor(content, multiple=True)]


def roots_of(found: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """The certificates that vouch for themselves; of a chain without one, its last."""
    return [each for each in found if each.subject == each.issuer] or list(found[-1:])


def check_pdf(content: bytes, roots: Sequence[x509.Certificate], others: Sequence[x509.Certificate]) -> SignatureReport:
    """What the signature of ``content`` proves to who believes ``roots``. Never raises: garbage is unreadable."""
    try:
        return _check(content, roots, others)
    except Exception as error:  # a hostile file may break the parser anywhere; who asked must still get an answer
        logger.info("a file could not be parsed as a signed PDF: %s", type(error).__name__)
        return SignatureReport(signed=b"/ByteRange" in content, problem="unreadable")


def _check(content: bytes, roots: Sequence[x509.Certificate], others: Sequence[x509.Certificate]) -> SignatureReport:
    found = PdfFileReader(io.BytesIO(content), strict=False).embedded_regular_signatures
    if not found:
        return SignatureReport(signed=False, problem="unsigned")
    last = found[-1]
    trust = _trust(last.self_reported_timestamp, roots, others)
    status = validate_pdf_signature(last, trust, key_usage_settings=KeyUsageConstraints())
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


def _trust(
    stated: dt.datetime | None, roots: Sequence[x509.Certificate], others: Sequence[x509.Certificate]
) -> ValidationContext:
    """These roots only, as of the stated time of signing.

    A signature outlives its certificate; that a file was really issued then is proven by its registered hash.
    """
    return ValidationContext(
        trust_roots=list(roots),
        other_certs=list(others),
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
