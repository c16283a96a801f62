"""What is wrong, from what was read: one list for `/healthz`, the desk and `manage.py health`.

Urgent is what must wake somebody at night: all work stands still, or soon will, and days count. Everything else keeps
until the morning, because rows say what is due and nothing is lost (house.md idea 4, decision 053).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings

from dsr.wording.alarms import ALARMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from dsr.vitals import Background, Vitals

URGENT: Final = frozenset(
    {"database_down", "queue_down", "tick_never", "tick_late", "clock_ahead", "no_worker", "disk_full"}
)
TICK_LATE: Final = timedelta(minutes=5)
CLOCK_AHEAD: Final = timedelta(minutes=1)
"""Two machines may differ a little; a pulse further ahead is a clock that was wrong."""
TASKS_LATE: Final = timedelta(minutes=15)
UNCHECKED: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that is wrong: a code of `dsr.wording.alarms`, where (a store, a pass, a place), since when."""

    code: str
    where: str = ""
    since: datetime | None = None
    detail: str = ""

    @property
    def urgent(self) -> bool:
        """Whether it must wake somebody."""
        return self.code in URGENT

    @property
    def what(self) -> str:
        """What is wrong, in the language of the moment."""
        return str(ALARMS[self.code][0])

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return str(ALARMS[self.code][1])


def of_background(background: Background, *, now: datetime) -> Iterator[Alarm]:
    """What the pulses say: the tick's age, clocks, workers, failing passes."""
    at = background.tick_at
    if at is None:
        yield Alarm("tick_never")
    elif at - now > CLOCK_AHEAD:
        yield Alarm("clock_ahead", since=at)
    elif now - at >= TICK_LATE:
        yield Alarm("tick_late", since=at)
    if not background.workers:
        yield Alarm("no_worker")
    for one in background.failing:
        yield Alarm("pass_failing", one.name.partition(":")[2], one.failing_since, one.error_code)


def of(vitals: Vitals) -> list[Alarm]:
    """Everything that is wrong, the urgent first."""
    found = [
        *of_background(vitals.background, now=vitals.at),
        *_of_work(vitals),
        *_of_stores(vitals),
        *_of_disks(vitals),
    ]
    return sorted(found, key=lambda alarm: not alarm.urgent)


def _of_work(vitals: Vitals) -> Iterator[Alarm]:
    if vitals.depths is None:
        yield Alarm("queue_down")
    for queue in sorted({row.queue for row in vitals.tasks}):
        if vitals.oldest_due(queue) > TASKS_LATE:
            yield Alarm("tasks_late", queue, vitals.at - vitals.oldest_due(queue))
    if vitals.held:
        yield Alarm("requests_held", detail=str(vitals.held))
    if vitals.mails_failed:
        yield Alarm("mails_failed", detail=str(vitals.mails_failed))


def _of_stores(vitals: Vitals) -> Iterator[Alarm]:
    for row in vitals.stores:
        where = f"{row.controller.slug}/{row.store}"
        if not row.ok:
            yield Alarm("store_failing", where, row.checked_at, row.code)
        elif vitals.at - row.checked_at > UNCHECKED:
            yield Alarm("store_unchecked", where, row.checked_at)


def _of_disks(vitals: Vitals) -> Iterator[Alarm]:
    for disk in vitals.disks:
        free = disk.free >> 20
        if free < settings.DSR_DISK_FULL_MB:
            yield Alarm("disk_full", disk.place, detail=f"{free} MiB")
        elif free < settings.DSR_DISK_LOW_MB:
            yield Alarm("disk_low", disk.place, detail=f"{free} MiB")
