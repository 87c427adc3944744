"""What deploy/ promises: the units are sound, their ExecStart lines run, and an unprepared start is refused."""

from __future__ import annotations

import configparser
import http.client
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.production import BIN, HOST, environment, run

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
TIMERS = sorted((ROOT / "deploy/systemd").glob("*.timer"))
START_SECONDS = 60
TOKEN = "0123456789abcdef01234567"

# One worker runs these, so that the installation is prepared once.
pytestmark = [pytest.mark.xdist_group("deployment"), pytest.mark.own_sqlite]


class SocketConnection(http.client.HTTPConnection):
    """HTTP over the server's Unix socket, as nginx speaks to it."""

    def __init__(self, path: Path) -> None:
        super().__init__(HOST, timeout=20)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(str(self.path))


def ask(path: Path, address: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """GET ``address`` as nginx forwards it."""
    connection = SocketConnection(path)
    sent = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    connection.request(
        "GET", address, headers={**sent, **{key.replace("_", "-"): value for key, value in headers.items()}}
    )
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {key.lower(): value for key, value in answer.getheaders()}, body


def answers(path: Path) -> bool:
    """Whether the server listens and its probe is content."""
    try:
        return ask(path, "/healthz")[::2] == (200, b"ok\n")
    except OSError:
        return False


def section(unit: Path, name: str) -> dict[str, str]:
    """One section of a unit; of repeated keys the last one counts, which is enough here."""
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters="=")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(unit.read_text(encoding="utf-8"))
    return dict(parser[name])


def exec_start(unit: str, runtime: Path) -> list[str]:
    """The command of a unit, with this machine's directories instead of the server's."""
    line = section(ROOT / "deploy/systemd" / unit, "Service")["ExecStart"]
    return shlex.split(line.replace("/run/tongban", str(runtime)))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_are_sound(unit: Path) -> None:
    service = section(unit, "Service")
    assert service["ExecStart"].startswith("/usr/bin/env tongban ")
    assert service["NoNewPrivileges"] == service["ProtectHome"] == service["PrivateTmp"] == "yes"
    assert service["User"] == "tongban"
    if shutil.which("systemd-analyze"):
        done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")


def test_every_unit_is_there() -> None:
    names = ["tongban-backup.service", "tongban-doctor.service", "tongban-web.service", "tongban-worker.service"]
    assert [unit.name for unit in UNITS] == names
    assert [unit.name for unit in TIMERS] == ["tongban-backup.timer", "tongban-doctor.timer"]


@pytest.mark.parametrize("timer", TIMERS, ids=lambda unit: unit.name)
def test_timers_are_sound_and_start_something(timer: Path) -> None:
    assert timer.with_suffix(".service") in UNITS
    assert section(timer, "Install")["WantedBy"] == "timers.target"
    assert section(timer, "Timer")["Persistent"] == "yes"
    if shutil.which("systemd-analyze"):
        done = subprocess.run(["systemd-analyze", "verify", str(timer)], capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A production installation, prepared with the commands of docs/operations.md."""
    values = {**environment(tmp_path_factory.mktemp("site")), "METRICS_TOKEN": TOKEN}
    refused = run(values, "serve")
    assert refused.returncode == 2
    assert "tongban manage migrate" in refused.stderr
    assert "tongban manage collectstatic" in refused.stderr
    for words in (["messages"], ["manage", "migrate", "-v0"], ["manage", "collectstatic", "--noinput", "-v0"]):
        done = run(values, *words)
        assert done.returncode == 0, done.stderr
    return values


def start(command: list[str], values: dict[str, str], output: Path) -> subprocess.Popen[bytes]:
    with output.open("wb") as out:
        return subprocess.Popen(command, env=values, stdout=out, stderr=out, start_new_session=True)


def end(process: subprocess.Popen[bytes]) -> None:
    """Whatever a test leaves is killed, with its children."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def test_the_web_unit_serves_and_stops(prepared: dict[str, str], tmp_path: Path) -> None:
    server = start(exec_start("tongban-web.service", tmp_path), prepared, tmp_path / "output")
    web = tmp_path / "web.sock"
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers(web):
            assert server.poll() is None, (tmp_path / "output").read_text(encoding="utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.1)
        status, headers, body = ask(web, "/")
        assert status == 200, body
        assert "max-age=31536000" in headers["strict-transport-security"]
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"]
        sheet = re.search(rb'href="(/static/[^"]+\.css)"', body)
        assert sheet is not None
        status, headers, _ = ask(web, sheet.group(1).decode(), Accept_Encoding="gzip")
        assert status == 200
        assert headers["content-encoding"] == "gzip"
        assert "immutable" in headers["cache-control"]
        assert ask(web, "/", X_Forwarded_Proto="http")[0] == 301
        here = {"X_Forwarded_For": "127.0.0.1", "X_Forwarded_Proto": "http"}
        assert ask(web, "/health/ready")[::2] == (200, b"ok\n")
        probes = json.loads(ask(web, "/health/ready", **here)[2])
        assert probes["state"] == "poor"  # no worker
        assert ask(web, "/metrics", **here)[0] == 404
        figures = ask(web, "/metrics", Authorization=f"Bearer {TOKEN}")[2].decode()
        assert re.search(r'tongban_requests_total\{method="GET",status="200",view="public:home"\} [1-9]', figures)
        found = run({**prepared, "WEB_ADDRESS": str(web)}, "doctor", "--lang", "en").stdout
        assert "✓ web " in found
        assert "✓ static " in found
        assert "No worker has reported" in found
        assert ask(web, "/", Host="elsewhere.example")[0] == 400
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
    finally:
        end(server)


def test_the_worker_unit_works_and_stops(prepared: dict[str, str], tmp_path: Path) -> None:
    output = tmp_path / "output"
    worker = start(exec_start("tongban-worker.service", tmp_path), prepared, output)
    seals = Path(prepared["SEAL_EXPORT_DIR"])
    try:
        deadline = time.monotonic() + START_SECONDS
        while "run_cron done" not in output.read_text(encoding="utf-8"):
            assert worker.poll() is None, output.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, output.read_text(encoding="utf-8")
            time.sleep(0.2)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    finally:
        end(worker)
    assert seals.is_dir()
    assert "Traceback" not in output.read_text(encoding="utf-8")


def test_the_backup_unit_backs_up(prepared: dict[str, str], tmp_path: Path) -> None:
    values = {**prepared, "BACKUP_DIR": str(tmp_path / "backups")}
    done = subprocess.run(
        exec_start("tongban-backup.service", tmp_path), env=values, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    (folder,) = (tmp_path / "backups").iterdir()
    assert run(values, "restore", "--check", str(folder)).returncode == 0


def test_the_command_stands_where_the_units_look_for_it() -> None:
    assert (BIN / "tongban").exists()


def test_the_reverse_proxy_replaces_what_a_visitor_could_forge() -> None:
    text = (ROOT / "deploy/nginx/tongban.conf").read_text(encoding="utf-8")
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in text
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in text
    assert "$request_uri $" not in text  # the log keeps no query
    assert "proxy_set_header X-Request-ID $request_id;" in text
    watched = text[text.index("location ~ ^/(health/ready|metrics)$") :].partition("}")[0]
    assert "deny  all;" in watched


def test_every_setting_of_a_fresh_file_is_explained_in_the_handbook(tmp_path: Path) -> None:
    handbook = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    names = [name for name in environment(tmp_path) if name.isupper() and name not in {"PATH", "LANG"}]
    assert len(names) > 12
    assert [name for name in names if f"`{name}`" not in handbook] == []
