"""The site, its people and the browser windows of the tests in this folder.

The database is filled once for the folder and emptied after it. Each test makes applicants and cases of its own, so
that the tests stand beside one another and can run in any order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import BrowserContext, expect

if TYPE_CHECKING:  # this file is read before the settings are there
    from tests.e2e.journeys.hall import Hall
    from tests.e2e.journeys.screen import Screen

#: A loaded machine is slow; nothing here waits longer than it must.
PATIENCE_MS = 45_000


def pytest_configure(config: pytest.Config) -> None:
    """The mark of tests that look at screens only."""
    config.addinivalue_line("markers", "one_database: screens do not differ by database; run on SQLite only")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL the journeys run once; pages that differ in nothing but their look do not."""
    if not os.environ["DATABASE_URL"].startswith("postgres"):
        return
    left_out = [item for item in items if item.get_closest_marker("one_database")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="package")
def transactional_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database of the whole folder: what a test commits stays until the folder is done."""
    from django.core.management import call_command
    from django.db import connection

    with django_db_blocker.unblock():
        yield
        call_command("flush", verbosity=0, interactive=False)
        connection.close()


@pytest.fixture(scope="package")
def site(transactional_db: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the running site: the product's own WSGI application with its static files, collected."""
    from django.conf import settings
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from django.test import override_settings
    from django.test.testcases import LiveServerThread

    folder = str(tmp_path_factory.mktemp("static"))
    with override_settings(STATIC_ROOT=folder, WHITENOISE_USE_FINDERS=False):
        call_command("collectstatic", verbosity=0, interactive=False)
        application = get_wsgi_application()
    server = LiveServerThread("127.0.0.1", static_handler=lambda _files: application)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    before = settings.PUBLIC_BASE_URL
    settings.PUBLIC_BASE_URL = f"http://127.0.0.1:{server.port}"
    yield settings.PUBLIC_BASE_URL
    settings.PUBLIC_BASE_URL = before
    server.terminate()


@pytest.fixture(scope="package")
def hall(transactional_db: None) -> Hall:
    """Calendar, catalogue, organisations and one officer for every post of the tests."""
    from django.utils import timezone

    from tests.e2e.journeys.hall import Hall

    return Hall.opened(timezone.now())


@pytest.fixture
def open_screen(site: str, new_context: Callable[..., BrowserContext]) -> Callable[..., Screen]:
    """Opens windows, each with a session of its own: ``open_screen("phone", java_script_enabled=False)``."""
    from tests.e2e.journeys.screen import SIZES, Screen

    expect.set_options(timeout=PATIENCE_MS)

    def opened(size: str = "desktop", **options: Any) -> Screen:
        context = new_context(base_url=site, locale="zh-CN", timezone_id="Asia/Shanghai", **SIZES[size], **options)
        context.set_default_timeout(PATIENCE_MS)
        return Screen(context.new_page(), site, scripts=options.get("java_script_enabled", True))

    return opened
