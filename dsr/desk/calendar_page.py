"""The month as a table and as an agenda, and the same days for a calendar program (ux.md 2.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from dsr import wording
from dsr.addresses import base_url
from dsr.cases import agenda
from dsr.cases.agenda import Item, Kind
from dsr.cases.own_rules import calendar_of
from dsr.desk.ics import Entry
from dsr.law.calendars import FIRST_YEAR, LAST_YEAR
from dsr.law.workflow import Role
from dsr.wording import dates

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dsr.models import Controller, User

IN_A_CELL: Final = 4
"""Entries of a day in the table; the agenda below has the others."""
IN_THE_AGENDA: Final = 150
SOON: Final = timedelta(days=5)
PAST, AHEAD = timedelta(days=31), timedelta(days=186)
"""What a subscribed calendar holds."""
ALARMS: Final = (5, 2)
"""Days before a due date on which a calendar program reminds (rungs of rules 1.7)."""
# Whoever answers for all of them has all of them in her calendar; everybody else her own.
ALL_CASES: Final = frozenset({Role.LEAD, Role.DPO})
_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry in words: short for a cell, whole for the agenda; `look`: late, soon or empty."""

    short: str
    words: str
    look: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A cell of the month. `off`: weekend or holiday of the controller's calendar; `outside`: of the month before or after."""

    day: date
    entries: tuple[Shown, ...]
    more: int
    off: bool
    outside: bool
    today: bool


def chosen(text: str, today: date) -> date:
    """The first day of the month an address names (`2026-11`), or of this month when it names none we know."""
    found = _MONTH.fullmatch(text)
    first = date(int(found[1]), int(found[2]), 1) if found else today
    # One year of room on both sides: the table shows days of the months before and after.
    return first.replace(day=1) if FIRST_YEAR < first.year < LAST_YEAR else today.replace(day=1)


def words(item: Item) -> str:
    """What happens on the day, without whom."""
    if item.kind is Kind.DUE:
        return _("due, last day to tell an extension") if item.extendable else _("due")
    return {
        Kind.EXTENSION: _("last day to tell an extension"),
        Kind.TARGET: _("internal target"),
        Kind.QUERY: _("last day to ask for identity"),
        Kind.SILENCE: _("30 days without an answer"),
        Kind.AUTHORITY: _("answer to the authority due"),
        Kind.LIFT: _("restriction ends"),
        Kind.RETENTION: _("retention of kept data ends"),
        Kind.DOWNLOAD: _("download ends"),
        Kind.ABSENCE: _("away"),
        Kind.HOLIDAY: _("public holiday"),
    }[item.kind]


def shown(item: Item, today: date) -> Shown:
    """An entry as the page shows it."""
    if item.case is None:
        who = item.user.display_name or item.user.email if item.user else item.name
        whole = f"{who}: {words(item)}" if who else words(item)
        return Shown(who or words(item), whole, "")
    reference, right = item.case.request.reference, wording.right(item.case.right)
    soon = item.kind in {Kind.DUE, Kind.TARGET, Kind.AUTHORITY} and item.day - today <= SOON
    look = "late" if item.over else "soon" if soon else ""
    # The year and the word before it are the same on most: the number is what people say to each other.
    number = reference.rpartition("-")[2].lstrip("0") or reference
    short = f"{number} {right}" if item.kind is Kind.DUE else f"{number} {words(item)}"
    return Shown(short, f"{reference} {right}: {words(item)}", look, reverse("desk:case", args=[item.case.pk]))


def month_context(
    controller: Controller, first: date, *, today: date, of: User | None, language: str
) -> Mapping[str, Any]:
    """The weeks that touch the month, the agenda of the month itself, and the months beside it."""
    start = first - timedelta(days=first.weekday())
    after = (first + timedelta(days=32)).replace(day=1)
    last = after - timedelta(days=1)
    end = last + timedelta(days=6 - last.weekday())
    calendar = calendar_of(controller)
    found = agenda.items(controller, start, end, today=today, of=of, language=language, calendar=calendar)
    by_day: dict[date, list[Item]] = {}
    for item in found:
        by_day.setdefault(item.day, []).append(item)

    def cell(day: date) -> Day:
        mine = by_day.get(day, [])
        return Day(
            day,
            tuple(shown(item, today) for item in mine[:IN_A_CELL]),
            max(0, len(mine) - IN_A_CELL),
            off=not calendar.is_working_day(day),
            outside=not first <= day <= last,
            today=day == today,
        )

    weeks = [[cell(monday + timedelta(days=at)) for at in range(7)] for monday in _mondays(start, end)]
    inside = [item for item in found if first <= item.day <= last]
    return {
        "title": dates.month(first).capitalize(),
        "weeks": weeks,
        "weekdays": [(dates.short_weekday(day.day), day.day) for day in weeks[0]],
        "agenda": _agenda(inside[:IN_THE_AGENDA], today),
        "left_out": max(0, len(inside) - IN_THE_AGENDA),
        "before": first - timedelta(days=1),
        "after": after,
        "today": today,
        "first": first,
    }


def _mondays(start: date, end: date) -> list[date]:
    return [start + timedelta(weeks=number) for number in range(((end - start).days + 1) // 7)]


def _agenda(found: Iterable[Item], today: date) -> list[dict[str, Any]]:
    """The days that have something, in order."""
    days: list[dict[str, Any]] = []
    for item in found:
        if not days or days[-1]["day"] != item.day:
            days.append({"day": item.day, "today": item.day == today, "entries": []})
        days[-1]["entries"].append(shown(item, today))
    return days


def entries(controller: Controller, user: User, *, today: date, now: datetime) -> tuple[str, list[Entry], datetime]:
    """The colleague's calendar: its name, its entries and the moment. Leads and the DPO have every case in it, others theirs;
    colleagues who are away stand in nobody else's, and nobody's name is in it.
    """
    mine = None if ALL_CASES & {Role(role) for role in user.roles} else user
    base = base_url(controller)
    found = agenda.items(controller, today - PAST, today + AHEAD, today=today, of=mine)
    kept = [item for item in found if item.kind is not Kind.HOLIDAY and (item.user is None or item.user.pk == user.pk)]
    name = _("%(controller)s privacy desk") % {"controller": controller.name}
    return name, [_entry(item, base) for item in kept], now


def _entry(item: Item, base: str) -> Entry:
    if item.case is None:
        return Entry(f"away-{item.day:%Y%m%d}-{item.user.pk if item.user else ''}@dsr-desk", item.day, words(item))
    extra = f"-{item.day:%Y%m%d}" if item.kind in {Kind.AUTHORITY, Kind.RETENTION, Kind.DOWNLOAD} else ""
    return Entry(
        uid=f"{item.case.pk}-{item.kind.value}{extra}@dsr-desk",
        day=item.day,
        summary=f"{item.case.request.reference} {wording.right(item.case.right)}: {words(item)}",
        sequence=item.sequence,
        url=f"{base}{reverse('desk:case', args=[item.case.pk])}",
        alarms=ALARMS if item.kind is Kind.DUE else (),
    )
