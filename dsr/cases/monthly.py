"""Monthly reports: ordered by the tick on the first working day or by a colleague, made by a worker, told to lead and DPO.

The row says what is due: a job may be lost, late or doubled, and the report is made once. The PDF is sealed in its own row and
goes with it at the end of the third year after its month, like the case files it counts (rules 4.5). It names nobody.
"""

from __future__ import annotations

import hashlib
import io
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction
from django.db.models import F

from dsr.cases import figures, notices
from dsr.cases.clock import local_date
from dsr.cases.duties import Duty
from dsr.cases.own_rules import calendar_of
from dsr.cases.perform import insist, staff_id
from dsr.cases.setup import record_setup
from dsr.law.terms import Role
from dsr.models import Case, Controller, Incident, Kind, MonthlyReport, User
from dsr.vault import open_file, seal_file
from dsr.work import wake

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.law.workflow import Actor
    from dsr.models import RowId

KEPT_YEARS: Final = 3
"""Calendar years after that of the month (POLICY, as the case file)."""
LEASE: Final = timedelta(minutes=15)
ATTEMPTS: Final = 5
MEDIA_TYPE: Final = "application/pdf"
_TOLD: Final = frozenset({Role.LEAD, Role.DPO})
_JOB: Final = "dsr.work.jobs.make_report"


@transaction.atomic
def order(*, controller: Controller, month: date, actor: Actor, now: datetime) -> MonthlyReport:
    """Have the report of the month in which `month` lies made, also of the running one so far. RefusedError for other roles,
    ValueError for a month to come.
    """
    insist(actor, Duty.ORDER_REPORT)
    first = month.replace(day=1)
    if first > local_date(controller, now):
        raise ValueError("a report of a month that has not begun")
    report = _new(controller, first, now, asked_by_id=staff_id(actor))
    data = {"month": first.isoformat()[:7]}
    record_setup(controller=controller, kind="report_ordered", actor=actor, now=now, data=data)
    return report


def order_due(*, now: datetime) -> int:
    """From the first working day of a month on, order the report of the month before, once; a controller that had no case by its
    end gets none. Returns how many were ordered.
    """
    done = 0
    for controller in Controller.objects.order_by("slug"):
        today = local_date(controller, now)
        first = today.replace(day=1)
        last = first - timedelta(days=1)
        if today < _first_working_day(controller, first):
            continue
        rows = MonthlyReport.objects.of(controller).filter(month=last.replace(day=1), by_tick=True)
        if rows.exists() or not Case.objects.of(controller).filter(received_on__lte=last).exists():
            continue
        try:
            with transaction.atomic():
                _new(controller, last.replace(day=1), now, by_tick=True)
        except IntegrityError:
            continue  # another tick of the same instant ordered it
        done += 1
    return done


def _first_working_day(controller: Controller, first: date) -> date:
    calendar, day = calendar_of(controller), first
    while not calendar.is_working_day(day):
        day += timedelta(days=1)
    return day


def _new(controller: Controller, first: date, now: datetime, **columns: Any) -> MonthlyReport:
    report = MonthlyReport(
        controller=controller,
        month=first,
        ordered_at=now,
        not_before=now,
        delete_after=date(first.year + KEPT_YEARS, 12, 31),
        **columns,
    )
    report.vault_key()
    report.save(force_insert=True)
    wake.nudge(_JOB, str(report.pk), queue="pdf")
    return report


def waiting(*, now: datetime, limit: int) -> list[RowId]:
    """Reports that are ordered and not made: their job was lost, or its time is over."""
    rows = MonthlyReport.objects.filter(made_at__isnull=True, not_before__lte=now, attempts__lt=ATTEMPTS)
    return list(rows.order_by("not_before").values_list("pk", flat=True)[:limit])


def claim(*, report_id: RowId, now: datetime) -> MonthlyReport | None:
    """Take a report to make it; None when it is made, taken, given up or gone."""
    rows = MonthlyReport.objects.filter(pk=report_id, made_at__isnull=True, not_before__lte=now, attempts__lt=ATTEMPTS)
    if not rows.update(not_before=now + LEASE, attempts=F("attempts") + 1):
        return None
    report: MonthlyReport = MonthlyReport.objects.select_related("controller").get(pk=report_id)
    return report


def figures_of(report: MonthlyReport, *, now: datetime) -> dict[str, Any]:
    """What the report says: the month (the running one up to yesterday), the month before it, twelve months. JSON-able."""
    controller = report.controller
    today = local_date(controller, now)
    last = min(_last_day(report.month), today - timedelta(days=1))
    last = max(last, report.month)
    before = figures.months_back(report.month, 1)
    year = figures.months_back(report.month, figures.MONTHS - 1)
    return {
        "month": _month(controller, report.month, last),
        "before": _month(controller, before, _last_day(before)),
        "year": figures.of_period(controller, year, last),
        "months": figures.by_month(controller, year, last),
        "stores": figures.turnaround(controller, report.month, last),
        "whole": last == _last_day(report.month),
    }


def _month(controller: Controller, first: date, last: date) -> dict[str, Any]:
    end = figures.midnight(controller, last + timedelta(days=1))
    received = Case.objects.of(controller).filter(received_on__lte=last)
    became_late = Incident.objects.of(controller).filter(
        kind=Incident.Kind.OVERDUE, opened_at__gte=figures.midnight(controller, first), opened_at__lt=end
    )
    return figures.of_period(controller, first, last) | {
        "open_at_end": received.exclude(closed_at__lt=end).count(),
        "became_overdue": became_late.count(),
    }


def _last_day(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


@transaction.atomic
def keep(*, report: MonthlyReport, said: dict[str, Any], pdf: bytes, now: datetime) -> bool:
    """Keep what was made, and tell leads and data protection officers that it is there: a link, no figure and no file by mail.

    False when another worker was faster.
    """
    sealed = io.BytesIO()
    seal_file(report.vault_key(), [pdf], sealed, context=_context(report))
    mine = MonthlyReport.objects.filter(pk=report.pk, made_at__isnull=True)
    columns = {"figures": said, "pdf": sealed.getvalue(), "size": len(pdf), "sha256": hashlib.sha256(pdf).hexdigest()}
    if not mine.update(made_at=now, error_code="", **columns):
        return False
    for user in readers(report.controller):
        notices.to_staff(user=user, kind="report", now=now, context={"month": report.month})
    return True


def readers(controller: Controller) -> list[User]:
    """The leads and data protection officers of the controller, who are told of reports."""
    staff = User.objects.filter(controller=controller, kind=Kind.STAFF, is_active=True).order_by("handle")
    return [user for user in staff if _TOLD & {Role(role) for role in user.roles}]


def failed(*, report: MonthlyReport, code: str) -> None:
    """Note why an attempt failed; the next one follows when the lease is over, ATTEMPTS times in all."""
    MonthlyReport.objects.filter(pk=report.pk, made_at__isnull=True).update(error_code=code[:40])


def content(report: MonthlyReport) -> bytes:
    """The PDF. FileNotFoundError before it is made, TamperedError when it is not what was kept."""
    if report.made_at is None:
        raise FileNotFoundError
    return b"".join(open_file(report.vault_key(), io.BytesIO(bytes(report.pdf)), context=_context(report)))


@transaction.atomic
def taken(*, report: MonthlyReport, actor: Actor, now: datetime) -> None:
    """Note who opened the report of which month."""
    data = {"month": f"{report.month:%Y-%m}", "sha256": report.sha256}
    record_setup(controller=report.controller, kind="report_downloaded", actor=actor, now=now, data=data)


def _context(report: MonthlyReport) -> str:
    return f"monthly-report:{report.pk}"


def listed(controller: Controller) -> QuerySet[MonthlyReport]:
    """The reports there are, the newest month first; without the bytes."""
    rows: QuerySet[MonthlyReport] = (
        MonthlyReport.objects.of(controller).select_related("asked_by").defer("pdf", "figures")
    )
    return rows.order_by("-month", "-ordered_at")


def remove_over(*, now: datetime) -> int:
    """Delete reports whose time is over; returns how many."""
    return int(MonthlyReport.objects.filter(delete_after__lt=now.date()).delete()[0])
