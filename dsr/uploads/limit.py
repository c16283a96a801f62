"""Bodies larger than any honest form are refused by their announced length, before a byte of them is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.shortcuts import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

FILES: Final = 10
"""So many files of the largest size fit into a body; a form takes half of them. What is over the limit of one file only gets
a sentence of its own beside the other files, and this is the room for it.
"""


class BodyLimit:
    """Answers 413 with a page that names the limit. A body without a length is empty to WSGI, so nothing passes unseen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = str(request.META.get("CONTENT_LENGTH") or "0")
        most = FILES * settings.DSR_UPLOAD_MAX_MB << 20
        if announced.isdecimal() and int(announced) <= most:
            return self.get_response(request)
        return render(request, "413.html", {"file_mb": settings.DSR_UPLOAD_MAX_MB}, status=413)
