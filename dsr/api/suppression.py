"""Who wants no marketing, and who must not be taken in again: asked by programs before they send or import (O-03, 3.4.3).

POST /api/v1/suppressed and /api/v1/import-guard answer for up to ten thousand rows in the body, never in the URL. An answer holds
nothing of what was asked: it is yes or no in the order of the rows, or the code of what is wrong with one.
"""

from __future__ import annotations

import hashlib
import json
import time
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpResponse
from django.utils import timezone

from dsr.api.access import body_of, problem, program, slower
from dsr.api.signed import answer
from dsr.cases import api_keys, import_guard
from dsr.cases.api_keys import Scope
from dsr.cases.import_guard import Guard
from dsr.cases.suppression_bulk import Asking
from dsr.law.policies import MarketingChannel
from dsr.limits import Limit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dsr.cases.contacts import Contact
    from dsr.models import ApiKey

MOST: Final = 10_000
"""Rows of one question."""
ROWS: Final = Limit("api_rows", 100_000, 60)
"""Rows of one key in a minute, over all its questions: they cost the database, the number of calls says little. More goes by file."""
MAX_BYTES: Final = 2_000_000
_CHANNELS: Final = tuple(channel.value for channel in MarketingChannel)
_FORM: Final = (
    'Send {"rows": [{"email": …, "phone": …, "customer_number": …, "post": …}, …], "channels": ["email", …]};'
    " a row has at least one of the four, and without channels all of them count."
)


@program(Scope.SUPPRESSED)
def suppressed(request: Any, key: ApiKey) -> HttpResponse:
    """`{"answers": [{"suppressed": true}, …]}`: whether marketing through any of `channels` is stopped for anything in the row."""

    def ask(rows: Sequence[Sequence[Contact]], channels: list[str]) -> list[dict[str, Any]]:
        asking = Asking(key.controller, channels=channels, now=timezone.now(), copies=False)
        answers = iter(asking.ask([one for row in rows for one in row]))
        return [{"suppressed": any(list(islice(answers, len(row))))} for row in rows]

    return _answered(request, key, Scope.SUPPRESSED, ask)


@program(Scope.IMPORT_GUARD)
def guarded(request: Any, key: ApiKey) -> HttpResponse:
    """`{"answers": [{"take_in": false, "reason": "erased"}, …]}`: whether the person of a row may be taken in."""

    def ask(rows: Sequence[Sequence[Contact]], channels: list[str]) -> list[dict[str, Any]]:
        reasons = Guard(key.controller, now=timezone.now(), channels=channels, copies=False).ask(rows)
        return [{"take_in": False, "reason": one.value} if one else {"take_in": True} for one in reasons]

    return _answered(request, key, Scope.IMPORT_GUARD, ask)


def _answered(
    request: Any,
    key: ApiKey,
    scope: Scope,
    ask: Callable[[Sequence[Sequence[Contact]], list[str]], list[dict[str, Any]]],
) -> HttpResponse:
    body = body_of(request, most=MAX_BYTES)
    if isinstance(body, HttpResponse):
        return body
    given = _rows(body)
    if isinstance(given, HttpResponse):
        return given
    rows, channels = given
    if wait := ROWS.take(str(key.pk), at=time.time(), units=len(rows)):
        return slower(wait)
    read = [import_guard.read(key.controller, one) if isinstance(one, dict) else "unknown_field" for one in rows]
    said = iter(ask([one for one in read if not isinstance(one, str)], channels))
    answers = [{"error": one} if isinstance(one, str) else next(said) for one in read]
    stopped = sum(bool(one.get("suppressed")) or one.get("take_in") is False for one in answers)
    api_keys.count(key=key, scope=scope, rows=len(rows), stopped=stopped, now=timezone.now())
    kept = {"request_sha256": hashlib.sha256(body).hexdigest(), "answers": answers}
    return answer(key.controller, kept, now=timezone.now())


def _rows(body: bytes) -> tuple[list[Any], list[str]] | HttpResponse:
    """The rows and channels of a question, or the refusal of what is none."""
    try:
        given = json.loads(body)
        rows, channels = given["rows"], given.get("channels", [])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return problem(422, "malformed", _FORM)
    if not isinstance(rows, list) or not isinstance(channels, list):
        return problem(422, "malformed", _FORM)
    if any(one not in _CHANNELS for one in channels):
        return problem(422, "channel_unknown", f"Channels are: {', '.join(_CHANNELS)}.")
    if len(rows) > MOST:
        return problem(413, "too_many", f"Send at most {MOST} rows.")
    return rows, channels
