"""Rows that wait to be sent: taken for a limited time, put back when the mail server is away, never silently dropped."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q

from dsr.models import Message, Outgoing

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

LEASE = timedelta(minutes=5)
# Between two tries; a mail server that is away for a day loses nothing.
WAITS = tuple(timedelta(seconds=s) for s in (30, 120, 600, 1800, 3600, 3600, 3600, 3 * 3600, 6 * 3600, 12 * 3600))


def due(rows: QuerySet[Any], now: datetime) -> QuerySet[Any]:
    """What may be sent: queued and not before now, or taken by a worker that died."""
    waiting = Q(status=Outgoing.Status.QUEUED, not_before__lte=now)
    orphaned = Q(status=Outgoing.Status.SENDING, leased_until__lt=now)
    return rows.filter(waiting | orphaned)


def take(rows: QuerySet[Any], row_id: str, *, now: datetime) -> bool:
    """Claim one row for sending; False when it is sent, taken or not due."""
    mine = due(rows.model.objects.all(), now).filter(pk=row_id)
    return bool(mine.update(status=Outgoing.Status.SENDING, leased_until=now + LEASE, attempts=F("attempts") + 1))


def sent(row: Outgoing, *, now: datetime) -> None:
    """The mail server has taken it."""
    _mine(row).update(status=Outgoing.Status.SENT, sent_at=now, leased_until=None, error_code="")


def failed(row: Outgoing, code: str, *, now: datetime, refused: bool) -> None:
    """Put it back with a growing wait; a refused address, or the last try, leaves it failed for a person to see."""
    final = refused or row.attempts > len(WAITS)
    _mine(row).update(
        status=Outgoing.Status.FAILED if final else Outgoing.Status.QUEUED,
        not_before=now + WAITS[min(row.attempts, len(WAITS)) - 1],
        leased_until=None,
        error_code=code[:40],
    )


def _mine(row: Outgoing) -> QuerySet[Any]:
    return type(row).objects.filter(pk=row.pk, attempts=row.attempts, status=Outgoing.Status.SENDING)


def again(message: Message, *, now: datetime) -> bool:
    """A person has a failed mail sent once more, after the address was put right or the server is back."""
    stuck = Message.objects.filter(pk=message.pk, status__in=[Outgoing.Status.FAILED, Outgoing.Status.BOUNCED])
    return bool(stuck.update(status=Outgoing.Status.QUEUED, not_before=now, attempts=0, error_code=""))
