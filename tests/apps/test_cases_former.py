"""What a correction replaced in the form, and check points of one material found met in one act."""

from __future__ import annotations

import json

import pytest

from tests import factories
from tests.apps.cases_help import Walk, begin, open_hall, own_folders, refusal, sound
from tongban.cases import services
from tongban.cases.models import CheckFinding, CorrectionNotice
from tongban.core.checking import open_points
from tongban.core.errors import Refused
from tongban.records import queries as records

__all__ = ["own_folders"]

pytestmark = pytest.mark.django_db


def corrected() -> Walk:
    """A case whose area, manager and staff were found wrong and are corrected."""
    walk = begin(open_hall(), "2026-03-02").check()
    for path in ("area", "manager", "workers"):
        walk.do(services.annotate, "window", field_path=path, wrong="不对。", remedy="改正。")
    walk.do(services.request_correction, "window")
    return walk.go("2026-03-05")


def answer(walk: Walk, area: str = "66.5") -> None:
    person = {"name": "王示例", "id_type": "resident_id", "id_number": factories.resident_id(9), "phone": "13800000009"}
    workers = [{"name": "李示例", "phone": "13800000008"}]
    form = {"area": area, "manager": person, "workers": workers}
    walk.do(services.save_correction, "applicant", form=form)
    walk.do(services.submit_correction, "applicant")


def test_the_officer_reads_what_stood_before_and_masked_stays_masked() -> None:
    walk = corrected()
    before = {row.path: row.value for row in walk.desk().display}
    full = {row.path: row.value for row in walk.portal().display}
    answer(walk)
    view = walk.desk()
    (area,) = view.changes["area"]
    assert (area.old and area.old.value, area.new and area.new.value) == (before["area"], "66.5平方米")
    assert (area.notice, area.by_name, area.at) == (1, walk.by("applicant").name, walk.now)
    (phone,) = view.changes["manager.phone"]
    assert phone.old
    assert phone.old.value == before["manager.phone"] != full["manager.phone"]
    (workers,) = view.changes["workers"]
    assert workers.gone == (workers.old.rows if workers.old else None)
    story = next(entry for entry in view.story if entry.verb == "submit_correction")
    assert f"店铺面积：{before['area']} → 66.5平方米" in story.detail
    assert full["manager.id_number"] not in story.detail
    assert full["manager.phone"] not in json.dumps(CorrectionNotice.objects.get().former), "kept encrypted"
    sound()


def test_each_round_shows_what_it_replaced() -> None:
    walk = corrected()
    answer(walk)
    walk.judge().check().do(services.annotate, "window", field_path="area", wrong="仍不对。", remedy="改为80。")
    walk.do(services.request_correction, "window")
    walk.go("2026-03-09").do(services.save_correction, "applicant", form={"area": "80"})
    walk.do(services.submit_correction, "applicant")
    later, earlier = walk.desk().changes["area"]
    assert (later.notice, earlier.notice) == (2, 1)
    assert [row.value for row in (later.old, later.new, earlier.new) if row] == ["66.5平方米", "80平方米", "66.5平方米"]
    sound()


def test_the_audit_finds_a_former_entry_that_was_changed() -> None:
    walk = corrected()
    answer(walk)
    notice = CorrectionNotice.objects.get()
    CorrectionNotice.objects.update(former={**notice.former, "area": "1"})
    assert [(item.problem, "former" in item.message) for item in records.verify()] == [("notice", True)]


# --- all points of a material at once -------------------------------------------------------------------------


def test_what_has_a_finding_or_something_unsettled_is_left_out() -> None:
    assert open_points(["a", "b", "c", "d"], {"b"}, {"c"}) == ("a", "d")
    assert open_points(["a"], {"a"}, set()) == ()


def test_open_points_are_met_one_by_one_in_one_act_and_taken_back() -> None:
    walk = begin(open_hall(), "2026-03-02")
    act = {"material_key": "plan"}
    unseen = refusal(lambda: walk.do(services.meet_material, "window", **act), Refused)
    assert "not opened" in unseen.message
    assert not CheckFinding.objects.exists(), "nothing is marked before the officer acts"
    walk.do(services.mark_seen, "window", material_key="plan")
    walk.do(services.annotate, "window", material_key="plan", wrong="无章。", remedy="盖章。", check_point="stamped")
    assert walk.do(services.meet_material, "window", **act) == ("scale", "exits_drawn")
    found = {(row.point, row.met, row.by) for row in CheckFinding.objects.all()}
    me = walk.by("window").id
    assert found == {("scale", True, me), ("exits_drawn", True, me), ("stamped", False, me)}
    together = {item.point.key for item in walk.desk().completeness if item.together}
    assert together == {"scale", "exits_drawn"}
    assert not any(item.together for item in walk.desk("window-2").completeness)
    assert refusal(lambda: walk.do(services.meet_material, "window", **act), Refused).remedy
    walk.do(services.mark_seen, "window-2", material_key="plan")
    assert refusal(lambda: walk.do(services.undo_material, "window-2", **act), Refused).remedy
    assert set(walk.do(services.undo_material, "window", **act)) == {"scale", "exits_drawn"}
    assert [row.point for row in CheckFinding.objects.all()] == ["stamped"]


def test_points_of_a_review_are_marked_singly() -> None:
    walk = begin(open_hall(), "2026-03-02").accept()
    walk.do(services.mark_seen, "fire", material_key="plan")
    assert "while completeness" in refusal(lambda: walk.do(services.meet_material, "fire", material_key="plan")).message
