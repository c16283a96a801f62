"""Which operation a task runs, in which state it is still wanted, and what follows when it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef

from dsr.cases import by_hand, recipient_notices, restriction_stores
from dsr.cases.actors import SYSTEM
from dsr.cases.perform import ConflictError, RefusedError, perform
from dsr.cases.plans import StoppedError
from dsr.fulfil import amend, amend_values, at_once, erase, kept, portable, replay, rescan, residue, use_stops
from dsr.fulfil.closing import close
from dsr.fulfil.collect import collect
from dsr.fulfil.letters import letter
from dsr.fulfil.lift import lift
from dsr.fulfil.locate import NeedsPersonError, locate
from dsr.fulfil.package import package
from dsr.fulfil.restrict import apply as restrict
from dsr.fulfil.transmit import transmit
from dsr.law.decisions import BY_HAND
from dsr.law.rights import Right
from dsr.law.workflow import Action, State
from dsr.models import Case, RowId, Task

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

__all__ = ["WRITING", "NeedsPersonError", "NewerReleaseError", "after", "resume", "run", "wanted"]


def _of_right(other: Any, **ways: Any) -> Callable[..., tuple[dict[str, Any], Callable[[], None]]]:
    """An operation that some rights (named by their code) do in a way of their own."""

    def run_it(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
        chosen = ways.get(task.case.right, other)
        done: tuple[dict[str, Any], Callable[[], None]] = chosen(task, check, now=now)
        return done

    return run_it


def _person(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `by_hand`: no program does it. Somebody confirms it on the page of the case."""
    raise NeedsPersonError(by_hand.OPERATION, task.store)


# operation -> (what it runs, the states in which it is still wanted)
OPERATIONS: dict[str, tuple[Callable[..., tuple[dict[str, Any], Callable[[], None]]], frozenset[State]]] = {
    "locate": (locate, frozenset({State.COLLECTING})),
    "collect": (collect, frozenset({State.COLLECTING})),
    "package": (_of_right(package, portability=portable.package), frozenset({State.DRAFTING})),
    "plan": (_of_right(erase.plan, rectification=amend.plan), frozenset({State.DRAFTING})),
    "values": (amend_values.values, frozenset({State.DRAFTING})),
    "recheck": (amend.recheck, frozenset(State)),
    "write_again": (amend.write_again, frozenset(State)),
    "apply": (
        _of_right(
            erase.apply,
            marketing_objection=at_once.apply,
            rectification=amend.apply,
            objection=use_stops.apply,
            consent_withdrawal=use_stops.apply,
        ),
        frozenset({State.EXECUTING}),
    ),
    "close": (
        _of_right(close, portability=portable.close, marketing_objection=at_once.close),
        frozenset({State.NOTIFYING}),
    ),
    "verify": (erase.verify, frozenset({State.EXECUTING})),
    "transmit": (transmit, frozenset({State.NOTIFYING})),
    "letter": (letter, frozenset(State)),
    by_hand.OPERATION: (_person, frozenset(State)),
    "replay": (replay.apply, frozenset(State)),
    "kept": (kept.apply, frozenset(State)),
    "residue": (residue.apply, frozenset(State) - {State.PURGED}),
    "rescan": (rescan.rescan, frozenset(State)),
    restriction_stores.SET: (restrict, frozenset(State) - {State.PURGED}),
    restriction_stores.LIFT: (lift, frozenset(State) - {State.PURGED}),
}
# What changes a store or leaves the house, and therefore is written down whatever became of the case.
WRITING = frozenset(
    {"kept", "replay", "residue", "apply", "write_again", "transmit", restriction_stores.SET, restriction_stores.LIFT}
)
UNFINISHED = (Task.Status.QUEUED, Task.Status.RUNNING, Task.Status.MANUAL)


class NewerReleaseError(Exception):
    """The row is of a release that is newer than this worker: it waits for a worker that knows it, visibly."""


def run(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Carry the operation out; returns counts and hashes for the row, and what to write in the transaction that finishes it.

    Raises Temporary, Permanent, NeedsPersonError, NewerReleaseError, or what `check` raises.
    """
    if not wanted(task) and task.operation not in WRITING:
        raise StoppedError
    operation, _ = OPERATIONS[task.operation]
    return operation(task, check, now=now)


def wanted(task: Task) -> bool:
    """Whether the case still wants this: re-checked before every effect, because cases are withdrawn while tasks run.

    Raises NewerReleaseError when this release knows the operation or the state of the case by no name.
    """
    known = OPERATIONS.get(task.operation)
    state = Case.objects.values_list("state", flat=True).get(pk=task.case_id)
    if known is None or state not in set(State):
        raise NewerReleaseError
    return State(state) in known[1]


def after(case_id: RowId, *, now: datetime) -> bool:
    """Move the case on when every store has answered, changed or been read again (4.2 no. 10, 15); harmless otherwise."""
    case = Case.objects.get(pk=case_id)
    if case.state == State.EXECUTING and not _busy(case):
        if Right(case.right) not in BY_HAND:
            return erase.finish(case, now=now)
        moved = by_hand.finish(case, now=now)
        if moved:
            recipient_notices.make(case_id=case_id, now=now)
        return moved
    if case.state != State.COLLECTING or _busy(case):
        return False
    try:
        perform(
            case_id=case_id,
            action=Action.FINISH_COLLECTION,
            actor=SYSTEM,
            now=now,
            data={"stores": case.tasks.filter(operation="collect").count()},
        )
    except (RefusedError, ConflictError):
        return False
    return True


def _busy(case: Case) -> bool:
    """Whether stores are still at work; letters that are being laid out hold nothing up."""
    return case.tasks.filter(letter=None, status__in=UNFINISHED).exists()


def resume(*, now: datetime, limit: int) -> int:
    """Move on cases whose last task finished while its worker died before saying so."""
    busy = Task.objects.filter(case=OuterRef("pk"), letter=None, status__in=UNFINISHED)
    waiting = Case.objects.filter(~Exists(busy), state__in=[State.COLLECTING, State.EXECUTING])
    return sum(after(pk, now=now) for pk in waiting.values_list("pk", flat=True)[:limit])
