"""Service: what an officer may write down, and until when a served document can be contested."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.calendars.seed import bundled
from tongban.core.errors import Invalid
from tongban.core.serving import Entry, problems, read_rules, remedies

CALENDAR = bundled()
RULES = read_rules(
    {
        "kinds": ["decision_refuse"],
        "means": {"mail": {}, "hand": {}, "retention": {"basis": "《示例办法》第三条"}, "announcement": {"days": 30}},
    }
)
ISSUED, TODAY = date(2026, 3, 2), date(2026, 3, 20)


def named(entry: Entry) -> set[str]:
    return {error.field for error in problems(entry, RULES, ISSUED, TODAY)}


def test_every_entry_is_checked_and_named():
    assert named(Entry("hand", date(2026, 3, 3), receiver="示例甲", server="示例乙")) == set()
    assert named(Entry("", None)) == {"means", "served_on", "server"}
    assert named(Entry("mail", ISSUED, server="示例乙")) == {"means"}, "what the system serves nobody writes down"
    assert named(Entry("hand", ISSUED, server="示例乙")) == {"receiver"}
    assert named(Entry("announcement", ISSUED, server="示例乙")) == set(), "nobody signs for an announcement"
    assert named(Entry("retention", ISSUED, server="示例乙")) == {"witness", "note"}
    assert named(Entry("retention", ISSUED, server="示例乙", witness="示例丙", note="当场拒收")) == set()


@given(st.dates(ISSUED - timedelta(days=400), TODAY + timedelta(days=400)))
def test_a_day_counts_from_the_documents_date_to_today(day):
    wrong = named(Entry("hand", day, receiver="示例甲", server="示例乙"))
    assert (wrong == set()) == (ISSUED <= day <= TODAY)


def test_remedies_run_from_service_and_end_on_a_working_day():
    reconsideration, litigation = remedies(date(2026, 3, 3), CALENDAR)
    assert (reconsideration.last, reconsideration.rule.zh) == (date(2026, 5, 6), "《行政复议法》第二十条"), (
        "the sixtieth day is 2 May, inside the holiday: the first working day after it"
    )
    assert (litigation.last, litigation.rule.zh) == (date(2026, 9, 3), "《行政诉讼法》第四十六条")
    assert not reconsideration.provisional
    assert remedies(date(2026, 8, 31), CALENDAR)[1].provisional, "February 2027 has no published calendar"
    assert remedies(date(2025, 8, 31), CALENDAR)[1].last == date(2026, 2, 28), (
        "a working Saturday, the month's last day"
    )


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"means": {"mail": {}}}, "means"),
        ({"means": {"hand": {}, "pigeon": {}}}, "means.pigeon"),
        ({"means": {"hand": {}, "announcement": {}}}, "means.announcement.days"),
        ({"means": {"hand": {}}, "electronic": {"counts": "guess"}}, "electronic.counts"),
        ([], "means"),
    ],
)
def test_wrong_rules_are_named(data, place):
    with pytest.raises(Invalid) as caught:
        read_rules(data)
    assert place in {error.field for error in caught.value.errors}
