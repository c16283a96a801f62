"""The keys of a suppression list: how an address becomes a hash, and how a new key takes the place of an old one (rules 4.5).

No value can be had from a hash, so an entry is hashed anew only when its address is met again: by another objection, a campaign
file, a program that asks. Until then its old key answers. A key under which no entry is left is asked no more; links of old
mails are still read with it, because a link has no end.
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import IntegrityError, transaction

from dsr.cases.contacts import Kind
from dsr.cases.duties import Duty
from dsr.cases.perform import insist
from dsr.cases.setup import record_setup
from dsr.models import Controller, Suppression, SuppressionKey
from dsr.vault.derived import derived

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.cases.contacts import Contact
    from dsr.law.workflow import Actor

DIGEST_BYTES: Final = 20
SETTLED: Final = timedelta(days=1)
"""How long a key has been followed by another before it can be retired: whoever still writes under it has finished."""
MOST_KEYS: Final = 255
"""The number of a key is one byte of a link."""


class Hashes:
    """The keys of one controller's list, opened once: for a single address or a campaign of a million."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        """`keys`: number -> data key, in any order; the highest number is the newest."""
        self.numbers = sorted(keys, reverse=True)
        self._begun = {
            number: hmac.new(derived(key, use="suppression list"), digestmod="sha256") for number, key in keys.items()
        }

    def under(self, number: int, contacts: Iterable[Contact]) -> list[bytes]:
        """20 bytes of HMAC-SHA256 of each contact under the key `number`."""
        begun, found = self._begun[number], []
        for contact in contacts:
            one = begun.copy()
            one.update(_said(contact))
            found.append(one.digest()[:DIGEST_BYTES])
        return found

    def token(self, contact: Contact) -> str:
        """The hash to store, under the newest key."""
        return self.tokens(contact)[0]

    def tokens(self, contact: Contact) -> tuple[str, ...]:
        """The hashes to look for, under every key that is asked, the newest first."""
        return tuple(token(number, self.under(number, [contact])[0]) for number in self.numbers)


def _said(contact: Contact) -> bytes:
    """What is hashed: the kind and the normal form; the words of a postal address in one order (decision 093)."""
    value = " ".join(sorted(contact.value.split())) if contact.kind == Kind.POST else contact.value
    return f"{contact.kind}\0{value}".encode()


def token(number: int, digest: bytes) -> str:
    """How a hash stands in its row: the number of its key, a dot, hexadecimal digits."""
    return f"{number}.{digest.hex()}"


def data_keys(controller: Controller) -> dict[int, bytes]:
    """Number -> data key of a controller's links, the retired ones too; empty before the first."""
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


def hashes(controller: Controller) -> Hashes | None:
    """The hashes of the list without the retired keys; None while there is no key, so that nothing can be listed."""
    rows = SuppressionKey.objects.of(controller).filter(retired_at__isnull=True)
    keys = {row.number: row.vault_key() for row in rows}
    return Hashes(keys) if keys else None


def ensured_hashes(controller: Controller, *, now: datetime) -> Hashes:
    """The same; the first key is made when there is none."""
    ensured_keys(controller, now=now)
    found = hashes(controller)
    if found is None:
        raise LookupError("the newest key of a list is never retired")
    return found


@transaction.atomic
def new_key(*, controller: Controller, actor: Actor, now: datetime) -> int:
    """Begin a new key; returns its number. An event of the set-up (rules 4.4); what is older goes on under its key.

    RefusedError for a role that changes no keys; ValueError when there were 255.
    """
    if actor.kind == "staff":  # whoever has the shell has the keys anyway
        insist(actor, Duty.SIGNING_KEY)
    Controller.objects.select_for_update().get(pk=controller.pk)
    number = max(ensured_keys(controller, now=now)) + 1
    if number > MOST_KEYS:
        raise ValueError("a list has at most 255 keys")
    row = SuppressionKey(controller=controller, number=number, created_at=now)
    row.vault_key()
    row.save(force_insert=True)
    record_setup(controller=controller, kind="suppression_key_begun", actor=actor, now=now, data={"key": number})
    return number


def entries(controller: Controller) -> dict[int, int]:
    """How many entries are under each key that is asked: number -> count; a count for a key, none for retired ones."""
    rows = SuppressionKey.objects.of(controller).filter(retired_at__isnull=True).order_by("number")
    return {number: _under(controller, number).count() for number in rows.values_list("number", flat=True)}


def _under(controller: Controller, number: int) -> QuerySet[Suppression]:
    return Suppression.objects.of(controller).filter(token__startswith=f"{number}.")


def retire(*, now: datetime) -> int:
    """Retire keys under which no entry is left, for all controllers; returns how many. A pass of the tick.

    Never the newest, and none that was followed less than a day ago.
    """
    done = 0
    waiting = SuppressionKey.objects.filter(retired_at__isnull=True).select_related("controller")
    for row in waiting.order_by("controller_id", "number"):
        later = SuppressionKey.objects.of(row.controller).filter(number__gt=row.number, created_at__lte=now - SETTLED)
        if later.exists() and not _under(row.controller, row.number).exists():
            done += SuppressionKey.objects.filter(pk=row.pk, retired_at__isnull=True).update(retired_at=now)
    return done
