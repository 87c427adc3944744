"""Settings come from the environment: demo is safe by itself, production refuses and names every fault."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.module_loading import import_string

from tests.production import environment as complete
from tests.production import run
from tongban.commands.settings import fresh
from tongban.config import environment
from tongban.config.middleware import ClientAddress
from tongban.outbox.cron import Schedule

REQUIRED = [
    "SECRET_KEY",
    "FIELD_KEYS",
    "INDEX_KEY",
    "MEDIA_ROOT",
    "SEAL_EXPORT_DIR",
    "SEAL_KEY_FILE",
    "SIGNING_KEY_FILE",
    "SIGNING_CERT_FILE",
    "ALLOWED_HOSTS",
    "PUBLIC_BASE_URL",
    "AUTHORITY_NAME",
    "DATABASE_URL",
    "MAIL_URL",
    "MAIL_FROM",
]


def start(values: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command with exactly these settings."""
    return run(values, *(words or ("settings", "check")))


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """A complete production environment below ``tmp_path``."""
    return complete(tmp_path)


def test_without_settings_production_names_every_missing_one() -> None:
    done = start({})
    assert done.returncode == 2
    for name in REQUIRED:
        assert f"- {name}: is not set" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_settings_new_prints_is_complete(production: dict[str, str]) -> None:
    done = start(production)
    assert (done.returncode, done.stderr) == (0, "")


def test_two_fresh_files_share_no_secret() -> None:
    words = {"host": "hall.example", "name": "示例区", "database": "sqlite:///x", "state": "/srv"}
    secrets = [
        {line for line in fresh(**words).splitlines() if line.startswith(("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY"))}
        for _ in range(2)
    ]
    assert len(secrets[0]) == 3
    assert not secrets[0] & secrets[1]


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("SECRET_KEY", "a" * 60, "guessable"),
        ("SECRET_KEY", "short", "guessable or shorter than 50"),
        ("FIELD_KEYS", "k1:AAAA", "key k1 holds 3 bytes instead of 32"),
        ("FIELD_KEYS", "k1", "an entry without a key id"),
        ("INDEX_KEY", "???", "is not base64"),
        ("ALLOWED_HOSTS", "*", "admits every host"),
        ("PUBLIC_BASE_URL", "http://hall.example", "not an https address"),
        ("DATABASE_URL", "mysql://a/b", "must begin with sqlite:/// or postgres://"),
        ("DATABASE_URL", "postgres://host/", "names no database"),
        ("MAIL_URL", "smtp://", "names no host"),
        ("MEDIA_ROOT", "files", "not an absolute path"),
        ("MEDIA_ROOT", "/nowhere/at/all", "not a directory this process may write to"),
        ("MEDIA_ROOT", str(environment.__file__).rsplit("/", 1)[0], "lies inside the program"),
        ("SEAL_KEY_FILE", "/nowhere/seal.pem", "not a file this process may read"),
        ("DEBUG", "1", "shows data and settings to visitors"),
        ("MAX_UPLOAD_BYTES", "ten", "'ten' is not a whole number of 1024 or more"),
        ("TONGBAN_MODE", "staging", "'staging' is unknown"),
        ("ANTIVIRUS_URL", "scanner.example:3310", "must be none, clamd:///path/of/socket or clamd://host:3310"),
        ("METRICS_TOKEN", "short", "shorter than 24 characters"),
        ("METRICS_ALLOWED", "10.0.0.0/8 monitor.example", "'monitor.example' is neither an address nor a network"),
        ("LOG_FORMAT", "xml", "'xml' is unknown"),
        ("SECRET_KEY_FILE", "/nowhere/key", "cannot be read"),
    ],
)
def test_an_unsafe_setting_is_refused_by_name(production: dict[str, str], name: str, value: str, fault: str) -> None:
    if name == "SECRET_KEY_FILE":
        del production["SECRET_KEY"]
    done = start({**production, name: value})
    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if line.startswith("  - ")]
    assert len(lines) == 1
    assert lines[0].startswith(f"  - {name}: ")
    assert fault in lines[0]


def test_a_secret_may_be_given_as_a_file(production: dict[str, str], tmp_path: Path) -> None:
    key = tmp_path / "credential"
    key.write_text(production.pop("SECRET_KEY") + "\n", encoding="utf-8")
    assert start({**production, "SECRET_KEY_FILE": str(key)}).returncode == 0


def test_demo_needs_nothing_and_keeps_its_secrets(tmp_path: Path) -> None:
    values = {"TONGBAN_MODE": "demo", "TONGBAN_VAR_DIR": str(tmp_path)}
    code = "from django.conf import settings; print(settings.SECRET_KEY, settings.INDEX_KEY.hex())"
    words = ("manage", "shell", "-v0", "-c", code)
    first, second = start(values, *words), start(values, *words)
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    assert len(first.stdout.split()[0]) >= 50
    assert (tmp_path / "keys" / "secret-key").stat().st_mode & 0o077 == 0


def test_production_protects_cookies_and_transport(production: dict[str, str]) -> None:
    code = (
        "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, "
        "s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS >= 31536000, s.DEBUG, s.ALLOW_FICTITIOUS_CALENDAR)"
    )
    done = start(production, "manage", "shell", "-v0", "-c", code)
    assert done.stdout.split() == ["True", "True", "True", "True", "False", "False"], done.stderr


def test_django_finds_nothing_to_warn_of_in_production(production: dict[str, str]) -> None:
    done = start(production, "manage", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("demo", "header", "address"),
    [
        (False, "203.0.113.9", "203.0.113.9"),
        (False, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (False, "2001:db8::1", "2001:db8::1"),
        (False, "<script>", "127.0.0.1"),
        (False, "", "127.0.0.1"),
        (True, "203.0.113.9", "192.0.2.7"),
    ],
)
def test_limits_see_the_visitor_and_not_the_proxy(
    rf: RequestFactory, settings: Any, demo: bool, header: str, address: str
) -> None:
    settings.DEMO = demo
    seen = []
    middleware = ClientAddress(lambda request: seen.append(request.META["REMOTE_ADDR"]) or HttpResponse())
    middleware(rf.get("/", REMOTE_ADDR="192.0.2.7", headers={"X-Forwarded-For": header}))
    assert seen == [address]


def test_everything_the_settings_name_exists(settings: Any) -> None:
    names = [name for _, name in settings.OUTBOX_CRON.values()]
    names += [*settings.AUDIT_FOLDERS, *settings.CALENDAR_LOADED_HOOKS, settings.IDENTITY_GATEWAY]
    names += [*settings.DOCUMENT_READY_HOOKS, *settings.LICENCE_OPENED_HOOKS]
    for name in names:
        assert callable(import_string(name)), name
    for schedule, _ in settings.OUTBOX_CRON.values():
        Schedule.parse(schedule)


def test_postgres_address_with_socket_and_escaped_password() -> None:
    parsed = environment.parse_database_url("postgres://user:p%40ss@/name?host=/run/pg", max_age=60)
    assert parsed["PASSWORD"] == "p@ss"
    assert parsed["CONN_MAX_AGE"] == 60
    options = parsed["OPTIONS"]
    assert isinstance(options, dict)
    assert options["host"] == "/run/pg"
    assert options["prepare_threshold"] == 1
    assert options["server_side_binding"] is True


def test_mail_addresses() -> None:
    assert environment.parse_mail_url("smtps://u:p%3A@mail.example")["EMAIL_PORT"] == 465
    started = environment.parse_mail_url("smtp://mail.example")
    assert (started["EMAIL_PORT"], started["EMAIL_USE_TLS"]) == (587, True)
    plain = environment.parse_mail_url("smtp+plain://127.0.0.1:2525")
    assert (plain["EMAIL_PORT"], plain["EMAIL_USE_TLS"], plain["EMAIL_USE_SSL"]) == (2525, False, False)
    assert environment.parse_mail_url("file:///srv/mail") == {"MAIL_FILE_DIR": "/srv/mail"}
    with pytest.raises(ValueError, match="absolute directory"):
        environment.parse_mail_url("file://mail")


def test_a_kept_secret_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "one"
    assert environment.kept(path, lambda: "first") == "first"
    assert environment.kept(path, lambda: "second") == "first"


def test_field_keys_keep_their_order_and_refuse_doubles() -> None:
    one, two = environment.new_key(), environment.new_key()
    assert list(environment.parse_field_keys(f"k2:{two},k1:{one}")) == ["k2", "k1"]
    with pytest.raises(ValueError, match="twice"):
        environment.parse_field_keys(f"k1:{one},k1:{two}")
