"""The sealed secrets of second factors under another ring key: they lie in allauth's rows, each with a wrapped key of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from allauth.mfa.models import Authenticator
from django.db import transaction

from dsr import factors
from dsr.cases.ring_tokens import Moved
from dsr.vault import MissingKeyError, TamperedError
from dsr.vault.rewrap import is_current, rewrap, ring_id

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator

NAME: Final = "second factors"


def _sealed(row: Any) -> str:
    return str(row.data.get(factors.SECRETS[row.type], ""))


def count(found: dict[str, Counter[str]], new: Callable[[], Counter[str]]) -> None:
    """Add how many secrets need which ring key."""
    for row in Authenticator.objects.filter(type__in=factors.SECRETS).iterator(chunk_size=2000):
        if one := ring_id(_sealed(row)):
            found.setdefault(one, new())[NAME] += 1


def _ids(chunk: int) -> Iterator[list[int]]:
    last = 0
    while True:
        rows = Authenticator.objects.filter(type__in=factors.SECRETS, pk__gt=last).order_by("pk")
        ids = list(rows.values_list("pk", flat=True)[:chunk])
        if not ids:
            return
        yield ids
        last = ids[-1]


def move(*, chunk: int, stop: Callable[[], bool]) -> Moved:
    """Wrap the keys of all secrets under the first ring key, `chunk` rows a transaction; what they sealed stays as it is."""
    done = Moved()
    for ids in _ids(chunk):
        if stop():
            break
        with transaction.atomic():
            for row in Authenticator.objects.select_for_update().filter(pk__in=ids):
                _move(row, done)
    return done


def _move(row: Any, done: Moved) -> None:
    wrapped, dot, content = _sealed(row).partition(".")
    if is_current(wrapped):
        return
    try:
        row.data[factors.SECRETS[row.type]] = f"{rewrap(wrapped, context=factors.CONTEXT)}{dot}{content}"
    except MissingKeyError:
        done.missing += 1
    except (TamperedError, ValueError):
        done.broken += 1
    else:
        row.save(update_fields=["data"])
        done.moved += 1
