"""What every page needs: the reader's display choices and the name of the authority."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from tongban.messaging.queries import unread
from tongban.web import navigation

#: Cookies hold the choices so that they need no account and work without scripts; theme.js writes the same ones.
CARE_COOKIE = "care"
THEME_COOKIE = "theme"
KEYS_COOKIE = "keys"
#: The dark theme is for those who look at screens all day; documents and the portal stay light.
DARK_PATHS = ("/desk/", "/components/")


@dataclass(frozen=True)
class Display:
    """Care mode (larger, calmer), dark theme (desk only) and single-key shortcuts (WCAG 2.1.4: can be off)."""

    care: bool
    dark: bool
    keys: bool


def display_of(request: HttpRequest) -> Display:
    """The display choices that came with ``request``."""
    cookies = request.COOKIES
    return Display(
        care=cookies.get(CARE_COOKIE) == "1",
        dark=cookies.get(THEME_COOKIE) == "dark",
        keys=cookies.get(KEYS_COOKIE) != "off",
    )


def _is_admin(request: HttpRequest) -> bool:
    """Whether an administrator reads, who has no cases to look for; asked only where the desk's frame is drawn."""
    return getattr(getattr(request, "user", None), "kind", "") == "admin"


def _desk_nav(request: HttpRequest) -> list[navigation.Link]:
    return navigation.links(navigation.OWN if _is_admin(request) else navigation.DESK)


def _unread(request: HttpRequest) -> int:
    """How many messages wait for the applicant who is signed in; asked only where the masthead is drawn."""
    user = getattr(request, "user", None)
    return unread(user.pk) if getattr(user, "kind", "") == "applicant" and user is not None else 0


def screen(request: HttpRequest) -> dict[str, object]:
    """Template context of every page."""
    return {
        "display": display_of(request),
        "authority_name": settings.AUTHORITY_NAME,
        "demo": settings.DEMO,
        "public_nav": navigation.links(navigation.PUBLIC),
        "footer_nav": navigation.links(navigation.FOOTER),
        "desk_nav": lambda: _desk_nav(request),
        "unread_messages": lambda: _unread(request),
        "is_admin": lambda: _is_admin(request),
        "dark_allowed": request.path.startswith(DARK_PATHS),
        "max_upload_mb": settings.MAX_UPLOAD_BYTES // (1024 * 1024),
    }
