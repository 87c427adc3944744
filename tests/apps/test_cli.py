"""The ``tongban`` command: finding verbs, refusing in words, and a demo that leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import empty_database
from tongban import commands
from tongban.commands.demo import cells, table

START_SECONDS = 90

# One worker runs these, so that the demo's data is built once.
pytestmark = pytest.mark.xdist_group("demo")


def tongban(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would."""
    command = [sys.executable, "-m", "tongban", *words]
    return subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, timeout=120)


def test_the_overview_names_every_verb_without_importing_any() -> None:
    done = tongban()
    assert done.returncode == 0
    for verb in commands.verbs():
        assert re.search(rf"^  {verb} +\S", done.stdout, flags=re.MULTILINE), verb
    assert {"clock", "demo", "manage", "serve", "settings", "work"} <= set(re.findall(r"^  (\S+)", done.stdout, re.M))


def test_an_unknown_verb_lists_the_known_ones() -> None:
    done = tongban("fly")
    assert done.returncode == 2
    assert "no verb 'fly'" in done.stderr
    assert "demo" in done.stderr


@pytest.mark.parametrize("verb", commands.verbs())
def test_every_verb_explains_itself(verb: str) -> None:
    done = tongban(verb, "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"usage: tongban {verb}")


def test_the_clock_loads_no_django() -> None:
    code = (
        "import sys; from tongban.commands import main; "
        "code = main(['clock', '--received', '2020-01-16', '--accepted', '2020-01-20', '--limit', '20', '--json']); "
        "sys.exit(code or any(name.split('.')[0] == 'django' for name in sys.modules) * 7)"
    )
    env = {"PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_missing_settings_are_told_without_a_traceback() -> None:
    done = tongban("manage", "migrate", TONGBAN_MODE="production", DATABASE_URL="")
    assert done.returncode == 2
    assert "DATABASE_URL: is not set" in done.stderr
    assert "Traceback" not in done.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def descendants(pid: int) -> set[int]:
    """The processes below ``pid``, from /proc."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(text.rpartition(")")[2].split()[1])
    found, frontier = set(), {pid}
    while frontier := {child for child, parent in parents.items() if parent in frontier} - found:
        found |= frontier
    return found


def alive(pids: set[int]) -> set[int]:
    """Those of ``pids`` that still run (a zombie has ended)."""
    running = set()
    for pid in pids:
        try:
            state = (
                Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
            )
        except OSError:
            continue
        if state != "Z":
            running.add(pid)
    return running


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a demo whose database and data are there."""
    folder = tmp_path_factory.mktemp("demo")
    with empty_database(folder) as url:
        env = {"TONGBAN_VAR_DIR": str(folder), "DATABASE_URL": url, "PYTHONUNBUFFERED": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "tongban", "demo", "--no-serve"],
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            timeout=900,
        )
        assert done.returncode == 0, done.stderr
        yield env


@pytest.mark.program
@pytest.mark.long
def test_the_demo_data_stands_up_to_the_audit(prepared: dict[str, str]) -> None:
    done = tongban("audit", "verify", TONGBAN_MODE="demo", **prepared)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.program
@pytest.mark.long
def test_preparing_again_loses_and_adds_nothing(prepared: dict[str, str]) -> None:
    count = (
        "from tongban.cases.models import Case; from tongban.accounts.models import User; "
        "from tongban.licences.models import Licence; "
        "print(*(model.objects.count() for model in (Case, User, Licence)))"
    )
    words = ("manage", "shell", "-v0", "-c", count)
    before = tongban(*words, TONGBAN_MODE="demo", **prepared).stdout
    assert tongban("demo", "--no-serve", **prepared).returncode == 0
    assert tongban(*words, TONGBAN_MODE="demo", **prepared).stdout == before
    assert all(int(number) > 10 for number in before.split()[:2])


@pytest.mark.program
@pytest.mark.long
def test_starting_over_empties_database_and_files(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from django.conf import settings; "
        "from tongban.commands import main, set_up_django; os.environ['TONGBAN_MODE'] = 'demo'; set_up_django(); "
        "from tongban.commands import demo_data; demo_data.build = lambda: None; "
        "code = main(['demo', '--no-serve', *sys.argv[1:]]); "
        "from tongban.accounts import services; print(services.is_marked('kept')); services.mark('kept'); "
        "left = Path(settings.MEDIA_ROOT, 'left'); print(left.exists()); left.touch(); sys.exit(code)"
    )
    with empty_database(tmp_path) as url:
        env = {**os.environ, "TONGBAN_VAR_DIR": str(tmp_path), "DATABASE_URL": url}

        def demo(*words: str) -> list[str]:
            done = subprocess.run(
                [sys.executable, "-c", code, *words], env=env, capture_output=True, text=True, timeout=120
            )
            assert done.returncode == 0, done.stderr
            return [line for line in done.stdout.splitlines() if line in {"True", "False"}]

        assert demo() == ["False", "False"]
        assert demo() == ["True", "True"]
        secret = (tmp_path / "keys" / "field-keys").read_text(encoding="utf-8")
        assert demo("--reset") == ["False", "False"]
        assert (tmp_path / "keys" / "field-keys").read_text(encoding="utf-8") == secret


@pytest.fixture
def running(prepared: dict[str, str], tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int, set[int], Path]]:
    """A serving demo: the process, its port, everything it started, and its output."""
    port, output = free_port(), tmp_path / "output"
    with output.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tongban", "demo", "--port", str(port)],
            env={**os.environ, **prepared},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    below: set[int] = set()
    try:
        deadline = time.monotonic() + START_SECONDS
        while "通办 is running" not in output.read_text(encoding="utf-8"):
            assert process.poll() is None, output.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, output.read_text(encoding="utf-8")
            time.sleep(0.2)
        below = descendants(process.pid)
        yield process, port, below, output
    finally:
        for pid in alive({process.pid, *below}):
            os.kill(pid, signal.SIGKILL)
        process.wait()


@pytest.mark.program
@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_the_demo_serves_and_leaves_no_process_behind(
    running: tuple[subprocess.Popen[bytes], int, set[int], Path], number: signal.Signals
) -> None:
    process, port, below, output = running
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
        assert answer.read() == b"ok\n"
    assert len(below) >= 3  # the server, its own child, the worker
    assert str(port) in output.read_text(encoding="utf-8")
    process.send_signal(number)
    process.wait(30)
    deadline = time.monotonic() + 15
    while alive(below) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not alive(below)
    if number != signal.SIGKILL:
        assert process.returncode == 0
        assert "Traceback" not in output.read_text(encoding="utf-8")


@pytest.mark.program
@pytest.mark.long
def test_a_taken_port_is_told_with_a_way_out(prepared: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = tongban("demo", "--port", str(taken.getsockname()[1]), **prepared)
    assert done.returncode == 2
    assert "cannot be used" in done.stderr
    assert "PORT=8080 make demo" in done.stderr


@pytest.mark.program
@pytest.mark.long
def test_starting_over_is_refused_while_the_demo_runs(
    running: tuple[subprocess.Popen[bytes], int, set[int], Path], prepared: dict[str, str]
) -> None:
    done = tongban("demo", "--reset", "--no-serve", **prepared)
    assert done.returncode == 2
    assert "Stop the running demo" in done.stderr
    assert tongban("audit", "verify", TONGBAN_MODE="demo", **prepared).returncode == 0


def test_a_table_is_straight_with_chinese_in_it() -> None:
    lines = table([("号", "a"), ("long", "b")]).splitlines()
    assert [cells(line.rstrip("ab")) for line in lines] == [6, 6]
