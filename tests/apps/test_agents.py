"""Agents of an enterprise: appointed in writing, recorded in what they do, replaced without losing anything."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import Q

from tests import factories
from tests.apps import cases_help
from tests.apps.agent_help import ENTERPRISE, OTHER_ITEM, THIS_ITEM, accept, agent, firm, invite, person
from tests.apps.cases_help import ITEM, Hall, open_hall, refusal
from tongban.accounts import agencies, audit, services
from tongban.accounts import queries as accounts
from tongban.accounts.models import PowerOfAttorney
from tongban.cases import queries as case_queries
from tongban.cases import services as cases
from tongban.cases.models import Case, Draft
from tongban.core.actors import Actor
from tongban.core.agency import Act, State
from tongban.core.dates import legal_date
from tongban.core.errors import Forbidden, Invalid, NotFound, Refused
from tongban.licences import queries as licences
from tongban.records import queries as records

pytestmark = pytest.mark.django_db
NOW = cases_help.at("2026-03-02")
LATER = cases_help.at("2026-09-01")


@pytest.fixture
def hall() -> Hall:
    return open_hall()


@pytest.fixture
def principal(hall: Hall) -> Actor:
    return firm(NOW)[0]


def _actor(account: str, now: dt.datetime = NOW) -> Actor:
    return accounts.actor_for(account, now)


def _applicant(principal: Actor) -> int:
    (applicant,) = principal.applicant_ids
    return applicant


def _draft(account: str, principal: Actor, now: dt.datetime = NOW) -> str:
    return cases.start_draft(actor=_actor(account), applicant_id=_applicant(principal), item_key=ITEM, now=now)


def _submitted(account: str, principal: Actor) -> Case:
    reference = factories.submitted(_actor(account), _applicant(principal), ITEM, NOW)
    return Case.objects.get(number=reference.number)


# Appointing.


def test_an_authority_is_in_force_once_the_named_person_accepts_with_the_code(principal: Actor) -> None:
    account = person(NOW, 5, "李示例")
    power = invite(principal, NOW, serial=5, name="李示例")
    assert not _actor(account).agency.running
    (waiting,) = accounts.invitations(_actor(account), NOW)
    assert waiting.code == ""  # the enterprise tells it, the page does not
    wrong = refusal(
        lambda: services.accept_power(power=power, code="WRONG", actor=_actor(account), now=NOW), kind=Invalid
    )
    assert "code" in {error.field for error in wrong.errors}  # type: ignore[attr-defined]
    accept(account, power, NOW)
    (running,) = _actor(account).agency.running
    assert (running.applicant, running.enterprise, running.principal) == (_applicant(principal), ENTERPRISE, "示例经办")
    assert accounts.invitations(_actor(account), NOW) == []
    assert PowerOfAttorney.objects.get(pk=power).code == ""
    assert list(audit.verify()) == []


def test_the_document_says_everything_the_law_asks_for_and_becomes_a_file(principal: Actor) -> None:
    account, power = agent(principal, NOW, serial=5, name="李示例", items=THIS_ITEM, acts=frozenset({Act.FILL}))
    factories.run_tasks()
    view = accounts.power(principal, _applicant(principal), power, NOW)
    said = dict(view.facts)
    assert said["代理人（经办人）"] == "李示例"
    assert said["代理事项"] == "示例事项"
    assert said["代理权限"] == "填写申请和补正"
    assert said["代理期限"] == "2026年3月2日至2026年6月10日"
    assert "139****0005" in said["手机号码"]
    info = records.file_info(view.file_id)
    with records.open_file(view.file_id) as file:
        assert file.read(5) == b"%PDF-"
    assert info.sha256 == PowerOfAttorney.objects.get(pk=power).file_sha256
    assert accounts.own_agency(_actor(account), power, NOW).file_id == view.file_id
    assert list(audit.verify()) == []


def test_making_one_out_tells_nobody_whether_there_is_an_account(principal: Actor) -> None:
    person(NOW, 5, "李示例")
    known = accounts.power(principal, _applicant(principal), invite(principal, NOW, serial=5, name="李示例"), NOW)
    unknown = accounts.power(principal, _applicant(principal), invite(principal, NOW, serial=6, name="李示例"), NOW)
    assert (known.state, len(known.code)) == (unknown.state, len(unknown.code)) == (State.INVITED, 8)


def test_another_person_name_or_kind_of_account_cannot_accept(principal: Actor) -> None:
    namesake, other = person(NOW, 5, "王示例"), person(NOW, 6, "李示例")
    power = invite(principal, NOW, serial=5, name="李示例")
    code = PowerOfAttorney.objects.get(pk=power).code
    stranger, _firm = firm(NOW, 2, "津滨示例贸易有限公司")

    def tried(actor: Actor) -> object:
        return services.accept_power(power=power, code=code, actor=actor, now=NOW)

    refusal(lambda: tried(_actor(other)), kind=NotFound)
    refusal(lambda: tried(_actor(namesake)), kind=Refused)
    refusal(lambda: tried(stranger), kind=NotFound)


def test_the_signature_is_the_name_of_the_enterprise_and_wrong_entries_are_named(principal: Actor) -> None:
    from tongban.core.agency import Terms

    day = NOW.date()
    values = {"applicant_id": _applicant(principal), "items": {}, "actor": principal, "now": NOW}
    good = Terms("李示例", frozenset(Act), day, day)

    def appoint(terms: Terms = good, handle: str = "13900000005", signature: str = ENTERPRISE) -> object:
        return services.appoint(terms=terms, handle=handle, signature=signature, **values)

    signed = refusal(lambda: appoint(signature="别的公司"), kind=Invalid)
    assert [error.field for error in signed.errors] == ["signature"]  # type: ignore[attr-defined]
    bad = refusal(lambda: appoint(Terms("", frozenset(), day, day - dt.timedelta(days=1)), handle="1"), kind=Invalid)
    assert {error.field for error in bad.errors} == {"agent_name", "acts", "last", "handle"}  # type: ignore[attr-defined]


# What an agent may do.


def test_an_agent_applies_under_the_number_of_the_authority_and_the_desk_reads_it(hall: Hall, principal: Actor) -> None:
    account, power = agent(principal, NOW, serial=5, name="李示例")
    case = _submitted(account, principal)
    number = accounts.power(principal, _applicant(principal), power, NOW).number
    assert (case.agent, case.power) == (account, number)
    event = records.events(f"case:{case.number}")[0]
    assert (event.verb, event.facts["power"]) == ("submit", number)
    desk = case_queries.case_for_desk(case.number, hall.officer("window", NOW), NOW)
    assert (desk.agent_name, desk.power and desk.power.number) == ("李示例", number)
    assert desk.story[-1].power == number
    own = case_queries.case_for_applicant(case.number, principal, NOW)
    assert own.power is not None
    assert own.agent_name == "李示例"
    from tongban.cases import audit as case_audit

    assert list(case_audit.verify()) == []


def test_the_applicants_own_account_needs_no_authority(principal: Actor) -> None:
    case = _submitted(principal.id, principal)
    assert (case.agent, case.power) == ("", "")
    assert "power" not in records.events(f"case:{case.number}")[0].facts


def test_whoever_may_only_fill_in_is_told_who_signs_and_the_draft_stays(principal: Actor) -> None:
    account, _ = agent(principal, NOW, serial=5, name="李示例", acts=frozenset({Act.FILL}))
    draft = factories.filled_draft(_actor(account), _applicant(principal), ITEM, NOW)
    key = str(Draft.objects.get(pk=draft).submission_key)

    def submit(actor: Actor) -> cases.CaseRef:
        return cases.submit(
            draft_id=draft, actor=actor, signature=ENTERPRISE, declared=True, submission_key=key, now=NOW
        )

    refused = refusal(lambda: submit(_actor(account)), kind=Forbidden)
    assert "示例经办" in str(refused)
    assert refused.rule is not None
    assert submit(principal).number  # what the agent filled in, the enterprise signs


def test_outside_the_scope_nothing_is_seen_begun_or_signed(principal: Actor) -> None:
    mine = _submitted(principal.id, principal)
    account, _ = agent(principal, NOW, serial=5, name="李示例", items=OTHER_ITEM)
    refused = refusal(lambda: _draft(account, principal), kind=Forbidden)
    assert refused.code == "power_item"
    assert "示例经办" in str(refused)
    refusal(lambda: case_queries.case_for_applicant(mine.number, _actor(account), NOW), kind=NotFound)
    assert case_queries.my_cases(_actor(account), NOW).total == 0
    assert licences.received_for(_actor(account)) == _actor(account).applicant_ids


def test_after_the_term_an_agent_is_told_so_and_the_draft_stays_with_the_enterprise(principal: Actor) -> None:
    account, _ = agent(principal, NOW, serial=5, name="李示例", days=10)
    draft = _draft(account, principal)
    late = accounts.actor_for(account, LATER)
    refused = refusal(lambda: case_queries.draft(draft, late, LATER), kind=Forbidden)
    assert refused.code == "power_ended"
    assert "示例经办" in str(refused)
    stranger, _power = agent(firm(NOW, 2, "津滨示例贸易有限公司")[0], NOW, serial=6, name="赵示例")
    refusal(lambda: case_queries.draft(draft, _actor(stranger), NOW), kind=NotFound)
    assert case_queries.draft(draft, accounts.actor_for(principal.id, LATER), LATER).id == draft


def test_without_the_right_to_sign_a_case_is_read_and_not_withdrawn(principal: Actor) -> None:
    case = _submitted(principal.id, principal)
    account, _ = agent(principal, NOW, serial=5, name="李示例", acts=frozenset({Act.FILL}))
    view = case_queries.case_for_applicant(case.number, _actor(account), NOW)
    off = view.actions["withdraw"]
    assert off is not None
    assert off.code == "power_act"
    refusal(lambda: cases.withdraw(number=case.number, actor=_actor(account), now=NOW), kind=Forbidden)
    document = view.documents[0].id
    factories.run_tasks()
    with pytest.raises(Forbidden) as refused:
        case_queries.case_document(case.number, _actor(account), document)
    assert refused.value.code == "power_act"


# Ending and taking over.


def test_revoking_hands_drafts_and_cases_over_in_one_step(principal: Actor) -> None:
    applicant = _applicant(principal)
    account, power = agent(principal, NOW, serial=5, name="李示例")
    taker, second = agent(principal, NOW, serial=6, name="赵示例")
    case, draft = _submitted(account, principal), _draft(account, principal)
    plan = cases.plan_replacement(applicant_id=applicant, agent=account, to=taker, actor=principal, now=NOW)
    assert ([piece.key for piece in plan.cases], [piece.key for piece in plan.drafts]) == ([case.number], [draft])
    assert plan.left == ()
    done = cases.replace_agent(
        applicant_id=applicant, power=power, to=taker, actor=principal, now=NOW, revoke=True, reason="离职"
    )
    assert done == plan
    case.refresh_from_db()
    number = PowerOfAttorney.objects.get(pk=second).number
    assert (case.agent, case.power) == (taker, number)
    assert str(Draft.objects.get(pk=draft).user_id) == taker
    event = records.events(f"case:{case.number}")[-1]
    assert (event.verb, event.facts["from"], event.facts["to"]) == ("change_agent", account, taker)
    assert _actor(account).agency.running == ()
    with pytest.raises(Forbidden):
        case_queries.case_for_applicant(case.number, _actor(account), NOW)
    again = cases.plan_replacement(applicant_id=applicant, agent=account, to=taker, actor=principal, now=NOW)
    assert again.count == 0
    from tongban.cases import audit as case_audit

    assert [*audit.verify(), *case_audit.verify()] == []


def test_what_the_takers_authority_does_not_reach_goes_to_the_enterprise_itself(principal: Actor) -> None:
    applicant = _applicant(principal)
    account, power = agent(principal, NOW, serial=5, name="李示例")
    taker, _ = agent(principal, NOW, serial=6, name="赵示例", items=OTHER_ITEM)
    case, draft = _submitted(account, principal), _draft(account, principal)
    plan = cases.replace_agent(applicant_id=applicant, power=power, to=taker, actor=principal, now=NOW, revoke=True)
    assert {piece.key for piece in plan.left} == {case.number, draft}
    case.refresh_from_db()
    assert (case.agent, case.power) == ("", "")
    assert str(Draft.objects.get(pk=draft).user_id) == principal.id


def test_nobody_without_an_authority_in_force_takes_over(principal: Actor) -> None:
    applicant = _applicant(principal)
    account, power = agent(principal, NOW, serial=5, name="李示例")
    stranger = person(NOW, 7, "钱示例")

    def replace(actor: Actor, to: str) -> object:
        return cases.replace_agent(applicant_id=applicant, power=power, to=to, actor=actor, now=NOW, revoke=True)

    refusal(lambda: replace(principal, stranger), kind=Invalid)
    refusal(lambda: replace(principal, account), kind=Invalid)
    refusal(lambda: replace(_actor(account), ""), kind=NotFound)


def test_notices_go_to_the_agent_and_never_to_nobody(principal: Actor) -> None:
    account, power = agent(principal, NOW, serial=5, name="李示例", days=30)
    case = _submitted(account, principal)

    def reached() -> str:
        return accounts.recipient(case.applicant_id, case.agent, case.item_key, legal_date(NOW)).email

    assert reached() == "person5@example.com"
    services.resign_power(power=power, actor=_actor(account), now=NOW)
    assert reached() == "agent1@example.com"


def test_resigning_ends_it_at_once_and_twice_is_refused(principal: Actor) -> None:
    account, power = agent(principal, NOW, serial=5, name="李示例")
    services.resign_power(power=power, actor=_actor(account), now=NOW)
    assert _actor(account).agency.running == ()
    view = accounts.power(principal, _applicant(principal), power, NOW)
    assert (view.state, view.standing) == (State.RESIGNED, False)
    refusal(lambda: services.resign_power(power=power, actor=_actor(account), now=NOW), kind=Refused)
    refusal(
        lambda: services.revoke_power(applicant_id=_applicant(principal), power=power, actor=principal, now=NOW),
        kind=Refused,
    )


def test_declining_is_seen_by_the_enterprise(principal: Actor) -> None:
    account = person(NOW, 5, "李示例")
    power = invite(principal, NOW, serial=5, name="李示例")
    services.decline_power(power=power, actor=_actor(account), now=NOW)
    assert accounts.power(principal, _applicant(principal), power, NOW).state == State.DECLINED
    assert accounts.invitations(_actor(account), NOW) == []


# Lists.


def test_the_list_finds_by_state_and_name_with_a_fixed_number_of_queries(
    principal: Actor, django_assert_num_queries: object
) -> None:
    applicant = _applicant(principal)
    for serial in range(1, 24):
        invite(principal, NOW, serial=serial, name=f"示例{serial}号")
    with django_assert_num_queries(3):  # type: ignore[operator]
        page = accounts.powers(principal, applicant, NOW)
    assert (len(page.rows), page.pages, page.total) == (20, 2, 23)
    assert len(accounts.powers(principal, applicant, NOW, page=9).rows) == 3
    assert [row.agent_name for row in accounts.powers(principal, applicant, NOW, search="示例23").rows] == ["示例23号"]
    with pytest.raises(NotFound):
        accounts.powers(firm(NOW, 2, "津滨示例贸易有限公司")[0], applicant, NOW)


def test_the_filter_of_the_list_is_the_rule(principal: Actor) -> None:
    agent(principal, NOW, serial=5, name="李示例", days=10)
    _, revoked = agent(principal, NOW, serial=6, name="赵示例")
    services.revoke_power(applicant_id=_applicant(principal), power=revoked, actor=principal, now=NOW)
    invite(principal, NOW, serial=7, name="钱示例", days=10)
    for day in (NOW.date() - dt.timedelta(days=1), NOW.date(), LATER.date()):
        told = {row.pk: agencies._power(row).state(day) for row in PowerOfAttorney.objects.all()}
        for state in State:
            found = set(PowerOfAttorney.objects.filter(Q(agencies.in_state(state, day))).values_list("pk", flat=True))
            assert found == {pk for pk, said in told.items() if said is state}, (day, state)
