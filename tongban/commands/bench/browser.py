"""What a browser does for the benchmark: one kept connection, cookies, forms read from the page they stand in."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

SECONDS = 30
_SUBMITS = ("submit", "image")


class Unexpected(RuntimeError):
    """An answer that no person would have wanted: the run fails."""


@dataclass
class Form:
    """A form of a page: where it is sent, its entries as they stand there, its buttons by name and value."""

    action: str
    method: str
    entries: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    """Collects the forms of a page. Radio buttons and boxes count where they are ticked."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(values.get("action", ""), values.get("method", "get").lower())
            self.found.append(self._form)
        elif self._form is not None:
            self._control(self._form, tag, values)

    def _control(self, form: Form, tag: str, values: dict[str, str]) -> None:
        name, kind = values.get("name", ""), values.get("type", "")
        if tag == "button" or (tag == "input" and kind in _SUBMITS):
            form.buttons.append((name, values.get("value", "")))
        elif tag == "input" and name:
            if kind not in ("radio", "checkbox") or "checked" in values:
                form.entries[name] = values.get("value", "")
        elif tag == "textarea":
            self._area = name
            form.entries[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in values or self._select not in form.entries):
            form.entries[self._select] = values.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._area:
            self._form.entries[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    location: str
    body: bytes

    def form(self, action: str, there: str) -> Form:
        """The form of this page that posts to ``action``; one without an address posts to ``there``, the page's own."""
        reader = _Forms()
        reader.feed(self.body.decode())
        for found in reader.found:
            found.action = found.action or there
            if found.method == "post" and found.action == action:
                return found
        raise Unexpected(f"{there} has no form for {action}")


class Browser:
    """One person's browser."""

    def __init__(self, port: int) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        self._cookies: dict[str, str] = {}
        self._origin = f"http://127.0.0.1:{port}"

    def get(self, path: str, *, status: int = 200) -> Answer:
        """The page at ``path``; raises :class:`Unexpected` for any other ``status`` (0: whatever comes)."""
        return self._ask("GET", path, None, {}, status)

    def post(self, path: str, entries: dict[str, str], *, status: int = 302) -> Answer:
        """Send a form; raises :class:`Unexpected` for any other ``status`` (302: the form was taken)."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self._origin,
            "Referer": self._origin + path,
        }
        return self._ask("POST", path, urlencode(entries), headers, status)

    def sign_in(self, path: str, handle: str, password: str) -> None:
        """Sign in as a person does, at ``path``."""
        form = self.get(path).form(path, path)
        self.post(path, {**form.entries, "handle": handle, "password": password})

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str], status: int) -> Answer:
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers["Accept-Encoding"] = "identity"
        self._line.request(method, path, body, headers)
        answer = self._line.getresponse()
        text = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        if status and answer.status != status:
            raise Unexpected(f"{method} {path} answered {answer.status}, not {status}: {_words(text)}")
        return Answer(answer.status, urlsplit(answer.headers.get("Location", "")).path, text)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def _words(body: bytes) -> str:
    """The end of a page's text, to tell what it said."""
    reader = _Words()
    reader.feed(body.decode(errors="replace").partition("<main")[2])
    return " ".join(reader.words)[:500]
