"""The figures of the day: what is too heavy to reckon for every look at the dashboard, written once a day (ux.md 2.4).

Everything up to yesterday stands in one row per controller and day, the forecast with it, the chance of each open case to be
late in a row of its own. What happened today the page counts live (dsr.cases.live_figures).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q

from dsr.cases import figures, flood
from dsr.cases.clock import local_date
from dsr.cases.forecast import DRAWS, History, OpenCase, forecast
from dsr.cases.own_rules import calendar_of
from dsr.law.terms import OPEN, Role, State
from dsr.models import Absence, Case, CaseRisk, Controller, DayFigures, Event, Kind, User

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from dsr.models import CaseQuerySet, RowId

YEAR: Final = timedelta(days=365)
KEPT: Final = timedelta(days=400)
"""How long the row of a day is kept: a year, so that a look back is possible, and a little more."""
SEEN: Final = 5000
"""The forecast learns from the newest cases that ended in the last twelve months, from this many at most."""
HORIZON: Final = 400
"""Calendar days for which the hours of the team are reckoned."""
LIKELY: Final = 50
"""From this chance (per cent) on a case counts as likely late."""
WORKING_DAYS: Final = 5
HANDLING: Final = frozenset({Role.HANDLER, Role.LEAD})
BATCH: Final = 2000


def without(now: datetime) -> list[Controller]:
    """Controllers with cases whose figures of today, by their own calendar, have not been made."""
    some = Case.objects.filter(controller=OuterRef("pk"))
    every = list(Controller.objects.filter(Exists(some)).order_by("slug"))
    today = {one.pk: local_date(one, now) for one in every}
    made = set(DayFigures.objects.filter(day__in=set(today.values())).values_list("controller_id", "day"))
    return [one for one in every if (one.pk, today[one.pk]) not in made]


def make_day(*, controller: Controller, now: datetime) -> DayFigures:
    """Reckon the controller's figures up to yesterday and the forecast from today, and keep both; once a day, the first wins.

    Takes seconds with many cases: for a job, never for a page.
    """
    today = local_date(controller, now)
    first, last = today - YEAR, today - timedelta(days=1)
    cases, ahead = open_cases(controller, today), hours_ahead(controller, today, HORIZON)
    found = forecast(
        cases,
        history(controller, first, last),
        hours=ahead,
        hours_per_case=settings.DSR_HOURS_PER_CASE,
        weekday=today.weekday(),
        seed=today.toordinal(),
    )
    data = {
        "year": figures.of_period(controller, first, last),
        "months": figures.by_month(controller, figures.months_back(today, figures.MONTHS - 1), last),
        "stores": figures.turnaround(controller, first, last),
        "answered_weeks": answered_weeks(controller, today),
        "forecast": {
            "weeks": [asdict(week) for week in found.weeks],
            "from_history": found.from_history,
            "closed": found.closed,
            "draws": DRAWS,
            "hours_per_case": settings.DSR_HOURS_PER_CASE,
            "hours_week": round(sum(ahead[:7])),
            "capacity": round(sum(ahead[: 7 * 8]) / 8 / settings.DSR_HOURS_PER_CASE) if ahead else None,
            "cases": len(cases),
        },
    }
    with transaction.atomic():
        row, new = DayFigures.objects.get_or_create(
            controller=controller, day=today, defaults={"made_at": now, "data": data}
        )
        if new:
            _keep_risk(controller, today, found.risk)
            DayFigures.objects.of(controller).filter(day__lt=today - KEPT).delete()
    return row


def _keep_risk(controller: Controller, day: date, risk: dict[str, int]) -> None:
    CaseRisk.objects.of(controller).delete()
    there = set(map(str, Case.objects.of(controller).filter(state__in=sorted(OPEN)).values_list("pk", flat=True)))
    rows = [
        CaseRisk(controller=controller, case_id=pk, day=day, percent=part) for pk, part in risk.items() if pk in there
    ]
    CaseRisk.objects.bulk_create(rows, batch_size=BATCH)


def risk(case_ids: Iterable[RowId]) -> dict[str, int]:
    """The chance of being late in per cent, by case id, as the forecast of this morning has it. Cases without a forecast (new
    today, paused, closed) are not in it. One query.
    """
    rows = CaseRisk.objects.filter(case__in=list(case_ids)).values_list("case_id", "percent")
    return {str(case): int(percent) for case, percent in rows}


def newest(controller: Controller) -> DayFigures | None:
    """The figures of the newest day that were made."""
    found: DayFigures | None = DayFigures.objects.of(controller).order_by("-day").first()
    return found


def working(controller: Controller) -> CaseQuerySet:
    """Open cases that somebody works on: those held as part of a flood are looked at together (dsr.cases.waves)."""
    held = flood.held(controller).values("request")
    rows: CaseQuerySet = Case.objects.of(controller).filter(state__in=sorted(OPEN))
    return rows.exclude(state=State.RECEIVED, request__in=held)


def open_cases(controller: Controller, today: date) -> list[OpenCase]:
    """The open cases in the order of the queue, with the days since each entered its stage; two queries."""
    moved = (
        Event.objects.filter(case__controller=controller, case__state__in=sorted(OPEN))
        .filter(Q(seq=1) | ~Q(from_state=F("to_state")))
        .values("case")
        .annotate(at=Max("at"))
        .order_by()
    )
    since = dict(moved.values_list("case", "at"))
    zone = ZoneInfo(controller.timezone)
    rows = (
        working(controller)
        .order_by("sort_on", "received_on", "pk")
        .values_list("pk", "right", "state", "due_on", "received_on")
    )
    found = []
    for pk, right, state, due_on, received_on in rows.iterator(BATCH):
        entered = since[pk].astimezone(zone).date() if pk in since else received_on
        left = (due_on - today).days if due_on else None
        found.append(OpenCase(str(pk), right, State(state), max(0, (today - entered).days), left))
    return found


def history(controller: Controller, first: date, last: date) -> History:
    """What the newest cases that ended from the first to the last day took from each stage they entered. Withdrawn ones took
    no work to their end, and are left out.
    """
    rows = figures.closed_between(controller, first, last).exclude(outcome=State.WITHDRAWN).order_by("-closed_at")
    closed = {pk: (right, closed_on) for pk, right, closed_on in rows.values_list("pk", "right", "closed_on")[:SEEN]}
    zone = ZoneInfo(controller.timezone)
    found = History()
    ids = list(closed)
    for start in range(0, len(ids), BATCH // 4):
        some = ids[start : start + BATCH // 4]
        entered: dict[Any, list[tuple[State, int]]] = defaultdict(list)
        events = Event.objects.filter(case__in=some, to_state__in=sorted(OPEN)).filter(
            Q(seq=1) | ~Q(from_state=F("to_state"))
        )
        for pk, state, at in events.order_by("case", "seq").values_list("case", "to_state", "at"):
            entered[pk].append((State(state), (closed[pk][1] - at.astimezone(zone).date()).days))
        for pk in some:
            found.add(closed[pk][0], entered[pk])
    return found


def hours_ahead(controller: Controller, today: date, days: int) -> list[float]:
    """The hours the team has for requests on each calendar day from today on; empty when there is no team to reckon with."""
    by_day = _hours(controller, today, days)
    return [sum(day.values()) for day in by_day] if any(by_day) else []


def hours_each(
    controller: Controller, today: date, days: int, *, staff: Iterable[User] | None = None
) -> dict[RowId, float]:
    """The hours of each member of the team in so many calendar days from today on, by account id.

    `staff`: the controller's colleagues, where the caller has read them already.
    """
    found: dict[RowId, float] = {}
    for day in _hours(controller, today, days, staff):
        for user, hours in day.items():
            found[user] = found.get(user, 0.0) + hours
    return found


def _hours(
    controller: Controller, today: date, days: int, read: Iterable[User] | None = None
) -> list[dict[RowId, float]]:
    """Handlers and leads, each with DSR_HOURS_PER_WEEK spread over five working days; nothing on holidays of the controller's
    calendar and on days somebody is away.
    """
    staff = User.objects.filter(controller=controller, kind=Kind.STAFF).only("pk", "roles", "is_active")
    colleagues = staff if read is None else read
    team = [one.pk for one in colleagues if one.is_active and HANDLING & {Role(role) for role in one.roles}]
    last = today + timedelta(days=days - 1)
    away = list(
        Absence.objects.of(controller)
        .filter(user__in=team, last_on__gte=today, first_on__lte=last)
        .values_list("user", "first_on", "last_on")
    )
    calendar, each = calendar_of(controller), settings.DSR_HOURS_PER_WEEK / WORKING_DAYS
    found: list[dict[RowId, float]] = []
    for number in range(days):
        day = today + timedelta(days=number)
        gone = {user for user, first_on, last_on in away if first_on <= day <= last_on}
        works = calendar.is_working_day(day)
        found.append({user: each if works and user not in gone else 0.0 for user in team})
    return found


def answered_weeks(controller: Controller, today: date, *, weeks: int = 8) -> list[dict[str, Any]]:
    """How many cases ended in each of the last whole weeks, from Monday, the oldest first."""
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=weeks)
    rows = figures.closed_between(controller, first, monday - timedelta(days=1))
    counted = [0] * weeks
    for row in rows.values("closed_on").annotate(n=Count("pk")).order_by():
        counted[(row["closed_on"] - first).days // 7] += int(row["n"])
    return [{"week": (first + timedelta(weeks=at)).isoformat(), "closed": n} for at, n in enumerate(counted)]
