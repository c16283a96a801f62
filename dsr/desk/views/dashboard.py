"""The dashboard: how the work stands, where it goes, and how each number was counted (ux.md 2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils import timezone
from django.views.decorators.http import require_safe

from dsr.cases import authority, daily, live_figures
from dsr.cases.clock import local_date
from dsr.desk import dashboard as shown
from dsr.desk.access import DeskRequest, Duty, duty_refusal, staff_required
from dsr.desk.overview import Overview, insist_reads, reads
from dsr.desk.shell import page

if TYPE_CHECKING:
    from django.http import HttpResponse


MATTERS: Final = 20
"""Matters before authorities that are named."""


@staff_required
@require_safe
def dashboard(request: DeskRequest) -> HttpResponse:
    """Tiles, charts and tables; what colleagues have on their desks only for those who plan the work."""
    insist_reads(request.actor, Overview.FIGURES)
    controller = request.controller
    today = local_date(controller, timezone.now())
    plans = reads(request.actor, Overview.WORKLOAD)
    live = live_figures.count(controller=controller, user=request.staff, today=today, people=plans)
    context = shown.context(controller, live, daily.newest(controller), today, request.LANGUAGE_CODE)
    if plans:
        context["people"] = shown.people(controller, live, today)
    if duty_refusal(request.actor, Duty.AUTHORITY) is None:
        context["matters"] = [
            {"row": row, "over": row.state == row.State.OPEN and row.answer_due_on and row.answer_due_on < today}
            for row in authority.unsettled(controller)[:MATTERS]
        ]
    context["sees_reports"] = reads(request.actor, Overview.REPORTS)
    return page(request, "dashboard", context, current="dashboard")
