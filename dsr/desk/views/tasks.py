"""What waits for a person on a store: try again, leave out, or say who the person is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dsr import wording
from dsr.cases import restriction_drift
from dsr.cases import tasks as verbs
from dsr.cases.restriction_stores import DRIFT
from dsr.cases.scope import stores_of
from dsr.desk import case_page
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist, insist_sight, staff_required
from dsr.desk.attempt import Outcome, attempt, check_version, form_of, reopened
from dsr.desk.forms.steps import MatchForm, ReasonForm
from dsr.desk.shell import page
from dsr.desk.tasks_view import store_label
from dsr.fulfil import locate
from dsr.models import Subject, Task

if TYPE_CHECKING:
    from django.http import HttpResponse

    from dsr.models import Case, RowId


def _task(request: DeskRequest, case: Case, task_id: RowId) -> Task:
    task: Task = get_object_or_404(Task.objects.of(request.controller).filter(case=case), pk=task_id)
    return task


@staff_required
@require_POST
def retry(request: DeskRequest, case_id: RowId, task_id: RowId) -> HttpResponse:
    """Another try now, whatever the waiting time says."""
    case = case_for(request, case_id)
    task = _task(request, case, task_id)

    def run() -> None:
        insist(request.actor, Duty.RETRY)
        if task.error_code == DRIFT and task.status == Task.Status.MANUAL:
            restriction_drift.set_again(case_id=case.pk, actor=request.actor, now=timezone.now())
            return
        verbs.retry(task_id=task.pk, actor=request.actor, now=timezone.now())

    outcome = attempt(run)
    if outcome.done:
        messages.success(request, _("It is tried again now."))
    else:
        messages.error(request, outcome.why_not)
    return redirect("desk:case", case_id=case.pk)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def waive(request: DeskRequest, case_id: RowId, task_id: RowId) -> HttpResponse:
    """Leave a store out, with a reason that stays in the history (4.2 no. 10); the answer names the store."""
    case, now = case_for(request, case_id), timezone.now()
    task = _task(request, case, task_id)
    refused = duty_refusal(request.actor, Duty.WAIVE)
    outcome = Outcome(done=False, why_not=wording.refusal(refused) if refused else "")
    possible = refused is None and task.status == Task.Status.MANUAL
    form = form_of(ReasonForm, request, case, now=now, bound=request.method == "POST")
    if request.method == "POST" and refused is None and form.is_valid():
        reason = str(form.cleaned_data["reason"])
        outcome = attempt(lambda: verbs.waive(task_id=task.pk, reason=reason, actor=request.actor, now=now))
        if outcome.done:
            messages.success(request, _("Noted. The case goes on."))
            return redirect("desk:case", case_id=case.pk)
        case = case_for(request, case_id)
        form = reopened(ReasonForm, request, case, now=now)
    context = case_page.case_context(request, case, "", now=now) | {
        "form": form,
        **_waiving(request, case, task),
        "why_not": outcome.why_not,
        "possible": possible,
        "conflict": outcome.conflict,
    }
    return page(request, "step", context, status=409 if outcome.why_not or outcome.conflict else 200)


def _waiving(request: DeskRequest, case: Case, task: Task) -> dict[str, str]:
    """What leaving this task out means: a store not searched is named in the answer, a change is explained."""
    name = store_label(stores_of(case.controller), task.store, request.LANGUAGE_CODE)
    if task.operation == "collect":
        explains = _("The case goes on without this store. The person is told which one could not be searched.")
        return {"label": _("Leave out %(store)s") % {"store": name}, "explains": explains}
    explains = _("The case goes on on your word: say what was done by hand, or why what was found may stay.")
    return {"label": _("Explain %(store)s") % {"store": name}, "explains": explains}


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def match(request: DeskRequest, case_id: RowId, store: str) -> HttpResponse:
    """Two people match: masked candidates side by side; a person picks, or says none, and why."""
    insist_sight(request.actor, Sight.DATA)
    case, now = case_for(request, case_id), timezone.now()
    candidates = _candidates(case, store)
    if not candidates:
        raise Http404
    keys = [str(candidate["key"]) for candidate in candidates]
    refused = duty_refusal(request.actor, Duty.DECIDE_MATCH)
    outcome = Outcome(done=False, why_not=wording.refusal(refused) if refused else "")
    form = form_of(MatchForm, request, case, now=now, bound=request.method == "POST", candidates=keys)
    if request.method == "POST" and refused is None and form.is_valid():

        def run() -> None:
            check_version(case, int(form.cleaned_data["version"]))
            chosen, reason = list(form.cleaned_data["chosen"]), str(form.cleaned_data["reason"])
            locate.decide(case_id=case.pk, store=store, chosen=chosen, reason=reason, actor=request.actor, now=now)

        outcome = attempt(run)
        if outcome.done:
            messages.success(request, _("Decided. The search goes on."))
            return redirect("desk:case", case_id=case.pk)
        case = case_for(request, case_id)
        form = reopened(MatchForm, request, case, now=now, candidates=keys)
    context = case_page.case_context(request, case, "", now=now) | {
        "form": form,
        "store": store_label(stores_of(case.controller), store, request.LANGUAGE_CODE),
        "candidates": [sorted(candidate["hint"].items()) for candidate in candidates],
        "why_not": outcome.why_not,
        "possible": refused is None,
        "conflict": outcome.conflict,
    }
    return page(request, "match", context, status=409 if outcome.why_not or outcome.conflict else 200)


def _candidates(case: Case, store: str) -> list[dict[str, Any]]:
    row = Subject.objects.of(case.controller).filter(request=case.request).select_related("request").first()
    found: list[dict[str, Any]] = row.content().get("candidates", {}).get(store, []) if row else []
    return found
