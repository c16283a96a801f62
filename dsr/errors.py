"""Pages for what went wrong, in words that say what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long or came from elsewhere: nothing was sent, go back and send again."""
    return render(request, "403_csrf.html", status=403)
