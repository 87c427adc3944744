"""The applicant's whole path in a browser that runs no script: register, apply, upload, sign, correct."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.journeys import applicant
from tests.e2e.journeys.hall import ITEM, PASSWORD, Enterprise, Hall, ask_for_correction, work
from tests.e2e.journeys.screen import OpenScreen, Screen
from tongban.commands.demo_data import invented


@pytest.mark.xdist_group("e2e-desktop")
def test_everything_an_applicant_does_works_without_scripts(hall: Hall, open_screen: OpenScreen) -> None:
    who = hall.unregistered_enterprise()
    screen = open_screen("phone", java_script_enabled=False)
    _register(screen, who)
    _answer_situation(screen, who)
    applicant.fill_all(screen, who)
    _upload(screen, who)
    number, _code = applicant.sign(screen, who)
    ask_for_correction(number, "site_plan")
    work()
    _correct(screen, who, number)


def _register(screen: Screen, who: Enterprise) -> None:
    """A new account; a wrong credit code is told beside its field with everything else kept."""
    screen.go(f"/items/{ITEM}/").follow("form[action$='/apply/'] button")
    expect(screen.page).to_have_url(re.compile(r"/sign-in/\?next="))
    screen.follow("main a[href*='/register/']")
    screen.follow("main a[href*='/register/enterprise/']")
    entries = {
        "name": who.name,
        "id_number": who.uscc[:-1] + ("0" if who.uscc[-1] != "0" else "1"),
        "legal_representative": invented.representative_of(who.name),
        "address": "示例大道1号",
        "agent_name": "虞知白",
        "phone": "13800009999",
        "email": "noscript@example.com",
        "password": PASSWORD,
    }
    for name, value in entries.items():
        screen.find(f"main [name={name}]").fill(value)
    screen.follow(applicant.NEXT)
    expect(screen.page).to_have_title(re.compile("^错误："))
    expect(screen.find("main [name=id_number]")).to_have_attribute("aria-invalid", "true")
    expect(screen.find("main [name=name]")).to_have_value(who.name)
    screen.find("main [name=id_number]").fill(who.uscc)
    screen.find("main [name=password]").fill(PASSWORD)
    screen.follow(applicant.NEXT)
    expect(screen.page).to_have_url(re.compile(rf"/items/{ITEM}/apply/"))


def _answer_situation(screen: Screen, who: Enterprise) -> None:
    """Begin without the guide's answers: the questions are asked inside the application, page by page."""
    screen.follow(applicant.NEXT)
    screen.follow("a.govuk-task-list__link[href$='/situation/']")
    answers = applicant.situation(who)
    for _ in range(4):
        if not screen.path.endswith("/situation/"):
            break
        for name, value in answers.items():
            option = screen.find(f"main form [name='{name}'][value='{value}'][type=radio]")
            if option.count():
                option.check()
        screen.follow(applicant.NEXT)
    screen.go(applicant.draft_path(screen))


def _upload(screen: Screen, who: Enterprise) -> None:
    """Choose a file, press the button, see it listed; a file that is none of ours is refused in words."""
    screen.go(applicant.draft_path(screen) + "materials/")
    refused = False
    for _ in range(screen.find(".tb-mat li:has(.tb-tag--warn) a").count()):
        link = screen.find(".tb-mat li:has(.tb-tag--warn) a").first
        label = link.inner_text().strip()
        key = str(link.get_attribute("href")).rstrip("/").rpartition("/")[2]
        screen.follow(".tb-mat li:has(.tb-tag--warn) a")
        if not refused:
            screen.find("#file").set_input_files(applicant.payload("程序.pdf", b"MZ" * 99))
            screen.follow("[data-upload-submit]")
            expect(screen.find(".govuk-error-summary")).to_be_visible()
            refused = True
        name, content = (f"{label}.png", who.picture) if key == "business_licence" else who.file(key, label)
        screen.find("#file").set_input_files(applicant.payload(name, content))
        screen.follow("[data-upload-submit]")
        expect(screen.find("#sent li").filter(has_text=name)).to_be_visible()
        screen.follow("main a.govuk-button")


def _correct(screen: Screen, who: Enterprise, number: str) -> None:
    screen.go(f"/cases/{number}/").follow("main a[href$='/correction/']")
    place = "#f-material-site_plan"
    name, content = who.file("site_plan", "厂区平面图", revision="2")
    screen.find(f"{place} input[type=file][multiple]").set_input_files(applicant.payload(name, content))
    screen.follow(f"{place} [data-upload-submit]")
    expect(screen.find("#sent-site_plan li").filter(has_text=name)).to_be_visible()
    screen.follow(applicant.NEXT)
    expect(screen.page).to_have_url(re.compile(rf"/cases/{number}/$"))
    expect(screen.find("main a[href$='/correction/']")).to_have_count(0)
