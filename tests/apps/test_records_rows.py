"""Rows written together, rows read by constant SQL, and the mark that says what may still be kept."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import connection, transaction

from tongban.cases import reference
from tongban.cases.models import Case, Review
from tongban.records import watching
from tongban.records.models import Counter, Event, Generation, StoredFile, VoidedNumber
from tongban.records.rows import Rows, by_key, columns, fresh, insert_now, listed, made, unpacked

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 3, 2, 1, 30, 0, 123456, tzinfo=dt.UTC)


def file(**changes: object) -> StoredFile:
    values = {"path": uuid.uuid4().hex, "name": "张示例的证件“一”.pdf", "mime": "application/pdf", "size": 3}
    return StoredFile(**{**values, "sha256": "0" * 64, "purpose": "draft", "created_at": AT, **changes})


def test_rows_of_several_tables_go_out_in_one_statement_and_read_back_as_the_orm_reads_them(
    django_assert_num_queries: object,
) -> None:
    counter = Counter.objects.create(scope="a", value=1)
    kept = file(name="旧.pdf")
    kept.save()
    rows = Rows()
    stored = [file(), file(name="")]
    for each in stored:
        rows.insert(each)
    rows.insert_values(VoidedNumber, {"scope": "x", "value": 2, "reason": 'a"b\\c\n', "actor_id": "1", "at": AT})
    counter.value, kept.name, kept.size = 2**40, "新.pdf", 9
    rows.update(counter, ["value"])
    rows.update(kept, ("name", "size"))
    rows.update(kept, ())
    with transaction.atomic(), django_assert_num_queries(1 if connection.vendor == "postgresql" else 4):  # type: ignore[operator]
        rows.write()
    for each in (*stored, kept):
        again = StoredFile.objects.get(pk=each.pk)
        assert [getattr(again, field.attname) for field in StoredFile._meta.fields] == [
            getattr(each, field.attname) for field in StoredFile._meta.fields
        ]
        assert not each._state.adding
    voided = VoidedNumber.objects.get()
    assert (voided.reason, voided.at) == ('a"b\\c\n', AT)
    assert Counter.objects.get().value == 2**40
    with transaction.atomic(), django_assert_num_queries(0):  # type: ignore[operator]
        rows.write()


def test_a_fresh_row_is_what_the_model_itself_would_make() -> None:
    event = {"chain": "c", "seq": 1, "verb": "v", "at": AT, "legal_date": AT.date(), "body": "{}", "hash": "h"}
    for model, values in ((Event, event), (Counter, {"scope": "s"}), (VoidedNumber, {"scope": "s", "value": 3})):
        made_so, usual = fresh(model, **values), model(**values)
        names = [field.attname for field in model._meta.concrete_fields]
        assert [getattr(made_so, name) for name in names] == [getattr(usual, name) for name in names]
        assert made_so._state.adding
    assert fresh(StoredFile).pk != fresh(StoredFile).pk  # a default that is made is made each time


def test_what_hangs_on_a_fresh_row_is_not_shared_with_the_next() -> None:
    first, second = fresh(Case, number="1"), fresh(Case, number="2", applicant_id=7)
    first.answers["a"] = "b"
    assert second.answers == {}
    assert second.applicant_id == 7
    review = fresh(Review, case=first)
    assert review.case is first
    assert review.case_id is None


def test_names_of_files_are_encrypted_however_they_are_written() -> None:
    row, rows = file(), Rows()
    rows.insert(row)
    with transaction.atomic():
        rows.write()
    with connection.cursor() as cursor:
        cursor.execute("select name from records_storedfile")
        assert "张示例" not in cursor.fetchone()[0]


def test_keys_made_by_the_database_come_back_in_order() -> None:
    rows = [VoidedNumber(scope="x", value=value, reason="", actor_id="1", at=AT) for value in range(5)]
    insert_now(rows)
    assert [VoidedNumber.objects.get(pk=row.pk).value for row in rows] == list(range(5))


@pytest.mark.django_db(transaction=True)
def test_rows_are_written_inside_a_transaction_only() -> None:
    rows = Rows()
    rows.insert(file())
    with pytest.raises(RuntimeError, match="transaction"):
        rows.write()


def test_constant_sql_reads_what_the_orm_reads() -> None:
    row = file()
    row.save()
    with connection.cursor() as cursor:
        cursor.execute(f"select {columns(StoredFile)} from records_storedfile")
        one = made(StoredFile, cursor.fetchone())
        cursor.execute(f"select {listed(StoredFile, 'size = %(size)s')}", {"size": 3})
        (many,) = unpacked(StoredFile, cursor.fetchone()[0])
    for found in (one, many, by_key(StoredFile, row.pk if connection.vendor == "postgresql" else row.pk.hex)):
        assert found == row
        assert vars(found) | {"_state": 0} == vars(StoredFile.objects.get()) | {"_state": 0}
    with pytest.raises(Event.DoesNotExist):
        by_key(Event, 1)


def mark() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(f"select {watching.mark_of(reference.NAME)}")
        return cursor.fetchone()[0]


def test_every_change_of_a_watched_table_moves_the_mark_and_a_rollback_puts_it_back() -> None:
    from tongban.accounts.models import Organisation, Region

    seen = [mark()]
    region = Region.objects.create(code="120116", name="示例", short="示")
    seen.append(mark())
    row = Organisation.objects.create(key="a", name="甲", uscc="1" * 18, region=region)
    seen.append(mark())
    assert reference.now().organisation("a").name == "甲"
    with transaction.atomic():
        Organisation.objects.filter(pk=row.pk).update(name="乙")
        seen.append(mark())
        assert reference.now().organisation("a").name == "乙"
        transaction.set_rollback(True)
    assert mark() == seen[2]
    assert reference.now().organisation("a").name == "甲"
    row.delete()
    seen.append(mark())
    assert len(set(seen)) == len(seen) == 5


def test_nothing_is_kept_without_a_mark() -> None:
    Generation.objects.all().delete()
    assert reference.now() is not reference.now()


def test_whose_turn_it_is_under_an_assignment_rule_moves_no_mark() -> None:
    from tongban.accounts.models import AssignmentRule, Organisation, Region

    region = Region.objects.create(code="120116", name="示例", short="示")
    row = Organisation.objects.create(key="a", name="甲", uscc="1" * 18, region=region)
    assert not reference.now().has_rules("a", "window")
    rule = AssignmentRule.objects.create(organisation=row, duty="window", position=1, method="turn")
    assert reference.now().has_rules("a", "window")
    before = mark()
    AssignmentRule.objects.filter(pk=rule.pk).update(last="7")
    assert mark() == before
    AssignmentRule.objects.filter(pk=rule.pk).update(is_active=False)
    assert not reference.now().has_rules("a", "window")
