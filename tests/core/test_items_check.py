"""The consistency rules: a sound item passes, and each fault is found where it is."""

from __future__ import annotations

import pytest

from tests.core.item_sample import changed, data, item
from tongban.core.errors import Invalid
from tongban.core.items import ItemSpec
from tongban.core.items_check import ERROR, WARNING, all_check_points, check_item, item_code
from tongban.core.specs import build, plain


def found(spec, level=None):
    return {each.field for each in check_item("sample", spec) if level in (None, each.level)}


def test_the_sound_item_passes():
    assert check_item("sample", item()) == []
    assert len(all_check_points(item())) == 5
    assert item_code(item()) == "11120116MBX000027N4120123001000"


def test_an_item_survives_being_written_and_read():
    assert build(ItemSpec, plain(item())) == item()


def test_every_wrong_place_is_named_at_once():
    content = data()
    content["nonsense"] = 1
    content["statutory_limit"]["unit"] = "fortnight"
    del content["contact"]
    with pytest.raises(Invalid) as caught:
        build(ItemSpec, content)
    assert {each.field for each in caught.value.errors} == {"nonsense", "statutory_limit.unit", "contact"}


FAULTS = [
    ("instant", True, "instant"),
    ("promised_limit.value", 0, "instant"),
    ("promised_limit.value", 21, "promised_limit.value"),
    ("promised_limit.source", " ", "promised_limit.source"),
    ("statutory_limit.value", -1, "statutory_limit.value"),
    ("statutory_limit.start", "decision", "statutory_limit.start"),
    ("delegated_officer", "window_1", "delegated_officer"),
    ("result.kind", "approval_document", "result.kind"),
    ("result.name", "关于示例的批复", "result.kind"),
    ("result.name", "", "result.name"),
    ("result.licence_type", None, "result.sample"),
    ("result.validity", {"value": 5}, "result.validity.basis"),
    ("visits", {"count": 2}, "visits.reason"),
    ("handling_forms", ["1"], "handling_forms"),
    ("handling_forms", ["1", "4"], "four_kinds"),
    ("four_kinds", ["马上办"], "four_kinds"),
    ("fees", [{"name": "工本费", "standard": "", "basis": "条例"}], "fees.1"),
    ("contact.complaint_phone", "022-00000001", "contact.complaint_phone"),
    ("contact.consult_phone", "00000001", "contact.consult_phone"),
    ("faq", [], "faq"),
    ("conditions", [], "conditions"),
    ("sources", [], "sources"),
    ("legal_basis.0.verified", False, "unverified"),
    ("procedure.delivery", None, "procedure.delivery"),
    ("procedure.certificate", None, "procedure.certificate"),
    ("variants.1.kind", "renewal", "silence"),
    ("correction", {"closes": True}, "correction.basis"),
    ("special_procedures", [{"ground": "testing", "basis": "", "expected_days": 5}], "special_procedures.1"),
    ("extension", {"value": 15, "approver": "government_head", "basis": "行政许可法第四十二条"}, "extension.value"),
    ("extension", {"value": 10, "approver": "agency_head", "basis": ""}, "extension"),
    ("materials.0.deferrable", True, "materials.application.deferrable"),
    ("materials.0.form", "papyrus", "materials.application.form"),
    ("materials.0.provider", "somebody", "materials.application.provider"),
    ("materials.0.check_points", [], "check_points"),
    ("materials.0.check_points.0.source", "", "check_points.signed.source"),
    ("materials.1.key", "application", "materials"),
    ("materials.1.when", {"weather": ["fine"]}, "materials.lease.when"),
    ("materials.1.when", {"premises": ["borrowed"]}, "materials.lease.when"),
    ("materials.1.when", {"premises": []}, "materials.lease.when"),
    ("materials.1.when", {"variant": ["gift"]}, "materials.lease.when"),
    ("questions.0.when", {"sublet": ["yes"]}, "questions.premises.when (asked later)"),
    ("questions.1.key", "premises", "questions"),
    ("questions.0.choices.1.key", "own", "questions.premises"),
    ("form.0.fields.1.key", "area", "form.fields"),
    ("form.0.fields.0.minimum", "ten", "form.area"),
    ("form.0.fields.0.maximum", "5", "form.area"),
    ("form.0.fields.1.latest", "tomorrow", "form.opened_on"),
    ("form.0.fields.2.pattern", "(", "form.landlord"),
    ("form.0.fields.2.kind", "choice", "form.landlord"),
    ("form.1.fields.1.columns", [], "form.workers"),
    ("form.1.fields.1.min_rows", 9, "form.workers"),
    ("form.1.fields.1.columns.0.kind", "file", "form.workers"),
    ("procedure.reviews.1.when", {"premises": ["tent"]}, "procedure.reviews.housing.when"),
    ("procedure.inspection.when", {"variant": ["gift"]}, "procedure.inspection.when"),
    ("result.licence_type.fields.0.source", "form.colour", "result.licence_type.fields.area"),
    ("result.licence_type.fields.0.source", "applicant.shoe_size", "result.licence_type.fields.area"),
    ("base_code", "1223", "base_code"),
    ("base_code", "121023001000", "base_code"),
    ("authority.uscc", "11120116MBX000027X", "base_code"),
    ("variants.0.code_suffix", "1", "variants.new.code_suffix"),
]


@pytest.mark.parametrize(("path", "value", "where"), FAULTS)
def test_each_fault_is_found(path, value, where):
    findings = check_item("sample", changed(path, value))
    hits = [each for each in findings if each.field == where]
    assert hits, [each.field for each in findings]
    for each in hits:
        assert each.item == "sample"
        assert each.rule
        assert each.message % each.params if each.params else each.message
        assert each.remedy % each.params if each.params else each.remedy
        assert each.level == ERROR


def test_limits_are_compared_only_in_one_unit():
    other_unit = changed(
        "promised_limit", {"value": 30, "unit": "calendar_day", "start": "acceptance", "source": "本机关"}
    )
    assert "promised_limit.value" not in found(other_unit)


def test_joint_handling_may_extend_by_fifteen_days():
    content = data()
    content["extension"] = {"value": 15, "approver": "government_head", "basis": "行政许可法第四十二条第二款"}
    content["joint_handling"] = True
    assert "extension.value" not in found(build(ItemSpec, content))


def test_filings_have_neither_extension_nor_special_procedures():
    content = data()
    content["track"] = "filing"
    content["extension"] = {"value": 10, "approver": "agency_head", "basis": "某规定"}
    content["special_procedures"] = [{"ground": "testing", "basis": "某规定", "expected_days": 5}]
    assert {"extension", "special_procedures"} <= found(build(ItemSpec, content))


def test_themes_must_suit_those_who_are_served():
    assert found(changed("themes", ["婚姻登记"]), WARNING) == {"themes"}
    assert found(changed("themes", ["准营准办", "太空旅行"]), WARNING) == {"themes"}
    assert found(changed("themes", ["投资审批"]), WARNING) == {"themes"}
