"""What the desk forgets by itself: who had a case open, and what somebody passed over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from dsr.models import Presence, Skip

if TYPE_CHECKING:
    from datetime import datetime

FRESH: Final = timedelta(seconds=60)
"""How long after its last beat a page counts as open: three beats, so that one that got lost changes nothing."""
SKIPPED: Final = timedelta(hours=12)
"""How long a case that somebody skipped is not put before her again."""


def forget(*, now: datetime) -> int:
    """Delete what counts for nothing any more; how many rows."""
    gone: int = Presence.objects.filter(seen_at__lt=now - FRESH).delete()[0]
    skips: int = Skip.objects.filter(at__lt=now - SKIPPED).delete()[0]
    return gone + skips
