"""Seals: what they cover, when, and how they leave the machine."""

from __future__ import annotations

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from tests.apps.records_help import AT, as_owner, chain_of, in_thread, problems, use_directories
from tongban.commands import main
from tongban.records import effects, queries, services, signing


@pytest.fixture(autouse=True)
def _directories(settings: object, tmp_path: Path) -> None:
    use_directories(settings, tmp_path)


def _heads(tmp_path: Path, number: int) -> dict[str, int]:
    """Chain → sealed event number, read from the exported file as an outsider would."""
    exported = json.loads((tmp_path / "seals" / f"seal-{number:08d}.json").read_text())
    payload = json.loads(exported["payload"])
    public = signing.public_keys()[payload["key"]]
    assert signing.is_signed(public, base64.b64decode(exported["signature"]), exported["payload"])
    assert not signing.is_signed(public, base64.b64decode(exported["signature"]), exported["payload"] + " ")
    return {chain: seq for chain, seq, _ in payload["heads"]}


@pytest.mark.django_db(transaction=True)
def test_a_seal_covers_exactly_what_moved_since_the_one_before(tmp_path: Path) -> None:
    first = chain_of("case:1", 2)
    chain_of("case:2", 3)
    assert services.take_seal(AT) is not None
    chain_of("case:1", 1, first)
    chain_of("case:3", 1)
    assert services.take_seal(AT) is not None
    assert _heads(tmp_path, 1) == {"case:1": 2, "case:2": 3}
    assert _heads(tmp_path, 2) == {"case:1": 3, "case:3": 1}
    assert [seal.number for seal in queries.seals()] == [2, 1]
    assert problems() == []


@pytest.mark.django_db(transaction=True)
def test_nothing_moved_means_no_seal() -> None:
    assert services.take_seal(AT) is None
    chain_of("case:1", 1)
    assert services.take_seal(AT) is not None
    assert services.take_seal(AT) is None
    assert services.take_seal(AT, full=True) is None


@pytest.mark.django_db(transaction=True)
def test_seals_are_linked() -> None:
    head = chain_of("case:1", 1)
    one = services.take_seal(AT)
    chain_of("case:1", 1, head)
    services.take_seal(AT)
    with connection.cursor() as cursor:
        cursor.execute("select payload from records_seal where number = 2")
        assert one is not None
        assert json.loads(cursor.fetchone()[0])["previous"] == one.hash
    as_owner("delete from records_seal where number = 1")
    assert ("seals", 1, "seal_missing") in problems()


@pytest.mark.django_db(transaction=True)
def test_an_event_that_took_its_id_early_and_committed_late_is_sealed_next(tmp_path: Path) -> None:
    """Played with rows: the real thing needs two transactions at once (see the next test)."""
    chain_of("early", 1)
    chain_of("late", 1)
    as_owner("delete from records_event where chain = 'late'", "update records_event set id = 1000")
    assert services.take_seal(AT) is not None
    chain_of("late", 1)
    as_owner("update records_event set id = 999 where chain = 'late'")
    assert services.take_seal(AT + timedelta(minutes=5)) is not None
    assert _heads(tmp_path, 1) == {"early": 1}
    assert _heads(tmp_path, 2) == {"late": 1}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_transaction_still_open_at_the_seal_falls_into_the_next(tmp_path: Path) -> None:
    appended, sealed = threading.Event(), threading.Event()

    def slow_verb() -> None:
        with transaction.atomic():
            chain_of("slow", 1)
            appended.set()
            assert sealed.wait(20)

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(in_thread(slow_verb))
        assert appended.wait(20)
        chain_of("quick", 1)
        services.take_seal(AT)
        sealed.set()
        slow.result()
    services.take_seal(AT + timedelta(minutes=5))
    assert _heads(tmp_path, 1) == {"quick": 1}
    assert _heads(tmp_path, 2) == {"slow": 1}


@pytest.mark.django_db(transaction=True)
def test_a_gap_is_given_up_after_a_day_and_the_nightly_seal_still_finds_it(tmp_path: Path) -> None:
    chain_of("early", 1)
    as_owner("update records_event set id = 1000")
    services.take_seal(AT)
    chain_of("late", 1)
    as_owner("update records_event set id = 999 where chain = 'late'")
    assert services.take_seal(AT + timedelta(hours=25)) is None
    assert services.take_seal(AT + timedelta(hours=26), full=True) is not None
    assert _heads(tmp_path, 2) == {"late": 1}


@pytest.mark.django_db(transaction=True)
def test_two_seals_at_once_make_one() -> None:
    for number in range(30):
        chain_of(f"case:{number}", 1)
    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(in_thread(lambda: services.take_seal(AT))) for _ in range(4)]:
            future.result()
    assert [(seal.number, seal.chains) for seal in queries.seals()] == [(1, 30)]
    assert problems() == []


@pytest.mark.django_db(transaction=True)
def test_a_file_lost_between_commit_and_export_is_written_at_the_next_run(tmp_path: Path) -> None:
    chain_of("case:1", 1)
    services.take_seal(AT)
    path = tmp_path / "seals" / "seal-00000001.json"
    before = path.read_bytes()
    path.unlink()
    effects.seal(AT)
    assert path.read_bytes() == before


@pytest.mark.django_db(transaction=True)
def test_seals_of_an_earlier_key_still_verify(tmp_path: Path) -> None:
    head = chain_of("case:1", 1)
    services.take_seal(AT)
    (tmp_path / "keys" / "seal.pem").unlink()
    chain_of("case:1", 1, head)
    services.take_seal(AT)
    keys = [seal.key_id for seal in queries.seals()]
    assert keys[0] != keys[1]
    assert problems() == []


@pytest.mark.django_db(transaction=True)
def test_a_key_directory_that_can_only_be_read_is_enough(tmp_path: Path) -> None:
    chain_of("case:1", 1)
    services.take_seal(AT)
    (public,) = (tmp_path / "keys").glob("*.pub.pem")
    public.unlink()
    public.mkdir()  # nothing can be written under that name
    signing.load_key()
    public.rmdir()
    assert problems() == []


def test_the_key_is_private_and_never_replaced(tmp_path: Path) -> None:
    signing.load_key()
    path = tmp_path / "keys" / "seal.pem"
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        signing.create_key()


def test_production_does_not_invent_a_key(settings: object, tmp_path: Path) -> None:
    settings.DEMO = False  # type: ignore[attr-defined]
    with pytest.raises(ImproperlyConfigured, match="SEAL_KEY_FILE"):
        signing.load_key()
    assert not (tmp_path / "keys").exists()


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric import ec

    path = tmp_path / "keys" / "seal.pem"
    path.parent.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()))
    with pytest.raises(ImproperlyConfigured, match="Ed25519"):
        signing.load_key()


@pytest.mark.django_db(transaction=True)
def test_the_command_seals(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seal"]) == 0
    assert "Nothing has moved" in capsys.readouterr().out
    chain_of("case:1", 1)
    assert main(["seal", "--full"]) == 0
    assert "Seal 1: 1 chains" in capsys.readouterr().out
