"""Before many people are taken in from a file or by a program: nobody who was erased, nobody who objected (3.4.3, O-03, peers.md trap 15).

A feed of a partner, a bought list of leads or an import after a migration brings back people who are gone. Each row is asked of two
lists that hold keyed hashes only: the ledger of erasures and the suppression list. What is left out is named by its line.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db import transaction

from dsr.cases import contacts, erasure_ledger
from dsr.cases.actors import SYSTEM
from dsr.cases.contacts import Kind
from dsr.cases.setup import record_setup
from dsr.cases.suppression_bulk import LOOKUP, Asking
from dsr.law.policies import ALL_CHANNELS
from dsr.models import ErasedIdentifier, Erasure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from dsr.cases.campaigns import Row
    from dsr.cases.contacts import Contact
    from dsr.models import Controller

BATCH: Final = 1000


class Reason(StrEnum):
    """Why a row is left out."""

    ERASED = "erased"
    OBJECTED = "objected"


class Guard:
    """Asks both lists of one controller, for batches of any size and number."""

    def __init__(
        self, controller: Controller, *, now: datetime, channels: Iterable[str] = ALL_CHANNELS, copies: bool = True
    ) -> None:
        """Opens the keys once. `channels`: what the people would be written to or called through; all by default.

        `copies`: as of `Asking`.
        """
        self.controller = controller
        self._objected = Asking(controller, channels=channels, now=now, copies=copies)
        erasures = Erasure.objects.of(controller).order_by("store")
        self._stores = list(erasures.values_list("store", flat=True).distinct())
        # Whoever erased nobody has no ledger to read, and needs no ring key for it.
        self._known = erasure_ledger.Hashes(controller) if self._stores else None

    def ask(self, rows: Sequence[Sequence[Contact]]) -> list[Reason | None]:
        """For each row why nothing of it may be taken in, or None: one erased or objecting contact is enough."""
        flat = list(dict.fromkeys(one for contacts_of in rows for one in contacts_of))
        erased = self._erased(flat)
        objected = {one for one, on in zip(flat, self._objected.ask(flat), strict=True) if on}
        return [_reason(contacts_of, erased, objected) for contacts_of in rows]

    def _erased(self, flat: list[Contact]) -> set[Contact]:
        known = self._known
        if known is None:
            return set()
        whose: dict[str, Contact] = {}
        for one in flat:
            if one.kind == Kind.POST:
                continue  # several people live at an address: the ledger has none (house.md, Locate)
            stores = self._stores if one.kind == Kind.CUSTOMER_NUMBER else [""]
            whose |= {token: one for store in stores for token in known.tokens(one.kind.value, one.value, store)}
        every, found = list(whose), set()
        for at in range(0, len(every), LOOKUP):
            rows = ErasedIdentifier.objects.of(self.controller).filter(token__in=every[at : at + LOOKUP])
            found |= {whose[token] for token in rows.order_by().values_list("token", flat=True)}
        return found


def _reason(row: Sequence[Contact], erased: set[Contact], objected: set[Contact]) -> Reason | None:
    if any(one in erased for one in row):
        return Reason.ERASED
    return Reason.OBJECTED if any(one in objected for one in row) else None


class Guarded(NamedTuple):
    """A row of a file: `code` says why it is left out; empty when it may be taken in."""

    row: Row
    code: str


def guard(
    controller: Controller, rows: Iterable[Row], *, now: datetime, channels: Iterable[str] = ALL_CHANNELS
) -> Iterator[Guarded]:
    """Every row of a file with its code: a `Reason`, or `not_usable_…` for a row in which something cannot be read.

    A row that cannot be read is left out, because nobody can say whose it is.
    """
    asking, source = Guard(controller, now=now, channels=channels), iter(rows)
    while batch := list(islice(source, BATCH)):
        for row, reason in zip(batch, asking.ask([row.contacts for row in batch]), strict=True):
            yield Guarded(row, f"not_usable_{row.wrong}" if row.wrong else (reason or ""))


@transaction.atomic
def recorded(*, controller: Controller, counts: Mapping[str, int], now: datetime) -> None:
    """Write down that a file was guarded and what came of it: counts only (rules 4.4)."""
    record_setup(controller=controller, kind="import_guarded", actor=SYSTEM, now=now, data=dict(counts))


def read(controller: Controller, given: Mapping[str, object]) -> list[Contact] | str:
    """The contacts of one row a program sent, by kind; the code of what is wrong with it otherwise."""
    known = {kind.value for kind in Kind}
    if not given or set(given) - known or not all(isinstance(value, str) for value in given.values()):
        return "unknown_field"
    found = []
    for kind, value in given.items():
        if not str(value).strip():
            continue
        try:
            found.append(contacts.contact(controller, kind, str(value)))
        except contacts.BadContactError as error:
            return f"not_a_{error.kind}"
    return found or "empty"
