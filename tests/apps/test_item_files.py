"""Forms on paper: every bundled version has an empty one and a filled-in example that a person could have written."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader

from tests.core.item_sample import item
from tongban.accounts.services import ensure_organisations
from tongban.catalogue import audit, bundles, paper_forms, queries, services
from tongban.catalogue.models import Item, ItemFile
from tongban.catalogue.samples import first_situation, make_sample, sample_id, sample_uscc
from tongban.catalogue.services.item_files import filled_on
from tongban.core.actors import SYSTEM
from tongban.core.codes.identity import resident_id_fault, uscc_fault
from tongban.core.errors import NotFound, Refused
from tongban.core.forms import ID_KINDS, PARTS, validate
from tongban.core.items import Choice, FieldKind, FormField, FormPage, ItemVersionSpec, Question, Variant, VariantKind
from tongban.core.materials import check_answers
from tongban.documents.typesetting import typeset
from tongban.outbox.models import Task
from tongban.outbox.worker import Worker
from tongban.records import queries as records

NOW = dt.datetime(2026, 10, 13, 9, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 10, 13)
VERSIONS = [(bundle.key, version) for bundle in bundles.bundled() for version in bundle.versions]
every_version = pytest.mark.parametrize(
    ("key", "version"), VERSIONS, ids=[f"{key}-{version.number}" for key, version in VERSIONS]
)


def day_of(version):
    return max(version.effective_from, min(TODAY, version.effective_to or dt.date.max))


def sample_of(version):
    return make_sample(version.item, day_of(version))


def form_of(version, sample=None):
    return paper_forms.paper_form(
        version.item, number=version.number, effective_from=version.effective_from, sample=sample
    )


def text_of(pdf):
    pages = PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s|\u200b", "", "".join(page.extract_text() for page in pages))


def cells(form):
    return [cell for page in form["pages"] for group in page["groups"] for line in group["lines"] for cell in line]


# --- examples ---------------------------------------------------------------------------------------------------


@every_version
def test_an_example_passes_every_check_of_the_form(key, version):
    sample = sample_of(version)
    assert sample.variant == version.item.variants[0].key
    assert check_answers(version.item, sample.variant, sample.answers)[1] == []
    pages = first_situation(version.item).form_pages
    rules = first_situation(version.item).form_rules
    clean, errors = validate(pages, sample.data, today=sample.filled_on, rules=rules)
    assert [(error.field, error.message % error.params) for error in errors] == []
    assert clean == sample.data
    assert sample_of(version) == sample


@every_version
def test_an_example_has_words_of_its_own_for_every_label(key, version):
    def texts(fields, data):
        for field in fields:
            value = data.get(field.key)
            if field.kind is FieldKind.TABLE:
                for row in value or ():
                    yield from texts(field.columns, row)
            elif value and field.kind in (FieldKind.TEXT, FieldKind.TEXTAREA):
                yield field, value

    fields = [field for page in first_situation(version.item).form_pages for field in page.fields]
    dull = [field.label for field, value in texts(fields, sample_of(version).data) if value == f"示例{field.label}"]
    assert dull == []


def test_invented_numbers_have_right_check_characters():
    assert [resident_id_fault(sample_id(n), today=TODAY) for n in range(1, 60)] == [None] * 59
    assert [uscc_fault(sample_uscc(n)) for n in range(1, 60)] == [None] * 59
    assert len({sample_uscc(n) for n in range(1, 60)}) == 59


def test_an_entry_no_example_fits_says_so():
    fields = (FormField("odd", "怪码", pattern=r"X{40}"),)
    with pytest.raises(ValueError, match="怪码"):
        make_sample(replace(item(), form=(FormPage("one", "一", fields),)), TODAY)


# --- the sheet --------------------------------------------------------------------------------------------------


def test_part_labels_cover_every_part_and_kind_of_paper():
    for kind, parts in PARTS.items():
        assert list(paper_forms.PART_LABELS[kind]) == [part.key for part in parts]
    assert list(paper_forms.ID_KIND_LABELS) == [choice.key for choice in ID_KINDS]


@every_version
def test_the_sheet_has_every_field_once_and_the_example_answers_what_applies(key, version):
    labels = [field.label for page in version.item.form for field in page.fields]
    blank, filled = form_of(version), form_of(version, sample_of(version))
    assert [cell["label"] for cell in cells(blank)] == [cell["label"] for cell in cells(filled)] == labels
    assert not any(cell["type"] == "struck" for cell in cells(blank))
    sample = sample_of(version)
    fields = [field for page in version.item.form for field in page.fields]
    for field, cell in zip(fields, cells(filled), strict=True):
        assert (cell["type"] == "struck") == (field.key not in sample.data), field.key
    assert [each["label"] for each in blank["questions"][0]["options"]] == [each.name for each in version.item.variants]


@every_version
def test_a_field_of_some_situations_names_their_answers(key, version):
    for page in version.item.form:
        for field in page.fields:
            text = paper_forms.condition_text(version.item, field.when)
            assert bool(text) == bool(field.when), field.key
            for question in version.item.questions:
                if question.key in field.when:
                    assert question.text.rstrip("？") in text
                    for choice in question.choices:
                        assert (f"“{choice.label}”" in text) >= (choice.key in field.when[question.key])


def conditional():
    variants = (Variant("new", "新办", VariantKind.NEW), Variant("change", "变更", VariantKind.CHANGE))
    choices = (Choice("own", "自有"), Choice("rent", "租用"))
    return replace(
        item(),
        variants=variants,
        questions=(
            Question("room", "场地是谁的？", choices),
            Question("how", "怎样变更？", choices, when={"variant": ("change",)}),
        ),
    )


@pytest.mark.parametrize(
    ("when", "text"),
    [
        ({}, ""),
        ({"variant": ("new",)}, "仅办理“新办”的填写"),
        ({"variant": ("new", "change")}, "仅办理“新办”或者“变更”的填写"),
        ({"room": ("rent",)}, "仅第1问（场地是谁的）选“租用”的填写"),
        ({"variant": ("new",), "room": ("own",)}, "仅办理“新办”，并且第1问（场地是谁的）选“自有”的填写"),
        ({"variant": ("change",), "how": ("own",)}, "仅第2问（怎样变更）选“自有”的填写"),
    ],
)
def test_a_condition_in_words(when, text):
    assert paper_forms.condition_text(conditional(), when) == text


def sheet(*fields, sample=None):
    spec = replace(conditional(), form=(FormPage("one", "第一部分：情况", fields),))
    return paper_forms.paper_form(spec, number=1, effective_from=TODAY, sample=sample)


def test_neighbours_with_one_condition_share_its_line():
    limited = {"variant": ("change",)}
    page = sheet(
        FormField("a", "甲"),
        FormField("b", "乙", when=limited),
        FormField("c", "丙", when=limited),
        FormField("d", "丁"),
    )["pages"][0]
    assert page["title"] == "情况"
    assert [group["when"] for group in page["groups"]] == ["", "以下2栏仅办理“变更”的填写", ""]
    whole = sheet(FormField("b", "乙", when=limited), FormField("c", "丙", when=limited))["pages"][0]
    assert (whole["when"], whole["groups"][0]["when"]) == ("仅办理“变更”的填写", "")


def test_empty_tables_offer_rows_within_the_bounds_of_the_item():
    column = FormField("name", "名称")
    rows = [
        len(cell["rows"])
        for cell in cells(
            sheet(
                FormField("a", "甲", FieldKind.TABLE, columns=(column,)),
                FormField("b", "乙", FieldKind.TABLE, columns=(column,), min_rows=6),
                FormField("c", "丙", FieldKind.TABLE, columns=(column,), max_rows=2),
            )
        )
    ]
    assert rows == [4, 6, 2]


def test_what_people_write_is_never_markup():
    nasty = '#panic("x") $x$ *b* <script>@ref \\ //'
    fields = (
        FormField("a", nasty, help=nasty),
        FormField("t", "表", FieldKind.TABLE, columns=(FormField("c", nasty),)),
    )
    text = text_of(typeset("form.typ", sheet(*fields)))
    assert text.count(re.sub(r"\s", "", nasty)) >= 3


@every_version
def test_both_files_can_be_printed_and_archived(key, version):
    sample = sample_of(version)
    blank = typeset("form.typ", form_of(version))
    filled = typeset("form.typ", form_of(version, sample))
    on_blank, on_filled = text_of(blank), text_of(filled)
    for pdf, text, mark in ((blank, on_blank, "空白表格"), (filled, on_filled, "示例样表")):
        assert b"pdfaid" in pdf
        assert mark in text
        assert "申请人声明" in text
        assert ("含待核实内容" in text) == bool(version.item.unverified)
        for page in version.item.form:
            for field in page.fields:
                assert re.sub(r"\s", "", field.label) in text, field.label
    assert "样例" in on_filled
    assert "样例" not in on_blank
    assert "√" in on_filled


# --- made once --------------------------------------------------------------------------------------------------


def published(number=1, since=dt.date(2020, 1, 1), spec=None):
    version = ItemVersionSpec(number=number, effective_from=since, item=spec or item())
    version_id = services.save_draft(item_key="sample", version=version, source=Item.LOCAL, actor=SYSTEM, now=NOW)
    services.publish(version_id=version_id, actor=SYSTEM, now=NOW)
    return version_id


@pytest.mark.django_db
def test_publishing_has_both_files_made_once():
    ensure_organisations()
    version_id = published()
    assert queries.item_files(version_id) == {}
    with pytest.raises(NotFound, match="still being made"):
        queries.item_file("sample", 1, "blank")
    Worker().run_due()
    files = queries.item_files(version_id)
    assert set(files) == {"blank", "sample"}
    for kind, file in files.items():
        assert queries.item_file("sample", 1, kind) == file
        content = records.read_file(file.file_id)
        assert content.startswith(b"%PDF")
        assert file.sha256 == records.file_info(file.file_id).sha256
        assert re.search(r"（.{4}，第1版）\.pdf$", file.name)
    services.make_files(version_id=version_id, now=NOW)
    assert services.enqueue_missing_files() == 0
    assert queries.item_files(version_id) == files
    assert records.file_count() == 2
    made = [event for event in records.events("item:120116:sample") if event.verb == "make_forms"]
    assert [event.facts["blank"] for event in made] == [files["blank"].sha256]
    assert list(audit.verify()) == []


@pytest.mark.django_db
def test_a_draft_has_no_files():
    ensure_organisations()
    version = ItemVersionSpec(number=1, effective_from=TODAY, item=item())
    version_id = services.save_draft(item_key="sample", version=version, source=Item.LOCAL, actor=SYSTEM, now=NOW)
    with pytest.raises(Refused):
        services.make_files(version_id=version_id, now=NOW)
    with pytest.raises(NotFound):
        services.make_files(version_id=version_id + 1, now=NOW)
    assert services.enqueue_missing_files() == 0
    assert not Task.objects.exists()


@pytest.mark.django_db
def test_an_example_is_dated_within_the_days_of_its_version():
    ensure_organisations()
    past = queries.version(published(1))
    assert filled_on(past, TODAY) == TODAY
    assert filled_on(replace(past, effective_to=dt.date(2022, 1, 1)), TODAY) == dt.date(2022, 1, 1)
    assert filled_on(replace(past, effective_from=dt.date(2027, 1, 1)), TODAY) == dt.date(2027, 1, 1)


@pytest.mark.django_db
def test_loading_the_bundle_queues_what_lacks_files_behind_everything_else():
    services.ensure_bundled(actor=SYSTEM, now=NOW)
    queued = Task.objects.filter(path__endswith="make_item_files")
    assert queued.count() == len(VERSIONS)
    assert set(queued.values_list("priority", flat=True)) == {-50}
    queued.delete()
    services.ensure_bundled(actor=SYSTEM, now=NOW)
    assert Task.objects.filter(path__endswith="make_item_files").count() == len(VERSIONS)


@pytest.mark.django_db
def test_a_form_put_in_anothers_place_is_found():
    ensure_organisations()
    version_id = published()
    Worker().run_due()
    row = ItemFile.objects.get(version_id=version_id, kind="sample")
    ItemFile.objects.filter(pk=row.pk).update(sha256="0" * 64)
    assert [finding.problem for finding in audit.verify()] == ["changed_row"]
    row.delete()
    assert [finding.problem for finding in audit.verify()] == ["changed_row"]
