"""After an erasure: what is still kept and until when, plans that wait for a second person, later searches, replays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsr import wording
from dsr.cases import kept, later_plans, rescans
from dsr.cases.scope import stores_of
from dsr.desk import case_page
from dsr.desk.access import DeskRequest, Duty, case_for, duty_refusal, staff_required
from dsr.desk.attempt import attempt
from dsr.desk.forms.holds import KeptEndForm, WhyForm
from dsr.desk.forms.plan import ApprovePlanForm
from dsr.desk.plan_page import stores as plan_rows
from dsr.desk.shell import page
from dsr.fulfil.kept import SOMEBODY_ELSE
from dsr.fulfil.stores import label_of
from dsr.law.rights import Right
from dsr.models import Erasure, KeptLine, Plan, Rescan, Task
from dsr.output.inputs import words

if TYPE_CHECKING:
    from datetime import datetime

    from django import forms
    from django.http import HttpResponse, QueryDict

    from dsr.models import Case, RowId

WHY = {
    KeptLine.Why.LAW: gettext_lazy("A law wants it kept"),
    KeptLine.Why.CONTRACT: gettext_lazy("A contract still runs"),
    KeptLine.Why.DISPUTE: gettext_lazy("A dispute is open"),
    KeptLine.Why.MAP: gettext_lazy("The data map keeps it"),
}
_UNDER_WAY = (Plan.Status.DRAFT, Plan.Status.APPROVED)
OCCASIONS = {
    Plan.Occasion.REPLAY: gettext_lazy("Erase again after a restore"),
    Plan.Occasion.RESIDUE: gettext_lazy("Erase what the search found"),
    Plan.Occasion.KEPT: gettext_lazy("Erase what is no longer kept"),
}


def _case(request: DeskRequest, case_id: RowId) -> Case:
    case = case_for(request, case_id)
    if Right(case.right) is not Right.ERASURE or case.first_applied_at is None:
        raise Http404
    return case


@staff_required
@require_safe
def show(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Counts, laws and days for everybody on the case; which rows a plan means only for those who may see data."""
    return _page(request, _case(request, case_id))


def _page(
    request: DeskRequest,
    case: Case,
    *,
    form: forms.Form | None = None,
    why_not: str = "",
) -> HttpResponse:
    language, now = request.LANGUAGE_CODE, timezone.now()
    names = {name: label_of(config, language) for name, config in stores_of(case.controller).items()}
    lines = kept.standing(case)
    plans = Plan.objects.filter(case=case).exclude(occasion="")
    plans = plans.select_related("case__controller", "case__request", "approved_by")
    context = {
        **case_page.case_context(request, case, "after-erasure", now=now),
        "lines": [_line(row, names, language) for row in lines],
        "gone": KeptLine.objects.filter(case=case, status=KeptLine.Status.GONE).count(),
        "plans": [_plan(request, plan, names, form=form, now=now) for plan in plans.order_by("-number")],
        "searches": [
            {"store": names.get(row.store, row.store), "row": row}
            for row in Rescan.objects.filter(case=case).order_by("days", "store")
        ],
        "remains": _remains(request, case, names),
        "ledger": [
            {"store": names.get(row.store, row.store), "row": row}
            for row in Erasure.objects.filter(case=case).order_by("applied_at", "store")
        ],
        "form": form,
        "why_not": why_not,
        "end_forms": form if isinstance(form, KeptEndForm) else None,
        "may_end": duty_refusal(request.actor, Duty.KEEP_END) is None,
        "why_form": WhyForm(),
    }
    return page(request, "after_erasure", context, current="", status=409 if why_not else 200)


def _remains(request: DeskRequest, case: Case, names: dict[str, str]) -> list[dict[str, Any]]:
    """Searches that wait with remains, and whether a plan for them waits or is being made already."""
    waits = Task.objects.of(case.controller).filter(
        case=case, operation__in=rescans.REMAINS, status=Task.Status.MANUAL, error_code="residue"
    )
    busy = Task.objects.of(case.controller).filter(
        case=case, operation=rescans.RESIDUE, status__in=[Task.Status.QUEUED, Task.Status.RUNNING]
    )
    drafts = Plan.objects.filter(case=case, occasion=Plan.Occasion.RESIDUE, status__in=_UNDER_WAY)
    planned = {*busy.values_list("store", flat=True), *drafts.values_list("store", flat=True)}
    may = duty_refusal(request.actor, Duty.RETRY) is None
    return [
        {"task": task, "store": names.get(task.store, task.store), "may": may and task.store not in planned}
        for task in waits.order_by("store", "operation")
    ]


def _line(row: KeptLine, names: dict[str, str], language: str) -> dict[str, Any]:
    return {
        "row": row,
        "store": names.get(row.store, row.store),
        "label": words(row.label, language) if row.label else row.dataset,
        "why": WHY.get(KeptLine.Why(row.why), row.why),
        "ends": kept.ends(row),
        "form": KeptEndForm(initial={"line": row.pk}, prefix=f"line-{row.pk}"),
    }


def _plan(
    request: DeskRequest, plan: Plan, names: dict[str, str], *, form: forms.Form | None, now: datetime
) -> dict[str, Any]:
    waits, language = plan.status == Plan.Status.DRAFT, request.LANGUAGE_CODE
    refused = later_plans.refusal(plan, request.actor, now=now) if waits else None
    fresh = _approve_form(request, plan.case, plan, now=now)
    return {
        "plan": plan,
        "store": names.get(plan.store, plan.store),
        "occasion": OCCASIONS.get(Plan.Occasion(plan.occasion), plan.occasion),
        "waits": waits,
        "stores": plan_rows(plan.case, plan, language=language, keys=False),
        "somebody_else": any(line.get("doubt") == SOMEBODY_ELSE for line in plan.summary),
        "why_not": wording.refusal(refused) if refused else "",
        "may_refuse": duty_refusal(request.actor, Duty.APPROVE_LATER) is None,
        "form": form if form is not None and form.auto_id == fresh.auto_id else fresh,
        "why_form": WhyForm(auto_id=f"why-{plan.pk}-%s"),
    }


def _approve_form(
    request: DeskRequest, case: Case, plan: Plan, *, now: datetime, data: QueryDict | None = None
) -> ApprovePlanForm:
    """What the approver says of exactly this plan, opened on the case as it is."""
    return ApprovePlanForm(
        data,
        case=case,
        now=now,
        language=request.LANGUAGE_CODE,
        initial={"plan_sha256": plan.sha256},
        auto_id=f"plan-{plan.pk}-%s",
    )


@staff_required
@require_http_methods(["POST"])
def end(request: DeskRequest, case_id: RowId, line_id: RowId) -> HttpResponse:
    """Set the day on which a contract or a dispute ends for which a line stays."""
    case = _case(request, case_id)
    row = get_object_or_404(KeptLine.objects.filter(case=case), pk=line_id)
    form = KeptEndForm(request.POST, prefix=f"line-{row.pk}")
    if not form.is_valid():
        return _page(request, case, form=form)
    said = form.cleaned_data
    outcome = attempt(
        lambda: kept.set_end(
            line_id=row.pk,
            why=said["why"],
            ends_on=said["ends_on"],
            reason=said["reason"],
            actor=request.actor,
            now=timezone.now(),
        )
    )
    if not outcome.done:
        return _page(request, case, why_not=outcome.why_not or _("Somebody else was faster. Look again."))
    flash.success(request, _("The day is noted. What is kept for it is taken up again after it."))
    return redirect("desk:after-erasure", case.pk)


@staff_required
@require_POST
def approve(request: DeskRequest, case_id: RowId, plan_id: RowId) -> HttpResponse:
    """Approve exactly the plan on the screen; the store is changed at once."""
    case = _case(request, case_id)
    plan = get_object_or_404(Plan.objects.filter(case=case).exclude(occasion=""), pk=plan_id)
    now = timezone.now()
    form = _approve_form(request, case, plan, now=now, data=request.POST)
    if not form.is_valid():
        return _page(request, case, form=form)
    said = form.cleaned_data
    outcome = attempt(
        lambda: later_plans.approve(
            plan_id=plan.pk,
            plan_sha256=said["plan_sha256"],
            actor=request.actor,
            now=now,
            seen_version=said["version"],
            attested=said["attested"],
        )
    )
    return _settled(request, case, outcome, _("Approved. The store is changed now."))


@staff_required
@require_POST
def plan_again(request: DeskRequest, case_id: RowId, task_id: RowId) -> HttpResponse:
    """Have what a search found planned again; a second person approves the plan on this page."""
    case = _case(request, case_id)
    task = get_object_or_404(Task.objects.of(case.controller).filter(case=case), pk=task_id)
    outcome = attempt(lambda: rescans.plan_again(task_id=task.pk, actor=request.actor, now=timezone.now()))
    return _settled(request, case, outcome, _("A plan is made. It waits on this page for a second person."))


@staff_required
@require_POST
def refuse(request: DeskRequest, case_id: RowId, plan_id: RowId) -> HttpResponse:
    """Withdraw a plan, with a reason."""
    case = _case(request, case_id)
    plan = get_object_or_404(Plan.objects.filter(case=case).exclude(occasion=""), pk=plan_id)
    form = WhyForm(request.POST, auto_id=f"why-{plan.pk}-%s")
    if not form.is_valid():
        return _page(request, case, form=form)
    reason = form.cleaned_data["reason"]
    outcome = attempt(
        lambda: later_plans.refuse(plan_id=plan.pk, reason=reason, actor=request.actor, now=timezone.now())
    )
    return _settled(request, case, outcome, _("The plan is withdrawn. Nothing is changed by it."))


def _settled(request: DeskRequest, case: Case, outcome: Any, words_done: str) -> HttpResponse:
    if not outcome.done:
        return _page(request, case, why_not=outcome.why_not or _("Somebody else was faster. Look again."))
    flash.success(request, words_done)
    return redirect("desk:after-erasure", case.pk)
