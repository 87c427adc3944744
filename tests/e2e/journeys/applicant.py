"""What an applicant does at the portal, step by step, as the pages offer it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import FilePayload, expect

from tests.e2e.journeys.hall import ITEM, Enterprise
from tests.e2e.journeys.screen import Screen

NEXT = "main form button[type=submit].govuk-button:not(.govuk-button--secondary)"
#: No form has so many; a page that leads back to itself must not keep a test for ever.
MOST_PAGES = 20
_YES_NO = {"true": "yes", "false": "no"}


def payload(name: str, content: bytes) -> FilePayload:
    """A file as the browser's file chooser takes it."""
    return {
        "name": name,
        "mimeType": "application/pdf" if name.endswith(".pdf") else "image/png",
        "buffer": content,
    }


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    """Names of inputs with what is typed or chosen."""
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from flat(value, f"{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for number, row in enumerate(value, 1):
                yield from flat(row, f"{name}.{number}.")
        elif isinstance(value, list):
            yield name, value
        else:
            yield name, [_YES_NO.get(value, value)]


def begin(screen: Screen, who: Enterprise) -> None:
    """From the guide to the task list, with the situation answered on the guide."""
    screen.go(f"/items/{ITEM}/")
    for name, value in situation(who).items():
        option = screen.find(f"#tailored input[name='{name}'][value='{value}']")
        with screen.page.expect_response(re.compile(rf"/items/{ITEM}/\?")):
            option.check()
        expect(screen.find(f"#tailored input[name='{name}'][value='{value}']")).to_be_checked()
    screen.sound()
    address = parse_qs(urlsplit(screen.page.url).query)
    assert address == {name: [value] for name, value in situation(who).items()}, "reload and Back keep the answers"
    screen.page.reload()
    for name, value in situation(who).items():
        expect(screen.find(f"#tailored input[name='{name}'][value='{value}']")).to_be_checked()
    screen.follow("a[href*='/apply/'].govuk-button:visible, form[action$='/apply/'] button:visible")
    screen.sound().follow(NEXT)
    expect(screen.page).to_have_url(re.compile(r"/apply/[0-9a-f-]{36}/$"))
    screen.go(f"{screen.path}situation/")
    for name, value in situation(who).items():
        expect(screen.find(f"main input[type=radio][name='{name}'][value='{value}']")).to_be_checked()
    screen.go(screen.path.removesuffix("situation/"))


def situation(who: Enterprise) -> dict[str, str]:
    """Names of the questions' inputs with the enterprise's answers."""
    answers = {f"q.{key}": value for key, value in who.application.answers.items()}
    return {"variant": who.application.variant, **answers}


def fill_page(screen: Screen, who: Enterprise) -> None:
    """Every input of a form page; rows are added as needed."""
    form = who.form
    for key in _tables(screen):
        for number in range(2, len(form[key]) + 1):
            if not screen.find(f"[name^='{key}.{number}.']").count():
                screen.follow(f"button[name=do][value='add:{key}']")
    for name, values in flat(form):
        inputs = screen.find(f"main form [name='{name}']")
        if inputs.count():
            enter(screen, name, values)


def _tables(screen: Screen) -> list[str]:
    buttons = screen.find("button[name=do][value^='add:']").all()
    return [str(button.get_attribute("value")).partition(":")[2] for button in buttons]


def enter(screen: Screen, name: str, values: list[str]) -> None:
    """Type or choose ``values`` in the input called ``name``."""
    kind = screen.find(f"main form [name='{name}']").first.evaluate("one => one.type")
    if kind in ("radio", "checkbox"):
        for value in values:
            screen.find(f"main form [name='{name}'][value='{value}']").check()
    elif kind.startswith("select"):
        screen.find(f"main form select[name='{name}']").select_option(values)
    else:
        screen.find(f"main form [name='{name}']").fill(values[0])


def fill_all(screen: Screen, who: Enterprise, *, mistake: bool = False) -> None:
    """All pages of the form, one after the other; ``mistake``: a wrong identity number is seen and mended first."""
    screen.follow("a.govuk-task-list__link[href*='/pages/']")
    pages = 0
    while "/pages/" in screen.path and pages < MOST_PAGES:
        pages += 1
        fill_page(screen, who)
        if mistake and screen.find("[name='contact.id_number']").count():
            err_and_mend(screen, who)
            mistake = False
        screen.sound().follow(NEXT)
        expect(screen.find(".govuk-error-summary")).to_have_count(0)
    assert 2 < pages < MOST_PAGES
    assert not mistake, "the form has no identity number to mistake"


def err_and_mend(screen: Screen, who: Enterprise) -> None:
    """One wrong digit: said at the top and beside the field, nothing else lost; then mended."""
    right = str(who.form["contact"]["id_number"])
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    name = screen.find("[name='contact.name']").input_value()
    screen.find("[name='contact.id_number']").fill(wrong)
    screen.follow(NEXT)
    expect(screen.page).to_have_title(re.compile("^错误："))
    expect(screen.find(".govuk-error-summary")).to_be_focused()
    expect(screen.find("[name='contact.id_number']")).to_have_value(wrong)
    expect(screen.find("[name='contact.id_number']")).to_have_attribute("aria-invalid", "true")
    expect(screen.find("[name='contact.name']")).to_have_value(name)
    screen.sound()
    screen.find(".govuk-error-summary a").first.click()
    expect(screen.find("[name='contact.id_number']")).to_be_focused()
    screen.find("[name='contact.id_number']").fill(right)


def upload_all(screen: Screen, who: Enterprise) -> int:
    """Every missing material; returns how many were uploaded."""
    screen.go(draft_path(screen) + "materials/")
    missing = screen.find(".tb-mat li:has(.tb-tag--warn) a").count()
    for sent in range(missing):
        link = screen.find(".tb-mat li:has(.tb-tag--warn) a").first
        label = link.inner_text().strip()
        key = str(link.get_attribute("href")).rstrip("/").rpartition("/")[2]
        with screen.page.expect_navigation():
            link.click()
        send_file(screen, *who.file(key, label))
        if not sent:
            screen.sound()
        screen.follow("main a.govuk-button")
    expect(screen.find(".tb-mat li:has(.tb-tag--warn)")).to_have_count(0)
    return missing


def send_file(screen: Screen, name: str, content: bytes, place: str = "#sent", box: str = "#file") -> None:
    """Upload one file and see it listed."""
    screen.find(box).set_input_files(payload(name, content))
    expect(screen.find(f"{place} li").filter(has_text=name)).to_be_visible()


def draft_path(screen: Screen) -> str:
    """The address of the task list of the draft the window is in."""
    found = re.match(r"/apply/[0-9a-f-]{36}/", screen.path)
    assert found, screen.path
    return found[0]


def reuse_licence(screen: Screen) -> None:
    """The business licence is on file: the page says so, offers an upload instead, and takes the licence back."""
    screen.go(draft_path(screen) + "materials/business_licence/")
    expect(screen.find(".tb-note--ok")).to_contain_text("营业执照")
    screen.sound().follow(".tb-note--ok form button")
    expect(screen.find("#file")).to_be_visible()
    screen.follow(".tb-note form button")
    expect(screen.find(".tb-note--ok")).to_contain_text("营业执照")


def sign(screen: Screen, who: Enterprise) -> tuple[str, str]:
    """Check answers, sign, submit; returns number and look-up code from the receipt."""
    screen.go(draft_path(screen) + "check/")
    expect(screen.find("main")).to_contain_text(who.name)
    screen.sound()
    screen.find("[name=declared]").check()
    screen.find("[name=signature]").fill(who.name)
    screen.follow(NEXT)
    return receipt(screen)


def receipt(screen: Screen) -> tuple[str, str]:
    """Number and look-up code, with a QR code that is really a picture."""
    found = re.fullmatch(r"/cases/([^/]+)/receipt/", screen.path)
    assert found, screen.path
    assert screen.find(".pt-qr img").evaluate("picture => picture.naturalWidth") > 0
    shown = screen.find(".pt-receipt .pt-rows").inner_text()
    code = re.search(r"\b[2-9A-HJKLMNP-Z]{6}\b", shown.replace(found[1], ""))
    assert code, shown
    assert found[1] in shown
    return found[1], code[0]


def correct(
    screen: Screen, who: Enterprise, number: str, corrected: Mapping[str, list[str]] = MappingProxyType({})
) -> None:
    """Hand in exactly what the one notice asks for; ``corrected`` are the entries that change."""
    screen.go(f"/cases/{number}/")
    screen.sound().follow("main a[href$='/correction/']")
    screen.sound()
    places = screen.find("section.pt-place")
    assert places.count() >= 1
    for index in range(places.count()):
        place = places.nth(index)
        box = place.locator("input[type=file][multiple]")
        if box.count():
            key = str(place.get_attribute("id")).removeprefix("f-material-")
            name, content = who.file(key, place.locator("h2").inner_text().strip(), revision="2")
            box.set_input_files(payload(name, content))
            expect(place.locator(f"#sent-{key} li").filter(has_text=name)).to_be_visible()
    for name, values in {**dict(flat(who.form)), **corrected}.items():
        if screen.find(f"main form [name='{name}']").count():
            enter(screen, name, values)
    screen.sound().follow(NEXT)
    expect(screen.page).to_have_url(re.compile(rf"/cases/{number}/$"))
