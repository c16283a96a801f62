"""The clock of a case on its page: what is left, why it is that day, how long it stood still, how long it can be extended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases.clock import local_date
from dsr.law.rights import Right
from dsr.law.workflow import Action, Facts, State, step_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from dsr.models import Case, Suspension


@dataclass(frozen=True, slots=True)
class ClockCard:
    """The dates of a case with their arithmetic. `extend_by` is the last day for the notice of an extension."""

    due_on: date | None
    note: str
    lines: tuple[str, ...]
    warnings: tuple[str, ...]
    closed: str = ""
    paused_days: int = 0
    extend_by: date | None = None


def clock_card(case: Case, *, today: date) -> ClockCard:
    """Words for the clock: what is left, why it is that day, and what is doubtful about it."""
    pauses = sorted(case.suspensions.all(), key=lambda row: (row.started_at, str(row.pk)))
    pause = next((row for row in pauses if row.ended_at is None), None)
    note = ""
    if pause is not None:
        note = _("since %(day)s, until the person answers") % {"day": wording.day(pause.started_on)}
    elif case.extended:
        note = _("extended")
    closed = ""
    if case.closed_at is not None:
        day = local_date(case.controller, case.closed_at)
        late = case.due_on is not None and day > case.due_on
        words = _("Closed %(day)s, late.") if late else _("Closed %(day)s, in time.")
        closed = words % {"day": wording.day(day)}
    return ClockCard(
        due_on=case.due_on,
        note=note,
        lines=wording.explanation(case.explanation),
        warnings=wording.explanation(case.warnings),
        closed=closed,
        paused_days=_paused_days(pauses, today),
        extend_by=_extend_by(case),
    )


def _paused_days(pauses: Sequence[Suspension], today: date) -> int:
    """Days on which the clock stood; pauses that overlap count once (T-12)."""
    days: set[int] = set()
    for pause in pauses:
        days.update(range(pause.started_on.toordinal(), (pause.ended_on or today).toordinal()))
    return len(days)


def _extend_by(case: Case) -> date | None:
    """The last day on which the person can be told of an extension (T-17); None where none is possible (any more)."""
    facts = Facts(state=State(case.state), right=Right(case.right), today=case.received_on)
    if case.extended or case.contested_at is not None or step_for(facts, Action.EXTEND) is None:
        return None
    return case.first_month_due_on
