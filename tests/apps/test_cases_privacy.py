"""After a whole story no number, phone or address of a person stands in clear anywhere in the database."""

from __future__ import annotations

import pytest
from django.db import connection

from tests import factories
from tests.apps.cases_help import begin, open_hall, own_folders  # noqa: F401
from tongban.cases import queries, services
from tongban.core.errors import NotFound
from tongban.records import queries as records

pytestmark = pytest.mark.django_db


def dump() -> str:
    """Every value of every table as text."""
    out = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'select * from "{table}"')
            out.extend(f"{table}: {row}" for row in cursor.fetchall())
    return "\n".join(out)


@pytest.mark.parametrize("who", ["enterprise", "person"])
def test_nothing_personal_stands_in_clear(who):
    walk = begin(open_hall(), "2026-03-02", who=who, variant="new", premises="rented").check()
    walk.do(services.annotate, "window", field_path="manager", wrong="电话不对。", remedy="写现在的号码。")
    walk.do(services.request_correction, "window")
    manager = {"name": "李示例", "id_number": factories.resident_id(8), "phone": "13711112222"}
    walk.do(services.save_correction, "applicant", form={"manager": manager})
    kept = dump()
    walk.do(services.submit_correction, "applicant")
    walk.judge().accept().reviews().grant().certificate().deliver()
    factories.run_tasks()
    secrets = [
        factories.resident_id(7),
        factories.resident_id(8),
        factories.resident_id(1),
        "13711112222",
        "13800000001",
        "13900000001",
        "agent1@example.com",
        "person1@example.com",
    ]
    text = kept + dump()
    assert "sample" in text, "the dump must hold the item at least"
    for secret in secrets:
        assert [line[:300] for line in text.splitlines() if secret in line] == []


def test_events_name_officers_and_mask_citizens():
    walk = begin(open_hall(), "2026-03-02", who="person", variant="change").accept()
    first, second = records.events(f"case:{walk.number}")
    assert first.actor_name == "王＊＊"
    assert second.actor_name == "示例window"
    everything = "\n".join(line for line in dump().splitlines() if line.startswith("records_event"))
    assert "王示例" not in everything


def test_officers_read_masked_values_and_the_applicant_its_own():
    walk = begin(open_hall(), "2026-03-02", variant="change")
    own = "".join(row.value for row in walk.portal().display)
    seen = "".join(row.value for row in walk.desk().display)
    assert factories.resident_id(7) in own
    assert factories.resident_id(7) not in seen
    assert "13800000001" not in seen
    assert walk.portal().applicant_id_masked != factories.uscc(1)


def test_the_public_look_up_tells_no_name_and_no_difference():
    walk = begin(open_hall(), "2026-03-02", variant="change")
    shown = repr(queries.progress(walk.number, walk.code.lower(), walk.now))
    assert "津滨示例" not in shown
    said = set()
    for number, code in ((walk.number, "AAAAAA"), ("120116-20260302-000077", walk.code), ("", "")):
        with pytest.raises(NotFound) as caught:
            queries.progress(number, code, walk.now)
        said.add(str(caught.value))
    assert len(said) == 1
