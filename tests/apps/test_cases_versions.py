"""An item changes while a case is pending: the version of the filing date, and what the transition rule says."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import factories
from tests.apps.cases_help import at, begin, open_hall, own_folders, publish, refusal, sound, spec, verbs  # noqa: F401
from tests.core import item_sample
from tongban.cases import queries, services
from tongban.cases.models import CaseMaterial
from tongban.core.errors import Refused
from tongban.core.items import Transition
from tongban.core.specs import plain

pytestmark = pytest.mark.django_db

CHANGE = dt.date(2026, 3, 16)
SOURCE = "示例条例（2026年修订）第三十条"


def newer(**changes: object):
    """The item as amended: one more material, a shorter limit."""
    materials = plain(spec())["materials"]
    materials.append({"key": "insurance", "name": "责任险保单", "basis": "示例条例第十一条"})
    limit = {"value": 15, "unit": "working_day", "start": "acceptance", "source": "示例条例第八条"}
    return spec(**{"materials": materials, "statutory_limit": limit, **changes})


def amended(rule: str = "", **changes: object):
    """A case accepted under the first version, and the second version published with ``rule``."""
    hall = open_hall()
    walk = begin(hall, "2026-03-02", variant="change").accept()
    transition = Transition(rule, SOURCE) if rule else None
    publish(newer(**changes), number=2, since=CHANGE, transition=transition, now=at("2026-03-03"))
    return walk


def test_the_version_in_force_on_the_filing_date_is_frozen():
    walk = amended("continue")
    before = begin(walk.hall, "2026-03-15", "23:59", variant="change")
    after = begin(walk.hall, "2026-03-16", "00:01", variant="change")
    assert (before.portal().version.number, after.portal().version.number) == (1, 2)
    assert "insurance" not in {item.key for item in before.portal().materials}
    assert "insurance" in {item.key for item in after.portal().materials}


def test_a_draft_that_crosses_the_date_is_moved_and_keeps_its_entries():
    walk = amended("continue")
    actor = walk.by("applicant")
    draft = factories.filled_draft(actor, walk.row.applicant_id, "sample", at("2026-03-13"), variant="change")
    view = queries.draft(draft, actor, at("2026-03-16"))
    values = {"draft_id": draft, "actor": actor, "now": at("2026-03-16")}
    signed = {"signature": view.applicant_name, "declared": True, "submission_key": view.submission_key}
    assert refusal(lambda: services.submit(**values, **signed), Refused).code == "version_changed"
    services.move_to_current_version(**values)
    moved = queries.draft(draft, actor, at("2026-03-16"))
    assert moved.version.number == 2
    assert moved.form == view.form
    assert [item.spec.key for item in moved.materials if item.state == "missing"] == ["insurance"]


def test_without_a_rule_the_decision_is_blocked_and_says_why():
    walk = amended("").reviews().go("2026-03-16")
    for decide in (walk.grant, walk.refuse):
        error = refusal(decide, Refused)
        assert error.code == "transition_missing"
        assert "transition rule" in error.remedy
    assert walk.desk("decider").actions["grant"].code == "transition_missing"
    assert walk.portal().pending_rule == "missing"


def test_the_day_before_the_change_decides_as_ever():
    walk = amended("").reviews().go("2026-03-15")
    walk.grant()
    assert walk.row.status == "granted"


def test_pending_cases_continue_where_the_rule_says_so():
    walk = amended("continue").go("2026-03-17").reviews().grant()
    assert walk.portal().version.number == 1
    assert walk.portal().clocks["statutory"].total == 20
    sound()


def test_a_converted_case_stands_where_it_stood_under_the_new_version():
    walk = amended("convert").go("2026-03-17").reviews()
    assert refusal(walk.grant, Refused).code == "transition_convert"
    walk.do(services.convert, "decider")
    view = walk.desk("decider")
    assert (view.version.number, view.status, view.accepted_on) == (2, "accepted", dt.date(2026, 3, 2))
    assert view.clocks["statutory"].total == 15
    assert CaseMaterial.objects.get(case=walk.row, key="insurance").source == "missing"
    assert refusal(lambda: walk.do(services.convert, "decider"), Refused).code == "no_conversion"
    walk.grant()
    sound()


def test_what_only_the_new_version_asks_for_can_be_asked_for():
    hall = open_hall()
    walk = begin(hall, "2026-03-13", variant="change")
    publish(newer(), number=2, since=CHANGE, transition=Transition("convert", SOURCE), now=at("2026-03-13"))
    walk.go("2026-03-17").do(services.convert, "window")
    walk.ask_correction("insurance").correct("insurance")
    assert next(item for item in walk.portal().materials if item.key == "insurance").source == "upload"
    walk.judge().check().do(services.accept, "window")
    sound()


def test_a_case_converted_to_another_track_is_received_anew():
    other = {"track": "other", "extension": None, "special_procedures": []}
    walk = amended("convert", **other).go("2026-03-04")
    walk.do(services.extend, "head", reason="情况复杂。")
    walk.special(20)
    walk.opinion().go("2026-03-17").do(services.convert, "decider")
    row = walk.row
    assert (row.status, row.track, row.accepted_on, row.extended_by) == ("received", "other", None, 0)
    assert (row.first_received_on, row.received_on) == (dt.date(2026, 3, 2), dt.date(2026, 3, 17))
    assert not row.paused
    assert "completeness" not in walk.portal().clocks
    assert walk.desk().reviews == ()
    sound()
    walk.accept().reviews().grant()
    assert walk.portal().clocks["statutory"].start == dt.date(2026, 3, 17)
    assert walk.portal().clocks["statutory"].paused == 0
    walk.certificate().deliver()
    sound()


def test_an_open_correction_survives_the_change_of_track():
    hall = open_hall()
    walk = begin(hall, "2026-03-12", variant="change").ask_correction()
    other = {"track": "other", "extension": None, "special_procedures": []}
    transition = Transition("convert", SOURCE)
    publish(newer(**other), number=2, since=CHANGE, transition=transition, now=at("2026-03-13"))
    walk.go("2026-03-17").do(services.convert, "window")
    assert walk.portal().correction is not None
    walk.correct().judge().accept()
    assert walk.row.status == "accepted"
    sound()


def test_a_terminated_case_names_the_rule():
    walk = amended("terminate").reviews().go("2026-03-17")
    assert refusal(walk.grant, Refused).code == "transition_terminate"
    values = {"ground": "transition", "reason": "许可已取消。", "basis": SOURCE}
    walk.do(services.terminate, "decider", **values)
    assert (walk.row.status, walk.row.is_open) == ("terminated", False)
    sound()


def test_no_rule_no_termination_on_its_ground():
    walk = amended("continue").go("2026-03-17")
    values = {"ground": "transition", "reason": "许可已取消。", "basis": SOURCE}
    error = refusal(lambda: walk.do(services.terminate, "decider", **values), Refused)
    assert error.code == "rule_does_not_terminate"


def test_personal_values_stay_encrypted_when_the_form_moves():
    hall = open_hall()
    walk = begin(hall, "2026-03-13", variant="change")
    form = item_sample.data()["form"]
    form[1]["fields"] = [{"key": "manager_phone", "label": "负责人电话", "kind": "phone", "required": False}]
    publish(newer(form=form), number=2, since=CHANGE, transition=Transition("convert", SOURCE), now=at("2026-03-13"))
    before = walk.row.form["manager"]["id_number"]
    walk.go("2026-03-17").do(services.convert, "window")
    assert walk.row.form["manager"]["id_number"] == before
    assert factories.resident_id(7) not in str(walk.row.form)
    sound()


SILENCE = [{"when": {"variant": ["renewal"]}, "effect": "granted", "basis": "《行政许可法》第五十条第二款"}]


def renewal(on: str, expiry: str):
    """A renewal of a paper licence that expires on ``expiry``, accepted the same day."""
    data = plain(spec())
    field = {"key": "old_expiry", "label": "原证有效期至", "kind": "date", "latest": expiry}
    procedure = data["procedure"]
    procedure["reviews"] = procedure["reviews"][:1]
    procedure["inspection"]["when"] = {}
    values = {
        "variants": [{"key": "renewal", "name": "延续", "kind": "renewal", "code_suffix": "01"}],
        "questions": [],
        "form": [{"key": "old", "title": "原证", "fields": [field, data["form"][0]["fields"][0]]}],
        "materials": [row for row in data["materials"] if not row.get("when")],
        "procedure": procedure,
        "silence": SILENCE,
        "old_expiry_field": "old_expiry",
    }
    return begin(open_hall(spec(**values)), on, variant="renewal").accept()


def test_a_renewal_is_due_by_the_expiry_of_the_old_licence():
    walk = renewal("2026-03-02", "2026-03-20")
    clocks = walk.portal().clocks
    assert clocks["statutory"].due == dt.date(2026, 3, 20)
    assert walk.row.statutory_due_on == dt.date(2026, 3, 20)
    assert services.sweep(now=at("2026-03-25")).renewed == 0


def test_silence_past_the_expiry_renews_where_the_item_says_so_and_the_application_was_in_time():
    walk = renewal("2026-03-02", "2026-04-03")
    assert services.sweep(now=at("2026-04-03", "23:59")).renewed == 0
    assert services.sweep(now=at("2026-04-04", "00:10")).renewed == 1
    row = walk.row
    assert (row.status, row.decided_on, row.decided_by) == ("granted", dt.date(2026, 4, 3), "")
    assert verbs(walk.number)[-1] == "deem_granted"
    assert services.sweep(now=at("2026-04-05")).renewed == 0
    sound()


def test_silence_renews_nothing_that_was_applied_for_too_late():
    walk = renewal("2026-03-02", "2026-03-31")
    assert services.sweep(now=at("2026-04-10")).renewed == 0
    assert walk.row.status == "accepted"


def test_a_lapsed_licence_sets_no_date_and_is_not_renewed_by_silence():
    walk = renewal("2026-03-02", "2026-01-10")
    assert walk.row.not_after is None
    assert walk.portal().clocks["statutory"].due == dt.date(2026, 3, 30)
    assert services.sweep(now=at("2026-03-10")).renewed == 0
