"""Every licence type of the bundled catalogue can be numbered, identified and printed on one page."""

from __future__ import annotations

import datetime as dt
import io
from functools import lru_cache

import pytest
from pypdf import PdfReader

from tests.apps.licence_help import CLERK, ISSUER, NOW, file_of
from tongban.catalogue import bundles
from tongban.core.items import LicenceTypeSpec
from tongban.licences import content, services
from tongban.licences.values import Holder, Issuer, Term

SAMPLE = "示例内容一二三四五六七八"


@lru_cache(maxsize=1)
def types() -> dict[str, tuple[LicenceTypeSpec, str]]:
    """The newest licence type of every bundled item that ends with one, with the authority's credit code."""
    found = {}
    for bundle in bundles.bundled():
        item = bundle.versions[-1].item
        if item.result.licence_type is not None:
            found[bundle.key] = (item.result.licence_type, item.authority.uscc)
    return found


def test_the_catalogue_has_types_of_every_layout() -> None:
    layouts = {spec.template for spec, _ in types().values()}
    assert layouts <= content.TEMPLATES
    assert {"licence", "filing"} <= layouts
    assert len({spec.code for spec, _ in types().values()}) == len(types())


@pytest.mark.django_db
@pytest.mark.parametrize("key", sorted(types()))
def test_every_bundled_type_is_issued_and_printed(key: str) -> None:
    spec, uscc = types()[key]
    day = dt.date(2026, 10, 16)
    holder = Holder("person", "陈示例", "11010519491231002X") if spec.holder == "person" else None
    licence = services.reserve(
        spec=spec,
        issuer=Issuer(ISSUER.key, ISSUER.name, uscc, ISSUER.region_code),
        holder=holder or Holder("enterprise", "津滨示例环保科技有限公司", "91120116MA06X0TT1X"),
        fields={item.key: SAMPLE for item in spec.fields},
        term=Term(day, day, dt.date(2029, 10, 15)),
        case_chain="case:1",
        actor=CLERK,
        now=NOW,
    )
    licence = services.make_file(licence_id=licence.id, now=NOW)
    pages = PdfReader(io.BytesIO(file_of(licence))).pages
    text = "".join(pages[0].extract_text().split())
    assert len(pages) == 1
    assert spec.name in text
    assert licence.number.replace(" ", "") in text
    assert text.count(SAMPLE) == len(spec.fields)
    assert spec.legal_sentence.replace(" ", "") in text
