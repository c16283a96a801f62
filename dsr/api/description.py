"""GET /api/v1/openapi.json: what the machine interface offers, as OpenAPI 3.1; kept by hand and compared with the views by a test."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.http import HttpResponse
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from django.http import HttpRequest

FILE: Final = Path(__file__).with_name("openapi.json")


@functools.cache
def _text() -> bytes:
    return FILE.read_bytes()


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The description, for everybody: it says nothing about anybody."""
    return HttpResponse(_text(), content_type="application/json", headers={"Cache-Control": "public, max-age=3600"})
