"""The page "Art. 12(5)": the evidence form, and the data protection officer's opinion; both are asked for before a fee (F-06)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dsr.cases import fees
from dsr.desk import case_page
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist_sight, staff_required
from dsr.desk.attempt import Outcome, attempt, form_of, insisted, reopened
from dsr.desk.forms.closing import OPINIONS, EvidenceForm, OpinionForm
from dsr.desk.history import history
from dsr.desk.shell import page
from dsr.law.rights import FEE, Right
from dsr.models import Case, Event

if TYPE_CHECKING:
    from django.http import HttpResponse

    from dsr.desk.forms.steps import CaseForm
    from dsr.models import RowId

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
    """What is on file, the evidence form for whoever handles the case, the opinion for the data protection officer."""
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


@staff_required
@require_POST
def opinion(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """The data protection officer says what she thinks; nobody else can put her words on file."""
    case, now = _case(request, case_id), timezone.now()
    form = form_of(OpinionForm, request, case, now=now, bound=True)
    if not form.is_valid():
        return _show(request, case, form, _NOTHING_TRIED)
    seen, typed = insisted(case, int(form.cleaned_data["version"])), form.cleaned_data
    outcome = attempt(
        lambda: fees.give_opinion(
            case_id=case.pk,
            kind=str(typed["kind"]),
            text=str(typed["text"]),
            actor=request.actor,
            now=now,
            seen_version=seen,
        )
    )
    return _after(request, case_id, OpinionForm, outcome, _("Your opinion is on file."))


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
        "on_file": _on_file(case, request.LANGUAGE_CODE),
        "evidence_form": one(EvidenceForm, Duty.DRAFT, "evidence"),
        "opinion_form": one(OpinionForm, Duty.ADVISE, "opinion"),
        "why_not": outcome.why_not,
        "conflict": outcome.conflict,
        "news": [],
    }
    blocked = outcome.conflict or bool(outcome.why_not)
    return page(request, "evidence", context, status=409 if blocked else 200)


def _on_file(case: Case, language: str) -> list[dict[str, Any]]:
    """What was filed, the newest first, with the sealed words and who wrote them."""
    rows = Event.objects.filter(case=case, action__in=(fees.EVIDENCE, fees.EVENT)).values_list("seq", "data")
    kinds = {seq: str(data.get("kind", "")) for seq, data in rows}
    known = {one.value: str(words) for one, words in OPINIONS.items()}
    return [
        {"entry": entry, "about": known.get(kinds[entry.seq], "")}
        for entry in history(case, language=language, with_notes=True)
        if entry.seq in kinds
    ]
