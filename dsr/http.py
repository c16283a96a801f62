"""Security headers: a content security policy without any exception, and no caching of what belongs to a person (ux.md 0.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class SecurityHeaders:
    """Adds the policy of SECURE_CSP (the name Django 6 uses) and the headers that go with it to every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = "; ".join(f"{name} {' '.join(values)}" for name, values in settings.SECURE_CSP.items())

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        if not request.path.startswith("/static/"):
            # Pages hold personal data or a form's secret: neither a shared phone nor a proxy may keep them.
            response.headers.setdefault("Cache-Control", "no-store")
        return response
