"""Finding items by what people type, and browsing them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tongban.catalogue import queries, services, wording
from tongban.catalogue.models import Item
from tongban.catalogue.views import Filters
from tongban.core.actors import SYSTEM
from tongban.core.errors import NotFound

NOW = dt.datetime(2026, 10, 13, 9, 0, tzinfo=dt.UTC)

HEADER = (
    "task_code,catalog_code,task_type_local,task_type_text,task_name,dept_name,area_code,level,statutory,promised,"
    "visits,co_department,service_objects,themes,materials\n"
)
NAMES = {
    "夜间建筑施工许可": "准营准办",
    "普通护照签发": "出境入境",
    "教师资格证书补发": "职业资格",
    "A级物流企业名单查询": "交通运输",
    "枪支运输许可": "公共安全",
    "𠮷祥酒业经营备案": "准营准办",
}


def load_everything():
    services.ensure_bundled(actor=SYSTEM, now=NOW)
    lines = [
        f"11120116MBX000027N2440101{serial:03}000,440101{serial:03}000,01,行政许可,{name},示例省示例厅,440000,省级,"
        f"20(工作日),10(工作日),0,无,自然人,{theme},申请表\n"
        for serial, (name, theme) in enumerate(NAMES.items(), 1)
    ]
    content = (HEADER + "".join(lines)).encode()
    services.import_table(content=content, name="list.csv", actor=SYSTEM, now=NOW)


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The bundled and a few imported items, loaded once for this file and taken away again."""
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()
        load_everything()
        yield
        TestCase._rollback_atomics(atomics)


@pytest.fixture(autouse=True)
def reading(loaded, db):
    """Each test reads what was loaded."""


def names(text, filters=None):
    return [item.name for item in queries.search(text, filters, per_page=50).items]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("施工许可", "建筑工程施工许可证核发"),
        ("开旅馆", "旅馆业特种行业许可证核发"),
        ("旅馆", "旅馆业特种行业许可证核发"),
        ("酒店", "旅馆业特种行业许可证核发"),
        ("护照", "普通护照签发"),
        ("刻章", "公章刻制业"),
        ("消毒液", "消毒产品生产企业卫生许可"),
        ("鞭炮", "烟花爆竹道路运输许可"),
        ("广告牌", "户外广告"),
        ("排污", "排污许可证核发"),
        ("我想开网吧要办什么手续？", "互联网上网服务营业场所"),
        ("怎么办理项目备案", "企业投资项目备案"),
        ("建筑施工许可证", "建筑工程施工许可证核发"),
        ("教师 资格", "教师资格证书补发"),
        ("枪", "枪支运输许可"),
        ("盖房子", "建筑工程施工许可证核发"),
        ("a级", "A级物流企业名单查询"),
        ("Ａ级物流", "A级物流企业名单查询"),
        ("𠮷祥", "𠮷祥酒业经营备案"),
    ],
)
def test_the_first_hit_is_what_was_meant(typed, first):
    found = names(typed)
    assert found, typed
    assert first in found[0]


@pytest.mark.parametrize("typed", ["想开一家小旅馆", "我要办个旅馆", "，，旅馆！！", "<b>旅馆</b>"])
def test_small_words_marks_and_markup_do_not_loosen_a_search(typed):
    page = queries.search(typed)
    assert page.items[0].name == "旅馆业特种行业许可证核发"
    assert not page.loosened


def test_what_can_be_applied_for_comes_first():
    found = queries.search("施工许可").items
    assert [item.appliable for item in found] == sorted((item.appliable for item in found), reverse=True)
    assert found[-1].name == "夜间建筑施工许可"


def test_codes_are_found():
    assert names("440101002000") == ["普通护照签发"]
    assert names("11120116MBX000027N2440101002000") == ["普通护照签发"]


@pytest.mark.parametrize(
    "typed", ["\ud842", "'", '"', "*", "(", "NEAR(", "AND", '" OR 1=1 --', "<script>", "%", "\\", ":*", "施工\x00许可"]
)
def test_no_text_breaks_the_search(typed):
    queries.search(typed)


def test_punctuation_alone_finds_nothing_and_blanks_list_everything():
    assert queries.search("？！").total == 0
    assert queries.search("  ").total == queries.items_list().total == 18 + len(NAMES)


@pytest.mark.parametrize("typed", ["食品经营许可", "餐馆经营许可证"])
def test_a_word_for_the_form_of_an_act_makes_no_hit(typed):
    """Explosives are no answer to somebody who wants to sell food."""
    assert names(typed) == []


def test_if_no_item_has_every_word_items_with_some_are_shown_and_it_is_said():
    page = queries.search("旅馆 护照")
    assert page.loosened
    assert page.total >= 2
    assert set(page.words) == {"旅馆", "护照"}
    assert not queries.search("旅馆").loosened


def test_filters_narrow_the_search():
    assert names("许可", Filters(theme="出境入境")) == []
    assert names("许可", Filters(theme="公共安全", source="imported")) == ["枪支运输许可"]
    assert all(item.appliable for item in queries.search("许可", Filters(appliable=True)).items)
    assert names("护照", Filters(region_code="120116")) == []
    departments = Filters(department="示例省示例厅")
    assert queries.search("许可", departments).total == 2


def test_pages_do_not_overlap_and_a_page_past_the_end_is_the_last():
    first = queries.search("许可", page=1, per_page=3)
    second = queries.search("许可", page=2, per_page=3)
    assert not {item.id for item in first.items} & {item.id for item in second.items}
    assert first.total == second.total
    last = queries.search("许可", page=10_000, per_page=3)
    assert last.number == last.pages
    assert last.items
    assert queries.items_list(page=-5).number == 1


def test_a_search_needs_few_queries():
    queries.search("施工")
    for typed in ("施工许可", "旅馆 护照", "", "没有这样的事"):
        with CaptureQueriesContext(
            connection,
        ) as context:
            queries.search(typed, Filters(theme="准营准办"))
        assert len(context) <= 5, typed


def test_browsing_by_theme_object_department_and_kind():
    themes = {facet.value: facet.count for facet in queries.facets("theme")}
    assert themes["出境入境"] == 1
    assert queries.browse("theme", "出境入境").items[0].name == "普通护照签发"
    objects = {facet.value: facet.label for facet in queries.facets("object")}
    assert (objects["1"], objects["2"]) == ("自然人", "企业法人")
    assert queries.browse("object", "2").total >= 10
    kinds = {facet.value: facet.count for facet in queries.facets("four_kind")}
    assert kinds["网上办"] >= 10
    narrowed = queries.facets("task_type", Filters(source="bundled"))
    assert sum(facet.count for facet in narrowed) == 18
    with pytest.raises(NotFound):
        queries.browse("colour", "blue")


@pytest.mark.parametrize("key", ["no_such_item", "x\x00y", "\ud842", "", "'"])
def test_an_unknown_item_is_not_found(key):
    for ask in (queries.item, queries.versions, queries.published_details):
        with pytest.raises(NotFound):
            ask(key)
    with pytest.raises(NotFound):
        queries.version_in_force(key, NOW.date())
    assert queries.search("许可", Filters(theme=f"无{key}")).total == 0
    assert queries.items_list(Filters(department=f"无{key}")).total == 0


def test_a_deleted_item_leaves_the_index():
    assert names("护照")
    Item.objects.filter(name="普通护照签发").delete()
    assert names("护照") == []


def test_index_terms_keep_words_of_two_characters_and_texts_apart():
    assert wording.index_terms("施工许可") == "施工 工许 许可"
    assert wording.index_terms("3D打印") == "3d 打印"
    assert "可施" not in wording.index_terms("许可", "施工")
    assert wording.index_terms("", "") == ""


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), st.booleans())
def test_every_query_is_well_formed_for_both_databases(typed, every):
    words = wording.query_words(typed)
    for written in (wording.fts5_query(words, every=every), wording.tsquery(words, every=every)):
        assert written.count("(") == written.count(")")
        assert "\x00" not in written


class EveryText(TestCase):
    """Whatever is typed, the database understands the query."""

    @settings(max_examples=100, deadline=None)
    @given(st.text(alphabet=st.characters(codec="utf-8"), max_size=20))
    def test_search(self, typed):
        queries.search(typed)
