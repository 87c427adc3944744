"""One browser window: going places, sending forms, and what every page must fulfil wherever a test looks at it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page, Response, expect

from tests.e2e.journeys.hall import PASSWORD

SIZES: Mapping[str, Mapping[str, Any]] = {
    "phone": {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True},
    "desktop": {"viewport": {"width": 1280, "height": 900}},
}
#: The group of what is not the phone's story: PostgreSQL sees that story alone, so the other process takes the rest.
BESIDE_THE_STORY = "e2e-desktop" if os.environ["DATABASE_URL"].startswith("postgres") else "e2e-phone"
#: Frames hold documents in the browser's own viewer, which is not ours to judge.
_AXE_OPTIONS = {"resultTypes": ["violations"], "iframes": False}
_SERVER_FAULT = 500


#: The fixture that opens windows.
OpenScreen = Callable[..., "Screen"]


class Screen:
    """A window with a session of its own. Faults that a page reports are kept until :meth:`sound` looks at them."""

    def __init__(self, page: Page, site: str, *, scripts: bool = True) -> None:
        self.page, self.site, self.scripts = page, site, scripts
        self.faults: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        # A refused form is answered with its status; the browser lists that as an error of its own.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _answered(self, response: Response) -> None:
        own = response.url.startswith(self.site)
        if own and response.status >= _SERVER_FAULT:
            self.faults.append(f"{response.status} {response.url}")
        if own and "/static/" in response.url and response.status >= 400:
            self.faults.append(f"{response.status} {response.url}")

    @property
    def path(self) -> str:
        """Where the window is."""
        return urlsplit(self.page.url).path

    def find(self, selector: str) -> Locator:
        """Elements by CSS selector."""
        return self.page.locator(selector)

    def go(self, path: str, status: int = 200) -> Screen:
        """Open a page of the site, which answers with ``status``."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == status, f"{path} answers {answer.status}"
        return self

    def follow(self, selector: str) -> Screen:
        """Press a link or button that leads to another page, and wait until it is there."""
        with self.page.expect_navigation():
            self.find(selector).first.click()
        return self

    def sign_in(self, handle: str, path: str = "/sign-in/") -> Screen:
        """Sign in with the password that all people of the tests have."""
        self.go(path)
        self.find("[name=handle]").fill(handle)
        self.find("[name=password]").fill(PASSWORD)
        self.follow("main form button[type=submit]")
        expect(self.find("[name=password]")).to_have_count(0)
        return self

    def fits(self) -> None:
        """Nothing sticks out sideways."""
        wide = self.page.evaluate(
            """() => {
                const room = document.documentElement.clientWidth;
                if (document.documentElement.scrollWidth <= room) return [];
                return [...document.querySelectorAll('body *')]
                    .filter((one) => one.getBoundingClientRect().right > room + 1 && !one.closest('.tb-scroll'))
                    .slice(0, 5).map((one) => one.outerHTML.slice(0, 160));
            }"""
        )
        assert not wide, f"{self.path} is wider than the window: " + "\n".join(wide)

    def accessible(self) -> None:
        """No violation that axe knows of."""
        found = Axe().run(self.page, options=_AXE_OPTIONS)
        assert found.violations_count == 0, f"{self.path}\n{found.generate_report()}"

    def sound(self) -> Screen:
        """The page as it stands: accessible, no wider than the window, and nothing went wrong on the way."""
        self.quiet()
        self.fits()
        if self.scripts:  # axe is a script itself
            self.accessible()
        return self

    def quiet(self) -> None:
        """No script error, no breach of the content policy, no fault of the server."""
        faults, self.faults = self.faults, []
        assert not faults, f"{self.path}: " + "\n".join(faults)
