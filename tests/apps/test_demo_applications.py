"""The demo's example applications and sample materials: complete, valid on any day of the demo's years, invented."""

from __future__ import annotations

import datetime as dt
import io
import re
from functools import lru_cache

import pytest
from pypdf import PdfReader

from tongban.catalogue import bundles
from tongban.commands.demo_data import applications, invented, materials
from tongban.commands.demo_data.people import OFFICERS, SHOWN_APPLICANTS
from tongban.core.codes import is_mobile
from tongban.core.codes.identity import resident_id_problems, uscc_problems
from tongban.core.forms import fields_of, validate
from tongban.core.items import FieldKind
from tongban.core.materials import check_answers, known_applicant, tailored
from tongban.records.uploads import PAPERS, check_upload

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2027, 12, 31)
DAYS = [FIRST + dt.timedelta(days=step) for step in range(0, (LAST - FIRST).days, 37)] + [dt.date(2026, 11, 23), LAST]
#: The demo shows these items most often.
BUSY = {"disinfect_producer", "hotel_special", "build_permit", "pollutant_permit"}
ITEMS = {bundle.key: bundle for bundle in bundles.bundled()}
ALL = [(key, application) for key in sorted(ITEMS) for application in applications.load(key)]
every_application = pytest.mark.parametrize(
    ("key", "application"), ALL, ids=[f"{key}-{number}" for number, (key, _) in enumerate(ALL)]
)


def items_in_force(key):
    """The versions in force on some day of the demo's years."""
    return [
        version.item
        for version in ITEMS[key].versions
        if version.effective_from <= LAST and (version.effective_to is None or version.effective_to >= FIRST)
    ]


def wanted(key, application):
    """Every material of the application that is a file: those of the form itself are generated."""
    return [
        material
        for item in items_in_force(key)
        for material in tailored(
            item, application.variant, known_applicant(application.answers, application.kind)
        ).materials
        if material.provider != "generated"
    ]


def test_every_item_has_enough_examples():
    for key in ITEMS:
        found = applications.load(key)
        assert len(found) >= (4 if key in BUSY else 2), key
        assert len({(each.name, each.variant) for each in found}) == len(found), key


def test_the_shown_applicants_have_their_applications():
    enterprise, person = (name for _, name, _ in SHOWN_APPLICANTS)
    assert applications.load("disinfect_producer")[0].name == enterprise
    assert any(each.name == enterprise and each.variant == "new" for each in applications.load("pollutant_permit"))
    assert applications.load("blasting_person")[0].name == person


@every_application
def test_every_example_is_valid_on_every_day(key, application):
    for item in items_in_force(key):
        answers = known_applicant(application.answers, application.kind)
        kept, errors = check_answers(item, application.variant, answers)
        assert (kept, errors) == (answers, [])
        found = tailored(item, application.variant, answers)
        pages = found.form_pages
        assert set(application.form) <= {field.key for field in fields_of(pages)}
        for today in DAYS:
            form = applications.resolve_dates(application.form, today)
            errors = validate(pages, form, today=today, rules=found.form_rules)[1]
            assert [(each.field, each.message % each.params) for each in errors] == [], today


@every_application
def test_the_kind_of_applicant_suits_the_item(key, application):
    for item in items_in_force(key):
        if application.kind == "person":
            assert "1" in item.service_objects
        else:
            assert set(item.service_objects) - {"1"}


@every_application
def test_no_material_is_missing_and_all_can_be_taken(key, application):
    form = applications.resolve_dates(application.form, FIRST)
    assert not any(field.kind is FieldKind.FILE for item in items_in_force(key) for field in fields_of(item.form))
    for material in wanted(key, application):
        name, content = materials.sample(key, material.key, material.name, application.name, form)
        upload = check_upload(content, name, allowed=(*PAPERS, *material.office_files))
        assert (upload.extension in PAPERS) <= upload.pages <= 5
        assert len(content) < 400_000
        if upload.extension == "pdf":
            for text in page_texts(content):
                assert "演示材料" in text, (material.key, name)
                assert "＿＿" not in text, (material.key, text)


def test_a_corrected_plan_is_another_file():
    application = applications.load("disinfect_producer")[0]
    form = applications.resolve_dates(application.form, FIRST)
    before = materials.sample("disinfect_producer", "workshop_plan", "平面图", application.name, form)
    after = materials.sample(
        "disinfect_producer", "workshop_plan", "平面图", application.name, {**form, "revision": "2"}
    )
    assert before[0] != after[0]
    texts = ["".join(page_texts(content)).replace("\n", "") for _, content in (before, after)]
    assert "微生物检验室" not in texts[0]
    assert "微生物检验室" in texts[1]
    assert "人流专用" in texts[1]


def test_relative_days_become_days():
    today = dt.date(2026, 3, 1)
    form = {"a": "today", "b": [{"c": "today-1"}], "d": {"e": "today+31 month"}, "f": "today-60 year", "g": "todayish"}
    assert applications.resolve_dates(form, today) == {
        "a": "2026-03-01",
        "b": [{"c": "2026-02-28"}],
        "d": {"e": "2026年4月"},
        "f": "2025",
        "g": "todayish",
    }


@every_application
def test_nobody_is_real_and_nobody_decides_about_themselves(key, application):
    officers = {officer.name for officer in OFFICERS}
    shown = {name for _, name, _ in SHOWN_APPLICANTS}
    for name, numbers in mentioned(application.form):
        assert name not in officers
        if "uscc" in numbers:
            assert "示例" in name or name in shown, name
            assert uscc_problems(numbers["uscc"]) == []
            assert numbers["legal_representative"] not in officers
        else:
            assert resident_id_problems(numbers["id_number"], FIRST) == []
            assert is_mobile(numbers["phone"])
            assert numbers["phone"].startswith("1380000")
    phones = re.findall(r"(?<![0-9A-Z])1[3-9]\d{9}(?![0-9A-Z])", str(application.form))
    assert [phone for phone in phones if not phone.startswith("1380000")] == []


@every_application
def test_the_applicant_in_the_form_has_the_number_of_the_account(key, application):
    number = invented.number_of(application.name, application.kind)
    field = "uscc" if application.kind == "enterprise" else "id_number"
    own = [numbers[field] for name, numbers in mentioned(application.form) if name == application.name]
    assert own == [number] * len(own)
    assert own, "the form names its applicant"


def mentioned(value):
    """Every person and enterprise in a form: (name, particulars)."""
    if isinstance(value, dict):
        if "name" in value and ("uscc" in value or {"phone", "id_number"} <= set(value)):
            yield value["name"], value
        for part in value.values():
            yield from mentioned(part)
    elif isinstance(value, list):
        for part in value:
            yield from mentioned(part)


@lru_cache(maxsize=1024)
def page_texts(content):
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def test_every_enterprise_has_an_operator_with_a_name_of_its_own():
    officers = {officer.name for officer in OFFICERS}
    for _, name, kind in SHOWN_APPLICANTS:
        if kind == "enterprise":
            agent = invented.agent_of(name)
            assert agent == invented.agent_of(name)
            assert agent not in officers | {"经办人", invented.representative_of(name)}
            assert "示例" in agent
