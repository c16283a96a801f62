"""What the dashboard counts at every look: open cases and what happened today. Its cost follows the open cases, not the closed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Q

from dsr.cases import figures
from dsr.cases.daily import LIKELY, working
from dsr.law.terms import OPEN, State
from dsr.models import Case, CaseRisk
from dsr.models.together import together

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dsr.models import Controller, User

WEEK: Final = timedelta(days=7)
NAMED: Final = 3
"""How many overdue cases are named with a link."""
# Upper ends (days left, inclusive) of the bars; what is over stands before them, what is paused after them.
BINS: Final = (2, 5, 10, 20, 30)
# The stages a reader tells apart: two series, so that each bar stays legible (dsr.charts).
BEFORE_DRAFT: Final = frozenset(OPEN) - {
    State.DRAFTING,
    State.REVIEW,
    State.APPROVED,
    State.EXECUTING,
    State.NOTIFYING,
}


@dataclass(slots=True)
class Live:
    """Counts as of this moment. `left`: cases by bin of days left and whether an answer is being drafted already."""

    open: int = 0
    overdue: int = 0
    paused: int = 0
    mine: int = 0
    unassigned: int = 0
    due_week: int = 0
    likely_late: int = 0
    received_today: int = 0
    closed_today: int = 0
    answered_today: int = 0
    late_today: int = 0
    late_cases: list[Any] = field(default_factory=list)
    early: dict[str, int] = field(default_factory=dict)
    drafted: dict[str, int] = field(default_factory=dict)
    people: dict[Any, Counter[str]] = field(default_factory=dict)
    due_weeks: list[int] = field(default_factory=list)


def bins() -> tuple[str, ...]:
    """The names of the bars of days left, in order: `over`, `0-2`, …, `31-`, `paused`."""
    starts = (0, *(end + 1 for end in BINS))
    return ("over", *(f"{start}-{end}" for start, end in zip(starts, BINS, strict=False)), f"{starts[-1]}-", "paused")


def bin_of(left: int | None) -> str:
    """The bar a case belongs to, by days left to its due date (negative: over; None: its clock is paused)."""
    if left is None:
        return "paused"
    if left < 0:
        return "over"
    start = 0
    for end in BINS:
        if left <= end:
            return f"{start}-{end}"
        start = end + 1
    return f"{start}-"


def count(*, controller: Controller, user: User, today: date, people: bool = False, weeks: int = 8) -> Live:
    """Count. With `people` also each colleague's open cases and those due in seven days: for whoever may see them.

    At most four queries, whatever the number of cases.
    """
    live = Live(due_weeks=[0] * weeks)
    early, drafted = Counter[str](), Counter[str]()
    groups = working(controller).values("state", "due_on", "assignee").annotate(n=Count("pk")).order_by()
    for row in groups:
        _add(live, row, user, today, people=people)
        stage = early if row["state"] in BEFORE_DRAFT else drafted
        stage[bin_of((row["due_on"] - today).days if row["due_on"] else None)] += row["n"]
    live.early, live.drafted = dict(early), dict(drafted)
    late = working(controller).filter(due_on__lt=today).select_related("request").order_by("due_on", "pk")
    live.late_cases = list(late.defer("sealed", "request__sealed")[:NAMED]) if live.overdue else []
    soon = Q(case__state__in=sorted(OPEN), case__due_on__gte=today, percent__gte=LIKELY)
    _, numbers = together(
        {},
        {
            "likely_late": CaseRisk.objects.of(controller).filter(soon),
            "received": Case.objects.of(controller).filter(received_on=today),
        },
    )
    live.likely_late, live.received_today = numbers["likely_late"], numbers["received"]
    _today(live, controller, today)
    return live


def _add(live: Live, row: Mapping[str, Any], user: User, today: date, *, people: bool) -> None:
    """Add one group of open cases: the same stage, due date and colleague."""
    n, due_on = int(row["n"]), row["due_on"]
    soon = due_on is not None and due_on <= today + WEEK
    live.open += n
    live.paused += n if due_on is None else 0
    live.overdue += n if due_on is not None and due_on < today else 0
    live.due_week += n if soon else 0
    live.mine += n if row["assignee"] == user.pk else 0
    live.unassigned += n if row["assignee"] is None else 0
    if due_on is not None and due_on >= today:
        week = ((due_on - today).days + today.weekday()) // 7
        if week < len(live.due_weeks):
            live.due_weeks[week] += n
    if people:
        mine = live.people.setdefault(row["assignee"], Counter())
        mine["open"] += n
        mine["due"] += n if soon else 0


def _today(live: Live, controller: Controller, today: date) -> None:
    groups = figures.closed_between(controller, today, today).values("outcome", "late").annotate(n=Count("pk"))
    for row in groups.order_by():
        live.closed_today += int(row["n"])
        if row["outcome"] != State.WITHDRAWN:
            live.answered_today += int(row["n"])
            live.late_today += int(row["n"]) if row["late"] else 0
