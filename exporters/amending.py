"""What every store needs to plan the rights besides erasure: their names, what was asked, and what still stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from exporters.plans import AMENDING, PlanLine, Reason, Treatment

if TYPE_CHECKING:
    from datetime import datetime

    from exporters.contract import Change

RECTIFICATION, RESTRICTION, LIFT, OBJECTION = "rectification", "restriction", "lift", "objection"
MARKETING_OBJECTION, CONSENT_WITHDRAWAL = "marketing_objection", "consent_withdrawal"
AMENDMENTS = frozenset({RECTIFICATION, RESTRICTION, LIFT, OBJECTION, MARKETING_OBJECTION, CONSENT_WITHDRAWAL})
"""The rights besides erasure whose plans a store can make."""

Place: TypeAlias = tuple[str, tuple[str | int, ...], str]
"""Dataset, row, column of one value."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for, as `plan` was given it."""

    right: str
    now: datetime
    changes: tuple[Change, ...] = ()
    purposes: tuple[str, ...] = ()
    applied: tuple[PlanLine, ...] = ()
    standing: tuple[PlanLine, ...] = ()

    def claimed(self, store: str) -> frozenset[Place]:
        """Every value that something still standing has set in this store, or had found set already (Q-06).

        A line names its columns and rows; that one value of a row was as wanted already makes it no less wanted.
        """
        return frozenset(
            (line.dataset, key.values, change.column)
            for line in self.standing
            if line.store == store and _claims(line)
            for key in line.keys
            for change in line.fields
        )


def _claims(line: PlanLine) -> bool:
    found_so = line.treatment is Treatment.KEEP and line.reason is Reason.ALREADY
    return line.treatment in AMENDING or found_so
