"""Asking the list for many addresses: a batch with one question to the database, or a campaign against a copy in memory (O-03).

The copy holds 8 bytes of each hash. Two addresses agree in these by chance once in 2**64 pairs: of a million mails against a million
entries one in eighteen million campaigns would leave a mail out. Nobody ever gets one too many.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from django.db import IntegrityError, transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from dsr.cases.suppression_keys import ensured_hashes, token
from dsr.law.policies import channels_of
from dsr.models import Suppression

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from dsr.cases.contacts import Contact
    from dsr.models import Controller

LOOKUP: Final = 500
"""Hashes in one question to the database; SQLite takes no more than some thousands."""
COPY_AFTER: Final = 20_000
"""From this many addresses on the list is copied: a million entries take some seconds and 8 MB."""
_CHUNK: Final = 10_000
_PREFIX_BYTES: Final = 8


class Copy:
    """Every entry of a list that stops one of some channels, as it is now; 8 bytes an entry."""

    def __init__(self, controller: Controller, stops: frozenset[str]) -> None:
        """Reads the list once. `stops`: codes of channels."""
        found: dict[str, array[int]] = {}
        known: dict[str, bool] = {}
        rows = Suppression.objects.of(controller).annotate(on=Cast("channels", TextField())).order_by()
        for hashed, on in rows.values_list("token", "on").iterator(_CHUNK):
            if on not in known:
                known[on] = any(f'"{channel}"' in on for channel in stops)
            if known[on]:
                number, _dot, digits = hashed.partition(".")
                if number not in found:
                    found[number] = array("Q")
                found[number].append(int(digits[: 2 * _PREFIX_BYTES], 16))
        self._under = {int(number): array("Q", sorted(every)) for number, every in found.items()}

    def held(self, number: int, digests: list[bytes]) -> list[bool]:
        """For each hash under the key `number` whether it is on the list."""
        every = self._under.get(number)
        if every is None:
            return [False] * len(digests)
        size, found = len(every), []
        for digest in digests:
            wanted = int.from_bytes(digest[:_PREFIX_BYTES])
            at = bisect_left(every, wanted)
            found.append(at < size and every[at] == wanted)
        return found


class Asking:
    """Asks one controller's list about some channels, for batches of any size and number."""

    def __init__(self, controller: Controller, *, channels: Iterable[str], now: datetime, copies: bool = True) -> None:
        """Opens the keys once. `channels`: stopped when any of these is; none given means any at all.

        `copies`: whether many addresses may copy the list. Not for what programs call: each call would read all of it.
        """
        self.controller = controller
        self._copies = copies
        self.stops = frozenset(channel.value for channel in channels_of(channels))
        self._hashes = ensured_hashes(controller, now=now)
        self._asked = 0
        self._copy: Copy | None = None

    def ask(self, contacts: Sequence[Contact]) -> list[bool]:
        """For each contact, in their order, whether marketing through the channels is stopped.

        Entries under an older key that are met on the way are put under the newest. The list is that of the moment; where
        it is copied, above COPY_AFTER addresses that of the moment when these were reached.
        """
        self._asked += len(contacts)
        if self._copies and self._copy is None and self._asked > COPY_AFTER:
            self._copy = Copy(self.controller, self.stops)
        hashes = self._hashes
        columns = {number: hashes.under(number, contacts) for number in hashes.numbers}
        held = self._held(columns, sorted({contact.kind.value for contact in contacts}))
        newest, *rest = hashes.numbers
        stopped, older = held[newest], {}
        for number in rest:
            for at, on in enumerate(held[number]):
                if on:
                    older[token(number, columns[number][at])] = token(newest, columns[newest][at])
            stopped = [one or other for one, other in zip(stopped, held[number], strict=True)]
        if older:
            renew(controller=self.controller, tokens=older)
        return stopped

    def _held(self, columns: Mapping[int, list[bytes]], kinds: list[str]) -> dict[int, list[bool]]:
        """For each key, for each of its hashes whether it is on the list."""
        copy = self._copy
        if copy is not None:
            return {number: copy.held(number, digests) for number, digests in columns.items()}
        tokens = {number: [token(number, digest) for digest in digests] for number, digests in columns.items()}
        every, there = [one for several in tokens.values() for one in several], set[str]()
        for at in range(0, len(every), LOOKUP):
            # The kinds are in the hashes as well; they are named for the index.
            rows = Suppression.objects.of(self.controller).filter(kind__in=kinds, token__in=every[at : at + LOOKUP])
            there |= {hashed for hashed, on in rows.values_list("token", "channels") if self.stops & set(on)}
        return {number: [one in there for one in several] for number, several in tokens.items()}


@transaction.atomic
def renew(*, controller: Controller, tokens: Mapping[str, str]) -> int:
    """Put entries under another hash of the same address: `tokens` is old -> new. Returns how many.

    Where both stand, the older entry's day and the channels of both are kept in one.
    """
    rows = Suppression.objects.of(controller).select_for_update().order_by("pk")
    done = 0
    for old in rows.filter(kind__in=Suppression.Kind.values, token__in=list(tokens)):
        both = rows.filter(kind=old.kind, token=tokens[old.token]).first()
        if both is None:
            try:
                with transaction.atomic():
                    done += Suppression.objects.filter(pk=old.pk).update(token=tokens[old.token])
            except IntegrityError:
                pass  # the person objected anew at this very moment; the next time both are met they become one
            continue
        Suppression.objects.filter(pk=both.pk).update(
            channels=sorted({*both.channels, *old.channels}), since=min(both.since, old.since)
        )
        done += old.delete()[0]
    return done
