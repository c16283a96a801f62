"""The escalation ladder (rules 1.7): who hears of a case when, counted back from its act-by date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dsr.law.letters import LetterCode
from dsr.law.terms import BEFORE_COLLECTING, RUNNING, Role, State

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence


class RungCode(StrEnum):
    """The rungs, from the day of receipt to the day after the last."""

    ACKNOWLEDGE = "acknowledge"
    QUERY_LIMIT = "query_limit"
    HALF = "half"
    DECIDE_EXTENSION = "decide_extension"
    LEAD = "lead"
    DPO = "dpo"
    LAST_DAY = "last_day"
    OVERDUE = "overdue"
    SILENT = "silent"  # no rung of its own: the subject has not answered a question (T-15, #4), see dsr.cases.silence


class Anchor(StrEnum):
    """The day a rung counts from."""

    RECEIPT = "receipt"
    QUERY_LIMIT = "query_limit"  # three working days after receipt (T-13)
    HALF = "half"  # middle between receipt and the act-by date
    ACT_BY = "act_by"
    DUE = "due"  # only OVERDUE (4.0.6)


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: `days` calendar days after its anchor (negative before), only in `states`, told to `roles` in this order."""

    code: RungCode
    anchor: Anchor
    days: int
    roles: tuple[Role, ...]
    states: frozenset[State] = RUNNING
    letter: LetterCode | None = None


LADDER: Final = (
    Rung(RungCode.ACKNOWLEDGE, Anchor.RECEIPT, 0, (Role.SYSTEM,), letter=LetterCode.ACKNOWLEDGEMENT),
    # Whoever has asked already is not reminded to ask.
    Rung(
        RungCode.QUERY_LIMIT,
        Anchor.QUERY_LIMIT,
        0,
        (Role.HANDLER, Role.LEAD),
        frozenset({State.RECEIVED, State.ASSESSING}),
    ),
    Rung(RungCode.HALF, Anchor.HALF, 0, (Role.HANDLER,), BEFORE_COLLECTING),
    Rung(RungCode.DECIDE_EXTENSION, Anchor.ACT_BY, -10, (Role.HANDLER, Role.LEAD), letter=LetterCode.EXTENSION_NOTICE),
    Rung(RungCode.LEAD, Anchor.ACT_BY, -5, (Role.LEAD,)),
    Rung(RungCode.DPO, Anchor.ACT_BY, -2, (Role.DPO, Role.LEAD)),
    Rung(RungCode.LAST_DAY, Anchor.ACT_BY, 0, (Role.LEAD,)),
    Rung(RungCode.OVERDUE, Anchor.DUE, 1, (Role.SYSTEM, Role.DPO), letter=LetterCode.OVERDUE_NOTICE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticking:
    """What the ladder needs to know of a case; the last two dates are None while the clock is paused."""

    state: State
    received_on: date
    query_by_on: date
    act_by_on: date | None
    due_on: date | None
    extended: bool = False
    identified: bool = False  # the level the right asks for is proven


def _half(case: Ticking) -> date | None:
    if case.act_by_on is None:
        return None
    return case.received_on + timedelta(days=(case.act_by_on - case.received_on).days // 2)


_ANCHORS: Final[Mapping[Anchor, Callable[[Ticking], date | None]]] = {
    Anchor.RECEIPT: lambda case: case.received_on,
    Anchor.QUERY_LIMIT: lambda case: case.query_by_on,
    Anchor.HALF: _half,
    Anchor.ACT_BY: lambda case: case.act_by_on,
    Anchor.DUE: lambda case: case.due_on,
}


def rung_on(case: Ticking, rung: Rung) -> date | None:
    """The day the rung falls on, never before receipt; None while the clock is paused."""
    anchor = _ANCHORS[rung.anchor](case)
    return None if anchor is None else max(case.received_on, anchor + timedelta(days=rung.days))


def rungs_due(
    case: Ticking, *, today: date, done: Collection[RungCode] = (), ladder: Sequence[Rung] = LADDER
) -> tuple[Rung, ...]:
    """The rungs reached today or earlier that are not `done`, lowest first (rules 1.7, 4.0.6).

    `ladder` is the controller's own where it has one; `done` the rungs that fired for the dates the case has now.
    Level-triggered: a rung missed yesterday is due today. A case that is paused climbs only what does not depend on a due
    date; an extended case is not asked again about an extension, an identified one not about its identity query.
    """
    settled = set(done)
    if case.extended:
        settled.add(RungCode.DECIDE_EXTENSION)
    if case.identified:
        settled.add(RungCode.QUERY_LIMIT)
    reached = []
    for rung in ladder:
        day = rung_on(case, rung)
        if day is not None and day <= today and case.state in rung.states and rung.code not in settled:
            reached.append(rung)
    return tuple(reached)


def next_rung_on(case: Ticking, *, today: date, ladder: Sequence[Rung] = LADDER) -> date | None:
    """The next day after today on which a rung falls, whatever the state will be then; None when there is none.

    A change of state or dates may bring a rung nearer: whoever writes one has the case looked at anew.
    """
    days = (rung_on(case, rung) for rung in ladder)
    return min((day for day in days if day is not None and day > today), default=None)


def counts_to(case: Ticking, rung: Rung) -> date:
    """The date a rung counts to, which makes it one of its own after an extension; receipt for rungs that never move."""
    if rung.anchor in {Anchor.RECEIPT, Anchor.QUERY_LIMIT}:
        return case.received_on
    return (case.due_on if rung.anchor is Anchor.DUE else case.act_by_on) or case.received_on
