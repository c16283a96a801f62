"""What the nightly look at restricted data found: a task and a notice where a store does not hold what was set (Q-04).

Nothing is set again by itself: somebody changed it, and a person looks why. One button sets it again under the same policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Q

from dsr.addresses import base_url
from dsr.cases import notices, people, tasks
from dsr.cases.actors import SYSTEM
from dsr.cases.clock import local_date
from dsr.cases.duties import Duty
from dsr.cases.perform import ConflictError, insist, record
from dsr.cases.restriction_stores import DRIFT, SET, stores_set
from dsr.law.workflow import Role
from dsr.models import Controller, Restriction, Task, User
from dsr.vault import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import RowId

CHANGED: Final = "changed"
"""Values that were set are others now, or a record of hers came up that was never restricted."""
GONE: Final = "gone"
"""Rows were deleted although they were to be stored."""
LOST: Final = frozenset({CHANGED, GONE})
"""What is drift; every other code says that a store could not be looked at."""
_PLACE: Final = 200


def due(*, controller: Controller, now: datetime, limit: int) -> list[RowId]:
    """Restrictions that stand and were not looked at today (in the controller's time zone), the longest unseen first."""
    today = local_date(controller, now)
    rows = Restriction.objects.of(controller).filter(ended_at__isnull=True, set_at__lt=now)
    rows = rows.filter(Q(checked_on__isnull=True) | Q(checked_on__lt=today))
    # A restriction that people set has nothing a program could look at.
    rows = rows.filter(case__tasks__operation=SET)
    found: list[RowId] = list(
        rows.order_by("checked_on", "set_at", "pk").values_list("pk", flat=True).distinct()[:limit]
    )
    return found


@transaction.atomic
def note(*, restriction_id: RowId, found: list[dict[str, Any]], now: datetime) -> bool:
    """Keep what the look found: an event, a task and a notice for what is new, an event when all is well again.

    `found`: per store codes, datasets, columns and counts; never a value. False when the restriction ended meanwhile.
    """
    row = Restriction.objects.select_related("case__controller", "controller").get(pk=restriction_id)
    before = row.drift
    mine = Restriction.objects.filter(pk=row.pk, ended_at__isnull=True)
    if not mine.update(checked_on=local_date(row.controller, now), drift=found):
        return False
    lost = [item for item in found if item["code"] in LOST]
    had = [item for item in before if item["code"] in LOST]
    for store in sorted({item["store"] for item in lost}):
        _ask(row, store, lost)
    if canonical(_known(lost)) == canonical(_known(had)):
        return True
    if lost:
        data = {"drift": _known(lost)}
        record(case_id=row.case_id, kind="restriction_drift", actor=SYSTEM, now=now, data=data)
        _tell(row, now)
    else:
        record(case_id=row.case_id, kind="restriction_holds", actor=SYSTEM, now=now)
    _settled(row, {item["store"] for item in lost}, now)
    return True


def _known(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(items, key=canonical)


def _ask(row: Restriction, store: str, lost: list[dict[str, Any]]) -> None:
    """The store's task waits for a person; one that is at work, or waits for its turn, sets it by itself."""
    places = sorted(
        f"{store}.{item['dataset']}" + "".join(f".{name}" for name in item["columns"])
        for item in lost
        if item["store"] == store
    )
    rows = Task.objects.filter(case=row.case_id, store=store, operation=SET)
    rows.exclude(status__in=[Task.Status.QUEUED, Task.Status.RUNNING]).update(
        status=Task.Status.MANUAL, error_code=DRIFT, error_place=", ".join(places)[:_PLACE], finished_at=None
    )


def _settled(row: Restriction, still: set[str], now: datetime) -> None:
    """Stores that hold it again by somebody else's doing: their task is done."""
    rows = Task.objects.filter(case=row.case_id, operation=SET, status=Task.Status.MANUAL, error_code=DRIFT)
    rows.exclude(store__in=still).update(status=Task.Status.DONE, error_code="", error_place="", finished_at=now)


def _tell(row: Restriction, now: datetime) -> None:
    """Whoever has the case, and the leads, by a mail that names the reference only."""
    staff = people.directory(row.controller, local_date(row.controller, now))
    link = f"{base_url(row.controller)}/desk/cases/{row.case_id}/"
    context = {"reference": row.case.request.reference, "link": link}
    for hearer in staff.hearers(row.case, (Role.HANDLER, Role.LEAD)):
        user = User.objects.select_related("controller").get(pk=hearer.user_id)
        notices.to_staff(user=user, kind="drift", now=now, context=context)


@transaction.atomic
def set_again(*, case_id: RowId, actor: Actor, now: datetime) -> list[str]:
    """Have every store that lost it set the restriction again, under the same policy; the stores' names.

    RefusedError for a role that works on no cases; ConflictError when nothing is to be set any more.
    """
    insist(actor, Duty.RETRY)
    row = Restriction.objects.filter(case__pk=case_id, ended_at__isnull=True).select_related("case__controller").first()
    stores = sorted({item["store"] for item in row.drift if item["code"] == CHANGED}) if row else []
    if row is None or not stores:
        raise ConflictError
    record(case_id=case_id, kind="restriction_set_again", actor=actor, now=now, data={"stores": stores})
    for store in stores:
        tasks.ensure(case=row.case, operation=SET, store=store, now=now, again=True)
    # What is gone stays to be seen; what is set again is looked at with the next look, today.
    left = [item for item in row.drift if item["code"] != CHANGED]
    Restriction.objects.filter(pk=row.pk).update(drift=left, checked_on=None)
    return stores


def checked_stores(row: Restriction) -> list[str]:
    """The stores the nightly look asks, for whoever looks at the case."""
    return stores_set(row.case)
