"""Questions nobody answers (T-15, no. 4): one reminder, then the people responsible decide how to go on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from dsr.cases import messages
from dsr.cases.actors import SYSTEM
from dsr.cases.clock import local_date
from dsr.cases.facts import silent_days
from dsr.cases.people import directory
from dsr.cases.perform import record
from dsr.law.guards import SILENCE_DAYS
from dsr.law.ladder import RungCode
from dsr.law.terms import Role
from dsr.models import Escalation, Suspension, Told

if TYPE_CHECKING:
    from datetime import datetime

# Half of the silence after which a case may be closed: early enough to answer, late enough not to nag. A policy.
REMIND_AFTER = timedelta(days=SILENCE_DAYS // 2)
QUESTIONS = ("identity", "clarification")


def remind(*, now: datetime, limit: int) -> int:
    """Remind whoever has not answered for two weeks; after 30 days tell handler and lead. Returns how many it was."""
    earliest = now - REMIND_AFTER
    waiting = Suspension.objects.filter(
        ended_at__isnull=True, started_at__lte=earliest, kind__in=QUESTIONS
    ).select_related("case__request", "case__controller")
    reminders = [
        row for row in waiting.filter(reminded_at__isnull=True).order_by("started_at")[:limit] if _due(row, now)
    ]
    for row in reminders:
        _remind(row, now)
    silent = waiting.filter(reminded_at__isnull=False, started_at__lte=now - timedelta(days=SILENCE_DAYS))
    told = [
        row
        for row in silent.exclude(case__escalations__rung=RungCode.SILENT.value).order_by("started_at")[:limit]
        if silent_days(row.case, local_date(row.case.controller, now)) >= SILENCE_DAYS and _tell(row, now)
    ]
    return len(reminders) + len(told)


def _due(row: Suspension, now: datetime) -> bool:
    return silent_days(row.case, local_date(row.case.controller, now)) >= REMIND_AFTER.days


@transaction.atomic
def _remind(row: Suspension, now: datetime) -> None:
    """Claim the reminder, then queue it; two ticks at once send one."""
    if not Suspension.objects.filter(pk=row.pk, reminded_at__isnull=True, ended_at__isnull=True).update(
        reminded_at=now
    ):
        return
    to = messages.contact_of(row.case.request)
    if to:
        name = str(row.case.request.content().get("name", ""))
        messages.queue_mail(request=row.case.request, kind="reminder", to=to, now=now, context={"name": name})
    data = {"kind": row.kind, "asked_on": row.started_on, "by_mail": bool(to)}
    record(case_id=row.case_id, kind="reminded", actor=SYSTEM, now=now, data=data)


@transaction.atomic
def _tell(row: Suspension, now: datetime) -> bool:
    """Tell handler and lead that nobody answers; once per question."""
    case, today = row.case, local_date(row.case.controller, now)
    escalation, made = Escalation.objects.get_or_create(
        case=case,
        rung=RungCode.SILENT.value,
        counted_to=row.started_on,
        defaults={"controller": case.controller, "fell_on": today, "at": now},
    )
    if not made:
        return False
    hearers = directory(case.controller, today).hearers(case, (Role.HANDLER, Role.LEAD))
    Told.objects.bulk_create(
        Told(escalation=escalation, user_id=one.user_id, stands_in_for_id=one.stands_in_for) for one in hearers
    )
    data = {"rungs": [RungCode.SILENT.value], "told": sorted(str(one.user_id) for one in hearers)}
    record(case_id=case.pk, kind="escalated", actor=SYSTEM, now=now, data=data)
    return True
