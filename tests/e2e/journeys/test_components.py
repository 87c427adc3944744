"""The components in a real browser: no accessibility fault in any mode, and the scripts do what they promise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

pytestmark = [pytest.mark.one_database, pytest.mark.xdist_group("e2e-phone")]
PDF = Path(__file__).parent / "two-pages.pdf"
MODES = {"plain": {}, "english": {"language": "en"}, "dark": {"theme": "dark"}, "care": {"care": "1"}}


@pytest.fixture
def errors() -> list[str]:
    return []


def open_gallery(context: BrowserContext, site: str, errors: list[str], **cookies: str) -> Page:
    context.add_cookies([{"name": name, "value": value, "url": site} for name, value in cookies.items()])
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type in ("error", "warning") else None)
    page.goto(f"{site}/components/")
    return page


@pytest.fixture
def page(browser: Browser, site: str, errors: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield open_gallery(context, site, errors)
    context.close()
    assert errors == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("mode", MODES)
def test_no_accessibility_fault_and_no_sideways_scroll(
    browser: Browser, site: str, errors: list[str], mode: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = open_gallery(context, site, errors, **MODES[mode])
    page.wait_for_selector("[data-vw-count]:has-text('/')")
    found = Axe().run(page)
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    context.close()
    assert errors == []


def test_everything_is_there_without_scripts(browser: Browser, site: str, errors: list[str]) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    page = open_gallery(context, site, errors)
    menu = page.locator("details.tb-menu")
    menu.locator("summary").click()
    expect(menu.locator(".tb-drop__in")).to_be_visible()
    page.locator(".tb-mast button[name=care]").click()
    expect(page.locator("html")).to_have_attribute("data-care", "")
    expect(page.get_by_role("button", name="上传", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="在新窗口打开“厂区与车间平面图”")).to_be_visible()
    context.close()


def test_care_mode_switches_at_once_and_stays(page: Page) -> None:
    page.locator(".tb-mast button[name=care]").click()
    expect(page.locator("html")).to_have_attribute("data-care", "")
    expect(page.locator(".tb-mast button[name=care]")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-care", "")
    page.locator(".tb-mast button[name=care]").click()
    expect(page.locator("html")).not_to_have_attribute("data-care", "")


def _files(*names: str) -> list[dict[str, object]]:
    return [{"name": name, "mimeType": "application/pdf", "buffer": b"%PDF-1.4 " + b"x" * 2000} for name in names]


def test_uploads_send_each_file_and_take_the_list_from_the_answer(page: Page) -> None:
    sent: list[bytes] = []

    def answer(route: Route) -> None:
        sent.append(route.request.post_data_buffer or b"")
        route.fulfill(status=200, content_type="text/html", body=f"<p id='arrived'>{len(sent)}</p>")

    page.route("**/components/", answer)
    page.set_input_files("#up-files", _files("甲.pdf", "乙.pdf"))
    expect(page.locator("#arrived")).to_have_text("2")
    expect(page.locator("[data-upload-list] li")).to_have_count(0)
    assert "甲.pdf".encode() in sent[0]
    assert b"csrfmiddlewaretoken" in sent[1]


def _answer_in_turn(page: Page, *answers: tuple[int, str, str]) -> None:
    waiting = iter(answers)

    def answer(route: Route) -> None:
        status, kind, body = next(waiting)
        route.fulfill(status=status, content_type=f"{kind}; charset=utf-8", body=body)

    page.route("**/components/", answer)


def test_a_refused_upload_says_why_and_is_replaced_by_another_file(page: Page, errors: list[str]) -> None:
    refused = (422, "text/plain", "“甲.pdf”打不开，请另存后再传")
    _answer_in_turn(page, refused, (200, "text/html", "<p id='arrived'>1</p>"))
    page.set_input_files("#up-files", _files("甲.pdf"))
    row = page.locator("[data-upload-list] li")
    expect(row).to_contain_text("打不开，请另存后再传")
    with page.expect_file_chooser() as chooser:
        row.locator("button").click()
    chooser.value.set_files(_files("乙.pdf"))
    expect(page.locator("#arrived")).to_have_text("1")
    expect(row).to_have_count(0)
    errors[:] = [text for text in errors if "422" not in text]


def test_an_upload_that_failed_on_the_way_can_be_tried_again(page: Page, errors: list[str]) -> None:
    _answer_in_turn(page, (502, "text/html", ""), (200, "text/html", "<p id='arrived'>1</p>"))
    page.set_input_files("#up-files", _files("甲.pdf"))
    page.locator("[data-upload-list] li").get_by_role("button", name="再试一次").click()
    expect(page.locator("#arrived")).to_have_text("1")
    errors[:] = [text for text in errors if "502" not in text]


def test_a_file_that_is_too_large_is_not_sent(page: Page) -> None:
    page.evaluate("document.querySelector('form[data-upload]').dataset.uploadMax = '0.001'")
    page.route("**/components/", lambda route: route.abort())
    page.set_input_files("#up-files", _files("甲.pdf"))
    expect(page.locator("[data-upload-list] li")).to_contain_text("超过大小上限")


def test_a_form_is_sent_once_and_says_so(page: Page) -> None:
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    button = page.locator("section:has(> h2:text-is('按钮')) button:has-text('主要')")
    page.evaluate(
        """() => {
          const form = [...document.querySelectorAll('form.tb-row')][0];
          const button = form.querySelector('button');
          form.requestSubmit(button);
          form.requestSubmit(button);
        }"""
    )
    page.wait_for_load_state("networkidle")
    assert len(posts) == 1
    expect(button).to_be_visible()


def test_a_button_that_is_off_sends_nothing(page: Page) -> None:
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.locator("#grant").click(force=True)
    page.wait_for_timeout(300)
    assert posts == []


AUTOSAVED = """<form method="post" action="/save" data-autosave="/autosave" id="draft">
<input type="hidden" name="csrfmiddlewaretoken" value="t">
<input name="area" value=""><input type="password" name="secret">
<p data-saved role="status"><span data-saved-text>—</span></p><button>保存</button></form>"""


def with_draft(page: Page, site: str) -> None:
    """A page of ours with a form of a draft put in, as the server would have sent it."""
    html = page.request.get(f"{site}/no/such/page").text().replace("</h1>", f"</h1>{AUTOSAVED}")
    page.route(f"{site}/draft/", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=html))
    page.goto(f"{site}/draft/")


def test_leaving_a_field_saves_and_says_when(page: Page, site: str) -> None:
    saved: list[str] = []

    def answer(route: Route) -> None:
        saved.append(route.request.post_data or "")
        route.fulfill(content_type="application/json", body=json.dumps({"saved_at": "2026-10-13T02:42:00Z"}))

    page.route("**/autosave", answer)
    with_draft(page, site)
    page.fill("[name=area]", "240")
    page.locator("[name=area]").blur()
    expect(page.locator("[data-saved-text]").first).to_have_text("今天10:42已保存")
    assert "240" in saved[0]


def test_entries_survive_the_end_of_the_session(page: Page, site: str, errors: list[str]) -> None:
    page.route("**/autosave", lambda route: route.fulfill(status=403, body=""))
    with_draft(page, site)
    page.fill("[name=area]", "二百四十")
    page.fill("[name=secret]", "never kept")
    page.locator("[name=secret]").blur()
    expect(page.locator("[data-saved-text]").first).to_contain_text("登录已过期")
    kept = page.evaluate("JSON.stringify(sessionStorage)")
    assert "二百四十" in kept
    assert "never kept" not in kept
    page.unroute("**/autosave")
    page.route("**/autosave", lambda route: route.fulfill(status=204, body=""))
    page.reload()
    expect(page.locator("[name=area]")).to_have_value("二百四十")
    expect(page.locator("[data-saved-text]").first).to_contain_text("已保存")
    errors[:] = [text for text in errors if "403" not in text]


def test_the_viewer_turns_zooms_and_takes_a_place_by_keyboard(page: Page) -> None:
    viewer = page.locator("[data-viewer]")
    expect(viewer.locator(".vw-pins a")).to_have_count(2)
    before = viewer.locator("canvas").bounding_box()
    viewer.locator("[data-vw=in]").click()
    page.wait_for_function(
        "(width) => document.querySelector('[data-viewer] canvas').offsetWidth > width", arg=before["width"]
    )
    viewer.locator("[data-vw=fit]").click()
    viewer.locator("[data-vw=annotate]").click()
    expect(viewer.locator("[data-vw-stage]")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    form = page.locator("#annotate")
    expect(form.locator("[name=wrong]")).to_be_focused()
    assert [form.locator(f"[name={name}]").input_value() for name in ("page", "x", "y")] == ["1", "520", "520"]


def test_a_place_is_the_same_on_a_turned_page(page: Page) -> None:
    viewer = page.locator("[data-viewer]")
    expect(viewer.locator(".vw-pins a")).to_have_count(2)
    viewer.locator("[data-vw=turn]").click()
    page.wait_for_function(
        "() => { const c = document.querySelector('[data-viewer] canvas'); return c.offsetHeight > c.offsetWidth }"
    )
    viewer.locator("[data-vw=annotate]").click()
    box = viewer.locator("canvas").bounding_box()
    viewer.locator("canvas").click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.1}, force=True)
    form = page.locator("#annotate")
    x, y = (int(form.locator(f"[name={name}]").input_value()) for name in ("x", "y"))
    assert abs(x - 100) <= 3
    assert abs(y - 750) <= 3


def test_the_viewer_shows_a_pdf_page_by_page(page: Page, site: str) -> None:
    body = PDF.read_bytes()
    page.route("**/sample.pdf", lambda route: route.fulfill(content_type="application/pdf", body=body))
    html = page.content().replace('data-mime="image/svg+xml"', 'data-mime="application/pdf"')
    html = html.replace('data-src="/static/tongban/img/sample-plan.svg"', 'data-src="/sample.pdf"')
    page.route(f"{site}/with-pdf/", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=html))
    page.goto(f"{site}/with-pdf/")
    count = page.locator("[data-vw-count]")
    expect(count).to_have_text("1 / 2")
    page.locator("[data-vw=next]").click()
    expect(count).to_have_text("2 / 2")
    expect(page.locator("[data-vw=next]")).to_be_disabled()


def test_the_keyboard_list_opens_with_a_question_mark_and_gives_focus_back(page: Page) -> None:
    page.locator("h1").click()
    page.keyboard.press("?")
    dialog = page.locator("#dk-keys")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.locator("#id_good-name").focus()
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()
