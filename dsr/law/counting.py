"""The arithmetic of a period: months and days, questions that stop it, and the roll to a working day."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from dsr.law.calendars import Calendar, Scope, parse_place
from dsr.law.clock_types import ClockCode, ClockInput, Line, Suspension, SuspensionKind, WarningCode
from dsr.law.guards import QUERY_BLOCKED_FROM_DAY
from dsr.law.regimes import Period, Regime, RollRule, Suspending, Unit
from dsr.law.rights import CLARIFICATION, Right

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# T-13: identity and clarification queries leave within three working days.
QUERY_WORKING_DAYS: Final = 3
_SATURDAY: Final = 5
# A11: Art. 12(6) names 15-21 only, so an identity query cannot stop the clock of these two.
_NO_IDENTITY_PAUSE: Final = frozenset({Right.AUTOMATED_DECISION, Right.CONSENT_WITHDRAWAL})


def add_months(day: date, months: int) -> date:
    """The same-numbered day `months` later, or the last day of that month when it has none (T-04, T-05)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Count:
    """One run of the arithmetic, with or without extension."""

    start: date  # the day the period runs from
    base: date  # end of the bare period
    shifted: date  # plus suspended days; not rolled
    due: date | None  # None while paused
    used: tuple[Suspension, ...]
    days: int  # suspended days
    lines: tuple[Line, ...]
    warnings: tuple[Line, ...]


def _rule_of(regime_row: Regime, suspension: Suspension, right: Right) -> Suspending:
    """What this question does to the clock of this right (A10, A11)."""
    kind = suspension.kind
    if kind == SuspensionKind.CLARIFICATION:
        return regime_row.susp_clarification if right in CLARIFICATION else Suspending.NONE
    if kind == SuspensionKind.FEE:
        return regime_row.susp_fee
    return Suspending.NONE if right in _NO_IDENTITY_PAUSE else regime_row.susp_identity


def _union_days(intervals: Iterable[tuple[date, date]], start: date) -> int:
    """Days covered by half-open intervals from `start` on; overlaps count once (T-12)."""
    total, reached = 0, start
    for begin, end in sorted(intervals):
        low = max(begin, reached)
        if end > low:
            total += (end - low).days
            reached = end
    return total


def end_of(start: date, period: Period, calendar: Calendar) -> date:
    """Last day of the bare period; the first day is not counted (T-04), business days are those of the place."""
    if period.unit is Unit.MONTH:
        return add_months(start, period.length)
    if period.unit is Unit.DAY:
        return start + timedelta(days=period.length)
    return calendar.shift(start, period.length)


def _period(row: Regime, right: Right, *, extended: bool) -> Period:
    """The whole period as one: an extension makes one of three months, not one and then two (T-16, A7)."""
    if right is Right.MARKETING_OBJECTION and row.optout is not None:
        return row.optout
    if extended and row.extension is not None:
        return Period(row.main.unit, row.main.length + row.extension.length)
    return row.main


def count_period(given: ClockInput, row: Regime, received_on: date, calendar: Calendar, *, extended: bool) -> Count:
    """The algorithm of rules 1.3 for every regime.

    A query sent after the period had ended suspends nothing (T-13), also while it is unanswered: otherwise a question
    asked too late would hide that the answer is overdue.
    """
    period = _period(row, given.right, extended=extended)
    rolls = row.roll_rule is RollRule.NEXT_WORKING_DAY
    start = received_on
    used: list[Suspension] = []
    intervals: list[tuple[date, date]] = []
    lines = [Line(ClockCode.RECEIVED, {"on": received_on})]
    warnings: list[Line] = []

    def reached() -> date:
        return end_of(start, period, calendar) + timedelta(days=_union_days(intervals, start))

    open_since: Suspension | None = None
    for suspension in sorted(given.suspensions, key=lambda s: s.start):
        rule = _rule_of(row, suspension, given.right)
        about = {"kind": suspension.kind.value, "start": suspension.start}
        if rule is Suspending.NONE:
            lines.append(Line(ClockCode.QUESTION_WITHOUT_EFFECT, about))
            continue
        limit = calendar.roll(reached()) if rolls else reached()
        if suspension.start > limit:
            lines.append(Line(ClockCode.QUESTION_TOO_LATE, {**about, "limit": limit}))
            warnings.append(Line(WarningCode.QUERY_AFTER_END, about))
            continue
        warnings += _lateness(suspension, received_on, calendar)
        if rule is Suspending.COOLING:
            start = max(start, suspension.start + timedelta(days=row.fee_cooling_days))
            lines.append(
                Line(ClockCode.COOLING, {"start": suspension.start, "days": row.fee_cooling_days, "on": start})
            )
        elif suspension.end is None:
            open_since = suspension
            lines.append(Line(ClockCode.PAUSED, about))
            break
        elif rule is Suspending.RESTART:
            start = max(start, suspension.end)
            lines.append(Line(ClockCode.RESTARTED, {**about, "end": suspension.end, "on": start}))
        else:
            end = suspension.end + timedelta(days=1 if rule is Suspending.SHIFT_INCLUSIVE else 0)
            used.append(suspension)
            intervals.append((suspension.start, end))
            days = (end - suspension.start).days
            lines.append(Line(ClockCode.SUSPENDED, {**about, "end": suspension.end, "days": days}))
    base = end_of(start, period, calendar)
    days = _union_days(intervals, start)
    shifted = base + timedelta(days=days)
    if open_since is not None:
        return Count(start, base, shifted, None, tuple(used), days, tuple(lines), tuple(warnings))
    lines += _period_lines(period, start, base, extended=extended)
    if days:
        lines.append(Line(ClockCode.SHIFTED, {"days": days, "on": shifted}))
    due = calendar.roll(shifted) if rolls else shifted
    lines += _roll_lines(shifted, due, calendar)
    return Count(start, base, shifted, due, tuple(used), days, tuple(lines), tuple(warnings))


def _period_lines(period: Period, start: date, base: date, *, extended: bool) -> Sequence[Line]:
    code = {
        Unit.MONTH: ClockCode.MONTHS_EXTENDED if extended else ClockCode.MONTHS,
        Unit.DAY: ClockCode.DAYS_EXTENDED if extended else ClockCode.DAYS,
        Unit.BUSINESS_DAY: ClockCode.BUSINESS_DAYS,
    }[period.unit]
    lines = [Line(code, {"count": period.length, "on": base})]
    if period.unit is Unit.MONTH and base.day != start.day:
        lines.append(Line(ClockCode.NO_SUCH_DAY, {"day": start.day, "on": base}))
    return lines


def _roll_lines(last: date, due: date, calendar: Calendar) -> Sequence[Line]:
    """Each day that is passed over, with its reason, then the working day (T-07)."""
    lines: list[Line] = []
    day = last
    while day < due:
        if day.weekday() >= _SATURDAY:
            lines.append(Line(ClockCode.WEEKEND, {"on": day}))
        else:
            name = calendar.holiday_name(day) or ""
            place = calendar.place if calendar.scope is Scope.SUBDIVISION else parse_place(calendar.place)[0]
            lines.append(Line(ClockCode.HOLIDAY, {"on": day, "place": place, "name": name}))
        day += timedelta(days=1)
    if lines:
        lines.append(Line(ClockCode.NEXT_WORKING_DAY, {"on": due}))
    return lines


def _lateness(suspension: Suspension, received_on: date, calendar: Calendar) -> Sequence[Line]:
    """T-13: the later the question, the weaker the pause."""
    day = (suspension.start - received_on).days
    params = {"kind": suspension.kind.value, "start": suspension.start, "day": day}
    if day >= QUERY_BLOCKED_FROM_DAY:
        return [Line(WarningCode.QUERY_RISKY, params)]
    if suspension.start > calendar.shift(received_on, QUERY_WORKING_DAYS):
        return [Line(WarningCode.QUERY_LATE, params)]
    return []
