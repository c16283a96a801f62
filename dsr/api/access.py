"""Who calls: a bearer key of this controller with the scope, within its rate. Refusals are problem JSON with a code."""

from __future__ import annotations

import functools
import json
import time
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from dsr.cases import api_keys
from dsr.limits import Limit, client_address

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS: Final = Limit("api_calls", 300, 60)
"""Calls of one key in a minute."""
WRONG: Final = Limit("api_wrong_key", 30, 60)
"""Calls with a wrong key from one address in a minute."""


def problem(status: int, code: str, detail: str, **headers: str) -> HttpResponse:
    """A refusal a program can act on by `code` and a person by `detail` (RFC 9457); never repeats what was sent."""
    said = {"type": "about:blank", "title": code.replace("_", " "), "status": status, "code": code, "detail": detail}
    return HttpResponse(json.dumps(said), status=status, content_type="application/problem+json", headers=headers)


def program(
    scope: str, *, methods: tuple[str, ...] = ("POST",)
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let a view run for a key of this controller with `scope`; it gets the key. No cookies, no form secret.

    The view carries both as `scope` and `methods`, so that the description of the interface can be compared with it.
    """

    def around(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @functools.wraps(view)
        def checked(request: Any) -> HttpResponse:
            if request.method not in methods:
                allowed = " or a ".join(methods)
                return problem(405, "method_not_allowed", f"Send a {allowed}.", Allow=", ".join(methods))
            word, _, secret = str(request.headers.get("Authorization", "")).partition(" ")
            key = None
            if word.lower() == "bearer" and secret.strip():
                key = api_keys.check(controller=request.controller, secret=secret.strip(), now=timezone.now())
            if key is None:
                wait = WRONG.take(client_address(request), at=time.time())
                return (
                    slower(wait)
                    if wait
                    else problem(
                        401,
                        "key_unknown",
                        "Send the header Authorization: Bearer with a key of this controller that is not revoked.",
                        **{"WWW-Authenticate": "Bearer"},
                    )
                )
            if scope not in key.scopes:
                return problem(403, "scope_missing", f"This key has no scope {scope}.")
            wait = CALLS.take(str(key.pk), at=time.time())
            return slower(wait) if wait else view(request, key)

        vars(checked).update(scope=scope, methods=methods)
        return checked

    return around


def body_of(request: Any, *, most: int) -> bytes | HttpResponse:
    """The body of a request of at most `most` bytes, or the refusal (413) that says how many may be sent."""
    try:
        body: bytes | None = request.body if int(request.headers.get("Content-Length") or 0) <= most else None
    except (RequestDataTooBig, ValueError):
        body = None
    return problem(413, "too_large", f"Send at most {most} bytes.") if body is None or len(body) > most else body


def slower(wait: int) -> HttpResponse:
    """The refusal of a call that comes too early; `wait` in seconds."""
    return problem(429, "too_many_calls", f"Go on in {wait} seconds.", **{"Retry-After": str(wait)})
