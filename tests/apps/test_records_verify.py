"""Tampering as somebody with every right on the database could, and what verification says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils.module_loading import import_string

from tests.apps.records_help import AT, CLERK, as_owner, chain_of, problems, use_directories
from tongban.commands import audit, main
from tongban.records import queries, services
from tongban.records.canonical import digest
from tongban.records.values import Finding

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _evidence(settings: object, tmp_path: Path, django_capture_on_commit_callbacks: object) -> None:
    """Three chains of five events, sealed; then two more events on the first, not sealed."""
    use_directories(settings, tmp_path)
    heads = {name: chain_of(name, 5) for name in ("case:1", "case:2", "case:3")}
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        services.take_seal(AT)
    chain_of("case:1", 2, heads["case:1"])


def _body(chain: str, seq: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("select body from records_event where chain = %s and seq = %s", [chain, seq])
        return str(cursor.fetchone()[0])


def _rewrite(chain: str, seq: int, **changes: object) -> None:
    """Change an event and hash the rest of its chain anew, as a careful attacker would."""
    with connection.cursor() as cursor:
        cursor.execute("select seq, body, prev_hash from records_event where chain = %s order by seq", [chain])
        rows = [row for row in cursor.fetchall() if row[0] >= seq]
    previous = rows[0][2]
    statements = []
    for number, text, _ in rows:
        body = json.loads(text) | (changes if number == seq else {}) | {"prev": previous}
        new = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        statements.append(
            f"update records_event set body = '{new}', verb = '{body['verb']}', prev_hash = '{previous}',"
            f" hash = '{digest(new)}' where chain = '{chain}' and seq = {number}"
        )
        previous = digest(new)
    as_owner(*statements)


def test_untouched_evidence_adds_up() -> None:
    assert problems() == []


def test_a_changed_text_is_named() -> None:
    as_owner("update records_event set body = replace(body, '内容', '别的') where chain = 'case:1' and seq = 3")
    assert problems() == [("case:1", 3, "altered")]


@pytest.mark.parametrize(
    "change",
    [
        "verb = 'grant'",
        "actor_id = '8'",
        "actor_name = '钱样'",
        "legal_date = '2026-03-03'",
        "at = '2026-03-02 01:30:01'",
        "algorithm = 'md5'",
    ],
)
def test_a_changed_column_is_named(change: str) -> None:
    as_owner(f"update records_event set {change} where chain = 'case:2' and seq = 2")
    assert problems() == [("case:2", 2, "altered")]


def test_a_text_that_is_no_record_is_named_and_does_not_stop_the_run() -> None:
    for body in ("[]", "not json", '{"chain": "case:2"}'):
        as_owner(
            f"update records_event set body = '{body}', hash = '{digest(body)}' where chain = 'case:2' and seq = 2"
        )
        assert problems() == [("case:2", 2, "altered")]


def test_a_deleted_event_is_named() -> None:
    as_owner("delete from records_event where chain = 'case:1' and seq = 2")
    assert problems() == [("case:1", 2, "deleted")]


def test_a_deleted_event_with_the_rest_moved_up_is_named() -> None:
    as_owner(
        "delete from records_event where chain = 'case:1' and seq = 2",
        *[f"update records_event set seq = {n} where chain = 'case:1' and seq = {n + 1}" for n in range(2, 7)],
    )
    assert problems() == [("case:1", 2, "reordered")]


def test_two_swapped_events_are_named() -> None:
    as_owner(
        "update records_event set seq = 99 where chain = 'case:1' and seq = 2",
        "update records_event set seq = 2 where chain = 'case:1' and seq = 3",
        "update records_event set seq = 3 where chain = 'case:1' and seq = 99",
    )
    assert problems() == [("case:1", 2, "reordered")]


def test_an_inserted_event_is_named() -> None:
    body = json.loads(_body("case:2", 5)) | {"seq": 6, "verb": "grant"}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    as_owner(
        "insert into records_event"
        " (chain, seq, verb, actor_id, actor_name, at, legal_date, body, prev_hash, hash, algorithm)"
        " select chain, 6, 'grant', actor_id, actor_name, at, legal_date,"
        f" '{text}', prev_hash, '{digest(text)}', algorithm from records_event where chain = 'case:2' and seq = 5"
    )
    assert problems() == [("case:2", 6, "inserted")]


def test_an_event_of_another_chain_is_named() -> None:
    as_owner("update records_event set chain = 'case:3', seq = 6 where chain = 'case:1' and seq = 7")
    assert problems() == [("case:3", 6, "inserted")]


def test_a_chain_hashed_anew_throughout_contradicts_its_seal() -> None:
    _rewrite("case:2", 4, verb="refuse")
    assert problems() == [("case:2", 5, "rewritten")]


def test_a_tail_hashed_anew_after_the_seal_is_only_found_by_the_next_seal() -> None:
    """What no seal covers yet can be rewritten by its owner: the reason for a seal every five minutes."""
    _rewrite("case:1", 7, verb="refuse")
    assert problems() == []
    services.take_seal(AT)
    _rewrite("case:1", 7, verb="grant")
    assert ("case:1", 7, "rewritten") in problems()


def test_a_truncated_chain_is_named() -> None:
    as_owner("delete from records_event where chain = 'case:3' and seq > 3")
    assert problems() == [("case:3", 4, "truncated")]


def test_a_chain_that_is_gone_is_named() -> None:
    as_owner("delete from records_event where chain = 'case:3'")
    assert problems() == [("case:3", 5, "missing_chain")]


def test_only_the_first_broken_link_of_each_chain_is_named() -> None:
    as_owner("update records_event set verb = 'x' where seq in (2, 4) and chain in ('case:1', 'case:2')")
    assert problems() == [("case:1", 2, "altered"), ("case:2", 2, "altered")]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("payload = replace(payload, 'case:3', 'case:9')", "seal_altered"),
        ("signature = 'AAAA'", "seal_signature"),
        ("signature = '*'", "seal_signature"),
        ("key_id = 'other'", "seal_key_unknown"),
        ("at = '2026-03-02 01:30:01'", "seal_altered"),
    ],
)
def test_a_changed_seal_is_named(change: str, problem: str) -> None:
    as_owner(f"update records_seal set {change}")
    assert ("seals", 1, problem) in problems()


def test_a_seal_signed_with_another_key_is_not_believed(settings: object, tmp_path: Path) -> None:
    settings.SEAL_KEY_FILE = str(tmp_path / "elsewhere" / "seal.pem")  # type: ignore[attr-defined]
    assert ("seals", 1, "seal_key_unknown") in problems()


def test_a_seal_that_is_gone_is_named() -> None:
    as_owner("delete from records_seal")
    assert ("seals", 1, "seal_missing") in problems()


def test_exported_files_are_compared(tmp_path: Path) -> None:
    path = next((tmp_path / "seals").iterdir())
    assert path.name == "seal-00000001.json"
    path.write_text(path.read_text().replace("case:3", "case:9"))
    assert problems() == [("seals", 1, "seal_file_altered")]
    path.unlink()
    assert problems() == [("seals", 1, "seal_file_missing")]


def test_a_stored_file_changed_on_disk_is_named(tmp_path: Path) -> None:
    stored = services.store_file(content=b"paper", name="a.pdf", mime="application/pdf", purpose="material")
    assert problems() == []
    path = next(p for p in (tmp_path / "media").rglob("*") if p.is_file())
    path.write_bytes(b"forged")
    assert problems() == [(f"file:{stored.id}", 0, "file_altered")]
    path.unlink()
    assert problems() == [(f"file:{stored.id}", 0, "file_missing")]


def test_a_voided_number_taken_back_is_named() -> None:
    with transaction.atomic():
        services.next_number("licence:1")
    services.void_number("licence:1", 1, "misprint", CLERK, AT)
    assert problems() == []
    as_owner("update records_voidednumber set reason = 'other'")
    assert problems() == [("numbers:licence:1", 1, "row_altered"), ("numbers:licence:1", 1, "row_altered")]
    as_owner("delete from records_voidednumber")
    assert problems() == [("numbers:licence:1", 1, "row_altered")]


def sample_folder() -> Iterator[Finding]:
    """Stands for a room that compares its rows with the events."""
    yield Finding("case:2", 5, "row_altered", "status is granted, the events say refused")


def broken_folder() -> Iterator[Finding]:
    """Stands for a room whose rows are so damaged that it cannot compare them."""
    yield Finding("case:1", 1, "row_altered", "found before it stopped")
    raise KeyError("a row is gone")


def test_a_comparison_that_cannot_go_on_is_a_finding_and_the_others_still_run(settings: object) -> None:
    settings.AUDIT_FOLDERS = [f"{__name__}.broken_folder", f"{__name__}.sample_folder"]  # type: ignore[attr-defined]
    assert problems() == [
        ("case:1", 1, "row_altered"),
        (f"{__name__}.broken_folder", 0, "comparison_stopped"),
        ("case:2", 5, "row_altered"),
    ]


def test_rooms_add_their_own_findings(settings: object) -> None:
    settings.AUDIT_FOLDERS = [f"{__name__}.sample_folder"]  # type: ignore[attr-defined]
    assert problems() == [("case:2", 5, "row_altered")]


def test_the_products_own_comparisons_can_be_loaded() -> None:
    from tongban.config import settings as shipped

    for name in shipped.AUDIT_FOLDERS:
        assert callable(import_string(name))


def test_progress_counts_every_event() -> None:
    seen: list[int] = []
    list(queries.verify(seen.append))
    assert sum(seen) == queries.event_count() == 17


def test_the_command_says_and_returns_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify"]) == 0
    assert "17 events, last seal 1" in (said := capsys.readouterr().out)
    assert "everything adds up" in said
    as_owner("delete from records_event where chain = 'case:1' and seq = 2")
    assert main(["audit", "verify"]) == 1
    assert "case:1 #2  deleted" in capsys.readouterr().out
    assert main(["audit", "verify", "--json"]) == 1
    body = json.loads(capsys.readouterr().out)
    assert (body["ok"], body["events"], body["findings"][0]["problem"]) == (False, 16, "deleted")
    assert audit.NEEDS_DJANGO
