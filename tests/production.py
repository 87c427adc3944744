"""A complete production environment in a directory, for the tests that start the program as an operator does."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tongban.commands.settings import fresh

HOST = "hall.example"
BIN = Path(sys.executable).parent


def environment(folder: Path) -> dict[str, str]:
    """The settings that ``tongban settings new`` prints, with every directory and key it asks for."""
    text = fresh(host=HOST, name="示例区", database=f"sqlite:///{folder}/site.sqlite3", state=str(folder))
    values = dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))
    for name in ("files", "seals", "keys", "static", "mail"):
        (folder / name).mkdir()
    values["MAIL_URL"] = f"file://{folder}/mail"
    _write_key(Path(values["SEAL_KEY_FILE"]), ed25519.Ed25519PrivateKey.generate())
    key = ec.generate_private_key(ec.SECP256R1())
    _write_key(Path(values["SIGNING_KEY_FILE"]), key)
    Path(values["SIGNING_CERT_FILE"]).write_bytes(_certificate(key).public_bytes(Encoding.PEM))
    return {"PATH": f"{BIN}:{os.environ['PATH']}", "LANG": "C.UTF-8", **values}


def _write_key(path: Path, key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> None:
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "示例区行政审批局")])
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=2))
        .sign(key, hashes.SHA256())
    )


def run(values: dict[str, str], *words: str, seconds: int = 180) -> subprocess.CompletedProcess[str]:
    """``tongban WORDS`` with exactly these settings."""
    return subprocess.run(
        [sys.executable, "-m", "tongban", *words], env=values, capture_output=True, text=True, timeout=seconds
    )
