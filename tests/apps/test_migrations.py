"""Migrations say what the models say, and each can be taken back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

#: In the order in which they can be taken back: what refers before what is referred to.
ROOMS = ("oversight", "cases", "licences", "catalogue", "accounts", "documents", "calendars", "records", "outbox")


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_migration_can_be_taken_back(tmp_path: Path) -> None:
    env = {
        **os.environ,
        "TONGBAN_MODE": "demo",
        "TONGBAN_VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/back.sqlite3",
    }

    def migrate(*words: str) -> str:
        command = [sys.executable, "-m", "tongban", "manage", "migrate", "--no-input", *words]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    migrate()
    for room in ROOMS:
        migrate(room, "zero")
    assert "Applying cases.0001_initial" in migrate()
