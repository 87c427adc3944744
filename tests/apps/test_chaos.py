"""A short storm of kill -9: nothing acknowledged is lost, nothing doubled. `tongban chaos` runs the long one."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests import factories
from tests.web.desk_help import new_case
from tongban.commands.chaos import verdict
from tongban.commands.chaos.scene import Scene
from tongban.commands.chaos.workload import Acknowledged, Crowd

ROOT = Path(__file__).parents[2]


def storm(database: str, rounds: int) -> dict[str, Any]:
    """Run the command; its report."""
    kept = ("TONGBAN_MODE", "TONGBAN_VAR_DIR", "DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tongban", "chaos", "--json", "--database", database),
            *("--rounds", str(rounds), "--clients", "2", "--seed", "7"),
        ],
        env={name: value for name, value in os.environ.items() if name not in kept},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.stdout, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["findings"] == [], done.stdout
    assert done.returncode == 0
    return report


@pytest.mark.own_sqlite
@pytest.mark.xdist_group("chaos")
def test_a_storm_on_sqlite_loses_and_doubles_nothing() -> None:
    report = storm("sqlite", 4)
    assert sum(report["kills"].values()) == 4
    assert report["cases"] >= 1
    assert report["acknowledged_in_all"] >= 5


@pytest.mark.postgres
@pytest.mark.xdist_group("chaos")
def test_a_storm_on_postgres_loses_and_doubles_nothing() -> None:
    report = storm("postgres", 6)
    assert {"database", "database session"} & set(report["kills"])
    assert report["acknowledged_in_all"] >= 5


@pytest.mark.django_db
def test_the_verdict_sees_what_is_lost_doubled_and_too_many(tmp_path: Path, settings: Any) -> None:
    settings.MAIL_FILE_DIR = str(tmp_path)
    now = timezone.now()
    factories.world(now)
    factories.staff()
    number = new_case(now, 71, "invest_record")
    crowd = Crowd(Scene(tmp_path, "sqlite", random.Random(1)), 0)
    crowd.done = [Acknowledged(number, "submit"), Acknowledged(number, "file")]
    assert list(verdict._chains(crowd)) == [f"{number}: file was acknowledged and is lost"]
    assert list(verdict._cases(crowd)) == []
    new_case(now, 72, "invest_record")
    assert list(verdict._cases(crowd)) == ["2 cases exist, 1 were acknowledged"]
    assert any("never made" in text for text in verdict._papers(crowd))
    crowd.done.append(Acknowledged(number, "submit"))
    assert f"{number} was acknowledged 2 times as new" in list(verdict._cases(crowd))
