"""Registration, sign-in, lock-out, look-up limits, and who acts for whom on which day."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import factories
from tests.apps.cases_help import at, begin, open_hall, own_folders  # noqa: F401
from tongban.accounts import queries, services
from tongban.accounts.models import Applicant, ApplicantAccess, Attempt, PostHolding, SignInHandle, User
from tongban.cases import queries as cases
from tongban.core.actors import Duty
from tongban.core.errors import Invalid, NotFound
from tongban.retention.services import run

pytestmark = pytest.mark.django_db

NOW = at("2026-03-02")
PERSON = {
    "kind": "person",
    "name": "王示例",
    "id_number": factories.resident_id(3),
    "phone": "13900000003",
    "email": "wang@example.com",
    "password": factories.PASSWORD,
}
FIRM = {**PERSON, "kind": "enterprise", "name": "津滨示例有限公司", "id_number": factories.uscc(3)}


def register(base: dict[str, str] = PERSON, **changes: str) -> int:
    return services.register(**{**base, **changes}, now=NOW)


def faults(base: dict[str, str] = PERSON, **changes: str) -> list[str]:
    with pytest.raises(Invalid) as caught:
        register(base, **changes)
    assert all(item.message and item.remedy for item in caught.value.errors)
    assert User.objects.count() == Applicant.objects.count() == SignInHandle.objects.count() == 0
    return [item.field for item in caught.value.errors]


def wrong_check(number: str) -> str:
    return number[:-1] + ("1" if number[-1] == "0" else "0")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id_number": wrong_check(PERSON["id_number"])}, "id_number"),
        ({"id_number": "120116199002301234"}, "id_number"),
        ({"id_number": "12011620990101001X"}, "id_number"),
        ({"id_number": factories.uscc(1)}, "id_number"),
        ({"id_number": ""}, "id_number"),
        ({"phone": "12345678901"}, "phone"),
        ({"phone": "1390000000"}, "phone"),
        ({"email": "not-an-address"}, "email"),
        ({"password": "kurz1"}, "password"),
        ({"password": "1234567890123"}, "password"),
        ({"password": "abcdefghijklm"}, "password"),
        ({"name": "   "}, "name"),
        ({"name": "示" * 201}, "name"),
        ({"address": "路" * 301}, "address"),
    ],
)
def test_a_wrong_entry_is_named_and_nothing_is_created(changes, field):
    assert faults(**changes) == [field]


def test_every_wrong_entry_is_named_at_once():
    assert set(faults(name="", id_number="1", phone="2", email="3", password="4")) == {
        *("name", "id_number", "phone", "email", "password")
    }


def test_a_credit_code_is_checked_by_its_own_rule():
    assert faults(FIRM, id_number=wrong_check(FIRM["id_number"])) == ["id_number"]
    assert faults(FIRM, id_number=PERSON["id_number"]) == ["id_number"]
    assert register(FIRM)


def test_rare_characters_small_letters_and_blanks_are_no_obstacle():
    number = f" {PERSON['id_number'][:6]} {PERSON['id_number'][6:]} ".lower()
    account = register(name="𠮷田·阿依古丽", id_number=number)
    (applicant,) = queries.applicants_of(queries.actor_for(account, NOW))
    assert (applicant.name, applicant.id_number) == ("𠮷田·阿依古丽", PERSON["id_number"])


def test_a_number_registers_once_and_the_refusal_tells_nothing_about_its_owner():
    register()
    with pytest.raises(Invalid) as caught:
        register(name="李示例", phone="13900000004", email="li@example.com")
    assert [item.field for item in caught.value.errors] == ["id_number"]
    assert "王示例" not in str(caught.value)
    assert Applicant.objects.count() == 1


def test_numbers_are_stored_encrypted_with_a_blind_index():
    register()
    raw = Applicant.objects.raw(
        "select id, id_number as raw_id, phone as raw_phone, email as raw_email from accounts_applicant"
    )[0]
    for value in (raw.raw_id, raw.raw_phone, raw.raw_email):
        assert not {PERSON["id_number"], PERSON["phone"], PERSON["email"]} & {value}
    assert Applicant.objects.get().id_number == PERSON["id_number"]
    assert PERSON["id_number"] not in User.objects.get().username


# Signing in.


def sign_in(handle: str, password: str = factories.PASSWORD, now: dt.datetime = NOW) -> int:
    return services.check_sign_in(handle=handle, password=password, now=now)


def test_number_phone_and_mail_all_open_the_account():
    account = register()
    for handle in (PERSON["id_number"], PERSON["phone"], "139 0000 0003", PERSON["email"], "WANG@example.com "):
        assert sign_in(handle) == account
    firm = register(FIRM, phone="13900000009", email="")
    assert sign_in(FIRM["id_number"].lower()) == firm


def test_officers_sign_in_by_their_name():
    open_hall()
    assert str(sign_in("window")) == str(User.objects.get(username="window").pk)


def test_a_shared_phone_stays_with_the_first_and_the_number_always_works():
    first = register()
    second = register(id_number=factories.resident_id(4), email="")
    assert sign_in(PERSON["phone"]) == first
    assert sign_in(factories.resident_id(4)) == second


def test_unknown_and_wrong_get_the_same_answer():
    register()
    said = set()
    for handle, password in (
        (PERSON["phone"], "Wrong-pass-1"),
        ("13911111111", factories.PASSWORD),
        ("nobody", factories.PASSWORD),
        ("", ""),
        (factories.resident_id(9), factories.PASSWORD),
    ):
        with pytest.raises(Invalid) as caught:
            sign_in(handle, password)
        said.add((str(caught.value), tuple(item.field for item in caught.value.errors)))
    assert len(said) == 1


def wrong(handle: str, times: int, now: dt.datetime = NOW) -> None:
    for _ in range(times):
        with pytest.raises(Invalid):
            sign_in(handle, "Wrong-pass-1", now)


def test_five_wrong_tries_close_the_door_for_fifteen_minutes():
    account = register()
    wrong(PERSON["phone"], 5)
    with pytest.raises(services.TooMany) as caught:
        sign_in(PERSON["phone"])
    assert caught.value.status == 429
    assert caught.value.remedy
    with pytest.raises(services.TooMany):
        sign_in(PERSON["phone"], now=NOW + dt.timedelta(minutes=14))
    assert sign_in(PERSON["phone"], now=NOW + dt.timedelta(minutes=16)) == account


def test_the_fifteen_minutes_do_not_begin_anew_at_the_quarter_of_the_hour():
    register()
    quarter = at("2026-03-02", "09:44")
    wrong(PERSON["phone"], 3, quarter)
    wrong(PERSON["phone"], 2, quarter + dt.timedelta(minutes=2))
    with pytest.raises(services.TooMany):
        sign_in(PERSON["phone"], now=quarter + dt.timedelta(minutes=3))


def test_the_lock_is_of_that_name_alone_and_holds_for_unknown_names_too():
    account = register()
    wrong(PERSON["phone"], 5)
    assert sign_in(PERSON["id_number"]) == account
    wrong("13911111111", 5)
    with pytest.raises(services.TooMany):
        sign_in("13911111111")


def test_signing_in_well_forgets_the_wrong_tries():
    account = register()
    for _ in range(3):
        wrong(PERSON["phone"], 4)
        assert sign_in(PERSON["phone"]) == account


def test_a_closed_account_stays_outside():
    register()
    User.objects.update(is_active=False)
    wrong(PERSON["phone"], 1)


def test_look_ups_are_limited_and_the_counts_are_pruned():
    for _ in range(10):
        services.limit_attempts(bucket="look-up:203.0.113.9", most=10, minutes=15, now=NOW)
    with pytest.raises(services.TooMany):
        services.limit_attempts(bucket="look-up:203.0.113.9", most=10, minutes=15, now=NOW)
    services.limit_attempts(bucket="look-up:203.0.113.10", most=10, minutes=15, now=NOW)
    later = NOW + dt.timedelta(minutes=16)
    services.limit_attempts(bucket="look-up:203.0.113.9", most=10, minutes=15, now=later)
    assert run(now=NOW + dt.timedelta(hours=12)).deleted == 0
    assert run(now=NOW + dt.timedelta(days=2)).deleted == Attempt.objects.count() + 3


def test_very_long_bucket_names_are_counted_as_one():
    for _ in range(3):
        services.limit_attempts(bucket="x" * 200, most=3, minutes=15, now=NOW)
    with pytest.raises(services.TooMany):
        services.limit_attempts(bucket="x" * 200, most=3, minutes=15, now=NOW)


# Who acts.


def test_a_post_counts_from_its_first_to_its_last_day():
    hall = open_hall()
    PostHolding.objects.filter(user_id=hall.ids["window"]).update(
        valid_from=dt.date(2026, 3, 2), valid_to=dt.date(2026, 3, 6)
    )

    def duties(day: str, time: str = "12:00") -> set[Duty]:
        return set(queries.actor_for(hall.ids["window"], at(day, time)).duties)

    assert duties("2026-03-01", "23:59") == set()
    assert duties("2026-03-02", "00:00") == {Duty.WINDOW}
    assert duties("2026-03-06", "23:59") == {Duty.WINDOW}
    assert duties("2026-03-07", "00:00") == set()


def test_an_officer_without_a_post_sees_no_case():
    walk = begin(open_hall(), "2026-03-02", variant="change")
    PostHolding.objects.filter(user_id=walk.hall.ids["window"]).update(valid_to=dt.date(2026, 3, 1))
    actor = walk.by("window")
    assert cases.work_list(actor, walk.now, lane="department").rows == ()
    with pytest.raises(NotFound):
        cases.case_for_desk(walk.number, actor, walk.now)


def test_an_agent_acts_for_the_enterprise_only_while_it_may():
    account = register(FIRM)
    (known,) = queries.actor_for(account, NOW).applicant_ids
    ApplicantAccess.objects.filter(applicant_id=known).update(valid_to=dt.date(2026, 3, 31))
    assert queries.actor_for(account, at("2026-03-31", "23:59")).applicant_ids == {known}
    assert queries.actor_for(account, at("2026-04-01", "00:00")).applicant_ids == frozenset()


def test_somebody_elses_case_draft_and_file_do_not_exist():
    hall = open_hall()
    mine = begin(hall, "2026-03-02", variant="change")
    other = begin(hall, "2026-03-02", serial=2, variant="change").by("applicant")
    draft = factories.filled_draft(mine.by("applicant"), mine.row.applicant_id, "sample", mine.now, variant="change")
    file_id = next(item.files[0].file_id for item in mine.portal().materials if item.files)
    document = mine.portal().documents[0].id
    for read in (
        lambda: cases.case_for_applicant(mine.number, other, mine.now),
        lambda: cases.ledger(mine.number, other, "", mine.now),
        lambda: cases.case_file(mine.number, other, file_id),
        lambda: cases.case_document(mine.number, other, document),
        lambda: cases.draft(draft, other, mine.now),
        lambda: cases.chain_check(mine.number, other),
    ):
        with pytest.raises(NotFound):
            read()
    assert mine.number not in {row.number for row in cases.my_cases(other, mine.now).rows}
    assert cases.drafts(other) == []
