"""A past application as the beginning of a new one, and the warning where two are open for one thing."""

from __future__ import annotations

import pytest

from tests.apps.cases_help import begin, open_hall, own_folders, publish, refusal, sound, spec  # noqa: F401
from tongban.cases import queries, services
from tongban.core.errors import DomainError, NotFound
from tongban.core.forms import fields_of
from tongban.core.items import ItemSpec
from tongban.core.specs import build, plain

pytestmark = pytest.mark.django_db


def again(walk):
    made = services.copy_case(number=walk.number, actor=walk.by("applicant"), now=walk.now)
    return made, queries.draft(made.draft_id, walk.by("applicant"), walk.now)


def test_what_still_fits_is_entered_and_nothing_counts_as_done():
    walk = begin(open_hall(), "2026-03-02", variant="new", premises="own").go("2026-04-01")
    made, draft = again(walk)
    row = walk.row
    past = {item.path: item.value for item in walk.portal().display if not item.personal and not item.files}
    now = {item.path: item.value for item in draft.display if not item.personal and not item.files}
    assert now == past
    assert (draft.variant, dict(draft.answers)) == (row.variant, dict(row.answers))
    assert not any(page.done for page in draft.pages)
    assert all(not material.files for material in draft.materials)
    assert (made.questions, made.entries) == ((), ())
    assert "场所平面图" in made.materials
    sound()


def test_what_todays_version_asks_differently_is_left_out_and_named():
    hall = open_hall()
    walk = begin(hall, "2026-03-02", variant="new", premises="own")
    data = plain(spec())
    gone = data["form"][0]["fields"].pop()
    publish(build(ItemSpec, data), number=2, since=walk.go("2026-04-01").now.date(), now=walk.now)
    made, draft = again(walk)
    assert draft.version.number == 2
    assert gone["key"] not in {field.key for field in fields_of([page.spec for page in draft.pages])}
    if walk.row.form.get(gone["key"]):
        assert gone["label"] in made.entries


def test_only_the_applicant_copies_and_a_ban_still_holds():
    hall = open_hall()
    walk, other = begin(hall, "2026-03-02", variant="change"), begin(hall, "2026-03-02", variant="change", serial=2)
    values = {"number": walk.number, "now": walk.now}
    refusal(lambda: services.copy_case(actor=other.by("applicant"), **values), NotFound)
    refusal(lambda: services.copy_case(actor=walk.by("window"), **values), DomainError)
    assert queries.drafts(other.by("applicant")) == []


def test_two_open_cases_of_one_applicant_and_item_name_each_other():
    hall = open_hall()
    first = begin(hall, "2026-03-02", variant="new", premises="own")
    assert first.desk().twins == ()
    second = begin(hall, "2026-03-03", variant="change")
    assert [twin.number for twin in first.desk().twins] == [second.number]
    assert not first.desk().twins[0].same_variant
    assert [row.tags[-1] for row in queries.work_list(first.by("window"), first.now).rows] == ["twin", "twin"]
    second.do(services.withdraw, "applicant", reason="重复。")
    assert first.desk().twins == ()
    stranger = begin(hall, "2026-03-03", variant="change", serial=2)
    assert stranger.desk().twins == ()
