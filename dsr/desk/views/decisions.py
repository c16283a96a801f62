"""Deciding in words, and what people change by hand: the page of the decision, and that of the tasks it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dsr import wording
from dsr.cases import by_hand, decisions, restrictions
from dsr.cases.closings import wording_of_store
from dsr.cases.scope import stores_of
from dsr.desk import case_page, correction_page, decision_page, steps
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist_sight, staff_required
from dsr.desk.attempt import Outcome, attempt, form_of, insisted, reopened
from dsr.desk.forms.closing import ConfirmForm
from dsr.desk.forms.decisions import StoresForm, claims_of
from dsr.desk.forms.review import FORMS
from dsr.desk.forms.steps import ApproveForm, CaseForm, ReturnForm
from dsr.desk.review_checks import checks
from dsr.desk.shell import page
from dsr.desk.version_page import diff
from dsr.law.decisions import BY_DECISION
from dsr.law.rights import Right
from dsr.law.workflow import Action, State
from dsr.models import Case, Task

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.http import HttpResponse

    from dsr.models import RowId

_NOTHING_TRIED = Outcome(done=False)


def _case(request: DeskRequest, case_id: RowId, rights: frozenset[Right]) -> Case:
    insist_sight(request.actor, Sight.PERSON)
    case = case_for(request, case_id)
    if Right(case.right) not in rights:
        raise Http404
    return case


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Write the decision, look at it, hand it to a second person, approve it: the same words all the way (4.2 nos. 11, 13)."""
    case, now = _case(request, case_id, BY_DECISION), timezone.now()
    kind = FORMS[Right(case.right)]
    if request.method != "POST":
        typed = decision_page.typed_again(case)
        return _decide(request, case, form_of(kind, request, case, now=now, bound=False, initial=typed), _NOTHING_TRIED)
    form = form_of(kind, request, case, now=now, bound=True)
    if not form.is_valid():
        return _decide(request, case, form, _NOTHING_TRIED)
    seen = insisted(case, int(form.cleaned_data["version"]))

    def run() -> None:
        typed = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        decision = form.decision(typed)
        decisions.draft(case_id=case.pk, decision=decision, actor=request.actor, now=now, seen_version=seen)

    outcome = attempt(run)
    if outcome.done:
        flash.success(request, _("Written. Look at it below, then hand it to a second person."))
        return redirect("desk:decide", case_id=case.pk)
    fresh = case_for(request, case_id)
    return _decide(request, fresh, reopened(kind, request, fresh, now=now), outcome)


def _decide(request: DeskRequest, case: Case, form: CaseForm, outcome: Outcome) -> HttpResponse:
    now = timezone.now()
    buttons = {one.action: one for one in steps.buttons(case, request.actor, now=now)}
    drafting = case.state == State.DRAFTING
    in_review = case.state == State.REVIEW
    refused = duty_refusal(request.actor, Duty.DRAFT)
    why_not = outcome.why_not or (wording.refusal(refused) if drafting and refused else "")
    approve = ApproveForm(
        case=case,
        now=now,
        language=request.LANGUAGE_CODE,
        auto_id="approve_%s",
        initial={"manifest_sha256": case.manifest_sha256},
    )
    context: dict[str, Any] = case_page.case_context(request, case, "decide", now=now) | {
        "form": form,
        "drafting": drafting and refused is None,
        "decided": decision_page.shown(case, language=request.LANGUAGE_CODE),
        "letter_text": decision_page.letter_text(case, now=now),
        "planned": correction_page.shown(case),
        "claims": claims_of(case) if case.right == Right.RECTIFICATION else [],
        "words": str(case.request.content().get("words", "")),
        "submit": buttons.get(Action.SUBMIT_FOR_REVIEW) if case.manifest_sha256 else None,
        "version_form": CaseForm(case=case, now=now, language=request.LANGUAGE_CODE, auto_id=False),
        "approve": buttons.get(Action.APPROVE) if in_review else None,
        "approve_form": approve,
        "return_": buttons.get(Action.RETURN_TO_DRAFTING) if in_review else None,
        "return_form": ReturnForm(case=case, now=now, language=request.LANGUAGE_CODE, auto_id="return_%s"),
        "refuse": buttons.get(Action.REFUSE),
        "checks": checks(case, Action.APPROVE if in_review else Action.SUBMIT_FOR_REVIEW, request.actor, now=now),
        "may_ask": duty_refusal(request.actor, Duty.ASK_DPO) is None,
        "diff": diff(case, language=request.LANGUAGE_CODE),
        "why_not": why_not,
        "conflict": outcome.conflict,
        "fix_url": outcome.fix_url,
        "news": [],
    }
    blocked = outcome.conflict or bool(why_not)
    return page(request, "decide", context, status=409 if blocked else 200)


@staff_required
@require_safe
def by_hand_page(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """What people have to change in the systems, one by one, with the words they were asked by."""
    case = _case(request, case_id, frozenset(Right))
    return _hand(request, case, {}, _NOTHING_TRIED)


@staff_required
@require_POST
def confirm(request: DeskRequest, case_id: RowId, task_id: RowId) -> HttpResponse:
    """Somebody changed a system as asked: who, and how it is known."""
    case, now = _case(request, case_id, frozenset(Right)), timezone.now()
    task = get_object_or_404(Task.objects.of(case.controller), pk=task_id, case=case, operation=by_hand.OPERATION)
    form = form_of(ConfirmForm, request, case, now=now, bound=True, auto_id=f"t{task.pk}_%s")
    if not form.is_valid():
        return _hand(request, case, {task.pk: form}, _NOTHING_TRIED)
    typed = {"who": str(form.cleaned_data["who"]), "how": str(form.cleaned_data["how"])}
    outcome = attempt(lambda: by_hand.confirm(task_id=task.pk, actor=request.actor, now=now, **typed))
    if outcome.done:
        flash.success(request, _("Noted."))
        return redirect("desk:by-hand", case_id=case.pk)
    return _hand(request, case_for(request, case_id), {task.pk: form}, outcome)


@staff_required
@require_POST
def freeze(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Hold the consequences of an automated decision while a person looks at it (22(3))."""
    case, now = _case(request, case_id, frozenset({Right.AUTOMATED_DECISION})), timezone.now()
    form = form_of(StoresForm, request, case, now=now, bound=True)
    if not form.is_valid():
        return _hand(request, case, {"freeze": form}, _NOTHING_TRIED)
    words, stores = str(form.cleaned_data["instruction"]), form.chosen() or None
    outcome = attempt(
        lambda: restrictions.freeze(case_id=case.pk, instruction=words, stores=stores, actor=request.actor, now=now)
    )
    if outcome.done:
        flash.success(request, _("Each system has a task to hold the consequences."))
        return redirect("desk:by-hand", case_id=case.pk)
    return _hand(request, case_for(request, case_id), {"freeze": form}, outcome)


def _hand(request: DeskRequest, case: Case, forms: Mapping[Any, CaseForm], outcome: Outcome) -> HttpResponse:
    now, known = timezone.now(), stores_of(case.controller)
    refused = duty_refusal(request.actor, Duty.RETRY)
    rows = [
        {
            "task": task,
            "store": wording_of_store(known, task.store) if task.store else _("Systems that are not connected"),
            "instruction": by_hand.instruction_of(task),
            "waits": task.status == Task.Status.MANUAL,
            "form": forms.get(task.pk) or _confirm_form(request, case, task, now),
        }
        for task in by_hand.tasks_of(case)
    ]
    freezable = Right(case.right) is Right.AUTOMATED_DECISION and case.is_open and not case.approved_sha256
    context: dict[str, Any] = case_page.case_context(request, case, "by-hand", now=now) | {
        "rows": rows,
        "may": refused is None,
        "freeze_form": (forms.get("freeze") or StoresForm(case=case, now=now, language=request.LANGUAGE_CODE))
        if freezable and duty_refusal(request.actor, Duty.DRAFT) is None
        else None,
        "why_not": outcome.why_not,
        "conflict": outcome.conflict,
        "news": [],
    }
    blocked = outcome.conflict or bool(outcome.why_not)
    return page(request, "by_hand", context, status=409 if blocked else 200)


def _confirm_form(request: DeskRequest, case: Case, task: Task, now: datetime) -> ConfirmForm:
    return ConfirmForm(case=case, now=now, language=request.LANGUAGE_CODE, auto_id=f"t{task.pk}_%s")
