"""One version of an item as YAML and as a workbook: reading back loses nothing."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.item_sample import item
from tongban.catalogue import bundles
from tongban.catalogue.version_files import read_version, write_version
from tongban.core.errors import Invalid
from tongban.core.items import ItemVersionSpec
from tongban.core.shapes import shapes
from tongban.core.specs import build, plain

TEXT = st.text(
    st.one_of(
        st.sampled_from("一二，、：=+-@#'\"{}[]|>&*!%\n \u3000yaml:0123yesno~"),
        st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn"), max_codepoint=0x2FFFF),
    ),
    max_size=12,
)


@st.composite
def plain_values(draw, cls, depth=0):
    """Any value of ``cls`` as plain data: every optional part there or not, every list empty or with entries."""
    out = {}
    for name, shape in shapes(cls).items():
        if shape.sort == "group":
            if not shape.optional or draw(st.booleans()):
                out[name] = draw(plain_values(shape.cls, depth + 1))
        elif shape.sort == "list":
            most = 0 if (name == "columns" and depth > 2) or depth > 3 else 2 if depth < 3 else 1
            out[name] = draw(st.lists(plain_values(shape.cls, depth + 1), max_size=most))
        else:
            value = draw(_value(shape))
            if value is not None:
                out[name] = value
    return out


def _value(shape):
    if shape.sort == "choice":
        return st.sampled_from([member.value for member in shape.cls])
    if shape.sort == "mapping":
        inner = st.lists(TEXT, max_size=2) if shape.cls is tuple else TEXT
        return st.dictionaries(TEXT, inner, max_size=2)
    dates = st.dates().map(lambda day: day.isoformat())
    return {
        "text": TEXT,
        "number": st.integers(-40_000, 40_000),
        "yes_no": st.booleans(),
        "date": st.one_of(st.none(), dates) if shape.optional else dates,
        "texts": st.lists(TEXT, max_size=3),
    }[shape.sort]


@pytest.mark.parametrize("kind", ["yaml", "xlsx"])
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_version_comes_back_as_it_was(kind, data):
    version = build(ItemVersionSpec, {**data.draw(plain_values(ItemVersionSpec)), "number": 3})
    if kind == "yaml":
        version = _in_order(version)
    assert read_version(write_version("sample", version, kind)[0], f"sample.{kind}") == version


def _in_order(version):
    """What a bundle refuses (an end before the beginning, an unknown transition) is not written either."""
    rule = version.transition and replace(version.transition, rule="continue")
    return replace(version, effective_to=None, transition=rule)


@pytest.mark.parametrize("kind", ["yaml", "xlsx"])
def test_every_bundled_version_comes_back_as_it_was(kind):
    for bundle in bundles.bundled():
        for version in bundle.versions:
            assert read_version(write_version(bundle.key, version, kind)[0], "x") == version


def test_what_a_spreadsheet_makes_of_numbers_and_dates_is_read():
    version = ItemVersionSpec(1, build(ItemVersionSpec, _data()).effective_from, item())
    book = openpyxl.load_workbook(io.BytesIO(write_version("sample", version, "xlsx")[0]))
    for row in book["version"].iter_rows(min_row=2):
        if row[0].value == "effective_from":
            row[2].value = build(ItemVersionSpec, _data()).effective_from
        if row[0].value == "item.statutory_limit.value":
            row[2].value = 20.0
    out = io.BytesIO()
    book.save(out)
    assert read_version(out.getvalue(), "sample.xlsx") == version


def _data():
    return {"number": 1, "effective_from": "2027-01-01", "item": plain(item())}


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"key: [", b"PK\x03\x04 no workbook", b"versions: 3", b"PK", b"- a"]
)
def test_what_is_no_version_is_refused_with_a_remedy(content):
    with pytest.raises(Invalid) as caught:
        read_version(content, "file")
    assert caught.value.errors[0].remedy


def test_faults_of_a_workbook_name_the_sheet_and_the_row():
    version = build(ItemVersionSpec, _data())
    book = openpyxl.load_workbook(io.BytesIO(write_version("sample", version, "xlsx")[0]))
    book["materials"]["A4"] = "drei"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Invalid) as caught:
        read_version(out.getvalue(), "x")
    assert caught.value.errors[0].field == "materials!4"
