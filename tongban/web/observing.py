"""Every request has a number, one line in the log and a place in the figures; none of them names a person."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tongban.config.logs import request_id
from tongban.operations import figures

HEADER = "X-Request-ID"
_NUMBER = re.compile(r"[0-9A-Za-z-]{8,64}")
#: Probes come every few seconds: they would be most of the log.
_QUIET = frozenset({"health_live", "health_ready", "healthz", "metrics"})
UNKNOWN = "unknown"

logger = logging.getLogger(__name__)


class Observed:
    """Give the request the number its proxy gave it (or a fresh one), time it, count it, write it down.

    The log has the view's name instead of the address: addresses carry numbers of cases and what people looked for.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        given = request.headers.get(HEADER, "")
        number = given if _NUMBER.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(number)
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            response[HEADER] = number
            self._note(request, response.status_code, time.perf_counter() - began)
            return response
        finally:
            request_id.reset(token)

    def _note(self, request: HttpRequest, status: int, seconds: float) -> None:
        match = request.resolver_match
        view = (match.view_name if match else "") or UNKNOWN
        figures.count_request(view, request.method or "", status, seconds)
        if view not in _QUIET:
            fields = {
                "view": view,
                "method": request.method,
                "status": status,
                "milliseconds": round(seconds * 1000, 1),
            }
            logger.info("request", extra={"fields": fields})
