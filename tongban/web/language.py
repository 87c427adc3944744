"""The language of the page: Chinese unless the reader chose otherwise."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


def is_chinese() -> bool:
    """Whether the page is being written in Chinese."""
    return (translation.get_language() or settings.LANGUAGE_CODE).startswith("zh")


class ChosenLanguage:
    """Activate the language of the reader's cookie.

    The browser's own preference is not asked: a government site of China answers in Chinese until somebody
    presses the switch, also on a hall's computer that was set up in English.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate, answer, and say which language the answer is in."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        code = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(code):
            request.LANGUAGE_CODE = code
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", code)
        return response
