"""Grounds, corrections and the second person, without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.core.errors import Invalid, Refused
from tongban.core.licensing import Taking, check_second, corrected

OLD = {
    "unit": "津滨示例公司",
    "address": "中心大道88号",
    "holder_name": "津滨示例公司",
    "valid_from": "2026-10-16",
    "valid_to": "",
}
_TEXT = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)


@given(st.dictionaries(st.sampled_from(["unit", "address", "holder_name"]), _TEXT))
def test_a_correction_is_exactly_what_differs(new: dict[str, str]) -> None:
    different = {key: text for key, text in new.items() if text != OLD[key]}
    if different:
        assert corrected(OLD, {**OLD, **new}) == different
    else:
        with pytest.raises(Invalid):
            corrected(OLD, {**OLD, **new})


@pytest.mark.parametrize(
    ("new", "field"),
    [
        ({"unit": "  "}, "unit"),
        ({"nothing": "x"}, "nothing"),
        ({"valid_to": "2026-02-30"}, "valid_to"),
        ({"valid_to": "2026-10-15"}, "valid_to"),
        ({"valid_from": "soon"}, "valid_from"),
    ],
)
def test_a_faulty_correction_names_its_entry(new: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        corrected(OLD, {**OLD, **new})
    assert [error.field for error in caught.value.errors] == [field]


def test_every_ground_has_its_provision_and_its_way() -> None:
    written = {ground: ground.citation.zh for ground in Taking}
    assert written[Taking.ABUSE] == "《行政许可法》第六十九条第一款第一项"
    assert written[Taking.OTHER_BY_LAW] == "《行政许可法》第六十九条第一款第五项"
    assert written[Taking.FRAUD] == "《行政许可法》第六十九条第二款"
    assert written[Taking.LAW_CHANGED] == "《行政许可法》第八条第二款"
    assert written[Taking.PENALTY] == "《行政处罚法》第九条第三项"
    assert {ground.kind for ground in Taking} == {"annulled", "withdrawn", "forfeited"}
    assert not Taking.FRAUD.compensated
    assert Taking.LAW_CHANGED.compensated


def test_nobody_is_the_second_person_to_themselves() -> None:
    check_second(proposer="1", actor="2")
    with pytest.raises(Refused):
        check_second(proposer="1", actor="1")
