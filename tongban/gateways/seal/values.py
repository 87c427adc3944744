"""What a seal is, whoever keeps it, and how a local key seals."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

PNG = b"\x89PNG\r\n\x1a\n"
#: A picture of a seal is a small thing; more is a mistake or an attack.
MOST_PICTURE = 512 * 1024


class SealUnusable(RuntimeError):
    """A seal cannot be used: not configured, out of order, or refused by its keeper. The message says what to do."""


@dataclass(frozen=True)
class Seal:
    """The electronic seal 电子印章 of an authority for a kind of document.

    ``chain``: certificates as PEM, the seal's own first, the root last. ``picture``: what is printed, as SVG; without
    one only the signature stands. ``raw`` signs bytes with SHA-256 and the seal's key. ``trial``: worth nothing.
    """

    name: str
    chain: bytes
    raw: Callable[[bytes], bytes] = field(repr=False, compare=False)
    picture: str = ""
    trial: bool = False


def certificates(chain: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM text. Raises SealUnusable where there is none or it cannot be read."""
    try:
        return x509.load_pem_x509_certificates(chain)
    except ValueError as error:
        raise SealUnusable(
            "the seal's certificates cannot be read: they are PEM, the seal's own first, RSA or ECDSA. "
            "SM2 seals (GM/T 0031) cannot be put into a PDF signature by this release"
        ) from error


def with_key(private: object) -> Callable[[bytes], bytes]:
    """How a private key that lies here signs. Raises SealUnusable for a kind of key that PDF signatures do not have."""
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return lambda data: private.sign(data, ec.ECDSA(hashes.SHA256()))
    if isinstance(private, rsa.RSAPrivateKey):
        return lambda data: private.sign(data, padding.PKCS1v15(), hashes.SHA256())
    raise SealUnusable(f"a seal needs an RSA or ECDSA key, not {type(private).__name__}")


def made_by(certificate: x509.Certificate, signature: bytes, data: bytes) -> bool:
    """Whether ``signature`` over ``data`` was made with the key of ``certificate``."""
    public = certificate.public_key()
    try:
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        elif isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        else:
            return False
    except InvalidSignature:
        return False
    return True


def picture_of(content: bytes) -> str:
    """A seal's picture, PNG with a transparent ground, as SVG. Raises SealUnusable for anything else."""
    if not content.startswith(PNG) or len(content) > MOST_PICTURE:
        raise SealUnusable(f"the picture of a seal is a PNG of at most {MOST_PICTURE // 1024} KB")
    data = base64.b64encode(content).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
        f'<image width="100" height="100" href="data:image/png;base64,{data}"/></svg>'
    )
