"""Who is asking: confirming an identity that was established outside the portal (I-02, I-04)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dsr import wording
from dsr.cases import identity as verbs
from dsr.cases import tasks
from dsr.desk import case_page
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist_sight, staff_required
from dsr.desk.attempt import Outcome, attempt, check_version, form_of, reopened
from dsr.desk.forms.steps import ConfirmIdentityForm
from dsr.desk.shell import page
from dsr.desk.tasks_view import NOBODY
from dsr.models import Task

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from dsr.models import Case, RowId


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """How the identity was checked and which customer number was found; the case goes on by itself when it is enough."""
    insist_sight(request.actor, Sight.PERSON)
    case, now = case_for(request, case_id), timezone.now()
    refused = duty_refusal(request.actor, Duty.IDENTIFY)
    outcome = Outcome(done=False, why_not=_why_not(case, wording.refusal(refused) if refused else ""))
    possible = not outcome.why_not
    form = form_of(ConfirmIdentityForm, request, case, now=now, bound=request.method == "POST")
    if request.method == "POST" and possible and form.is_valid():

        def run() -> None:
            check_version(case, int(form.cleaned_data["version"]))
            method = str(form.cleaned_data["method"])
            verbs.confirm(request=case.request, method=method, known=form.known(), actor=request.actor, now=now)
            if form.known():
                _search_again(request, case, now)

        outcome = attempt(run)
        if outcome.done:
            messages.success(request, _("Identity confirmed."))
            return redirect("desk:case", case_id=case.pk)
        case = case_for(request, case_id)
        form = reopened(ConfirmIdentityForm, request, case, now=now)
    context = case_page.case_context(request, case, "", now=now) | {
        "form": form,
        "label": _("Confirm identity"),
        "explains": _("Only how, by whom and when it was checked is kept. Never copy or scan a document."),
        "why_not": outcome.why_not,
        "possible": possible,
        "conflict": outcome.conflict,
        "identity": case_page.identity_card(case, request.actor, request.LANGUAGE_CODE),
    }
    return page(request, "step", context, status=409 if outcome.conflict or outcome.why_not else 200)


def _search_again(request: DeskRequest, case: Case, now: datetime) -> None:
    """A search that waited for a customer number goes on with it, in every case of the request."""
    waiting = Task.objects.of(case.controller).filter(
        case__request=case.request, operation="locate", status=Task.Status.MANUAL, error_code=NOBODY
    )
    for task in waiting:
        tasks.retry(task_id=task.pk, actor=request.actor, now=now)


def _why_not(case: Case, refused: str) -> str:
    if refused:
        return refused
    return "" if case.is_open else _("This case is closed.")
