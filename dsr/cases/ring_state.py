"""The state of the keys, without a byte of one: which ring key wraps how many rows of a controller, what still waits for a rotation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet

from dsr.cases import ring
from dsr.models import RingId
from dsr.vault import keyring

if TYPE_CHECKING:
    from django.db.models import Model

    from dsr.models import Controller


@dataclass(frozen=True, slots=True)
class RingKey:
    """A key of the ring by its id: whether it encrypts today, whether the ring holds it, how many rows of ours it wraps."""

    id: str
    first: bool
    held: bool
    rows: int


def _by_key(model: type[Model], controller: Controller) -> QuerySet[Any, Any]:
    """How many rows of this kind each key wraps."""
    rows = QuerySet(model).filter(controller=controller).annotate(ring=RingId("wrapped_key")).exclude(ring="")
    counted: QuerySet[Any, Any] = rows.order_by().values_list("ring").annotate(n=Count("pk"))
    return counted


def state_of(controller: Controller) -> list[RingKey]:
    """The keys in ring order, then those that rows need and the ring lacks. Counts rows with a data key of their own.

    The ring is shared by all controllers of the installation: whether a key may leave it is asked with `manage.py keys check`.
    """
    found: Counter[str] = Counter()
    first, *others = (_by_key(model, controller) for model in ring.keyed_models())
    for key, number in first.union(*others, all=True):
        found[key] += number
    held = keyring()
    names = [*held.keys, *sorted(set(found) - set(held.keys))]
    return [RingKey(name, name == held.first, name in held.keys, found[name]) for name in names]
