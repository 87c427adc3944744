"""Accessibility statement and the notice about personal information."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What works for whom, what is known not to, and whom to tell."""
    return render(request, "public/accessibility.html", {"nav": ""})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What 个人信息保护法 art. 17 asks to be told: who, what for, which data, how long, which rights."""
    return render(
        request,
        "public/privacy.html",
        {"nav": "", "hours": settings.SESSION_COOKIE_AGE // 3600, "log_days": settings.ACCESS_LOG_DAYS},
    )
