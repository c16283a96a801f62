"""Whether somebody has asked before: earlier requests by the same identifier, found without reading anybody's file (4.2 no. 1).

Shown to whoever registers a request, never merged: the same address may be that of two people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, OuterRef

from dsr.law.workflow import State
from dsr.models import Case, IndexToken, Kind, Request, User
from dsr.vault import blind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from dsr.models import Controller

MOST: Final = 5
_NAME_KIND: Final = "name"
_PUT_AWAY: Final = (State.ARCHIVED.value, State.PURGED.value)
"""4.5: what is kept for proof and defence only helps nobody to register a request."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier request and the kinds of identifiers it shares (customer_number, email, phone; `name` for all words of it)."""

    request: Request
    shares: tuple[str, ...]


def earlier(*, controller: Controller, identifiers: Iterable[tuple[str, str]], name: str = "") -> list[Earlier]:
    """Requests that share an exact identifier, or the whole name; most shared first, then the newest; at most MOST.

    None of which every case is archived or purged.
    """
    shared: dict[UUID, set[str]] = {}
    for kind, value in identifiers:
        if value.strip():
            for request_id in _having(controller, kind, value):
                shared.setdefault(request_id, set()).add(kind)
    words = blind.fold(name).split()
    if len(words) > 1:  # a first name alone is anybody's
        found = [set(_having(controller, _NAME_KIND, word)) for word in words]
        for request_id in set.intersection(*found):
            shared.setdefault(request_id, set()).add(_NAME_KIND)
    here = Case.objects.of(controller).exclude(state__in=_PUT_AWAY)
    rows = (
        Request.objects.filter(Exists(here.filter(request=OuterRef("pk"))), pk__in=shared)
        .select_related("controller")
        .prefetch_related("cases")
    )
    newest = sorted(rows, key=lambda one: one.received_at, reverse=True)
    ranked = sorted(newest, key=lambda one: -len(shared[one.pk] - {_NAME_KIND}))
    return [Earlier(one, tuple(sorted(shared[one.pk]))) for one in ranked[:MOST]]


def _having(controller: Controller, kind: str, value: str) -> list[UUID]:
    rows = IndexToken.objects.of(controller).filter(kind=kind, token__in=blind.tokens(controller.slug, kind, value))
    return list(rows.values_list("request_id", flat=True)[:200])


def has_account(*, controller: Controller, email: str) -> bool:
    """Whether a subscriber's account of this controller has this address. It proves nothing about who is asking."""
    if not email.strip():
        return False
    handle = User.handle_for(controller.pk, Kind.SUBSCRIBER, email.strip())
    return User.objects.filter(handle=handle).exists()
