"""The suppression list: who gets no marketing, kept as keyed hashes and asked before every message (O-03, O-04, 4.5).

Nothing here can be turned back into an address. The list is used for nothing else, and nobody is asked to come back.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from dsr.cases.clock import local_date
from dsr.law.policies import ALL_CHANNELS, REVIEW_YEARS, MarketingChannel, channels_of
from dsr.models import Suppression, SuppressionKey
from dsr.vault.derived import derived

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from django.db.models import QuerySet

    from dsr.cases.contacts import Contact
    from dsr.models import Controller, Request

_TOKEN_HEX = 40
_FEBRUARY = 2
_LOOKUP = 500
"""Hashes in one question to the database; SQLite takes no more than some thousands."""


class Hashes:
    """The keys of one controller's list, opened once: for a single address or a campaign of a million."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        """`keys`: number -> data key, the newest last."""
        self._keys = {number: derived(key, use="suppression list") for number, key in keys.items()}

    def token(self, contact: Contact) -> str:
        """The hash to store, under the newest key."""
        return _token(max(self._keys), self._keys[max(self._keys)], contact)

    def tokens(self, contact: Contact) -> tuple[str, ...]:
        """The hashes to look for, under every key there was."""
        return tuple(_token(number, key, contact) for number, key in self._keys.items())


def _token(number: int, key: bytes, contact: Contact) -> str:
    digest = hmac.new(key, f"{contact.kind}\0{contact.value}".encode(), hashlib.sha256).hexdigest()
    return f"{number}.{digest[:_TOKEN_HEX]}"


def data_keys(controller: Controller) -> dict[int, bytes]:
    """Number -> data key of a controller's list and links; empty before the first."""
    rows = SuppressionKey.objects.of(controller).order_by("number")
    return {row.number: row.vault_key() for row in rows}


def ensured_keys(controller: Controller, *, now: datetime) -> dict[int, bytes]:
    """The same; the first one is made when there is none."""
    found = data_keys(controller)
    if found:
        return found
    row = SuppressionKey(controller=controller, number=1, created_at=now)
    row.vault_key()
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        pass  # somebody else was first; both read the one that is there
    return data_keys(controller)


@transaction.atomic
def new_key(*, controller: Controller, now: datetime) -> int:
    """Begin a new key; returns its number. Entries and links made before go on under theirs."""
    last = max(ensured_keys(controller, now=now))
    row = SuppressionKey(controller=controller, number=last + 1, created_at=now)
    row.vault_key()
    row.save(force_insert=True)
    return last + 1


def hashes(controller: Controller, *, now: datetime) -> Hashes:
    """The controller's hashes."""
    return Hashes(ensured_keys(controller, now=now))


def _review_on(controller: Controller, now: datetime) -> date:
    day = local_date(controller, now)
    # There is no 29 February in most years.
    return day.replace(year=day.year + REVIEW_YEARS, day=min(day.day, 28) if day.month == _FEBRUARY else day.day)


@transaction.atomic
def add(
    *,
    controller: Controller,
    contact: Contact,
    channels: Iterable[str],
    source: str,
    now: datetime,
    request: Request | None = None,
) -> tuple[Suppression, bool]:
    """Put an address or number on the list, or widen its channels; says whether anything is stopped that was not before.

    The first day counts: `since` stays that of the first objection, and nothing ever narrows an entry but `lift`.
    """
    wanted = {channel.value for channel in channels_of(channels)}
    known = hashes(controller, now=now)
    rows = Suppression.objects.of(controller).select_for_update()
    found: Suppression | None = rows.filter(kind=contact.kind, token__in=known.tokens(contact)).first()
    if found is None:
        made = Suppression(
            controller=controller,
            kind=contact.kind,
            token=known.token(contact),
            channels=sorted(wanted),
            since=now,
            source=source,
            request=request,
            review_on=_review_on(controller, now),
        )
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError:
            found = rows.get(kind=contact.kind, token=made.token)
        else:
            return made, True
    fresh = wanted - set(found.channels)
    if fresh:
        found.channels = sorted({*found.channels, *wanted})
        found.save(update_fields=["channels"])
    return found, bool(fresh)


def entry(*, controller: Controller, contact: Contact) -> Suppression | None:
    """What the list says about an address or number, or None."""
    keys = data_keys(controller)
    if not keys:
        return None
    rows = Suppression.objects.of(controller).filter(kind=contact.kind, token__in=Hashes(keys).tokens(contact))
    found: Suppression | None = rows.first()
    return found


def is_suppressed(*, controller: Controller, contact: Contact, channel: str) -> bool:
    """Whether marketing through `channel` must not go to this address or number."""
    found = entry(controller=controller, contact=contact)
    return found is not None and channel in found.channels


def suppressed(
    *, controller: Controller, contacts: Sequence[Contact], channels: Iterable[str], known: Hashes
) -> list[bool]:
    """For each contact whether any of `channels` is stopped, with one question for hundreds of them."""
    wanted = {channel.value for channel in channels_of(channels)}
    tokens = [known.tokens(contact) for contact in contacts]
    every = sorted({token for several in tokens for token in several})
    stopped: set[tuple[str, str]] = set()
    for at in range(0, len(every), _LOOKUP):
        rows = Suppression.objects.of(controller).filter(token__in=every[at : at + _LOOKUP])
        stopped |= {
            (kind, token) for kind, token, on in rows.values_list("kind", "token", "channels") if wanted & set(on)
        }
    return [
        any((contact.kind.value, token) in stopped for token in several)
        for contact, several in zip(contacts, tokens, strict=True)
    ]


@transaction.atomic
def lift(*, controller: Controller, contact: Contact, channels: Iterable[str] = ALL_CHANNELS) -> bool:
    """Take an address or number off the list, because its owner has just shown that she wants it; False: it was not there.

    Only the person's own proven act leads here (a link sent to that very address). Nothing is switched on by it: whoever
    wants marketing still has to give consent, and no store is changed.
    """
    seen = entry(controller=controller, contact=contact)
    found: Suppression | None = (
        Suppression.objects.of(controller).select_for_update().filter(pk=seen.pk).first() if seen else None
    )
    if found is None:
        return False
    left = sorted(set(found.channels) - {MarketingChannel(code).value for code in channels})
    if left:
        Suppression.objects.filter(pk=found.pk).update(channels=left)
    else:
        found.delete()
    return True


def review_due(*, controller: Controller, now: datetime) -> QuerySet[Suppression]:
    """Entries that are three years old or were last looked at three years ago (rules 4.5)."""
    rows: QuerySet[Suppression] = Suppression.objects.of(controller).filter(review_on__lte=local_date(controller, now))
    return rows


def reviewed(*, controller: Controller, now: datetime) -> int:
    """The controller still markets: its due entries stay for three more years. Returns how many."""
    return int(review_due(controller=controller, now=now).update(review_on=_review_on(controller, now)))
