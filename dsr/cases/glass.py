"""Break-glass: a deputy of the data protection officer reads a case file for a stated reason, for an hour, and everybody who
watches hears of it at once (rules 4.3).

It shows more and allows nothing more: an actor who broke the glass has the same roles as before. Every page of a case that is
opened under it is an event of that case, and a data protection officer or a lead writes down afterwards what it was for.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from dsr.cases import notices
from dsr.cases.duties import Duty
from dsr.cases.perform import RefusedError, insist, record
from dsr.cases.setup import record_setup
from dsr.law.workflow import Refusal, Role
from dsr.models import BreakGlass, Controller, Kind, User

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.law.workflow import Actor
    from dsr.models import Case, RowId

LASTS: Final = timedelta(minutes=60)
REASON: Final = 10
"""A reason has at least so many characters: one word is none."""
_TOLD: Final = frozenset({Role.DPO.value, Role.LEAD.value})


@transaction.atomic
def open_glass(*, user: User, reason: str, actor: Actor, now: datetime) -> BreakGlass:
    """Open case files to this deputy until LASTS from now; data protection officers and leads get a mail at once."""
    insist(actor, Duty.BREAK_GLASS)
    if len(reason.strip()) < REASON:
        raise RefusedError(Refusal("reason_missing", {}))
    Controller.objects.select_for_update().get(pk=user.controller_id)
    if open_for(user, now=now) is not None:
        raise RefusedError(Refusal("glass_open", {}))
    row = BreakGlass(controller=user.controller, user=user, opened_at=now, expires_at=now + LASTS)
    row.put({"reason": reason.strip()})
    row.save(force_insert=True)
    for one in _watchers(user):
        notices.to_staff(
            user=one, kind="glass", now=now, context={"who": user.display_name or user.email, "until": row.expires_at}
        )
    data = {"glass": str(row.pk), "colleague": str(user.pk), "minutes": int(LASTS.total_seconds() // 60)}
    record_setup(controller=user.controller, kind="glass_broken", actor=actor, now=now, data=data, note=reason.strip())
    return row


def _watchers(user: User) -> list[User]:
    everybody = User.objects.in_scope(controller=user.controller, kind=Kind.STAFF).filter(is_active=True)
    return [
        one
        for one in everybody.select_related("controller").order_by("handle")
        if _TOLD & set(one.roles) and one.pk != user.pk
    ]


def open_in(controller: Controller, *, now: datetime) -> QuerySet[BreakGlass]:
    """What is open at this controller now, the oldest first."""
    rows: QuerySet[BreakGlass] = BreakGlass.objects.of(controller).filter(closed_at__isnull=True, expires_at__gt=now)
    return rows.select_related("user").order_by("opened_at")


def open_for(user: User, *, now: datetime) -> BreakGlass | None:
    """What this colleague has open now."""
    return open_in(user.controller, now=now).filter(user=user).first()


@transaction.atomic
def close_glass(*, glass_id: RowId, actor: Actor, now: datetime) -> None:
    """End it before its time: the deputy herself, or whoever reviews it."""
    row = BreakGlass.objects.select_related("controller", "user").get(pk=glass_id)
    if actor.id != str(row.user_id):
        insist(actor, Duty.REVIEW_GLASS)
    if not BreakGlass.objects.filter(pk=row.pk, closed_at__isnull=True, expires_at__gt=now).update(closed_at=now):
        raise RefusedError(Refusal("glass_over", {}))
    record_setup(controller=row.controller, kind="glass_closed", actor=actor, now=now, data={"glass": str(row.pk)})


@transaction.atomic
def review(*, glass_id: RowId, finding: str, actor: Actor, now: datetime) -> None:
    """Write down afterwards what it was for and whether that was right; never the deputy herself, and once."""
    insist(actor, Duty.REVIEW_GLASS)
    row = BreakGlass.objects.select_for_update().select_related("controller", "user").get(pk=glass_id)
    if actor.id == str(row.user_id):
        raise RefusedError(Refusal("glass_own", {}))
    if row.closed_at is None and row.expires_at > now:
        raise RefusedError(Refusal("glass_lasts", {}))
    if row.reviewed_at is not None:
        raise RefusedError(Refusal("glass_settled", {}))
    if len(finding.strip()) < REASON:
        raise RefusedError(Refusal("reason_missing", {}))
    row.reviewed_by_id, row.reviewed_at = actor.id, now
    row.put({**row.content(), "review": finding.strip()})
    row.save(update_fields=["reviewed_by", "reviewed_at", "sealed"])
    data = {"glass": str(row.pk)}
    record_setup(
        controller=row.controller, kind="glass_reviewed", actor=actor, now=now, data=data, note=finding.strip()
    )


def note_reading(*, case: Case, page: str, actor: Actor, now: datetime) -> None:
    """Record on the case that one of its pages (the name of its address) was opened under the broken glass."""
    record(case_id=case.pk, kind="glass_read", actor=actor, now=now, data={"glass": actor.glass, "page": page})
