"""The clock of a case: reads rows, asks the pure function, writes the dates with their arithmetic (house.md idea 2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dsr.cases.own_rules import OwnDays, own_days
from dsr.law import clock as law
from dsr.law.calendars import Scope
from dsr.law.rights import Right

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dsr.models import Case, Controller, Suspension


def local_date(controller: Controller, at: datetime) -> date:
    """The calendar day of an instant where the controller answers (T-09)."""
    return at.astimezone(ZoneInfo(controller.timezone)).date()


def _spans(suspensions: Iterable[Suspension]) -> tuple[law.Suspension, ...]:
    return tuple(
        law.Suspension(start=s.started_on, end=s.ended_on, kind=law.SuspensionKind(s.kind)) for s in suspensions
    )


def clock_input(
    *,
    controller: Controller,
    received_at: datetime,
    right: str,
    extended: bool = False,
    suspensions: Iterable[Suspension] = (),
    days: OwnDays | None = None,
) -> law.ClockInput:
    """What the pure clock needs to know of a case; `days` when the caller has read the controller's own already."""
    days = days or own_days(controller)
    return law.ClockInput(
        received_at=received_at,
        timezone=controller.timezone,
        jurisdiction=controller.place,
        regime=controller.regime,
        right=Right(right),
        suspensions=_spans(suspensions),
        extended=extended,
        buffer_days=controller.buffer_days,
        scope=Scope(controller.holiday_scope),
        extra_holidays=days.extra,
        removed_holidays=days.removed,
    )


def columns(given: law.ClockInput, *, today: date) -> dict[str, Any]:
    """The dates of a case as columns, with the explanation as codes and parameters.

    While the clock is paused there is no due date; `sort_on` is then the date that would result if it went on today.
    """
    dates = law.due_dates(given)
    projected = dates
    if dates.paused:
        closed = tuple(s if s.end else replace(s, end=max(s.start, today)) for s in given.suspensions)
        projected = law.due_dates(replace(given, suspensions=closed))
    return {
        "received_on": dates.received_on,
        "due_on": dates.due_on,
        "first_month_due_on": dates.first_month_due_on,
        "act_by_on": dates.act_by_on,
        "sort_on": projected.act_by_on or projected.due_on or today,
        "regime_version": dates.regime_version,
        "calendar_version": dates.calendar_version,
        "explanation": [line.as_json() for line in dates.explanation],
        "warnings": [warning.as_json() for warning in dates.warnings],
    }


def recomputed(case: Case, *, now: datetime, days: OwnDays | None = None) -> dict[str, Any]:
    """The clock columns of an existing case after a suspension, an extension or a correction.

    A contested case has an internal clock (4.1): the same period, counted from the day of the objection, and no extension.
    """
    since = case.contested_at
    given = clock_input(
        controller=case.controller,
        received_at=since or case.request.received_at,
        right=case.right,
        extended=case.extended and since is None,
        suspensions=[row for row in case.suspensions.all() if since is None or row.started_at >= since],
        days=days,
    )
    fields = columns(given, today=local_date(case.controller, now))
    return _internal(case, fields) if since else fields


def _internal(case: Case, fields: dict[str, Any]) -> dict[str, Any]:
    """The dates of an internal clock: the request was received when it was, the explanation begins with the objection."""
    first = law.Line(law.ClockCode.CONTESTED, {"on": fields["received_on"]})
    return {**fields, "received_on": case.received_on, "explanation": [first.as_json(), *fields["explanation"][1:]]}


def never_later_than_told(case: Case, fields: dict[str, Any]) -> dict[str, Any]:
    """The columns held to the date the person was told: only a new letter moves it to a later day (rules 1.3, no. 26)."""
    told = case.told_due_on
    if told is None or fields["due_on"] is None or fields["due_on"] <= told:
        return fields
    kept = {**fields, "due_on": told}
    for name in ("first_month_due_on", "act_by_on", "sort_on"):
        if kept[name] is not None:
            kept[name] = min(kept[name], getattr(case, name) or told)
    line = law.Line(law.ClockCode.TOLD, {"on": told, "later": fields["due_on"]})
    kept["explanation"] = [
        *fields["explanation"][:-1],
        line.as_json(),
        law.Line(law.ClockCode.DUE, {"on": told}).as_json(),
    ]
    return kept


def dates_data(fields: dict[str, Any]) -> dict[str, Any]:
    """What the event chain keeps of a computation: dates and versions (rules.md 4.4)."""
    names = ("due_on", "first_month_due_on", "act_by_on", "regime_version", "calendar_version")
    return {name: fields[name].isoformat() if isinstance(fields[name], date) else fields[name] for name in names}
