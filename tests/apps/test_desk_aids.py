"""Saved views, columns and texts of officers: whose they are, who changes them, how many there can be."""

from __future__ import annotations

import pytest

from tests import factories
from tests.apps.cases_help import at, own_folders  # noqa: F401
from tongban.accounts import desk_aids, queries, services
from tongban.core import worklists
from tongban.core.actors import Actor
from tongban.core.errors import Forbidden, Invalid, NotFound, Refused

pytestmark = pytest.mark.django_db
NOW = at("2026-03-02")


@pytest.fixture
def people() -> dict[str, Actor]:
    services.ensure_organisations()
    posts = {
        "window": ("approval_bureau", "window"),
        "other": ("approval_bureau", "window"),
        "head": ("approval_bureau", "agency_head"),
        "stranger": ("fire", "reviewer"),
    }
    made = {name: factories.officer(name, place, [duty]) for name, (place, duty) in posts.items()}
    return {name: queries.actor_for(account, NOW) for name, account in made.items()}


def keep(actor: Actor, name: str = "延续", shared: bool = False, **query: str) -> int:
    return services.save_filter(actor=actor, name=name, query=query or {"lane": "mine"}, shared=shared, now=NOW)


def test_an_own_view_is_the_makers_alone_until_it_is_shared(people):
    own = keep(people["window"], lane="department", mark="renewal", q="")
    assert [item.name for item in queries.saved_filters(people["window"])] == ["延续"]
    assert queries.saved_filters(people["window"])[0].query == {"lane": "department", "mark": "renewal"}
    assert queries.saved_filters(people["other"]) == []
    services.share_filter(actor=people["window"], filter_id=own, shared=True)
    seen = queries.saved_filters(people["other"])[0]
    assert (seen.shared, seen.mine, seen.changeable) == (True, False, False)
    assert queries.saved_filters(people["stranger"]) == []
    services.share_filter(actor=people["window"], filter_id=own, shared=False)
    assert queries.saved_filters(people["other"]) == []


def test_a_shared_view_is_changed_by_its_maker_and_the_head_only(people):
    own = keep(people["window"], shared=True)
    with pytest.raises(Forbidden):
        services.delete_filter(actor=people["other"], filter_id=own)
    with pytest.raises(NotFound):
        services.delete_filter(actor=people["stranger"], filter_id=own)
    services.delete_filter(actor=people["head"], filter_id=own)
    assert queries.saved_filters(people["window"]) == []


def test_a_name_saved_again_replaces_the_view(people):
    assert keep(people["window"], lane="mine") == keep(people["window"], lane="closed")
    assert [item.query for item in queries.saved_filters(people["window"])] == [{"lane": "closed"}]


@pytest.mark.parametrize("name", ["", "   ", "长" * 41])
def test_a_name_that_does_not_fit_is_named(people, name):
    with pytest.raises(Invalid) as caught:
        keep(people["window"], name)
    assert caught.value.errors[0].field == "name"
    assert caught.value.errors[0].remedy


def test_there_are_only_so_many(people):
    for number in range(desk_aids.MOST_FILTERS):
        keep(people["window"], f"第{number}个")
    with pytest.raises(Refused):
        keep(people["window"], "再来一个")
    keep(people["window"], "第0个", lane="closed")


def test_columns_and_order_are_kept_per_person_in_one_query_with_the_views(people, django_assert_num_queries):
    services.save_layout(actor=people["window"], columns=["clock", "item", "nonsense"], sort="-received")
    keep(people["window"])
    with django_assert_num_queries(1):
        layout, views = queries.arrangement(people["window"])
    assert layout.columns == ("clock", "item")
    assert layout.sort == "-received"
    assert len(views) == 1
    assert queries.arrangement(people["other"])[0].columns == worklists.DEFAULT_COLUMNS
    services.reset_layout(actor=people["window"])
    assert queries.arrangement(people["window"])[0].columns == worklists.DEFAULT_COLUMNS


def block(actor: Actor, title: str = "缺比例尺", shared: bool = False, **more: object) -> int:
    return services.save_text(actor=actor, title=title, text="平面图没有标比例。", shared=shared, now=NOW, **more)


def test_texts_are_own_or_the_departments(people):
    own, shared = block(people["window"]), block(people["other"], "缺盖章", shared=True)
    assert [item.title for item in queries.texts(people["window"])] == ["缺比例尺", "缺盖章"]
    assert [item.title for item in queries.texts(people["head"])] == ["缺盖章"]
    assert [item.title for item in queries.texts(people["window"], "盖章")] == ["缺盖章"]
    with pytest.raises(NotFound):
        services.delete_text(actor=people["other"], text_id=own)
    with pytest.raises(Forbidden):
        block(people["window"], "改", text_id=shared)
    block(people["head"], "改", shared=True, text_id=shared)
    assert queries.text(people["window"], shared).title == "改"
    with pytest.raises(NotFound):
        queries.text(people["stranger"], shared)


@pytest.mark.parametrize(
    ("title", "text", "field"),
    [("", "x", "title"), ("x", " ", "text"), ("x", "长" * 1001, "text"), ("x" * 61, "x", "title")],
)
def test_a_text_that_cannot_be_kept_is_named(people, title, text, field):
    with pytest.raises(Invalid) as caught:
        services.save_text(actor=people["window"], title=title, text=text, shared=False, now=NOW)
    assert [item.field for item in caught.value.errors] == [field]


def test_two_own_texts_cannot_have_one_title(people):
    block(people["window"])
    with pytest.raises(Invalid) as caught:
        block(people["window"])
    assert caught.value.errors[0].field == "title"
