"""How a draft's token travels: a cookie of its own, taken along into an account and left behind when it signs out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from portal import draft

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


def take_along(sender: object, request: Any, **_more: Any) -> None:
    """Signed in: what this session typed belongs to the account from now on."""
    if request is not None and hasattr(request, "controller"):
        draft.look_again(request)
        draft.current(request, now=timezone.now())


def leave_behind(sender: object, request: Any, **_more: Any) -> None:
    """Signed out: the draft stays with the account, the browser forgets where it was."""
    if request is not None and hasattr(request, "controller"):
        draft.forget(request)


class DraftCookie:
    """Hand the token of a new draft to the browser, and take it back when the draft is gone or its account signed out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        token = getattr(request, "draft_cookie", None)
        if token:
            response.set_cookie(
                draft.COOKIE,
                token,
                max_age=draft.KEPT,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        elif token == "":
            response.delete_cookie(draft.COOKIE, samesite="Lax")
        return response
