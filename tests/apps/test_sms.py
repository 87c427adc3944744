"""The gateway of short messages: a signed request to a real server, what its answers mean, files without a network."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tongban.config.environment import parse_sms_url
from tongban.gateways import sms
from tongban.gateways.posting import signature

MESSAGE = sms.ShortMessage("remind-1", "13800000000", "TB_QUESTION", "您的办件1有一个问题", {"case_number": "1"})


class Carrier(BaseHTTPRequestHandler):
    """Keeps what it is asked and answers as told."""

    asked: list[tuple[dict[str, str], bytes]] = []
    answer: tuple[int, bytes] = (200, b'{"id": "c-1"}')

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).asked.append((dict(self.headers), content))
        status, body = type(self).answer
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        return


@pytest.fixture
def carrier(settings: Any) -> Iterator[type[Carrier]]:
    Carrier.asked, Carrier.answer = [], (200, b'{"id": "c-1"}')
    server = HTTPServer(("127.0.0.1", 0), Carrier)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SMS_FILE_DIR, settings.SMS_GATEWAY_URL = "", f"http://127.0.0.1:{server.server_port}/send"
    settings.SMS_KEY_ID, settings.SMS_SECRET, settings.SMS_SIGN_NAME = "k1", "secret", "示例政务"
    settings.SMS_TIMEOUT = 2
    yield Carrier
    server.shutdown()
    server.server_close()


def test_the_request_is_signed_over_every_byte(carrier):
    assert sms.send(MESSAGE) == "c-1"
    ((headers, content),) = carrier.asked
    body = json.loads(content)
    assert body == {
        "out_id": "remind-1",
        "phone": "13800000000",
        "sign_name": "示例政务",
        "template_code": "TB_QUESTION",
        "params": {"case_number": "1"},
    }
    told = (headers["X-Timestamp"], headers["X-Nonce"])
    assert headers["X-Signature"] == signature("secret", *told, content)
    assert headers["X-Signature"] != signature("secret", *told, content.replace(b"138", b"139"))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((400, '{"code": "BAD_NUMBER", "message": "空号"}'.encode()), sms.SmsRefused),
        ((401, b"{}"), sms.SmsDeferred),
        ((429, b"not json"), sms.SmsDeferred),
        ((500, b""), sms.SmsDeferred),
        ((200, b"[]"), sms.SmsDeferred),
        ((302, b""), sms.SmsDeferred),
    ],
)
def test_what_an_answer_means(carrier, answer, error):
    carrier.answer = answer
    with pytest.raises(error):
        sms.send(MESSAGE)
    assert len(carrier.asked) == 1, "a number is carried to nowhere else"


def test_without_a_network_each_message_is_a_file_and_the_same_one_again_the_same_file(settings, tmp_path):
    settings.SMS_FILE_DIR, settings.SMS_SIGN_NAME = str(tmp_path / "sms"), "示例政务"
    assert sms.send(MESSAGE) == sms.send(MESSAGE)
    (file,) = (tmp_path / "sms").iterdir()
    assert json.loads(file.read_text("utf-8"))["text"] == "【示例政务】您的办件1有一个问题"


def test_addresses_of_a_gateway():
    assert parse_sms_url("") == ("", "")
    assert parse_sms_url("file:///srv/sms") == ("/srv/sms", "")
    assert parse_sms_url("https://carrier.example/v1")[1] == "https://carrier.example/v1"
    for wrong in ("http://carrier.example/", "ftp://x", "file:sms", "carrier"):
        with pytest.raises(ValueError, match=r"\w"):
            parse_sms_url(wrong)
