"""How far the work on the stores of a case is: counts from the rows of its tasks, the same for desk and portal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dsr.models import Task

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

FINISHED: Final = frozenset({Task.Status.DONE.value, Task.Status.WAIVED.value})
UNFINISHED: Final = frozenset({Task.Status.QUEUED.value, Task.Status.RUNNING.value})
# Under which name the result of a finished task counts its records.
_COUNTED: Final = {"collect": "rows", "apply": "changed"}


@dataclass(frozen=True, slots=True)
class Headway:
    """`done` of `total` stores; `records` so far, running ones included; `busy`: it goes on by itself.

    `waiting` stores need a person. Counts only: nothing here says what a store holds.
    """

    done: int
    total: int
    records: int
    waiting: int
    busy: bool


def records_of(task: Task) -> int | None:
    """Records a task has dealt with so far; None where it counts none, or has none yet."""
    if task.status == Task.Status.DONE:
        return int(task.result.get(_COUNTED[task.operation], 0)) if task.operation in _COUNTED else None
    return task.progress or None if task.status == Task.Status.RUNNING else None


def headway_of(tasks: Iterable[Task], *, operation: str, stores: Collection[str] | None = None) -> Headway:
    """How far `operation` is in `stores`; without them, in the stores that have a task for it."""
    every = list(tasks)
    mine = [task for task in every if task.operation == operation and (stores is None or task.store in stores)]
    return Headway(
        done=sum(task.status in FINISHED for task in mine),
        total=len(mine) if stores is None else len(stores),
        records=sum(records_of(task) or 0 for task in mine),
        waiting=sum(task.status == Task.Status.MANUAL for task in mine),
        busy=any(task.status in UNFINISHED for task in every),
    )
