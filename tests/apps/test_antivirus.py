"""The virus scanner: a small clamd of our own stands in for the real one, over both kinds of socket."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests import factories
from tests.web.public_help import Application, Browser, hall, upload
from tongban.cases.receiving import NotScanned, receive
from tongban.core.errors import Invalid
from tongban.gateways import antivirus
from tongban.gateways.antivirus import ScannerFailed
from tongban.gateways.antivirus.clamd import address_of
from tongban.records.models import StoredFile

# The test signature every scanner knows, in two halves: whole, it would be found in this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD" + rb"-ANTIVIRUS-TEST-FILE!$H+H*"


class _Talk(socketserver.StreamRequestHandler):
    """One connection, as clamd speaks: zPING and zINSTREAM, replies that end in a zero byte."""

    def handle(self) -> None:
        mode: str = self.server.mode  # type: ignore[attr-defined]
        if mode == "silent":
            time.sleep(3)
            return
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if command == b"zPING\0":
            self.wfile.write(b"PONG\0")
            return
        assert command == b"zINSTREAM\0"
        if mode == "hangs up":
            return
        content = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            assert size <= 64 * 1024
            content += self.rfile.read(size)
        self.server.seen.append(content)  # type: ignore[attr-defined]
        found = b"Eicar-Test-Signature FOUND" if EICAR in content else b"OK"
        replies = {"too large": b"INSTREAM size limit exceeded. ERROR", "endless": b"x" * 9000}
        self.wfile.write(replies.get(mode, b"stream: " + found) + b"\0")


class _Tcp(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True


class _Unix(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@pytest.fixture(params=["tcp", "unix"])
def clamd(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[Any]:
    server: Any
    if request.param == "tcp":
        server = _Tcp(("127.0.0.1", 0), _Talk)
        settings.ANTIVIRUS_URL = f"clamd://127.0.0.1:{server.server_address[1]}"
    else:
        server = _Unix(str(tmp_path / "clamd.ctl"), _Talk)
        settings.ANTIVIRUS_URL = f"clamd://{tmp_path / 'clamd.ctl'}"
    server.mode, server.seen = "", []
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_clean_file_passes_and_is_sent_whole(clamd: Any) -> None:
    content = bytes(range(256)) * 1000
    assert antivirus.scan(content) == ""
    assert clamd.seen == [content]
    assert antivirus.answers() is True


def test_the_test_virus_is_found(clamd: Any) -> None:
    assert antivirus.scan(b"x" * 70_000 + EICAR) == "Eicar-Test-Signature"


@pytest.mark.parametrize("mode", ["silent", "hangs up", "too large", "endless"])
def test_no_verdict_is_not_clean(clamd: Any, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(antivirus, "WHOLE", 0.3)
    clamd.mode = mode
    began = time.monotonic()
    with pytest.raises(ScannerFailed):
        antivirus.scan(b"a" * 200_000)
    assert time.monotonic() - began < 2


def test_a_scanner_that_is_not_there(settings: Any, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    for url in (f"clamd://127.0.0.1:{closed}", f"clamd://{tmp_path}/none.ctl"):
        settings.ANTIVIRUS_URL = url
        assert antivirus.answers() is False
        with pytest.raises(ScannerFailed):
            antivirus.scan(b"a")
        with pytest.raises(NotScanned) as caught:
            receive(factories.png(), "a.png")
        assert caught.value.remedy
    settings.ANTIVIRUS_URL = "none"
    assert antivirus.answers() is None
    assert antivirus.scan(EICAR) == ""


def test_addresses() -> None:
    assert address_of("clamd:///run/clamav/clamd.ctl") == "/run/clamav/clamd.ctl"
    assert address_of("clamd://scanner") == ("scanner", 3310)
    assert address_of("clamd://[::1]:9") == ("::1", 9)
    for wrong in ("", "clamd", "clamd://", "clamd:///", "http://a", "clamd://a/b", "clamd://a:x", "clamd:///a?b=c"):
        with pytest.raises(ValueError):
            address_of(wrong)


@pytest.mark.django_db
def test_an_infected_upload_is_refused_before_it_is_kept(clamd: Any) -> None:
    hall()
    enterprise = Browser(factories.enterprise(timezone.now()))
    application = Application(enterprise)
    enterprise.goes(f"{application.base}situation/", application.answers)
    address = f"{application.base}materials/plan/"
    infected = factories.png() + EICAR  # appended, where a picture's own reader never looks
    page = enterprise.refused(address, {"file": upload("图.png", infected)})
    assert "Eicar-Test-Signature" in page.words()
    assert "病毒" in page.words()
    assert not StoredFile.objects.filter(purpose="draft").exists()
    clamd.mode = "hangs up"
    page = enterprise.refused(address, {"file": upload("图.png")})
    assert "图.png" in page.words()
    assert not StoredFile.objects.filter(purpose="draft").exists()
    clamd.mode = ""
    enterprise.goes(address, {"file": upload("图.png")})
    assert StoredFile.objects.filter(purpose="draft").count() == 1


def test_an_infected_file_is_named_in_the_refusal(clamd: Any) -> None:
    with pytest.raises(Invalid) as caught:
        receive(factories.png() + EICAR, "a.png")
    (error,) = caught.value.errors
    assert (error.field, error.params) == ("file", {"name": "Eicar-Test-Signature"})
