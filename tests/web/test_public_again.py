"""Applying again with what was entered before."""

from __future__ import annotations

import pytest

from tests.apps.cases_help import begin, own_folders  # noqa: F401 - a fixture of every test
from tests.web.public_help import Browser, hall, yesterday
from tongban.cases import queries

pytestmark = pytest.mark.django_db


def test_an_application_begins_with_the_last_one_and_says_what_is_left_out() -> None:
    walk = begin(hall(), yesterday(), premises="own")
    reader = Browser(walk.applicant.id)
    assert "沿用这些内容再次申请" in reader.open(f"/cases/{walk.number}/").words()
    sent = reader.client.post(f"/cases/{walk.number}/copy/")
    assert sent.status_code == 302
    page = reader.open(sent["Location"])
    assert f"{walk.number}中填写的内容已带入表单" in page.words()
    assert "文件不带入，请重新上传" in page.words()
    assert "场所平面图" in page.words()
    assert [row.item_name for row in queries.drafts(walk.by("applicant"))] == [walk.row.item_name]


def test_a_look_at_the_address_begins_nothing() -> None:
    walk = begin(hall(), yesterday(), premises="own")
    reader = Browser(walk.applicant.id)
    assert reader.client.get(f"/cases/{walk.number}/copy/").status_code == 405
    assert queries.drafts(walk.by("applicant")) == []
