"""Codes against python-stdnum, against published identifiers, and against what people mistype."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_2 as stdnum_11_2
from stdnum.iso7064 import mod_37_36 as stdnum_37_36

from tongban.core import codes
from tongban.core.errors import Invalid

TODAY = date(2026, 11, 22)
# The body code of a published list of items, and the two faults found in it.
BODY = "11440000006939756B"
ITEM = "11440000006939756B2440101007000"


def resident_id(first17: str) -> str:
    return first17 + codes.mod_11_2(first17)


def credit_code(first17: str) -> str:
    return first17 + codes.uscc_check(first17)


uscc_bodies = st.builds(
    lambda head, division, tail: head + division + tail,
    st.text(codes.USCC_ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(codes.USCC_ALPHABET, min_size=9, max_size=9),
)


@given(uscc_bodies)
def test_credit_code_check_agrees_with_stdnum(body: str) -> None:
    assert codes.uscc_check(body) == uscc.calc_check_digit(body)


@given(uscc_bodies, st.integers(0, 17), st.sampled_from(codes.USCC_ALPHABET))
def test_one_wrong_character_of_a_credit_code_is_found(body: str, place: int, other: str) -> None:
    code = credit_code(body)
    mistyped = code[:place] + other + code[place + 1 :]
    assert bool(codes.uscc_problems(mistyped)) == (mistyped != code)


@given(st.text("0123456789", min_size=1, max_size=30))
def test_mod_11_2_agrees_with_stdnum(body: str) -> None:
    assert codes.mod_11_2(body) == stdnum_11_2.calc_check_digit(body)


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=90))
def test_mod_37_36_agrees_with_stdnum(body: str) -> None:
    assert codes.mod_37_36(body) == stdnum_37_36.calc_check_digit(body)


@given(st.dates(date(1900, 1, 1), TODAY), st.text("0123456789", min_size=3, max_size=3))
def test_identity_numbers_agree_with_stdnum(born: date, serial: str) -> None:
    number = resident_id(f"110101{born:%Y%m%d}{serial}")  # stdnum does not know the newer divisions
    assert codes.resident_id_problems(number, TODAY) == []
    assert ric.is_valid(number)
    assert codes.birth_date(number) == born


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("12011619900230123X", "id_birth_date"),
        (resident_id("12011620261123123"), "id_future_birth"),
        (resident_id("99011619900101123")[:17], "id_length"),
        (resident_id("01011619900101123"), "id_division"),
        ("1201161990010112３4", "id_structure"),
        ("X20116199001011234", "id_structure"),
        ("", "id_length"),
        (resident_id("12011618790101123"), "id_birth_date"),
    ],
)
def test_faults_of_identity_numbers(number: str, fault: str) -> None:
    found = codes.resident_id_fault(number, today=TODAY)
    assert found is not None
    assert found.code == fault
    assert str(found).endswith(".")


def test_one_wrong_digit_of_an_identity_number_is_found() -> None:
    number = resident_id("12011619900101123")
    for place in range(14, 17):
        wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        fault = codes.resident_id_fault(wrong, today=TODAY)
        assert fault is not None
        assert fault.code == "id_check"


def test_residence_permits_and_permanent_residence_cards_use_the_same_scheme() -> None:
    for first in ("81000019900101123", "83000019900101123", "91144019900101123"):
        assert codes.resident_id_problems(resident_id(first), TODAY) == []


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("1144000000693975", "uscc_length"),
        ("1144000000693975VV", "uscc_structure"),
        ("11440000006939756A", "uscc_check"),
        ("13440000515356094L", "uscc_check"),
        ("114400A0006939756B", "uscc_structure"),
    ],
)
def test_faults_of_credit_codes(code: str, fault: str) -> None:
    found = codes.uscc_fault(code)
    assert found is not None
    assert found.code == fault
    assert codes.uscc_fault(BODY) is None


def test_what_people_paste_is_normalised() -> None:
    assert codes.normalise(" １２0116 1990-0101\u200b123x\n") == "12011619900101123X"


@pytest.mark.parametrize(("number", "good"), [("13800001234", True), ("12800001234", False), ("1380000123", False)])
def test_mobile_phones(number: str, good: bool) -> None:
    assert codes.is_mobile(number) is good
    assert not codes.is_mobile(number.replace("1", "１"))


def test_masks() -> None:
    assert codes.mask_id("120116199001011234") == "120116********1234"
    assert codes.mask_id("E1234567") == "E1****67"
    assert codes.mask_id("12345") == "*****"
    assert codes.mask_phone("13800001234") == "138****1234"
    assert codes.mask_phone("022-00001234") == "**********34"
    assert codes.mask_name("陈示范") == "陈＊＊"
    assert codes.mask_name("𠮷田") == "𠮷＊"
    assert codes.mask_name("阿") == "＊"
    assert codes.mask_name("") == ""
    assert codes.mask_email("chen@example.cn") == "c***@example.cn"


@given(st.text(min_size=1, max_size=40))
def test_no_mask_shows_more_than_it_says(text: str) -> None:
    assert sum(char != "＊" for char in codes.mask_name(text.replace("＊", ""))) <= 1
    if len(text) == 18:
        assert codes.mask_id(text)[6:14] == "*" * 8


def test_item_code_taken_apart() -> None:
    code = codes.parse_item_code(ITEM + "01")
    assert code is not None
    assert (code.kind, code.body, code.level, code.basic, code.serial) == ("business", BODY, "2", "440101007000", "01")
    assert (code.province, code.item_type, code.department, code.main, code.sub) == ("44", "01", "01", "007", "000")
    basic = codes.parse_item_code("440101007000")
    assert basic is not None
    assert (basic.kind, basic.body, basic.item_type) == ("basic", "", "01")
    assert codes.parse_item_code(ITEM + "1") is None


@pytest.mark.parametrize("text", [ITEM, ITEM + "01", "440101007000", "44010100700Y"])
def test_sound_item_codes_have_no_findings(text: str) -> None:
    assert codes.item_code_findings(text, item_type="01", basic=text[-12:] if len(text) < 33 else "") == []


@pytest.mark.parametrize(
    ("text", "stated", "found"),
    [
        ("123", {}, ["item_code_length"]),
        ("TE440000GD030003VV2440101007000", {}, ["item_code_body"]),
        ("13440000515356094L2440101007000", {}, ["item_code_check"]),
        ("TE440000GD030003VV9440101007000", {}, ["item_code_body", "item_code_structure"]),
        (BODY + "8440101007000", {}, ["item_code_structure"]),
        (BODY + "244010100700Z", {}, ["item_code_structure"]),
        (ITEM + "0A", {}, ["item_code_structure"]),
        ("4401010070Y0", {}, ["item_code_structure"]),
        (ITEM, {"item_type": "20"}, ["item_code_type"]),
        (ITEM, {"level": "3"}, ["item_code_level"]),
        (ITEM, {"basic": "440101008000"}, ["item_code_basic"]),
    ],
)
def test_findings_of_item_codes(text: str, stated: dict[str, str], found: list[str]) -> None:
    findings = codes.item_code_findings(text, **stated)
    assert [finding.code for finding in findings] == found
    assert all(str(finding) for finding in findings)


TYPE = "11100000000013338W011"


def test_licence_identifier_is_built_and_read_back() -> None:
    identifier = codes.build_licence_identifier(type_code=TYPE, issuer=BODY, serial="A12425", version=2)
    text = str(identifier)
    assert text == f"1.2.156.3005.2.{TYPE}.{BODY}.A12425.002.{identifier.check}"
    assert identifier.check == stdnum_37_36.calc_check_digit(f"{TYPE}{BODY}A12425002")
    assert codes.parse_licence_identifier(text) == identifier


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=50), st.integers(1, 999))
def test_every_licence_identifier_reads_back(serial: str, version: int) -> None:
    identifier = codes.build_licence_identifier(type_code=TYPE, issuer=BODY, serial=serial, version=version)
    assert codes.parse_licence_identifier(str(identifier)) == identifier


@pytest.mark.parametrize(
    "text",
    ["", "1.2.156.3005.2", f"1.2.156.3005.2.{TYPE}.{BODY}.A12425.000.1", f"1.2.3.{TYPE}.{BODY}.A1.001.1"],
)
def test_what_is_no_licence_identifier(text: str) -> None:
    fault = codes.licence_identifier_fault(text)
    assert fault is not None
    assert fault.code == "licence_structure"
    assert codes.parse_licence_identifier(text) is None


def test_a_changed_licence_identifier_is_found() -> None:
    text = str(codes.build_licence_identifier(type_code=TYPE, issuer=BODY, serial="A12425", version=2))
    fault = codes.licence_identifier_fault(text.replace("A12425", "A12452"))
    assert fault is not None
    assert fault.code == "licence_check"


def test_parts_that_make_no_identifier_are_all_named() -> None:
    with pytest.raises(Invalid) as caught:
        codes.build_licence_identifier(type_code="X", issuer="Y", serial="a", version=1000)
    assert [error.field for error in caught.value.errors] == ["type_code", "issuer", "serial", "version"]
