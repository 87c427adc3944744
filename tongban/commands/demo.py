"""``tongban demo``: a running site with realistic data on this machine, web server and worker together."""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tongban.commands import set_up_django
from tongban.commands._children import Children
from tongban.commands.messages import compile_stale
from tongban.commands.serve import granian
from tongban.core.errors import DomainError

HELP = "run the site with demo data (--no-serve only prepares it)"
NEEDS_DJANGO = False

HOST = "127.0.0.1"
START_SECONDS = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The port, and what to leave out."""
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")), help="port (default 8000)")
    parser.add_argument("--no-serve", action="store_true", help="prepare the data without serving")
    parser.add_argument("--reset", action="store_true", help="throw the demo data away first")


def run(args: argparse.Namespace) -> int:
    """Prepare, serve until told to stop, leave nothing behind."""
    os.environ["TONGBAN_MODE"] = "demo"
    os.environ["PORT"] = str(args.port)
    if not args.no_serve:
        check_port(args.port)
    set_up_django()
    from django.conf import settings

    with hold(Path(settings.VAR_DIR), alone=args.reset):
        if args.reset:
            reset()
    with hold(Path(settings.VAR_DIR), alone=False):
        prepare()
        return finish() if args.no_serve else serve(args.port)


def check_port(port: int) -> None:
    """Raises ``DomainError`` when another program listens on ``port``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise DomainError(
                "Port %(port)d on %(host)s cannot be used: %(why)s.",
                params={"port": port, "host": HOST, "why": error.strerror},
                remedy="Stop the program that uses it, or choose another port: PORT=8080 make demo",
            ) from error


@contextmanager
def hold(folder: Path, *, alone: bool) -> Iterator[None]:
    """Hold the demo's directory: shared while serving, ``alone`` while starting over."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DomainError(
                "The demo is being used by another process.", remedy="Stop the running demo (Ctrl-C) first."
            ) from error
        yield


def reset() -> None:
    """Delete the demo's data; its keys stay, so that nothing signed before looks forged."""
    from django.conf import settings
    from django.db import connection

    if not settings.DEMO:
        raise DomainError("Only demo data can be thrown away.")
    print("→ throwing the demo data away")
    if connection.vendor == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            Path(f"{settings.DATABASES['default']['NAME']}{suffix}").unlink(missing_ok=True)
    else:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
        connection.close()
    for folder in (settings.MEDIA_ROOT, settings.SEAL_EXPORT_DIR, settings.MAIL_FILE_DIR, settings.SMS_FILE_DIR):
        if folder and Path(folder).is_relative_to(settings.VAR_DIR):
            shutil.rmtree(folder, ignore_errors=True)
            Path(folder).mkdir(parents=True, exist_ok=True)


def prepare() -> None:
    """Bring database, translations and data up to date; quick when they are."""
    from django.core.management import call_command
    from django.db import connections

    from tongban.commands import demo_data
    from tongban.commands.serve import unprepared

    if any("migrations" in fault for fault in unprepared()):
        print("→ preparing the database")
        call_command("migrate", interactive=False, verbosity=0)
    if count := compile_stale():
        print(f"→ {count} translation file(s) compiled")
    demo_data.build()
    connections.close_all()


def finish() -> int:
    """Do at once what the served demo's worker does in the background."""
    from tongban.commands import demo_data

    demo_data.finish()
    return 0


def serve(port: int) -> int:
    """Run web server and worker until one ends or this process is told to stop."""
    children = Children()
    children.catch_signals()
    python = [sys.executable, "-m"]
    place = ["--host", HOST, "--port", str(port)]
    try:
        children.start("web server", [*granian(workers=1, threads=4), *place], os.environ)
        children.start("worker", [*python, "tongban", "work"], os.environ)
        if await_site(port, children):
            announce(port)
        failed = children.watch()
    finally:
        children.stop()
    if failed:
        print(f"tongban demo: the {failed} ended unexpectedly; everything was stopped.", file=sys.stderr)
        return 1
    print("\nStopped. `make demo` goes on where you left off.")
    return 0


def await_site(port: int, children: Children) -> bool:
    """True when the site answers; false when a child ended, a stop was asked for, or time ran out."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not children.asked_to_stop and not children.ended():
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def announce(port: int) -> None:
    """Print the address and who may sign in."""
    from tongban.commands import demo_data

    site = f"http://{HOST}:{port}/"
    print(f"\nTongban 通办 is running (Ctrl-C stops it)\n  portal 门户    {site}\n  desk   工作台  {site}desk/\n")
    heading = ("who 身份", "name 姓名", "sign-in 账号", "password 密码")
    print(table([heading, *demo_data.sign_ins()]), flush=True)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of equal length in columns; a Chinese character is two cells wide."""
    widths = [max(cells(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(text + " " * (width - cells(text)) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def cells(text: str) -> int:
    """The width of ``text`` in a terminal."""
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
