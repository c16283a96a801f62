"""Reports: monthly PDFs and the register of requests, for those who answer for them and those who check (Art. 5(2), rules 4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dsr import wording
from dsr.cases import figures, monthly, register
from dsr.cases.clock import local_date
from dsr.cases.perform import RefusedError
from dsr.desk.access import DeskRequest, Duty, duty_refusal, staff_required
from dsr.desk.forms.reports import OrderForm, RegisterForm
from dsr.desk.overview import Overview, insist_reads
from dsr.desk.shell import page
from dsr.models import MonthlyReport
from dsr.output.cells import to_csv
from dsr.output.files import BYTE_ORDER_MARK, csv_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from django.http.response import HttpResponseBase

    from dsr.models import Controller, RowId


@staff_required
@require_safe
def index(request: DeskRequest) -> HttpResponse:
    """The reports there are, the order of another one, and the register."""
    insist_reads(request.actor, Overview.REPORTS)
    return _index(request)


def _index(
    request: DeskRequest, *, order: OrderForm | None = None, register_form: RegisterForm | None = None
) -> HttpResponse:
    today = local_date(request.controller, timezone.now())
    year = {"first_on": figures.months_back(today, 11), "last_on": today}
    refused = duty_refusal(request.actor, Duty.ORDER_REPORT)
    broken = order or register_form
    context = {
        "rows": [
            {"report": row, "given_up": row.made_at is None and row.attempts >= monthly.ATTEMPTS}
            for row in monthly.listed(request.controller)[:60]
        ],
        "order": order or OrderForm(today=today),
        "register": register_form or RegisterForm(initial=year),
        "form": broken,
        "why_not": wording.refusal(refused) if refused else "",
    }
    return page(request, "reports", context, current="reports", status=422 if broken else 200)


@staff_required
@require_POST
def order(request: DeskRequest) -> HttpResponse:
    """Have a report made in the background."""
    insist_reads(request.actor, Overview.REPORTS)
    now = timezone.now()
    form = OrderForm(request.POST, today=local_date(request.controller, now))
    if not form.is_valid():
        return _index(request, order=form)
    try:
        monthly.order(controller=request.controller, month=form.chosen, actor=request.actor, now=now)
        messages.success(request, _("The report is being made. Open this page again in a moment."))
    except RefusedError as error:
        messages.error(request, wording.refusal(error.refusal))
    return redirect("desk:reports")


@staff_required
@require_safe
def one(request: DeskRequest, report_id: RowId) -> HttpResponse:
    """The PDF of a report, from its sealed row."""
    insist_reads(request.actor, Overview.REPORTS)
    report = get_object_or_404(MonthlyReport.objects.of(request.controller), pk=report_id)
    try:
        body = monthly.content(report)
    except FileNotFoundError:
        raise Http404 from None
    monthly.taken(report=report, actor=request.actor, now=timezone.now())
    response = HttpResponse(body, content_type=monthly.MEDIA_TYPE)
    name = f"{request.controller.slug}-{report.month:%Y-%m}.pdf"
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=name) or ""
    response.headers["Cache-Control"] = "private, no-store"
    return response


@staff_required
@require_POST
def register_csv(request: DeskRequest) -> HttpResponseBase:
    """The register of a period as CSV, streamed; who took which period is an event. A POST, because it writes one."""
    insist_reads(request.actor, Overview.REPORTS)
    form = RegisterForm(request.POST)
    if not form.is_valid():
        return _index(request, register_form=form)
    first, last = form.cleaned_data["first_on"], form.cleaned_data["last_on"]
    controller = request.controller
    register.opened(controller=controller, first=first, last=last, actor=request.actor, now=timezone.now())
    response = StreamingHttpResponse(_lines(controller, first, last), content_type="text/csv; charset=utf-8")
    name = f"{controller.slug}-register-{first:%Y-%m-%d}-{last:%Y-%m-%d}.csv"
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _lines(controller: Controller, first: date, last: date) -> Iterator[bytes]:
    """RFC 4180 with a byte order mark; what a spreadsheet would take for a formula is disarmed (docs/package.md)."""
    yield BYTE_ORDER_MARK
    for line in register.lines(controller, first, last):
        yield csv_lines([[to_csv(cell) for cell in line]])
