"""Pages that are the same for every visitor, kept in the memory of the process while what they show is unchanged.

The start page or a guide is asked for by many people in the same minute. Such a page is kept under the catalogue's
mark, which moves with every change of what is published, and for the day: one statement says whether it still holds,
so a change is seen at once. Whoever has a session, signed in or not, gets a page made for that request.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token

from tongban.catalogue import queries as catalogue
from tongban.web.context import display_of
from tongban.web.public.wording import today

#: Longest address whose page is kept: nobody fills the memory by asking for nonsense.
LONGEST = 300
#: Where a page carries the visitor's token against forged forms: in its forms, and for its scripts.
_TOKEN = re.compile(rb"""(?:name="csrfmiddlewaretoken" value="|"X-CSRFToken": ")([0-9A-Za-z]+)""")

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class _Page:
    """A page and the token it was made with; no token where it has no form."""

    content: bytes
    token: bytes

    def for_visitor(self, request: HttpRequest) -> HttpResponse:
        """The page with the visitor's own token in place of the first visitor's."""
        if not self.token:
            return HttpResponse(self.content)
        return HttpResponse(self.content.replace(self.token, get_token(request).encode()))


def same_for_all(view: View) -> View:
    """Answer visitors without a session from memory while nothing that the page shows has changed."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not _is_shared(request):
            return view(request, *args, **kwargs)
        made: list[HttpResponseBase] = []

        def make() -> _Page | None:
            made.append(view(request, *args, **kwargs))
            return _page(made[0])

        language = getattr(request, "LANGUAGE_CODE", "")
        key = (request.get_full_path(), language, display_of(request), today(), settings.AUTHORITY_NAME)
        page = catalogue.while_unchanged(key, make)
        if made:
            return made[0]
        return page.for_visitor(request) if page else view(request, *args, **kwargs)

    return answered


def _is_shared(request: HttpRequest) -> bool:
    """Whether nothing of the answer depends on who asks. A script asks for pieces of pages: those are not kept."""
    return (
        request.method == "GET"
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "HX-Request" not in request.headers
        and len(request.get_full_path()) <= LONGEST
    )


def _page(response: HttpResponseBase) -> _Page | None:
    """What can be kept: no refusal, redirect or file, nothing with headers of its own or with several tokens."""
    if not isinstance(response, HttpResponse) or response.status_code != 200:
        return None
    tokens = set(_TOKEN.findall(response.content))
    if set(response.headers) != {"Content-Type"} or len(tokens) > 1:
        return None
    return _Page(response.content, tokens.pop() if tokens else b"")
