"""The viewer at length: 40 pages, search, small pages, two files side by side and what changed between them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.journeys import officer
from tests.e2e.journeys.hall import Hall
from tests.e2e.journeys.papers import scan, text_pdf
from tests.e2e.journeys.screen import OpenScreen, Screen
from tongban.cases.models import CaseMaterial, MaterialFile
from tongban.records.services import store_file

pytestmark = [pytest.mark.one_database, pytest.mark.xdist_group("e2e-desktop")]
PDF = "application/pdf"


def _forty() -> list[list[str]]:
    lines = [[f"Sheet {number} of 40", "Floor plan of the workshop", "Area in all"] for number in range(1, 41)]
    lines[6].append("Ventila")  # the word goes on in the next line, as layouts break it
    lines[6].append("tion 240 m3")
    return lines


FORTY = text_pdf(_forty())


def _show(page: Page, site: str, body: bytes) -> Page:
    """The viewer of the gallery with another file in it."""
    page.route("**/sample.pdf", lambda route: route.fulfill(content_type=PDF, body=body))
    html = page.request.get(f"{site}/components/").text().replace('data-mime="image/svg+xml"', f'data-mime="{PDF}"')
    html = html.replace('data-src="/static/tongban/img/sample-plan.svg"', 'data-src="/sample.pdf"')
    page.route(f"{site}/with-pdf/", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=html))
    page.goto(f"{site}/with-pdf/")
    expect(page.locator("[data-vw-count]")).to_have_text(re.compile(r"1 / \d+"))
    return page


@pytest.fixture
def viewed(browser: Browser, site: str) -> Iterator[Page]:
    errors: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert errors == []


def _drawn(page: Page) -> int:
    """How many pages hold pixels: the small ones in sight and the one shown."""
    return int(
        page.evaluate("[...document.querySelectorAll('[data-viewer] canvas')].filter((one) => one.width).length")
    )


def test_page_seven_of_forty_is_reached_by_number_by_key_and_by_its_small_picture(viewed: Page, site: str) -> None:
    page = _show(viewed, site, FORTY)
    count, field, stage = (page.locator(f"[data-vw-{name}]") for name in ("count", "number", "stage"))
    field.fill("7")
    width = "document.querySelector('[data-vw-page] canvas').getBoundingClientRect().width"
    before = page.evaluate(width)
    page.set_viewport_size({"width": 700, "height": 900})  # the page is drawn again while somebody types
    page.wait_for_function(f"{width} !== {before}")
    field.press("Enter")
    expect(count).to_have_text("7 / 40")
    field.fill("41")
    field.press("Enter")
    expect(page.locator("[data-vw-note]")).to_contain_text("40")
    expect(field).to_have_value("7")
    stage.focus()
    for key, number in (("PageDown", 8), ("PageUp", 7), ("End", 40), ("Home", 1)):
        page.keyboard.press(key)
        expect(count).to_have_text(f"{number} / 40")
    page.locator("[data-vw=strip]").click()
    page.locator("[data-number='7']").scroll_into_view_if_needed()
    page.locator("[data-number='7']").click()
    expect(count).to_have_text("7 / 40")
    expect(page.locator("[data-number='7']")).to_have_attribute("aria-current", "page")


def test_only_pages_in_sight_are_drawn(viewed: Page, site: str) -> None:
    page = _show(viewed, site, FORTY)
    page.locator("[data-vw=strip]").click()
    page.wait_for_function("document.querySelector('[data-number=\"1\"] canvas').width > 0")
    assert page.locator("[data-vw-strip] button").count() == 40
    for number in (10, 20, 30, 40):
        page.locator(f"[data-number='{number}']").scroll_into_view_if_needed()
        page.wait_for_function(f"document.querySelector('[data-number=\"{number}\"] canvas').width > 0")
        assert _drawn(page) < 15
    page.wait_for_function("document.querySelector('[data-number=\"1\"] canvas').width === 0")


def test_words_are_found_counted_marked_and_left(viewed: Page, site: str) -> None:
    page = _show(viewed, site, FORTY)
    told = page.locator("[data-vw-found]")
    page.locator("[data-vw-stage]").focus()
    page.keyboard.press("Control+f")
    field = page.locator("[data-vw-find] input")
    expect(field).to_be_focused()
    field.type("VENTILATION")
    expect(told).to_have_text("1 / 1")
    expect(page.locator("[data-vw-count]")).to_have_text("7 / 40")
    expect(page.locator(".vw-hit.is-hit")).to_have_count(2)  # the two parts of the broken word
    field.fill("floor plan")
    expect(told).to_have_text("7 / 40")
    field.press("Enter")
    expect(told).to_have_text("8 / 40")
    expect(page.locator("[data-vw-count]")).to_have_text("8 / 40")
    page.locator("[data-vw-hit='-1']").click()
    expect(told).to_have_text("7 / 40")
    field.fill("no such words")
    expect(told).to_have_text("没有找到")
    field.press("Escape")
    expect(page.locator("[data-vw-stage]")).to_be_focused()
    expect(page.locator(".vw-hit")).to_have_count(0)


def test_a_scan_says_that_it_has_no_text(viewed: Page, site: str) -> None:
    page = _show(viewed, site, scan(1))
    page.locator("[data-vw=find]").click()
    page.locator("[data-vw-find] input").type("a")
    expect(page.locator("[data-vw-found]")).to_contain_text("扫描件")


def test_the_marks_of_a_hit_lie_on_its_words(viewed: Page, site: str) -> None:
    """Where the mark is there is ink, and beside it there is none."""
    page = _show(viewed, site, text_pdf([["", "", "needle"]]))
    page.locator("[data-vw=find]").click()
    page.locator("[data-vw-find] input").type("needle")
    expect(page.locator(".vw-hit")).to_have_count(1)
    box = page.locator(".vw-hit").bounding_box()
    whole = page.locator("[data-vw-page]").bounding_box()
    assert box
    assert whole
    assert abs((box["x"] - whole["x"]) / whole["width"] - 60 / 595) < 0.01
    assert abs((box["y"] + box["height"] / 2 - whole["y"]) / whole["height"] - (842 - 770 + 48 - 4) / 842) < 0.01
    page.locator("[data-vw=turn]").click()
    page.wait_for_function("(c => c.offsetWidth > c.offsetHeight)(document.querySelector('[data-viewer] canvas'))")
    turned = page.locator(".vw-hit").bounding_box()
    assert turned
    assert turned["height"] > turned["width"]


def _differing(page: Page, site: str, before: str, after: str) -> object:
    page.goto(f"{site}/components/")
    script = "async ([a, b]) => (await import('/static/tongban/js/compare-text.js')).differing([...a], [...b])"
    return page.evaluate(script, [before, after])


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("", "", []),
        ("abc", "abc", []),
        ("abc", "", [[0, 3, 0, 0]]),
        ("", "abc", [[0, 0, 0, 3]]),
        ("abcdef", "abXdef", [[2, 3, 2, 3]]),
        ("abcdef", "bcdefg", [[0, 1, 0, 0], [6, 6, 5, 6]]),
        ("aaaa", "aa", [[2, 4, 2, 2]]),
    ],
)
def test_what_differs_is_found(viewed: Page, site: str, before: str, after: str, pieces: list[list[int]]) -> None:
    assert _differing(viewed, site, before, after) == pieces


def test_pieces_that_differ_make_one_text_of_the_other(viewed: Page, site: str) -> None:
    """Whatever two texts are: replacing the pieces in the first gives the second."""
    viewed.goto(f"{site}/components/")
    wrong = viewed.evaluate(
        """async () => {
            const { differing } = await import('/static/tongban/js/compare-text.js');
            let seed = 7;
            const next = (most) => (seed = (seed * 48271) % 2147483647) % most;
            for (let round = 0; round < 400; round += 1) {
                const [a, b] = [0, 1].map(() => Array.from({ length: next(25) }, () => "abc"[next(3)]));
                const made = [...a];
                for (const [a1, a2, b1, b2] of differing(a, b).reverse()) made.splice(a1, a2 - a1, ...b.slice(b1, b2));
                if (made.join("") !== b.join("")) return [a.join(""), b.join("")];
            }
            return null;
        }"""
    )
    assert wrong is None


def test_files_that_differ_throughout_end_in_time(viewed: Page, site: str) -> None:
    assert _differing(viewed, site, "a" * 4000, "b" * 4000) is None


def _two_versions(number: str, before: bytes, after: bytes) -> tuple[str, str, str]:
    """A material of the case with an earlier and a corrected file; returns its key and both files' ids."""
    material = CaseMaterial.objects.filter(case__number=number, files__isnull=False).order_by("position")[0]
    material.files.all().delete()
    ids = []
    for at, content in enumerate((before, after), start=1):
        stored = store_file(content=content, name=f"版本{at}.pdf", mime=PDF, purpose="correction")
        MaterialFile.objects.create(
            material=material,
            file_id=stored.id,
            name=stored.name,
            mime=stored.mime,
            size=stored.size,
            sha256=stored.sha256,
            round=at,
            superseded_round=2 if at == 1 else None,
        )
        ids.append(stored.id)
    return material.key, ids[0], ids[1]


@pytest.fixture(scope="module")
def number(hall: Hall) -> str:
    """A case of its own."""
    return hall.submitted(hall.enterprise())


def _beside(screen: Screen, number: str, key: str) -> Screen:
    officer.sign_in(screen, "window")
    screen.go(f"/desk/cases/{number}/?m={key}")
    screen.follow("a.desk-beside")
    return screen


def test_the_corrected_file_stands_beside_the_earlier_one_and_changed_words_are_marked(
    number: str, open_screen: OpenScreen
) -> None:
    before, after = _forty(), _forty()
    after[6][2] = "Area in all 260 m2 checked"
    after[6][4] = "tion 300 m3"
    key, old, new = _two_versions(number, text_pdf(before), text_pdf(after))
    desk = _beside(open_screen("desktop"), number, key)
    expect(desk.find("#cmp-a")).to_have_value(old)
    expect(desk.find("#cmp-b")).to_have_value(new)
    expect(desk.find("[data-cmp-said]")).to_contain_text("2")
    rows = desk.find("[data-cmp-list] li")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("260 m2 checked")
    expect(rows.nth(1).locator("del")).to_have_text("240")
    expect(rows.nth(1).locator("ins")).to_have_text("300")
    rows.nth(1).locator("button").click()
    for pane, css in (("a", "vw-old"), ("b", "vw-new")):
        expect(desk.find(f".cmp-pane--{pane} [data-vw-count]")).to_have_text("7 / 40")
        expect(desk.find(f".cmp-pane--{pane} .{css}.is-one")).to_have_count(1)
    desk.sound()
    _moves_together(desk)


def _moves_together(desk: Screen) -> None:
    left, right = (desk.find(f".cmp-pane--{pane}") for pane in ("a", "b"))
    desk.page.wait_for_timeout(200)  # a viewer that was just led reports nothing for a moment
    left.locator("[data-vw=next]").click()
    expect(right.locator("[data-vw-count]")).to_have_text("8 / 40")
    desk.find("[data-cmp-together]").uncheck()
    left.locator("[data-vw=next]").click()
    expect(left.locator("[data-vw-count]")).to_have_text("9 / 40")
    expect(right.locator("[data-vw-count]")).to_have_text("8 / 40")
    assert "together" not in desk.page.url
    desk.find("[data-cmp-marks]").uncheck()
    expect(desk.find(".vw-new")).to_have_count(0)
    desk.page.reload()
    expect(desk.find("[data-cmp-together]")).not_to_be_checked()
    expect(desk.find("[data-cmp-marks]")).not_to_be_checked()


def test_areas_of_a_scan_that_look_different_are_outlined(number: str, open_screen: OpenScreen) -> None:
    key, *_ids = _two_versions(number, scan(2), scan(2, stamp=(300, 190), shift=3))
    desk = _beside(open_screen("desktop"), number, key)
    expect(desk.find("[data-cmp-said]")).to_contain_text("1处")
    outline = desk.find(".cmp-pane--a .vw-area")
    expect(outline).to_have_count(1)
    box, whole = outline.bounding_box(), desk.find(".cmp-pane--a [data-vw-page]").bounding_box()
    assert box
    assert whole
    middle = (box["x"] + box["width"] / 2 - whole["x"]) / whole["width"]
    assert abs(middle - 335 / 600) < 0.05
    moved, other = (desk.find(f".cmp-pane--b {one}").bounding_box() for one in (".vw-area", "[data-vw-page]"))
    assert moved
    assert other
    assert moved["x"] - other["x"] > box["x"] - whole["x"]  # the second scan lies a little lower and to the right
    desk.sound()


def test_a_scan_beside_a_file_with_text_is_left_to_the_eye(number: str, open_screen: OpenScreen) -> None:
    key, *_ids = _two_versions(number, scan(1), text_pdf([["Area 240"]]))
    desk = _beside(open_screen("desktop"), number, key)
    expect(desk.find("[data-cmp-said]")).to_contain_text("目视")


def test_on_a_phone_one_side_shows_with_a_switch(number: str, open_screen: OpenScreen) -> None:
    key, _old, new = _two_versions(number, scan(1), scan(1))
    phone = open_screen("phone")
    officer.sign_in(phone, "window")
    phone.go(f"/desk/cases/{number}/side-by-side/?a=form&b={new}&m={key}")
    expect(phone.find(".cmp-pane--a")).to_be_hidden()
    expect(phone.find(".cmp-pane--b canvas").last).to_be_visible()
    phone.sound()
    phone.find("label[for=cmp-left]").click()
    expect(phone.find(".cmp-pane--a .cmp-form")).to_be_visible()
    expect(phone.find(".cmp-pane--b")).to_be_hidden()
    phone.sound()


def test_without_scripts_both_files_can_be_opened(number: str, open_screen: OpenScreen) -> None:
    key, *_ids = _two_versions(number, scan(1), scan(1))
    plain = _beside(open_screen("desktop", java_script_enabled=False), number, key)
    expect(plain.find(".vw-fallback a")).to_have_count(2)
    expect(plain.find("[data-cmp-said]")).to_contain_text("目视")
