"""Editing a draft at the desk: entries, lists, undo, two editors at once, a second person who publishes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from tests.core.item_sample import item
from tongban.accounts.services import ensure_organisations
from tongban.catalogue import audit, queries, services
from tongban.catalogue.models import DraftRevision, Item, ItemVersion
from tongban.core.actors import SYSTEM, Actor, Duty
from tongban.core.changes import value_at
from tongban.core.errors import Forbidden, Invalid, NotFound, Refused, Stale
from tongban.core.items import ItemVersionSpec
from tongban.records.queries import events

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 10, 13, 9, 0, tzinfo=dt.UTC)
FIRST = dt.date(2020, 1, 1)
ANNA = Actor(kind="staff", id="8", name="钱示例", duties=frozenset({Duty.CATALOGUE_MANAGER}))
BEN = replace(ANNA, id="9", name="孙示例")
CHAIN = "item:120116:sample"


@pytest.fixture(autouse=True)
def published():
    ensure_organisations()
    version_id = services.save_draft(
        item_key="sample", version=ItemVersionSpec(1, FIRST, item()), source=Item.LOCAL, actor=SYSTEM, now=NOW
    )
    services.publish(version_id=version_id, actor=SYSTEM, now=NOW)


@pytest.fixture
def opened():
    services.open_draft(item_key="sample", actor=ANNA, now=NOW)
    return draft()


def draft():
    return queries.draft("sample", 2)


def save(entries, *, actor=ANNA, base=None, form="a", quiet=False):
    shown = draft()
    entries = {place: [text] if isinstance(text, str) else text for place, text in entries.items()}
    base = shown.revision if base is None else base
    return services.save_entries(
        version_id=shown.version.id, base=base, form=form, entries=entries, actor=actor, now=NOW, quiet=quiet
    )


def step(name, place, *, actor=ANNA, base=None):
    shown = draft()
    return services.change_list(
        version_id=shown.version.id,
        base=shown.revision if base is None else base,
        form="a",
        step=name,
        place=place,
        actor=actor,
        now=NOW,
    )


def names(path="materials"):
    return [each["key"] for each in value_at(draft().document, ("item", *path.split(".")))]


def test_a_draft_begins_as_the_newest_version_and_is_opened_once(opened):
    assert opened.spec.item == queries.version_in_force("sample", FIRST).spec
    assert opened.version.effective_from == dt.date(2026, 11, 12)
    assert opened.version.transition is None
    assert services.open_draft(item_key="sample", actor=BEN, now=NOW) == 2
    assert ItemVersion.objects.count() == 2
    assert [each.verb for each in events(CHAIN)] == ["publish", "open_draft"]


def test_entries_of_every_sort_are_stored(opened):
    saved = save(
        {
            "item.name": "新名称",
            "item.conditions": "一\n二",
            "item.visits.count": "1",
            "item.joint_handling": [],
            "item.correction.days": "15",
            "item.materials.2.when.premises": ["own", "rented"],
            "effective_from": "2027-01-01",
            "effective_to": "",
        }
    )
    assert saved.changed
    assert saved.errors == saved.conflicts == ()
    spec = draft().spec
    assert (spec.item.name, spec.item.conditions, spec.item.visits.count) == ("新名称", ("一", "二"), 1)
    assert spec.item.correction.days == 15
    assert spec.item.materials[1].when == {"premises": ("own", "rented")}
    assert spec.effective_from == dt.date(2027, 1, 1)
    told = events(CHAIN)[-1]
    assert (told.verb, told.facts["revision"]) == ("edit_draft", 2)
    assert "新名称" not in str(told.facts)


def test_saving_what_is_there_already_is_no_revision(opened):
    assert not save({"item.name": opened.spec.item.name, "item.instant": [], "item.quota": ""}).changed
    assert draft().revision == 1
    assert len(events(CHAIN)) == 2


def test_saving_while_typing_is_kept_and_is_no_event(opened):
    assert save({"item.name": "半"}, base=1, quiet=True).changed
    assert save({"item.name": "半个名字"}, base=1, quiet=True).conflicts == ()
    assert draft().spec.item.name == "半个名字"
    assert [each.verb for each in events(CHAIN)] == ["publish", "open_draft"]


def test_keys_numbers_and_unknown_places_are_not_written(opened):
    saved = save({"number": "9", "item.materials.1.key": "x", "item.nothing": "x", "item.materials": "x", "csrf": "x"})
    assert not saved.changed


def test_what_cannot_be_read_is_kept_as_typed_and_forbids_publishing(opened):
    saved = save({"item.visits.count": "两次", "item.name": "新名称"})
    assert [each.field for each in saved.errors] == ["item.visits.count"]
    assert draft().spec.item.name == "新名称"
    assert draft().unread == {"item.visits.count": "两次"}
    assert queries.draft_findings(draft())[0].path == ("item", "visits", "count")
    with pytest.raises(Invalid):
        services.publish(version_id=opened.version.id, actor=BEN, now=NOW)
    save({"item.visits.count": "0"}, form="b")
    assert draft().unread == {}


def test_an_older_page_of_somebody_else_does_not_wipe_what_cannot_be_read(opened):
    save({"item.visits.count": "两次"}, base=1, form="a")
    save({"item.visits.count": "0", "item.name": "新名称"}, base=1, form="b", actor=BEN)
    assert draft().unread == {"item.visits.count": "两次"}


def test_unreadable_entries_move_with_their_list(opened):
    save({"item.materials.2.copies": "许多", "item.materials.1.copies": "几份"})
    step("down", "item.materials.2")
    step("remove", "item.materials.1")
    assert draft().unread == {"item.materials.2.copies": "许多"}


def test_a_version_that_would_end_before_it_begins_is_told(opened):
    saved = save({"effective_to": "2026-01-01", "item.name": "新名称"})
    assert [each.field for each in saved.errors] == ["effective_to"]
    assert draft().spec.effective_to is None
    assert draft().spec.item.name == "新名称"


def test_lists_grow_shrink_and_move(opened):
    before = names()
    assert step("add", "item.materials").path == ("item", "materials", 4)
    step("copy", "item.materials.2")
    assert names() == [before[0], before[1], "material_2", before[2], "material_1"]
    assert step("up", "item.materials.5").path == ("item", "materials", 4)
    assert not step("up", "item.materials.1").changed
    step("remove", "item.materials.3")
    assert names() == [before[0], before[1], "material_1", before[2]]
    assert queries.draft_findings(draft()) is not None


def test_optional_parts_come_and_go(opened):
    step("put", "item.extension")
    assert draft().spec.item.extension is not None
    assert not step("put", "item.extension").changed
    step("clear", "item.extension")
    assert draft().spec.item.extension is None
    for wrong in ("item.statutory_limit", "item.name", "item.nothing"):
        with pytest.raises(Invalid):
            step("clear", wrong)
    with pytest.raises(Invalid):
        step("up", "item.materials.99")


def test_undo_takes_back_a_removal_wherever_the_list_has_moved(opened):
    before = names()
    removed = step("remove", "item.materials.2").revision
    step("add", "item.materials")
    services.undo(version_id=opened.version.id, revision=removed, actor=ANNA, now=NOW)
    assert names() == [*before, "material_1"]
    services.undo(version_id=opened.version.id, revision=draft().revision, actor=ANNA, now=NOW)
    assert before[1] not in names()


def test_undo_refuses_where_somebody_wrote_since_and_says_who(opened):
    first = save({"item.name": "甲"}).revision
    save({"item.name": "乙"}, actor=BEN, form="b")
    with pytest.raises(Refused) as caught:
        services.undo(version_id=opened.version.id, revision=first, actor=ANNA, now=NOW)
    assert caught.value.params == {"name": "孙示例"}
    with pytest.raises(NotFound):
        services.undo(version_id=opened.version.id, revision=99, actor=ANNA, now=NOW)


def test_of_two_editors_the_second_is_told_and_nothing_is_lost(opened):
    save({"item.name": "钱的名称", "item.summary": "钱的说明"}, base=1, form="a")
    saved = save({"item.name": "孙的名称", "item.quota": "无限额"}, base=1, form="b", actor=BEN)
    assert draft().spec.item.name == "钱的名称"
    assert draft().spec.item.quota == "无限额"
    assert draft().spec.item.summary == "钱的说明"
    (conflict,) = saved.conflicts
    assert (conflict.entry.value, conflict.now, conflict.by.by_name) == ("孙的名称", "钱的名称", "钱示例")
    assert [each.by_name for each in saved.others] == ["钱示例"]
    assert not save({"item.name": "孙的名称"}, form="c", actor=BEN).conflicts
    assert draft().spec.item.name == "孙的名称"


def test_an_entry_follows_its_row_past_what_others_do_to_the_list(opened):
    step("up", "item.materials.3", actor=BEN)
    save({"item.materials.2.name": "房屋租赁合同"}, base=1)
    assert draft().spec.item.materials[2].name == "房屋租赁合同"
    step("remove", "item.materials.3", actor=BEN)
    assert [each.path for each in save({"item.materials.2.name": "合同"}, base=1).conflicts] == [None]
    with pytest.raises(Stale):
        step("up", "item.materials.2", base=1)


def test_a_second_person_publishes_what_was_read(opened):
    save({"item.name": "新名称", "effective_from": "2026-12-01"})
    step("put", "transition")
    save({"transition.rule": "continue", "transition.source": "示例办法第二十条"})
    seen = draft().revision
    with pytest.raises(Refused) as caught:
        services.publish(version_id=opened.version.id, actor=ANNA, now=NOW, revision=seen)
    assert "somebody else" in caught.value.message
    with pytest.raises(Stale):
        services.publish(version_id=opened.version.id, actor=BEN, now=NOW, revision=seen - 1)
    services.publish(version_id=opened.version.id, actor=BEN, now=NOW, revision=seen)
    told = events(CHAIN)[-1]
    assert (told.verb, told.actor_id, told.facts["edited_by"]) == ("publish", "9", "8")
    assert list(audit.verify()) == []
    with pytest.raises(NotFound):
        draft()
    with pytest.raises(Refused):
        services.save_entries(version_id=opened.version.id, base=1, form="a", entries={}, actor=ANNA, now=NOW)


def test_a_rule_for_pending_cases_needs_its_source(opened):
    step("put", "transition")
    places = [each.path for each in queries.draft_findings(draft()) if each.fatal]
    assert ("transition", "rule") in places
    assert ("transition", "source") in places


def test_a_draft_is_thrown_away_with_a_trace(opened):
    with pytest.raises(Stale):
        services.discard_draft(version_id=opened.version.id, actor=BEN, now=NOW, revision=0)
    services.discard_draft(version_id=opened.version.id, actor=BEN, now=NOW, revision=1)
    assert not DraftRevision.objects.exists()
    assert [each.verb for each in events(CHAIN)] == ["publish", "open_draft", "discard_draft"]
    assert services.open_draft(item_key="sample", actor=BEN, now=NOW) == 2


def test_a_file_takes_the_place_of_the_whole_draft_and_can_be_taken_back(opened):
    other = replace(opened.spec, number=7, change_note="导入", item=replace(opened.spec.item, name="文件里的名称"))
    saved = services.replace_content(version_id=opened.version.id, version=other, actor=ANNA, now=NOW)
    assert draft().spec == replace(other, number=2)
    services.undo(version_id=opened.version.id, revision=saved.revision, actor=ANNA, now=NOW)
    assert draft().spec == opened.spec


def test_an_item_that_is_only_listed_starts_from_its_published_name():
    Item.objects.create(
        key="11120000MBX", region_code="120116", authority_name="示例局", name="示例登记", task_type="07",
        source=Item.IMPORTED, updated_at=NOW,
    )  # fmt: skip
    manager = replace(ANNA, organisation="approval_bureau")
    assert services.open_draft(item_key="11120000MBX", actor=manager, now=NOW) == 1
    shown = queries.draft("11120000MBX", 1)
    assert (shown.spec.item.name, shown.spec.item.authority.organisation) == ("示例登记", "approval_bureau")
    assert any(each.fatal for each in queries.draft_findings(shown))


def test_only_catalogue_managers_edit(opened):
    clerk = replace(ANNA, duties=frozenset({Duty.WINDOW}))
    with pytest.raises(Forbidden):
        services.open_draft(item_key="sample", actor=clerk, now=NOW)
    with pytest.raises(Forbidden):
        save({"item.name": "x"}, actor=clerk)
    with pytest.raises(Forbidden):
        step("add", "item.materials", actor=clerk)
    with pytest.raises(Forbidden):
        services.discard_draft(version_id=opened.version.id, actor=clerk, now=NOW)
