"""Marks of a page, and what two windows make of one form."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tongban.core.merging import disputed, mark, marks, untouched

VALUES = st.one_of(st.none(), st.text(max_size=5), st.lists(st.text(max_size=3), max_size=2), st.integers(0, 9))
FORMS = st.fixed_dictionaries(dict.fromkeys("abc", VALUES))


def store(seen: dict[str, str], mine: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any]:
    """As the service stores a page."""
    kept = untouched(seen, mine) | set(disputed(seen, mine, stored))
    return {**stored, **{key: value for key, value in mine.items() if key not in kept}}


def test_nothing_typed_is_nothing_typed_however_it_is_spelled() -> None:
    assert mark(None) == mark("") == mark([]) != mark("0")


@given(FORMS, FORMS, FORMS)
def test_no_window_undoes_what_another_one_wrote(shown: Any, first: Any, second: Any) -> None:
    seen = marks("abc", shown)
    after_first = store(seen, first, shown)
    assert marks("abc", after_first) == marks("abc", first)
    after_both = store(seen, second, after_first)
    for key in "abc":
        changed_first, changed_second = mark(first[key]) != seen[key], mark(second[key]) != seen[key]
        wanted = first[key] if changed_first else second[key] if changed_second else shown[key]
        assert mark(after_both[key]) == mark(wanted)
        both = changed_first and changed_second and mark(first[key]) != mark(second[key])
        assert (key in disputed(seen, second, after_first)) == both


@given(FORMS, FORMS)
def test_a_page_shown_anew_is_never_disputed(stored: Any, mine: Any) -> None:
    assert disputed(marks("abc", stored), mine, stored) == []
    assert disputed({}, mine, stored) == []
