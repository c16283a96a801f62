"""The page of a rectification: what she says, what the stores hold, what shall stand there, and whether it stays so (Art. 16)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dsr import wording
from dsr.cases import corrections, rechecks
from dsr.desk import case_page, correction_page, sent_files
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist_sight, staff_required
from dsr.desk.attempt import Outcome, attempt, form_of, insisted, reopened, seen_version
from dsr.desk.forms.corrections import CorrectionsForm
from dsr.desk.forms.steps import CaseForm
from dsr.desk.shell import page
from dsr.desk.troubles import trouble
from dsr.law.rights import Right
from dsr.law.workflow import BEFORE_COLLECTING, State
from dsr.models import Case, Task

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from dsr.models import RowId

_NOTHING_TRIED = Outcome(done=False)


def _case(request: DeskRequest, case_id: RowId) -> Case:
    insist_sight(request.actor, Sight.PERSON)
    case = case_for(request, case_id)
    if Right(case.right) is not Right.RECTIFICATION or case.state in BEFORE_COLLECTING:
        raise Http404
    return case


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Each claim with the fields of the stores it is about; decided here, planned by a worker, approved under Decide."""
    case, now = _case(request, case_id), timezone.now()
    if request.method != "POST":
        return _page(request, case, form_of(CorrectionsForm, request, case, now=now, bound=False), _NOTHING_TRIED)
    form = form_of(CorrectionsForm, request, case, now=now, bound=True)
    if not form.is_valid():
        return _page(request, case, form, _NOTHING_TRIED)
    seen = insisted(case, int(form.cleaned_data["version"]))
    outcome = attempt(
        lambda: corrections.decide(
            case_id=case.pk,
            items=form.decided(),
            read_at=form.when_read(),
            actor=request.actor,
            now=now,
            seen_version=seen,
        )
    )
    if not outcome.done:
        fresh = case_for(request, case_id)
        return _page(request, fresh, reopened(CorrectionsForm, request, fresh, now=now), outcome)
    if corrections.plan_wanted(case_for(request, case_id)):
        flash.success(request, _("Kept. The plan for the stores is being made."))
        return redirect("desk:corrections", case_id=case.pk)
    flash.success(request, _("Kept. No field of a store is to change by program; write the decision now."))
    return redirect("desk:decide", case_id=case.pk)


@staff_required
@require_POST
def read(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Ask the stores what they hold now."""
    return _run(
        request, case_id, corrections.read_stores, _("The stores are being asked. Load this page again in a moment.")
    )


@staff_required
@require_POST
def plan(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Make the plan once more from what is decided."""
    return _run(request, case_id, corrections.plan_again, _("The plan is being made."))


def _run(request: DeskRequest, case_id: RowId, verb: Callable[..., object], done: str) -> HttpResponse:
    case, now = _case(request, case_id), timezone.now()
    seen = insisted(case, seen_version(request))
    outcome = attempt(lambda: verb(case_id=case.pk, actor=request.actor, now=now, seen_version=seen))
    if not outcome.done:
        fresh = case_for(request, case_id)
        return _page(request, fresh, form_of(CorrectionsForm, request, fresh, now=now, bound=False), outcome)
    flash.success(request, done)
    return redirect("desk:corrections", case_id=case.pk)


@staff_required
@require_POST
def write_again(request: DeskRequest, case_id: RowId, task_id: RowId) -> HttpResponse:
    """Write the approved values once more where the old ones came back."""
    case, now = _case(request, case_id), timezone.now()
    task = get_object_or_404(Task.objects.of(case.controller), pk=task_id, case=case, operation=rechecks.READ)
    outcome = attempt(lambda: rechecks.write_again(task_id=task.pk, actor=request.actor, now=now))
    if not outcome.done:
        fresh = case_for(request, case_id)
        return _page(request, fresh, form_of(CorrectionsForm, request, fresh, now=now, bound=False), outcome)
    flash.success(request, _("It is written once more, and looked at again after the next feed."))
    return redirect("desk:corrections", case_id=case.pk)


def _page(request: DeskRequest, case: Case, form: CorrectionsForm, outcome: Outcome) -> HttpResponse:
    now = timezone.now()
    refused = duty_refusal(request.actor, Duty.DRAFT)
    reading, planning = correction_page.task_of(case, corrections.READ), correction_page.task_of(case, "plan")
    drafting = case.state == State.DRAFTING
    stuck = [one for one in (reading, planning) if one is not None and one.status == Task.Status.MANUAL and drafting]
    context: dict[str, Any] = case_page.case_context(request, case, "corrections", now=now) | {
        "form": form,
        "blocks": list(form.blocks()),
        "sheet": form.sheet,
        "unread": [correction_page.store_name(case, name) for name in corrections.unread_of(form.sheet)],
        "drafting": drafting and refused is None,
        "reading": correction_page.busy(reading),
        "planning": correction_page.busy(planning),
        "problems": correction_page.problems(planning) if drafting else [],
        "troubles": [(trouble(one.error_code), one.error_place) for one in stuck if one.error_code != "plan_blocked"],
        "planned": correction_page.shown(case),
        "plan_wanted": corrections.plan_wanted(case),
        "evidence": sent_files.sent_context(request, case)["sent_files"],
        "words": str(case.request.content().get("words", "")),
        "looks": correction_page.looks(case),
        "returned": correction_page.returned(case),
        "may_write": duty_refusal(request.actor, Duty.RETRY) is None,
        "version_form": CaseForm(case=case, now=now, language=request.LANGUAGE_CODE, auto_id=False),
        "why_not": outcome.why_not or (wording.refusal(refused) if drafting and refused else ""),
        "conflict": outcome.conflict,
        "news": [],
    }
    blocked = outcome.conflict or bool(outcome.why_not)
    return page(request, "corrections", context, status=409 if blocked else 200)
