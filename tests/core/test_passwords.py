"""What a password has to be."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.core.passwords import PasswordRules, classes_of, contains_name, expired, problems

RULES = PasswordRules(length=10, classes=3, history=5, days=90)
NAMES = ("lin.yue", "林越")


@pytest.mark.parametrize(
    ("password", "complaints"),
    [
        ("Morgen-1-Wolke", 0),
        ("tongban-demo-2026", 0),
        ("短 Ab1", 1),
        ("abcdefghijkl", 1),
        ("12345678901", 1),
        ("abc", 2),
        ("Lin.Yue-2026-xx", 1),
        ("euY.Nil-2026-xx", 1),
        ("Ab1-林越-2026", 1),
        ("ｌｉｎ．ｙｕｅ-2026-XX", 1),
        ("A1-" * 60, 1),
    ],
)
def test_each_rule_has_its_complaint(password: str, complaints: int) -> None:
    found = problems(password, RULES, NAMES)
    assert len(found) == complaints
    assert all(item.field == "password" and item.message and item.remedy for item in found)


@given(st.text(max_size=40), st.integers(min_value=1, max_value=4), st.integers(min_value=8, max_value=20))
def test_a_password_without_complaint_keeps_every_rule(password: str, classes: int, length: int) -> None:
    rules = PasswordRules(length=length, classes=classes)
    if not problems(password, rules, NAMES):
        assert len(password) >= length
        assert classes_of(password) >= classes
        assert not contains_name(password, NAMES)


@given(st.text(alphabet=string.ascii_letters + string.digits + "-_!", min_size=1, max_size=30), st.text(max_size=10))
def test_more_characters_never_make_it_have_fewer_kinds(password: str, more: str) -> None:
    assert classes_of(password + more) >= classes_of(password)


@given(st.integers(min_value=0, max_value=400), st.integers(min_value=0, max_value=400))
def test_age(days: int, old: int) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    assert expired(now - timedelta(days=old), PasswordRules(days=days), now) == (days > 0 and old >= days)
