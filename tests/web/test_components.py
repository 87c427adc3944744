"""The shared templates: every component renders in both languages, and obeys the content policy."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

import tongban.web
from tests.web.page_help import Page
from tongban.calendars.seed import bundled
from tongban.core.clock import ClockFacts, Ground, Limit, Pause, Reading, StartEvent, Unit, colour, read
from tongban.web import gallery_samples as samples
from tongban.web import navigation
from tongban.web.components import clocks, flow

WEB = Path(tongban.web.__file__).parent
SHARED = WEB / "templates"
ICONS = WEB.parents[1] / "tools" / "icons.txt"


def render(source: str, **context: object) -> str:
    return engines["django"].from_string("{% load i18n tb %}" + source).render(context)


@pytest.fixture(params=["zh-hans", "en"])
def language(request: pytest.FixtureRequest) -> str:
    with translation.override(request.param):
        yield request.param


@pytest.fixture
def chinese() -> None:
    with translation.override("zh-hans"):
        yield


def gallery(language: str = "zh-hans", **cookies: str) -> Page:
    client = Client()
    client.cookies["language"] = language
    for name, value in cookies.items():
        client.cookies[name] = value
    answer = client.get("/components/")
    assert answer.status_code == 200
    return Page(answer.content.decode())


# --- the gallery as a page -------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", ["zh-hans", "en"])
def test_gallery_obeys_the_content_policy(code: str) -> None:
    page = gallery(code)
    assert page.refused_by_policy() == []
    assert len(page.ids) == len(set(page.ids))


def test_every_reference_of_the_gallery_leads_somewhere() -> None:
    page = gallery()
    ids = set(page.ids)
    for _, attributes in page.tags:
        for name in ("for", "aria-describedby", "aria-labelledby"):
            for target in attributes.get(name, "").split():
                assert target in ids, (name, target)
    for link in page.all("a"):
        if link["href"].startswith("#id_"):
            assert link["href"][1:] in ids


def test_chinese_page_has_no_english_sentence() -> None:
    words = gallery().words()
    assert not re.findall(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){3,}", words)


def test_english_page_says_the_same_in_english() -> None:
    words = gallery("en").words()
    for text in (
        "Components",
        "There are 6 places to mend",
        "Administrative Licensing Law, art. 32(1)(4)",
        "3 days left",
    ):
        assert text in words


def test_page_language_and_modes_are_in_the_root_element() -> None:
    assert gallery().all("html", lang="zh-Hans")
    assert gallery("en").all("html", lang="en")
    root = gallery(care="1", theme="dark").all("html")[0]
    assert "data-care" in root
    assert root["data-theme"] == "dark"


def test_dark_theme_is_not_offered_on_the_portal() -> None:
    client = Client()
    client.cookies["theme"] = "dark"
    page = Page(client.get("/no/such/page").content.decode())
    assert "data-theme" not in page.all("html")[0]


# --- templates, icons, style sheets ----------------------------------------------------------------------------
@pytest.mark.parametrize("path", sorted(SHARED.rglob("*.html")), ids=lambda path: path.name)
def test_every_shared_template_compiles(path: Path) -> None:
    engines["django"].get_template(str(path.relative_to(SHARED)))


def test_every_icon_in_use_is_in_the_sprite() -> None:
    known = {line.strip() for line in ICONS.read_text().splitlines() if line.strip() and not line.startswith("#")}
    used = {icon for _, icon in clocks.LOOKS.values()}
    for path in WEB.rglob("*.html"):
        used |= set(re.findall(r"{% icon \"([\w/-]+)\"", path.read_text()))
        used |= set(re.findall(r"\bicon(?:_name)?=\"([\w/-]+)\"", path.read_text()))
    assert used - known == set()


def test_style_sheets_use_only_defined_variables_and_fetch_nothing() -> None:
    sheets = {path.name: path.read_text() for path in (WEB / "static/tongban/css").glob("*.css")}
    defined = set(re.findall(r"(--[\w-]+)\s*:", "".join(sheets.values())))
    for name, text in sheets.items():
        assert set(re.findall(r"var\((--[\w-]+)", text)) - defined == set(), name
        assert "url(" not in text
        assert "@import" not in text
        assert text.count("{") == text.count("}")


def test_scripts_are_plain_files_without_foreign_addresses() -> None:
    for path in (WEB / "static/tongban/js").glob("*.js"):
        text = path.read_text()
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), path.name
        assert "eval(" not in text


# --- display switches and language -----------------------------------------------------------------------------
def test_switches_keep_the_choice_and_go_back() -> None:
    answer = Client().post("/display/", {"care": "1", "theme": "dark", "language": "en", "next": "/components/?a=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/components/?a=1")
    assert {name: answer.cookies[name].value for name in ("care", "theme", "language")} == {
        "care": "1",
        "theme": "dark",
        "language": "en",
    }


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_switches_never_lead_to_another_site(target: str) -> None:
    answer = Client().post("/display/", {"care": "1", "next": target})
    assert answer["Location"] == "/"


def test_switches_ignore_unknown_values() -> None:
    answer = Client().post("/display/", {"care": "<b>", "language": "xx", "next": "/"})
    assert not answer.cookies


def test_chinese_is_the_default_whatever_the_browser_prefers() -> None:
    answer = Client().get("/components/", headers={"accept-language": "en-GB,en;q=0.9"})
    assert answer["Content-Language"] == "zh-hans"
    assert "组件" in answer.content.decode()


# --- clocks ----------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("chinese")
def test_chips_show_shape_and_word() -> None:
    shown = {
        name: Page(render("{% clock reading '/ledger' %}", reading=reading)) for name, reading in samples.readings()
    }
    words = {name: page.words() for name, page in shown.items()}
    assert words["normal"] == "剩9日"
    assert words["soon"] == "剩3日"
    assert words["late"] == "超期1日"
    assert words["paused"] == "暂停7日"
    assert words["met"] == "按时"
    assert words["provisional"] == "剩10日，2027年1月12日（暂定）"
    assert words["not started"] == "未开始"
    full = {name: clocks.chip(reading, full=True).text for name, reading in samples.readings()}
    assert (full["normal"], full["late"], full["paused"]) == ("剩9个工作日", "超期1个工作日", "暂停7个工作日")
    signs = {name: page.all("use")[0]["href"].partition("#")[2] for name, page in shown.items()}
    assert len({signs[name] for name in ("normal", "soon", "late", "paused", "met", "not started")}) == 6
    assert all(page.all("a", href="/ledger") for page in shown.values())


@pytest.mark.usefixtures("chinese")
def test_due_today_is_said() -> None:
    start = date(2026, 9, 15)
    limit = Limit(15, Unit.WORKING_DAY, StartEvent.ACCEPTANCE)
    reading = read(limit, ClockFacts(start), bundled(), date(2026, 10, 12))
    assert (reading.left, clocks.chip(reading).text) == (0, "今日到期")


def _readings() -> st.SearchStrategy[Reading]:
    @st.composite
    def build(draw: st.DrawFn) -> Reading:
        start = date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 330)))
        opened = start + timedelta(days=draw(st.integers(1, 20)))
        closed = draw(st.one_of(st.none(), st.integers(0, 20).map(lambda days: opened + timedelta(days=days))))
        pauses = (Pause(opened, closed, Ground.TESTING),) if draw(st.booleans()) else ()
        unit = draw(st.sampled_from([Unit.WORKING_DAY, Unit.CALENDAR_DAY]))
        limit = Limit(draw(st.integers(1, 40)), unit, StartEvent.ACCEPTANCE)
        return read(limit, ClockFacts(start, pauses), bundled(), start + timedelta(days=draw(st.integers(0, 60))))

    return build()


@settings(max_examples=60, deadline=None)
@given(_readings())
def test_the_calendar_picture_is_the_ledger(reading: Reading) -> None:
    with translation.override("zh-hans"):
        picture = clocks.picture(reading)
        rows = clocks.rows(reading)
    assert picture is not None
    cells = [cell for week in picture.weeks for cell in week if not cell.blank]
    assert all(len(week) == 7 for week in picture.weeks)
    assert [cell.when for cell in cells] == [line.date for line in reading.ledger]
    assert [cell.ordinal for cell in cells] == [line.counted for line in reading.ledger]
    assert all(week[0].blank or week[0].when.weekday() == 0 for week in picture.weeks)
    for cell, line in zip(cells, reading.ledger, strict=True):
        assert ("due" in cell.css.split()) == line.due
        assert ("today" in cell.css.split()) == (line.date == reading.as_of)
        assert ("paused" in cell.css.split() or "pauseoff" in cell.css.split()) == (line.kind == "paused")
        assert ("prov" in cell.css.split()) == line.provisional
    assert sum(bool(row.due) for row in rows) == sum(line.due for line in reading.ledger)


@pytest.mark.usefixtures("chinese")
def test_the_calendar_names_holidays_make_up_days_and_the_pause() -> None:
    picture = clocks.picture(samples.paused_reading(), events={date(2026, 9, 15): ("received",)})
    assert picture is not None
    cells = {cell.when: cell for week in picture.weeks for cell in week if cell.when}
    assert cells[date(2026, 9, 15)].label == "收件·受理"
    assert cells[date(2026, 9, 20)].label == "调休上班"
    assert cells[date(2026, 9, 24)].label == "暂停·检测"
    assert cells[date(2026, 9, 25)].css == "pauseoff"
    assert cells[date(2026, 10, 1)].label == "国庆节"
    assert cells[date(2026, 10, 13)].label == "今天"
    assert cells[date(2026, 10, 16)].label == "到期"


def test_colours_of_the_samples_are_what_their_names_say() -> None:
    found = {name: colour(reading) for name, reading in samples.readings()}
    assert found.pop("provisional") == "normal"
    assert found.pop("not started") == "not_started"
    assert all(name == shade for name, shade in found.items())


# --- fields ----------------------------------------------------------------------------------------------------
def test_every_kind_of_field_is_labelled_and_described(language: str) -> None:
    form = samples.EntryForm(samples.WRONG_ENTRIES)
    html = "".join(render("{% field bound %}", bound=bound) for bound in form)
    page = Page(html)
    ids = set(page.ids)
    for tag in ("input", "select", "textarea"):
        for control in page.all(tag):
            labels = page.all("label", **{"for": control["id"]})
            wrapped = control.get("name") == "premises"
            assert labels or wrapped, control
            assert set(control.get("aria-describedby", "").split()) <= ids
    invalid = {attributes["name"] for _, attributes in page.tags if attributes.get("aria-invalid") == "true"}
    assert invalid == {"uscc", "area", "since", "district", "true_words"}
    assert all(name in ids for name in ("id_delivery-error", "id_uscc-error"))


def test_summary_says_the_same_words_as_the_fields(language: str) -> None:
    form = samples.EntryForm(samples.WRONG_ENTRIES)
    summary = Page(render("{% error_summary form %}", form=form))
    fields = Page("".join(render("{% field bound %}", bound=bound) for bound in form))
    links = summary.all("a")
    assert len(links) == 6
    assert {link["href"][1:] for link in links} <= set(fields.ids)
    for text in summary.text:
        if text.strip() and text.strip() not in ("有6处要改", "There are 6 places to mend"):
            assert text in fields.text


@pytest.mark.usefixtures("chinese")
def test_a_missing_entry_is_named() -> None:
    form = samples.EntryForm({})
    words = Page(render("{% error_summary form %}", form=form)).words()
    assert "请填写单位名称" in words
    assert "请选择送达方式" in words
    assert "请勾选“以上内容真实”" in words


def test_entries_are_escaped_and_kept() -> None:
    form = samples.EntryForm({**samples.GOOD_ENTRIES, "name": '<script>"𠮷', "remark": "</textarea><b>"})
    html = render("{% field form.name %}{% field form.remark %}", form=form)
    assert "<script>" not in html
    assert "<b>" not in html
    page = Page(html)
    assert page.all("input", name="name")[0]["value"] == '<script>"𠮷'
    assert "</textarea><b>" in "".join(page.text)


def test_passwords_are_never_written_back() -> None:
    from django import forms

    class SignIn(forms.Form):
        secret = forms.CharField(widget=forms.PasswordInput())

    html = render("{% field form.secret %}", form=SignIn({"secret": "十分秘密"}))
    assert "十分秘密" not in html


# --- other parts -----------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("chinese")
def test_a_refused_button_says_why_and_what_would_help() -> None:
    page = Page(render("{% button '准予许可' refusal=refusal id='grant' %}", refusal=samples.refusal()))
    button = page.all("button")[0]
    assert button["aria-disabled"] == "true"
    assert button["aria-describedby"] in page.ids
    for part in ("受理和决定不能是同一人", "请转给其他决定人", "《行政许可法》第三十四条第三款"):
        assert part in page.words()


def test_pagination_keeps_the_rest_of_the_address() -> None:
    request = RequestFactory().get("/list/?q=旅馆&page=6")
    html = engines["django"].from_string("{% load tb %}{% pagination 6 20 397 %}").render({}, request)
    page = Page(html)
    addresses = [link["href"] for link in page.all("a")]
    assert all("q=%E6%97%85%E9%A6%86" in address for address in addresses)
    assert page.all("a", aria_current="page")[0]["href"].endswith("page=6")
    assert {re.sub(r".*page=", "", address) for address in addresses} == {"1", "4", "5", "6", "7", "8", "20"}


def test_one_page_needs_no_links() -> None:
    assert not Page(render("{% pagination 1 1 3 %}")).all("a")


@pytest.mark.usefixtures("chinese")
def test_flow_stacks_departments_and_hatches_what_stops_the_clock() -> None:
    steps = flow.flow(samples.PROCEDURE, samples.SPECIAL)
    assert [step.name for step in steps] == ["提交", "受理", "同时办理", "决定", "制证", "送达"]
    assert [box.name for box in steps[2].branches] == ["卫生审查", "生态环境", "市场监管", "现场核查"]
    assert steps[2].pauses == ("检测：不计入时限",)
    assert steps[-1].css == "end"
    alone = flow.flow(samples.PROCEDURE, reviews=samples.PROCEDURE.reviews[:1])
    assert [box.name for box in alone[2].branches] == ["卫生审查", "现场核查"]
    assert [step.name for step in flow.flow(samples.FILING, track="filing")] == ["提交", "核对", "已备案"]


def test_law_is_set_as_law_in_both_languages() -> None:
    with translation.override("zh-hans"):
        assert render("{% law c %}", c=samples.CITATION) == (
            '<span class="tb-law">《行政许可法》第三十二条第一款第四项</span>'
        )
    with translation.override("en"):
        assert "art. 32(1)(4)" in render("{% law c %}", c=samples.CITATION)
    assert render("{% law c %}", c=None) == ""


def test_masthead_of_the_desk_works_for_somebody_not_signed_in() -> None:
    request = RequestFactory().get("/desk/")
    request.user = AnonymousUser()
    page = Page(render_to_string("base/desk.html", {"user": request.user}, request))
    assert page.refused_by_policy() == []
    assert "main" in page.ids


@pytest.mark.parametrize("menu", [navigation.PUBLIC, navigation.FOOTER, navigation.DESK])
def test_every_link_of_the_menus_leads_to_a_screen(menu: tuple[tuple[str, str, str, str], ...]) -> None:
    assert [link.key for link in navigation.links(menu)] == [key for key, _, _, _ in menu]


def test_an_authority_s_own_practice_does_not_look_like_law() -> None:
    own = render("{% law c %}", c="由本机关规定，便于不到场审查")
    assert own == '<span class="tb-mute">由本机关规定，便于不到场审查</span>'
    mixed = render("{% law c %}", c="由本机关规定，依据《中华人民共和国建筑法》")
    assert 'class="tb-law"' in mixed
