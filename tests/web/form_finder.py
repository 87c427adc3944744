"""The forms of a page, as a browser would find them: where they go, how, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

_WRITTEN = ("text", "search", "tel", "email", "url")


@dataclass
class FoundForm:
    """One form: its address, its method and its fields with the values they came with.

    ``texts`` are the names of the fields somebody writes into, ``files`` those of file fields.
    """

    address: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    """Reads the forms of ``html``, a page that was opened at ``address``; fields outside a form by their ``form``."""

    def __init__(self, html: str, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.found: list[FoundForm] = []
        self._by_id: dict[str, FoundForm] = {}
        self._open: FoundForm | None = None
        self._area = ""
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            address = urljoin(self.address, known.get("action") or self.address)
            self._open = FoundForm(urlsplit(address).path, known.get("method", "get").upper())
            self.found.append(self._open)
            self._by_id[known.get("id", "")] = self._open
            return
        if tag == "option" and self._select and ("selected" in known or not self._value(self._select)):
            self._put(self._select, known.get("value", ""))
        name = known.get("name", "")
        if tag not in ("input", "select", "textarea", "button") or not name:
            return
        if known.get("form"):
            self._open = self._by_id.get(known["form"], self._open)
        self._field(tag, name, known)

    def _field(self, tag: str, name: str, known: dict[str, str]) -> None:
        if known.get("type") == "file":
            if self._open is not None:
                self._open.files.append(name)
            return
        if tag == "button" or (known.get("type") in ("radio", "checkbox") and "checked" not in known):
            self._put(name, self._value(name) or known.get("value", "on"))
            return
        self._area = name if tag == "textarea" else ""
        self._select = name if tag == "select" else ""
        self._put(name, known.get("value", ""))
        if self._open is not None and (tag == "textarea" or (tag == "input" and known.get("type", "text") in _WRITTEN)):
            self._open.texts.append(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag == "textarea":
            self._area = ""
        if tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self._put(self._area, self._value(self._area) + data.removeprefix("\n"))

    def _value(self, name: str) -> str:
        return self._open.fields.get(name, "") if self._open is not None else ""

    def _put(self, name: str, value: str) -> None:
        if self._open is not None:
            self._open.fields[name] = value
