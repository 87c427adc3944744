"""The doctor finds every fault that a test makes, with its remedy in both languages, and none where all is well."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.production import environment, run
from tongban.core.actors import SYSTEM
from tongban.documents.typesetting import FontMissing
from tongban.gateways import antivirus, mail
from tongban.operations import backup, checkup
from tongban.operations.checkup import installation, machine, work
from tongban.operations.outcome import Result
from tongban.outbox import services as outbox
from tongban.records import services as records

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    for name in ("MEDIA_ROOT", "SEAL_EXPORT_DIR"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        setattr(settings, name, str(folder))


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


def found(check: str, now: dt.datetime) -> dict[str, str]:
    """English text → level of one check; every outcome is told in both languages, with a remedy unless all is well."""
    results = list(checkup.CHECKS[check](now))
    for item in results:
        assert item.check == check
        assert any("\u4e00" <= char <= "\u9fff" for char in item.told("zh")), item
        assert item.told("en") != item.told("zh")
        if item.level != "ok":
            assert item.advice("en")
            assert item.advice("zh")
    return {item.told("en"): item.level for item in results}


def levels(check: str, now: dt.datetime) -> set[str]:
    return set(found(check, now).values())


def test_a_demo_says_that_it_is_one(now: dt.datetime, settings: Any) -> None:
    assert levels("mode", now) == {"warn"}
    settings.DEMO = False
    assert levels("mode", now) == {"ok"}


def test_transport(now: dt.datetime, settings: Any) -> None:
    settings.DEMO = False
    settings.PUBLIC_BASE_URL, settings.ALLOWED_HOSTS = "https://hall.example", ["hall.example"]
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    assert levels("transport", now) == {"ok"}
    settings.ALLOWED_HOSTS = [".example"]
    assert levels("transport", now) == {"ok"}
    settings.ALLOWED_HOSTS = ["other.example"]
    assert "fail" in levels("transport", now)
    settings.ALLOWED_HOSTS = ["hall.example"]
    settings.SECURE_HSTS_SECONDS = 3600
    assert levels("transport", now) == {"warn"}
    settings.SESSION_COOKIE_SECURE = False
    assert "fail" in levels("transport", now)


def test_keys_that_others_may_read(
    now: dt.datetime, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal, secret = tmp_path / "seal.pem", tmp_path / "secret"
    settings.SEAL_KEY_FILE = str(seal)
    assert levels("keys", now) == {"warn"}
    for path in (seal, secret):
        path.touch(mode=0o600)
    monkeypatch.setenv("FIELD_KEYS_FILE", str(secret))
    assert levels("keys", now) == {"ok"}
    secret.chmod(0o644)
    assert f"{secret} has mode 644: others may read or change it." in found("keys", now)
    secret.chmod(0o600)
    seal.chmod(0o620)
    assert levels("keys", now) == {"fail"}


@pytest.mark.parametrize(("days", "level"), [(-1, "fail"), (5, "warn"), (300, "ok")])
def test_the_seals_certificate_ends(now: dt.datetime, monkeypatch: pytest.MonkeyPatch, days: int, level: str) -> None:
    ends = now + dt.timedelta(days=days)
    monkeypatch.setattr(installation.documents, "seal_certificate_ends", lambda: [("", ends)])
    assert levels("seal-certificate", now) == {level}


def test_the_real_certificate_is_read(now: dt.datetime) -> None:
    assert levels("seal-certificate", now) == {"ok"}


def test_static_files(now: dt.datetime, settings: Any, tmp_path: Path) -> None:
    settings.DEMO = False
    settings.STATIC_ROOT = str(tmp_path)
    assert found("static", now) == {"Static files are not collected.": "fail"}
    (tmp_path / "staticfiles.json").write_text('{"paths": {"a.css": "a.1.css"}}', encoding="utf-8")
    assert levels("static", now) == {"fail"}
    names = [path for finder in installation.get_finders() for path, _ in finder.list([])]
    (tmp_path / "staticfiles.json").write_text(json.dumps({"paths": dict.fromkeys(names)}), encoding="utf-8")
    assert levels("static", now) == {"ok"}


def test_translations(now: dt.datetime, settings: Any, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    po = tmp_path / "tongban/x/locale/zh_Hans/LC_MESSAGES/django.po"
    po.parent.mkdir(parents=True)
    po.touch()
    assert levels("translations", now) == {"fail"}
    po.with_suffix(".mo").touch()
    assert levels("translations", now) == {"ok"}
    os.utime(po, (time.time() + 60, time.time() + 60))
    assert levels("translations", now) == {"fail"}


def test_fonts(now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    assert levels("fonts", now) == {"ok"}

    def missing() -> None:
        raise FontMissing("official documents need the fonts X. Install them")

    monkeypatch.setattr(installation, "check_fonts", missing)
    assert levels("fonts", now) == {"fail"}


ANSWERS = {
    "server_version_num": "150020",
    "server_version": "15.20",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "server_encoding": "UTF8",
    "max_connections": "100",
}


@pytest.mark.parametrize(
    ("name", "value", "level"),
    [
        ("fsync", "on", "ok"),
        ("fsync", "off", "fail"),
        ("synchronous_commit", "off", "fail"),
        ("full_page_writes", "off", "fail"),
        ("server_version_num", "130004", "fail"),
        ("server_encoding", "SQL_ASCII", "fail"),
        ("max_connections", "20", "warn"),
    ],
)
def test_postgres_settings(monkeypatch: pytest.MonkeyPatch, name: str, value: str, level: str) -> None:
    answers = {**ANSWERS, name: value}
    monkeypatch.setattr(machine, "_ask", lambda statement: answers[statement.removeprefix("SHOW ")])
    assert {item.level for item in machine._postgres()} == ({level} if level != "ok" else set())


@pytest.mark.postgres
def test_the_real_postgres_is_asked(now: dt.datetime) -> None:
    assert levels("database", now) <= {"ok", "warn", "fail"}
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    assert "fail" in levels("database", now)
    assert levels("clock", now) == {"ok"}


def test_sqlite_that_may_lose_work(now: dt.datetime, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"PRAGMA journal_mode": "wal", "PRAGMA synchronous": "2"}
    monkeypatch.setattr(machine, "_ask", answers.__getitem__)
    assert list(machine._sqlite()) == []
    settings.DEMO = False
    assert {item.level for item in machine._sqlite()} == {"warn"}
    answers["PRAGMA synchronous"] = "0"
    assert "fail" in {item.level for item in machine._sqlite()}


def test_migrations_that_lack_and_that_are_too_many(now: dt.datetime) -> None:
    assert levels("migrations", now) == {"ok"}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'outbox' AND name = '0001_initial'")
        assert levels("migrations", now) == {"fail"}
        later = "INSERT INTO django_migrations (app, name, applied) VALUES ('cases', '9999_later', '2026-01-01')"
        cursor.execute(later)
    assert levels("migrations", now) == {"fail", "warn"}
    assert not {"worker", "tasks", "seals", "calendar"} & {item.check for item in checkup.examine(now)}


@pytest.mark.parametrize(("seconds", "level"), [(0, "ok"), (5, "warn"), (90, "fail")])
def test_clocks_that_differ(now: dt.datetime, monkeypatch: pytest.MonkeyPatch, seconds: int, level: str) -> None:
    class Cursor:
        def __enter__(self) -> Cursor:
            return self

        def __exit__(self, *_: object) -> None: ...

        def execute(self, statement: str) -> None: ...

        def fetchone(self) -> tuple[dt.datetime]:
            return (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds),)

    class Database:
        vendor = "postgresql"
        cursor = Cursor

    monkeypatch.setattr(machine, "connection", Database())
    assert levels("clock", now) == {level}


def test_the_machines_time_zone(now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LOCALTIME", Path("/usr/share/zoneinfo/Asia/Shanghai"))
    assert levels("time-zone", now) == {"ok"}
    monkeypatch.setattr(machine, "LOCALTIME", Path("/nowhere"))
    assert levels("time-zone", now) == {"warn"}


def test_the_place_of_files(now: dt.datetime, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert levels("files", now) == {"ok"}
    settings.DEMO = False
    Path(settings.MEDIA_ROOT).chmod(0o755)
    assert "fail" in levels("files", now)
    Path(settings.MEDIA_ROOT).chmod(0o750)
    space = type("Space", (), {"free": 2**20, "total": 2**40})
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: space)
    assert levels("files", now) == {"fail"}
    space.free = 2**35  # type: ignore[attr-defined]
    assert levels("files", now) == {"warn"}
    settings.MEDIA_ROOT = str(tmp_path / "gone")
    assert levels("files", now) == {"fail"}


@pytest.fixture
def site(settings: Any) -> Iterator[tuple[str, dict[str, str]]]:
    """A web server that answers as ``body`` says: its address and the body."""
    body = {"release": settings.RELEASE}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}", body
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_web_server_that_is_down_or_old(
    now: dt.datetime, monkeypatch: pytest.MonkeyPatch, site: tuple[str, dict[str, str]]
) -> None:
    monkeypatch.setenv("WEB_ADDRESS", site[0])
    assert levels("web", now) == {"ok"}
    site[1]["release"] = "0.0.9+old"
    assert levels("web", now) == {"fail"}
    monkeypatch.setenv("WEB_ADDRESS", "127.0.0.1:9")
    assert levels("web", now) == {"fail"}


def test_a_worker_that_is_gone_or_old(now: dt.datetime, settings: Any) -> None:
    assert levels("worker", now) == {"fail"}
    outbox.report("w1", now, now)
    assert levels("worker", now) == {"ok"}
    settings.RELEASE = "0.2.0+new"
    assert levels("worker", now) == {"fail"}


def test_tasks_that_wait_or_are_dead(now: dt.datetime) -> None:
    assert levels("tasks", now) == {"ok"}
    outbox.run_cron.enqueue("alerts")
    assert levels("tasks", now + dt.timedelta(minutes=11)) == {"fail"}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE outbox_task SET status = 'FAILED', finished_at = due_at")
    assert levels("tasks", now) == {"warn"}


def test_seals_that_are_late_or_not_exported(now: dt.datetime, settings: Any, tmp_path: Path) -> None:
    assert levels("seals", now) == {"ok"}
    late = now - dt.timedelta(hours=1)
    records.append_to_chain(chain="t:1", verb="v", actor=SYSTEM, at=late, legal_date=late.date(), facts={})
    assert levels("seals", now) == {"fail"}
    records.take_seal(now)  # its file is written when the transaction commits, which it does not here
    assert found("seals", now) == {f"Seals are not exported to {settings.SEAL_EXPORT_DIR}.": "fail"}


@pytest.mark.parametrize(("left", "level"), [(-1, "fail"), (20, "warn"), (200, "ok")])
def test_a_calendar_that_ends(now: dt.datetime, monkeypatch: pytest.MonkeyPatch, left: int, level: str) -> None:
    last = timezone.localdate(now) + dt.timedelta(days=left)
    coverage = work.calendars.Coverage("v", last, last, None)
    monkeypatch.setattr(work.calendars, "coverage", lambda: coverage)
    assert levels("calendar", now) == {level}


def test_a_virus_scanner_that_is_not_set_or_does_not_answer(
    now: dt.datetime, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ANTIVIRUS_URL = "none"
    assert levels("antivirus", now) == {"warn"}
    settings.ANTIVIRUS_URL = "clamd:///nowhere/clamd.ctl"
    assert levels("antivirus", now) == {"fail"}
    monkeypatch.setattr(antivirus, "answers", lambda: True)
    assert levels("antivirus", now) == {"ok"}


def test_mail_that_cannot_leave(now: dt.datetime, settings: Any) -> None:
    assert levels("mail", now) == {"ok"}
    settings.MAIL_FILE_DIR, settings.EMAIL_HOST, settings.EMAIL_PORT = "", "127.0.0.1", 9
    settings.EMAIL_TIMEOUT = 2
    with pytest.raises(mail.MailDeferred):
        mail.probe()
    assert levels("mail", now) == {"fail"}


def test_short_messages_that_cannot_leave(now: dt.datetime, settings: Any, tmp_path: Path) -> None:
    assert levels("sms", now) == {"ok"}
    settings.SMS_FILE_DIR, settings.SMS_GATEWAY_URL, settings.SMS_TIMEOUT = "", "http://127.0.0.1:9/", 2
    assert levels("sms", now) == {"fail"}
    settings.SMS_GATEWAY_URL = ""
    assert levels("sms", now) == {"ok"}, "a hall may do without"
    settings.MESSAGE_TEMPLATES_FILE = str(tmp_path / "absent.yaml")
    assert levels("sms", now) == {"fail"}


def test_backups(now: dt.datetime, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.BACKUP_DIR = ""
    assert levels("backup", now) == {"warn"}
    settings.BACKUP_DIR = str(tmp_path / "backups")
    assert levels("backup", now) == {"fail"}
    (tmp_path / "backups/20261122T000000Z").mkdir(parents=True)
    for hours, level in ((1, "ok"), (30, "warn"), (100, "fail")):
        made = backup.Manifest((now - dt.timedelta(hours=hours)).isoformat(), "r", "sqlite", "d", [], {}, 0, 0, "", [])
        backup.manifest.write(tmp_path / "backups/20261122T000000Z", made)
        texts = found("backup", now)
        assert texts.pop("Backups lie on the disk they are to save from.") == "warn"
        assert set(texts.values()) == {level}
    lacking = backup.Manifest(now.isoformat(), "r", "sqlite", "d", [], {}, 0, 0, "", ["ab/cd/x"])
    backup.manifest.write(tmp_path / "backups/20261122T000000Z", lacking)
    assert "The last backup lacks 1 stored files, which were gone or altered." in found("backup", now)


def test_a_check_that_breaks_is_an_outcome_and_stops_no_other(
    now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(now: dt.datetime) -> Iterator[Result]:
        raise OSError("the disk is gone")
        yield

    monkeypatch.setitem(checkup.CHECKS, "fonts", breaks)
    results = checkup.examine(now)
    told = next(item for item in results if item.check == "fonts")
    assert (told.level, told.told("en")) == ("fail", "This could not be checked: OSError: the disk is gone.")
    assert {item.check for item in results} >= {"mode", "files", "backup"}


class TestTheCommand:
    def test_refused_settings_are_its_first_finding(self) -> None:
        done = run({}, "doctor", "--json")
        body = json.loads(done.stdout)
        assert (done.returncode, body["level"]) == (1, "fail")
        assert len(body["results"]) > 10
        assert body["results"][0]["text"]["zh"].startswith("设置不合格：SECRET_KEY")
        assert body["results"][0]["text"]["en"].startswith("The settings are refused: SECRET_KEY")

    def test_an_installation_before_its_first_start(self, tmp_path: Path) -> None:
        values = environment(tmp_path)
        done = run(values, "doctor", "--lang", "en")
        assert done.returncode == 1
        assert "Traceback" not in done.stderr + done.stdout
        for text in ("Static files are not collected.", "The database lacks", "The web server does not answer"):
            assert text in done.stdout
        assert "tongban manage migrate" in done.stdout
        chinese = run(values, "doctor", "--quiet").stdout
        assert "静态文件没有收集。" in chinese
        assert "✓ mode" not in chinese
