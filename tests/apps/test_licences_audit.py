"""Every direct change to a licence's rows is found by comparing them with their events."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from tests.apps.licence_help import CLERK, DECIDER, NOW, opened, reserve
from tongban.licences import audit, services
from tongban.licences.effects import make_licence_file
from tongban.licences.models import Licence, LicenceVersion

pytestmark = pytest.mark.django_db


def problems() -> list[str]:
    """The kinds of findings, in order."""
    return [finding.problem for finding in audit.verify()]


def test_what_the_services_write_adds_up(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = opened(), opened(), opened()
    services.replace(licence_id=first.id, case_chain="case:2", actor=CLERK, now=NOW)
    services.make_file(licence_id=first.id, now=NOW)
    services.suspend(licence_id=first.id, reason="依据", actor=DECIDER, now=NOW)
    services.resume(licence_id=first.id, reason="依据", actor=DECIDER, now=NOW)
    services.revoke(licence_id=second.id, kind="forfeited", reason="依据", actor=DECIDER, now=NOW)
    services.cancel(licence_id=second.id, ground="revoked", actor=DECIDER, now=NOW)
    services.renew(
        licence_id=third.id,
        valid_from=dt.date(2030, 10, 16),
        valid_to=dt.date(2034, 10, 15),
        case_chain="case:3",
        actor=CLERK,
        now=NOW,
    )
    monkeypatch.setattr(make_licence_file.__class__, "enqueue", lambda *args: None)
    services.void(licence_id=reserve().id, reason="类别选错", actor=CLERK, now=NOW)
    reserve()
    assert problems() == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"state": "revoked"}, "licence_state"),
        ({"state_reason": "别的理由"}, "licence_reason"),
        ({"state_kind": "annulled"}, "licence_reason"),
        ({"number": "津卫消证字（2026）第9999号"}, "licence_altered"),
        ({"serial": "2026000000009999"}, "licence_altered"),
        ({"token": "another"}, "licence_altered"),
        ({"type_code": "11120116MBX000027N009"}, "licence_altered"),
        ({"holder_index": "0" * 64}, "licence_altered"),
        ({"holder_kind": "person"}, "licence_altered"),
        ({"holder_name": "冒名公司"}, "licence_names"),
        ({"issuer_name": "别的局"}, "licence_names"),
        ({"valid_to": dt.date(2099, 1, 1)}, "licence_validity"),
        ({"valid_to": None}, "licence_validity"),
        ({"version": 2}, "licence_version"),
        ({"open_version": 0}, "licence_version"),
        ({"seq": 1}, "licence_head"),
        ({"number_value": 7}, "missing_number"),
    ],
)
def test_a_changed_licence_is_found(change: dict[str, Any], problem: str) -> None:
    licence = opened()
    Licence.objects.filter(pk=licence.id).update(**change)
    assert problem in problems()


@pytest.mark.parametrize(
    "change",
    [
        {"identifier": "1.2.156.3005.2.X"},
        {"issued_on": dt.date(2020, 1, 1)},
        {"valid_from": dt.date(2020, 1, 1)},
        {"valid_to": dt.date(2099, 1, 1)},
        {"kind": "renew"},
        {"source_case": "case:99"},
        {"file_sha256": "0" * 64},
        {"digest": "0" * 64},
        {"content": '{"fields": {"unit": "冒名公司"}}'},
        {"spec": {"key": "x", "name": "别的证", "code": "x", "number_pattern": "{serial}", "fields": []}},
    ],
)
def test_a_changed_version_is_found(change: dict[str, Any]) -> None:
    licence = opened()
    LicenceVersion.objects.filter(licence_id=licence.id).update(**change)
    assert "version_altered" in problems()


def test_contents_that_no_longer_decrypt_are_found() -> None:
    opened()
    with connection.cursor() as cursor:
        cursor.execute("update licences_licenceversion set content = 'k1:AAAA'")
    assert "version_altered" in problems()


def test_a_deleted_licence_and_a_deleted_version_are_found() -> None:
    licence = opened()
    services.replace(licence_id=licence.id, case_chain="case:2", actor=CLERK, now=NOW)
    LicenceVersion.objects.filter(licence_id=licence.id, version=1).delete()
    assert "version_missing" in problems()
    Licence.objects.filter(pk=licence.id).delete()
    assert problems() == ["missing_number"]


def test_an_inserted_version_is_found() -> None:
    licence = opened()
    row = LicenceVersion.objects.get(licence_id=licence.id)
    row.pk, row.version, row.identifier = None, 2, "1.2.156.3005.2.forged"
    row.save(force_insert=True)
    assert "version_without_event" in problems()


def test_an_inserted_licence_is_found() -> None:
    licence = Licence.objects.get(pk=opened().id)
    licence.pk, licence.number, licence.serial, licence.token = None, "伪造", "2026000000009998", "forged"
    licence.number_value = 99
    licence.save(force_insert=True)
    assert {"licence_without_event", "unknown_number"} <= set(problems())
