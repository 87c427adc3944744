"""The eighteen items that come with the program: complete, lawful in form, and each its own."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from functools import lru_cache
from itertools import product
from typing import Any

import pytest

from tongban.calendars.seed import bundled as bundled_calendar
from tongban.catalogue import bundles
from tongban.catalogue.publishing import as_limit
from tongban.catalogue.queries import check_bundles
from tongban.core.clock import promise_fits
from tongban.core.forms import fields_of, flatten_for_display, sensitive_paths, validate
from tongban.core.items import NATURAL_PERSON, FieldKind, FormField, ItemSpec, Track
from tongban.core.items_check import MIN_CHECK_POINTS, all_check_points
from tongban.core.materials import check_answers, known_applicant, tailored, visible_questions

KEYS = {
    "blasting_person",
    "hotel_special",
    "seal_special",
    "firework_transport",
    "cybercafe_netsec",
    "bank_security_plan",
    "disinfect_producer",
    "precursor3_buy",
    "precursor3_move",
    "civil_explosive_buy",
    "civil_explosive_move",
    "pesticide_change",
    "outdoor_ad",
    "builder_quali_add",
    "pollutant_permit",
    "build_permit",
    "invest_record",
    "invest_approve",
}
#: Items whose law has changed so that more than one version is bundled.
CHANGED = {
    "seal_special",
    "cybercafe_netsec",
    "pollutant_permit",
    "hotel_special",
    "pesticide_change",
    "disinfect_producer",
}
TODAY = dt.date(2026, 10, 13)
BUNDLES = {bundle.key: bundle for bundle in bundles.bundled()}
VERSIONS = [(key, version) for key, bundle in sorted(BUNDLES.items()) for version in bundle.versions]
every_version = pytest.mark.parametrize(
    ("key", "version"), VERSIONS, ids=[f"{key}-{version.number}" for key, version in VERSIONS]
)


def test_all_eighteen_are_there():
    assert set(BUNDLES) == KEYS


def test_changed_laws_carry_both_versions():
    for key in CHANGED:
        versions = BUNDLES[key].versions
        assert len(versions) >= 2, key
        assert all(each.change_note for each in versions[1:]), key
    before, after = BUNDLES["seal_special"].versions[-2:]
    assert (before.item.track, after.item.track) == (Track.LICENCE, Track.FILING)


def test_the_consistency_rules_find_nothing():
    known = frozenset(each.key for each in bundles.external_licence_types())
    found = check_bundles(list(BUNDLES.values()), known)
    assert [
        (each.item, each.field, each.message % each.params if each.params else each.message) for each in found
    ] == []


@every_version
def test_promise_fits_every_start_date_of_the_calendar(key, version):
    assert (
        promise_fits(as_limit(version.item.promised_limit), as_limit(version.item.statutory_limit), _calendar()) is None
    )


@lru_cache(maxsize=1)
def _calendar():
    return bundled_calendar()


_ARTICLE = re.compile(r"《[^》]+》|第[零一二三四五六七八九十百千〇0-9]+条|材料[：:]|附件|令第?\d+号|GA ?\d+|GB")


@every_version
def test_check_points_are_enough_and_name_article_or_material(key, version):
    points = all_check_points(version.item)
    assert len(points) >= MIN_CHECK_POINTS
    loose = [point.key for point in points if not _ARTICLE.search(point.source)]
    assert loose == []


def _stripped(item: ItemSpec, text: str) -> str:
    """A check point without the item's own names, so that a copy with another name is still a copy."""
    names = {item.name, item.plain_name, item.result.name}
    names |= {item.result.name.removesuffix(end) for end in ("许可证", "证", "证明", "决定书", "批复")}
    for name in sorted(names, key=len, reverse=True):
        if len(name) > 2:
            text = text.replace(name, "")
    return re.sub(r"[\W\d_]+", "", text)


def test_no_check_point_is_copied_from_another_item():
    seen: dict[str, tuple[str, str]] = {}
    for key, bundle in BUNDLES.items():
        for version in bundle.versions:
            for point in all_check_points(version.item):
                text = _stripped(version.item, point.text)
                other = seen.setdefault(text, (key, point.key))
                assert other[0] == key, f"{key}.{point.key} says the same as {other[0]}.{other[1]}: {point.text}"


def test_each_item_has_five_check_points_unlike_any_of_another_item():
    texts = {
        key: {
            _stripped(version.item, point.text)
            for version in bundle.versions
            for point in all_check_points(version.item)
        }
        for key, bundle in BUNDLES.items()
    }
    for key, own in texts.items():
        others = [text for other, found in texts.items() if other != key for text in found]
        unlike = [text for text in own if not _close(text, others)]
        assert len(unlike) >= MIN_CHECK_POINTS, (key, len(own), len(unlike))


def _close(text: str, others: list[str]) -> bool:
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(text)
    for other in others:
        matcher.set_seq1(other)
        if matcher.real_quick_ratio() > 0.85 and matcher.quick_ratio() > 0.85 and matcher.ratio() > 0.85:
            return True
    return False


@every_version
def test_every_version_names_its_sources_and_its_law(key, version):
    item = version.item
    assert item.sources
    assert item.legal_basis
    assert all(basis.title for basis in item.legal_basis)
    assert item.statutory_limit.source
    unsure = [basis for basis in item.legal_basis if not basis.verified]
    assert not unsure or item.unverified
    if version.transition is not None:
        assert version.transition.source


@every_version
def test_the_parts_a_clerk_needs_are_there(key, version):
    item = version.item
    assert item.procedure.completeness.sop
    assert item.procedure.decision.sop
    assert all(review.check_points for review in item.procedure.reviews)
    assert len(item.form) >= 2
    assert item.materials
    assert all(material.check_points for material in item.materials if material.principal and material.required)
    assert len(item.faq) >= 3
    assert item.keywords
    assert item.follow_up


def answer_sets(item: ItemSpec):
    """Every way through variants and questions."""
    for variant in item.variants:
        names = [question.key for question in item.questions]
        choices = [[choice.key for choice in question.choices] for question in item.questions]
        seen = set()
        for combination in product(*choices):
            result = tailored(item, variant.key, dict(zip(names, combination, strict=True)))
            fingerprint = tuple(sorted(result.answers.items()))
            if fingerprint not in seen:
                seen.add(fingerprint)
                yield variant.key, dict(result.answers), result


def example(field: FormField) -> Any:
    """A plausible entry for any field, made from its kind and bounds."""
    simple = {
        FieldKind.DATE: _example_date(field),
        FieldKind.NUMBER: field.minimum or field.maximum or "1",
        FieldKind.BOOLEAN: "true",
        FieldKind.PHONE: "13800001234",
        FieldKind.EMAIL: "someone@example.com",
        FieldKind.ID_NUMBER: "11010519491231002X",
        FieldKind.USCC: "11120116MBX000027N",
        FieldKind.PERSON: {"name": "赵示例", "id_number": "11010519491231002X", "phone": "13800001234"},
        FieldKind.ENTERPRISE: {"name": "示例有限公司", "uscc": "11120116MBX000027N", "legal_representative": "赵示例"},
        FieldKind.ADDRESS: {"region": "示例街道", "detail": "示例路1号"},
        FieldKind.FILE: ["upload-1"],
    }
    if field.kind in simple:
        return simple[field.kind]
    if field.kind is FieldKind.CHOICE:
        return field.choices[0].key
    if field.kind is FieldKind.CHOICES:
        return [field.choices[-1].key]
    if field.kind is FieldKind.TABLE:
        rows = max(1, field.min_rows)
        return [{column.key: example(column) for column in field.columns} for _ in range(rows)]
    return _example_text(field)


def _example_date(field: FormField) -> str:
    if field.earliest and field.earliest != "today":
        return field.earliest
    return TODAY.isoformat()


#: One text for every pattern the items use.
_TEXTS = [
    "示例",
    "A",
    "1",
    "2026",
    "0001",
    "123456",
    "12345678",
    "1234567890",
    "12345678901234567890",
    "AB123456",
    "A1234567",
    "X123456789",
    "DA001",
    "DW001",
    "津A12345",
    "津A12345挂",
    "120-116-26",
    "120116000000",
    "2020-120116-48-03-012345",
    "津卫消证字（2026）第0001号",
    "农药经许（津）12011600001",
]


def _example_text(field: FormField) -> str:
    for text in _TEXTS:
        if not field.pattern or re.fullmatch(field.pattern, text):
            return text[: field.max_length]
    raise AssertionError(f"no example fits the pattern {field.pattern} of {field.key}")


@every_version
def test_a_filled_form_passes_and_an_empty_one_is_refused_in_every_situation(key, version):
    for variant, answers, result in answer_sets(version.item):
        assert check_answers(version.item, variant, answers)[1] == [], (variant, answers)
        assert result.form_pages, (variant, answers)
        assert result.materials, (variant, answers)
        data = {field.key: example(field) for page in result.form_pages for field in page.fields}
        clean, errors = validate(result.form_pages, data, today=TODAY)
        assert [(each.field, each.message % each.params) for each in errors] == [], (variant, answers)
        assert validate(result.form_pages, clean, today=TODAY) == (clean, [])
        assert validate(result.form_pages, {}, today=TODAY)[1]
        assert len(flatten_for_display(result.form_pages, clean)) >= len(data)


@every_version
def test_the_licence_finds_its_values_in_a_filled_form(key, version):
    """Each printed line that comes from the form has a value under the first variant that issues the licence."""
    item = version.item
    if item.result.licence_type is None:
        return
    wanted = {
        line.source.removeprefix("form.") for line in item.result.licence_type.fields if line.source.startswith("form.")
    }
    reachable = set()
    for _, _, result in answer_sets(item):
        for page in result.form_pages:
            for field in page.fields:
                reachable.add(field.key)
                value = example(field)
                if isinstance(value, dict):
                    reachable |= {f"{field.key}.{part}" for part in value}
                if field.columns:
                    reachable |= {f"{field.key}.{column.key}" for column in field.columns}
    assert wanted <= reachable


@every_version
def test_personal_data_in_forms_has_a_kind_that_is_encrypted(key, version):
    """A field labelled as identity number or mobile phone is of a kind that is encrypted at rest."""
    paths = set(sensitive_paths(version.item.form))
    for page in version.item.form:
        for field in page.fields:
            for label, path in [
                (field.label, field.key),
                *((c.label, f"{field.key}.*.{c.key}") for c in field.columns),
            ]:
                if re.search(r"身份证号|身份号码|手机|联系电话", label):
                    assert any(each == path or each.startswith(f"{path}.") for each in paths), (key, path, label)


@every_version
def test_reviews_belong_to_known_organisations(key, version):
    known = _organisations()
    steps = version.item.procedure
    used = {review.organisation for review in steps.reviews}
    others = (steps.completeness, steps.decision, steps.certificate, steps.delivery, steps.inspection)
    used |= {step.organisation for step in others if step}
    assert used - known - {"authority"} == set()
    assert version.item.authority.organisation in known


@lru_cache(maxsize=1)
def _organisations():
    from importlib import resources

    import yaml

    text = resources.files("tongban.accounts").joinpath("data/organisations.yaml").read_text("utf-8")
    return frozenset(row["key"] for row in yaml.safe_load(text)["organisations"])


@pytest.mark.parametrize("key", sorted(BUNDLES))
def test_written_and_read_again_an_item_is_the_same(key):
    bundle = BUNDLES[key]
    assert bundles.read_bundle(bundles.write_bundle(key, list(bundle.versions))).versions == bundle.versions


def test_one_value_never_counts_twice():
    numbers = [spec.code for bundle in BUNDLES.values() for spec in {s.key: s for s in bundle.licence_types()}.values()]
    assert len(numbers) == len(set(numbers))


NAMED_BY = {
    "person": {FieldKind.PERSON, FieldKind.ID_NUMBER},
    "enterprise": {FieldKind.ENTERPRISE, FieldKind.USCC},
}


@every_version
def test_a_person_meets_no_field_for_an_enterprise_s_own_name_nor_the_other_way_round(key, version):
    item = version.item
    for kind in {"person" if code == NATURAL_PERSON else "enterprise" for code in item.service_objects}:
        for variant in item.variants:
            for answers in _situations(item, variant.key, kind):
                fields = fields_of(tailored(item, variant.key, answers).form_pages)
                own = {field.kind for field in fields if field.same_as_applicant}
                assert own <= NAMED_BY[kind], (variant.key, answers)
                assert own or kind == "enterprise", (variant.key, answers)


def _situations(item, variant, kind):
    """Every way through the questions, as answers."""
    open_ = [known_applicant({}, kind)]
    while open_:
        answers = open_.pop()
        asked = [each for each in visible_questions(item, variant, answers) if each.key not in answers]
        if not asked:
            yield answers
        else:
            open_ += [{**answers, asked[0].key: choice.key} for choice in asked[0].choices]
