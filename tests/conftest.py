"""Every test process gets demo settings and a directory of its own before Django loads."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

# A loaded machine is no failure; the same examples everywhere make a red run in CI red at home as well.
hypothesis_settings.register_profile("tongban", deadline=None, derandomize=os.environ.get("CI") == "true")
hypothesis_settings.load_profile("tongban")

_var = tempfile.mkdtemp(prefix="tongban-test-")
atexit.register(shutil.rmtree, _var, ignore_errors=True)
os.environ["TONGBAN_MODE"] = "demo"
os.environ["TONGBAN_VAR_DIR"] = _var
if os.environ.get("DATABASE_URL", "sqlite").startswith("sqlite"):
    os.environ["DATABASE_URL"] = f"sqlite:///{_var}/tongban.sqlite3?synchronous=off"
IN_CI = os.environ.get("CI") == "true"
ON_POSTGRES = os.environ["DATABASE_URL"].startswith("postgres")
# The rules of core/ know no database: they are tried once, beside SQLite.
collect_ignore = ["core"] if ON_POSTGRES else []
# Playwright's synchronous interface runs an event loop in the main thread; the tests' own queries are not async.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(autouse=True, scope="session")
def evidence_may_be_emptied() -> Iterator[None]:
    """Tests that commit empty their database afterwards, which the append-only triggers would refuse.

    They are taken away for that moment only; the signal after the flush puts them back.
    """
    from django.db.backends.base.operations import BaseDatabaseOperations

    from tongban.catalogue import immutability
    from tongban.records import append_only

    flush = BaseDatabaseOperations.execute_sql_flush

    def without_triggers(operations: BaseDatabaseOperations, statements: list[str]) -> None:
        append_only.remove(operations.connection)
        immutability.remove(operations.connection)
        flush(operations, statements)

    BaseDatabaseOperations.execute_sql_flush = without_triggers
    yield
    BaseDatabaseOperations.execute_sql_flush = flush


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The calendar stands in every test database from the start: eight thousand days in each test would be minutes.

    A test that empties its database takes them away; whoever needs them after it loads them again.
    """
    from django.utils import timezone

    from tongban.calendars import services as calendars

    with django_db_blocker.unblock():
        calendars.ensure_seed(now=timezone.now())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browser tests run last; on each database run the tests that it can decide.

    Playwright keeps an event loop running in the process from its first test on, in which nothing can be signed
    any more: `asyncio.run` refuses. `make test` gives the browser tests processes of their own.
    """
    items.sort(key=lambda item: "e2e" in item.path.parts)
    left_out = [item for item in items if _belongs_to_the_other_run(item)]
    config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]


def _belongs_to_the_other_run(item: pytest.Item) -> bool:
    """What only PostgreSQL can do is tried there; what no database has a part in is tried beside SQLite only.

    A test that starts the program as a process reaches the database without a fixture; it is marked ``program``.
    Continuous integration has twenty minutes: what takes a minute (marked ``long``) and the screens one by one are
    tried beside SQLite there, and on both by ``make test``; the journeys in the browser walk the screens on PostgreSQL.
    """
    if not ON_POSTGRES:
        return item.get_closest_marker("postgres") is not None
    if item.get_closest_marker("own_sqlite") is not None:
        return True
    if IN_CI and ("web" in item.path.parts or item.get_closest_marker("long") is not None):
        return True
    marked = any(item.get_closest_marker(name) for name in ("django_db", "postgres", "program"))
    return not marked and not {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))


def pytest_configure(config: pytest.Config) -> None:
    """Load the settings, with cheap password hashing: argon2 would spend minutes on invented passwords.

    The variable is taken back at once: pytest-django would otherwise load the settings of parallel workers
    before this file has given them a directory of their own.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongban.config.settings"
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    del os.environ["DJANGO_SETTINGS_MODULE"]
    if "PYTEST_XDIST_WORKER" not in os.environ:
        compile_translations()


def compile_translations() -> None:
    """Compiled catalogues are not kept in the repository. A faulty one is test_translations' to report."""
    from tongban.commands.messages import compile_stale
    from tongban.core.errors import DomainError

    try:
        compile_stale()
    except DomainError as error:
        warnings.warn(str(error), stacklevel=1)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Debian's Chromium (or the one that CHROMIUM names), silent on the network."""
    return {
        "executable_path": os.environ.get("CHROMIUM") or shutil.which("chromium"),
        "headless": True,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }
