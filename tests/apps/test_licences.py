"""Licences: numbers, identifiers, versions, files, states, the holder's folder."""

from __future__ import annotations

import datetime as dt
import io
import threading
import uuid
from typing import Any

import pytest
from django.db import connection, connections
from pypdf import PdfReader
from stdnum.iso7064 import mod_37_36

from tests.apps.licence_help import (
    CLERK,
    DECIDER,
    FIELDS,
    ISSUER,
    NOW,
    SPEC,
    TERM,
    TODAY,
    applicant,
    file_of,
    opened,
    reserve,
)
from tongban.core.actors import SYSTEM, Actor, Duty
from tongban.core.errors import Forbidden, Invalid, NotFound, Refused
from tongban.core.items import LicenceTypeSpec
from tongban.documents import signing
from tongban.licences import queries, services
from tongban.licences.effects import make_licence_file
from tongban.licences.models import Licence, LicenceVersion
from tongban.licences.states import CancellationGround, Revocation
from tongban.licences.values import Holder, LicenceView, Term
from tongban.outbox.worker import Worker
from tongban.records import queries as records


@pytest.mark.django_db
def test_number_serial_and_identifier_follow_the_standard() -> None:
    first, second = reserve(), reserve()
    assert [first.number, second.number] == ["津卫消证字（2026）第0001号", "津卫消证字（2026）第0002号"]
    assert first.identifier.startswith(f"1.2.156.3005.2.{SPEC.code}.{ISSUER.uscc}.2026000000000001.001.")
    body = "".join(first.identifier.removeprefix("1.2.156.3005.2.").split("."))
    assert mod_37_36.is_valid(body)


@pytest.mark.django_db
def test_numbers_begin_anew_where_the_pattern_says_so() -> None:
    plain = LicenceTypeSpec("plain", "示例证", "11120116MBX000027N002", "示字第{serial}号", ())
    later = Term(dt.date(2027, 1, 4), dt.date(2027, 1, 4))
    assert reserve(spec=plain, fields={}).number == "示字第1号"
    assert reserve(spec=plain, fields={}, term=later).number == "示字第2号"
    assert reserve().number.endswith("第0001号")
    assert reserve(term=later).number == "津卫消证字（2027）第0001号"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "pattern", ["示字{year}", "{serial", "{serial}{applicant}", "{serial.__class__}", "{0}{serial}"]
)
def test_a_pattern_that_cannot_number_is_refused(pattern: str) -> None:
    spec = LicenceTypeSpec("x", "示例证", "11120116MBX000027N002", pattern, ())
    with pytest.raises(Invalid):
        reserve(spec=spec, fields={})
    assert not Licence.objects.exists()


@pytest.mark.django_db
def test_what_cannot_be_is_refused_before_a_number_is_drawn() -> None:
    wrong: list[dict[str, Any]] = [
        {"fields": {"unknown": "x"}},
        {"term": Term(TODAY, TODAY, TODAY - dt.timedelta(days=1))},
        {"spec": LicenceTypeSpec("x", "示例证", "SHORT", "{serial}", ()), "fields": {}},
    ]
    for change in wrong:
        with pytest.raises(Invalid):
            reserve(**change)
    assert reserve().number.endswith("第0001号")


@pytest.mark.django_db
def test_nothing_is_open_before_the_signed_file_is_on_record() -> None:
    owner = applicant()
    holder = Holder("enterprise", owner.name, owner.id_number, owner.pk)
    licence = reserve(holder)
    if not queries.get(licence.id).file_sha256:
        assert not queries.is_open(licence.id)
        assert queries.folder([owner.pk]) == []
        assert queries.on_file(owner.pk, SPEC.key, TODAY) == []
    licence = services.make_file(licence_id=licence.id, now=NOW)
    assert licence.is_open
    assert [item.id for item in queries.folder([owner.pk])] == [licence.id]
    assert [item.id for item in queries.on_file(owner.pk, SPEC.key, TODAY)] == [licence.id]


@pytest.mark.django_db
def test_the_file_is_signed_and_made_once() -> None:
    licence = opened()
    content = file_of(licence)
    report = signing.verify_pdf(content)
    text = PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert report.good
    assert report.signing_time == licence.signed_at == NOW
    for shown in ("津滨示例环保科技有限公司", "陈示例", "测试"):
        assert shown in text
    assert licence.identifier in "".join(text.split())
    again = services.make_file(licence_id=licence.id, now=NOW + dt.timedelta(hours=1))
    make_licence_file.func(licence.id, 1)
    assert again == queries.get(licence.id) == licence
    assert [event.verb for event in records.events(f"licence:{licence.id}")] == ["issue", "file"]


@pytest.mark.django_db
@pytest.mark.parametrize("template", ["licence", "approval", "filing", "unknown"])
def test_every_layout_prints_what_is_registered(template: str) -> None:
    spec = LicenceTypeSpec("x", "示例#批复<b>", "11120116MBX000027N002", "示{serial}", SPEC.fields, template=template)
    licence = opened(spec=spec, fields={**FIELDS, "unit": "𠮷 #set $x$ \\ <b>"})
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(file_of(licence))).pages)
    assert "𠮷#set$x$\\<b>" in "".join(text.split())
    assert "示例#批复<b>" in "".join(text.split())


@pytest.mark.django_db
def test_a_licence_with_much_to_print_runs_over_pages() -> None:
    licence = opened(fields={**FIELDS, "address": "\n".join(f"第{n}处地址" for n in range(1, 80))})
    reader = PdfReader(io.BytesIO(file_of(licence)))
    text = "".join(page.extract_text() for page in reader.pages)
    assert len(reader.pages) > 1
    assert all(f"第{n}处地址" in text for n in range(1, 80))


@pytest.mark.django_db
def test_change_keeps_number_and_serial_and_counts_the_version() -> None:
    old = opened()
    new = services.change(
        licence_id=old.id, fields={**FIELDS, "address": "新址1号"}, case_chain="case:2", actor=CLERK, now=NOW
    )
    assert (new.version, new.number, new.serial, new.valid_to) == (2, old.number, old.serial, old.valid_to)
    assert new.identifier.split(".")[-2] == "002"
    new = services.make_file(licence_id=old.id, now=NOW)
    versions = queries.history(old.id)
    assert [item.version for item in versions] == [2, 1]
    assert versions[1].superseded_at == NOW
    assert versions[1].fields["address"] == "中心大道88号"
    assert new.fields["address"] == "新址1号"
    assert [item.id for item in queries.for_case("case:2")] == [old.id]


@pytest.mark.django_db
def test_the_old_version_stays_open_while_the_new_one_is_being_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = applicant()
    old = opened(Holder("enterprise", owner.name, owner.id_number, owner.pk))
    monkeypatch.setattr(make_licence_file.__class__, "enqueue", lambda *args: None)
    services.change(licence_id=old.id, fields=FIELDS, case_chain="case:2", actor=CLERK, now=NOW)
    assert not queries.is_open(old.id)
    assert [item.version for item in queries.folder([owner.pk])] == [1]
    with pytest.raises(Refused, match="still being signed"):
        services.replace(licence_id=old.id, case_chain="case:3", actor=CLERK, now=NOW)
    services.make_file(licence_id=old.id, now=NOW)
    assert [item.version for item in queries.folder([owner.pk])] == [2]


@pytest.mark.django_db
def test_renewal_and_replacement() -> None:
    licence = opened()
    renewed = services.renew(
        licence_id=licence.id,
        valid_from=dt.date(2030, 10, 16),
        valid_to=dt.date(2034, 10, 15),
        case_chain="case:2",
        actor=CLERK,
        now=dt.datetime(2030, 9, 1, tzinfo=dt.UTC),
    )
    services.make_file(licence_id=licence.id, now=NOW)
    replaced = services.replace(licence_id=licence.id, case_chain="case:3", actor=CLERK, now=NOW)
    assert (renewed.version, renewed.valid_to, renewed.fields) == (2, dt.date(2034, 10, 15), licence.fields)
    assert (replaced.version, replaced.kind, replaced.valid_to) == (3, "replace", dt.date(2034, 10, 15))


@pytest.mark.django_db
def test_a_renewal_whose_certificate_is_made_late_leaves_no_gap() -> None:
    licence = opened()
    late = dt.datetime(2030, 10, 20, 1, tzinfo=dt.UTC)
    services.renew(
        licence_id=licence.id,
        valid_from=dt.date(2030, 10, 16),
        valid_to=dt.date(2034, 10, 15),
        case_chain="case:2",
        actor=CLERK,
        now=late,
    )
    renewed = services.make_file(licence_id=licence.id, now=late)
    assert renewed.standing(late.date()) == "valid"
    assert renewed.valid_from - licence.valid_to == dt.timedelta(days=1)


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["suspend", "revoke", "cancel"])
def test_only_a_valid_licence_gets_a_new_version(verb: str) -> None:
    licence = opened()
    act(verb, licence.id)
    with pytest.raises(Refused, match="Only a valid licence"):
        services.replace(licence_id=licence.id, case_chain="case:2", actor=CLERK, now=NOW)
    assert queries.get(licence.id).version == 1


@pytest.mark.django_db
def test_expiry_follows_from_the_dates_and_the_last_day_is_valid() -> None:
    licence = opened()
    assert licence.standing(dt.date(2030, 10, 15)) == "valid"
    assert licence.standing(dt.date(2030, 10, 16)) == "expired"
    assert Licence.objects.get(pk=licence.id).state == "valid"


@pytest.mark.django_db
def test_expiring_lists_the_days_asked_for() -> None:
    licence = opened()
    end = dt.date(2030, 10, 15)
    assert [item.id for item in queries.expiring(end - dt.timedelta(days=30), 30)] == [licence.id]
    assert queries.expiring(end - dt.timedelta(days=31), 30) == []
    assert queries.expiring(end + dt.timedelta(days=1), 30) == []
    assert queries.expiring(end, 0, region_code="999999") == []


def act(verb: str, licence_id: str, actor: Actor = DECIDER) -> LicenceView:
    """One of the verbs on a licence's standing, with what it needs."""
    if verb == "revoke":
        return services.revoke(licence_id=licence_id, kind="annulled", reason="提供虚假材料", actor=actor, now=NOW)
    if verb == "cancel":
        return services.cancel(licence_id=licence_id, ground="entity_ended", actor=actor, now=NOW)
    return getattr(services, verb)(licence_id=licence_id, reason="依据与事实", actor=actor, now=NOW)


PATHS: dict[str, tuple[str, ...]] = {
    "valid": (),
    "suspended": ("suspend",),
    "revoked": ("revoke",),
    "cancelled": ("cancel",),
}
ALLOWED = {
    ("suspend", "valid"): "suspended",
    ("resume", "suspended"): "valid",
    ("revoke", "valid"): "revoked",
    ("revoke", "suspended"): "revoked",
    ("cancel", "valid"): "cancelled",
    ("cancel", "suspended"): "cancelled",
    ("cancel", "revoked"): "cancelled",
}


@pytest.mark.django_db
@pytest.mark.parametrize("state", PATHS)
@pytest.mark.parametrize("verb", ["suspend", "resume", "revoke", "cancel", "void"])
def test_every_verb_in_every_state(verb: str, state: str) -> None:
    licence = opened()
    for step in PATHS[state]:
        act(step, licence.id)
    before = queries.get(licence.id)
    if (verb, state) in ALLOWED:
        assert act(verb, licence.id).state == ALLOWED[verb, state]
        assert queries.get(licence.id).seq == before.seq + 1
    else:
        with pytest.raises(Refused) as refusal:
            act(verb, licence.id)
        assert refusal.value.remedy
        assert queries.get(licence.id) == before


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["suspend", "revoke", "cancel"])
def test_only_deciding_posts_of_the_region_take_licences_away(verb: str) -> None:
    licence = opened()
    stranger = Actor(kind="staff", id="1", duties=frozenset({Duty.DECISION_MAKER}), region_code="999999")
    citizen = Actor(kind="applicant", id="2", applicant_ids=frozenset({1}))
    for actor in (CLERK, stranger, citizen):
        with pytest.raises(Forbidden):
            act(verb, licence.id, actor)
    assert act(verb, licence.id, SYSTEM).state != "valid"


@pytest.mark.django_db
def test_a_citizen_cannot_issue_a_licence() -> None:
    with pytest.raises(Forbidden):
        reserve(actor=Actor(kind="applicant", id="2"))


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["suspend", "resume", "void"])
def test_reasons_are_required(verb: str) -> None:
    with pytest.raises(Refused, match="reason"):
        getattr(services, verb)(licence_id=opened().id, reason="  ", actor=DECIDER, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", list(Revocation))
def test_the_way_of_revocation_is_kept(kind: Revocation) -> None:
    seen = services.revoke(licence_id=opened().id, kind=kind, reason="依据与事实", actor=DECIDER, now=NOW)
    assert (seen.state, seen.state_kind, seen.state_reason) == ("revoked", kind, "依据与事实")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ground", "prepare", "reason", "allowed"),
    [
        (CancellationGround.NOT_RENEWED, "expired", "", True),
        (CancellationGround.NOT_RENEWED, "", "", False),
        (CancellationGround.HOLDER_INCAPABLE, "person", "", True),
        (CancellationGround.HOLDER_INCAPABLE, "", "", False),
        (CancellationGround.ENTITY_ENDED, "", "", True),
        (CancellationGround.ENTITY_ENDED, "person", "", False),
        (CancellationGround.REVOKED, "revoked", "", True),
        (CancellationGround.REVOKED, "", "", False),
        (CancellationGround.FORCE_MAJEURE, "", "厂区因地震灭失", True),
        (CancellationGround.FORCE_MAJEURE, "", " ", False),
        (CancellationGround.OTHER_LAW, "", "《消毒管理办法》第三十九条", True),
        (CancellationGround.OTHER_LAW, "", "", False),
    ],
)
def test_the_six_grounds_of_cancellation(ground: CancellationGround, prepare: str, reason: str, allowed: bool) -> None:
    holder = Holder("person", "陈示例", "11010519491231002X") if prepare == "person" else None
    term = Term(dt.date(2020, 1, 1), dt.date(2020, 1, 1), dt.date(2024, 1, 1)) if prepare == "expired" else TERM
    licence = opened(holder, term=term)
    if prepare == "revoked":
        act("revoke", licence.id)
    if allowed:
        seen = services.cancel(licence_id=licence.id, ground=ground, reason=reason, actor=DECIDER, now=NOW)
        assert (seen.state, seen.state_kind) == ("cancelled", ground)
    else:
        with pytest.raises(Refused) as refusal:
            services.cancel(licence_id=licence.id, ground=ground, reason=reason, actor=DECIDER, now=NOW)
        assert refusal.value.rule == ground.citation
        assert "第七十条" in ground.citation.zh


@pytest.mark.django_db
def test_a_void_number_is_recorded_and_never_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_licence_file.__class__, "enqueue", lambda *args: None)
    licence = reserve()
    services.void(licence_id=licence.id, reason="类别选错", actor=CLERK, now=NOW)
    row = Licence.objects.get(pk=licence.id)
    assert [item.value for item in records.voided(row.number_scope)] == [1]
    assert not services.make_file(licence_id=licence.id, now=NOW).file_sha256
    assert not queries.is_open(licence.id)
    assert reserve().number.endswith("第0002号")


@pytest.mark.django_db
def test_only_valid_licences_are_on_file() -> None:
    owner = applicant()
    holder = Holder("enterprise", owner.name, owner.id_number, owner.pk)
    licence = opened(holder)
    assert queries.on_file(owner.pk, SPEC.key, dt.date(2030, 10, 16)) == []
    assert queries.on_file(owner.pk, "another", TODAY) == []
    act("suspend", licence.id)
    assert queries.on_file(owner.pk, SPEC.key, TODAY) == []
    assert [item.state for item in queries.folder([owner.pk])] == ["suspended"]


@pytest.mark.django_db
def test_people_see_their_own_licences_only() -> None:
    owner, other = applicant(), applicant("91120116MA06X0TT2Y", "另一家示例公司")
    licence = opened(Holder("enterprise", owner.name, owner.id_number, owner.pk))
    mine = Actor(kind="applicant", id="1", applicant_ids=frozenset({owner.pk}))
    theirs = Actor(kind="applicant", id="2", applicant_ids=frozenset({other.pk}))
    elsewhere = Actor(kind="staff", id="3", region_code="999999")
    for actor in (mine, DECIDER, SYSTEM):
        assert queries.visible(licence.id, actor).id == licence.id
    for actor in (theirs, elsewhere):
        with pytest.raises(NotFound):
            queries.visible(licence.id, actor)
    with pytest.raises(NotFound):
        queries.get(str(uuid.uuid4()))
    with pytest.raises(NotFound):
        queries.get("1 or 1=1")


@pytest.mark.django_db
def test_the_folder_takes_one_query(django_assert_num_queries: Any) -> None:
    owner = applicant()
    holder = Holder("enterprise", owner.name, owner.id_number, owner.pk)
    for _ in range(3):
        opened(holder)
    with django_assert_num_queries(1):
        assert len(queries.folder([owner.pk])) == 3


@pytest.mark.django_db
def test_personal_values_are_encrypted_at_rest_and_absent_from_evidence() -> None:
    licence = opened(Holder("person", "陈示例", "11010519491231002X"))
    with connection.cursor() as cursor:
        cursor.execute("select holder_id from licences_licence")
        (holder_id,) = cursor.fetchone()
        cursor.execute("select content from licences_licenceversion")
        (content,) = cursor.fetchone()
        cursor.execute("select body from records_event where chain = %s", [f"licence:{licence.id}"])
        bodies = [body for (body,) in cursor.fetchall()]
    for secret in ("11010519491231002X", "13800000000", "陈示例"):
        assert not any(secret in text for text in (holder_id, content, *bodies))


@pytest.mark.django_db
def test_opening_is_announced_once(settings: Any) -> None:
    heard.clear()
    settings.LICENCE_OPENED_HOOKS = [f"{__name__}.hear"]
    licence = opened()
    services.make_file(licence_id=licence.id, now=NOW)
    assert heard == [(licence.id, 1, "case:1")]


heard: list[tuple[str, int, str]] = []


def hear(licence_id: str, version: int, case_chain: str) -> None:
    """A hook as an upper room would name it."""
    heard.append((licence_id, version, case_chain))


def run_together(work: Any, workers: int) -> list[Any]:
    """Run ``work`` in threads of their own and return what each gave or raised."""
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(work())
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_numbers_and_identifiers_are_unique_under_concurrency() -> None:
    issued = run_together(lambda: [reserve() for _ in range(4)], 6)
    assert not [item for item in issued if isinstance(item, Exception)]
    numbers = sorted(licence.number for batch in issued for licence in batch)
    assert numbers == [f"津卫消证字（2026）第{n:04d}号" for n in range(1, 25)]
    assert LicenceVersion.objects.values("identifier").distinct().count() == 24


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_one_file() -> None:
    licence = reserve()
    made = run_together(lambda: services.make_file(licence_id=licence.id, now=NOW), 4)
    assert {item.file_sha256 for item in made} == {queries.get(licence.id).file_sha256}
    assert [event.verb for event in records.events(f"licence:{licence.id}")] == ["issue", "file"]


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_change_a_licence_once() -> None:
    licence = opened()
    results = run_together(lambda: act("suspend", licence.id), 4)
    assert len([item for item in results if isinstance(item, LicenceView)]) == 1
    assert len([item for item in results if isinstance(item, Refused)]) == 3
    assert queries.get(licence.id).seq == 3


@pytest.mark.django_db(transaction=True)
def test_the_worker_opens_a_licence() -> None:
    licence = reserve()
    assert not queries.is_open(licence.id)
    Worker().run_due()
    assert queries.is_open(licence.id)
    assert signing.verify_pdf(file_of(queries.get(licence.id))).good
