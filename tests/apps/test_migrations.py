"""Migrations say what the models say, and each can be taken back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.databases import empty_database

#: In the order in which they can be taken back: what refers before what is referred to.
ROOMS = ("oversight", "cases", "licences", "catalogue", "accounts", "documents", "calendars", "records", "outbox")


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


#: All in one process: starting eleven would take longer than the migrations themselves.
BACK_AND_FORTH = """
import sys
import django
django.setup()
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
for room in sys.argv[1:]:
    call_command("migrate", room, "zero", interactive=False, verbosity=1)
call_command("migrate", interactive=False, verbosity=1)
"""


@pytest.mark.program
def test_every_migration_can_be_taken_back(tmp_path: Path) -> None:
    with empty_database(tmp_path) as url:
        env = {
            **os.environ,
            "TONGBAN_MODE": "demo",
            "TONGBAN_VAR_DIR": str(tmp_path),
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "tongban.config.settings",
        }
        command = [sys.executable, "-c", BACK_AND_FORTH, *ROOMS]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    for room in ROOMS:
        assert f"Unapplying {room}.0001_initial" in done.stdout
        assert f"Applying {room}.0001_initial" in done.stdout.partition("Unapplying outbox.0001_initial")[2]
