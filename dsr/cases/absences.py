"""Who is away and who stands in: entered by oneself, or by a lead or an administrator for others (rules 1.7)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from dsr.cases.clock import local_date
from dsr.cases.perform import RefusedError
from dsr.cases.setup import record_setup
from dsr.law.terms import Role
from dsr.law.workflow import Refusal
from dsr.models import Absence

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dsr.law.workflow import Actor
    from dsr.models import RowId, User

LONGEST = timedelta(days=366)


@transaction.atomic
def enter(*, user: User, first_on: date, last_on: date, stand_in: User | None, actor: Actor, now: datetime) -> Absence:
    """Note that somebody is away from the first to the last day, inclusive, in the controller's calendar.

    RefusedError in the words of whoever typed it: not allowed, days that make no sense, a stand-in who cannot.
    """
    _may(user.pk, actor)
    today = local_date(user.controller, now)
    if last_on < first_on or last_on < today or last_on - first_on > LONGEST:
        raise RefusedError(Refusal("absence_days", {}))
    if stand_in is not None and not _can_stand_in(stand_in, user):
        raise RefusedError(Refusal("stand_in_unknown", {}))
    overlapping = Absence.objects.of(user.controller).filter(user=user, first_on__lte=last_on, last_on__gte=first_on)
    if overlapping.exists():
        raise RefusedError(Refusal("absence_overlaps", {}))
    made: Absence = Absence.objects.create(
        controller=user.controller, user=user, first_on=first_on, last_on=last_on, stand_in=stand_in
    )
    record_setup(controller=user.controller, kind="absence_entered", actor=actor, now=now, data=_said(made))
    return made


@transaction.atomic
def remove(*, absence: Absence, actor: Actor, now: datetime) -> None:
    """Take an absence back: back early, or entered by mistake."""
    _may(absence.user_id, actor)
    said = _said(absence)
    absence.delete()
    record_setup(controller=absence.controller, kind="absence_removed", actor=actor, now=now, data=said)


def _said(absence: Absence) -> dict[str, Any]:
    """An absence in its event: colleagues by id (house.md, Chain)."""
    return {
        "user": str(absence.user_id),
        "first_on": absence.first_on,
        "last_on": absence.last_on,
        "stand_in": str(absence.stand_in_id or ""),
    }


def coming(user: User, *, now: datetime) -> QuerySet[Absence]:
    """Absences of the user's controller that are not over, the earliest first."""
    today = local_date(user.controller, now)
    rows: QuerySet[Absence] = Absence.objects.of(user.controller).filter(last_on__gte=today)
    return rows.select_related("user", "stand_in").order_by("first_on", "user__display_name")


def may_for_others(actor: Actor) -> bool:
    """Whether the actor enters and removes absences of others, too."""
    return bool(actor.roles & {Role.LEAD, Role.ADMINISTRATOR})


def _may(user_id: RowId, actor: Actor) -> None:
    own = actor.kind == "staff" and actor.id == str(user_id)
    if not own and not may_for_others(actor):
        raise RefusedError(Refusal("absence_of_others", {}))


def _can_stand_in(stand_in: User, user: User) -> bool:
    same = stand_in.controller_id == user.controller_id
    return same and stand_in.pk != user.pk and stand_in.is_active and stand_in.is_staff_member
