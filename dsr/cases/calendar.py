"""A controller's calendar changes: its own days, and what a new calendar does to the dates of open cases (rules 1.3, no. 26)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Q

from dsr.cases import clock
from dsr.cases.actors import SYSTEM
from dsr.cases.own_rules import OwnDays, calendar_of, own_days
from dsr.cases.perform import ConflictError, RefusedError, record
from dsr.cases.setup import record_setup
from dsr.law.calendars import FIRST_YEAR, LAST_YEAR
from dsr.law.workflow import Refusal, Role
from dsr.models import CalendarDay, Case, Controller

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet

    from dsr.law.workflow import Actor

CHUNK = 500


@transaction.atomic
def set_day(
    *,
    controller: Controller,
    day: date,
    holiday: bool | None,
    actor: Actor,
    now: datetime,
    name: str = "",
    reason: str = "",
) -> int:
    """Say that a day is a holiday here (True), that a holiday is none here (False), or take the entry back (None).

    The data protection officer's to decide (no. 26). Open cases are recomputed by the next tick. Returns how many those are.
    An event of the set-up, with the reason sealed beside it.
    """
    if Role.DPO not in actor.roles:
        raise RefusedError(Refusal("dpo_only", {}))
    if not FIRST_YEAR <= day.year < LAST_YEAR:
        raise RefusedError(Refusal("date_impossible", {}))
    rows = CalendarDay.objects.of(controller).filter(day=day)
    before = rows.values("holiday", "name").first() or {"holiday": None, "name": ""}
    after = {"holiday": holiday, "name": "" if holiday is None else name.strip()}
    if before == after:
        return outdated(controller, own_days(controller)).count()
    if holiday is None:
        rows.delete()
    else:
        CalendarDay.objects.update_or_create(
            controller=controller, day=day, defaults={"holiday": holiday, "name": name.strip()}
        )
    waiting = outdated(controller, own_days(controller)).count()
    changes = {key: [before[key], value] for key, value in after.items() if before[key] != value}
    data = {"day": day, "changes": changes, "cases": waiting}
    record_setup(controller=controller, kind="calendar_day_set", actor=actor, now=now, data=data, note=reason.strip())
    return waiting


def outdated(controller: Controller, days: OwnDays) -> QuerySet[Case]:
    """Open cases whose dates were computed with another calendar than today's."""
    version = calendar_of(controller, days).version
    # Two ranges instead of one "not equal": the database reads only the ends of its index.
    other = Q(calendar_version__lt=version) | Q(calendar_version__gt=version)
    found: QuerySet[Case] = Case.objects.of(controller).open().filter(other)
    return found


def recompute(*, controller: Controller, now: datetime, limit: int) -> int:
    """Recompute up to `limit` open cases with the calendar as it is now; returns how many.

    A date that moves is an event of the case. A date the person was told never moves to a later day this way: that takes a
    letter (rules 1.3). Dates that stay only note the new version.
    """
    days = own_days(controller)
    done = 0
    if not outdated(controller, days).exists():  # as at nearly every tick
        return 0
    while done < limit:
        cases = list(
            outdated(controller, days)
            .select_related("request")
            .prefetch_related("suspensions")
            .defer("sealed", "request__sealed")
            .order_by("pk")[: min(CHUNK, limit - done)]
        )
        if not cases:
            break
        version = calendar_of(controller, days).version
        same = [case.pk for case in cases if not _moved(controller, case, days, now)]
        _note_version(same, version)
        done += len(cases)
    return done


def _note_version(cases: list[Any], version: str) -> None:
    """The dates stay; the day a question must have left by may not, so the ladder looks again where it still looks (T-13)."""
    rows = Case.objects.filter(pk__in=cases)
    rows.filter(next_rung_on__isnull=True).update(calendar_version=version)
    rows.filter(next_rung_on__isnull=False).update(calendar_version=version, next_rung_on=F("received_on"))


def _moved(controller: Controller, case: Case, days: OwnDays, now: datetime) -> bool:
    """Write the new dates where they differ; True when the case was written (or must be looked at again)."""
    case.controller = controller
    fields = clock.never_later_than_told(case, clock.recomputed(case, now=now, days=days))
    if all(
        getattr(case, name) == fields[name] for name in ("received_on", "due_on", "first_month_due_on", "act_by_on")
    ):
        return False
    data = {"due_before": case.due_on, **clock.dates_data(fields)}
    try:
        record(
            case_id=case.pk,
            kind="dates_recomputed",
            actor=SYSTEM,
            now=now,
            changes=fields,
            data=data,
            seen_version=case.version,
        )
    except ConflictError:
        return True  # somebody moved it meanwhile, with today's calendar or with the next look
    return True
