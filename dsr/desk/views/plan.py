"""The plan of an erasure: made, read in a minute, approved by another person, taken back, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dsr import wording
from dsr.cases import answer, at_once, plans
from dsr.cases.clock import local_date
from dsr.cases.facts import current_plan, plan_in_force, recipients_left
from dsr.desk import case_page, plan_page, steps
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist, insist_sight, sees, staff_required
from dsr.desk.attempt import Outcome, attempt, form_of
from dsr.desk.dossier import dossier_of
from dsr.desk.forms.plan import ApprovePlanForm, RecipientsForm, WhyForm
from dsr.desk.forms.steps import CaseForm
from dsr.desk.review_checks import checks, ticks
from dsr.desk.shell import page
from dsr.desk.troubles import trouble
from dsr.desk.version_page import diff
from dsr.law.rights import CHANGES_STORE, Right
from dsr.law.workflow import Action, State
from dsr.models import Case, Plan, Task

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpResponse

    from dsr.models import RowId


def _case(request: DeskRequest, case_id: RowId) -> Case:
    insist_sight(request.actor, Sight.PERSON)
    case = case_for(request, case_id)
    if Right(case.right) not in CHANGES_STORE:
        raise Http404
    return case


@staff_required
@require_safe
def show(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """What goes, what stays, why, until when, which rows, per store."""
    return _page(request, _case(request, case_id), now=timezone.now())


def _page(
    request: DeskRequest, case: Case, *, now: datetime, outcome: Outcome | None = None, form: CaseForm | None = None
) -> HttpResponse:
    dossier_of(request, case, now=now)  # all that follows reads from it
    plan = current_plan(case)
    task = next((one for one in case.tasks.all() if one.operation == "plan"), None)
    found = {button.action: button for button in steps.buttons(case, request.actor, now=now)}
    left = recipients_left(case)
    context = case_page.case_context(request, case, "plan", now=now) | {
        "plan": plan,
        "stores": [
            rows
            for one in (at_once.plans_of(case) if plan and plan.policy else [plan] if plan else [])
            for rows in plan_page.stores(
                case, one, language=request.LANGUAGE_CODE, keys=sees(request.actor, Sight.DATA)
            )
        ],
        "building": task is not None and task.status in {Task.Status.QUEUED, Task.Status.RUNNING},
        "trouble": trouble(task.error_code) if task and task.status == Task.Status.MANUAL else "",
        "place": task.error_place if task else "",
        "submit": found.get(Action.SUBMIT_FOR_REVIEW),
        "can_plan": case.state == State.DRAFTING,
        "in_review": case.state == State.REVIEW,
        "approved": case.state == State.APPROVED,
        "notifying": case.state == State.NOTIFYING,
        "why_not_approve": _why_not(case, request, Action.APPROVE, now=now),
        "why_not_release": _why_not(case, request, Action.COMPLETE, Action.COMPLETE_PARTLY, now=now),
        "version_form": CaseForm(case=case, now=now, language=request.LANGUAGE_CODE, auto_id=False),
        "why_form": form if isinstance(form, WhyForm) else WhyForm(case=case, now=now, language=request.LANGUAGE_CODE),
        # The same question twice on one page needs ids of its own.
        "hold_form": WhyForm(case=case, now=now, language=request.LANGUAGE_CODE, auto_id="hold_%s"),
        "recipients_form": (
            form
            if isinstance(form, RecipientsForm)
            else RecipientsForm(case=case, now=now, language=request.LANGUAGE_CODE, recipients=left)
        )
        if left
        else None,
        "answer": case_page.answer_card(case),
        "checks": checks(case, steps_of(case), request.actor, now=now) if case.is_open else [],
        "ticks": ticks(case, today=local_date(case.controller, now)),
        "may_ask": duty_refusal(request.actor, Duty.ASK_DPO) is None,
        "diff": diff(case, language=request.LANGUAGE_CODE),
        "approve_form": form
        if isinstance(form, ApprovePlanForm)
        else ApprovePlanForm(
            case=case,
            now=now,
            language=request.LANGUAGE_CODE,
            auto_id="approve_%s",
            initial={"plan_sha256": plan.sha256 if plan else ""},
        ),
        "work": case.tasks.filter(operation__in=["apply", "verify", "close"]).order_by("operation", "store"),
        "why_not": outcome.why_not if outcome else "",
        "conflict": bool(outcome and outcome.conflict),
        "form": form,
    }
    refused = bool(outcome and not outcome.done)
    return page(request, "plan", context, status=409 if refused else 200)


def steps_of(case: Case) -> Action:
    """The step whose guards the page lists: the approval while it waits for one, the answer at the end, else handing it on."""
    return {
        State.REVIEW: Action.APPROVE,
        State.NOTIFYING: Action.COMPLETE_PARTLY if kept(case) else Action.COMPLETE,
    }.get(State(case.state), Action.SUBMIT_FOR_REVIEW)


def kept(case: Case) -> bool:
    """Whether a law keeps a part, so that the answer is a partial one (4.0.4)."""
    return bool(plan_in_force(case, "keep"))


def _why_not(case: Case, request: DeskRequest, *actions: Action, now: datetime) -> str:
    """Why none of the actions is possible now, in words; empty when one is."""
    reasons = [steps.step_refusal(case, action, request.actor, now=now) for action in actions]
    first = reasons[0]
    return "" if first is None or None in reasons else wording.refusal(first)


def _run(
    request: DeskRequest, case_id: RowId, kind: type[CaseForm], verb: Callable[..., object], done: str
) -> HttpResponse:
    case, now = _case(request, case_id), timezone.now()
    extra = {"recipients": recipients_left(case)} if kind is RecipientsForm else {}
    form = form_of(kind, request, case, now=now, bound=True, **extra)
    if not form.is_valid():
        return _page(request, case, now=now, outcome=Outcome(done=False), form=form)
    outcome = attempt(lambda: verb(case, form, now))
    if not outcome.done:
        return _page(request, case_for(request, case_id), now=now, outcome=outcome, form=form)
    messages.success(request, done)
    return redirect("desk:plan", case_id=case.pk)


@staff_required
@require_POST
def make(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Have the stores planned anew."""

    def verb(case: Case, form: CaseForm, now: datetime) -> object:
        insist(request.actor, Duty.DRAFT)
        return plans.ask_for_plan(
            case_id=case.pk, actor=request.actor, now=now, seen_version=form.cleaned_data["version"]
        )

    return _run(request, case_id, CaseForm, verb, _("The stores are being read. The plan appears here."))


@staff_required
@require_POST
def approve(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Approve exactly the plan on the screen."""

    def verb(case: Case, form: CaseForm, now: datetime) -> object:
        return plans.approve(
            case_id=case.pk,
            plan_sha256=form.cleaned_data["plan_sha256"],
            actor=request.actor,
            now=now,
            seen_version=form.cleaned_data["version"],
            attested=form.cleaned_data["attested"],
        )

    return _run(
        request, case_id, ApprovePlanForm, verb, _("Approved. It starts by itself when the cooling time is over.")
    )


@staff_required
@require_POST
def take_back(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Take an approval back."""

    def verb(case: Case, form: CaseForm, now: datetime) -> object:
        insist(request.actor, Duty.DRAFT)
        return plans.back_to_draft(
            case_id=case.pk,
            status=Plan.Status.WITHDRAWN,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            now=now,
            seen_version=form.cleaned_data["version"],
        )

    return _run(request, case_id, WhyForm, verb, _("The approval is taken back. Nothing more is changed."))


@staff_required
@require_POST
def hold(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Put the case on legal hold, or lift it."""

    def verb(case: Case, form: CaseForm, now: datetime) -> object:
        return plans.hold(
            case_id=case.pk,
            on=not case.legal_hold,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            now=now,
            seen_version=form.cleaned_data["version"],
        )

    return _run(request, case_id, WhyForm, verb, _("Noted."))


@staff_required
@require_POST
def recipients(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Note who was told of the erasure."""

    def verb(case: Case, form: CaseForm, now: datetime) -> object:
        told, reasons = form.settled() if isinstance(form, RecipientsForm) else ([], {})
        return plans.settle_recipients(case_id=case.pk, told=told, reasons=reasons, actor=request.actor, now=now)

    return _run(request, case_id, RecipientsForm, verb, _("Noted. The letter and the certificate are being made."))


@staff_required
@require_POST
def release(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Release letter and certificate: the case is completed."""

    def verb(case: Case, form: CaseForm, now: datetime) -> object:
        return answer.release(case_id=case.pk, actor=request.actor, now=now, seen_version=form.cleaned_data["version"])

    return _run(request, case_id, CaseForm, verb, _("Released. The person has been told by mail."))
