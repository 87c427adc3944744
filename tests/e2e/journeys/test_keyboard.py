"""A case is checked, annotated and accepted with the keyboard alone; single keys can be switched off."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.journeys import officer
from tests.e2e.journeys.hall import PASSWORD, Hall
from tests.e2e.journeys.screen import BESIDE_THE_STORY, OpenScreen, Screen

pytestmark = pytest.mark.xdist_group(BESIDE_THE_STORY)


def _press(screen: Screen, *keys: str) -> None:
    for key in keys:
        screen.page.keyboard.press(key)


def _press_and_go(screen: Screen, key: str) -> None:
    with screen.page.expect_navigation():
        screen.page.keyboard.press(key)


def test_a_case_is_handled_by_keyboard_alone(hall: Hall, open_screen: OpenScreen) -> None:
    number = hall.submitted(hall.enterprise())
    desk = open_screen("desktop")
    desk.go("/desk/")
    _sign_in_by_keyboard(desk, "window")
    _find_and_open(desk, number)
    _help(desk)
    _mark_points(desk)
    _annotate_by_keyboard(desk)
    _send_the_notice(desk, number)


def _sign_in_by_keyboard(desk: Screen, username: str) -> None:
    desk.find("[name=handle]").focus()
    desk.page.keyboard.type(username)
    _press(desk, "Tab")
    expect(desk.find("[name=password]")).to_be_focused()
    desk.page.keyboard.type(PASSWORD)
    _press_and_go(desk, "Enter")
    expect(desk.page).to_have_url(re.compile(r"/desk/$"))


def _find_and_open(desk: Screen, number: str) -> None:
    """The case lies somewhere in the list: J moves down, K up, Enter opens."""
    address = f"/desk/cases/{number}/"
    rows = desk.find("tr[data-row]").count()
    _press(desk, "j")
    expect(desk.find("tr[data-row]").first).to_have_class(re.compile("is-cur"))
    if rows > 1:
        _press(desk, "j", "k")
        expect(desk.find("tr[data-row]").first).to_have_class(re.compile("is-cur"))
    for _ in range(rows):
        if desk.find(f"tr.is-cur a[href='{address}']").count():
            break
        _press(desk, "j")
    expect(desk.find(f"tr.is-cur a[href='{address}']")).to_be_focused()
    _press_and_go(desk, "Enter")
    expect(desk.page).to_have_url(re.compile(address))


def _help(desk: Screen) -> None:
    _press(desk, "?")
    expect(desk.find("#dk-keys")).to_be_visible()
    desk.sound()
    _press(desk, "Escape")
    expect(desk.find("#dk-keys")).to_be_hidden()


def _mark_points(desk: Screen) -> None:
    """] leads from material to material; J to a point, 1 marks it."""
    keys = officer.materials(desk)
    current = desk.find("a[data-material][aria-current]")
    at = keys.index(str(current.get_attribute("href")).rpartition("m=")[2])
    _press_and_go(desk, "]")
    expect(desk.find("a[data-material][aria-current]")).to_have_attribute("href", re.compile(rf"m={keys[at + 1]}$"))
    _press_and_go(desk, "[")
    expect(desk.find("a[data-material][aria-current]")).to_have_attribute("href", re.compile(rf"m={keys[at]}$"))
    _press(desk, "j")
    point = desk.find("[data-point].is-cur")
    name = str(point.get_attribute("id"))
    _press(desk, "1")
    expect(desk.find(f"#{name} [data-met]")).to_have_attribute("aria-pressed", "true")


def _annotate_by_keyboard(desk: Screen) -> None:
    """2 opens the annotation of the first point; A and the arrows place the pin; Ctrl+Enter sends what was typed."""
    while not str(desk.find("a[data-material][aria-current]").get_attribute("href")).endswith("m=site_plan"):
        _press_and_go(desk, "]")
    officer.drawn(desk)
    _press_and_go(desk, "2")
    expect(desk.find("#wrong")).to_be_focused()
    officer.drawn(desk)
    _press(desk, "Escape")
    desk.find("[data-vw-stage]").focus()
    _press(desk, "a")
    expect(desk.find("[data-vw=annotate]")).to_have_attribute("aria-pressed", "true")
    _press(desk, "ArrowRight", "ArrowDown", "Enter")
    expect(desk.find("#annotate [name=x]")).to_have_value("520")
    expect(desk.find("#annotate [name=y]")).to_have_value("520")
    expect(desk.find("#wrong")).to_be_focused()
    desk.page.keyboard.type(officer.WRONG)
    _press(desk, "Tab")
    expect(desk.find("#remedy")).to_be_focused()
    desk.page.keyboard.type(officer.REMEDY)
    _press_and_go(desk, "Control+Enter")
    expect(desk.find("#desk-points")).to_contain_text(officer.WRONG)


def _send_the_notice(desk: Screen, number: str) -> None:
    """Verbs with legal effect have no single key: Tab to the button, then Ctrl+Enter in the panel."""
    link = desk.find("#desk-bar a[href$='/do/request_correction/']")
    if not link.count():
        for key in officer.materials(desk):
            officer.look_at(desk, key)
            officer.mark_met(desk, "plan_distance")
    link.focus()
    _press_and_go(desk, "Enter")
    expect(desk.find(".desk-paper").first).to_contain_text(officer.WRONG)
    _press_and_go(desk, "Control+Enter")
    expect(desk.page).to_have_url(re.compile(rf"/desk/cases/{number}/$"))
    expect(desk.find("[role=status] .tb-note--ok")).to_be_visible()


def test_single_keys_can_be_switched_off(hall: Hall, open_screen: OpenScreen) -> None:
    number = hall.submitted(hall.enterprise())
    desk = officer.sign_in(open_screen("desktop"), "window-2")
    desk.find(".dk-drop summary").click()
    desk.follow("button[name=keys]")
    desk.go(f"/desk/cases/{number}/")
    _press(desk, "j", "?")
    expect(desk.find("[data-point].is-cur")).to_have_count(0)
    expect(desk.find("#dk-keys")).to_be_hidden()
