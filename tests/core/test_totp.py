"""The second factor's codes against the RFC's own numbers, and the rules on top of them."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.core import totp

SECRET = b"12345678901234567890"
INSTANTS = st.integers(min_value=3600, max_value=4_000_000_000)


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(
    ("seconds", "digest", "code"),
    [  # RFC 6238, appendix B
        (59, "sha1", "94287082"),
        (59, "sha256", "46119246"),
        (59, "sha512", "90693936"),
        (1111111109, "sha1", "07081804"),
        (1111111109, "sha256", "68084774"),
        (1111111109, "sha512", "25091201"),
        (1111111111, "sha1", "14050471"),
        (1234567890, "sha1", "89005924"),
        (2000000000, "sha1", "69279037"),
        (20000000000, "sha1", "65353130"),
        (20000000000, "sha512", "47863826"),
    ],
)
def test_the_codes_of_the_rfc(seconds: int, digest: str, code: str) -> None:
    secret = (SECRET * 4)[: {"sha1": 20, "sha256": 32, "sha512": 64}[digest]]
    assert totp.code_at(secret, seconds // 30, digits=8, digest=digest) == code


@pytest.mark.parametrize(
    ("counter", "code"),
    [(0, "755224"), (1, "287082"), (2, "359152"), (3, "969429"), (4, "338314"), (5, "254676"), (9, "520489")],
)  # RFC 4226, appendix D
def test_the_codes_of_hotp(counter: int, code: str) -> None:
    assert totp.code_at(SECRET, counter) == code


@given(INSTANTS, st.integers(min_value=-5, max_value=5))
def test_a_code_counts_one_step_before_and_after_and_no_further(seconds: int, away: int) -> None:
    now = totp.step_of(instant(seconds))
    code = totp.code_at(SECRET, now + away)
    found = totp.matching_step(SECRET, code, instant(seconds))
    if abs(away) <= totp.WINDOW:
        assert found is not None
    else:  # two steps may have the same code, once in a million
        assert found is None or code in {totp.code_at(SECRET, now + near) for near in (-1, 0, 1)}


@given(INSTANTS)
def test_a_used_step_is_refused_with_all_before_it(seconds: int) -> None:
    step = totp.step_of(instant(seconds))
    code = totp.code_at(SECRET, step)
    assert totp.matching_step(SECRET, f" {code[:3]} {code[3:]} ", instant(seconds), used=step - 1) == step
    again = totp.matching_step(SECRET, code, instant(seconds), used=step)
    assert again is None or again > step
    assert totp.matching_step(SECRET, code, instant(seconds), used=step + 1) is None


@given(st.text(max_size=12))
def test_whatever_is_typed_breaks_nothing(text: str) -> None:
    found = totp.matching_step(SECRET, text, instant(1_700_000_000))
    assert found is None or "".join(text.split()).isdigit()


def test_the_address_for_the_app() -> None:
    parts = urlsplit(totp.uri(SECRET, issuer="Tongban 示例区", account="lin.yue"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    query = parse_qs(parts.query)
    assert query["secret"] == ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"]
    assert query["issuer"] == ["Tongban 示例区"]
    assert totp.written(SECRET).replace(" ", "") == query["secret"][0]
