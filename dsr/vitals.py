"""What shows whether the program runs, read in a fixed number of queries: pulses, queues, tasks, mails, stores, disks.

Codes, ages and counts only, so that it can be shown to machines; no name of a person is read here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.files.storage import storages
from django.db.models import Count, Min

from dsr.cases import tasks
from dsr.models import Message, Notice, Outgoing, OwnerMail, Pulse, RecipientMail, StoreHealth, Suspicion, Task
from dsr.work import pulses, wake

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

WORKER_SILENT: Final = timedelta(minutes=2)
"""A worker gives a sign at least every 45 seconds."""
WAITING: Final = (Outgoing.Status.QUEUED, Outgoing.Status.SENDING)
FAILED: Final = (Outgoing.Status.FAILED, Outgoing.Status.BOUNCED)


@dataclass(frozen=True, slots=True)
class Background:
    """The pulses: when the tick ended last (None: never), how many workers live, which passes fail since when."""

    tick_at: datetime | None
    workers: int
    passes: tuple[Pulse, ...]

    @property
    def failing(self) -> tuple[Pulse, ...]:
        """The passes whose last run failed."""
        return tuple(one for one in self.passes if one.failing_since)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Unfinished tasks of one status in one queue: how many, and since when the oldest of them could have been done."""

    queue: str
    status: str
    number: int
    due_since: datetime | None


@dataclass(frozen=True, slots=True)
class Disk:
    """Free bytes where we write."""

    place: str
    free: int


@dataclass(frozen=True, slots=True)
class Vitals:
    """Everything the health page and the metrics tell. `depths` is None when the queue does not answer."""

    at: datetime
    background: Background
    depths: Mapping[str, int] | None
    tasks: tuple[Waiting, ...]
    mails_waiting: int
    mails_failed: int
    held: int
    stores: tuple[StoreHealth, ...]
    disks: tuple[Disk, ...]

    def oldest_due(self, queue: str) -> timedelta:
        """How long the oldest due task of a queue has been waiting; nothing when none is."""
        since = [row.due_since for row in self.tasks if row.queue == queue and row.due_since]
        return max(timedelta(), self.at - min(since)) if since else timedelta()


def gather(*, now: datetime) -> Vitals:
    """Read it all: six queries and one question to Redis. DatabaseError when our own database is away."""
    waiting, failed = _mails()
    return Vitals(
        at=now,
        background=background(now=now),
        depths=wake.depths(),
        tasks=tuple(_tasks(now)),
        mails_waiting=waiting,
        mails_failed=failed,
        held=Suspicion.objects.filter(settled_at__isnull=True).count(),
        stores=tuple(StoreHealth.objects.select_related("controller").order_by("controller__slug", "store")),
        disks=tuple(disks()),
    )


def background(*, now: datetime) -> Background:
    """The pulses, in one query."""
    return background_of(Pulse.objects.order_by("name"), now=now)


def background_of(found: Iterable[Pulse], *, now: datetime) -> Background:
    """What the pulses say, in the order of their names; for a page that has read them already."""
    rows = {row.name: row for row in found}
    alive = [row for name, row in rows.items() if name.startswith(pulses.WORKER) and row.at > now - WORKER_SILENT]
    passes = tuple(row for name, row in rows.items() if name.startswith(pulses.STEP))
    tick = rows.get(pulses.TICK)
    return Background(tick_at=tick.at if tick else None, workers=len(alive), passes=passes)


def _tasks(now: datetime) -> Iterator[Waiting]:
    """Unfinished tasks through the index on the status: what is done is far more, and is not read."""
    unfinished = Task.objects.filter(status__in=[Task.Status.QUEUED, Task.Status.RUNNING, Task.Status.MANUAL])
    rows = unfinished.values("status", "operation").annotate(number=Count("pk"), since=Min("not_before"))
    counted: dict[tuple[str, str], Waiting] = {}
    for row in rows.order_by("status", "operation"):
        queue, status = tasks.queue_of(row["operation"]), row["status"]
        due = row["since"] if status == Task.Status.QUEUED and row["since"] <= now else None
        known = counted.get((queue, status))
        since = [one for one in (due, known.due_since if known else None) if one]
        number = row["number"] + (known.number if known else 0)
        counted[queue, status] = Waiting(queue, status, number, min(since) if since else None)
    yield from counted.values()


def _mails() -> tuple[int, int]:
    waiting = failed = 0
    first, *others = (_unsent(model) for model in (Message, Notice, OwnerMail, RecipientMail))
    for row in first.union(*others, all=True):
        if row["status"] in FAILED:
            failed += row["number"]
        else:
            waiting += row["number"]
    return waiting, failed


def _unsent(model: Any) -> Any:
    rows = model.objects.filter(status__in=[*WAITING, *FAILED]).values("status")
    return rows.annotate(number=Count("pk")).order_by()


def disks() -> Iterator[Disk]:
    """Free space of the folder of sealed files and of the folder of the database, where these are folders of this machine."""
    location = getattr(storages["default"], "location", "")
    if location:
        yield Disk("vault", _free(Path(location)))
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        yield Disk("database", _free(Path(database["NAME"])))


def _free(path: Path) -> int:
    """Bytes an ordinary process may still write at `path`, or where it would be made."""
    while not path.exists() and path != path.parent:
        path = path.parent
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize
