"""Databases of their own for tests that start the program as a process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """The address of an empty database of the kind this run tests."""
    url = os.environ["DATABASE_URL"]
    if url.startswith("sqlite"):
        yield f"sqlite:///{folder}/demo.sqlite3?synchronous=off"
        return
    parts = urlsplit(url)
    name = f"{parts.path.strip('/')}_{folder.name.replace('-', '_')}_{os.getpid()}"
    administration = urlunsplit(parts._replace(scheme="postgresql", path="/postgres"))
    with psycopg.connect(administration, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
        yield urlunsplit(parts._replace(path=f"/{name}"))
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[arg-type]
