"""The processes that are killed: database, web server, workers. All below one scratch directory."""

from __future__ import annotations

import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tongban.commands.serve import granian
from tongban.core.errors import DomainError

HOST = "127.0.0.1"
WORKERS = 2
START_SECONDS = 180
#: An error of the database counts as its death's consequence for so long after it came back.
AFTERMATH_SECONDS = 20.0


class Scene:
    """Everything that runs, and who may be killed."""

    def __init__(self, folder: Path, database: str, chance: random.Random) -> None:
        self.folder, self.chance = folder, chance
        self.cluster = Cluster(folder) if database == "postgres" else None
        self.port = _free_port()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.database_dead, self.database_back_at = False, -AFTERMATH_SECONDS

    @property
    def environment(self) -> dict[str, str]:
        """The settings of every process: a demo of its own."""
        url = self.cluster.url if self.cluster else f"sqlite:///{self.folder}/site.sqlite3"
        return {
            "TONGBAN_MODE": "demo",
            "TONGBAN_VAR_DIR": str(self.folder / "var"),
            "DATABASE_URL": url,
            "PORT": str(self.port),
            "LOG_LEVEL": "WARNING",
            "LOG_FORMAT": "json",
        }

    def start_database(self) -> None:
        """Make the cluster and start it; nothing to do for SQLite."""
        if self.cluster:
            self.cluster.create()
            self.cluster.start()

    def start(self) -> None:
        """Start web server and workers and wait for the site."""
        for name in ("web", *(f"worker-{number}" for number in range(WORKERS))):
            self._start(name)
        self._await_site()

    def kill_one(self) -> str:
        """Kill something with SIGKILL; returns what."""
        choices: list[tuple[str, Callable[[], None]]] = [
            ("web process", self._kill_web_process),
            ("web server", self._kill_web),
            ("worker", self._kill_worker),
        ]
        if self.cluster:
            choices += [("database session", self._kill_session), ("database", self._kill_database)]
        name, kill = self.chance.choice(choices)
        kill()
        return name

    def revive(self) -> None:
        """Start again what is dead, and wait until the site answers."""
        if self.cluster:
            self.cluster.start()
            if self.database_dead:  # on a busy machine it may have recovered for long
                self.database_dead, self.database_back_at = False, time.monotonic()
        self._start_the_dead()
        self._await_site()

    def settle(self, seconds: float) -> None:
        """Wait until the workers have nothing left to do."""
        from django.db import connection

        from tongban.outbox import queries as outbox

        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.revive()
            if not outbox.unfinished(1):
                break
            time.sleep(1.0)
        connection.close()

    def stop(self) -> None:
        """End everything."""
        for process in self.running.values():
            _kill_group(process)
        if self.cluster:
            self.cluster.kill()

    def database_may_be_down(self) -> bool:
        """Whether an error of the database is no wonder now."""
        return self.database_dead or time.monotonic() - self.database_back_at < AFTERMATH_SECONDS

    def _start_the_dead(self) -> None:
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                self._start(name)

    def _start(self, name: str) -> None:
        command = [sys.executable, "-m", "tongban", "work"]
        if name == "web":
            command = [*granian(workers=2, threads=2), "--host", HOST, "--port", str(self.port)]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(  # noqa: S603 - our own programs, no shell
                command, env={**os.environ, **self.environment}, stdout=log, stderr=log, start_new_session=True
            )

    def _kill_web_process(self) -> None:
        """One of the server's processes, with the requests it is answering; the server makes a new one."""
        below = children(self.running["web"].pid)
        if below:
            _kill(self.chance.choice(below))

    def _kill_web(self) -> None:
        _kill_group(self.running["web"])

    def _kill_worker(self) -> None:
        _kill_group(self.running[f"worker-{self.chance.randrange(WORKERS)}"])

    def _kill_session(self) -> None:
        """One server process of PostgreSQL: it then throws all sessions out and recovers."""
        if self.cluster and (below := children(self.cluster.pid)):
            self.database_dead = True
            _kill(self.chance.choice(below))

    def _kill_database(self) -> None:
        if self.cluster:
            self.database_dead = True
            self.cluster.kill()

    def _await_site(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self._start_the_dead()  # as systemd would: the server gives up when its processes die in a row
            try:
                with urllib.request.urlopen(f"http://{HOST}:{self.port}/healthz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise DomainError("The site did not come back.", remedy=f"Look at the logs in {self.folder}.")


class Cluster:
    """A throw-away PostgreSQL cluster that listens on a socket in the scratch directory only."""

    USER = "tongban"

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "pg"
        self.programs = _postgres_programs()
        self.process: subprocess.Popen[bytes] | None = None
        self.who = _unprivileged()

    @property
    def url(self) -> str:
        """Its DATABASE_URL."""
        return f"postgres://{self.USER}@/postgres?host={self.folder}"

    @property
    def pid(self) -> int:
        """The number of its first process."""
        return self.process.pid if self.process else 0

    def create(self) -> None:
        """``initdb``, as somebody who is not root."""
        self.folder.mkdir(mode=0o755)
        if self.who:
            shutil.chown(self.folder, self.who)
        options = ["--auth=trust", f"--username={self.USER}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        done = subprocess.run(  # noqa: S603 - found below a fixed path, no shell
            [str(self.programs / "initdb"), "-D", str(self.folder / "data"), *options],
            check=False,
            capture_output=True,
            text=True,
            user=self.who,
            cwd=self.folder,
        )
        if done.returncode:
            raise DomainError("The database cluster could not be made: %(why)s", params={"why": done.stderr[-500:]})

    def start(self) -> None:
        """Start it unless it runs, and wait until it takes connections (after a kill: until it has recovered)."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                self._launch()
            if self._answers():
                return
            time.sleep(0.1)
        raise DomainError("The database did not come back.", remedy=f"Look at {self.folder}/log.")

    def kill(self) -> None:
        """SIGKILL to every process of the cluster, as when the machine loses its power."""
        if self.process is None:
            return
        everyone = [self.process.pid, *children(self.process.pid)]
        for pid in everyone:
            _kill(pid)
        self.process.wait()

    def _launch(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - found below a fixed path, no shell
                [
                    str(self.programs / "postgres"),
                    *("-D", str(self.folder / "data")),
                    *("-c", "listen_addresses=", "-c", f"unix_socket_directories={self.folder}"),
                ],
                stdout=log,
                stderr=log,
                user=self.who,
                cwd=self.folder,
                start_new_session=True,
            )

    def _answers(self) -> bool:
        import psycopg

        try:
            with psycopg.connect(f"host={self.folder} user={self.USER} dbname=postgres connect_timeout=2") as found:
                return found.execute("SELECT 1").fetchone() is not None
        except psycopg.Error:
            return False


def children(pid: int) -> list[int]:
    """The processes that ``pid`` started and that still run."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def _postgres_programs() -> Path:
    """The directory of ``initdb`` and ``postgres``; Debian keeps them off the path."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise DomainError(
        "PostgreSQL's programs initdb and postgres are not on this machine.",
        remedy="Install the server package (Debian: postgresql), or use --database sqlite.",
    )


def _unprivileged() -> str | None:
    """Whom PostgreSQL runs as: it refuses root."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def token() -> str:
    """A value for the cookie and the header that protect against foreign forms."""
    return secrets.token_hex(16)
