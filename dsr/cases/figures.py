"""Figures of a period: what was answered, when and how, as aggregates the database makes (rules 4.6; ux.md 2.4).

On time: the person was informed on or before the due date, suspensions and a lawful extension included; a case that was
overdue once counts as late for good (SC-23). Age: calendar days from receipt to the answer. Withdrawn requests owe no answer
and count in neither. Days are the controller's.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DateField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import TruncDate, TruncMonth

from dsr import models
from dsr.law.terms import ANSWERED, CLOSED, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import QuerySet

    from dsr.models import CaseQuerySet, Controller

MONTHS: Final = 12
TASKS: Final = 2000
"""How many of a store's tasks, the newest first, its turnaround is told from."""
TURNAROUND: Final = "collect"


def midnight(controller: Controller, day: date) -> datetime:
    """The instant at which a day begins where the controller answers."""
    return datetime.combine(day, time(), ZoneInfo(controller.timezone))


def closed_between(controller: Controller, first: date, last: date) -> CaseQuerySet:
    """Cases that ended from the first to the last day, with `outcome`, `closed_on` and `late`."""
    rows = models.Case.objects.of(controller).filter(
        state__in=sorted(CLOSED),
        closed_at__gte=midnight(controller, first),
        closed_at__lt=midnight(controller, last + timedelta(days=1)),
    )
    return with_outcome(rows, controller)


def with_outcome(rows: QuerySet[Any], controller: Controller) -> CaseQuerySet:
    """The cases with how they ended (`outcome`, the state of an open one), on which day (`closed_on`), and whether `late`."""
    ended = models.Event.objects.filter(case=OuterRef("pk"), to_state__in=ANSWERED).order_by("-seq")
    overdue = models.Incident.objects.filter(case=OuterRef("pk"), kind=models.Incident.Kind.OVERDUE)
    found: CaseQuerySet = rows.annotate(
        # The file of an archived case no longer says in its state how it ended; the chain does.
        outcome=Case(When(state=State.ARCHIVED, then=Subquery(ended.values("to_state")[:1])), default=F("state")),
        closed_on=TruncDate("closed_at", tzinfo=ZoneInfo(controller.timezone)),
    ).annotate(
        late=Case(
            When(Q(Exists(overdue)) | Q(closed_on__gt=F("due_on")), then=Value(value=True)),
            default=Value(value=False),
            output_field=BooleanField(),
        )
    )
    return found


def of_period(controller: Controller, first: date, last: date) -> dict[str, Any]:
    """What was answered from the first to the last day: JSON-able counts and days. Three queries, whatever the number of cases."""
    rows = closed_between(controller, first, last)
    paused = models.Suspension.objects.filter(case=OuterRef("pk"))
    groups = list(
        rows.annotate(paused=Exists(paused))
        .values("outcome", "late", "extended", "paused", "right")
        .annotate(n=Count("pk"))
        .order_by()
    )
    answered = [row for row in groups if row["outcome"] != State.WITHDRAWN]
    count = _total(answered)
    ages = _ages(rows)
    return {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "received": received(controller, first, last),
        "closed": _total(groups),
        "answered": count,
        "late": _total(row for row in answered if row["late"]),
        "extended": _total(row for row in answered if row["extended"]),
        "paused": _total(row for row in answered if row["paused"]),
        "outcomes": _by(groups, "outcome"),
        "rights": _by(groups, "right"),
        "age_p50": percentile(ages, 0.5),
        "age_p90": percentile(ages, 0.9),
    }


def _total(groups: Iterable[Mapping[str, Any]]) -> int:
    return sum(int(row["n"]) for row in groups)


def _by(groups: Iterable[Mapping[str, Any]], name: str) -> dict[str, int]:
    """Counts by the values of one column, the largest first."""
    found: dict[str, int] = {}
    for row in groups:
        key = str(row[name] or "")
        found[key] = found.get(key, 0) + int(row["n"])
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _ages(rows: CaseQuerySet) -> list[tuple[int, int]]:
    """How many answers took how many calendar days, ascending."""
    took = ExpressionWrapper(F("closed_on") - F("received_on"), output_field=DurationField())
    found = rows.exclude(outcome=State.WITHDRAWN).annotate(took=took).values("took").annotate(n=Count("pk")).order_by()
    return sorted((max(0, row["took"].days), int(row["n"])) for row in found)


def percentile(counted: Iterable[tuple[int, int]], part: float) -> int | None:
    """The smallest value that at least `part` (0 to 1) of what was counted does not exceed; None when nothing was."""
    rows = sorted(counted)
    wanted = part * sum(count for _value, count in rows)
    seen = 0
    for value, count in rows:
        seen += count
        if seen >= wanted:
            return value
    return None


def received(controller: Controller, first: date, last: date) -> int:
    """How many cases came in from the first to the last day; one of each right asked for (T-26)."""
    rows = models.Case.objects.of(controller).filter(received_on__gte=first, received_on__lte=last)
    return int(rows.count())


def by_month(controller: Controller, first: date, last: date) -> list[dict[str, Any]]:
    """Received and closed in each calendar month from that of `first` to that of `last`, days outside not counted."""
    mine = models.Case.objects.of(controller)
    came = _months(mine.filter(received_on__gte=first, received_on__lte=last), TruncMonth("received_on"))
    zone = ZoneInfo(controller.timezone)
    went = _months(
        mine.filter(
            state__in=sorted(CLOSED),
            closed_at__gte=midnight(controller, first),
            closed_at__lt=midnight(controller, last + timedelta(days=1)),
        ),
        TruncMonth("closed_at", tzinfo=zone, output_field=DateField()),
    )
    return [
        {"month": month.isoformat(), "received": came.get(month, 0), "closed": went.get(month, 0)}
        for month in months(first, last)
    ]


def _months(rows: QuerySet[Any], month: TruncMonth) -> dict[date, int]:
    found = rows.annotate(in_month=month).values("in_month").annotate(n=Count("pk")).order_by()
    return {row["in_month"]: int(row["n"]) for row in found}


def months(first: date, last: date) -> list[date]:
    """The first day of every month from that of `first` to that of `last`."""
    found, at = [], first.replace(day=1)
    while at <= last:
        found.append(at)
        at = (at + timedelta(days=32)).replace(day=1)
    return found


def months_back(day: date, count: int) -> date:
    """The first day of the month `count` months before that of `day`."""
    months_since_zero = day.year * 12 + day.month - 1 - count
    return date(months_since_zero // 12, months_since_zero % 12 + 1, 1)


def turnaround(controller: Controller, first: date, last: date) -> list[dict[str, Any]]:
    """Hours from asking a store for a person's data to its last word: median and 90 per cent, the slowest store first."""
    done = models.Task.objects.of(controller).filter(
        operation=TURNAROUND,
        status=models.Task.Status.DONE,
        finished_at__gte=midnight(controller, first),
        finished_at__lt=midnight(controller, last + timedelta(days=1)),
    )
    found = []
    for store in done.order_by().values_list("store", flat=True).distinct():
        spans = done.filter(store=store).order_by("-finished_at").values_list("created_at", "finished_at")[:TASKS]
        hours = [(round((end - start).total_seconds() / 360), 1) for start, end in spans]  # tenths of an hour
        middle, most = percentile(hours, 0.5) or 0, percentile(hours, 0.9) or 0
        found.append({"store": store, "tasks": len(hours), "p50": middle / 10, "p90": most / 10})
    return sorted(found, key=lambda row: (-row["p50"], row["store"]))
