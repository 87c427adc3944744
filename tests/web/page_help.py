"""Reading a rendered page in tests."""

from __future__ import annotations

from html.parser import HTMLParser


class Page(HTMLParser):
    """Tags with their attributes, ids, and what the content policy would refuse."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.source = html
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.tags if "id" in attributes]

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        names = {name.rstrip("_").replace("_", "-"): value for name, value in wanted.items()}
        return [
            attributes
            for name, attributes in self.tags
            if name == tag and all(attributes.get(key) == value for key, value in names.items())
        ]

    def refused_by_policy(self) -> list[str]:
        found = []
        for tag, attributes in self.tags:
            if tag == "style" or "style" in attributes:
                found.append(f"<{tag} style>")
            if tag == "script" and "src" not in attributes:
                found.append("<script> without src")
            found += [f"<{tag} {name}>" for name in attributes if name.startswith("on")]
        return found

    def words(self) -> str:
        return " ".join("".join(self.text).split())
