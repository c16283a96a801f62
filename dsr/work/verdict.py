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


def verdict_on(error: BaseException, task: Task) -> Verdict:
    """Judge what an operation raised; what nobody has seen before is logged with its traceback and goes to a person."""
    match error:
        case HeldError():
            return Verdict(HELD, temporary=True)
        case Temporary():
            return Verdict(error.code, error.place, temporary=True)
        case Permanent() | operations.NeedsPersonError():
            return Verdict(error.code, error.place)
        case operations.NewerReleaseError():
            return Verdict("newer_release", temporary=True)
        case TooLongError() | OverLimitError() | wake.JobTimeoutException():
            return Verdict(TOO_LONG, task.store, temporary=True)
        case MemoryError():
            return Verdict("out_of_memory", task.store, temporary=True)
        case DatabaseError() | InterfaceError() | ConflictError():
            # Our own database is busy, restarting or away; the stores speak through the contract's two errors.
            log.warning("task %s: own database (%s)", task.pk, type(error).__name__)
            return Verdict("own_database", temporary=True)
    log.error("task %s (%s on %s) failed", task.pk, task.operation, task.store, exc_info=error)
    return Verdict("internal")
