"""Blank certificates: no number twice, none left out, and every sheet accounted for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.core.blanks import MOST, Month, Sheet, balance, check_count, check_receipt, check_take
from tongban.core.errors import DomainError, Invalid, Refused

_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), st.integers(1, 30), st.integers(0, 6)),
        st.tuples(st.sampled_from([Sheet.USED, Sheet.SPOILED, Sheet.RETURNED]), st.integers(1, 36), st.just(0)),
    ),
    max_size=60,
)


@given(_STEPS)
def test_whatever_is_tried_no_sheet_is_used_twice_and_the_sums_agree(steps: list[tuple[str, int, int]]) -> None:
    sheets: dict[int, Sheet] = {}
    ranges: list[tuple[int, int]] = []
    used: list[int] = []
    for what, number, more in steps:
        before = dict(sheets)
        try:
            if what == "receive":
                check_receipt(number, number + more, ranges)
                ranges.append((number, number + more))
                assert not sheets.keys() & set(range(number, number + more + 1))
                sheets |= dict.fromkeys(range(number, number + more + 1), Sheet.STOCK)
            else:
                following = min((key for key, state in sheets.items() if state is Sheet.STOCK), default=None)
                check_take(number, sheets.get(number), following, Sheet(what))
                sheets[number] = Sheet(what)
                used += [number] if what == Sheet.USED else []
        except DomainError:
            assert sheets == before
        sums = balance(sheets)
        assert sum(sums.values()) == sum(high - low + 1 for low, high in ranges)
        assert sums[Sheet.USED] == len(used) == len(set(used))


def test_a_sheet_out_of_turn_a_used_one_and_an_unknown_one_are_told_apart() -> None:
    with pytest.raises(Refused) as gap:
        check_take(3, Sheet.STOCK, 2, Sheet.USED)
    assert (gap.value.code, gap.value.params["following"]) == ("sheet_out_of_turn", 2)
    check_take(3, Sheet.STOCK, 2, Sheet.SPOILED)
    with pytest.raises(Refused) as again:
        check_take(3, Sheet.USED, 4, Sheet.USED)
    assert again.value.code == "sheet_gone"
    with pytest.raises(Invalid):
        check_take(99, None, 4, Sheet.USED)


@pytest.mark.parametrize(
    ("first", "last", "field"), [(5, 4, "last"), (0, 4, "last"), (1, MOST + 1, "last"), (4, 9, "first")]
)
def test_a_faulty_receipt_names_its_entry(first: int, last: int, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_receipt(first, last, [(8, 12)])
    assert [error.field for error in caught.value.errors] == [field]


def test_a_month_closes_with_what_the_next_opens() -> None:
    assert Month(10, 100, 7, 2, 1).closing == 100
    assert check_count(99, 100) == -1
    with pytest.raises(Invalid):
        check_count(-1, 100)
