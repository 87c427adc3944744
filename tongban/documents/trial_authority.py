"""A certificate authority for trials: its root and its one signer are marked 测试 and worth nothing outside.

Made on first use in ``TEST_CA_DIR`` and kept, so that what was signed yesterday verifies today. Production never
comes here: it names its own key and certificate.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import shutil
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT, CERTIFICATE, KEY = "root.pem", "signer.pem", "signer-key.pem"
VALID_FROM = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
VALID_TO = dt.datetime(2049, 12, 31, tzinfo=dt.UTC)


def ensure(folder: Path) -> Path:
    """``folder`` with root certificate, signer certificate and signer key; made when it is not there.

    Several processes may start at once: a complete set is made aside and moved into place; the first one counts.
    """
    if (folder / KEY).exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.{secrets.token_hex(4)}")
    draft.mkdir(mode=0o700)
    try:
        _make(draft)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
        draft.rename(folder)
    except OSError:
        if not (folder / KEY).exists():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def _make(folder: Path) -> None:
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = _certificate(_name("通办测试根证书"), root_key.public_key(), None, root_key)
    key = ec.generate_private_key(ec.SECP256R1())
    signer = _certificate(_name("通办测试签名证书（测试）"), key.public_key(), root, root_key)
    (folder / ROOT).write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (folder / CERTIFICATE).write_bytes(signer.public_bytes(serialization.Encoding.PEM))
    (folder / KEY).touch(mode=0o600)
    (folder / KEY).write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


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
