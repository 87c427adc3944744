"""Seals for trials: each has a root of its own, both are marked 测试 and worth nothing outside.

Made on first use in ``TEST_CA_DIR`` and kept, so that what was sealed yesterday verifies today: the general one in the
folder itself, an authority's in a folder of its own below it. Production never comes here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import secrets
import shutil
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tongban.gateways.seal.values import Seal, with_key

ROOT, CERTIFICATE, KEY = "root.pem", "signer.pem", "signer-key.pem"
_BELOW = "seals"
VALID_FROM = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
VALID_TO = dt.datetime(2049, 12, 31, tzinfo=dt.UTC)


def seal(folder: Path, authority: str, name: str) -> Seal:
    """The trial seal of an authority; of nobody in particular without one."""
    place = ensure(folder)
    if authority:
        place = ensure(folder / _BELOW / hashlib.sha256(authority.encode()).hexdigest()[:16], name or authority)
    private = serialization.load_pem_private_key((place / KEY).read_bytes(), None)
    return Seal(authority, _chain(place), with_key(private), trial=True)


def trusted(folder: Path) -> list[bytes]:
    """The chains of every trial seal made so far."""
    return [_chain(place) for place in [ensure(folder), *sorted((folder / _BELOW).glob("[!.]*"))]]


def _chain(place: Path) -> bytes:
    return (place / CERTIFICATE).read_bytes() + (place / ROOT).read_bytes()


def ensure(folder: Path, name: str = "通办") -> Path:
    """``folder`` with root certificate, signer certificate and signer key; made for ``name`` when it is not there.

    Several processes may start at once: a complete set is made aside and moved into place; the first one counts.
    """
    if (folder / KEY).exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.{secrets.token_hex(4)}")
    draft.mkdir(mode=0o700)
    try:
        _make(draft, name)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
        draft.rename(folder)
    except OSError:
        if not (folder / KEY).exists():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def _make(folder: Path, name: str) -> None:
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = _certificate(_name(_fitted(name, "测试根证书")), root_key.public_key(), None, root_key)
    key = ec.generate_private_key(ec.SECP256R1())
    signer = _certificate(_name(_fitted(name, "测试签名证书")), key.public_key(), root, root_key)
    (folder / ROOT).write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (folder / CERTIFICATE).write_bytes(signer.public_bytes(serialization.Encoding.PEM))
    (folder / KEY).touch(mode=0o600)
    (folder / KEY).write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _fitted(name: str, what: str) -> str:
    """A common name has at most 64 bytes (X.520)."""
    return name.encode()[: 64 - len(what.encode())].decode(errors="ignore") + what


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "通办测试（不具法律效力）"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _certificate(
    subject: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    root = issuer is None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(VALID_FROM)
        .not_valid_after(VALID_TO)
        .add_extension(x509.BasicConstraints(ca=root, path_length=0 if root else None), critical=True)
        .add_extension(_usage(root), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    return builder.sign(issuer_key, hashes.SHA256())


def _usage(root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not root,
        content_commitment=not root,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=root,
        crl_sign=root,
        encipher_only=False,
        decipher_only=False,
    )
