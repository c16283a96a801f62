"""Passes of the tick for erasures that were answered, and for what is held: docs/after-erasure.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dsr.cases import erasure_file, kept, legal_holds, rescans
from dsr.cases import erasure_ledger as ledger
from dsr.cases.actors import SYSTEM

if TYPE_CHECKING:
    from datetime import datetime

CHUNK: Final = 200


def held_matters(now: datetime) -> int:
    """Hold what came after the hold on its person, and remind of holds whose day of looking again has come."""
    return legal_holds.refresh(now=now, actor=SYSTEM, limit=CHUNK) + legal_holds.remind(now=now, limit=CHUNK)


def erasure_ledger(now: datetime) -> int:
    """Write new entries to the file outside the database and drop those no backup needs; returns how many were written.

    OSError when the disk refuses: the pass fails visibly, the erasures stand, and the entries are written later.
    """
    written = erasure_file.write_due(now=now, limit=CHUNK)
    if ledger.forget(now=now, limit=CHUNK):
        erasure_file.prune(today=now.date())
    return written


def later_searches(now: datetime) -> int:
    """Search the stores again 7 and 30 days after an erasure (rules 6.5)."""
    return rescans.make_due(now=now, limit=CHUNK)


def kept_data(now: datetime) -> int:
    """Take up again what was kept under a law whose period is over (rules 3.4.2)."""
    return kept.make_due(now=now, limit=CHUNK)
