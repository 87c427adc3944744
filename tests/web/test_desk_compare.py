"""Two things of a case side by side: what stands where, and what the address keeps."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.utils import timezone

from tests import factories as made
from tests.web.desk_help import Desk, new_case
from tongban.cases import queries
from tongban.core.actors import SYSTEM

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_world")]


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


@pytest.fixture
def desk(now: dt.datetime) -> Desk:
    return Desk(made.staff()["window"], new_case(now))


def _files(desk: Desk) -> list[str]:
    case = queries.case_for_desk(desk.number, SYSTEM, timezone.now())
    return [file.file_id for item in case.materials for file in item.files]


def _selected(page: str) -> list[str]:
    return re.findall(r'value="([^"]+)" selected', page)


def test_the_first_material_stands_beside_the_form(desk: Desk) -> None:
    page = desk.open("side-by-side/")
    assert _selected(page) == ["form", _files(desk)[0]]
    assert "cmp-form" in page
    assert "data-cmp-changes" not in page  # a form and a file are not compared by the machine


def test_the_address_keeps_the_choice(desk: Desk) -> None:
    first, second = _files(desk)[:2]
    page = desk.open(f"side-by-side/?a={second}&b={first}&marks=1")
    assert _selected(page) == [second, first]
    assert re.search(r"data-cmp-marks checked", page)
    assert not re.search(r"data-cmp-together checked", page)
    assert "data-cmp-changes" in page


def test_what_is_not_of_the_case_is_not_shown(desk: Desk, now: dt.datetime) -> None:
    other = Desk(desk.account, new_case(now, 2))
    page = desk.open(f"side-by-side/?a={_files(other)[0]}&b=nonsense")
    assert _selected(page) == ["form", _files(desk)[0]]
    assert f"/files/{_files(other)[0]}/" not in page


def test_the_page_asks_no_more_than_the_case(desk: Desk, django_assert_max_num_queries: Any) -> None:
    desk.open()
    with django_assert_max_num_queries(200) as case:
        desk.open()
    with django_assert_max_num_queries(len(case)):
        desk.open("side-by-side/")
