"""What we remember of contacts on file: keyed tokens, enough to notice that one replaced another (I-07, ux.md 1.6).

Stores rarely say when a contact changed. Whoever takes a contract over first puts his own address there; a code to it then
proves the thief. A contact of which we know that another one stood there before counts as new for thirty days.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dsr.law.identity import NEW_FOR
from dsr.models import ContactSeen, Controller
from dsr.vault import blind

if TYPE_CHECKING:
    from datetime import datetime

FORGET_AFTER = timedelta(days=365)


def _names(controller: Controller, store: str, customer_number: str) -> tuple[str, ...]:
    return blind.tokens(controller.slug, f"contact_of:{store}", customer_number)


def note(
    *, controller: Controller, store: str, customer_number: str, kind: str, contact: str, now: datetime
) -> datetime | None:
    """Remember a contact that a store just named; until when it counts as new (UTC), None when it does not.

    The first contact of a number is never new: nothing is known that it could have replaced.
    """
    slug, numbers = controller.slug, _names(controller, store, customer_number)
    kept = ContactSeen.objects.of(controller).filter(store=store, number_token__in=numbers, kind=kind)
    spelled = f"contact:{store}:{customer_number}:{kind}"
    row = kept.filter(contact_token__in=blind.tokens(slug, spelled, contact)).first()
    # Under the first ring key from now on: the memory outlives a rotation as long as the contact is seen once during it.
    current = {"number_token": numbers[0], "contact_token": blind.token(slug, spelled, contact)}
    if row is None:
        row, _made = ContactSeen.objects.get_or_create(
            controller=controller,
            store=store,
            **current,
            defaults={"kind": kind, "first_seen_at": now, "last_seen_at": now},
        )
    else:
        ContactSeen.objects.filter(pk=row.pk).update(**current, last_seen_at=now)
    before = kept.exclude(pk=row.pk).filter(first_seen_at__lt=row.first_seen_at)
    until: datetime = row.first_seen_at + NEW_FOR
    return until if until > now and before.exists() else None


def forget(*, now: datetime) -> int:
    """Delete what was not seen for a year; returns how many rows."""
    return ContactSeen.objects.filter(last_seen_at__lt=now - FORGET_AFTER).delete()[0]
