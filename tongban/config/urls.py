"""Addresses: the rooms of the screens, the switch of language and the probe for the load balancer."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.web import health


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """``ok`` when this process answers and its database does; any fault of the database answers 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except Exception:
        return HttpResponse("database unreachable\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


handler400 = "tongban.web.errors.bad_request"
handler403 = "tongban.web.errors.forbidden"
handler404 = "tongban.web.errors.not_found"
handler500 = "tongban.web.errors.server_error"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("metrics", health.metrics, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("tongban.web.urls")),
    path("desk/", include("tongban.web.desk.urls")),
    path("", include("tongban.web.public.urls")),
]
