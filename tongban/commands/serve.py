"""``tongban serve``: the production web server (granian). It refuses to start on a half-prepared installation."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from tongban.core.errors import DomainError

HELP = "serve the site (production)"
NEEDS_DJANGO = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen and with how many processes and threads."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")), help="port to listen on")
    parser.add_argument("--uds", default="", help="listen on this Unix socket instead of a port")
    parser.add_argument("--workers", type=int, default=int(os.environ.get("WEB_WORKERS", "2")), help="processes")
    parser.add_argument("--threads", type=int, default=int(os.environ.get("WEB_THREADS", "4")), help="threads each")


def run(args: argparse.Namespace) -> int:
    """Replace this process by the server."""
    if faults := list(unprepared()):
        raise DomainError("This installation is not ready:\n" + "\n".join(f"  - {fault}" for fault in faults))
    place = (
        ["--uds", args.uds, "--uds-permissions", "660"] if args.uds else ["--host", args.host, "--port", str(args.port)]
    )
    _share_figures(args.uds or f"{args.host}:{args.port}")
    command = granian(workers=args.workers, threads=args.threads) + place
    os.execv(command[0], command)  # noqa: S606 - our own server, no shell


def _share_figures(place: str) -> None:
    """Give the server's processes an empty directory in which they add up their figures.

    The unit names one; otherwise it is one of this user and this place, so that starts leave no directories behind.
    """
    default = Path(tempfile.gettempdir()) / f"tongban-figures-{os.getuid()}-{zlib.crc32(place.encode()):08x}"
    folder = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(default)))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise DomainError("%(folder)s belongs to somebody else.", params={"folder": folder}, remedy=_OWN_FOLDER)
    for left in folder.glob("*.db"):
        left.unlink()


_OWN_FOLDER = "Name a directory of your own in PROMETHEUS_MULTIPROC_DIR."


def granian(*, workers: int, threads: int) -> list[str]:
    """The server's command line without the place it listens on."""
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--workers",
        str(workers),
        "--blocking-threads",
        str(threads),
        "--no-ws",
        "--respawn-failed-workers",
        "--workers-kill-timeout",
        "10",
        "--log-level",
        "warning",
        "tongban.config.wsgi:application",
    ]


def unprepared() -> Iterator[str]:
    """What has to be done before serving, each with its command."""
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield "the database lacks migrations: tongban manage migrate"
    connection.close()
    if not settings.DEMO and not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        yield "static files are not collected: tongban manage collectstatic --noinput"
    locale = Path(settings.BASE_DIR) / "tongban"
    if any(not po.with_suffix(".mo").exists() for po in locale.glob("**/LC_MESSAGES/*.po")):
        yield "translations are not compiled: tongban messages"
