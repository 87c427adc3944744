"""Pages for machines: does the process live, may it be given visitors, and its figures."""

from __future__ import annotations

from hmac import compare_digest
from ipaddress import IPv4Network, IPv6Network, ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.operations import figures, probes


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """``ok`` as long as this process answers; the database is not asked. A process that does not is restarted."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether visitors may be sent here: 200 or 503. The single probes are told to HEALTH_ALLOWED addresses only."""
    found = probes.health(timezone.now())
    status = 503 if found.state == "down" else 200
    if not _from(request, settings.HEALTH_ALLOWED):
        return HttpResponse("ok\n" if status == 200 else "not ready\n", status=status, content_type="text/plain")
    listed = [{"name": probe.name, "state": probe.state, "detail": probe.detail} for probe in found.probes]
    body = {"state": found.state, "release": settings.RELEASE, "probes": listed}
    return JsonResponse(body, status=status)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, for METRICS_ALLOWED addresses or whoever brings METRICS_TOKEN; to others a 404."""
    if not (_from(request, settings.METRICS_ALLOWED) or _brings_token(request)):
        raise Http404
    return HttpResponse(figures.exposition(), content_type=figures.CONTENT_TYPE)


def _from(request: HttpRequest, networks: list[IPv4Network | IPv6Network]) -> bool:
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(address in network for network in networks)


def _brings_token(request: HttpRequest) -> bool:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    return bool(wanted) and kind.lower() == "bearer" and compare_digest(token.strip().encode(), wanted.encode())
