"""The mail gateway: files without a network, and a real SMTP server on this machine."""

from __future__ import annotations

import email
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tongban.gateways.mail import Attachment, MailDeferred, MailRefused, send
from tongban.gateways.mail.message import build, stable_id


class Mailbox:
    """An SMTP server's handler that keeps what it is given, and answers as told."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.rcpt_answer = "250 OK"
        self.data_answer = "250 OK"
        self.data_delay = 0.0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt_answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        time.sleep(self.data_delay)
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return self.data_answer


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _use_server(settings: Any, port: int) -> None:
    settings.MAIL_FILE_DIR = ""
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""


@pytest.fixture
def server(mailbox: Mailbox, settings: Any) -> Iterator[Controller]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=_free_port())
    controller.start()
    _use_server(settings, controller.port)
    yield controller
    controller.stop()


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MAIL_FILE_DIR = str(tmp_path / "mail")
    return tmp_path / "mail"


def _send(**changes: Any) -> None:
    send(
        **{
            "message_id": "case-12-acceptance",
            "to": "someone@applicant.example",
            "subject": "受理通知书：滨海〔2026〕1号",
            "text": "您的申请已受理。\n办结期限：2026年3月17日\n",
            "attachments": [Attachment("受理单 𠮷.pdf", "application/pdf", b"%PDF-1.7 \0\xff")],
            **changes,
        }
    )


def _check(message: EmailMessage, settings: Any) -> None:
    assert message["Subject"] == "受理通知书：滨海〔2026〕1号"
    assert message["To"] == "someone@applicant.example"
    assert message["From"].addresses[0].display_name == settings.AUTHORITY_NAME
    assert message["From"].addresses[0].addr_spec == settings.DEFAULT_FROM_EMAIL
    assert message["Message-ID"] == "<case-12-acceptance@127.0.0.1>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime is not None
    body = message.get_body()
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == "您的申请已受理。\n办结期限：2026年3月17日\n"
    (attachment,) = message.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content_type()) == ("受理单 𠮷.pdf", "application/pdf")
    assert attachment.get_payload(decode=True) == b"%PDF-1.7 \0\xff"


def _read(path: Path) -> EmailMessage:
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_message_becomes_a_file_that_mail_programs_open(folder: Path, settings: Any) -> None:
    _send()
    (path,) = folder.iterdir()
    assert path.name == "case-12-acceptance.eml"
    _check(_read(path), settings)


def test_sending_again_leaves_one_file(folder: Path) -> None:
    _send()
    _send(text="again")
    (path,) = folder.iterdir()
    assert b"again" in path.read_bytes()
    _send(message_id="case-13-acceptance")
    assert len(list(folder.iterdir())) == 2


def test_a_message_id_cannot_leave_the_folder(folder: Path) -> None:
    for key in ("../../etc/x", "..", "通知", "a" * 200, "a b", "a..b", ""):
        _send(message_id=key)
    names = {path.name for path in folder.iterdir()}
    assert len(names) == 7
    assert all(path.resolve().parent == folder.resolve() for path in folder.iterdir())


def test_a_folder_that_cannot_be_written_is_worth_another_try(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file stands in the way")
    settings.MAIL_FILE_DIR = str(tmp_path / "mail")
    with pytest.raises(MailDeferred):
        _send()


def test_stable_ids_differ_when_keys_differ() -> None:
    assert stable_id("case-12-acceptance") == "case-12-acceptance"
    assert stable_id("case 12") != stable_id("case-12") != stable_id("case/12")
    assert stable_id("通知") == stable_id("通知") != stable_id("公告")


@pytest.mark.parametrize(
    "address", ["", "x", "a@b@c", "a@example.org\nBcc: b@example.org", "a@example.org, b@example.org"]
)
def test_an_address_that_is_none_is_refused_for_good(folder: Path, address: str) -> None:
    with pytest.raises(MailRefused):
        _send(to=address)
    assert not folder.exists()


def test_line_breaks_cannot_smuggle_headers(folder: Path) -> None:
    message = build(
        message_id="x",
        to="a@example.org",
        subject="hello\r\nBcc: b@example.org",
        text="x",
        attachments=[Attachment("a\r\nX-Evil: 1.pdf", "application/pdf", b"")],
    )
    parsed = email.message_from_bytes(message.as_bytes(), policy=default)
    assert parsed["Bcc"] is None
    assert parsed["Subject"] == "hello Bcc: b@example.org"
    assert b"\nX-Evil" not in message.as_bytes()


@pytest.mark.usefixtures("server")
def test_a_server_takes_the_message(mailbox: Mailbox, settings: Any) -> None:
    _send()
    (message,) = mailbox.messages
    _check(message, settings)


@pytest.mark.usefixtures("server")
def test_a_repetition_carries_the_same_message_id(mailbox: Mailbox) -> None:
    _send()
    _send()
    first, second = mailbox.messages
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("stage", "answer", "kind"),
    [
        ("rcpt_answer", "550 no such user", MailRefused),
        ("rcpt_answer", "451 come back later", MailDeferred),
        ("data_answer", "554 we do not want this", MailRefused),
        ("data_answer", "452 full", MailDeferred),
    ],
)
def test_the_servers_answer_decides_whether_to_try_again(
    mailbox: Mailbox, stage: str, answer: str, kind: type[Exception]
) -> None:
    setattr(mailbox, stage, answer)
    with pytest.raises(kind, match=answer):
        _send()


def test_no_server_is_worth_another_try(settings: Any) -> None:
    _use_server(settings, _free_port())
    with pytest.raises(MailDeferred):
        _send()


@pytest.mark.usefixtures("server")
def test_a_server_that_does_not_answer_is_left(mailbox: Mailbox, settings: Any) -> None:
    mailbox.data_delay = 2
    settings.EMAIL_TIMEOUT = 0.3
    began = time.monotonic()
    with pytest.raises(MailDeferred):
        _send()
    assert time.monotonic() - began < 1.5


def _certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + built.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def secure_server(
    mailbox: Mailbox, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Controller]:
    """A server that wants TLS and a password; its certificate is trusted through SSL_CERT_FILE."""
    path = _certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.login == b"tongban" and data.password == b"secret", handled=False)

    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=_free_port(),
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=check,
    )
    controller.start()
    _use_server(settings, controller.port)
    settings.EMAIL_USE_TLS = True
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "tongban", "secret"
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    yield controller
    controller.stop()


@pytest.mark.usefixtures("secure_server")
def test_tls_and_password(mailbox: Mailbox, settings: Any) -> None:
    _send()
    assert len(mailbox.messages) == 1
    settings.EMAIL_HOST_PASSWORD = "wrong"
    with pytest.raises(MailDeferred, match="535"):
        _send()


@pytest.mark.usefixtures("secure_server")
def test_a_certificate_nobody_vouches_for_is_not_trusted(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(MailDeferred, match="certificate"):
        _send()
    assert mailbox.messages == []
