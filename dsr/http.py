"""Security headers: a content security policy without any exception, and no caching of what belongs to a person (ux.md 0.5).

Django's SecurityMiddleware adds nosniff, the referrer policy, HSTS and the opener policy; what it lacks in 5.2 stands here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.http import HttpRequest, HttpResponse

# Nothing here uses the device: no camera, no place, no payment.
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"


def policy(directives: Mapping[str, Sequence[str]]) -> str:
    """The header's text: `default-src 'none'; script-src 'self'`."""
    return "; ".join(f"{name} {' '.join(values)}".strip() for name, values in directives.items())


class SecurityHeaders:
    """Adds the policy of SECURE_CSP (the name and shape Django 6 uses) and the headers that go with it to every answer.

    A view's own value wins, so that a download can be stricter.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.headers = {
            "Content-Security-Policy": policy(settings.SECURE_CSP),
            "Permissions-Policy": PERMISSIONS,
            "Cross-Origin-Resource-Policy": "same-origin",
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        if not request.path.startswith(settings.STATIC_URL):
            # Pages hold personal data or a form's secret: neither a shared phone nor a proxy may keep them.
            response.headers.setdefault("Cache-Control", "no-store")
        return response
