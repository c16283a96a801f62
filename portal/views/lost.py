"""A form whose protection against forged posts no longer fits: what was typed is shown again instead of lost (WCAG 3.3.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import Resolver404, resolve
from django.utils import timezone

from dsr import errors
from dsr.files_field import FilesField
from portal import questions
from portal.views import new, sitting

if TYPE_CHECKING:
    from django.http import HttpResponse


def csrf_failure(request: Any, reason: str = "") -> HttpResponse:
    """Show a question again with what was typed, when our own page posted it; the page for forged posts otherwise.

    That happens to whoever signed in or out in another window. Nothing is kept before the next press of the button, and
    a post of another site (or of a browser that does not say where it comes from) shows nothing of what it carries.
    """
    shown = _typed_again(request) if request.headers.get("Sec-Fetch-Site") == "same-origin" else None
    return shown or errors.csrf_failure(request, reason)


def _typed_again(request: Any) -> HttpResponse | None:
    try:
        found = resolve(request.path_info)
    except Resolver404:
        return None
    step, now = questions.BY_NAME.get(str(found.kwargs.get("name", ""))), timezone.now()
    if found.view_name != "portal:new-step" or step is None or not hasattr(request, "controller"):
        return None
    holds_files = any(isinstance(field, FilesField) for field in step.form.base_fields.values())
    if request.method != "POST" or holds_files or sitting.asks_first(request, now):
        return None
    return new.typed_again(request, step, now)
