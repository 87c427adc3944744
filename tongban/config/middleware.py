"""What the request looked like to the visitor, not to the proxy in front of us."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClientAddress:
    """Put the visitor's address into ``REMOTE_ADDR``, where the limits on sign-in and look-up read it.

    In production the server listens on a Unix socket or on 127.0.0.1, so only the proxy can speak to it, and
    deploy/nginx/tongban.conf replaces whatever a visitor sent in ``X-Forwarded-For``. Of several addresses the
    last one was written by the proxy nearest to us. In demo mode nobody stands in front, so nothing is believed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Correct the address and go on."""
        if not settings.DEMO:
            request.META["REMOTE_ADDR"] = _last_address(request.headers.get("X-Forwarded-For", "")) or "127.0.0.1"
        return self.get_response(request)


class BrowserLimits:
    """Headers that Django has no setting for: what pages may use of the device, and who may load what is ours.

    No page needs camera, microphone, place or payment: a script that got in cannot ask for them either (a photo is
    taken through an ordinary file field). No other site may load our pages, pictures or files as parts of its own.
    Bluetooth is not named: where a browser has none, naming it is an error on every page.
    """

    HEADERS = {
        "Permissions-Policy": ", ".join(
            f"{name}=()"
            for name in (
                "accelerometer",
                "autoplay",
                "browsing-topics",
                "camera",
                "display-capture",
                "geolocation",
                "gyroscope",
                "hid",
                "magnetometer",
                "microphone",
                "midi",
                "payment",
                "screen-wake-lock",
                "serial",
                "usb",
                "xr-spatial-tracking",
            )
        ),
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Permitted-Cross-Domain-Policies": "none",
    }

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on, and put the headers on the answer unless a view chose its own."""
        response = self.get_response(request)
        for name, value in self.HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def _last_address(header: str) -> str:
    """The last address of the header, or nothing when it is not one."""
    text = header.rpartition(",")[2].strip()
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
