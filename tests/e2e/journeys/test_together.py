"""Two people on one case, a session that ends in a form, a button pressed twice: nothing is lost or double."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from tests.e2e.journeys import applicant, officer
from tests.e2e.journeys.hall import ITEM, PASSWORD, Enterprise, Hall, ready_draft
from tests.e2e.journeys.screen import BESIDE_THE_STORY, OpenScreen, Screen
from tongban.accounts import queries as accounts
from tongban.cases import queries

pytestmark = pytest.mark.xdist_group(BESIDE_THE_STORY)


def test_the_second_officer_sees_what_happened_and_keeps_the_text(hall: Hall, open_screen: OpenScreen) -> None:
    number = hall.submitted(hall.enterprise())
    first = officer.sign_in(open_screen("desktop"), "window")
    second = officer.sign_in(open_screen("desktop"), "window-2")
    for screen in (first, second):
        screen.go(f"/desk/cases/{number}/?m=site_plan&point=completeness-plan_distance")
        expect(screen.find("#wrong")).to_be_visible()
    officer.write_point(first, officer.WRONG, officer.REMEDY)
    second.find("#wrong").fill("缺指北方向。")
    second.find("#remedy").fill("补画指北针。")
    second.follow("#annotate button[type=submit]")
    note = second.find("[role=alert]")
    expect(note).to_be_visible()
    expect(note).to_contain_text("示例window")
    expect(second.find("#wrong")).to_have_value("缺指北方向。")
    expect(second.find("#remedy")).to_have_value("补画指北针。")
    second.sound().follow("#annotate button[type=submit]")
    expect(second.find("#desk-points")).to_contain_text("缺指北方向。")
    expect(second.find("#desk-points")).to_contain_text(officer.WRONG)


def test_a_verb_that_somebody_else_already_did_is_refused_with_the_reason(hall: Hall, open_screen: OpenScreen) -> None:
    number = hall.submitted(hall.enterprise())
    first = officer.sign_in(open_screen("desktop"), "window")
    second = officer.sign_in(open_screen("desktop"), "window-2")
    first.go(f"/desk/cases/{number}/")
    officer.check_all(first)
    for screen in (first, second):
        screen.go(f"/desk/cases/{number}/do/accept/")
        expect(screen.find(".desk-paper").first).to_be_visible()
    first.follow("button[name=step][value=do]")
    expect(first.find("[role=status] .tb-note--ok")).to_be_visible()
    second.follow("button[name=step][value=do]")
    expect(second.find("[role=alert]").first).to_contain_text("示例window")
    second.sound()
    now = timezone.now()
    view = queries.case_for_desk(number, accounts.actor_for(hall.officers["window"], now), now)
    assert [entry.verb for entry in view.story].count("accept") == 1


def test_an_ended_session_loses_nothing(hall: Hall, open_screen: OpenScreen) -> None:
    """With scripts and without: what was typed is back after signing in, on the same page."""
    for scripts in (True, False):
        who = hall.enterprise()
        screen = open_screen("phone", java_script_enabled=scripts)
        _open_first_page(screen, who)
        page = screen.path
        Session.objects.all().delete()
        screen.find("[name='contact.name']").fill("虞知白")
        screen.find("[name='contact.phone']").fill("1380000")
        screen.page.keyboard.press("Tab")
        screen.follow(applicant.NEXT)
        expect(screen.page).to_have_url(re.compile(r"/sign-in/"))
        screen.sound() if scripts else screen.quiet()
        screen.find("[name=handle]").fill(who.uscc)
        screen.find("[name=password]").fill(PASSWORD)
        screen.follow(applicant.NEXT)
        assert screen.path == page
        expect(screen.find("[name='contact.name']")).to_have_value("虞知白")
        expect(screen.find("[name='contact.phone']")).to_have_value("1380000")


def test_an_officer_whose_session_ended_goes_on_where_it_was(hall: Hall, open_screen: OpenScreen) -> None:
    """A point being written and a finding pressed: the first is back after signing in, the second says so at once."""
    number = hall.submitted(hall.enterprise())
    desk = officer.sign_in(open_screen("desktop"), "window")
    desk.go(f"/desk/cases/{number}/?m=site_plan&point=completeness-plan_distance")
    desk.find("#wrong").fill("缺指北方向。")
    Session.objects.all().delete()
    desk.follow("#annotate button[type=submit]")
    _sign_in_again(desk)
    expect(desk.find("#wrong")).to_have_value("缺指北方向。")
    desk.find("#remedy").fill("补画指北针。")
    desk.sound().follow("#annotate button[type=submit]")
    expect(desk.find("#desk-points")).to_contain_text("缺指北方向。")
    Session.objects.all().delete()
    desk.follow("[data-point]:not(:has([aria-pressed=true])) [data-met]:visible")
    _sign_in_again(desk)
    assert desk.path == f"/desk/cases/{number}/"


def _sign_in_again(desk: Screen) -> None:
    expect(desk.page).to_have_url(re.compile(r"/desk/sign-in/\?next="))
    desk.find("[name=handle]").fill("window")
    desk.find("[name=password]").fill(PASSWORD)
    desk.follow(applicant.NEXT)


def _open_first_page(screen: Screen, who: Enterprise) -> None:
    """A new draft with its situation answered; the first page that asks for a contact."""
    screen.sign_in(who.uscc)
    screen.go(f"/items/{ITEM}/apply/?{urlencode(applicant.situation(who))}")
    screen.follow(applicant.NEXT)
    links = screen.find("a.govuk-task-list__link[href*='/pages/']").all()
    for path in [str(link.get_attribute("href")) for link in links]:
        screen.go(path)
        if screen.find("[name='contact.name']").count():
            return
    raise AssertionError("no page asks for a contact")


def test_a_double_click_hands_in_one_case(hall: Hall, open_screen: OpenScreen) -> None:
    who = hall.enterprise()
    screen, other = open_screen("phone"), open_screen("phone", java_script_enabled=False)
    draft = ready_draft(who)
    for window in (screen, other):
        window.sign_in(who.uscc)
        window.go(f"/apply/{draft}/check/")
        window.find("[name=declared]").check()
        window.find("[name=signature]").fill(who.name)
    with screen.page.expect_navigation():
        screen.find(applicant.NEXT).dblclick()
    number, _code = applicant.receipt(screen)
    other.follow(applicant.NEXT)
    assert applicant.receipt(other)[0] == number
    screen.go("/cases/").sound()
    expect(screen.find("main h3 a[href^='/cases/']")).to_have_count(1)
