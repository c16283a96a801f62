"""Light or dark colours and single-key shortcuts: a person's own choice, kept in two cookies that say nothing about her."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

YEAR = 365 * 24 * 3600
CHOICES = {"theme": ("auto", "light", "dark"), "keys": ("on", "off")}


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Remember the choice for a year and go back; the first value of each list is the default and removes the cookie (WCAG 2.1.4)."""
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(back if safe else "/")
    for name, values in CHOICES.items():
        value = request.POST.get(name)
        if value == values[0]:
            response.delete_cookie(f"dsr_{name}", samesite="Lax")
        elif value in values:
            response.set_cookie(
                f"dsr_{name}", value, max_age=YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
            )
    return response
