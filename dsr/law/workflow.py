"""A case moves by one table (house.md idea 1): what is possible, for whom, and if not, why not.

`refusal` gives the same reason to the button, the form, the machine interface and the log. Everything here is pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dsr.law.codes import ASKED_BY_FORM, Guard, RefusalCode
from dsr.law.guards import GUARDS
from dsr.law.rights import Right
from dsr.law.steps import STEPS, Step
from dsr.law.terms import (
    ANSWERED,
    BEFORE_COLLECTING,
    CLOSED,
    OPEN,
    RUNNING,
    WITH_SUBJECT,
    Action,
    Actor,
    ClockEffect,
    Facts,
    Refusal,
    Role,
    State,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ANSWERED",
    "ASKED_BY_FORM",
    "BEFORE_COLLECTING",
    "CLOSED",
    "GUARDS",
    "OPEN",
    "RUNNING",
    "STEPS",
    "WITH_SUBJECT",
    "Action",
    "Actor",
    "ClockEffect",
    "Facts",
    "Guard",
    "Refusal",
    "RefusalCode",
    "Role",
    "State",
    "Step",
    "UnknownStepError",
    "available",
    "offered",
    "refusal",
    "step_for",
    "target",
]


class UnknownStepError(LookupError):
    """The table has no row for this action, state and right; ask `refusal` first."""


def _index() -> Mapping[tuple[State, Right, Action], Step]:
    """One row per (state, right, action); two would make the table ambiguous, so that is an error at import."""
    found: dict[tuple[State, Right, Action], Step] = {}
    for step in STEPS:
        for state in step.sources:
            for right in step.rights:
                key = (state, right, step.action)
                if key in found:
                    raise ValueError(f"two rows for {key}")
                found[key] = step
    return found


_ROWS: Final = _index()
_BY_CASE: Final[Mapping[tuple[State, Right], tuple[Step, ...]]] = {
    (state, right): tuple(step for step in STEPS if state in step.sources and right in step.rights)
    for state in State
    for right in Right
}
_SOURCES: Final[Mapping[Action, frozenset[State]]] = {
    action: frozenset().union(*(s.sources for s in STEPS if s.action is action)) for action in Action
}


def step_for(facts: Facts, action: Action) -> Step | None:
    """The row for this action on a case in this state and of this right, or None; guards are not asked."""
    return _ROWS.get((facts.state, facts.right, action))


def refusal(facts: Facts, action: Action, actor: Actor) -> Refusal | None:
    """Why the actor may not take the action now, or None when she may (rules 4.2, 4.3; house.md idea 1).

    Order: state, right, role, closeness to the subject, then the guards of the row; the first reason is returned.
    """
    step = step_for(facts, action)
    if step is None:
        code = RefusalCode.NOT_FOR_RIGHT if facts.state in _SOURCES[action] else RefusalCode.WRONG_STATE
        return Refusal(code, {"state": facts.state.value, "right": facts.right.value})
    return _refused(step, facts, actor)


def _refused(step: Step, facts: Facts, actor: Actor, *, skip: frozenset[Guard] = frozenset()) -> Refusal | None:
    if not step.roles & actor.effective:
        return Refusal(RefusalCode.ROLE, {"roles": ",".join(sorted(step.roles))})
    if actor.barred or (actor.kind == "staff" and actor.id in facts.barred_ids):
        return Refusal(RefusalCode.BARRED)
    for guard in step.guards:
        if guard in skip:
            continue
        refused = GUARDS[guard](facts, actor)
        if refused is not None:
            return refused
    return None


def offered(facts: Facts, actor: Actor) -> tuple[tuple[Step, Refusal | None], ...]:
    """The rows of this state and right that belong to the actor's role, each with what stands in the way of its button.

    A desk shows the blocked ones greyed, with the reason. What the form behind a button asks for (a reason, a ground, a
    letter; ASKED_BY_FORM) is not held against the button; `refusal` asks for it when the form is sent.
    """
    rows = _BY_CASE.get((facts.state, facts.right), ())
    mine = (step for step in rows if step.roles & actor.effective)
    return tuple((step, _refused(step, facts, actor, skip=ASKED_BY_FORM)) for step in mine)


def available(facts: Facts, actor: Actor) -> tuple[Step, ...]:
    """The rows whose buttons the actor may press now, in the order of the table (see `offered`)."""
    return tuple(step for step, refused in offered(facts, actor) if refused is None)


def target(facts: Facts, action: Action) -> State:
    """The state after the action, which is the same state for actions that only set a flag.

    Raises UnknownStepError when the table has no such row.
    """
    step = step_for(facts, action)
    if step is None:
        raise UnknownStepError(f"{action.value} is not possible in {facts.state.value} for {facts.right.value}")
    if step.to_closed_as and facts.closed_as is not None:
        return facts.closed_as
    return step.target or facts.state
