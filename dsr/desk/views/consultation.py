"""The page “Consultation” of a case: ask the data protection officer, her word, and a lead's reason against it (4.0.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dsr.cases import consultation
from dsr.cases.facts import facts_of
from dsr.desk import case_page
from dsr.desk.access import DeskRequest, Duty, Sight, case_for, duty_refusal, insist_sight, staff_required
from dsr.desk.attempt import Outcome, attempt, form_of, insisted, reopened
from dsr.desk.consulted import on_file
from dsr.desk.dossier import dossier_of
from dsr.desk.forms.consultation import AgainstForm, AskForm, OpinionForm
from dsr.desk.shell import page

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from dsr.desk.forms.steps import CaseForm
    from dsr.models import Case, RowId

_NOTHING_TRIED = Outcome(done=False)


@staff_required
@require_http_methods(["GET", "HEAD"])
def show(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """What is on file, the question, the opinion for the data protection officer, the decision against it for leads."""
    insist_sight(request.actor, Sight.PERSON)
    return _show(request, case_for(request, case_id), None, _NOTHING_TRIED)


@staff_required
@require_POST
def ask(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """Ask her: by the form, or with one click from a checklist."""

    def verb(case: Case, typed: dict[str, Any], seen: int) -> object:
        return consultation.ask(
            case_id=case.pk,
            about=str(typed["about"]),
            words=str(typed["words"]),
            actor=request.actor,
            now=timezone.now(),
            seen_version=seen,
        )

    return _run(
        request, case_id, AskForm, verb, _("The data protection officer has a mail, and reads the question here.")
    )


@staff_required
@require_POST
def opinion(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """The data protection officer says what she thinks; nobody else can put her words on file."""

    def verb(case: Case, typed: dict[str, Any], seen: int) -> object:
        return consultation.give(
            case_id=case.pk,
            about=str(typed["kind"]),
            stance=str(typed["stance"]),
            text=str(typed["text"]),
            actor=request.actor,
            now=timezone.now(),
            seen_version=seen,
        )

    return _run(request, case_id, OpinionForm, verb, _("Your opinion is on file."))


@staff_required
@require_POST
def against(request: DeskRequest, case_id: RowId) -> HttpResponse:
    """A lead decides against an objection, with a reason."""

    def verb(case: Case, typed: dict[str, Any], seen: int) -> object:
        return consultation.decide_against(
            case_id=case.pk,
            about=str(typed["about"]),
            reason=str(typed["reason"]),
            actor=request.actor,
            now=timezone.now(),
            seen_version=seen,
        )

    return _run(request, case_id, AgainstForm, verb, _("Your decision stands beside the objection."))


def _run(
    request: DeskRequest,
    case_id: RowId,
    kind: type[CaseForm],
    verb: Callable[[Case, dict[str, Any], int], object],
    words: str,
) -> HttpResponse:
    insist_sight(request.actor, Sight.PERSON)
    case, now = case_for(request, case_id), timezone.now()
    extra = {"standing": facts_of(case, now=now).objected} if kind is AgainstForm else {}
    form = form_of(kind, request, case, now=now, bound=True, **extra)
    if not form.is_valid():
        return _show(request, case, form, _NOTHING_TRIED)
    seen = insisted(case, int(form.cleaned_data["version"]))
    outcome = attempt(lambda: verb(case, form.cleaned_data, seen))
    if outcome.done:
        flash.success(request, words)
        return redirect("desk:consultation", case_id=case.pk)
    fresh = case_for(request, case_id)
    return _show(request, fresh, reopened(kind, request, fresh, now=now, **extra), outcome)


def _show(request: DeskRequest, case: Case, form: CaseForm | None, outcome: Outcome) -> HttpResponse:
    now = timezone.now()
    dossier_of(request, case, now=now)  # all that follows reads from it
    standing = facts_of(case, now=now).objected

    def one(kind: type[CaseForm], duty: Duty, prefix: str, **extra: Any) -> CaseForm | None:
        if isinstance(form, kind):
            return form
        if not case.is_open or duty_refusal(request.actor, duty) is not None:
            return None
        return kind(case=case, now=now, language=request.LANGUAGE_CODE, auto_id=f"{prefix}_%s", **extra)

    context: dict[str, Any] = case_page.case_context(request, case, "consultation", now=now) | {
        "form": form,
        "on_file": on_file(case, request.LANGUAGE_CODE),
        "ask_form": one(AskForm, Duty.ASK_DPO, "ask"),
        "opinion_form": one(OpinionForm, Duty.ADVISE, "opinion"),
        "against_form": one(AgainstForm, Duty.DECIDE_AGAINST, "against", standing=standing) if standing else None,
        "why_not": outcome.why_not,
        "conflict": outcome.conflict,
        "news": [],
    }
    blocked = outcome.conflict or bool(outcome.why_not)
    return page(request, "consultation", context, status=409 if blocked else 200)
