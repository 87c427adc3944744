"""Personal data at rest: encryption, blind indexes, rotation."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.apps.records_help import use_directories
from tongban.commands import main
from tongban.records import queries, secrets, services
from tongban.records.models import StoredFile

ONE, TWO = os.urandom(32), os.urandom(32)


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_text_comes_back_and_never_looks_the_same_twice(text: str) -> None:
    first, second = secrets.encrypt(text), secrets.encrypt(text)
    assert secrets.decrypt(first) == secrets.decrypt(second) == text
    assert first != second
    assert secrets.key_id(first) == secrets.current_key_id()


def test_an_unknown_key_is_named(settings: Any) -> None:
    settings.FIELD_KEYS = {"k2025": ONE}
    text = secrets.encrypt("110105")
    settings.FIELD_KEYS = {"k2026": TWO}
    with pytest.raises(secrets.SecretUnreadable, match="'k2025'"):
        secrets.decrypt(text)
    settings.FIELD_KEYS = {"k2025": TWO}
    with pytest.raises(secrets.SecretUnreadable, match="'k2025' does not open"):
        secrets.decrypt(text)


def test_an_altered_value_is_refused(settings: Any) -> None:
    settings.FIELD_KEYS = {"a": ONE, "b": ONE}
    text = secrets.encrypt("110105")
    last = "A" if text[-5] != "A" else "B"
    for altered in (text[:-5] + last + text[-4:], text[:20], "a:", "a:*", text.replace("a:", "b:", 1)):
        with pytest.raises(secrets.SecretUnreadable):
            secrets.decrypt(altered)


@pytest.mark.parametrize("keys", [{}, {"k": b"short"}, {"a:b": ONE}])
def test_unusable_keys_are_refused(settings: Any, keys: dict[str, bytes]) -> None:
    settings.FIELD_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        secrets.encrypt("x")


def test_the_blind_index_finds_equal_values_and_depends_on_kind_and_key(settings: Any) -> None:
    settings.INDEX_KEY = ONE
    index = secrets.blind_index("11010519491231002x", "id_number")
    assert index == secrets.blind_index(" 11010519491231002X ", "id_number")
    assert index == secrets.blind_index("１１０１０５１９４９１２３１００２Ｘ", "id_number")
    assert index != secrets.blind_index("11010519491231002X", "phone")
    settings.INDEX_KEY = TWO
    assert index != secrets.blind_index("11010519491231002X", "id_number")
    settings.INDEX_KEY = b""
    with pytest.raises(ImproperlyConfigured, match="INDEX_KEY"):
        secrets.blind_index("x", "phone")


def test_an_encrypted_column_cannot_be_searched() -> None:
    with pytest.raises(FieldError, match="Unsupported lookup 'exact'"):
        StoredFile.objects.filter(name="x").exists()


def _stored_keys() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select name from records_storedfile order by size")
        return [secrets.key_id(row[0]) for row in cursor.fetchall()]


def _store(count: int) -> list[str]:
    return [
        services.store_file(content=b"x" * n, name=f"文件{n}", mime="image/png", purpose="test").id
        for n in range(count)
    ]


@pytest.mark.django_db
def test_rotation_moves_every_value_to_the_current_key(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use_directories(settings, tmp_path)
    monkeypatch.setattr("tongban.records.services.rotation.BATCH", 3)
    settings.FIELD_KEYS = {"old": ONE}
    ids = _store(7)
    settings.FIELD_KEYS = {"new": TWO, "old": ONE}
    ids += _store(2)
    assert set(_stored_keys()) == {"old", "new"}
    assert main(["rotate-keys"]) == 0
    assert "7 values re-encrypted with key new" in capsys.readouterr().out
    assert services.rotate_keys() == 0
    settings.FIELD_KEYS = {"new": TWO}
    assert set(_stored_keys()) == {"new"}
    assert [queries.file_info(file_id).name for file_id in ids[:7]] == [f"文件{n}" for n in range(7)]


@pytest.mark.django_db
def test_rotation_without_the_old_key_changes_nothing(
    settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    use_directories(settings, tmp_path)
    settings.FIELD_KEYS = {"old": ONE}
    _store(1)
    settings.FIELD_KEYS = {"new": TWO}
    assert main(["rotate-keys"]) == 1
    assert "'old'" in capsys.readouterr().err
    assert _stored_keys() == ["old"]


def test_encrypted_texts_inside_a_form_are_found_and_nothing_else(settings: Any) -> None:
    settings.FIELD_KEYS = {"k1": ONE}
    hidden = secrets.encrypt("110105194912310021")
    form = {"name": "k1:not encrypted", "rows": [{"id": hidden, "n": 3}, None, True], "note": "k1:"}
    opened = secrets.map_encrypted(form, secrets.decrypt)
    assert opened == {**form, "rows": [{"id": "110105194912310021", "n": 3}, None, True]}


def test_a_fingerprint_outlives_the_key_and_notices_a_change(settings: Any) -> None:
    settings.FIELD_KEYS = {"old": ONE}
    before = {"rows": [{"id": secrets.encrypt("110105")}]}
    settings.FIELD_KEYS = {"new": TWO, "old": ONE}
    after = {"rows": [{"id": secrets.encrypt("110105")}]}
    assert before != after
    assert secrets.fingerprinted(before) == secrets.fingerprinted(after)
    assert secrets.fingerprinted(before) != secrets.fingerprinted({"rows": [{"id": secrets.encrypt("110106")}]})
    assert "110105" not in str(secrets.fingerprinted(before))


@pytest.mark.django_db
def test_rotation_reaches_into_json_columns(settings: Any) -> None:
    """An account's settings stand for any JSON column, an application's form above all."""
    settings.FIELD_KEYS = {"old": ONE}
    hidden = secrets.encrypt("110105")
    accounts = get_user_model().objects
    plain = {"id": "110105", "text": 'old:"quoted"', "rows": [{"phone": "110105"}]}
    one = accounts.create(username="one", settings={**plain, "id": hidden, "rows": [{"phone": hidden}]})
    two = accounts.create(username="two", settings={"id": "nothing hidden"})
    settings.FIELD_KEYS = {"new": TWO, "old": ONE}
    assert services.rotate_keys() == 1
    assert services.rotate_keys() == 0
    settings.FIELD_KEYS = {"new": TWO}
    one.refresh_from_db()
    two.refresh_from_db()
    assert "110105" not in str(one.settings)
    assert secrets.map_encrypted(one.settings, secrets.decrypt) == plain
    assert two.settings == {"id": "nothing hidden"}
