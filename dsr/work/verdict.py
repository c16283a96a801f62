"""What an error means for its task: a code, a place, and whether another try is worth while (docs/tasks.md)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import DatabaseError, InterfaceError

from dsr.cases.perform import ConflictError
from dsr.cases.plans import HeldError
from dsr.cases.tasks import HELD
from dsr.fulfil import operations
from dsr.work import wake
from dsr.work.heartbeat import TOO_LONG, TooLongError
from dsr.work.limits import OverLimitError
from exporters.contract import Permanent, Temporary

if TYPE_CHECKING:
    from dsr.models import Task

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a task failed: `code` has words in dsr.desk.troubles; `place` is a store, dataset or column, never a value."""

    code: str
    place: str = ""
    temporary: bool = False


# What is judged by its type alone: a temporary trouble of ours, not of a store.
_JUDGED: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((HeldError,), HELD),
    ((operations.NewerReleaseError,), "newer_release"),
    ((TooLongError, OverLimitError, wake.JobTimeoutException), TOO_LONG),
    ((MemoryError,), "out_of_memory"),
    # Our own database is busy, restarting or away; the stores speak through the contract's two errors.
    ((DatabaseError, InterfaceError, ConflictError), "own_database"),
)


def verdict_on(error: BaseException, task: Task) -> Verdict:
    """Judge what an operation raised; what nobody has seen before is logged with its traceback and goes to a person."""
    if isinstance(error, Temporary | Permanent | operations.NeedsPersonError):
        return Verdict(error.code, error.place, temporary=isinstance(error, Temporary))
    for types, code in _JUDGED:
        if isinstance(error, types):
            log.warning("task %s (%s on %s): %s", task.pk, task.operation, task.store, code)
            return Verdict(code, task.store, temporary=True)
    log.error("task %s (%s on %s) failed", task.pk, task.operation, task.store, exc_info=error)
    return Verdict("internal")
