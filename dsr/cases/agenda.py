"""What falls on which day (ux.md 2.5): due dates, targets, last days, ends of waiting, restriction and retention, absences, holidays.

Reads only, a query a kind. What is known of a case here is its reference and its right: a calendar is looked at by programs
and over shoulders.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from dsr.cases import figures
from dsr.cases.daily import working
from dsr.cases.facts import identified
from dsr.cases.own_rules import calendar_of
from dsr.law.counting import QUERY_WORKING_DAYS
from dsr.law.guards import SILENCE_DAYS
from dsr.law.terms import RUNNING, State
from dsr.models import Absence, Artifact, AuthorityCase, Case, Plan, Restriction, Suspension

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dsr.law.calendars import Calendar
    from dsr.models import Controller, User

MOST: Final = 1000
"""Rows of a kind that one look shows; more than that nobody reads in a calendar."""
_WATCHED: Final = ("identity", "clarification")


class Kind(StrEnum):
    """Kinds of days, the most pressing first: the order within a day."""

    DUE = "due"
    AUTHORITY = "authority"  # a supervisory authority wants our answer
    EXTENSION = "extension"  # the last day on which an extension may be told (T-18)
    TARGET = "target"  # the internal target, the act-by date (T-22)
    QUERY = "query"  # three working days after receipt (T-13)
    SILENCE = "silence"  # thirty days without an answer: the lead may close (T-15, no. 4)
    LIFT = "lift"  # a restriction ends that was announced seven days before (18(3))
    RETENTION = "retention"  # what law kept may go
    DOWNLOAD = "download"  # the answer can no longer be fetched
    ABSENCE = "absence"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a day. `case` for what is about a case; `name` for a holiday; `user` for an absence; `over`: was missed.

    `extendable`: this due date is also the last day on which an extension may be told (T-18).
    """

    day: date
    kind: Kind
    case: Case | None = None
    user: User | None = None
    name: str = ""
    over: bool = False
    extendable: bool = False

    @property
    def sequence(self) -> int:
        """Grows with every change of the case, so that a calendar program takes the newer date."""
        return self.case.version if self.case else 0


def items(
    controller: Controller,
    first: date,
    last: date,
    *,
    today: date,
    of: User | None = None,
    language: str = "en",
    calendar: Calendar | None = None,
) -> list[Item]:
    """Everything from the first to the last day, by day and urgency; `of`: only the cases and absences of this colleague.

    `calendar`: the controller's, where the caller has it already.
    """
    calendar = calendar or calendar_of(controller)
    found = [
        *_dates(controller, first, last, today, of),
        *_queries(controller, first, last, today, of, calendar=calendar),
        *_silences(controller, first, last, of),
        *_authorities(controller, first, last, today, of),
        *_lifts(controller, first, last, of),
        *_retained(controller, first, last, of),
        *_downloads(controller, first, last, of),
        *_absences(controller, first, last, of),
        *holidays(calendar, first, last, language=language),
    ]
    order = {kind: number for number, kind in enumerate(Kind)}
    return sorted(
        found, key=lambda one: (one.day, order[one.kind], one.case.request.reference if one.case else one.name)
    )


def _most(rows: Any, of: User | None, name: str = "assignee") -> Any:
    """The first MOST of the rows, those of one colleague where asked."""
    mine = rows.filter(**{name: of}) if of else rows
    return mine[:MOST]


def _dates(controller: Controller, first: date, last: date, today: date, of: User | None) -> Iterator[Item]:
    """The three dates of an open case in one query; the target only where it is another day than the due date."""
    between = (first, last)
    extension = Q(
        first_month_due_on__range=between, extended=False, state__in=sorted(RUNNING), contested_at__isnull=True
    )
    rows = working(controller).filter(Q(due_on__range=between) | Q(act_by_on__range=between) | extension)
    rows = (
        rows.select_related("request")
        .defer("sealed", "request__sealed", "explanation", "warnings")
        .order_by("due_on", "pk")
    )
    for case in _most(rows, of):
        open_to_it = not case.extended and case.state in RUNNING and case.contested_at is None
        last_day = case.first_month_due_on if open_to_it else None
        # Mostly the due date is also the last day to tell an extension: that day stands once, and says both.
        dates = (
            (Kind.DUE, case.due_on),
            (Kind.TARGET, case.act_by_on if case.act_by_on != case.due_on else None),
            (Kind.EXTENSION, last_day if last_day != case.due_on else None),
        )
        for kind, day in dates:
            if day is not None and first <= day <= last:
                missed = kind is Kind.DUE and day < today
                yield Item(day, kind, case=case, over=missed, extendable=kind is Kind.DUE and day == last_day)


def _queries(
    controller: Controller, first: date, last: date, today: date, of: User | None, *, calendar: Calendar
) -> Iterator[Item]:
    """The day by which an identity query must have left, for cases in which nobody has asked and nobody is proven."""
    rows = working(controller).filter(
        state__in=[State.RECEIVED, State.ASSESSING], received_on__range=(first - timedelta(days=21), last)
    )
    rows = (
        rows.select_related("request")
        .defer("sealed", "request__sealed", "explanation", "warnings")
        .order_by("received_on", "pk")
    )
    for case in _most(rows, of):
        day = calendar.shift(case.received_on, QUERY_WORKING_DAYS)
        if first <= day <= last and not identified(case):
            yield Item(day, Kind.QUERY, case=case, over=day < today)


def _silences(controller: Controller, first: date, last: date, of: User | None) -> Iterator[Item]:
    wait = timedelta(days=SILENCE_DAYS)
    rows = Suspension.objects.of(controller).filter(
        ended_at__isnull=True, kind__in=_WATCHED, started_on__range=(first - wait, last - wait)
    )
    for row in _most(_with_case(rows), of, "case__assignee"):
        yield Item(row.started_on + wait, Kind.SILENCE, case=row.case)


def _lifts(controller: Controller, first: date, last: date, of: User | None) -> Iterator[Item]:
    rows = Restriction.objects.of(controller).filter(ended_at__isnull=True, lift_on__range=(first, last))
    for row in _most(_with_case(rows), of, "case__assignee"):
        yield Item(row.lift_on, Kind.LIFT, case=row.case)


def _authorities(controller: Controller, first: date, last: date, today: date, of: User | None) -> Iterator[Item]:
    """Days by which supervisory authorities want an answer that has not left."""
    rows = AuthorityCase.objects.of(controller).filter(
        state=AuthorityCase.State.OPEN, answer_due_on__range=(first, last)
    )
    for row in _most(_with_case(rows.defer("sealed")), of, "case__assignee"):
        yield Item(row.answer_due_on, Kind.AUTHORITY, case=row.case, over=row.answer_due_on < today)


def _retained(controller: Controller, first: date, last: date, of: User | None) -> Iterator[Item]:
    """Ends of retention that carried-out plans name; a case and a day once. The database looks for the months in the text."""
    named = Q()
    for month in figures.months(first, last):
        named |= Q(text__contains=f'"{month:%Y-%m}-')
    rows = Plan.objects.of(controller).filter(status=Plan.Status.APPLIED)
    rows = rows.annotate(text=Cast("summary", TextField())).filter(named)
    for row in _most(_with_case(rows), of, "case__assignee"):
        for day in sorted(_ends(row.summary)):
            if first <= day <= last:
                yield Item(day, Kind.RETENTION, case=row.case)


def _ends(summary: Iterable[dict[str, Any]]) -> set[date]:
    """End dates of what a plan kept."""
    return {date.fromisoformat(line["until"]) for line in summary if line.get("until")}


def _downloads(controller: Controller, first: date, last: date, of: User | None) -> Iterator[Item]:
    rows = Artifact.objects.of(controller).filter(
        kind=Artifact.Kind.PACKAGE,
        released_at__isnull=False,
        revoked_at__isnull=True,
        superseded_at__isnull=True,
        expires_at__gte=figures.midnight(controller, first),
        expires_at__lt=figures.midnight(controller, last + timedelta(days=1)),
    )
    zone = ZoneInfo(controller.timezone)
    for row in _most(_with_case(rows.exclude(storage_name="")), of, "case__assignee"):
        yield Item(row.expires_at.astimezone(zone).date(), Kind.DOWNLOAD, case=row.case)


def _with_case(rows: Any) -> Any:
    wide = ("case__sealed", "case__explanation", "case__warnings", "case__request__sealed")
    return rows.select_related("case__request").defer(*wide).order_by("pk")


def _absences(controller: Controller, first: date, last: date, of: User | None) -> Iterator[Item]:
    rows = Absence.objects.of(controller).filter(first_on__lte=last, last_on__gte=first).select_related("user")
    for row in _most(rows.order_by("first_on", "pk"), of, "user"):
        day = max(row.first_on, first)
        while day <= min(row.last_on, last):
            yield Item(day, Kind.ABSENCE, user=row.user)
            day += timedelta(days=1)


def holidays(calendar: Calendar, first: date, last: date, *, language: str) -> Iterator[Item]:
    """Public holidays of the controller's calendar, its own days included."""
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        name = calendar.holiday_name(day, language=language)
        if name is not None:
            yield Item(day, Kind.HOLIDAY, name=name)
