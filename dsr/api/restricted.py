"""Is this person restricted? Asked by billing, dunning, marketing and BI before they use data (Q-04, Art. 18(2)).

POST /api/v1/restricted answers for up to a thousand numbers or addresses in the body, never in the URL. GET lists all
restrictions as hashes under the program's own key, page by page, and afterwards what has changed. An answer says since
when, how much, and what must not be done: never why, never who. Somebody unknown is answered like somebody free.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone

from dsr.api.access import body_of, problem, program
from dsr.api.signed import answer, stamp
from dsr.cases import contacts, deletion_runs, restricted_who
from dsr.cases.api_keys import Scope
from dsr.cases.contacts import BadContactError
from dsr.cases.scope import stores_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsr.cases.contacts import Contact
    from dsr.cases.restricted_who import Standing
    from dsr.models import ApiKey, Controller, Restriction

MOST: Final = 1000
"""Identifiers of one question."""
PAGE: Final = 500
"""Restrictions of one page of the list."""
MAX_BYTES: Final = 400_000
SETTLED: Final = timedelta(minutes=1)
"""A transaction may commit after a later one: the last minute is listed again, so that nobody is missed."""
_KINDS: Final = tuple(kind.value for kind in restricted_who.KINDS)
_FORM: Final = 'Send {"identifiers": [{"customer_number": …} or {"email": …} or {"phone": …}, …]}.'
_FREE: Final[dict[str, Any]] = {"restricted": False}


@program(Scope.RESTRICTED, methods=("GET", "POST"))
def restricted(request: Any, key: ApiKey) -> HttpResponse:
    """Answer a question in the body, or list."""
    return _asked(request, key) if request.method == "POST" else _listed(request, key)


def _asked(request: Any, key: ApiKey) -> HttpResponse:
    """`{"answers": [...]}` in the order of the identifiers; one that is none has `error` with a code, and the rest goes on."""
    body = body_of(request, most=MAX_BYTES)
    if isinstance(body, HttpResponse):
        return body
    try:
        asked = json.loads(body)
        identifiers, store = asked["identifiers"], asked.get("store", "")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return problem(422, "malformed", _FORM)
    if not isinstance(identifiers, list) or not isinstance(store, str):
        return problem(422, "malformed", _FORM)
    if store and store not in stores_of(key.controller):
        return problem(422, "store_unknown", "Send the name of a store as it stands in the set-up, or none.")
    if len(identifiers) > MOST:
        return problem(413, "too_many", f"Send at most {MOST} identifiers.")
    read = [_read(key.controller, one) for one in identifiers]
    found = restricted_who.standings(key.controller, [None if isinstance(one, str) else one for one in read])
    # T-25: a deletion run waits for a copy that is being made, for a legal hold and for a claim; said only where it is so.
    waits = deletion_runs.held(key.controller, [None if isinstance(one, str) else one for one in read], store=store)
    answers = [
        {"error": one} if isinstance(one, str) else _said(standing) | ({"deletion_held": True} if wait else {})
        for one, standing, wait in zip(read, found, waits, strict=True)
    ]
    said = {"request_sha256": hashlib.sha256(body).hexdigest(), "answers": answers}
    return answer(key.controller, said, now=timezone.now())


def _read(controller: Controller, given: object) -> Contact | str:
    """The contact, or the code of what is wrong with it."""
    named = given if isinstance(given, dict) else {}
    kinds = [kind for kind in _KINDS if isinstance(named.get(kind), str) and named[kind].strip()]
    if len(kinds) != 1 or len(named) != 1:
        return "one_kind_each"
    try:
        return contacts.contact(controller, kinds[0], named[kinds[0]])
    except BadContactError as error:
        return f"not_a_{error.kind}"


def _said(standing: Standing | None) -> dict[str, Any]:
    if standing is None:
        return _FREE
    return {
        "restricted": True,
        "since": stamp(standing.since),
        "scopes": list(standing.scopes),
        "not_allowed": list(standing.not_allowed),
    }


def _listed(request: Any, key: ApiKey) -> HttpResponse:
    """`{"entries": [...], "cursor": …, "more": …}`: without a cursor all that stand, with one what has changed since."""
    given = request.GET.get("cursor", "")
    after = _opened(given) if given else None
    if given and after is None:
        return problem(422, "cursor_unknown", "Send the cursor of the last answer as it was, or none to begin again.")
    now = timezone.now()
    rows = list(restricted_who.changed(key.controller, after=after, limit=PAGE + 1))
    more, rows = len(rows) > PAGE, rows[:PAGE]
    entries = [_entry(row, key) for row in rows]
    cursor = _cursor(rows, after, now, more=more)
    etag = '"' + hashlib.sha256(json.dumps([entries, more]).encode()).hexdigest()[:32] + '"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag, "Cache-Control": "no-store"})
    return answer(key.controller, {"entries": entries, "cursor": cursor, "more": more}, now=now, ETag=etag)


def _entry(row: Restriction, key: ApiKey) -> dict[str, Any]:
    """One restriction under an id of its own; one that ended says only that, so that a program forgets it."""
    if row.ended_at is not None:
        return {"id": str(row.pk), **_FREE}
    hashes = [{"kind": kind, "hmac": hashed(key, kind, value)} for kind, value in restricted_who.values_of(row)]
    return {"id": str(row.pk), **_said(restricted_who.standing_of([row])), "hashes": sorted(hashes, key=str)}


def hashed(key: ApiKey, kind: str, value: str) -> str:
    """HMAC-SHA256 of an identifier under the SHA-256 of the program's own key: another program's list says nothing to it."""
    said = f"dsr restricted\0{kind}\0{value}".encode()
    return hmac.new(bytes.fromhex(key.digest), said, hashlib.sha256).hexdigest()


def _cursor(rows: Sequence[Restriction], after: tuple[datetime, str] | None, now: datetime, *, more: bool) -> str:
    """Where the next question goes on. It never passes what may still be committed, so some entries come twice."""
    at, pk = (rows[-1].changed_at, str(rows[-1].pk)) if rows else (after or (now - SETTLED, ""))
    if not more and at > now - SETTLED:
        at, pk = now - SETTLED, ""
    return base64.urlsafe_b64encode(f"{at.timestamp():.6f}|{pk}".encode()).decode().rstrip("=")


def _opened(cursor: str) -> tuple[datetime, str] | None:
    try:
        at, _bar, pk = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("|")
        return datetime.fromtimestamp(float(at), tz=UTC), str(UUID(pk)) if pk else ""
    except (ValueError, OverflowError, OSError, binascii.Error):
        return None
