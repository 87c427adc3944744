"""A district's organisations, posts and officers come from one file, which may be loaded again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tongban.accounts import queries, services
from tongban.accounts.district import load_district, new_password
from tongban.commands import _guarded
from tongban.commands.district import run
from tongban.core.actors import SYSTEM, Duty
from tongban.core.errors import Invalid, NotFound
from tongban.records import queries as records

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def district(**changes: Any) -> dict[str, Any]:
    post = {
        "key": "bureau.window",
        "name": "综合受理岗",
        "organisation": "bureau",
        "duties": ["window"],
        "since": date(2026, 1, 1),
    }
    data: dict[str, Any] = {
        "region": {"code": "990101", "name": "示例县", "short": "示"},
        "organisations": [{"key": "bureau", "name": "示例县行政审批局", "uscc": "11120116MBX000027N"}],
        "staff": [{"username": "window1", "name": "林越", "email": "w@hall.example", "posts": [post]}],
    }
    return {**data, **changes}


def load(data: dict[str, Any]) -> Any:
    return load_district(data=data, actor=SYSTEM, now=NOW)


def test_an_officer_can_sign_in_and_has_the_duties_of_the_post() -> None:
    report = load(district())
    user = services.check_sign_in(handle="window1", password=report.passwords["window1"], now=NOW)
    actor = queries.actor_for(user, NOW)
    assert actor.is_staff
    assert actor.has(Duty.WINDOW)
    assert (actor.organisation, actor.region_code) == ("bureau", "990101")


def test_a_second_load_changes_nothing_and_records_nothing() -> None:
    load(district())
    events = len(records.events("region:990101"))
    again = load(district())
    assert (again.created, again.changed, again.passwords) == ([], [], {})
    assert len(records.events("region:990101")) == events == 1


def test_what_differs_is_changed_and_nothing_else() -> None:
    password = load(district()).passwords["window1"]
    data = district()
    data["organisations"][0]["name"] = "示例县政务服务局"
    data["staff"][0]["posts"][0]["until"] = date(2026, 3, 1)
    report = load(data)
    assert report.changed == ["organisation bureau", "holding window1 bureau.window"]
    assert report.created == []
    user = services.check_sign_in(handle="window1", password=password, now=NOW)
    assert not queries.actor_for(user, NOW).has(Duty.WINDOW)


def test_every_fault_is_named_by_its_place_and_nothing_is_loaded() -> None:
    data = district()
    data["organisations"].append({"key": "other", "name": "另一局", "uscc": "11120116MBX000027X"})
    data["staff"][0]["posts"][0].update(organisation="nowhere", duties=["window", "king"], since="yesterday")
    data["staff"].append({"name": "无账号"})
    with pytest.raises(Invalid) as caught:
        load(data)
    assert [error.field for error in caught.value.errors] == [
        "organisations.1.uscc",
        "staff.0.posts.0.organisation",
        "staff.0.posts.0.duties",
        "staff.0.posts.0.since",
        "staff.1.username",
    ]
    assert records.events("region:990101") == []


@pytest.mark.parametrize("data", [{}, {"region": {}}, {"region": {"code": "1", "name": "x"}}, []])
def test_a_file_of_another_shape_is_refused_in_words(data: Any) -> None:
    with pytest.raises(Invalid):
        load(data)


def test_the_bundled_organisations_stay_away_from_a_real_district() -> None:
    load(district())
    services.ensure_organisations()
    assert queries.organisation_names(["approval_bureau"]) == {}


def test_a_new_password_replaces_the_old_one_and_is_recorded() -> None:
    load(district())
    password = new_password(username="window1", actor=SYSTEM, now=NOW)
    user = services.check_sign_in(handle="window1", password=password, now=NOW)
    assert [event.verb for event in records.events(f"account:{user}")] == ["new_password"]
    with pytest.raises(NotFound):
        new_password(username="nobody", actor=SYSTEM, now=NOW)


def test_the_template_loads_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    from argparse import Namespace

    assert run(Namespace(verb="template")) == 0
    report = load(yaml.safe_load(capsys.readouterr().out))
    assert "officer window1" in report.created
    assert len([row for row in report.created if row.startswith("organisation ")]) > 10


def test_the_command_names_faults_with_their_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from argparse import Namespace

    data = district()
    data["staff"][0]["posts"][0]["duties"] = ["king"]
    file = tmp_path / "district.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    assert _guarded(lambda: run(Namespace(verb="load", file=file))) == 2
    assert "staff.0.posts.0.duties: Unknown duties: king." in capsys.readouterr().err
    assert _guarded(lambda: run(Namespace(verb="load", file=tmp_path / "none.yaml"))) == 2
    assert "cannot be read" in capsys.readouterr().err
