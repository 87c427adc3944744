"""The whole story of one licence, from the search box to the altered copy, in a phone's and a desktop's window."""

from __future__ import annotations

import os
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.journeys import applicant, officer
from tests.e2e.journeys.hall import ITEM, Enterprise, Hall, work
from tests.e2e.journeys.screen import OpenScreen, Screen

NOTICES = ("收件", "补正", "受理", "决定")
#: PostgreSQL sees the story once: screens do not differ by database. In continuous integration each database has one
#: size, so that both are seen.
BOTH_SIZES = ["desktop"] if os.environ.get("CI") == "true" else ["desktop", "phone"]
SIZES = ["phone"] if os.environ["DATABASE_URL"].startswith("postgres") else BOTH_SIZES


@pytest.mark.parametrize("size", [pytest.param(size, marks=pytest.mark.xdist_group(f"e2e-{size}")) for size in SIZES])
def test_the_whole_story(size: str, hall: Hall, open_screen: OpenScreen) -> None:
    who = hall.enterprise()
    portal = open_screen(size)
    number, code = _apply(portal, who)
    window = officer.sign_in(open_screen(size), "window")
    _ask_for_correction(window, number)
    _correct(portal, who, number)
    _accept(window, number)
    _review(open_screen, size, number)
    _decide(open_screen, size, number)
    _deliver(open_screen, size, number)
    address, licence = _receive(portal, number)
    public = open_screen(size)
    _look_up(public, number, code)
    _verify(public, address, licence)


def _apply(portal: Screen, who: Enterprise) -> tuple[str, str]:
    """Search, guide, situation, form with a mistake, licence on file, uploads, signature, receipt."""
    portal.go("/").sound()
    portal.find("#q").fill("开消毒液厂")
    portal.follow(".tb-search button")
    portal.sound().follow(f"main a[href$='/items/{ITEM}/']")
    portal.sign_in(who.uscc)
    applicant.begin(portal, who)
    portal.sound()
    applicant.fill_all(portal, who, mistake=True)
    applicant.reuse_licence(portal)
    assert applicant.upload_all(portal, who) >= 5
    number, code = applicant.sign(portal, who)
    portal.sound()
    return number, code


def _ask_for_correction(window: Screen, number: str) -> None:
    """Every material in the viewer, every point marked; two points go into the one notice."""
    officer.open_case(window, number).sound()
    officer.check_all(window, but="plan_distance")
    officer.look_at(window, "site_plan")
    officer.annotate_spot(window, "plan_distance")
    officer.annotate_field(window, "plant_area")
    window.follow("#desk-bar a[href$='/do/request_correction/']")
    paper = window.find(".desk-paper").first
    for text in (officer.WRONG, officer.REMEDY, officer.WRONG_FIELD, officer.REMEDY_FIELD):
        expect(paper).to_contain_text(text)
    window.sound().follow("button[name=step][value=do]")
    expect(window.find("[role=status] .tb-note--ok")).to_be_visible()
    window.sound()
    work()


def _correct(portal: Screen, who: Enterprise, number: str) -> None:
    """Exactly two places are asked for; both are handed in on one page."""
    portal.go(f"/cases/{number}/correction/")
    expect(portal.find("section.pt-place")).to_have_count(2)
    expect(portal.find("main")).to_contain_text(officer.WRONG)
    expect(portal.find("main")).to_contain_text(officer.REMEDY_FIELD)
    applicant.correct(portal, who, number, {"plant_area": [str(int(who.form["plant_area"]) + 100)]})
    expect(portal.find("main a[href$='/correction/']")).to_have_count(0)
    work()


def _accept(window: Screen, number: str) -> None:
    """The corrected points are judged, the rest is looked at, the application is accepted."""
    officer.open_case(window, number).sound()
    officer.judge_all(window)
    officer.check_all(window)
    officer.act(window, "accept")
    work()


def _review(open_screen: OpenScreen, size: str, number: str) -> None:
    """Three departments at once; the health department inspects and signs with two officers."""
    for name in ("ecology-1", "market-1", "health-1"):
        screen = officer.sign_in(open_screen(size), name)
        officer.open_case(screen, number)
        assert officer.mark_met(screen) >= 3
        if name == "health-1":
            points = {f"point-{key}": "yes" for key in ("visit_measure", "visit_equipment", "visit_ground")}
            officer.act(screen, "inspect", second_officer="示例health-2", conclusion="现场与申报一致。", **points)
        officer.act(screen, "opinion", outcome="agree", opinion="符合条件，同意。")
        screen.sound()
    second = officer.sign_in(open_screen(size), "health-2")
    officer.open_case(second, number)
    officer.act(second, "countersign", agree="yes")
    work()


def _decide(open_screen: OpenScreen, size: str, number: str) -> None:
    decider = officer.sign_in(open_screen(size), "decider")
    officer.open_case(decider, number)
    officer.act(decider, "grant", reasons="三方意见一致，符合法定条件。")
    decider.sound()
    work()


def _deliver(open_screen: OpenScreen, size: str, number: str) -> None:
    clerk = officer.sign_in(open_screen(size), "certificates")
    officer.open_case(clerk, number)
    officer.act(clerk, "make_certificate")
    clerk.sound()
    work()
    clerk.page.reload()
    officer.act(clerk, "deliver", method="electronic")
    clerk.sound()
    work()


def _receive(portal: Screen, number: str) -> tuple[str, bytes]:
    """The applicant reads how every day was counted, and downloads the licence; returns its public address too."""
    portal.go(f"/cases/{number}/").sound()
    expect(portal.find(".tb-docs a[href*='/documents/']").first).to_be_visible()
    documents = [str(one.get_attribute("href")) for one in portal.find(".tb-docs a[href*='/documents/']").all()]
    assert len(documents) >= len(NOTICES)
    assert all(portal.page.request.get(path).body().startswith(b"%PDF") for path in documents)
    for title in NOTICES:
        expect(portal.find("aside")).to_contain_text(title)
    portal.go(f"/cases/{number}/clock/?clock=statutory").sound()
    expect(portal.find(".tb-ledger tbody tr").first).to_be_visible()
    portal.go(f"/cases/{number}/").follow("main .tb-lic a")
    portal.sound()
    with portal.page.expect_download() as waiting:
        portal.find("a[href$='?download']").click()
    content = waiting.value.path().read_bytes()
    assert content.startswith(b"%PDF")
    address = portal.find("a[href^='/verify/']").first.get_attribute("href")
    portal.go("/licences/").sound()
    assert address
    return address, content


def _look_up(public: Screen, number: str, code: str) -> None:
    """Without signing in: number and code show the progress; a wrong code shows nothing."""
    public.go("/progress/")
    public.find("[name=number]").fill(number)
    public.find("[name=code]").fill("ZZZZZZ" if code != "ZZZZZZ" else "YYYYYY")
    public.follow(applicant.NEXT)
    expect(public.find(".govuk-error-summary")).to_be_visible()
    public.sound().find("[name=code]").fill(code)
    public.follow(applicant.NEXT)
    expect(public.page).to_have_url(re.compile(rf"/progress/{number}/$"))
    public.sound()


def _verify(public: Screen, address: str, licence: bytes) -> None:
    """The QR code's address and the file itself are genuine; one changed byte is found; another file is unknown."""
    public.go(address).sound()
    expect(public.find(".pt-verdict h1")).to_have_text("登记有效")
    answers = {"真实有效": licence, "被改动过": altered(licence), "没有登记": b"%PDF-1.4\n%%EOF\n"}
    for said, content in answers.items():
        public.go("/verify/").sound()
        public.find("[name=file]").set_input_files(applicant.payload("证照.pdf", content))
        public.follow("form[enctype] button")
        expect(public.find(".pt-verdict h1")).to_have_text(said)
        public.sound()


def altered(content: bytes) -> bytes:
    """The file with one byte of its first content stream changed."""
    at = content.index(b"stream\n") + len(b"stream\n") + 20
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
