"""What the files of this folder share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def standing_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The bundled catalogue, loaded once for a file and taken away after it; each test rolls back what it adds."""
    from django.test import TestCase
    from django.utils import timezone

    from tests import factories

    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()
        factories.world(timezone.now())
        yield
        TestCase._rollback_atomics(atomics)


@pytest.fixture
def now() -> dt.datetime:
    """One instant for everything that a test makes."""
    from django.utils import timezone

    return timezone.now()


@pytest.fixture
def people(now: dt.datetime) -> dict[str, str]:
    """The bundled catalogue and the officers of the usual posts: post → account."""
    from tests import factories

    factories.world(now)
    return factories.staff()
