"""What rules 1.7 asks for, found the slow way: every hour of the year, every line of the table, one case at a time.

Nothing here knows the product's ladder. A case is what its own history says: from which instant on it was in which state,
with which dates. The dates themselves are the clock's and are taken as given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from dsr.law.calendars import is_working_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zoneinfo import ZoneInfo

WITH_THE_PERSON = {"id_pending", "clarify_pending", "fee_pending"}
FIRST_STEPS = WITH_THE_PERSON | {"received", "assessing"}
WORKED_ON = FIRST_STEPS | {"collecting", "drafting", "review", "approved", "executing", "notifying"}
REMIND_AFTER, SILENT_AFTER = 15, 30


class Moment(NamedTuple):
    """How a case stands from an instant (UTC) until its next moment."""

    at: datetime
    state: str
    received_on: date
    due_on: date | None
    act_by_on: date | None
    extended: bool
    identified: bool
    handler: Any  # the account that has the case, or None
    asked_on: date | None  # the open question's day
    wrote_on: date | None  # the person's last word


class Fell(NamedTuple):
    """A rung that was climbed: which, for which date, at which tick, and who heard for whom."""

    rung: str
    counted_to: date
    at: datetime
    told: frozenset[tuple[Any, Any]]


@dataclass
class Office:
    """One controller's people and days, as the year changes them."""

    zone: ZoneInfo
    place: str
    handlers: list[Any]
    leads: list[Any]
    officers: list[Any]
    left: dict[Any, datetime] = field(default_factory=dict)
    away: list[tuple[Any, date, date, Any]] = field(default_factory=list)
    days: list[tuple[datetime, date, bool | None]] = field(default_factory=list)

    def works(self, day: date, at: datetime) -> bool:
        """Whether a day counts as a working day, by what was known of the calendar at an instant."""
        said: bool | None = None
        for since, other, holiday in self.days:
            if since < at and other == day:
                said = holiday
        if said is None:
            return is_working_day(day, self.place)
        return day.weekday() < 5 and not said

    def third_working_day(self, received_on: date, at: datetime) -> date:
        """By when a question must have left (T-13)."""
        day, count = received_on, 0
        while count < 3:
            day += timedelta(days=1)
            count += self.works(day, at)
        return day

    def hear(self, roles: Sequence[str], handler: Any, today: date, at: datetime) -> frozenset[tuple[Any, Any]]:
        """The people who hear in these roles, and for whom; each once, in the first role that finds them."""
        found: dict[Any, Any] = {}
        for role in roles:
            for person, instead_of in self._hear(role, handler, today, at):
                found.setdefault(person, instead_of)
        return frozenset(found.items())

    def _hear(self, role: str, handler: Any, today: date, at: datetime) -> list[tuple[Any, Any]]:
        named = {"handler": [handler] if handler else [], "lead": self.leads, "dpo": self.officers}[role]
        named = [person for person in named if self._works_here(person, at)]
        present = []
        for person in named:
            there = self._who_is_there_for(person, today, at)
            if there is not None:
                present.append((there, None if there == person else person))
        if present:
            return present
        if role == "handler":
            return self._hear("lead", handler, today, at)
        if role == "lead":
            return self._hear("dpo", handler, today, at)
        return [(person, None) for person in named]

    def _works_here(self, person: Any, at: datetime) -> bool:
        return person not in self.left or self.left[person] > at

    def _who_is_there_for(self, person: Any, today: date, at: datetime) -> Any:
        asked = []
        while person is not None and person not in asked and self._works_here(person, at):
            asked.append(person)
            absent = [row for row in self.away if row[0] == person and row[1] <= today <= row[2]]
            if not absent:
                return person
            person = absent[0][3]
        return None


def climbed(
    history: Sequence[Moment], office: Office, ticks: Sequence[datetime], days: Sequence[date]
) -> tuple[list[Fell], list[datetime]]:
    """Every rung a case must have climbed over the year, and when its person was reminded.

    `ticks` are the instants at which the reconciler was running, `days` the office's calendar day of each.
    """
    fell: list[Fell] = []
    reminded: list[datetime] = []
    done: set[tuple[str, object]] = set()
    for number, tick, today in _looks(history, office, ticks, days):
        now = history[number]
        if now.state not in WORKED_ON:
            continue
        for rung, counted_to, roles in _reached(now, office, today, tick):
            if (rung, counted_to) not in done:
                done.add((rung, counted_to))
                fell.append(Fell(rung, counted_to, tick, office.hear(roles, now.handler, today, tick)))
        asked_at, silent = _silence(history, number, today)
        if silent >= REMIND_AFTER and ("reminded", asked_at) not in done:
            done.add(("reminded", asked_at))
            reminded.append(tick)
        if silent >= SILENT_AFTER and now.asked_on and ("silent", asked_at) not in done:
            done.add(("silent", asked_at))
            fell.append(Fell("silent", now.asked_on, tick, office.hear(("handler", "lead"), now.handler, today, tick)))
    return fell, reminded


def _looks(
    history: Sequence[Moment], office: Office, ticks: Sequence[datetime], days: Sequence[date]
) -> Iterator[tuple[int, datetime, date]]:
    """Every tick that may find something else than the one before: another moment, another day, another calendar."""
    number, looked = -1, None
    for tick, today in zip(ticks, days, strict=True):
        while number + 1 < len(history) and history[number + 1].at < tick:
            number += 1
        look = (number, today, sum(since < tick for since, _, _ in office.days))
        if number >= 0 and look != looked:
            yield number, tick, today
            looked = look


def _silence(history: Sequence[Moment], number: int, today: date) -> tuple[datetime | None, int]:
    """When the question that is open was asked, and for how many days there has been no word from the person."""
    now = history[number]
    if now.asked_on is None:
        return None, 0
    while number and history[number - 1].asked_on is not None:
        number -= 1
    return history[number].at, (today - max(now.asked_on, now.wrote_on or now.asked_on)).days


def _reached(now: Moment, office: Office, today: date, tick: datetime) -> Iterator[tuple[str, date, tuple[str, ...]]]:
    """The lines of the table, top to bottom; the acknowledgement leaves with the receipt and is no rung of the year."""
    if (
        now.state in {"received", "assessing"}
        and not now.identified
        and today >= office.third_working_day(now.received_on, tick)
    ):
        yield "query_limit", now.received_on, ("handler", "lead")
    if now.act_by_on is None or now.due_on is None:
        return  # the ball is with the person
    to_go = (now.act_by_on - today).days
    half = now.received_on + timedelta(days=(now.act_by_on - now.received_on).days // 2)
    if now.state in FIRST_STEPS and today >= half:
        yield "half", now.act_by_on, ("handler",)
    if to_go <= 10 and not now.extended:
        yield "decide_extension", now.act_by_on, ("handler", "lead")
    if to_go <= 5:
        yield "lead", now.act_by_on, ("lead",)
    if to_go <= 2:
        yield "dpo", now.act_by_on, ("dpo", "lead")
    if to_go <= 0:
        yield "last_day", now.act_by_on, ("lead",)
    if today > now.due_on:
        yield "overdue", now.due_on, ("dpo",)
