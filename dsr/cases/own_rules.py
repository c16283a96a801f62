"""A controller's own calendar days, ladder and retention rows, as the pure functions of `dsr.law` take them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dsr.law.calendars import Calendar, Scope
from dsr.law.ladder import LADDER, Anchor, Rung, RungCode
from dsr.law.retention import Bound, DocumentClass, Mark, RetentionRule, StartRule
from dsr.law.terms import RUNNING, Role, State
from dsr.models import CalendarDay, LadderRow, RetentionRow

if TYPE_CHECKING:
    from datetime import date

    from dsr.models import Controller

_LETTERS = {rung.code: rung.letter for rung in LADDER}


@dataclass(frozen=True, slots=True)
class OwnDays:
    """The days on which a controller's calendar differs from that of its place (A4)."""

    extra: tuple[date, ...] = ()
    removed: tuple[date, ...] = ()


def own_days(controller: Controller) -> OwnDays:
    """Local holidays, and holidays that are none where this controller answers."""
    rows = list(CalendarDay.objects.of(controller).order_by("day").values_list("day", "holiday"))
    return OwnDays(
        extra=tuple(day for day, holiday in rows if holiday), removed=tuple(day for day, holiday in rows if not holiday)
    )


def calendar_of(controller: Controller, days: OwnDays | None = None) -> Calendar:
    """The working days of the place where the controller answers."""
    days = days or own_days(controller)
    return Calendar(controller.place, Scope(controller.holiday_scope), frozenset(days.extra), frozenset(days.removed))


def ladder_of(controller: Controller) -> tuple[Rung, ...]:
    """The controller's own ladder, or that of rules 1.7 when it has none."""
    rows = LadderRow.objects.of(controller).order_by("days", "code")
    return tuple(_rung(row) for row in rows) or LADDER


def _rung(row: Any) -> Rung:
    states = frozenset(State(state) for state in row.states) if row.states else RUNNING
    code = RungCode(row.code)
    return Rung(code, Anchor(row.anchor), row.days, tuple(Role(role) for role in row.roles), states, _LETTERS[code])


def retention_of(controller: Controller) -> tuple[RetentionRule, ...]:
    """The controller's own retention rows; they go before those of the law."""
    return tuple(
        RetentionRule(
            country=row.country,
            document_class=DocumentClass(row.document_class),
            months=row.months,
            start=StartRule(row.start),
            statute=row.statute,
            mark=Mark(row.mark),
            bound=Bound(row.bound),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in RetentionRow.objects.of(controller).order_by("country", "document_class", "valid_from")
    )
