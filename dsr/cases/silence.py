"""Questions nobody answers (T-15, no. 4): one reminder, then the people responsible decide how to go on."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef

from dsr.cases import messages
from dsr.cases.actors import SYSTEM
from dsr.cases.clock import local_date
from dsr.cases.facts import silent_days
from dsr.cases.people import directory
from dsr.cases.perform import record
from dsr.law.guards import SILENCE_DAYS
from dsr.law.ladder import RungCode
from dsr.law.terms import Role
from dsr.models import Escalation, Message, Suspension, Told

if TYPE_CHECKING:
    from django.db.models import QuerySet

# Half of the silence after which a case may be closed: early enough to answer, late enough not to nag. A policy.
REMIND_AFTER = timedelta(days=SILENCE_DAYS // 2)
QUESTIONS = ("identity", "clarification")
# The first and the last place on earth to begin a day, by UTC.
EASTMOST, WESTMOST = timedelta(hours=14), timedelta(hours=12)


def remind(*, now: datetime, limit: int) -> int:
    """Remind whoever has not answered for two weeks; after 30 days tell handler and lead. Returns how many it was.

    Days of silence are days of the controller's calendar, so a night in which clocks change neither adds nor takes one.
    At most `limit` questions of each kind are looked at; the next tick goes on.
    """
    unreminded = _about(now, REMIND_AFTER.days).filter(reminded_at__isnull=True)
    reminders = sum(_remind(row, now) for row in _silent(unreminded, now, REMIND_AFTER.days, limit))
    told = Escalation.objects.filter(
        case=OuterRef("case"), rung=RungCode.SILENT.value, counted_to=OuterRef("started_on")
    )
    untold = _about(now, SILENCE_DAYS).filter(~Exists(told), reminded_at__isnull=False)
    return reminders + sum(_tell(row, now) for row in _silent(untold, now, SILENCE_DAYS, limit))


def _about(now: datetime, days: int) -> QuerySet[Suspension]:
    """Open questions that may be without a word for so many days: whatever the time zone, so a few come a day early.

    Who wrote lately is left out here and not after the limit, or those who write would hide those who do not.
    """
    latest = (now + EASTMOST).date() - timedelta(days=days)
    after = datetime.combine(latest + timedelta(days=1), time(), UTC) + WESTMOST
    wrote = Message.objects.filter(request=OuterRef("case__request"), inbound=True, created_at__gte=after)
    rows: QuerySet[Suspension] = Suspension.objects.filter(
        ~Exists(wrote), ended_at__isnull=True, started_on__lte=latest, kind__in=QUESTIONS
    )
    return rows.order_by("started_at")


def _silent(rows: QuerySet[Suspension], now: datetime, days: int, limit: int) -> list[Suspension]:
    """Those of the rows whose controller's calendar says so too."""
    found = list(rows.values_list("pk", flat=True)[:limit])  # most often none, and the wide rows need not be asked for
    if not found:
        return []
    waiting = Suspension.objects.filter(pk__in=found).select_related("case__request", "case__controller")
    return [row for row in waiting.order_by("started_at") if _is_silent(row, now, days)]


def _is_silent(row: Suspension, now: datetime, days: int) -> bool:
    today = local_date(row.case.controller, now)
    return (today - row.started_on).days >= days and silent_days(row.case, today) >= days


@transaction.atomic
def _remind(row: Suspension, now: datetime) -> bool:
    """Claim the reminder, then queue it; two ticks at once send one. True when it was this one."""
    if not Suspension.objects.filter(pk=row.pk, reminded_at__isnull=True, ended_at__isnull=True).update(
        reminded_at=now
    ):
        return False
    to = messages.contact_of(row.case.request)
    if to:
        name = str(row.case.request.content().get("name", ""))
        messages.queue_mail(request=row.case.request, kind="reminder", to=to, now=now, context={"name": name})
    data = {"kind": row.kind, "asked_on": row.started_on, "by_mail": bool(to)}
    record(case_id=row.case_id, kind="reminded", actor=SYSTEM, now=now, data=data)
    return True


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
