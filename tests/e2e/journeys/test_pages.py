"""Every page that the journeys do not pass: accessible, no wider than the window, silent; in all modes of display."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.journeys import officer
from tests.e2e.journeys.hall import ITEM, Hall, accept, work
from tests.e2e.journeys.screen import OpenScreen, Screen

pytestmark = pytest.mark.one_database
BOTH = pytest.mark.parametrize(
    "size", [pytest.param(size, marks=pytest.mark.xdist_group(f"e2e-{size}")) for size in ("desktop", "phone")]
)
PUBLIC = (
    "/items/",
    "/items/?q=没有这样的事项",
    "/items/?only=appliable&object=2",
    f"/items/{ITEM}/?version=1",
    f"/items/{ITEM}/print/",
    "/sign-in/",
    "/register/",
    "/register/person/",
    "/register/enterprise/",
    "/progress/",
    "/verify/没有这样的码",
    "/about/accessibility/",
    "/about/privacy/",
)
MODES = ({"care": "1"}, {"theme": "dark"}, {"language": "en"})


def test_the_checks_find_faults(open_screen: OpenScreen) -> None:
    """A page that is too wide, unreadable and broken is told apart from a sound one."""
    screen = open_screen("phone")
    screen.page.set_content("<!doctype html><html lang=zh><title>t</title><main><h1>好</h1></main></html>")
    screen.sound()
    screen.page.set_content(
        "<html><main><p><font color=#eee>淡</font><script>throw new Error('x')</script></main></html>"
    )
    for check in (screen.accessible, screen.quiet):
        with pytest.raises(AssertionError):
            check()
    screen.page.set_content("<!doctype html><meta name=viewport content='width=device-width'><hr width=900>")
    with pytest.raises(AssertionError):
        screen.fits()


@BOTH
def test_public_pages(size: str, hall: Hall, open_screen: OpenScreen) -> None:
    screen = open_screen(size)
    for path in PUBLIC:
        screen.go(path).sound()
    screen.go("/没有这一页/", 404).sound()
    for mode in MODES:
        _show_in(screen, mode)
        for path in ("/", f"/items/{ITEM}/", "/register/enterprise/", "/verify/"):
            screen.go(path).sound()


def _show_in(screen: Screen, mode: dict[str, str]) -> None:
    """A mode of display, as its cookie keeps it."""
    screen.page.context.clear_cookies()
    screen.page.context.add_cookies(
        [{"name": name, "value": value, "url": screen.site} for name, value in mode.items()]
    )


@pytest.mark.xdist_group("e2e-desktop")
def test_swapping_what_a_script_has_styled_breaks_no_policy(hall: Hall, open_screen: OpenScreen) -> None:
    """A text area drawn larger, a sheet of the viewer: their successors come without an inline style."""
    screen = open_screen("desktop").go(f"/items/{ITEM}/")
    screen.page.evaluate("document.querySelectorAll('#tailored [id]').forEach((one) => one.style.marginTop = '1px')")
    with screen.page.expect_response(re.compile(rf"/items/{ITEM}/\?")):
        screen.find("#tailored input[name=variant]").first.check()
    expect(screen.page).to_have_url(re.compile(r"\?variant="))
    screen.page.wait_for_timeout(300)  # settling comes a moment after the swap
    screen.sound()


@BOTH
def test_pages_of_an_applicant(size: str, hall: Hall, open_screen: OpenScreen) -> None:
    who = hall.enterprise()
    number = hall.submitted(who)
    hall.draft(who)
    screen = open_screen(size).sign_in(who.uscc)
    screen.go("/cases/").sound()
    screen.follow("main a[href^='/apply/'][href$='/']").sound()
    for path in (
        f"/cases/{number}/receipt/",
        f"/cases/{number}/withdraw/",
        f"/cases/{number}/clock/",
        "/licences/",
        "/messages/",
        "/account/",
        "/cases/?q=没有&state=closed",
    ):
        screen.go(path).sound()
    screen.go("/cases/120116-20200101-000001/", 404).sound()


@BOTH
def test_pages_of_the_desk(size: str, hall: Hall, open_screen: OpenScreen) -> None:
    new, accepted = hall.submitted(hall.enterprise()), hall.submitted(hall.enterprise())
    accept(accepted)
    work()
    panels = ("assign", "note", "refuse_acceptance", "not_required", "request_correction", "accept")
    _walk(
        officer.sign_in(open_screen(size), "window-2"),
        *(f"/desk/cases/{new}/{part}" for part in ("?m=form", "print/", "chain/", "ledger/")),
        *(f"/desk/cases/{new}/do/{verb}/" for verb in panels),
        f"/desk/cases/{accepted}/",
        f"/desk/cases/{accepted}/papers/service/",
        f"/desk/cases/{accepted}/messages/",
        "/desk/messages/",
        "/desk/messages/templates/",
        "/desk/?lane=department",
        "/desk/?lane=paused",
        f"/desk/hand-on/?case={new}",
        "/desk/search/?q=没有这个人",
        "/desk/cases/",
    )
    review = ("opinion", "start_special", "request_clarification", "inspect")
    _walk(
        officer.sign_in(open_screen(size), "health-1"),
        *(f"/desk/cases/{accepted}/do/{verb}/" for verb in review),
        f"/desk/cases/{accepted}/ledger/?clock=review:health",
    )
    decide = ("grant", "refuse", "terminate", "extend")
    _walk(
        officer.sign_in(open_screen(size), "decider"),
        *(f"/desk/cases/{accepted}/do/{verb}/" for verb in decide),
    )


@BOTH
def test_pages_of_supervision_and_catalogue(size: str, hall: Hall, open_screen: OpenScreen) -> None:
    supervisor = officer.sign_in(open_screen(size), "supervisor")
    _walk(supervisor, "/desk/alerts/", "/desk/operations/")
    supervisor.go("/desk/没有这一页/", 404).sound()
    library = officer.sign_in(open_screen(size), "catalogue")
    _walk(
        library,
        "/desk/items/",
        "/desk/items/?q=消毒",
        f"/desk/items/{ITEM}/",
        f"/desk/items/{ITEM}/versions/2/",
        f"/desk/items/{ITEM}/compare/?old=1&new=2",
    )


def _walk(screen: Screen, *paths: str) -> None:
    for path in paths:
        screen.go(path).sound()


@pytest.mark.xdist_group("e2e-desktop")
def test_the_desk_in_every_mode(hall: Hall, open_screen: OpenScreen) -> None:
    number = hall.submitted(hall.enterprise())
    for mode in MODES:
        screen = open_screen("desktop")
        _show_in(screen, mode)
        officer.sign_in(screen, "window").sound()
        _walk(screen, f"/desk/cases/{number}/?m=site_plan", f"/desk/cases/{number}/do/not_required/")
