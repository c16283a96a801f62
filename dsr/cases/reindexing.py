"""The blind index once more for requests that are there: after a release that finds by more spellings (house.md "Sealing").

It only adds what is missing under the newest key, so it may run twice, stop anywhere and run beside everything else. One chunk
of requests is in memory at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from dsr.cases.finding import values_of_known, values_of_told
from dsr.law.workflow import State
from dsr.models import Case, IndexToken, Request
from dsr.vault import MissingKeyError, blind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from dsr.models import Controller

CHUNK: Final = 200


@dataclass(frozen=True, slots=True)
class Step:
    """One chunk: requests looked at, tokens added, requests whose key is gone, and the id after which the next one begins."""

    looked: int
    added: int
    closed: int
    last: UUID


def run(*, controller: Controller, after: UUID | None = None, chunk: int = CHUNK) -> Iterator[Step]:
    """Index every request of a controller that is not archived, in the order of ids beginning behind `after`; a step a chunk.

    Each step is committed before it is told of. What was archived keeps the few tokens it was left (4.0.8).
    """
    while True:
        alive = Case.objects.filter(request=OuterRef("pk")).exclude(state__in=[State.ARCHIVED, State.PURGED])
        rows = Request.objects.of(controller).filter(Exists(alive)).select_related("controller", "subject")
        found: list[Request] = list((rows.filter(pk__gt=after) if after else rows).order_by("pk")[:chunk])
        if not found:
            return
        after = found[-1].pk
        yield _index(found, after)


@transaction.atomic
def _index(requests: list[Request], last: UUID) -> Step:
    have: dict[Any, set[tuple[str, str]]] = {one.pk: set() for one in requests}
    for pk, kind, token in IndexToken.objects.filter(request__in=requests).values_list("request", "kind", "token"):
        have[pk].add((kind, token))
    fresh: list[IndexToken] = []
    closed = 0
    for one in requests:
        try:
            wanted = _wanted(one)
        except MissingKeyError:
            closed += 1
            continue
        fresh += [
            IndexToken(controller_id=one.controller_id, request=one, kind=kind, token=token)
            for kind, token in sorted(wanted - have[one.pk])
        ]
    # Somebody may file or search at the same moment: what is there already stays.
    IndexToken.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True)
    return Step(len(requests), len(fresh), closed, last)


def _wanted(one: Request) -> set[tuple[str, str]]:
    slug, country = one.controller.slug, one.controller.country
    values = values_of_told(one.content(), country=country)
    subject = getattr(one, "subject", None)
    if subject is not None:
        subject.request = one
        values |= values_of_known(subject.content().get("identifiers", []), country=country)
    return {(kind, blind.token(slug, kind, value)) for kind, value in values}
