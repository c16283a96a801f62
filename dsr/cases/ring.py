"""Rotating the key ring (house.md "Sealing"): what needs which key, moving everything under the first, proof that an old one may go.

Nothing here prints or logs a key, a data key or a token; ids of ring keys and counts only.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models.functions import Left

from dsr.cases import legal_holds, ring_factors, ring_tokens
from dsr.models import AccountLink, ErasedIdentifier, Hold, IndexToken, KeyedRow, OutsideLogin, RestrictedToken, RingId
from dsr.sessions import context_of
from dsr.vault import MissingKeyError, TamperedError, keyring
from dsr.vault.rewrap import is_current, rewrap, ring_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHUNK: Final = 200
SESSIONS, TOKENS, LINKS, LOGINS = "sessions", "index tokens", "account links", "outside logins"
RESTRICTED = "restricted persons"
ERASED, HOLDS = "erased identifiers", "legal holds"
# How dsr.sessions writes a session: a wrapped key, a dot, the sealed content.


@dataclass(slots=True)
class Rotated:
    """What one run did: rows moved per table, and those it could not open, per reason (`missing`: no such ring key)."""

    moved: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    forgotten: int = 0


@dataclass(frozen=True, slots=True)
class _Table:
    """A column of wrapped keys; `context` is what a key is bound to, from the row's primary key."""

    model: type[models.Model]
    column: str
    name: str
    context: Callable[[Any], str]


def keyed_models() -> list[type[KeyedRow]]:
    """Every table whose rows have a data key, whoever adds one."""
    return [model for model in apps.get_models() if issubclass(model, KeyedRow)]


def _rows(model: type[models.Model]) -> models.QuerySet[Any]:
    """All rows, past managers that scope or refuse: a key ring has no controller."""
    return models.QuerySet(model)


def _name(model: type[models.Model]) -> str:
    return model._meta.db_table  # noqa: SLF001 -- documented Django, its name notwithstanding


def _tables() -> Iterator[_Table]:
    for model in keyed_models():
        name = _name(model)
        yield _Table(model, "wrapped_key", name, f"{name}:{{}}".format)
    yield _Table(Session, "session_data", SESSIONS, context_of)


def needed(model: type[KeyedRow]) -> Iterator[str]:
    """The ids of ring keys that wrap data keys of this table: one step through its index for each, however many rows."""
    rows = _rows(model).annotate(ring=RingId("wrapped_key"))
    last = ""
    while True:
        found = rows.filter(ring__gt=last).order_by("ring").values_list("ring", flat=True)[:1]
        last = next(iter(found), "")
        if not last:
            return
        yield last


def missing() -> list[str]:
    """Ids of keys that rows need and the ring does not hold: cheap enough for every start (dsr.E010)."""
    held = keyring().keys
    return sorted({one for model in keyed_models() for one in needed(model)} - set(held))


def uses() -> dict[str, Counter[str]]:
    """How many rows of which table need which key; destroyed keys need none."""
    found: dict[str, Counter[str]] = {}
    for model in keyed_models():
        rows = _rows(model).annotate(ring=RingId("wrapped_key")).exclude(ring="")
        for one, count in rows.values_list("ring").annotate(n=models.Count("pk")).order_by("ring"):
            found.setdefault(one, Counter())[_name(model)] = count
    for name, texts in (
        (SESSIONS, Session.objects.values_list("session_data", flat=True)),
        (TOKENS, models.QuerySet(IndexToken).values_list("token", flat=True)),
        (LINKS, models.QuerySet(AccountLink).values_list("token", flat=True)),
        (RESTRICTED, models.QuerySet(RestrictedToken).values_list("token", flat=True)),
        (LOGINS, models.QuerySet(OutsideLogin).values_list("token", flat=True)),
        # Nothing says what was hashed: the key stays in the ring until the last entry has ended (docs/after-erasure.md).
        (ERASED, models.QuerySet(ErasedIdentifier).values_list("token", flat=True)),
        (HOLDS, models.QuerySet(Hold).exclude(token="").values_list("token", flat=True)),
    ):
        for text in texts.iterator(chunk_size=2000):
            if one := ring_id(text):
                found.setdefault(one, Counter())[name] += 1
    ring_factors.count(found, Counter)
    return found


def rotate(*, chunk: int = CHUNK, stop: Callable[[], bool] = lambda: False) -> Rotated:
    """Move every data key, session and token under the first ring key, `chunk` rows a transaction.

    May be interrupted and begun again, and may run twice at once: each row is changed only where it still is as it was read,
    so that a key somebody destroyed meanwhile stays destroyed. Content under data keys is not encrypted again.
    """
    done = Rotated()
    for table in _tables():
        _move(table, done, chunk, stop)
    for moved, name in (
        (ring_tokens.move_links, LINKS),
        (ring_tokens.move_tokens, TOKENS),
        (ring_tokens.move_logins, LOGINS),
        (ring_tokens.move_restricted, RESTRICTED),
        (ring_factors.move, ring_factors.NAME),
        (legal_holds.move_tokens, HOLDS),
    ):
        result = moved(chunk=chunk, stop=stop)
        done.moved[name] += result.moved
        done.missing[name] += result.missing
        done.broken[name] += result.broken
        done.forgotten += result.forgotten
    for counts in (done.moved, done.missing, done.broken):
        for name in [name for name, count in counts.items() if not count]:
            del counts[name]
    return done


def _move(table: _Table, done: Rotated, chunk: int, stop: Callable[[], bool]) -> None:
    """Walk one table by its primary key; what is under the first key already is not read."""
    first, column, rows_of = f"{keyring().first}:", table.column, _rows(table.model)
    # Not `startswith`: SQLite's LIKE takes k1 and K1 for the same.
    old = rows_of.exclude(**{column: ""}).annotate(ring=Left(column, len(first))).exclude(ring=first)
    last: Any = None
    while not stop():
        rest = old if last is None else old.filter(pk__gt=last)
        rows = list(rest.order_by("pk").values_list("pk", column)[:chunk])
        if not rows:
            return
        last = rows[-1][0]
        fresh = [(pk, text, one) for pk, text in rows if (one := _fresh(text, table.context(pk), table.name, done))]
        with transaction.atomic():
            for pk, text, one in fresh:
                done.moved[table.name] += rows_of.filter(pk=pk, **{column: text}).update(**{column: one})


def _fresh(text: str, context: str, name: str, done: Rotated) -> str:
    """The same under the first key; empty when it cannot be, which is counted. A session goes on after its dot."""
    wrapped, dot, rest = text.partition(".")
    try:
        return "" if is_current(wrapped) else f"{rewrap(wrapped, context=context)}{dot}{rest}"
    except MissingKeyError:
        done.missing[name] += 1
    except (TamperedError, ValueError):
        done.broken[name] += 1
    return ""
