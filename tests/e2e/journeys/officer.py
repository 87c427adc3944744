"""What officers do at the desk, step by step, as the pages offer it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.journeys.screen import Screen

WRONG = "图上没有标出周边30米范围。"
REMEDY = "补标30米范围线和范围内的单位。"
WRONG_FIELD = "面积与平面图不一致。"
REMEDY_FIELD = "按平面图改写。"


def sign_in(screen: Screen, username: str) -> Screen:
    """Sign in at the desk; the work list opens."""
    screen.sign_in(username, "/desk/sign-in/")
    expect(screen.page).to_have_url(re.compile(r"/desk/$"))
    return screen


def open_case(screen: Screen, number: str) -> Screen:
    """Open a case from the work list by its row."""
    screen.go("/desk/")
    screen.sound().follow(f"tr[data-row] a[href='/desk/cases/{number}/']")
    return screen


def look_at(screen: Screen, key: str) -> None:
    """Open a material; its first page is drawn in the viewer."""
    screen.follow(f"a[data-material][href$='m={key}']")
    if screen.find("[data-viewer]").count():
        drawn(screen)


def drawn(screen: Screen) -> None:
    """The page of the material is drawn: something on it is neither clear nor white."""
    expect(screen.find("[data-vw-count]")).to_have_text(re.compile(r"^\d+ / \d+$"))
    expect(screen.find("[data-vw-fallback]")).to_be_hidden()
    # The count stands before the page is painted; a picture that stays empty fails by the window's patience.
    screen.page.wait_for_function(
        """() => {
            const canvas = document.querySelector("[data-vw-page] canvas");
            if (!canvas || !canvas.width) return false;
            const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            for (let at = 0; at < data.length; at += 4) if (data[at + 3] && data[at] < 250) return true;
            return false;
        }"""
    )


def materials(screen: Screen) -> list[str]:
    """The keys of the materials, in order."""
    links = screen.find("a[data-material]").all()
    return [str(link.get_attribute("href")).rpartition("m=")[2] for link in links]


def mark_met(screen: Screen, but: str = "") -> int:
    """Mark every open point on view as met, except the one called ``but``; returns how many."""
    marked = 0
    while True:
        left = screen.find("[data-point]:not(:has([aria-pressed=true])) [data-met]:visible")
        keys = [str(one.get_attribute("id")) for one in left.all()]
        keys = [key for key in keys if not (but and key.endswith(but))]
        if not keys:
            return marked
        screen.find(f"#{keys[0]}").click()
        expect(screen.find(f"#{keys[0]}")).to_have_attribute("aria-pressed", "true")
        marked += 1


def check_all(screen: Screen, but: str = "") -> None:
    """Look at every material and mark what its points say."""
    for key in materials(screen):
        look_at(screen, key)
        mark_met(screen, but)


def annotate_spot(screen: Screen, point: str) -> None:
    """Not met: place the pin on the page with the mouse, write what is wrong and how to mend it."""
    screen.follow(f"#n-completeness-{point}")
    expect(screen.find("#wrong")).to_be_visible()
    drawn(screen)
    screen.find("[data-vw=annotate]").click()
    expect(screen.find("[data-vw=annotate]")).to_have_attribute("aria-pressed", "true")
    screen.find("[data-vw-page] canvas").scroll_into_view_if_needed()
    screen.find("[data-vw-page]").click(position={"x": 120, "y": 150})
    expect(screen.find("#annotate [name=x]")).not_to_have_value("")
    write_point(screen, WRONG, REMEDY)
    expect(screen.find(".vw-pins a")).to_have_count(1)


def annotate_field(screen: Screen, path: str) -> None:
    """A point about an entry of the form."""
    screen.follow("a[data-material][href$='m=form']")
    screen.follow(f"a[href*='field={path}']")
    write_point(screen, WRONG_FIELD, REMEDY_FIELD)


def write_point(screen: Screen, wrong: str, remedy: str) -> None:
    """Fill and send the open annotation form."""
    screen.find("#wrong").fill(wrong)
    screen.find("#remedy").fill(remedy)
    screen.sound().follow("#annotate button[type=submit]")
    expect(screen.find("#desk-points")).to_contain_text(wrong)


def act(screen: Screen, verb: str, **entries: str) -> None:
    """One verb from the bar: its panel, the document to be issued where there is one, done."""
    if screen.find(f"#desk-bar .desk-more a[href*='/do/{verb}/']").count():
        screen.find("#desk-bar .desk-more summary").click()
    screen.follow(f"#desk-bar a[href*='/do/{verb}/']")
    for name, value in entries.items():
        field = screen.find(f".desk-act__form [name='{name}']")
        if field.first.get_attribute("type") == "radio":
            screen.find(f".desk-act__form [name='{name}'][value='{value}']").check()
        elif field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)
    screen.sound()
    if screen.find("button[name=step][value=preview][data-default]").count():
        screen.follow("button[name=step][value=preview][data-default]")
        screen.sound()
        expect(screen.find(".desk-paper").first).to_be_visible()
    screen.follow("button[name=step][value=do]")
    expect(screen.find("[role=status] .tb-note--ok")).to_be_visible()


def judge_all(screen: Screen) -> None:
    """Every corrected point is mended."""
    buttons = screen.find("#desk-judge button.y")
    for index in range(buttons.count()):
        button = buttons.nth(index)
        button.click()
        expect(buttons.nth(index)).to_have_attribute("aria-pressed", "true")
