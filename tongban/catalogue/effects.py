"""Work of the catalogue that runs as a task or on a schedule."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django_tasks import task

from tongban.catalogue import services

#: Notices and licences go first: somebody waits for them.
BEHIND = -50


@task(priority=BEHIND)
def make_item_files(version_id: int) -> None:
    """Make the empty form and the filled-in example of a version. Running it twice makes them once."""
    services.make_files(version_id=version_id, now=timezone.now())


def refresh_lists(now: dt.datetime) -> None:
    """Bring lists and search in step with the versions in force: versions take effect by date, not by an event."""
    services.refresh_listing(now=now)
