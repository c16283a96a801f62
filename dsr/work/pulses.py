"""Pulses: when the tick, each of its passes and each worker last ran, and since when one fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from dsr.models import Pulse

if TYPE_CHECKING:
    from collections.abc import Mapping

TICK: Final = "tick"
STEP: Final = "tick:"
WORKER: Final = "worker:"
INBOX: Final = "inbox:"
FORGOTTEN: Final = timedelta(days=1)
"""A worker that was killed leaves its row; after a day another worker removes it."""
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The last good time of what has failed ever since it was first run."""
_NAME_LENGTH: Final = 40


def keep(outcomes: Mapping[str, str], *, now: datetime) -> None:
    """Write down what ran: name to error code, empty for a good run. A failure keeps the last good time beside it."""
    known = Pulse.objects.in_bulk(list(outcomes))
    rows = [_row(known.get(name), name, code, now) for name, code in outcomes.items()]
    Pulse.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["name"], update_fields=["at", "failing_since", "error_code"]
    )


def _row(known: Pulse | None, name: str, code: str, now: datetime) -> Pulse:
    if not code:
        return Pulse(name=name, at=now)
    since = known.failing_since if known and known.failing_since else now
    return Pulse(name=name, at=known.at if known else NEVER, failing_since=since, error_code=code[:60])


def of_worker(name: str) -> str:
    """The pulse of a worker of this name."""
    return f"{WORKER}{name}"[:_NAME_LENGTH]


def of_inbox(slug: str) -> str:
    """The pulse of the mailbox of a controller."""
    return f"{INBOX}{slug}"[:_NAME_LENGTH]


def forget_dead_workers(*, now: datetime) -> int:
    """Remove the rows of workers that have been silent for a day; how many."""
    return Pulse.objects.filter(name__startswith=WORKER, at__lt=now - FORGOTTEN).delete()[0]
