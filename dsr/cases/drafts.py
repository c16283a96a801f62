"""Requests that nobody sent: kept for seven days after the last answer, then deleted with the files that were given (4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsr.models import Draft

if TYPE_CHECKING:
    from datetime import datetime


def remove_expired(*, now: datetime, limit: int) -> int:
    """Delete the drafts whose time is over, at most `limit`; returns how many.

    One that was written in meanwhile stays: its end is read again with the delete.
    """
    rows = list(Draft.objects.filter(expires_at__lte=now).order_by("expires_at").values_list("pk", flat=True)[:limit])
    if rows:
        Draft.objects.filter(pk__in=rows, expires_at__lte=now).delete()
    return len(rows)
