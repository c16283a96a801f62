"""When an answer is due: a pure function of receipt, questions and extension that prints its arithmetic (house.md idea 2).

Rules 1.2 and 1.3 (T-01 to T-22, T-40 to T-43). Dates are days in the controller's time zone; a due date is the last day,
inclusive, until 24:00 there (T-06).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dsr.law.calendars import (
    FIRST_YEAR,
    LAST_YEAR,
    Calendar,
    DateOutOfRangeError,
    Scope,
    disputed_name,
)
from dsr.law.clock_types import Clock, ClockCode, ClockError, ClockInput, Line, Suspension, SuspensionKind, WarningCode
from dsr.law.counting import QUERY_WORKING_DAYS, Count, add_months, count_period, end_of
from dsr.law.regimes import Regime, RollRule, Suspending, Unit, regime

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Clock",
    "ClockCode",
    "ClockError",
    "ClockInput",
    "Line",
    "Suspension",
    "SuspensionKind",
    "WarningCode",
    "add_months",
    "due_dates",
    "if_answered_on",
]

# T-24: letters are posted four working days before the last day.
POST_WORKING_DAYS: Final = 4
# A buffer longer than the shortest period would put every act-by date on the day of receipt.
MAX_BUFFER_DAYS: Final = 28
# T-12: the month some authorities count with after a suspension (Reg. 1182/71 Art. 3(2)(d)).
_AUTHORITY_MONTH: Final = 30


def _thirty_day_method(count: Count, received_on: date, calendar: Calendar) -> date | None:
    """The date of authorities that count the rest of the month with 30 days (T-12); only for one suspension."""
    if len(count.used) != 1 or not count.days:
        return None
    (one,) = count.used
    if one.end is None:
        return None
    elapsed = (one.start - received_on).days
    return calendar.roll(one.end + timedelta(days=max(0, _AUTHORITY_MONTH - elapsed)))


def _checked(given: ClockInput) -> tuple[date, Regime]:
    """Day of receipt and regime row, or ClockError in the words of whoever typed the input."""
    try:
        zone = ZoneInfo(given.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as wrong:
        raise ClockError(f"{given.timezone!r} is not a known time zone; write one such as Europe/Berlin") from wrong
    if given.received_at.tzinfo is None:
        raise ClockError("the time of receipt needs a time zone")
    received_on = given.received_at.astimezone(zone).date()
    _check_days(given, received_on)
    row = regime(given.regime, received_on)
    if given.extended and not row.extendable:
        raise ClockError(f"{row.code} knows no extension")
    if given.extended and row.ext_open_ended and given.extended_to is None:
        raise ClockError(f"under {row.code} the controller names the date of an extension itself; it is missing")
    return received_on, row


def _check_days(given: ClockInput, received_on: date) -> None:
    """No question before receipt, no answer before its question, no year the calendars do not know."""
    for suspension in given.suspensions:
        if suspension.start < received_on:
            raise ClockError(f"a question of {suspension.start} cannot precede the receipt of {received_on}")
        if suspension.end is not None and suspension.end < suspension.start:
            raise ClockError(f"the answer of {suspension.end} cannot precede its question of {suspension.start}")
    for day in (received_on, *(s.end or s.start for s in given.suspensions)):
        if not FIRST_YEAR <= day.year < LAST_YEAR:
            raise DateOutOfRangeError(f"{day} lies outside the years {FIRST_YEAR} to {LAST_YEAR - 1} this clock knows")
    if not 0 <= given.buffer_days <= MAX_BUFFER_DAYS:
        raise ClockError(f"the internal buffer is 0 to {MAX_BUFFER_DAYS} days")


def due_dates(given: ClockInput) -> Clock:
    """Due date, first-month date and act-by date with their explanation (rules 1.3).

    `buffer_days` are calendar days taken off the act-by date only. Raises ClockError, UnknownPlaceError,
    UnknownRegimeError or DateOutOfRangeError (all ValueError) with a message for whoever typed the input.
    """
    received_on, row = _checked(given)
    calendar = Calendar(
        given.jurisdiction, given.scope, frozenset(given.extra_holidays), frozenset(given.removed_holidays)
    )
    first = count_period(given, row, received_on, calendar, extended=False)
    count = count_period(given, row, received_on, calendar, extended=True) if given.extended else first
    due, lines, warnings = count.due, list(count.lines), list(count.warnings)
    if given.extended and row.ext_open_ended and given.extended_to is not None and due is not None:
        due = given.extended_to
        lines.append(Line(ClockCode.DATE_NAMED, {"on": due}))
    act_by = alternative = None
    if due is not None:
        if row.main.unit is Unit.MONTH and not given.extended and row.susp_identity is Suspending.SHIFT_HALF_OPEN:
            alternative = _thirty_day_method(count, received_on, calendar)
        warnings += _doubts(given, due, alternative)
        if _rests_on_a_region(given, row, count):
            warnings += _regional_doubt(given, row, received_on, due)
        act_by = max(received_on, min(due, alternative or due) - timedelta(days=given.buffer_days))
        if act_by != due:
            lines.append(Line(ClockCode.ACT_BY, {"on": act_by, "buffer": given.buffer_days}))
        # Last, so that whoever reads only the end reads the date that binds.
        lines.append(Line(ClockCode.DUE, {"on": due}))
    return Clock(
        received_on=received_on,
        due_on=due,
        first_month_due_on=first.due,
        act_by_on=act_by,
        paused=due is None,
        notice_by_on=first.shifted if first.due is not None else None,
        query_by_on=calendar.shift(received_on, QUERY_WORKING_DAYS),
        post_by_on=calendar.shift(due, -POST_WORKING_DAYS) if due is not None else None,
        ack_by_on=end_of(received_on, row.ack, calendar) if row.ack else None,
        alternative_due_on=alternative,
        suspended_days=count.days,
        explanation=tuple(lines),
        warnings=tuple(warnings),
        regime_version=row.row_id,
        calendar_version=calendar.version,
    )


def _doubts(given: ClockInput, due: date, alternative: date | None) -> Sequence[Line]:
    """Where a careful reader could come to another day (T-12, A5)."""
    doubts: list[Line] = []
    if alternative is not None and alternative != due:
        doubts.append(Line(WarningCode.AUTHORITIES_DIFFER, {"other": alternative}))
    name = disputed_name(due, given.jurisdiction)
    if name is not None:
        doubts.append(Line(WarningCode.DISPUTED_DAY, {"on": due, "name": name}))
    return doubts


def _rests_on_a_region(given: ClockInput, row: Regime, count: Count) -> bool:
    """Whether the national calendar could give another day: not when the last day is a working day and nothing paused."""
    regional = given.scope is Scope.SUBDIVISION and ("-" in given.jurisdiction or bool(given.extra_holidays))
    if not regional or row.roll_rule is not RollRule.NEXT_WORKING_DAY or (given.extended and row.ext_open_ended):
        return False
    return count.shifted != count.due or bool(given.suspensions) or bool(given.removed_holidays)


def _regional_doubt(given: ClockInput, row: Regime, received_on: date, due: date) -> Sequence[Line]:
    """The date rests on a holiday that only the region or the controller knows (A4)."""
    calendar = Calendar(given.jurisdiction, Scope.NATIONAL)
    national = count_period(given, row, received_on, calendar, extended=given.extended).due
    return [Line(WarningCode.REGIONAL_HOLIDAY, {"other": national})] if national not in {None, due} else []


def if_answered_on(given: ClockInput, day: date) -> Clock:
    """The dates as they would be if every open question were answered on that day.

    A paused case keeps its place in a queue by this projection; it is never shown as a due date.
    """
    closed = tuple(replace(s, end=max(day, s.start)) if s.end is None else s for s in given.suspensions)
    return due_dates(replace(given, suspensions=closed))
