"""A year of several offices: people ask, answer, fall silent; staff assigns, asks, extends; the clock moves by hours.

Everything that happens goes through the product's own verbs at seeded instants. What each did to a case is written down
as it stands afterwards; the oracle reads nothing else.
"""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from dsr.cases import absences, actors, calendar, endings, identity, messages
from dsr.cases.intake import Told
from dsr.cases.perform import ConflictError, RefusedError, assign, perform
from dsr.law.rights import IDENTITY_MINIMUM, Right
from dsr.law.workflow import Action
from dsr.models import Case, Request, User
from dsr.work import tick
from tests.chaos.oracle import Moment, Office
from tests.factories import make_controller, make_request, make_staff

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)
HOUR = timedelta(hours=1)
# Midnights four hours apart, holidays of three countries, with and without a buffer before the legal date.
PLACES = (
    ("northwave", "Europe/Berlin", "DE", "BE", 5),
    ("southwave", "Europe/Lisbon", "PT", "", 0),
    ("islewave", "Atlantic/Azores", "PT", "20", 10),
    ("eastwave", "Asia/Nicosia", "CY", "", 5),
)
PASSES = [
    one for one in tick.PASSES if one.__name__ in {"calendar_changes", "ladder_rungs", "silent_subjects", "digests"}
]
# The nights in which clocks change are walked hour by hour; in these days the reconciler was not running at all.
CHANGES = (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC))
OUTAGES = ((datetime(2026, 5, 1, 3, 30, tzinfo=UTC), datetime(2026, 5, 5, 9, 30, tzinfo=UTC)),)
RIGHTS = (
    (Right.ACCESS,), (Right.ERASURE,), (Right.RECTIFICATION,), (Right.MARKETING_OBJECTION,), (Right.ACCESS, Right.ERASURE),
)  # fmt: skip


class Staff(NamedTuple):
    """The people of one office."""

    handlers: list[User]
    lead: User
    officer: User


def running(at: datetime) -> bool:
    """Whether the reconciler was running at an instant."""
    return not any(first <= at <= last for first, last in OUTAGES)


class Year:
    """The year, or its months until `last`; `moments` is what happened to each case, `offices` whom it concerned, `ticks` when the reconciler looked."""

    def __init__(self, *, seed: int, people: int, last: datetime = LAST) -> None:
        self.random = random.Random(seed)
        self.last = last
        self.moments: dict[Any, list[Moment]] = defaultdict(list)
        self.offices: dict[Any, Office] = {}
        self.staff: dict[Any, Staff] = {}
        self.office_of: dict[Any, Any] = {}
        self.refused: dict[str, int] = defaultdict(int)
        self.ticks = 0
        self._agenda: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._number = count()
        self.controllers = [self._open_office(*place) for place in PLACES]
        for _ in range(people):
            self._plan_receipt()

    # what is set up

    def _open_office(self, slug: str, zone: str, country: str, subdivision: str, buffer: int) -> Any:
        controller = make_controller(slug, timezone=zone, country=country, subdivision=subdivision, buffer_days=buffer)
        handlers = [make_staff(name, controller=controller) for name in ("ida", "mara", "tom")]
        leads = [make_staff(name, "lead", controller=controller) for name in ("lena", "otto")]
        officer = make_staff("dora", "dpo", controller=controller)
        self.staff[controller.pk] = Staff(handlers, leads[1], officer)
        office = Office(
            ZoneInfo(zone), controller.place, [one.pk for one in handlers], [one.pk for one in leads], [officer.pk]
        )
        self.offices[controller.pk] = office
        self._plan_absences(office, [*handlers, *leads, officer])
        for _ in range(3):
            self._plan_holiday(controller)
        self._at(
            self._instant(FIRST + timedelta(days=150), days=100), lambda now: self._leave(office, handlers[2], now)
        )
        return controller

    def _plan_absences(self, office: Office, people: list[User]) -> None:
        for user in people:
            first = date(2026, 1, 5)
            while first < date(2026, 12, 1):
                first += timedelta(days=self.random.randint(10, 120))
                last = first + timedelta(days=self.random.randint(0, 25))
                stand_in = self.random.choice([None, *(one for one in people if one != user)])
                absences.enter(
                    user=user, first_on=first, last_on=last, stand_in=stand_in, actor=actors.staff(user), now=FIRST
                )
                office.away.append((user.pk, first, last, stand_in.pk if stand_in else None))
                first = last + timedelta(days=1)

    def _plan_holiday(self, controller: Any) -> None:
        """A local holiday is entered, and taken back a while later."""
        at = self._instant(FIRST + timedelta(days=20), days=280)
        day = at.date() + timedelta(days=self.random.randint(-2, 40))
        later = self._instant(at + timedelta(days=1), days=50)
        self._at(at, lambda now: self._set_day(controller, day, holiday=True, now=now))
        self._at(later, lambda now: self._set_day(controller, day, holiday=None, now=now))

    def _set_day(self, controller: Any, day: date, *, holiday: bool | None, now: datetime) -> None:
        officer = actors.staff(self.staff[controller.pk].officer)
        calendar.set_day(controller=controller, day=day, holiday=holiday, name="Fair", actor=officer, now=now)
        self.offices[controller.pk].days.append((now, day, holiday))

    def _leave(self, office: Office, user: User, now: datetime) -> None:
        User.objects.filter(pk=user.pk).update(is_active=False)
        office.left[user.pk] = now

    # what people and staff do

    def _plan_receipt(self) -> None:
        chance = self.random
        received = self._instant(FIRST, days=(self.last - FIRST).days - 29)
        if chance.random() < 0.1:  # close to a midnight, or in a night in which the clocks change
            received = chance.choice((*CHANGES, received.replace(hour=21))) + timedelta(minutes=chance.randint(1, 720))
        entered = received + timedelta(days=chance.choice((0, 0, 0, 0, 2, 6)), seconds=chance.randint(0, 50))
        controller = chance.choice(self.controllers)
        rights = chance.choice(RIGHTS)
        self._at(entered, lambda now: self._receive(controller, rights, received, now))

    def _receive(self, controller: Any, rights: tuple[Right, ...], received: datetime, now: datetime) -> None:
        told = Told(name="Anna Example", contact_email=self.random.choice(("", "anna@example.com")))
        request = make_request(controller=controller, rights=rights, at=received, now=now, told=told)
        for pk in request.cases.values_list("pk", flat=True):
            self.office_of[pk] = controller.pk
        self._note(request, now)
        self._plan_life(request, controller, rights, now)

    def _plan_life(self, request: Request, controller: Any, rights: tuple[Right, ...], now: datetime) -> None:
        """Everything may happen, little of it must; a case of which nobody takes care becomes overdue."""
        staff, likely = self.staff[controller.pk], self._likely
        pk = request.cases.order_by("right").values_list("pk", flat=True)[self.random.randrange(len(rights))]
        if likely(0.5):
            to = self.random.choice(staff.handlers)
            self._plan(
                request, now, 0, 20, lambda at: assign(case_id=pk, to=to, actor=actors.staff(staff.lead), now=at)
            )
        if likely(0.45):
            self._plan_question(request, pk, staff, now)
        elif likely(0.5):
            self._plan_proof(request, staff, now, 0, 15)
        if likely(0.3):
            self._plan(request, now, 2, 30, lambda at: self._collect(pk, staff, at))
        if likely(0.25):
            self._plan(request, now, 3, 40, lambda at: endings.extend(
                case_id=pk, reason="amount_of_data", text="Forty systems.", meanwhile="Nothing yet.",
                actor=actors.staff(staff.lead), now=at,
            ))  # fmt: skip
        if likely(0.7):
            self._plan(request, now, 4, 70, lambda at: endings.withdraw(
                case_id=pk, actor=actors.subject(), now=at,
            ))  # fmt: skip

    def _plan_question(self, request: Request, pk: Any, staff: Staff, now: datetime) -> None:
        asked = self._plan(request, now, 0, 9, lambda at: identity.ask(
            case_id=pk, doubt="two people", seen_version=None, actor=actors.staff(staff.handlers[0]), now=at,
        ))  # fmt: skip
        if self._likely(0.3):
            self._plan(request, asked, 1, 25, lambda at: messages.from_subject(request=request, text="Wait.", now=at))
        if self._likely(0.7):
            answered = self._plan_proof(request, staff, asked, 0, 50)
            if self._likely(0.2) and answered - now < timedelta(days=9):
                self._plan_question(request, pk, staff, answered)
        elif self._likely(0.5):
            self._plan(request, asked, 29, 60, lambda at: endings.close_not_identified(
                case_id=pk, doubt="two people", actor=actors.staff(staff.lead), now=at,
            ))  # fmt: skip

    def _plan_proof(self, request: Request, staff: Staff, after: datetime, first: int, last: int) -> datetime:
        level, by = self.random.choice((2, 3, 3)), actors.staff(staff.handlers[0])
        return self._plan(request, after, first, last, lambda at: identity.identify(
            request=Request.objects.select_related("controller").get(pk=request.pk), level=level, method="shop",
            known=(), actor=by, now=at,
        ))  # fmt: skip

    def _collect(self, pk: Any, staff: Staff, now: datetime) -> None:
        actor = actors.staff(staff.handlers[0])
        facts = {"scope_complete": True}  # these offices have no stores
        perform(case_id=pk, action=Action.START_COLLECTION, actor=actor, now=now, extra_facts=facts)

    # how it runs

    def _likely(self, chance: float) -> bool:
        return self.random.random() < chance

    def _instant(self, first: datetime, *, days: int) -> datetime:
        """Some instant within so many days; never on the hour, which belongs to the reconciler."""
        return first + timedelta(minutes=self.random.randrange(days * 24 * 60), seconds=self.random.randint(1, 9))

    def _at(self, at: datetime, what: Callable[[datetime], None]) -> None:
        heappush(self._agenda, (at, next(self._number), what))

    def _plan(
        self, request: Request, after: datetime, first: int, last: int, verb: Callable[[datetime], Any]
    ) -> datetime:
        """Have a verb done some days after an instant, and write down how the cases stand then."""
        at = self._instant(after + timedelta(days=first), days=last - first + 1)
        self._at(at, lambda now: self._do(request, verb, now))
        return at

    def _do(self, request: Request, verb: Callable[[datetime], Any], now: datetime) -> None:
        try:
            verb(now)
        except (RefusedError, ConflictError) as refused:  # a question while another one is open is a conflict
            self.refused[type(refused).__name__] += 1
        self._note(request, now)

    def _note(self, request: Request, now: datetime) -> None:
        for case in Case.objects.filter(request=request).select_related("request", "controller"):
            self._write_down(case, now)

    def _write_down(self, case: Case, now: datetime) -> None:
        question = case.suspensions.filter(ended_at__isnull=True).first()
        word = case.request.messages.filter(inbound=True).order_by("-created_at").first() if question else None
        zone = self.offices[self.office_of[case.pk]].zone
        self.moments[case.pk].append(
            Moment(
                at=now,
                state=case.state,
                received_on=case.received_on,
                due_on=case.due_on,
                act_by_on=case.act_by_on,
                extended=case.extended,
                identified=case.request.identity_level >= IDENTITY_MINIMUM[Right(case.right)],
                handler=case.assignee_id or case.handler_id,
                asked_on=question.started_on if question else None,
                wrote_on=word.created_at.astimezone(zone).date() if word else None,
            )
        )

    def run(self) -> None:
        """The whole year, hour by hour; the reconciler is run where the hour may matter: a midnight, a change, a verb."""
        zones = [office.zone for office in self.offices.values()]
        now, moved = FIRST + HOUR, True
        while now <= self.last:
            while self._agenda and self._agenda[0][0] < now:
                at, _, what = heappop(self._agenda)
                what(at)
                moved = True
            midnight = any(now.astimezone(zone).date() != (now - HOUR).astimezone(zone).date() for zone in zones)
            changing = any(first <= now <= first + 24 * HOUR for first in CHANGES)
            back = any(last < now <= last + HOUR for _, last in OUTAGES)
            if running(now) and (moved or midnight or changing or back):
                self._tick(now)
                moved = False
            now += HOUR

    def _tick(self, now: datetime) -> None:
        self.ticks += 1
        for one in PASSES:
            if one(now) and one.__name__ == "calendar_changes":
                self._note_dates(now)

    def _note_dates(self, now: datetime) -> None:
        """A calendar changed the dates of cases that nobody touched: as they stood when this tick came to the ladder."""
        stale = Case.objects.filter(pk__in=list(self.moments)).select_related("request", "controller")
        for case in stale.iterator():
            last = self.moments[case.pk][-1]
            if (case.due_on, case.act_by_on) != (last.due_on, last.act_by_on):
                self._write_down(case, now - timedelta(microseconds=1))
