"""Stored files: whole or not at all, random names, hashes, orphans."""

from __future__ import annotations

import hashlib
import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from tests.apps.records_help import use_directories
from tongban.commands import main
from tongban.core.errors import NotFound, Refused
from tongban.records import queries, services
from tongban.records.services.files import clean_name

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: object, tmp_path: Path) -> Path:
    use_directories(settings, tmp_path)
    return tmp_path / "media"


def _store(content: object = b"paper", name: str = "身份证.pdf") -> queries.FileView:
    return services.store_file(content=content, name=name, mime="application/pdf", purpose="material")  # type: ignore[arg-type]


def _on_disk(media: Path) -> list[Path]:
    return sorted(path for path in media.rglob("*") if path.is_file())


@pytest.mark.parametrize("size", [0, 5, 3_000_000])
def test_what_is_stored_is_read_back(media: Path, size: int) -> None:
    content = os.urandom(size)
    for given in (content, io.BytesIO(content)):
        stored = _store(given)
        assert (stored.size, stored.sha256) == (size, hashlib.sha256(content).hexdigest())
        assert queries.file_info(stored.id) == stored
        with queries.open_file(stored.id) as handle:
            assert handle.read() == content
    assert len(_on_disk(media)) == 2
    assert queries.file_count() == 2


def test_the_name_on_disk_tells_nothing_and_the_given_name_is_encrypted(media: Path) -> None:
    stored = _store(name="林样本 身份证.pdf")
    (path,) = _on_disk(media)
    assert len(path.name) == 32
    assert path.relative_to(media).parts[:2] == (path.name[:2], path.name[2:4])
    assert stored.name == "林样本 身份证.pdf"
    with connection.cursor() as cursor:
        cursor.execute("select name from records_storedfile")
        assert "林样本" not in cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\扫描.PDF", "扫描.PDF"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("...", "file"),
        ("", "file"),
        ("𠮷.jpg", "𠮷.jpg"),
        ("长" * 300 + ".pdf", "长" * 251 + ".pdf"),
        ("x" * 300, "x" * 255),
    ],
)
def test_names_are_cleaned(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize("file_id", ["", "x", "1", "../../etc/passwd", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_id_is_not_found(file_id: str) -> None:
    with pytest.raises(NotFound):
        queries.file_info(file_id)
    with pytest.raises(NotFound):
        queries.open_file(file_id)


def test_a_file_gone_from_disk_is_not_found(media: Path) -> None:
    stored = _store()
    _on_disk(media)[0].unlink()
    with pytest.raises(NotFound):
        queries.open_file(stored.id)


def test_a_write_that_fails_leaves_nothing_behind(media: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the line broke")

    with pytest.raises(OSError, match="the line broke"):
        _store(Broken(b"x"))
    assert _on_disk(media) == []
    assert queries.file_count() == 0


def test_a_file_changed_on_disk_is_not_handed_out(media: Path) -> None:
    stored = _store()
    assert queries.read_file(stored.id) == b"paper"
    _on_disk(media)[0].write_bytes(b"PAPER")
    with pytest.raises(Refused):
        queries.read_file(stored.id)


def test_a_discarded_file_goes_with_its_transaction(media: Path, django_capture_on_commit_callbacks: Any) -> None:
    stored, kept = _store(), _store()
    with transaction.atomic():
        services.discard_file(stored.id)
        transaction.set_rollback(True)
    assert queries.read_file(stored.id) == b"paper"
    with django_capture_on_commit_callbacks(execute=True):
        services.discard_file(stored.id)
        assert len(_on_disk(media)) == 2
    assert len(_on_disk(media)) == 1
    with pytest.raises(NotFound):
        queries.file_info(stored.id)
    for unknown in (stored.id, "", "x"):
        services.discard_file(unknown)
    assert queries.read_file(kept.id) == b"paper"


def test_orphans_are_swept_after_a_day_and_nothing_else(media: Path) -> None:
    now = datetime.now(UTC)
    kept = _store()
    with transaction.atomic():
        _store(b"its transaction failed")
        transaction.set_rollback(True)
    assert services.sweep_orphans(now) == 0
    assert services.sweep_orphans(now + timedelta(hours=25)) == 1
    assert services.sweep_orphans(now + timedelta(hours=25)) == 0
    with queries.open_file(kept.id) as handle:
        assert handle.read() == b"paper"


def test_the_command_verifies_and_sweeps(media: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _store()
    stored = _store(b"other")
    assert main(["files", "verify"]) == 0
    assert "2 files: everything adds up" in capsys.readouterr().out
    for path in _on_disk(media):
        if path.read_bytes() == b"other":
            path.write_bytes(b"OTHER")
    assert main(["files", "verify"]) == 1
    assert f"file:{stored.id}  file_altered" in capsys.readouterr().out
    assert main(["files", "sweep"]) == 0
    assert "0 files deleted" in capsys.readouterr().out
