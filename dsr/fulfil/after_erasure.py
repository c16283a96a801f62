"""What the tick does for erasures that were answered: carry the ledger out, search again, take up what is no longer kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsr.cases import erasure_file, erasure_ledger

if TYPE_CHECKING:
    from datetime import datetime


def keep_ledger(*, now: datetime, limit: int) -> int:
    """Write new entries to the file outside the database and drop those no backup needs; returns how many were written.

    OSError when the disk refuses: the pass fails visibly, the erasures stand, and the entries are written later.
    """
    written = erasure_file.write_due(now=now, limit=limit)
    if erasure_ledger.forget(now=now, limit=limit):
        erasure_file.prune(today=now.date())
    return written
