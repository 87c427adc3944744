"""One place turns refusals of the rooms below into pages that say what the person can do next."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

from tongban.core.errors import DomainError
from tongban.web import errors


class ReadableAddress:
    """No address of ours holds a zero byte, and no database takes one as text: such a page is not there.

    Nor can anything be read that says it is written in what is no writing (``charset=hex``).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, or say that there is no such page."""
        if "\0" in request.path:
            return errors.not_found(request, Http404())
        try:
            b"".decode(request.encoding or "utf-8")
        except LookupError as error:
            return errors.bad_request(request, error)
        return self.get_response(request)


class FormAddress:
    """An address that only takes what a form sends, opened by hand or after signing in again: its page says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; a bare 405 for a page gets its text."""
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or response.content:
            return response
        page = errors.not_a_page(request)
        page["Allow"] = response["Allow"]
        return page


class DomainErrors:
    """Answer a :class:`DomainError` with its page or htmx fragment and its own status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The refusal's page; anything else is left to Django."""
        if isinstance(exception, DomainError):
            return errors.respond(request, errors.of_domain_error(exception), exception.status)
        return None
