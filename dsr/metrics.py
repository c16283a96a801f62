"""What Prometheus reads: open, due and overdue cases, ages of tasks, depths of queues. Labels name systems, never people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from dsr import vitals
from dsr.cases.clock import local_date
from dsr.cases.queue import WEEK
from dsr.law.workflow import CLOSED, State
from dsr.models import Case, Controller

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from dsr.vitals import Vitals

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Values = Iterable[tuple[tuple[str, ...], float]]
"""Pairs of what stands in the labels and the number."""
OPEN = sorted(state.value for state in State if state not in CLOSED)


@dataclass(frozen=True, slots=True)
class CaseNumbers:
    """Open cases of one controller; due within seven days counts what is overdue as well, as the desk's view does."""

    open: int = 0
    due_7_days: int = 0
    overdue: int = 0


def case_numbers(*, now: datetime) -> dict[str, CaseNumbers]:
    """By the controller's slug, in two queries; each counts days where it is. Overdue from the day after (rules 4.0.6)."""
    controllers = list(Controller.objects.order_by("slug"))
    due, overdue = Q(pk__in=[]), Q(pk__in=[])
    for day in {local_date(one, now) for one in controllers}:
        there = Q(controller__in=[one.pk for one in controllers if local_date(one, now) == day])
        due |= there & Q(due_on__lte=day + WEEK)
        overdue |= there & Q(due_on__lt=day)
    rows = (
        Case.objects.filter(state__in=OPEN, controller__in=controllers)
        .values("controller_id")
        .annotate(open=Count("pk"), due=Count("pk", filter=due), overdue=Count("pk", filter=overdue))
        .order_by()
    )
    found = {row["controller_id"]: CaseNumbers(row["open"], row["due"], row["overdue"]) for row in rows}
    return {one.slug: found.get(one.pk, CaseNumbers()) for one in controllers}


def text(*, now: datetime) -> bytes:
    """The page. DatabaseError when our database is away."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Read(list(_families(vitals.gather(now=now), case_numbers(now=now)))))
    return generate_latest(registry)


class _Read:
    """What has been read, as the library wants it: nothing is asked while the page is written."""

    def __init__(self, families: list[GaugeMetricFamily]) -> None:
        self._families = families

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from self._families


def _gauge(name: str, words: str, values: Values, labels: tuple[str, ...] = ()) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"dsr_{name}", words, labels=labels)
    for given, value in values:
        family.add_metric(given, float(value))
    return family


def _families(read: Vitals, numbers: Mapping[str, CaseNumbers]) -> Iterator[GaugeMetricFamily]:
    yield from _of_cases(numbers)
    by_status: dict[tuple[str, ...], float] = {("queued",): 0, ("running",): 0, ("manual",): 0}
    for row in read.tasks:
        by_status[row.status,] += row.number
    yield _gauge("tasks", "Unfinished tasks", by_status.items(), ("status",))
    oldest = {(queue,): read.oldest_due(queue).total_seconds() for queue in ("stores", "pdf")}
    yield _gauge("task_oldest_seconds", "How long the oldest due task has been waiting", oldest.items(), ("queue",))
    depths = {(queue,): float(number) for queue, number in (read.depths or {}).items()}
    yield _gauge("queue_depth", "Jobs that wait in the queue", depths.items(), ("queue",))
    yield _gauge("queue_up", "Whether the queue answers", [((), read.depths is not None)])
    yield from _of_background(read)
    yield _gauge("mails_waiting", "Mails to be sent", [((), read.mails_waiting)])
    yield _gauge("mails_failed", "Mails that could not be delivered", [((), read.mails_failed)])
    yield _gauge("requests_held", "Requests held as part of a flood", [((), read.held)])
    stores = {(row.controller.slug, row.store): row for row in read.stores}
    labels = ("controller", "store")
    yield _gauge("store_ok", "Whether the last check was good", [(at, row.ok) for at, row in stores.items()], labels)
    ages = [(at, (read.at - row.checked_at).total_seconds()) for at, row in stores.items()]
    yield _gauge("store_check_age_seconds", "Age of the last check", ages, labels)
    free = [((disk.place,), float(disk.free)) for disk in read.disks]
    yield _gauge("disk_free_bytes", "Free space where we write", free, ("place",))


def _of_cases(numbers: Mapping[str, CaseNumbers]) -> Iterator[GaugeMetricFamily]:
    for name, words in (
        ("open", "Open cases"),
        ("due_7_days", "Open cases due within seven days or overdue"),
        ("overdue", "Open cases whose due date has passed"),
    ):
        counted = [((slug,), getattr(one, name)) for slug, one in numbers.items()]
        yield _gauge(f"cases_{name}", words, counted, ("controller",))


def _of_background(read: Vitals) -> Iterator[GaugeMetricFamily]:
    at = read.background.tick_at
    age: Values = [((), (read.at - at).total_seconds())] if at else []
    yield _gauge("tick_age_seconds", "Age of the last complete tick; absent before the first", age)
    failing = [((one.name.partition(":")[2],), bool(one.failing_since)) for one in read.background.passes]
    yield _gauge("tick_pass_failing", "Whether this pass of the tick fails", failing, ("name",))
    yield _gauge("workers", "Living workers", [((), read.background.workers)])
