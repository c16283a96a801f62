"""Climbing the ladder (rules 1.7): each rung once per case and date, to the people it names, noted on the case.

Level-triggered: a case is looked at when `next_rung_on` is reached, however long ago. The claim is the version of the
case, so of two ticks at once one escalates and the other finds nothing left.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Prefetch

from dsr import audit
from dsr.cases import flood, overdue
from dsr.cases.actors import SYSTEM
from dsr.cases.clock import local_date
from dsr.cases.facts import identified
from dsr.cases.own_rules import calendar_of, ladder_of
from dsr.cases.people import directory
from dsr.cases.perform import ConflictError
from dsr.law.counting import QUERY_WORKING_DAYS
from dsr.law.ladder import RungCode, Ticking, counts_to, next_rung_on, rungs_due
from dsr.law.terms import State
from dsr.models import Case, Escalation, Event, Told

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from django.db.models import QuerySet

    from dsr.cases.people import Directory
    from dsr.law.calendars import Calendar
    from dsr.law.ladder import Rung
    from dsr.models import Controller

log = logging.getLogger(__name__)
CHUNK = 500
# L-01 leaves in the transaction that opens the request, so nobody has to be told to send it.
_DONE_AT_INTAKE = frozenset({RungCode.ACKNOWLEDGE})


@dataclass(frozen=True, slots=True)
class _Look:
    """What climbing needs to know of a controller on one day."""

    controller: Controller
    today: date
    now: datetime
    ladder: tuple[Rung, ...]
    calendar: Calendar
    people: Directory


@dataclass
class _Run:
    """What one run over a controller's cases did, and which of them it must not look at again."""

    climbed: int = 0
    failed: set[object] = field(default_factory=set)
    moved: set[object] = field(default_factory=set)


def climb(*, controller: Controller, now: datetime) -> int:
    """Escalate every case of the controller that has reached a rung; returns how many cases were escalated.

    A case that cannot be looked at is logged and left for the next tick; the others go on, then RuntimeError says how many.
    A late case that somebody moves in the same moment is left for the next tick as well, which is no error.
    """
    today = local_date(controller, now)
    if not _waiting(controller, today).exists():
        return 0
    look = _Look(controller, today, now, ladder_of(controller), calendar_of(controller), directory(controller, today))
    run = _Run()
    while cases := list(_chunk(controller, today, run.failed | run.moved)):
        try:
            with transaction.atomic():
                run.climbed += _climb_all(look, cases)
        except Exception:
            log.exception("escalating %d cases failed; each by itself", len(cases))
            _one_by_one(look, cases, run)
        for case in cases:
            if case.pk not in run.failed and _is_late(look, case):
                _report(look, case, run)
    if run.failed:
        raise RuntimeError(f"{len(run.failed)} cases could not be escalated")
    return run.climbed


def _waiting(controller: Controller, today: date) -> QuerySet[Case]:
    """Cases that have reached the day of their next look; those held as part of a flood are told of together (dsr.cases.waves)."""
    held = flood.held(controller).values("request")
    waiting: QuerySet[Case] = Case.objects.of(controller).filter(next_rung_on__lte=today)
    return waiting.exclude(state=State.RECEIVED, request__in=held)


def _chunk(controller: Controller, today: date, failed: Iterable[object]) -> QuerySet[Case]:
    rows = _waiting(controller, today).exclude(pk__in=list(failed)) if failed else _waiting(controller, today)
    return (
        rows.select_related("request")
        .prefetch_related(Prefetch("escalations", Escalation.objects.only("case_id", "rung", "counted_to")))
        .defer("sealed", "explanation", "warnings", "request__sealed")
        .order_by("next_rung_on", "pk")[:CHUNK]
    )


def ticking(case: Case, calendar: Calendar) -> Ticking:
    """What the ladder knows of a case."""
    return Ticking(
        state=State(case.state),
        received_on=case.received_on,
        query_by_on=calendar.shift(case.received_on, QUERY_WORKING_DAYS),
        act_by_on=case.act_by_on,
        due_on=case.due_on,
        extended=case.extended,
        identified=identified(case),
    )


def _rungs(look: _Look, case: Case, known: Ticking) -> tuple[Rung, ...]:
    """The rungs that have not fired for the dates the case has now."""
    fired = {(row.rung, row.counted_to) for row in case.escalations.all()}
    done = _DONE_AT_INTAKE | {rung.code for rung in look.ladder if (rung.code.value, counts_to(known, rung)) in fired}
    return rungs_due(known, today=look.today, done=done, ladder=look.ladder)


def _is_late(look: _Look, case: Case) -> bool:
    known = ticking(case, look.calendar)
    return any(rung.code is RungCode.OVERDUE for rung in _rungs(look, case, known))


def _climb_all(look: _Look, cases: list[Case]) -> int:
    """Claim, escalate and note the cases of one chunk; whoever is overdue is left to `_report`, a case at a time."""
    events: list[Event] = []
    rows: list[Escalation] = []
    told: list[Told] = []
    for case in cases:
        known = ticking(case, look.calendar)
        reached = _rungs(look, case, known)
        if any(rung.code is RungCode.OVERDUE for rung in reached):
            continue
        on = next_rung_on(known, today=look.today, ladder=look.ladder)
        if not reached:
            # Nothing to say and no event: only the day of the next look moves, unless somebody moved the case.
            Case.objects.filter(pk=case.pk, version=case.version).update(next_rung_on=on)
            continue
        made, hearing = _rows(look, case, known, reached)
        event = audit.next_link(
            case=case, at=look.now, actor=SYSTEM, action="escalated", data=_data(look, reached, hearing)
        )
        mine = Case.objects.filter(pk=case.pk, version=case.version)
        if mine.update(version=event.seq, chain_head=event.hash, next_rung_on=on):
            events.append(event)
            rows += made
            told += hearing
    Event.objects.bulk_create(events)
    Escalation.objects.bulk_create(rows)
    Told.objects.bulk_create(told)
    return len(events)


def _rows(look: _Look, case: Case, known: Ticking, reached: tuple[Rung, ...]) -> tuple[list[Escalation], list[Told]]:
    rows, told = [], []
    for rung in reached:
        row = Escalation(
            controller=look.controller,
            case=case,
            rung=rung.code.value,
            counted_to=counts_to(known, rung),
            fell_on=look.today,
            at=look.now,
        )
        rows.append(row)
        told += [
            Told(escalation=row, user_id=hearer.user_id, stands_in_for_id=hearer.stands_in_for)
            for hearer in look.people.hearers(case, rung.roles)
        ]
    return rows, told


def _data(look: _Look, reached: tuple[Rung, ...], told: list[Told]) -> dict[str, object]:
    return {
        "rungs": [rung.code.value for rung in reached],
        "told": sorted({str(one.user_id) for one in told}),
        "stand_ins": sum(one.stands_in_for_id is not None for one in told),
    }


def _report(look: _Look, case: Case, run: _Run) -> None:
    """An overdue case moves by the table, with incident and letter, in a transaction of its own (no. 23)."""
    known = ticking(case, look.calendar)
    reached = _rungs(look, case, known)
    made, hearing = _rows(look, case, known, reached)
    on = next_rung_on(known, today=look.today, ladder=look.ladder)
    try:
        with transaction.atomic():
            overdue.report(case=case, now=look.now, next_rung_on=on, data=_data(look, reached, hearing))
            Escalation.objects.bulk_create(made)
            Told.objects.bulk_create(hearing)
    except ConflictError:
        run.moved.add(case.pk)
    except Exception:
        log.exception("reporting case %s as overdue failed", case.pk)
        run.failed.add(case.pk)
    else:
        run.climbed += 1


def _one_by_one(look: _Look, cases: list[Case], run: _Run) -> None:
    for case in cases:
        try:
            with transaction.atomic():
                run.climbed += _climb_all(look, [case])
        except Exception:
            log.exception("escalating case %s failed", case.pk)
            run.failed.add(case.pk)
