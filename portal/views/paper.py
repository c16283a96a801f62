"""The form on paper, as a PDF in the language of the page."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from dsr.fulfil.gather import sender_of
from dsr.output.paper_form import paper_form
from dsr.output.pdf import RenderError, render_pdf

if TYPE_CHECKING:
    from dsr.output.pdf import Document

_SECONDS = 30
# What is printed does not change with the day; a fixed date makes the same bytes of the same words.
_WRITTEN_AT = datetime(2026, 1, 1, tzinfo=UTC)


@functools.lru_cache(maxsize=64)
def _printed(document: Document) -> bytes:
    """The bytes, kept by content for as long as the process lives: one for each language and controller."""
    return render_pdf([document], seconds=_SECONDS)[0]


@require_safe
def form(request: Any) -> HttpResponse:
    """One page to print; where the printer of ours fails, the page says how else to ask."""
    language = (get_language() or "en").partition("-")[0]
    document = paper_form(sender=sender_of(request.controller), language=language, written_at=_WRITTEN_AT)
    try:
        content = _printed(document)
    except RenderError:
        return render(request, "portal/no_form.html", {"nav": "start"}, status=503)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="request-form.pdf"'
    return response
