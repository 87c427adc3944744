"""Reading whole numbers from outside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.core.numbers import LARGEST, whole


@given(st.text(max_size=30))
def test_only_what_the_database_keeps_is_a_number(text: str) -> None:
    number = whole(text)
    if number is not None:
        assert text.isascii()
        assert 0 <= number == int(text) <= LARGEST


@given(st.integers(min_value=0, max_value=LARGEST))
def test_every_key_is_read(number: int) -> None:
    assert whole(str(number)) == number


@pytest.mark.parametrize(
    "text", ["", "①²³", "٣", "-1", "+1", " 1", "1_0", "1.0", "9" * 19, "9" * 5000, str(LARGEST + 1)]
)
def test_what_is_no_number(text: str) -> None:
    assert whole(text) is None


def test_limits_belong_to_the_range() -> None:
    assert [whole(text, least=1, most=3) for text in "01234"] == [None, 1, 2, 3, None]
