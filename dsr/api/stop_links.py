"""POST /api/v1/stop-links: the stop link and header values for up to a thousand addresses (RFC 8058)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, JsonResponse
from django.utils import timezone

from dsr.api.access import problem, program
from dsr.cases import contacts
from dsr.cases.api_keys import Scope
from dsr.cases.campaigns import COLUMNS, ONE_CLICK, LinkMaker
from dsr.cases.contacts import BadContactError

if TYPE_CHECKING:
    from dsr.models import ApiKey

MOST: Final = 1000
MAX_BYTES: Final = 600_000
_KINDS: Final = tuple(kind.value for kind in COLUMNS)
_FORM: Final = 'Send {"addresses": [{"email": …} or {"phone": …} or {"customer_number": …}, …], "campaign": "…"}.'


@program(Scope.STOP_LINKS)
def mint(request: Any, key: ApiKey) -> HttpResponse:
    """`{"links": [...]}` in the order of the addresses; one that is none has `error` with a code and the rest goes on."""
    try:
        body = request.body if int(request.headers.get("Content-Length") or 0) <= MAX_BYTES else None
    except RequestDataTooBig:
        body = None
    if body is None:
        return problem(413, "too_large", f"Send at most {MAX_BYTES} bytes.")
    try:
        given = json.loads(body)
        addresses, campaign = given["addresses"], given.get("campaign", "")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return problem(422, "malformed", _FORM)
    if not isinstance(addresses, list) or not isinstance(campaign, str):
        return problem(422, "malformed", _FORM)
    if len(addresses) > MOST:
        return problem(413, "too_many", f"Send at most {MOST} addresses.")
    try:
        maker = LinkMaker(key.controller, now=timezone.now(), campaign=campaign)
    except ValueError as error:
        return problem(422, "campaign_too_long", f"{error}.")
    return JsonResponse({"links": [_link(maker, one) for one in addresses]})


def _link(maker: LinkMaker, given: object) -> dict[str, Any]:
    named = given if isinstance(given, dict) else {}
    kinds = [kind for kind in _KINDS if isinstance(named.get(kind), str) and named[kind].strip()]
    if len(kinds) != 1 or len(named) != 1:
        return {"error": "one_kind_each"}
    try:
        link = maker.link(contacts.contact(maker.controller, kinds[0], named[kinds[0]]))
    except BadContactError as error:
        return {"error": f"not_a_{error.kind}"}
    return {"url": link.url, "list_unsubscribe": link.header, "list_unsubscribe_post": ONE_CLICK}
