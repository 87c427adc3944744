"""A backup taken while people work is whole, and a restore brings everything back or refuses and changes nothing."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from tests import factories
from tongban.accounts import queries as accounts
from tongban.core.actors import SYSTEM
from tongban.core.errors import Refused
from tongban.operations import backup
from tongban.operations.backup import databases, making, restoring
from tongban.records import queries as records
from tongban.records import services

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    for name in ("MEDIA_ROOT", "SEAL_EXPORT_DIR"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        setattr(settings, name, str(folder))


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


def store(text: str) -> str:
    """A stored file with an event that names it."""
    now = timezone.now()
    file = services.store_file(content=text.encode(), name=f"{text}.txt", mime="text/plain", purpose="test")
    services.append_to_chain(
        chain=f"t:{file.id}", verb="store", actor=SYSTEM, at=now, legal_date=now.date(), facts={"file": file.sha256}
    )
    return file.id


def path_of(file_id: str) -> Path:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT path FROM records_storedfile WHERE id = %s",
            [uuid.UUID(file_id).hex if connection.vendor == "sqlite" else file_id],
        )
        return Path(django_settings.MEDIA_ROOT) / cursor.fetchone()[0]


def url(name: str) -> str:
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    place = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/".format(**place) + name


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of another, empty installation with the same keys."""
    values = {"TONGBAN_MODE": "demo", "TONGBAN_VAR_DIR": str(django_settings.VAR_DIR), "PATH": os.environ["PATH"]}
    for name in ("MEDIA_ROOT", "SEAL_EXPORT_DIR"):
        folder = tmp_path / f"other-{name.lower()}"
        folder.mkdir()
        values[name] = str(folder)
    if connection.vendor == "sqlite":
        yield {**values, "DATABASE_URL": url(str(tmp_path / "other.sqlite3"))}
        return
    name = f"{connection.settings_dict['NAME']}_restored"
    server = psycopg.connect(url("postgres"), autocommit=True)
    server.execute(f'DROP DATABASE IF EXISTS "{name}"')
    server.execute(f'CREATE DATABASE "{name}"')
    yield {**values, "DATABASE_URL": url(name)}
    server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    server.close()


def tongban(values: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tongban", *words], env=values, cwd=ROOT, capture_output=True, text=True, timeout=300
    )


def here() -> dict[str, str]:
    """The environment of this installation, for the command."""
    values = {name: str(getattr(django_settings, name)) for name in ("MEDIA_ROOT", "SEAL_EXPORT_DIR")}
    values |= {"TONGBAN_MODE": "demo", "TONGBAN_VAR_DIR": str(django_settings.VAR_DIR), "PATH": os.environ["PATH"]}
    return {**values, "DATABASE_URL": url(str(connection.settings_dict["NAME"]))}


def test_everything_comes_back_and_is_verified(elsewhere: dict[str, str], now: dt.datetime, tmp_path: Path) -> None:
    factories.world(now)
    person = accounts.actor_for(factories.enterprise(now), now)
    factories.submitted(person, next(iter(person.applicant_ids)), "invest_record", now)
    factories.run_tasks()
    services.take_seal(timezone.now())
    folder = tmp_path / "backup"
    made = tongban(here(), "backup", str(folder))
    assert (made.returncode, made.stderr) == (0, ""), made.stdout
    assert "The keys are not in it" in made.stdout
    assert oct(folder.stat().st_mode)[-3:] == "700"
    assert b"PRIVATE" not in b"".join(path.read_bytes() for path in folder.rglob("*.pem"))
    done = tongban(elsewhere, "restore", str(folder))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "everything adds up" in done.stdout
    counts = json.loads(tongban(elsewhere, "audit", "verify", "--json").stdout)
    assert counts == {"ok": True, "events": records.event_count(), "findings": []}
    assert f"{records.file_count()} files: everything adds up" in tongban(elsewhere, "files", "verify").stdout
    again = tongban(elsewhere, "restore", str(folder))
    assert again.returncode == 2
    assert "The database is not empty" in again.stderr


def test_a_backup_under_load_is_of_one_moment(elsewhere: dict[str, str], tmp_path: Path) -> None:
    over = threading.Event()
    written: list[str] = []

    def write() -> None:
        try:
            while not over.is_set():
                written.append(store(f"under load {len(written)}"))
                if len(written) % 7 == 0:
                    services.take_seal(timezone.now())
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        while len(written) < 20:
            over.wait(0.05)
        report = backup.make(tmp_path / "backup", timezone.now())
    finally:
        over.set()
        thread.join()
    assert report.missing == []
    assert 20 <= report.manifest.files <= len(written)
    done = tongban(elsewhere, "restore", str(report.folder))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_a_file_discarded_meanwhile_makes_the_snapshot_be_taken_again(
    monkeypatch: pytest.MonkeyPatch, now: dt.datetime, tmp_path: Path
) -> None:
    store("stays")
    taken: list[int] = []
    real = databases.snapshot

    def snapshot(target: Path) -> databases.Snapshot:
        late = store(f"late {len(taken)}")
        found = real(target)
        taken.append(len(found.stored))
        if len(taken) == 1:
            services.discard_file(late)
        return found

    monkeypatch.setattr(databases, "snapshot", snapshot)
    report = backup.make(tmp_path / "backup", now)
    assert (len(taken), report.missing) == (2, [])
    backup.check(report.folder)


def test_what_is_gone_or_altered_is_named_and_the_rest_is_kept(now: dt.datetime, tmp_path: Path) -> None:
    gone, altered, sound = store("gone"), store("altered"), store("sound")
    path_of(gone).unlink()
    path_of(altered).write_bytes(b"altereD")
    report = backup.make(tmp_path / "backup", now)
    names = {str(path_of(one).relative_to(django_settings.MEDIA_ROOT)) for one in (gone, altered)}
    assert set(report.missing) == names
    assert (tmp_path / "backup/files" / path_of(sound).relative_to(django_settings.MEDIA_ROOT)).read_bytes() == b"sound"
    done = tongban(here(), "backup", str(tmp_path / "second"))
    assert done.returncode == 1
    assert "missing or altered" in done.stderr


def test_an_interrupted_backup_goes_on_and_is_never_restored(
    monkeypatch: pytest.MonkeyPatch, now: dt.datetime, tmp_path: Path
) -> None:
    for number in range(5):
        store(f"file {number}")
    folder = tmp_path / "backup"
    with monkeypatch.context() as patch:
        patch.setattr(making.manifests, "write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            backup.make(folder, now)
    (folder / "files/.aa.part").write_bytes(b"half")
    with pytest.raises(Refused, match="is not a finished backup"):
        backup.check(folder)
    fetched: list[str] = []
    real = making._Copier._fetched
    monkeypatch.setattr(making._Copier, "_fetched", lambda *a: (fetched.append(a[1].path), real(*a))[1])
    report = backup.make(folder, now)
    assert fetched == []
    assert report.manifest.files == 5
    assert not (folder / "files/.aa.part").exists()
    backup.check(folder)


def test_a_finished_or_foreign_folder_is_not_touched(now: dt.datetime, tmp_path: Path) -> None:
    backup.make(tmp_path / "backup", now)
    with pytest.raises(Refused, match="holds a finished backup"):
        backup.make(tmp_path / "backup", now)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/photo.jpg").write_bytes(b"x")
    with pytest.raises(Refused, match="holds something else"):
        backup.make(tmp_path / "mine", now)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["photo.jpg"]


@pytest.mark.parametrize("harm", ["file", "database", "contents", "gone", "manifest"])
def test_a_damaged_backup_is_refused_before_anything_is_written(
    elsewhere: dict[str, str], now: dt.datetime, tmp_path: Path, harm: str
) -> None:
    store("a file")
    folder = backup.make(tmp_path / "backup", now).folder
    stored = next(path for path in (folder / "files").rglob("*") if path.is_file())
    database = next(folder.glob("database.*"))
    match harm:
        case "file":
            stored.write_bytes(b"A file")
        case "database":
            database.write_bytes(database.read_bytes()[:-1] + b"?")
        case "contents":
            (folder / "contents.tsv").write_text("../../etc/passwd\t1\tabc\n", encoding="utf-8")
        case "gone":
            stored.unlink()
        case "manifest":
            (folder / "manifest.json").write_text("{", encoding="utf-8")
    done = tongban(elsewhere, "restore", str(folder))
    assert done.returncode == 2
    assert "damaged" in done.stderr or "cannot be read" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(Path(elsewhere["MEDIA_ROOT"]).iterdir()) == []


def test_other_keys_another_database_and_a_newer_program_are_refused(
    settings: Any, monkeypatch: pytest.MonkeyPatch, now: dt.datetime, tmp_path: Path
) -> None:
    folder = backup.make(tmp_path / "backup", now).folder
    manifest = backup.read(folder)
    with pytest.raises(Refused, match="is of mariadb"):
        restoring._refuse_unfit(backup.Manifest(**{**vars(manifest), "vendor": "mariadb"}))
    with pytest.raises(Refused, match=r"does not know cases\.9999"):
        restoring._refuse_unfit(backup.Manifest(**{**vars(manifest), "migrations": ["cases.9999_later"]}))
    settings.FIELD_KEYS = {"k9": b"9" * 32}
    with pytest.raises(Refused, match="not those of the backup"):
        backup.restore(folder)
    settings.FIELD_KEYS = {"k1": b"9" * 32}
    with pytest.raises(Refused, match="not those of the backup"):
        backup.restore(folder)


def test_a_restore_overwrites_no_file(elsewhere: dict[str, str], now: dt.datetime, tmp_path: Path) -> None:
    file_id = store("a file")
    folder = backup.make(tmp_path / "backup", now).folder
    name = path_of(file_id).relative_to(django_settings.MEDIA_ROOT)
    other = Path(elsewhere["MEDIA_ROOT"]) / name
    other.parent.mkdir(parents=True)
    other.write_bytes(b"another")
    done = tongban(elsewhere, "restore", str(folder))
    assert done.returncode == 2
    assert "never overwrites" in done.stderr
    assert other.read_bytes() == b"another"
    other.write_bytes(b"a file")  # what an interrupted restore left
    assert tongban(elsewhere, "restore", str(folder)).returncode == 0


def test_dated_backups_share_files_and_the_oldest_go(now: dt.datetime, tmp_path: Path) -> None:
    file_id = store("shared")
    name = path_of(file_id).relative_to(django_settings.MEDIA_ROOT)
    place = tmp_path / "place"
    folders = [backup.make_dated(place, now + dt.timedelta(days=day), keep=2).folder for day in range(3)]
    assert not folders[0].exists()
    assert [path.name for path in sorted(place.iterdir())] == [path.name for path in folders[1:]]
    assert (folders[1] / "files" / name).stat().st_ino == (folders[2] / "files" / name).stat().st_ino
    found = backup.latest(place)
    assert found is not None
    assert found[0] == folders[2]
    assert found[1].at == (now + dt.timedelta(days=2)).replace(microsecond=0)
    backup.check(folders[2])


def test_an_interrupted_dated_backup_is_finished_under_its_name(now: dt.datetime, tmp_path: Path) -> None:
    place = tmp_path / "place"
    (place / "20260101T000000Z").mkdir(parents=True)
    assert backup.make_dated(place, now).folder.name == "20260101T000000Z"


def test_keys_lie_apart(now: dt.datetime, tmp_path: Path, settings: Any) -> None:
    place = tmp_path / "backup"
    for folder in (place, place / "keys", tmp_path):
        with pytest.raises(Refused, match="together with the backup"):
            backup.write_keys(folder, place)
    names = backup.write_keys(tmp_path / "safe", place)
    assert "keys.env" in names
    assert {oct(path.stat().st_mode)[-3:] for path in (tmp_path / "safe").iterdir()} == {"600"}
    assert "FIELD_KEYS=k1:" in (tmp_path / "safe/keys.env").read_text(encoding="utf-8")
    backup.make(place, now)
    secret = (tmp_path / "safe/keys.env").read_text(encoding="utf-8").split("FIELD_KEYS=k1:")[1].split("\n")[0]
    assert all(secret.encode() not in path.read_bytes() for path in place.rglob("*") if path.is_file())


def test_without_a_place_it_says_so(now: dt.datetime) -> None:
    done = tongban(here(), "backup")
    assert done.returncode == 2
    assert "BACKUP_DIR" in done.stderr
