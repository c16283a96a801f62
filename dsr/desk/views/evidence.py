"""The page "Art. 12(5)": the evidence form, beside the data protection officer's word; both are asked for before a fee (F-06)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dsr.cases import fees
from dsr.desk import case_page
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist_sight, staff_required
from dsr.desk.attempt import Outcome, attempt, form_of, insisted, reopened
from dsr.desk.consulted import on_file
from dsr.desk.forms.closing import EvidenceForm
from dsr.desk.shell import page
from dsr.law.rights import FEE, Right

if TYPE_CHECKING:
    from django.http import HttpResponse

    from dsr.desk.forms.steps import CaseForm
    from dsr.models import Case, RowId

_NOTHING_TRIED = Outcome(done=False)


def _case(request: DeskRequest, case_id: RowId) -> Case:
    insist_sight(request.actor, Sight.PERSON)
    case = case_for(request, case_id)
    if Right(case.right) not in FEE:
        raise Http404
    return case


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """What is on file, and the evidence form for whoever handles the case."""
    case, now = _case(request, case_id), timezone.now()
    if request.method != "POST":
        return _show(request, case, None, _NOTHING_TRIED)
    form = form_of(EvidenceForm, request, case, now=now, bound=True)
    if not form.is_valid():
        return _show(request, case, form, _NOTHING_TRIED)
    seen, evidence = insisted(case, int(form.cleaned_data["version"])), form.evidence()
    outcome = attempt(
        lambda: fees.file_evidence(case_id=case.pk, evidence=evidence, actor=request.actor, now=now, seen_version=seen)
    )
    return _after(request, case_id, EvidenceForm, outcome, _("The evidence is on file. Somebody else decides on it."))


def _after(request: DeskRequest, case_id: RowId, kind: Any, outcome: Outcome, words: str) -> HttpResponse:
    if outcome.done:
        flash.success(request, words)
        return redirect("desk:evidence", case_id=case_id)
    fresh = case_for(request, case_id)
    return _show(request, fresh, reopened(kind, request, fresh, now=timezone.now()), outcome)


def _show(request: DeskRequest, case: Case, form: CaseForm | None, outcome: Outcome) -> HttpResponse:
    now = timezone.now()

    def one(kind: type[CaseForm], duty: Duty, prefix: str) -> CaseForm | None:
        if isinstance(form, kind):
            return form
        allowed = case.is_open and duty_refusal(request.actor, duty) is None
        fresh = kind(case=case, now=now, language=request.LANGUAGE_CODE, auto_id=f"{prefix}_%s")
        return fresh if allowed else None

    context: dict[str, Any] = case_page.case_context(request, case, "evidence", now=now) | {
        "form": form,
        "on_file": on_file(case, request.LANGUAGE_CODE, also=(fees.EVIDENCE,)),
        "evidence_form": one(EvidenceForm, Duty.DRAFT, "evidence"),
        "why_not": outcome.why_not,
        "conflict": outcome.conflict,
        "news": [],
    }
    blocked = outcome.conflict or bool(outcome.why_not)
    return page(request, "evidence", context, status=409 if blocked else 200)
