"""What is checked before an answer is handed on and before it is approved: the guards of the row itself, one line each.

The list is read from the workflow table, so that it never shows what `refusal` sees otherwise (house.md idea 1). Beside it
stands what only a human can say: the approver ticks it, a guard asks for it, and the event keeps it (4.2 nos. 11, 13).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dsr.law.codes import Guard
from dsr.law.guards import GUARDS
from dsr.law.workflow import step_for

if TYPE_CHECKING:
    from dsr.law.terms import Action, Actor, Facts, Refusal


# Asked for on the form itself and not a line of the list.
NOT_LISTED: Final = frozenset({Guard.ATTESTED})


@dataclass(frozen=True, slots=True)
class Check:
    """One line: the guard, and why it says no; None when it is content."""

    guard: Guard
    refusal: Refusal | None

    @property
    def ok(self) -> bool:
        """Whether it stands in nobody's way."""
        return self.refusal is None


def checklist(facts: Facts, action: Action, actor: Actor) -> tuple[Check, ...]:
    """Every guard of the row for `action` in the order of the table, for this actor; empty where there is no such row.

    The role and closeness come before the guards (`dsr.law.workflow.refusal`) and are no line of the list.
    """
    step = step_for(facts, action)
    if step is None:
        return ()
    return tuple(Check(guard, GUARDS[guard](facts, actor)) for guard in step.guards if guard not in NOT_LISTED)
