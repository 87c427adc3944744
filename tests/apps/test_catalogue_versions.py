"""Drafting, publishing and withdrawing versions; which one applies; what happens to pending cases."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.core.item_sample import changed, item
from tongban.accounts.services import ensure_organisations
from tongban.catalogue import audit, bundles, immutability, queries, services
from tongban.catalogue.models import Item, ItemVersion
from tongban.catalogue.views import Filters
from tongban.core.actors import SYSTEM, Actor, Duty
from tongban.core.errors import Forbidden, Invalid, NotFound, Refused
from tongban.core.items import ItemVersionSpec, Transition
from tongban.records.queries import events

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 10, 13, 9, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 10, 13)
FIRST = dt.date(2020, 1, 1)
SECOND = dt.date(2025, 6, 1)
MANAGER = Actor(kind="staff", id="8", name="钱示例", duties=frozenset({Duty.CATALOGUE_MANAGER}))
SECOND_MANAGER = replace(MANAGER, id="9", name="孙示例")
CHAIN = "item:120116:sample"


@pytest.fixture(autouse=True)
def organisations():
    ensure_organisations()


def version(number=1, since=FIRST, spec=None, **more):
    return ItemVersionSpec(number=number, effective_from=since, item=spec or item(), **more)


def draft(spec=None, *, key="sample", actor=MANAGER):
    return services.save_draft(item_key=key, version=spec or version(), source=Item.LOCAL, actor=actor, now=NOW)


def published(spec=None, **more):
    version_id = draft(spec, **more)
    services.publish(version_id=version_id, actor=SECOND_MANAGER, now=NOW)
    return version_id


def test_a_published_version_is_in_force_from_its_date():
    first = published()
    second = published(version(2, SECOND))
    assert queries.version_in_force("sample", FIRST).id == first
    assert queries.version_in_force("sample", SECOND - dt.timedelta(days=1)).id == first
    assert queries.version_in_force("sample", SECOND).id == second
    with pytest.raises(NotFound):
        queries.version_in_force("sample", FIRST - dt.timedelta(days=1))
    with pytest.raises(NotFound):
        queries.version_in_force("nothing", TODAY)


def test_a_version_with_an_end_leaves_nothing_behind():
    published(version(effective_to=dt.date(2024, 12, 31)))
    assert queries.version_in_force("sample", dt.date(2024, 12, 31)).number == 1
    with pytest.raises(NotFound):
        queries.version_in_force("sample", dt.date(2025, 1, 1))
    assert not queries.item("sample").appliable
    assert queries.item("sample").missing == ("version",)


def test_the_view_carries_the_typed_item_and_its_codes():
    version_id = published()
    shown = queries.version(version_id)
    assert shown.spec == item()
    assert shown.spec is queries.version(version_id).spec
    assert shown.item_code == "11120116MBX000027N4120123001000"
    assert shown.variant_code("change") == "11120116MBX000027N412012300100002"
    assert len(shown.variant_code("new")) == 33
    assert queries.versions_of([version_id, 999])[version_id] == shown
    with pytest.raises(NotFound):
        queries.version(999)


def test_drafts_are_seen_by_staff_only_and_may_still_change():
    first = draft()
    with pytest.raises(NotFound):
        queries.version_in_force("sample", TODAY)
    assert queries.items_list().total == 0
    assert queries.items_list(Filters(drafts=True)).total == 1
    assert draft(version(spec=changed("plain_name", "改了名"))) == first
    assert queries.versions("sample")[0].spec.plain_name == "改了名"


def test_a_published_version_cannot_be_changed_by_the_service():
    first = published()
    assert draft() == first
    with pytest.raises(Refused) as caught:
        draft(version(spec=changed("plain_name", "改了名")))
    assert "new version" in caught.value.remedy
    with pytest.raises(Refused):
        services.publish(version_id=first, actor=SECOND_MANAGER, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"content": {}},
        {"content_hash": "0" * 64},
        {"effective_from": dt.date(2019, 1, 1)},
        {"effective_to": dt.date(2030, 1, 1)},
        {"track": "other"},
        {"transition": {"rule": "continue", "source": "无"}},
        {"number": 9},
        {"status": "draft"},
    ],
)
def test_the_database_refuses_to_change_a_published_version(change):
    first = published()
    with pytest.raises(DatabaseError), transaction.atomic():
        ItemVersion.objects.filter(pk=first).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        ItemVersion.objects.filter(pk=first).delete()


def test_the_database_lets_drafts_change_and_go():
    first = draft()
    assert ItemVersion.objects.filter(pk=first).update(change_note="改") == 1
    assert ItemVersion.objects.filter(pk=first).delete()[0] == 1


def test_publishing_refuses_what_does_not_agree_and_names_it():
    version_id = draft(version(spec=changed("visits", {"count": 2})))
    with pytest.raises(Invalid) as caught:
        services.publish(version_id=version_id, actor=SECOND_MANAGER, now=NOW)
    assert [error.field for error in caught.value.errors] == ["visits.reason"]
    assert queries.version(version_id).status == "draft"
    assert events(CHAIN) == []


def test_publishing_refuses_a_promise_that_some_start_date_breaks():
    """Fourteen calendar days may end after ten working days do not: over a long holiday they do."""
    content = changed(
        "statutory_limit", {"value": 10, "unit": "calendar_day", "start": "acceptance", "source": "示例条例第九条"}
    )
    spec = replace(content, promised_limit=replace(content.promised_limit, value=8))
    version_id = draft(version(spec=spec))
    with pytest.raises(Invalid) as caught:
        services.publish(version_id=version_id, actor=SECOND_MANAGER, now=NOW)
    assert caught.value.errors[0].field == "promised_limit"
    assert "date" in caught.value.errors[0].params


def test_versions_rise_in_number_and_date():
    published(version(2, SECOND))
    for late in (version(1, SECOND), version(3, FIRST)):
        version_id = draft(late)
        with pytest.raises(Refused):
            services.publish(version_id=version_id, actor=SECOND_MANAGER, now=NOW)


def test_only_catalogue_managers_write():
    clerk = Actor(kind="staff", id="7", duties=frozenset({Duty.WINDOW}))
    with pytest.raises(Forbidden):
        draft(actor=clerk)
    version_id = draft()
    with pytest.raises(Forbidden):
        services.publish(version_id=version_id, actor=clerk, now=NOW)
    with pytest.raises(Forbidden):
        services.withdraw(version_id=version_id, on=TODAY, reason="x", actor=clerk, now=NOW)


def test_an_unknown_organisation_is_named():
    with pytest.raises(Invalid) as caught:
        draft(version(spec=changed("authority.organisation", "ministry_of_magic")))
    assert caught.value.errors[0].field == "authority.organisation"


def test_each_publication_is_an_event_in_the_items_chain():
    published()
    published(version(2, SECOND, transition=Transition("continue", "示例条例第三十条")))
    told = events(CHAIN)
    assert [(each.verb, each.facts["number"], each.actor_id) for each in told] == [
        ("publish", 1, "9"),
        ("publish", 2, "9"),
    ]
    assert told[1].prev_hash == told[0].hash
    assert told[1].legal_date == SECOND
    assert told[1].facts["transition"] == {"rule": "continue", "source": "示例条例第三十条"}


def test_pending_cases_under_a_version_still_in_force_need_no_rule():
    first = published()
    assert queries.transition_for(first, TODAY) is None
    second = published(version(2, SECOND))
    assert queries.transition_for(first, SECOND - dt.timedelta(days=1)) is None
    assert queries.transition_for(second, TODAY) is None


def test_pending_cases_follow_the_transition_of_the_later_version():
    first = published()
    rule = Transition("continue", "示例条例第三十条")
    published(version(2, SECOND, transition=rule))
    assert queries.transition_for(first, TODAY) == rule


def test_without_a_sourced_transition_deciding_is_blocked():
    first = published()
    published(version(2, SECOND))
    assert queries.transition_for(first, TODAY) == queries.MISSING_TRANSITION


def test_of_several_later_versions_the_strictest_rule_counts_and_none_may_be_missing():
    first = published()
    published(version(2, dt.date(2022, 1, 1), transition=Transition("terminate", "甲条例")))
    published(version(3, SECOND, transition=Transition("continue", "乙条例")))
    assert queries.transition_for(first, TODAY).rule == "terminate"
    published(version(4, dt.date(2026, 1, 1)))
    assert queries.transition_for(first, TODAY) == "missing"
    assert queries.transition_for(first, dt.date(2025, 12, 31)).rule == "terminate"


def test_a_withdrawn_version_is_out_of_force_from_its_day():
    first = published()
    services.withdraw(version_id=first, on=dt.date(2026, 11, 1), reason="示例条例废止", actor=MANAGER, now=NOW)
    assert queries.version_in_force("sample", dt.date(2026, 10, 31)).id == first
    with pytest.raises(NotFound):
        queries.version_in_force("sample", dt.date(2026, 11, 1))
    assert queries.transition_for(first, dt.date(2026, 11, 1)) == "missing"
    assert queries.item("sample").appliable
    later = NOW + dt.timedelta(days=30)
    assert services.refresh_listing(now=later) == 1
    assert not queries.item("sample").appliable
    assert services.refresh_listing(now=later) == 0
    assert events(CHAIN)[-1].facts["reason"] == "示例条例废止"


def test_withdrawing_needs_a_reason_a_future_day_and_a_published_version():
    version_id = draft()
    with pytest.raises(Refused):
        services.withdraw(version_id=version_id, on=TODAY, reason="废止", actor=MANAGER, now=NOW)
    services.publish(version_id=version_id, actor=SECOND_MANAGER, now=NOW)
    for bad in ({"on": TODAY, "reason": " "}, {"on": TODAY - dt.timedelta(days=1), "reason": "废止"}):
        with pytest.raises(Invalid):
            services.withdraw(version_id=version_id, actor=MANAGER, now=NOW, **bad)
    with pytest.raises(NotFound):
        services.withdraw(version_id=999, on=TODAY, reason="废止", actor=MANAGER, now=NOW)


def status(value, reason="示例通知", actor=MANAGER):
    services.set_status(item_key="sample", status=value, reason=reason, actor=actor, now=NOW)


def test_nobody_applies_for_a_paused_item_and_pending_cases_go_on():
    first = published()
    assert queries.version_to_apply("sample", TODAY).id == first
    status("paused")
    assert not queries.item("sample").appliable
    assert queries.item("sample").missing == ("status",)
    with pytest.raises(Refused) as caught:
        queries.version_to_apply("sample", TODAY)
    assert "guide" in caught.value.remedy
    assert queries.version_in_force("sample", TODAY).id == first
    assert queries.transition_for(first, TODAY) is None
    status("in_use")
    assert queries.item("sample").appliable
    assert [each.facts.get("status") for each in events(CHAIN)] == [None, "paused", "in_use"]
    assert list(audit.verify()) == []


def test_a_status_needs_a_reason_a_known_value_a_change_and_a_manager():
    draft()
    with pytest.raises(Refused):
        status("paused")
    published()
    for bad in (lambda: status("paused", reason=" "), lambda: status("asleep")):
        with pytest.raises(Invalid):
            bad()
    with pytest.raises(Refused):
        status("in_use")
    with pytest.raises(Forbidden):
        status("paused", actor=Actor(kind="staff", id="7"))
    with pytest.raises(NotFound):
        services.set_status(item_key="nothing", status="paused", reason="x", actor=MANAGER, now=NOW)


def test_a_status_changed_behind_the_services_is_found():
    published()
    Item.objects.filter(key="sample").update(status="cancelled")
    assert [finding.problem for finding in audit.verify()] == ["changed_row"]


def test_an_item_that_is_not_open_for_applications_is_refused():
    published(version(spec=changed("appliable", False)))
    with pytest.raises(Refused):
        queries.version_to_apply("sample", TODAY)


def test_reading_a_known_version_again_reads_no_content():
    first = published()
    queries.version(first)
    with CaptureQueriesContext(connection) as context:
        queries.version(first)
        queries.versions_of([first])
    assert len(context) == 2
    assert all('"content"' not in query["sql"] for query in context)


def test_lists_follow_the_date():
    published()
    published(version(2, dt.date(2026, 12, 1), spec=changed("plain_name", "以后的名字")))
    assert queries.item("sample").plain_name == "开一家示例店"
    assert queries.search("以后的名字", Filters(appliable=True)).total == 0
    services.refresh_listing(now=dt.datetime(2026, 12, 1, 1, 0, tzinfo=dt.UTC))
    assert queries.item("sample").plain_name == "以后的名字"
    assert queries.search("以后的名字", Filters(appliable=True)).total == 1


def test_the_licence_type_of_a_published_item_is_known():
    published()
    assert queries.licence_type("sample").name == "示例经营许可证"
    assert queries.licence_types()["sample"] == "示例经营许可证"
    with pytest.raises(NotFound):
        queries.licence_type("nothing")


def test_the_audit_agrees_with_what_was_published():
    published()
    published(version(2, SECOND))
    services.withdraw(version_id=queries.versions("sample")[0].id, on=TODAY, reason="废止", actor=MANAGER, now=NOW)
    assert list(audit.verify()) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"effective_to": dt.date(2030, 1, 1)}, "changed_row"),
        ({"content": {"name": "别的"}}, "changed_content"),
        ({"transition": {"rule": "terminate", "source": "无"}}, "changed_row"),
        ({"status": "withdrawn", "withdrawn_from": dt.date(2026, 1, 1)}, "changed_row"),
        ({"number": 7}, "unrecorded"),
    ],
)
def test_the_audit_finds_what_a_database_owner_changed(change, problem):
    first = published()
    published(version(2, SECOND))
    immutability.remove(connection)
    ItemVersion.objects.filter(pk=first).update(**change)
    assert problem in {finding.problem for finding in audit.verify()}
    immutability.install(connection)


def test_the_audit_finds_a_version_that_is_gone():
    first = published()
    published(version(2, SECOND))
    immutability.remove(connection)
    ItemVersion.objects.filter(pk=first).delete()
    assert [finding.problem for finding in audit.verify()] == ["missing_row"]
    immutability.install(connection)


def test_the_bundled_items_load_once():
    first = services.ensure_bundled(actor=SYSTEM, now=NOW)
    assert first.errors == []
    assert first.created == first.rows >= 24
    again = services.ensure_bundled(actor=SYSTEM, now=NOW)
    assert (again.created, again.changed, again.unchanged) == (0, 0, first.rows)
    assert again.warnings == []
    page = queries.items_list(Filters(appliable=True), per_page=50)
    assert page.total == 18
    assert list(audit.verify()) == []
    filed_2020 = queries.version_in_force("seal_special", dt.date(2020, 5, 1))
    filed_now = queries.version_in_force("seal_special", TODAY)
    assert (filed_2020.track, filed_now.track) == ("licence", "filing")
    assert queries.licence_type("business_licence").name == "营业执照"
    assert [each for each in queries.check_catalogue() if each.level == "error"] == []


def test_a_bundled_file_that_differs_from_what_is_published_is_reported_not_forced():
    services.ensure_bundled(actor=SYSTEM, now=NOW)
    bundle = next(each for each in bundles.bundled() if each.key == "invest_record")
    altered = replace(bundle.versions[0], item=replace(bundle.versions[0].item, plain_name="改了"))
    report = services.import_bundle(bundle=replace(bundle, versions=(altered,)), actor=SYSTEM, now=NOW, publish=True)
    assert [note.item for note in report.errors] == ["invest_record/1"]
    assert queries.version_in_force("invest_record", TODAY).spec.plain_name != "改了"


def test_a_bundle_is_drafted_then_published_and_a_trial_writes_nothing():
    bundle = bundles.Bundle("sample", (version(),), "sample.yaml")
    trial = services.import_bundle(bundle=bundle, actor=MANAGER, now=NOW, dry_run=True)
    assert (trial.created, Item.objects.filter(key="sample").count()) == (1, 0)
    services.import_bundle(bundle=bundle, actor=MANAGER, now=NOW)
    assert queries.versions("sample")[0].status == "draft"
    assert services.import_bundle(bundle=bundle, actor=MANAGER, now=NOW).changes == 0
    assert services.import_bundle(bundle=bundle, actor=SYSTEM, now=NOW, publish=True).changed == 1
    assert queries.version_in_force("sample", TODAY).number == 1
    assert queries.version_specs("sample") == bundle.versions


def test_a_bundle_with_faults_is_not_published():
    bundle = bundles.Bundle("sample", (version(spec=changed("faq", [])),))
    report = services.import_bundle(bundle=bundle, actor=SYSTEM, now=NOW, publish=True)
    assert [note.field for note in report.errors] == ["faq"]
    assert not Item.objects.filter(key="sample").exists()
    report = services.import_bundle(bundle=bundle, actor=MANAGER, now=NOW)
    assert [note.field for note in report.warnings] == ["faq"]


def test_an_imported_item_that_got_a_version_keeps_it_when_its_row_changes():
    key = "511A0002000000-120116000000-000-X-1-00"
    header = "department,main_item,name,local_item_code,task_type\n"

    def import_row(name):
        content = f"{header}区局,未分类,{name},{key},7\n".encode()
        return services.import_table(content=content, name="l.csv", actor=SYSTEM, now=NOW)

    import_row("旧名")
    published(key=key)
    assert queries.item(key).appliable
    assert import_row("新名").changed == 1
    assert queries.item(key).name == "示例经营许可证核发"
    assert queries.item(key).appliable
    assert queries.published_details(key).facts["name"] == "新名"


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_was_never_published():
    ensure_organisations()
    version_id = draft()
    with transaction.atomic():
        services.publish(version_id=version_id, actor=SECOND_MANAGER, now=NOW)
        transaction.set_rollback(True)
    assert queries.version(version_id).status == "draft"
    assert events(CHAIN) == []
    services.publish(version_id=version_id, actor=SECOND_MANAGER, now=NOW)
    assert len(events(CHAIN)) == 1
