"""The links every page carries. A link whose screen does not exist in this installation is left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Link:
    """A link of a menu. ``shortcut`` is the key after G on the desk."""

    key: str
    label: str | Promise
    url: str
    shortcut: str = ""


PUBLIC = (
    ("home", _("Home"), "public:home", ""),
    ("items", _("Services"), "public:items", ""),
    ("cases", _("My cases"), "public:cases", ""),
    ("licences", _("My licences"), "public:licences", ""),
    ("decisions", _("Decisions"), "public:decisions", ""),
)
FOOTER = (
    ("progress", _("Look up progress"), "public:progress", ""),
    ("verify", _("Verify a licence"), "public:verify", ""),
    ("decisions", _("Published decisions"), "public:decisions", ""),
    ("accessibility", _("Accessibility statement"), "public:accessibility", ""),
    ("privacy", _("Personal information"), "public:privacy", ""),
    ("desk", _("Staff"), "desk:work", ""),
)
DESK = (
    ("work", _("To do"), "desk:work", "t"),
    ("cases", _("Cases"), "desk:cases", "a"),
    ("licences", _("Licences"), "desk:licences", "l"),
    ("items", _("Item library"), "desk:items", ""),
    ("people", _("People and posts"), "desk:people", "p"),
    ("alerts", _("Alerts"), "desk:alerts", ""),
    ("holds", _("Legal holds"), "desk:holds", ""),
    ("operations", _("Operations"), "desk:operations", "d"),
)

#: What each of the three administrators has.
ADMIN: dict[str, tuple[tuple[str, str | Promise, str, str], ...]] = {
    "system": (
        ("accounts", _("Accounts"), "desk:accounts", "a"),
        ("posts", _("Posts"), "desk:admin_posts", ""),
    ),
    "security": (
        ("accounts", _("Accounts"), "desk:accounts", "a"),
        ("retention", _("Retention"), "desk:retention", ""),
    ),
    "audit": (
        ("sign_ins", _("Sign-ins"), "desk:sign_ins", "a"),
        ("events", _("Event log"), "desk:events", ""),
        ("looks", _("Looks at data"), "desk:looks", ""),
        ("retention", _("Retention"), "desk:retention", ""),
    ),
}
#: In the menu of an administrator where a page does not know the role: a refusal.
OWN = (("own", _("My sign-in"), "desk:own_sign_in", ""),)


def links(menu: Iterable[tuple[str, str | Promise, str, str]]) -> list[Link]:
    """``menu`` with its addresses."""
    found = ((key, label, address(name), shortcut) for key, label, name, shortcut in menu)
    return [Link(key, label, url, shortcut) for key, label, url, shortcut in found if url]


@cache
def address(name: str) -> str:
    """The address of the screen called ``name``; empty where this installation has no such screen.

    It is looked for once a process: every page has some twenty of them.
    """
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
